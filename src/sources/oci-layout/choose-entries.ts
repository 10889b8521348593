import type { StoredPlace } from '../../check/ports.ts';
import type { Digest } from '../../core/digest.ts';
import { isSameRepository, parseReference, type Reference, renderFamiliar, type Repository, withDefaultTag } from '../../core/reference.ts';
import { sanitizeText } from '../../core/text.ts';
import type { LayoutEntry } from './decode-layout.ts';
import { joinNames, type LayoutNames } from './names.ts';
import { readOrigins } from './read-origins.ts';

/** An image, or an index of images, with all that index.json calls it, and the repositories that are recorded to have it. */
export type LayoutRoot = {
  readonly descriptor: LayoutEntry['descriptor'];
  readonly names: LayoutNames;
  readonly origins: readonly Repository[];
};

/**
 * The images that are wanted.
 *
 * A name is first what `org.opencontainers.image.ref.name` says, word for word, as skopeo takes it; else a reference, compared as such, or the digest of an entry.
 * Several entries may have one name: one for each platform. A position counts the entries of index.json from 0. An image that was asked for by a reference has
 * that name alone; one that was asked for in another way, and has no name there, has those that other entries give it.
 * Source: containers-transports(5), oci; OCI image-spec v1.1, image-layout.md.
 */
export function chooseRoots(entries: readonly LayoutEntry[], wanted: StoredPlace['image']): readonly LayoutRoot[] {
  if (wanted === null) return joinEntries(entries);
  const all = new Map(joinEntries(entries).map((root) => [root.descriptor.digest, root]));
  const chosen =
    wanted.by === 'position' ? entries.filter(({ position }) => position === wanted.position) : chooseByName(entries, wanted.name);
  return joinEntries(chosen).map((root) => {
    const { names, origins } = all.get(root.descriptor.digest) ?? root;
    return { ...root, origins, names: { ...root.names, tags: root.names.tags.length > 0 ? root.names.tags : names.tags } };
  });
}

/** Entries of one digest are one image with all their names. */
export function joinEntries(entries: readonly LayoutEntry[]): readonly LayoutRoot[] {
  const joined = new Map<Digest, LayoutEntry[]>();
  for (const entry of entries) {
    const known = joined.get(entry.descriptor.digest);
    if (known === undefined) joined.set(entry.descriptor.digest, [entry]);
    else known.push(entry);
  }
  return [...joined.values()].flatMap((those) => {
    const [first] = those;
    if (first === undefined) return [];
    const names = joinNames(those.map((each) => each.names));
    const annotations = those.map(({ descriptor }) => descriptor.annotations);
    return [{ descriptor: first.descriptor, names, origins: readOrigins(annotations, names.tags) }];
  });
}

/** What an image is called in messages. */
export function labelOf({ names, descriptor }: LayoutRoot): string {
  const [tag] = names.tags;
  if (tag !== undefined) return sanitizeText(renderFamiliar(tag), 200);
  return names.written === null ? descriptor.digest : sanitizeText(names.written, 200);
}

function chooseByName(entries: readonly LayoutEntry[], name: string): readonly LayoutEntry[] {
  const isWanted = matcherOf(name);
  const literal = entries.filter(({ names, descriptor }) => names.written === name || descriptor.digest === name);
  const chosen =
    literal.length > 0 ? literal : entries.filter(({ names, descriptor }) => names.tags.some((tag) => isWanted(tag, descriptor.digest)));
  return chosen.map((entry) => {
    const tags = entry.names.tags.filter((tag) => isWanted(tag, entry.descriptor.digest));
    return tags.length === 0 ? entry : { ...entry, names: { ...entry.names, tags } };
  });
}

/** Whether a name of an image is the reference that is meant. */
function matcherOf(name: string): (tag: Reference, digest: Digest) => boolean {
  const parsed = parseReference(name);
  if (!parsed.ok) return () => false;
  const reference = withDefaultTag(parsed.value);
  return (tag, digest) =>
    isSameRepository(tag, reference) &&
    (reference.tag === null || tag.tag === reference.tag) &&
    (reference.digest === null || reference.digest === digest);
}
