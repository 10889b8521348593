import { isJsonObject, type JsonObject } from '../core/documents-wire.ts';
import { parseJson } from '../core/json.ts';
import { malformed, type Parsed, parsed } from '../core/parsed.ts';
import { sanitizeText } from '../core/text.ts';
import { renderSuggestion } from '../core/suggest.ts';

/** What a configuration file says, as the options that say the same would have it. */
export type Config = {
  readonly insecureRegistry: readonly string[];
  readonly trustRealm: readonly string[];
  readonly allowHost: readonly string[];
  /** Globs over image names, and the base of what they match; the first that matches counts. */
  readonly images: readonly { readonly match: string; readonly base: string }[];
  /** References that may be the base of an image of which nothing else is known. */
  readonly bases: readonly string[];
};

const KEYS = ['registries', 'images', 'bases', 'allowHosts'] as const;

/**
 * Reads a configuration file, which is JSON.
 *
 * ```
 * { "registries": { "registry.example:5000": { "insecure": true, "trustRealm": "auth.example" } },
 *   "images": [{ "match": "acme/*", "base": "node:20-slim" }],
 *   "bases": ["debian:bookworm-slim", "registry.example:5000/base/php:8.3"],
 *   "allowHosts": ["mcr.microsoft.com"] }
 * ```
 *
 * `trustRealm` may be a list. A registry that is named here may be asked about bases. A key that is not known is refused, because what it should do would not be done.
 */
export function parseConfig(text: string): Parsed<Config> {
  const document = parseJson(text);
  if (!document.ok) return document;
  if (!isJsonObject(document.value)) return malformed('expected an object');
  const problem = unknownKey(document.value, KEYS);
  if (problem !== null) return malformed(problem);
  const registries = parseRegistries(document.value.registries);
  if (!registries.ok) return registries;
  const images = parseImages(document.value.images);
  if (!images.ok) return images;
  const bases = parseTexts(document.value, 'bases', 'references');
  if (!bases.ok) return bases;
  const allowHosts = parseTexts(document.value, 'allowHosts', 'hosts');
  if (!allowHosts.ok) return allowHosts;
  const { insecureRegistry, trustRealm } = registries.value;
  return parsed({
    insecureRegistry,
    trustRealm,
    images: images.value,
    bases: bases.value,
    allowHost: [...registries.value.named, ...allowHosts.value],
  });
}

function parseRegistries(
  registries: unknown,
): Parsed<Pick<Config, 'insecureRegistry' | 'trustRealm'> & { readonly named: readonly string[] }> {
  if (registries !== undefined && !isJsonObject(registries)) return malformed('expected "registries" to be an object');
  const insecureRegistry: string[] = [];
  const trustRealm: string[] = [];
  for (const [registry, settings] of Object.entries(registries ?? {})) {
    const read = parseRegistry(settings);
    if (!read.ok) return malformed(`${sanitizeText(registry, 80)}: ${read.message}`);
    if (read.value.insecure) insecureRegistry.push(registry);
    trustRealm.push(...read.value.realms.map((realm) => `${registry}=${realm}`));
  }
  return parsed({ insecureRegistry, trustRealm, named: Object.keys(registries ?? {}) });
}

function parseRegistry(settings: unknown): Parsed<{ readonly insecure: boolean; readonly realms: readonly string[] }> {
  if (!isJsonObject(settings)) return malformed('expected an object');
  const problem = unknownKey(settings, ['insecure', 'trustRealm']);
  if (problem !== null) return malformed(problem);
  const { insecure = false, trustRealm = [] } = settings;
  if (typeof insecure !== 'boolean') return malformed('expected "insecure" to be true or false');
  const realms = textsOf(Array.isArray(trustRealm) ? trustRealm : [trustRealm]);
  return realms === null ? malformed('expected "trustRealm" to be a host, or a list of hosts') : parsed({ insecure, realms });
}

function parseImages(images: unknown): Parsed<Config['images']> {
  if (images === undefined) return parsed([]);
  if (!Array.isArray(images)) return malformed('expected "images" to be a list');
  const listed: readonly unknown[] = images;
  const read: { readonly match: string; readonly base: string }[] = [];
  for (const [position, entry] of listed.entries()) {
    const where = `images[${position}]`;
    if (!isJsonObject(entry)) return malformed(`${where}: expected an object`);
    const problem = unknownKey(entry, ['match', 'base']);
    if (problem !== null) return malformed(`${where}: ${problem}`);
    const { match, base } = entry;
    if (typeof match !== 'string' || typeof base !== 'string') return malformed(`${where}: expected "match" and "base" to be texts`);
    read.push({ match, base });
  }
  return parsed(read);
}

function parseTexts(object: JsonObject, key: (typeof KEYS)[number], what: string): Parsed<readonly string[]> {
  const value = object[key] ?? [];
  const texts = Array.isArray(value) ? textsOf(value) : null;
  return texts === null ? malformed(`expected "${key}" to be a list of ${what}`) : parsed(texts);
}

/** null: something else is among them. */
function textsOf(values: readonly unknown[]): readonly string[] | null {
  const texts = values.filter((value) => typeof value === 'string');
  return texts.length === values.length ? texts : null;
}

function unknownKey(object: JsonObject, known: readonly string[]): string | null {
  const key = Object.keys(object).find((each) => !known.includes(each));
  return key === undefined ? null : `unknown key "${sanitizeText(key, 80)}"${renderSuggestion(key, known)}`;
}
