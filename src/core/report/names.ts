import { parseReference, type Reference, renderFamiliar, renderReference } from '../reference.ts';

/** Reads a canonical reference of a document; null for what is none, such as the id of an image without a name. */
export function readCanonical(text: string): Reference | null {
  const parsed = parseReference(text);
  return parsed.ok && renderReference(parsed.value) === text ? parsed.value : null;
}

/** `node:20-slim` of `docker.io/library/node:20-slim`; what is no canonical reference stays as it is. */
export function familiarOf(text: string): string {
  const reference = readCanonical(text);
  return reference === null ? text : renderFamiliar(reference);
}
