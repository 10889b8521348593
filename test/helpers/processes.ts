import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

export type Ran = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string };

export type RunOptions = { readonly env?: Record<string, string>; readonly cwd?: string; readonly stdin?: string | Uint8Array };

/** Runs a program to its end. Nothing of this process's environment reaches it but what is given. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: options.env ?? baseEnvironment(), cwd: options.cwd, stdio: 'pipe' });
    const output = collect(child.stdout);
    const errors = collect(child.stderr);
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, stdout: output(), stderr: errors() }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin ?? '');
  });
}

/** Runs a program that has to succeed, and gives what it wrote to standard output. */
export async function runOrThrow(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const ran = await run(program, args, options);
  if (ran.exitCode === 0) return ran.stdout;
  throw new Error(`${program} ${args.join(' ')} exited with ${ran.exitCode}: ${ran.stderr}${ran.stdout}`);
}

export type Service = {
  readonly pid: number;
  /** What it wrote so far, both streams together. */
  readonly output: () => string;
  /** Terminates it and waits for its end; an end of this process terminates it too. */
  readonly stop: () => Promise<void>;
};

export type ServiceOptions = {
  readonly env?: Record<string, string>;
  /** Asked again and again until it says that the service is up; null: not yet. */
  readonly ready: (output: string) => boolean | Promise<boolean>;
};

/** Starts a program that stays, and waits until it is ready. Fails with its output when it ends before that. */
export async function startService(program: string, args: readonly string[], options: ServiceOptions): Promise<Service> {
  const child = spawn(program, args, { env: options.env ?? baseEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collect(child.stdout, child.stderr);
  const ending = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  const kill = (): boolean => child.kill('SIGTERM');
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    kill();
    await ending;
    process.off('exit', kill);
  };
  for (;;) {
    if (child.pid === undefined || child.exitCode !== null) throw new Error(`${program} did not start: ${output()}`);
    if (await options.ready(output())) return { pid: child.pid, output, stop };
    await Promise.race([ending, delay(50)]);
  }
}

/** PATH alone, in English. */
export function baseEnvironment(): Record<string, string> {
  return { PATH: process.env.PATH ?? '', LC_ALL: 'C.UTF-8' };
}

function collect(...streams: readonly NodeJS.ReadableStream[]): () => string {
  const chunks: Buffer[] = [];
  for (const stream of streams) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}
