import { normalizePlatform, type Platform } from './platform.ts';
/** A decoded JSON object. Only keys that are known are read, so one called `__proto__` or `constructor` is data like any other. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Decodes bytes to a JSON object; null when they are not UTF-8, not JSON, or another value. Source: RFC 8259. */
export function decodeJsonObject(bytes: Uint8Array): JsonObject | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return isJsonObject(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}

/** Whether a decoded value is an object, and neither a list nor null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text; null when it is missing, empty or something else, as Go programs leave out or write empty what they do not have. */
export function readText(object: JsonObject, key: string): string | null {
  const value = object[key];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A list, empty when it is missing or null, as Go programs write an empty one; null when it is something else. */
export function readList(object: JsonObject, key: string): readonly unknown[] | null {
  const value = object[key] ?? [];
  return Array.isArray(value) ? value : null;
}

/** The texts in an object by their keys; what is no text is left out. */
export function readTextMap(object: JsonObject, key: string): ReadonlyMap<string, string> {
  const value = object[key];
  const texts = new Map<string, string>();
  if (!isJsonObject(value)) return texts;
  for (const [name, text] of Object.entries(value)) if (typeof text === 'string') texts.set(name, text);
  return texts;
}

/** The fields are the same in a descriptor's `platform` and at the top of a config. */
export function decodePlatform(wire: JsonObject): Platform | null {
  const os = readText(wire, 'os');
  const architecture = readText(wire, 'architecture');
  if (os === null || architecture === null) return null;
  const features = readList(wire, 'os.features') ?? [];
  return normalizePlatform({
    os,
    architecture,
    variant: readText(wire, 'variant'),
    osVersion: readText(wire, 'os.version'),
    osFeatures: features.filter((feature) => typeof feature === 'string'),
  });
}
