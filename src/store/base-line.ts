import type { BaseVersion } from '../core/base/version.ts';
import type { ImageContents } from '../core/image-contents.ts';
import { chainIds } from '../core/layers.ts';
import { CLOCK_TOLERANCE_MS } from './clock.ts';
import { encodeContents, keysOf, type ContentsKeys } from './contents-json.ts';

/** Where versions are looked for: a tag on one platform, or what is known of a repository without a tag. */
export type BasePlace = Pick<BaseVersion, 'repository' | 'tag' | 'platform'>;

/**
 * Versions that are compared with one another. Those of a tag follow one another. Those without a tag, images that moved tags left behind, are a mere set,
 * divided by their layers so that a large one costs no more: `chainId`, null for a tag and for images without layers.
 */
export type BaseLine = BasePlace & { readonly chainId: string | null };

/** A version, with the row it is kept in; null: in none yet. */
export type KeptVersion = { readonly row: number | null; readonly version: BaseVersion; readonly keys: ContentsKeys };

/** The line a version belongs to. */
export function lineOf({ repository, tag, platform, contents }: BaseVersion): BaseLine {
  return { repository, tag, platform, chainId: tag === null ? (chainIds(contents.diffIds).at(-1) ?? null) : null };
}

/** `["docker.io","library/node","20","linux/amd64"]`. */
export function placeKey({ repository, tag, platform }: BasePlace): string {
  return JSON.stringify([repository.registry, repository.repository, tag, platform]);
}

/**
 * Adds what was seen to what is known of its line, oldest first; gives the very same line when there is nothing new in it.
 *
 * A version is appended and never changes; only how long it was seen moves forward, and what was not known of it is filled in. What is older than the end
 * of the line is not appended: the line went on since, so this comes from a process that took an older answer. A line that ends in a future that cannot be
 * was written under a wrong clock, and goes on all the same.
 *
 * `now`: milliseconds since the epoch.
 */
export function addToLine(line: readonly KeptVersion[], seen: BaseVersion, now: number): readonly KeptVersion[] {
  if (seen.tag === null) {
    const at = line.findIndex(({ version }) => isSameImage(version, seen));
    return at === -1 ? append(line, seen) : completeAt(line, at, { seen, now });
  }
  const last = line.at(-1);
  if (last === undefined) return append(line, seen);
  if (isSameImage(last.version, seen)) return completeAt(line, line.length - 1, { seen, now });
  if (isFuture(last.version.lastSeen, now)) return append(line, seen);
  if (seen.lastSeen < last.version.lastSeen) return line;
  return append(line, { ...seen, firstSeen: Math.max(seen.firstSeen, last.version.lastSeen) });
}

function append(line: readonly KeptVersion[], version: BaseVersion): readonly KeptVersion[] {
  return [...line, { row: null, version, keys: keysOf(version.contents) }];
}

/** Whether no digest that is known of both differs. Stricter than `isSameVersion`: the same image in another index was published anew. */
function isSameImage(a: BaseVersion, b: BaseVersion): boolean {
  const pairs = DIGESTS.map((name) => [a[name], b[name]] as const).filter(([ofA, ofB]) => ofA !== null && ofB !== null);
  if (pairs.length > 0) return pairs.every(([ofA, ofB]) => ofA === ofB);
  return encodeContents(a.contents) === encodeContents(b.contents);
}

const DIGESTS = ['topDigest', 'manifestDigest', 'configDigest'] as const;

function completeAt(line: readonly KeptVersion[], at: number, { seen, now }: { seen: BaseVersion; now: number }): readonly KeptVersion[] {
  const known = line[at];
  if (known === undefined) return line;
  const { version } = known;
  const completed: BaseVersion = {
    ...version,
    topDigest: version.topDigest ?? seen.topDigest,
    manifestDigest: version.manifestDigest ?? seen.manifestDigest,
    configDigest: version.configDigest ?? seen.configDigest,
    contents: tellsMore(seen.contents, version.contents) ? seen.contents : version.contents,
    lastSeen: isFuture(version.lastSeen, now) ? seen.lastSeen : Math.max(version.lastSeen, seen.lastSeen),
  };
  const isNew = [...DIGESTS, 'contents' as const, 'lastSeen' as const].some((name) => completed[name] !== version[name]);
  if (!isNew) return line;
  const keys = completed.contents === version.contents ? known.keys : keysOf(completed.contents);
  return line.with(at, { row: known.row, version: completed, keys });
}

/** Whether of two accounts of one image the first tells more: an engine tells of its history less than its config does, and not of its settings. */
function tellsMore(a: ImageContents, b: ImageContents): boolean {
  return telling(a) > telling(b);
}

function telling({ history, settings }: ImageContents): number {
  const ofHistory = history === null ? 0 : history.precision === 'seconds' ? 2 : 4;
  return ofHistory + (settings === null ? 0 : 1);
}

function isFuture(time: number, now: number): boolean {
  return time > now + CLOCK_TOLERANCE_MS;
}
