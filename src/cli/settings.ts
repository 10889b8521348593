import { compilePattern } from '../core/pattern.ts';
import { parseReference, type Reference, withDefaultTag } from '../core/reference.ts';
import { codeOf, ImgupdateError } from '../errors.ts';
import { type Config, parseConfig } from './config-file.ts';
import type { Context } from './context.ts';
import type { LookupOptions } from './options.ts';
import { readHosts, readInsecureRegistries, readTrustedRealms } from './registry-options.ts';

/** What the options and the configuration file say together. */
export type Settings = {
  readonly insecureRegistries: readonly string[];
  /** Registry to the realm hosts that may see its credentials. */
  readonly trustedRealms: ReadonlyMap<string, readonly string[]>;
  /** Registries that may be asked though only an image names them. */
  readonly allowedHosts: readonly string[];
  /** The base of images whose name matches. */
  readonly bases: readonly { readonly matches: (reference: Reference) => boolean; readonly base: Reference }[];
  /** May be the base of an image of which nothing else is known. */
  readonly candidates: readonly Reference[];
};

/**
 * Reads the configuration file that `--config` names, and the options that say the same; both are held to the same rules.
 *
 * @throws ImgupdateError 'usage', naming the file or the option.
 */
export async function readSettings(context: Pick<Context, 'readFile'>, options: LookupOptions): Promise<Settings> {
  const { config: path, insecureRegistry, trustRealm, allowHost } = options;
  const told = toSettings({ insecureRegistry, trustRealm, allowHost: allowHost ?? [], images: [], bases: [] }, '--allow-host ');
  if (path === undefined) return told;
  const configured = await readConfig(context, path);
  const trustedRealms = new Map(configured.trustedRealms);
  for (const [registry, realms] of told.trustedRealms) trustedRealms.set(registry, [...(trustedRealms.get(registry) ?? []), ...realms]);
  return {
    ...configured,
    insecureRegistries: [...configured.insecureRegistries, ...told.insecureRegistries],
    trustedRealms,
    allowedHosts: [...configured.allowedHosts, ...told.allowedHosts],
  };
}

/**
 * Reads a reference as docker would take it, `latest` where neither tag nor digest is written.
 *
 * @throws ImgupdateError 'usage', naming where it stands: `--base `.
 */
export function readReference(text: string, where: string): Reference {
  const reference = parseReference(text);
  if (reference.ok) return withDefaultTag(reference.value);
  throw new ImgupdateError('usage', `cannot read ${where}${text}: ${reference.message}`, {
    hint: 'write it as docker would take it: node:20-slim',
  });
}

async function readConfig(context: Pick<Context, 'readFile'>, path: string): Promise<Settings> {
  const text = await context.readFile(path).catch((error: unknown) => {
    const code = codeOf(error);
    if (code === null) throw error;
    throw unreadable(path, code === 'ENOENT' ? 'no such file' : code, {
      hint: 'name a file that can be read: --config FILE',
      cause: error,
    });
  });
  const config = parseConfig(text);
  if (!config.ok) throw unreadable(path, config.message, { hint: `write it as JSON: ${EXAMPLE}`, cause: null });
  try {
    return toSettings(config.value, 'the host ');
  } catch (error) {
    if (!(error instanceof ImgupdateError)) throw error;
    throw unreadable(path, error.message, { hint: `write it as JSON: ${EXAMPLE}`, cause: error });
  }
}

/** `allowing`: how what `--allow-host` says is called in messages. */
function toSettings(config: Config, allowing: string): Settings {
  return {
    insecureRegistries: readInsecureRegistries(config.insecureRegistry),
    trustedRealms: readTrustedRealms(config.trustRealm),
    allowedHosts: readHosts(config.allowHost, allowing),
    bases: config.images.map(({ match, base }) => ({ matches: readGlob(match), base: readReference(base, 'the base ') })),
    candidates: config.bases.map((base) => readReference(base, 'the base ')),
  };
}

function readGlob(match: string): (reference: Reference) => boolean {
  const pattern = compilePattern(match);
  if (pattern.ok) return pattern.value;
  throw new ImgupdateError('usage', `cannot read the pattern ${match}: ${pattern.message}`);
}

const EXAMPLE =
  '{"registries": {"registry.example.com": {"trustRealm": "auth.example.com"}}, "images": [{"match": "acme/*", "base": "node:20-slim"}], "bases": ["debian:bookworm-slim"], "allowHosts": ["mcr.microsoft.com"]}';

function unreadable(path: string, problem: string, options: { readonly hint: string; readonly cause: unknown }): ImgupdateError {
  return new ImgupdateError('usage', `cannot read ${path}: ${problem}`, options);
}
