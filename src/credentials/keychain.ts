import { readFile } from 'node:fs/promises';

import type { Credential, Keychain, Warning } from '../check/ports.ts';
import type { Repository } from '../core/reference.ts';
import { sanitizeText } from '../core/text.ts';
import { codeOf } from '../errors.ts';
import { decodeAuthFile, decodeAuthVariable, type AuthFile } from './auth-file.ts';
import { askHelper, type HelperAnswer } from './helper.ts';
import { parseJson } from '../core/json.ts';
import { chooseKey, serverAddress, type KeyStyle } from './keys.ts';
import { listLocations, type Environment, type Location } from './locations.ts';

export type KeychainOptions = Environment & {
  /** How long a credential helper may take; some ask the user to unlock a key store. Default 10 s. */
  readonly helperTimeoutMs?: number;
  readonly signal: AbortSignal;
};

/**
 * The credentials of this machine: those of docker, then those of podman and the other containers tools.
 *
 * The variable DOCKER_AUTH_CONFIG comes first, then the files of `listLocations`; the first that has an entry for the repository answers.
 * In one file a helper for the registry comes before the helper for all, and that before the file's own entries, which are not asked once a helper is named.
 * Files are read on the first question, once; a helper runs at most once for each registry. What cannot be read or run is a warning, and the next place is asked.
 * Source: docker/cli, cli/config/configfile, GetAuthConfig; containers-auth.json(5).
 */
export function createKeychain(options: KeychainOptions): Keychain {
  const warnings = new Map<string, Warning>();
  const warn = (code: string, message: string) => {
    warnings.set(message, { code, message, image: null });
  };
  const context: Context = {
    options,
    warn,
    places: once(() => readPlaces(options, warn)),
    helpers: new Map(),
  };
  return {
    credentialFor: (repository) => findCredential(context, repository),
    warnings: () => [...warnings.values()],
  };
}

type Warn = (code: string, message: string) => void;

type Context = {
  readonly options: KeychainOptions;
  readonly warn: Warn;
  readonly places: () => Promise<readonly Place[]>;
  readonly helpers: Map<string, Promise<HelperAnswer>>;
};

type Place = { readonly style: KeyStyle; readonly file: AuthFile };

async function findCredential(context: Context, repository: Repository): Promise<Credential | null> {
  for (const { file, style } of await context.places()) {
    const suffix = helperFor(file, repository);
    if (suffix === null) {
      const key = chooseKey(file.auths.keys(), repository, style);
      const credential = key === null ? null : (file.auths.get(key) ?? null);
      if (credential !== null) return credential;
      continue;
    }
    const answer = await ask(context, suffix, serverAddress(repository.registry));
    switch (answer.kind) {
      case 'found':
        return answer.credential;
      case 'none':
        break;
      case 'failed':
        context.warn('credential-helper', `${answer.message}; registries that need it are asked without credentials`);
        break;
    }
  }
  return null;
}

function helperFor(file: AuthFile, repository: Repository): string | null {
  const registry = { registry: repository.registry, repository: '' };
  const key = chooseKey(file.credHelpers.keys(), registry, 'docker');
  return key === null ? file.credsStore : (file.credHelpers.get(key) ?? null);
}

/** Questions that arrive while the helper runs share its answer. */
function ask({ helpers, options }: Context, suffix: string, address: string): Promise<HelperAnswer> {
  const key = `${suffix} ${address}`;
  const running = helpers.get(key);
  if (running !== undefined) return running;
  const answer = askHelper(suffix, address, { env: options.env, timeoutMs: options.helperTimeoutMs ?? 10_000, signal: options.signal });
  helpers.set(key, answer);
  return answer;
}

async function readPlaces(options: KeychainOptions, warn: Warn): Promise<readonly Place[]> {
  const variable = readVariable(options.env.DOCKER_AUTH_CONFIG, warn);
  const files = await Promise.all(listLocations(options).map((location) => readPlace(location, warn)));
  return [variable, ...files].filter((place) => place !== null);
}

function readVariable(text: string | undefined, warn: Warn): Place | null {
  if (text === undefined || text === '') return null;
  return readDocument('DOCKER_AUTH_CONFIG', text, { style: 'docker', warn, decode: decodeAuthVariable });
}

async function readPlace(location: Location, warn: Warn): Promise<Place | null> {
  let text: string;
  try {
    text = await readFile(location.path, 'utf8');
  } catch (error) {
    const code = codeOf(error) ?? String(error);
    const missing = code === 'ENOENT' || code === 'ENOTDIR';
    if (!missing || location.required) warn('credentials-file', `cannot read ${sanitizeText(location.path)}: ${REASONS.get(code) ?? code}`);
    return null;
  }
  return readDocument(location.path, text, { ...location, warn, decode: (document) => decodeAuthFile(document, location.legacy) });
}

type Reading = { readonly style: KeyStyle; readonly warn: Warn; readonly decode: typeof decodeAuthVariable };

function readDocument(name: string, text: string, { style, warn, decode }: Reading): Place | null {
  if (text.trim() === '') return null;
  const document = parseJson(text);
  const file = document.ok ? decode(document.value) : document;
  if (!file.ok) {
    warn('credentials-file', `cannot use the credentials of ${sanitizeText(name)}: ${file.message}`);
    return null;
  }
  for (const problem of file.value.problems)
    warn('credentials-file', `cannot use all credentials of ${sanitizeText(name)}: ${sanitizeText(problem)}`);
  return { style, file: file.value };
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'no such file'],
  ['EACCES', 'permission denied'],
  ['EISDIR', 'it is a directory'],
]);

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
}
