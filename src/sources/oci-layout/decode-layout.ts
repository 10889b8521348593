import { decodeDescriptor, type Descriptor, isIndexMediaType } from '../../core/documents.ts';
import { decodeJsonObject, readList, readText } from '../../core/documents-wire.ts';
import { malformed, type Parsed, parsed } from '../../core/parsed.ts';
import { sanitizeText } from '../../core/text.ts';
import { type LayoutNames, readNames } from './names.ts';

/** An entry of index.json; `position` counts from 0, those that cannot be read included. */
export type LayoutEntry = { readonly position: number; readonly descriptor: Descriptor; readonly names: LayoutNames };

/** `flaws`: why an entry cannot be read, in one sentence each. */
export type LayoutIndex = {
  readonly entries: readonly LayoutEntry[];
  readonly flaws: readonly { readonly position: number; readonly flaw: string }[];
};

/** More than any layout has; each is read. */
const MAX_ENTRIES = 10_000;

/** Reads the file `oci-layout`: one sentence when it does not say that this is a layout of a version that can be read. Source: OCI image-spec v1.1, image-layout.md. */
export function flawInMarker(bytes: Uint8Array): string | null {
  const wire = decodeJsonObject(bytes);
  const version = wire === null ? null : readText(wire, 'imageLayoutVersion');
  if (version === null) return 'expected {"imageLayoutVersion": "1.0.0"} in its file oci-layout, got something else';
  return /^1\.\d{1,9}\.\d{1,9}$/.test(version) ? null : `expected image layout version 1.0.0, got "${sanitizeText(version, 50)}"`;
}

/**
 * Reads index.json: the entries where images are looked for. One that cannot be read leaves the others.
 * Source: OCI image-spec v1.1, image-layout.md, "index.json file"; image-index.md.
 */
export function decodeLayoutIndex(bytes: Uint8Array): Parsed<LayoutIndex> {
  const wire = decodeJsonObject(bytes);
  if (wire === null) return malformed('expected JSON in index.json, got something else');
  const mediaType = readText(wire, 'mediaType');
  if (mediaType !== null && !isIndexMediaType(mediaType)) {
    return malformed(`expected an image index in index.json, got ${sanitizeText(mediaType, 100)}`);
  }
  const listed = readList(wire, 'manifests');
  if (wire.manifests === undefined || listed === null) return malformed('expected "manifests" in index.json to be a list');
  if (listed.length > MAX_ENTRIES) return malformed(`expected at most ${MAX_ENTRIES} entries in index.json, got ${listed.length}`);
  const entries: LayoutEntry[] = [];
  const flaws: { readonly position: number; readonly flaw: string }[] = [];
  for (const [position, item] of listed.entries()) {
    const descriptor = decodeDescriptor(item);
    if (descriptor.ok) entries.push({ position, descriptor: descriptor.value, names: readNames(descriptor.value.annotations) });
    else flaws.push({ position, flaw: `manifests[${position}] of index.json: ${descriptor.message}` });
  }
  return parsed({ entries, flaws });
}
