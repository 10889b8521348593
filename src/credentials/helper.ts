import { execFile } from 'node:child_process';

import type { Credential } from '../check/ports.ts';
import { sanitizeText } from '../core/text.ts';

/** What a helper gave. `failed`: one sentence for the user, without any secret. */
export type HelperAnswer =
  | { readonly kind: 'found'; readonly credential: Credential }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly message: string };

export type HelperOptions = {
  /** Environment of the helper; its PATH is searched. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
};

const STDOUT_LIMIT = 64 * 1024;
const NOT_FOUND = 'credentials not found in native keychain';

/**
 * Asks `docker-credential-SUFFIX get` for the credentials of a server address.
 *
 * The address goes to its standard input, the answer is `{"ServerURL","Username","Secret"}` on standard output; errors come there too, with exit code 1.
 * User `<token>` means that the secret is an identity token. Run without a shell; a helper that does not end in time is killed.
 * Source: docker/docker-credential-helpers, README "Development" and credentials/error.go.
 */
export async function askHelper(suffix: string, address: string, options: HelperOptions): Promise<HelperAnswer> {
  if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(suffix)) {
    return failed(`credential helper "${sanitizeText(suffix, 60)}" is not run: expected a name of letters, digits, ".", "_" and "-"`);
  }
  if (/[\r\n\0]/.test(address)) return failed(`credential helper docker-credential-${suffix} is not run: the registry's name is malformed`);
  const run = await runHelper(`docker-credential-${suffix}`, address, options);
  switch (run.kind) {
    case 'ended':
      return readAnswer(suffix, run.code, run.stdout);
    case 'aborted':
      return { kind: 'none' };
    case 'failed':
      return failed(`docker-credential-${suffix} ${run.problem}`);
  }
}

type Run =
  | { readonly kind: 'ended'; readonly code: number; readonly stdout: string }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'failed'; readonly problem: string };

function runHelper(file: string, address: string, { env, timeoutMs, signal }: HelperOptions): Promise<Run> {
  return new Promise((resolve) => {
    const fail = (error: Failure, stdout: string): void => resolve(explain(error, stdout, { timeoutMs, aborted: signal.aborted }));
    try {
      // execFile closes our ends of the pipes when it kills, so a grandchild that keeps them open holds up nothing.
      const child = execFile(
        file,
        ['get'],
        { env, signal, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: STDOUT_LIMIT, encoding: 'utf8', shell: false },
        (error, stdout) => {
          if (error === null) resolve({ kind: 'ended', code: 0, stdout });
          else fail(error, stdout);
        },
      );
      // A helper may end without reading its input.
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(address);
    } catch (error) {
      // Of what keeps a program from starting, Node reports some by the callback and throws the rest: ELOOP, ETXTBSY.
      fail(error instanceof Error && 'code' in error ? error : {}, '');
    }
  });
}

type Failure = { readonly code?: unknown; readonly killed?: unknown; readonly signal?: unknown };

function explain(error: Failure, stdout: string, { timeoutMs, aborted }: { timeoutMs: number; aborted: boolean }): Run {
  if (aborted) return { kind: 'aborted' };
  if (error.code === 'ENOENT') return { kind: 'failed', problem: 'is not on the PATH' };
  if (error.code === 'EACCES') return { kind: 'failed', problem: 'is not executable' };
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') {
    return { kind: 'failed', problem: `gave more than ${STDOUT_LIMIT / 1024} KiB instead of credentials` };
  }
  if (error.killed === true) return { kind: 'failed', problem: `gave no answer within ${timeoutMs / 1000} s` };
  if (typeof error.code === 'number') return { kind: 'ended', code: error.code, stdout };
  if (typeof error.signal === 'string') return { kind: 'failed', problem: `was ended by ${error.signal}` };
  return { kind: 'failed', problem: `cannot be run (${typeof error.code === 'string' ? error.code : 'unknown error'})` };
}

function readAnswer(suffix: string, code: number, stdout: string): HelperAnswer {
  const text = stdout.trim();
  if (code !== 0)
    return text === NOT_FOUND ? { kind: 'none' } : failed(`docker-credential-${suffix} failed with exit code ${code}${quote(text)}`);
  const answer = decodeAnswer(text);
  if (answer === null)
    return failed(`docker-credential-${suffix} gave no answer that can be read: expected JSON with "Username" and "Secret"`);
  if (answer.secret === '') return { kind: 'none' };
  if (answer.username === '<token>') return { kind: 'found', credential: { kind: 'token', identityToken: answer.secret } };
  return { kind: 'found', credential: { kind: 'password', username: answer.username, password: answer.secret } };
}

/** The helper's own words, unless they could hold an answer: then not a character of them. */
function quote(text: string): string {
  return text === '' || /["{}]/.test(text) ? '' : `: ${sanitizeText(text, 200)}`;
}

function decodeAnswer(text: string): { readonly username: string; readonly secret: string } | null {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof document !== 'object' || document === null || !('Username' in document) || !('Secret' in document)) return null;
  const { Username: username, Secret: secret } = document;
  return typeof username === 'string' && typeof secret === 'string' ? { username, secret } : null;
}

function failed(message: string): HelperAnswer {
  return { kind: 'failed', message };
}
