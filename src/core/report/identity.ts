import type { ImageEntry } from '../document.ts';

/** Stands before digests that tell an image where its id is not known; no id begins so. */
const MARK = '@';

/** More digests than one image has tell nothing more. */
const MOST_DIGESTS = 20;

/**
 * Says which image entries are of, where several places have different ones all of them: by its id or, where a store tells none (containerd's), by the digests
 * it is known by; null where it has neither. What only a file names is none.
 */
export function identify(entries: readonly ImageEntry[]): string | null {
  const here = entries.length === 1 ? entries : hereOf(entries);
  const [first, ...others] = here;
  if (first === undefined) return null;
  if (others.length > 0) {
    const ids = here.map(({ imageId }) => imageId);
    return ids.includes(null) ? null : [...new Set(ids)].sort().join(' ');
  }
  const { imageId, tag } = first;
  if (imageId !== null || tag.digests.length === 0) return imageId;
  return `${MARK}${[...tag.digests].sort().slice(0, MOST_DIGESTS).join(' ')}`;
}

/** Those of images that are here; where there are none, all. */
export function hereOf(entries: readonly ImageEntry[]): readonly ImageEntry[] {
  const here = entries.filter(({ tag, imageId, size }) => tag.status !== 'none' && (imageId !== null || size !== null));
  return here.length === 0 ? entries : here;
}

/** Whether entries are only of a part of what there was: of several images under one name one is missing, or a file names what is not there. */
export function isPartOf(before: string | null, entries: readonly ImageEntry[]): boolean {
  if (before === null) return false;
  if (entries.every(({ tag }) => tag.status === 'none')) return true;
  const now = identify(entries)?.split(' ') ?? [];
  const known = new Set(before.split(' '));
  return now.length > 0 && now.length < known.size && now.every((each) => known.has(each));
}

/** Whether two are one image; null where that is not known, as of an id and a digest. */
export function isSameImage(a: string | null, b: string | null): boolean | null {
  if (a === null || b === null) return null;
  if (a.startsWith(MARK) !== b.startsWith(MARK)) return null;
  if (a === b || !a.startsWith(MARK)) return a === b;
  // an index may be another one and have the same image for a platform
  const known = new Set(a.slice(MARK.length).split(' '));
  return b
    .slice(MARK.length)
    .split(' ')
    .some((digest) => known.has(digest));
}
