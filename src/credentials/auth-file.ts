import { malformed, parsed, type Parsed } from '../core/parsed.ts';
import type { Credential } from '../check/ports.ts';

/**
 * What a config.json of docker or an auth.json of podman says about credentials.
 *
 * `auths` keeps the file's keys and order; a null credential is the empty entry that `docker login` leaves when a helper holds the secret.
 * `problems` name entries that cannot be used, without their content.
 */
export type AuthFile = {
  readonly auths: ReadonlyMap<string, Credential | null>;
  readonly credsStore: string | null;
  readonly credHelpers: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
};

/**
 * Decodes the parts of a credentials file that concern registries; `HttpHeaders`, `proxies` and all else are for other programs.
 *
 * `legacy` is the form of `~/.dockercfg`: the root object is the `auths` map.
 * Source: docker/cli, cli/config/configfile; containers-auth.json(5).
 */
export function decodeAuthFile(document: unknown, legacy = false): Parsed<AuthFile> {
  const root = entriesOf(document);
  if (root === null) return malformed('expected a JSON object');
  const problems: string[] = [];
  const auths = new Map<string, Credential | null>();
  for (const [key, entry] of entriesOf(legacy ? document : root.get('auths')) ?? []) {
    const credential = decodeEntry(entry);
    if (credential.ok) auths.set(key, credential.value);
    else problems.push(`the entry for ${key} ${credential.message}`);
  }
  return parsed({
    auths,
    credsStore: legacy ? null : textOf(root.get('credsStore')),
    credHelpers: legacy ? new Map() : textEntries(root.get('credHelpers')),
    problems,
  });
}

/**
 * Decodes the variable DOCKER_AUTH_CONFIG, which may hold `{"auths":{KEY:{"auth":...}}}` and nothing else.
 *
 * Source: docker/cli, cli/config/configfile, "envStore": unknown fields make the whole variable unusable.
 */
export function decodeAuthVariable(document: unknown): Parsed<AuthFile> {
  const root = entriesOf(document);
  const auths = entriesOf(root?.get('auths'));
  if (root === null || auths === null) return malformed('expected an object with "auths"');
  if (root.size > 1) return malformed('expected "auths" and no other field');
  for (const entry of auths.values()) {
    const fields = entriesOf(entry);
    if (fields === null || [...fields.keys()].some((field) => field !== 'auth')) {
      return malformed('expected "auth" and no other field in each entry of "auths"');
    }
  }
  return decodeAuthFile(document);
}

function decodeEntry(entry: unknown): Parsed<Credential | null> {
  const fields = entriesOf(entry);
  if (fields === null) return malformed('is not an object');
  const registryToken = textOf(fields.get('registrytoken'));
  if (registryToken !== null) return parsed({ kind: 'bearer', registryToken });
  const identityToken = textOf(fields.get('identitytoken'));
  if (identityToken !== null) return parsed({ kind: 'token', identityToken });
  const auth = textOf(fields.get('auth'));
  if (auth !== null) return decodeBasic(auth);
  const username = textOf(fields.get('username'));
  const password = textOf(fields.get('password'));
  return parsed(username === null || password === null ? null : { kind: 'password', username, password });
}

/** base64 of `user:password`; docker pads some passwords with NUL, which it trims when reading. */
function decodeBasic(auth: string): Parsed<Credential> {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(auth.replace(/[\r\n]/g, ''))) return malformed('has an "auth" that is not base64');
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) return malformed('has an "auth" that is not user:password in base64');
  return parsed({ kind: 'password', username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') });
}

/** The own fields of a JSON object; a Map, because keys come from outside. */
function entriesOf(value: unknown): ReadonlyMap<string, unknown> | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return new Map<string, unknown>(Object.entries(value));
}

function textEntries(value: unknown): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const [key, entry] of entriesOf(value) ?? []) {
    const text = textOf(entry);
    if (text !== null) texts.set(key, text);
  }
  return texts;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
