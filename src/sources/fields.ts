import { normalizePlatform, type Platform } from '../core/platform.ts';

/** A JSON object that came from outside. */
export type Fields = ReadonlyMap<string, unknown>;

/** The own fields of a JSON object, none of anything else; a Map, because the keys of labels come from outside. */
export function fieldsOf(value: unknown): Fields {
  return new Map<string, unknown>(typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []);
}

/** The list, empty for anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The text; null for none and for anything else. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The texts of a list. */
export function textsOf(value: unknown): readonly string[] {
  return listOf(value).filter((text) => typeof text === 'string');
}

/** A number that counts something: engines write -1 for unknown. */
export function countOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}

/** The texts of an object by their keys, `__proto__` included. */
export function labelsOf(value: unknown): ReadonlyMap<string, string> {
  return new Map([...fieldsOf(value)].flatMap(([key, text]) => (typeof text === 'string' ? [[key, text] as const] : [])));
}

/** One platform, in four spellings: the engine's info and inspect, OCI JSON, and ours. */
const PLATFORM_FIELDS = {
  info: { os: 'OSType', architecture: 'Architecture', variant: '', osVersion: '', osFeatures: '' },
  inspect: { os: 'Os', architecture: 'Architecture', variant: 'Variant', osVersion: 'OsVersion', osFeatures: 'OsFeatures' },
  wire: { os: 'os', architecture: 'architecture', variant: 'variant', osVersion: 'os.version', osFeatures: 'os.features' },
  core: { os: 'os', architecture: 'architecture', variant: 'variant', osVersion: 'osVersion', osFeatures: 'osFeatures' },
} as const;

/** The normalised platform; null when operating system or architecture are not said. */
export function platformOf(fields: Fields, spelling: keyof typeof PLATFORM_FIELDS): Platform | null {
  const names = PLATFORM_FIELDS[spelling];
  const os = textOf(fields.get(names.os));
  const architecture = textOf(fields.get(names.architecture));
  if (os === null || architecture === null) return null;
  return normalizePlatform({
    os,
    architecture,
    variant: textOf(fields.get(names.variant)),
    osVersion: textOf(fields.get(names.osVersion)),
    osFeatures: textsOf(fields.get(names.osFeatures)),
  });
}
