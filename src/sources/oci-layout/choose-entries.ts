import type { StoredPlace } from '../../check/ports.ts';
import type { Digest } from '../../core/digest.ts';
import { isSameRepository, parseReference, renderFamiliar, withDefaultTag } from '../../core/reference.ts';
import { sanitizeText } from '../../core/text.ts';
import type { LayoutEntry } from './decode-layout.ts';
import { joinNames, type LayoutNames } from './names.ts';

/** An image, or an index of images, with all that index.json calls it. */
export type LayoutRoot = { readonly descriptor: LayoutEntry['descriptor']; readonly names: LayoutNames };

const MAX_NAMED = 5;

/**
 * The entries that are wanted.
 *
 * A name is first what `org.opencontainers.image.ref.name` says, word for word, as skopeo takes it; else a reference, compared as such, or the digest of an entry. Several
 * entries may have one name: one for each platform. A position counts the entries of index.json from 0.
 * Source: containers-transports(5), oci; OCI image-spec v1.1, image-layout.md.
 */
export function chooseEntries(entries: readonly LayoutEntry[], wanted: StoredPlace['image']): readonly LayoutEntry[] {
  if (wanted === null) return entries;
  if (wanted.by === 'position') return entries.filter(({ position }) => position === wanted.position);
  const literal = entries.filter(({ names, descriptor }) => names.written === wanted.name || descriptor.digest === wanted.name);
  return literal.length > 0 ? literal : chooseByReference(entries, wanted.name);
}

/** Entries of one digest are one image with all their names. */
export function joinEntries(entries: readonly LayoutEntry[]): readonly LayoutRoot[] {
  const joined = new Map<Digest, LayoutEntry[]>();
  for (const entry of entries) {
    const known = joined.get(entry.descriptor.digest);
    if (known === undefined) joined.set(entry.descriptor.digest, [entry]);
    else known.push(entry);
  }
  return [...joined.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [{ descriptor: first.descriptor, names: joinNames([first, ...others].map(({ names }) => names)) }],
  );
}

/** What there is instead, in a few words: `"1.27", nginx:1.28 and 12 more`. */
export function nameEntries(roots: readonly LayoutRoot[]): string {
  const named = roots.slice(0, MAX_NAMED).map(labelOf);
  const rest = roots.length - named.length;
  return `${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** What an image is called in messages. */
export function labelOf({ names, descriptor }: LayoutRoot): string {
  const [tag] = names.tags;
  if (tag !== undefined) return sanitizeText(renderFamiliar(tag), 200);
  return names.written === null ? descriptor.digest : sanitizeText(names.written, 200);
}

function chooseByReference(entries: readonly LayoutEntry[], name: string): readonly LayoutEntry[] {
  const parsed = parseReference(name);
  if (!parsed.ok) return [];
  const reference = withDefaultTag(parsed.value);
  return entries.filter(
    ({ names, descriptor }) =>
      (reference.digest === null || reference.digest === descriptor.digest) &&
      names.tags.some((tag) => isSameRepository(tag, reference) && (reference.tag === null || tag.tag === reference.tag)),
  );
}
