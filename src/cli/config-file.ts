import { isJsonObject } from '../core/documents-wire.ts';
import { parseJson } from '../core/json.ts';
import { malformed, type Parsed, parsed } from '../core/parsed.ts';
import { sanitizeText } from '../core/text.ts';
import { renderSuggestion } from '../formats/suggest.ts';

/** What a configuration file says, as the options that say the same would have it. */
export type Config = { readonly insecureRegistry: readonly string[]; readonly trustRealm: readonly string[] };

/**
 * Reads a configuration file, which is JSON: `{ "registries": { "registry.example:5000": { "insecure": true, "trustRealm": "auth.example" } } }`.
 *
 * `trustRealm` may be a list. A key that is not known is refused, because what it should do would not be done.
 */
export function parseConfig(text: string): Parsed<Config> {
  const document = parseJson(text);
  if (!document.ok) return document;
  if (!isJsonObject(document.value)) return malformed('expected an object');
  const problem = unknownKey(document.value, ['registries']);
  if (problem !== null) return malformed(problem);
  const { registries } = document.value;
  if (registries !== undefined && !isJsonObject(registries)) return malformed('expected "registries" to be an object');
  const insecureRegistry: string[] = [];
  const trustRealm: string[] = [];
  for (const [registry, settings] of Object.entries(registries ?? {})) {
    const read = parseRegistry(settings);
    if (!read.ok) return malformed(`${sanitizeText(registry, 80)}: ${read.message}`);
    if (read.value.insecure) insecureRegistry.push(registry);
    trustRealm.push(...read.value.realms.map((realm) => `${registry}=${realm}`));
  }
  return parsed({ insecureRegistry, trustRealm });
}

function parseRegistry(settings: unknown): Parsed<{ readonly insecure: boolean; readonly realms: readonly string[] }> {
  if (!isJsonObject(settings)) return malformed('expected an object');
  const problem = unknownKey(settings, ['insecure', 'trustRealm']);
  if (problem !== null) return malformed(problem);
  const { insecure = false, trustRealm = [] } = settings;
  if (typeof insecure !== 'boolean') return malformed('expected "insecure" to be true or false');
  const listed: readonly unknown[] = Array.isArray(trustRealm) ? trustRealm : [trustRealm];
  const realms = listed.filter((realm) => typeof realm === 'string');
  return realms.length === listed.length
    ? parsed({ insecure, realms })
    : malformed('expected "trustRealm" to be a host, or a list of hosts');
}

function unknownKey(object: Readonly<Record<string, unknown>>, known: readonly string[]): string | null {
  const key = Object.keys(object).find((each) => !known.includes(each));
  return key === undefined ? null : `unknown key "${sanitizeText(key, 80)}"${renderSuggestion(key, known)}`;
}
