import type { ImageEntry } from '../document.ts';
import type { BaselineRow, ToldWhat } from './baseline.ts';
import { hereOf, isSameImage } from './identity.ts';
import type { Row } from './rows.ts';
import { hasMovedBase } from './updates.ts';

/**
 * How things stand now with what may have been told of an image.
 *
 * - `so`: it is so; `not`: the question was answered, and it is not so, or there is no image any more of which it could be so
 * - `open`: the question has no answer this time
 * - `covered`: something else is so that leaves it undecided: whether a tag that is gone was rebuilt, or what a held image would need
 * - `moot`: the image is another one now, and does not tell what its base is; or nothing uses it any more, and it lost its tag
 */
export type Standing = 'so' | 'not' | 'open' | 'covered' | 'moot';

/** What was told of an image before. `isOutOfSight`: it, or a part of it, is not there while a place could not be read that may have it. */
export type Earlier = { readonly before: BaselineRow | null; readonly isOutOfSight: boolean };

/** Decides whether what may have been told before still stands. */
export function decideStanding(what: RowWhat, row: Row, { before, isOutOfSight }: Earlier): Standing {
  const isSo = row.updates.some(({ axis }) => axis === what) || row.problems.some(({ kind }) => kind === what);
  if (isSo) return 'so';
  if (row.isLeftOver) return 'moot';
  const isOfBase = OF_BASE.some((each) => each === what);
  // a file that names an image tells nothing of its base
  const entries = isOfBase ? hereOf(row.entries) : row.entries;
  if (what === 'tag' && !isOutOfSight && hasOffered(entries, before)) return 'not';
  const standings = entries.map((entry) => (isOutOfSight && OF_IMAGE.has(what) ? 'open' : STANDINGS[what](entry)));
  if (standings.includes('covered') || (row.hold !== null && ONLY_UNHELD.has(what))) return 'covered';
  if (!standings.includes('open')) return 'not';
  const isSilent = entries.every(({ base }) => base.status !== 'unknown' || SILENT.has(base.reason?.kind ?? ''));
  if (!isOfBase || !isSilent || isOutOfSight) return 'open';
  if (entries.every(({ tag }) => tag.status === 'none')) return 'not';
  return isSameImage(before?.image ?? null, row.image) === false ? 'moot' : 'open';
}

/** Whether an image is the one that was offered, which needs no answer of a registry. */
function hasOffered(entries: readonly ImageEntry[], before: BaselineRow | null): boolean {
  const offered = before?.told.find(({ what }) => what === 'tag')?.offer ?? '';
  return offered !== '' && entries.every(({ tag }) => tag.status === 'unknown' && tag.digests.includes(offered));
}

/** Of a place that could not be read no image tells. */
export type RowWhat = Exclude<ToldWhat, 'unread'>;

const ONLY_UNHELD: ReadonlySet<RowWhat> = new Set(['unchecked', 'expired-hold', 'unsure']);
/** What is told of the base of an image. */
export const OF_BASE = ['base', 'base-gone', 'unsure'] as const satisfies readonly RowWhat[];

/** What nobody can tell of an image that is not seen. */
const OF_IMAGE: ReadonlySet<RowWhat> = new Set(['tag', ...OF_BASE]);

/** What an image itself does not tell, and will not tell another time. */
const SILENT: ReadonlySet<string> = new Set(['no-evidence', 'squashed', 'ambiguous-tag']);

type EntryStanding = (entry: ImageEntry) => 'not' | 'open' | 'covered';

/** Of an entry of which it is not so. */
const STANDINGS: Readonly<Record<RowWhat, EntryStanding>> = {
  tag: ({ tag }) => (tag.status === 'gone' ? 'covered' : openIf(tag.status === 'unknown')),
  // an answer that tells no version can be no "no"
  newer: ({ newer }) => openIf(newer.status === 'unknown' || newer.status === 'available'),
  base: (entry) => (isElsewhere(entry) ? 'covered' : openIf(entry.base.status === 'unknown')),
  gone: ({ tag }) => openIf(tag.status === 'unknown'),
  'base-gone': ({ base }) => openIf(base.status === 'unknown'),
  unchecked: () => 'not',
  // documents of other verbs do not tell it
  'expired-hold': ({ expired }) => openIf(expired === undefined),
  unsure: ({ base }) => openIf(base.status === 'unknown'),
};

function isElsewhere(entry: ImageEntry): boolean {
  return entry.base.status === 'gone' || (entry.base.status === 'moved' && !hasMovedBase(entry));
}

function openIf(isOpen: boolean): 'not' | 'open' {
  return isOpen ? 'open' : 'not';
}
