import type { Failure, StoredPlace, Warning } from '../../check/ports.ts';
import { groupBy } from '../../core/group.ts';
import { type Platform, renderPlatform } from '../../core/platform.ts';
import { renderReference } from '../../core/reference.ts';
import { sanitizeText } from '../../core/text.ts';
import { ImgupdateError } from '../../errors.ts';
import { mapBounded } from '../bounded.ts';
import { nameSome, noSuchImage } from '../stored/no-such-image.ts';
import type { StoredFiles } from '../stored/stored-files.ts';
import { joinStored, type StoredImage } from '../stored/stored-image.ts';
import { unreadable } from '../stored/unreadable.ts';
import { createBlobs, type Flawed } from './blobs.ts';
import { chooseRoots, joinEntries, labelOf, type LayoutRoot } from './choose-entries.ts';
import { decodeLayoutIndex, type LayoutIndex } from './decode-layout.ts';
import { readRoot, type RootAnswer } from './read-root.ts';

/** What is in a layout, in the order of index.json. */
export type LayoutContents = {
  readonly images: readonly StoredImage[];
  readonly failures: readonly Failure[];
  readonly warnings: readonly Warning[];
};

export type LayoutOptions = {
  readonly verify: boolean;
  readonly platform: Platform;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
};

/** Entries of a layout's indexes that are followed, all together. */
const MAX_FOLLOWED = 100_000;

/** Files that are read at once. */
const CONCURRENCY = 8;

/** Enough to see what is wrong with a layout. */
const MAX_TOLD = 100;

/**
 * Reads what index.json leads to.
 * @throws ImgupdateError 'unreadable' for an index.json that is none or lists nothing, 'no-such-image' when what is wanted is not in it.
 */
export async function readLayout(
  place: StoredPlace,
  bytes: Uint8Array,
  files: StoredFiles,
  options: LayoutOptions,
): Promise<LayoutContents> {
  const index = decodeLayoutIndex(bytes);
  if (!index.ok) throw unreadable(place.written, index.message);
  const roots = findRoots(place, index.value);
  let [done, followed] = [0, 0];
  const rootOptions = {
    ...options,
    blobs: createBlobs(files, unreadable(place.written, '').message),
    mayFollow: () => (followed += 1) <= MAX_FOLLOWED,
  };
  const answers = await mapBounded(roots, CONCURRENCY, async (root) => {
    options.signal.throwIfAborted();
    const answer = await readRoot(root, rootOptions);
    options.onProgress((done += 1), roots.length);
    return { root, answer };
  });
  const images = joinImages(answers.flatMap(({ answer }) => answer.images));
  const flaws = [...answers.flatMap(({ root, answer }) => describeFlaws(root, answer)), ...(place.image === null ? index.value.flaws : [])];
  const failures = shorten(flaws, (rest) => ({ flaw: `${rest} more of it` })).map((flaw) => failure(place, flaw));
  const notes = answers.flatMap(({ root, answer }) => toWarnings(place, root, answer));
  const warnings = shorten(notes, (rest) => ({ code: 'layout', message: `${rest} more such warnings of ${nameOf(place)}`, image: null }));
  const [first] = warnings;
  if (place.image !== null && images.length === 0 && failures.length === 0 && first !== undefined) {
    throw new ImgupdateError('no-such-image', first.message);
  }
  return { images, failures, warnings };
}

function findRoots(place: StoredPlace, { entries, flaws }: LayoutIndex): readonly LayoutRoot[] {
  const { image } = place;
  const count = entries.length + flaws.length;
  if (count === 0) throw unreadable(place.written, 'expected images, its index.json lists none');
  const chosen = chooseRoots(entries, image);
  if (image === null || chosen.length > 0) return chosen;
  const unread =
    image.by === 'position' ? flaws.find(({ position }) => position === image.position) : entries.length === 0 ? flaws[0] : undefined;
  if (unread !== undefined) throw unreadable(place.written, unread.flaw);
  const what = image.by === 'name' ? missingName(image.name, entries, flaws.length) : missingPosition(image.position, count);
  throw noSuchImage(place.written, what, `list all of them: imgupdate list ${place.transport}:${sanitizeText(place.path ?? '', 200)}`);
}

function missingName(name: string, entries: LayoutIndex['entries'], unread: number): string {
  const rest = unread === 0 ? '' : `, and ${unread} of its entries cannot be read`;
  return `expected an image ${sanitizeText(name, 200)}, and it has ${nameSome(joinEntries(entries).map(labelOf))}${rest}`;
}

function missingPosition(position: number, count: number): string {
  const there = count === 1 ? 'one entry, @0' : `${count} entries, @0 to @${count - 1}`;
  return `expected an entry at position ${position} of index.json, and it has ${there}`;
}

/** One image may be in several indexes, or have several manifests: it has all their names and digests. */
function joinImages(images: readonly StoredImage[]): readonly StoredImage[] {
  const places = groupBy(images, ({ image }) => `${image.imageId} ${renderPlatform(image.platform)}`);
  return [...places.values()].flatMap(([first, ...others]) => (first === undefined ? [] : [joinStored(first, others)]));
}

type Flaw = Pick<Flawed, 'flaw' | 'advice'>;

function describeFlaws(root: LayoutRoot, { flaws }: RootAnswer): readonly Flaw[] {
  return flaws.map((each) => {
    const of = each.platform === null ? '' : ` for ${sanitizeText(renderPlatform(each.platform), 100)}`;
    return { ...each, flaw: `${labelOf(root)}${of}: ${each.flaw}` };
  });
}

function shorten<T>(items: readonly T[], sumUp: (rest: number) => T): readonly T[] {
  return items.length <= MAX_TOLD ? items : [...items.slice(0, MAX_TOLD), sumUp(items.length - MAX_TOLD)];
}

function failure({ written, transport }: StoredPlace, { flaw, advice }: Flaw): Failure {
  const { code, message, hint } = unreadable(written, flaw, {
    hint: advice ?? (transport === 'oci' ? 'copy the image into it again' : 'write the archive again'),
  });
  return { code, message, hint };
}

function toWarnings(place: StoredPlace, root: LayoutRoot, { images, others }: RootAnswer): readonly Warning[] {
  const [tag] = root.names.tags;
  const image = tag === undefined ? null : renderReference(tag);
  const where = nameOf(place);
  return [
    ...others.map((other) => ({ code: 'layout', message: `${labelOf(root)} in ${where} ${other}`, image })),
    ...(images.length === 0 ? [] : root.names.flaws).map((flaw) => ({
      code: 'layout',
      message: `a name in ${where} cannot be checked: ${flaw}`,
      image,
    })),
  ];
}

function nameOf(place: StoredPlace): string {
  return sanitizeText(place.written, 200);
}
