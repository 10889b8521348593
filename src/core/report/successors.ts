import { groupBy } from '../group.ts';
import { renderRepository } from '../reference.ts';
import { decideNewer } from '../versions/decide-newer.ts';
import { STANDARD_POLICY } from '../versions/policy.ts';
import type { BaselineRow } from './baseline.ts';
import { readCanonical } from './names.ts';
import { tagsOfOffer } from './offers.ts';
import { keyOfRow, type Row } from './rows.ts';

/** Where more tags of one repository are new at a time, only what was offered is taken for a successor. */
const MOST_TAGS = 40;

/**
 * Finds the image that took the place of one that is gone: of the same repository and platform, a version that was offered, else the same tag with another
 * digest or without one, else a newer version.
 *
 * `known`: the images of which something was told before; such a one is a successor only where it was offered. Another tag of the repository, or an older
 * version, replaced nothing.
 * @returns null where there is none.
 */
export function createSuccession(read: readonly Row[], known: ReadonlyMap<string, BaselineRow>): (removed: BaselineRow) => Row | null {
  const here = groupByRepository(read);
  const added = groupByRepository(read.filter((row) => !known.has(keyOfRow(row))));
  return (removed) => {
    const [repository, tag] = nameOf(removed);
    const offered = removed.told.filter(({ what }) => what === 'newer').flatMap(({ offer }) => tagsOfOffer(offer));
    const rows = here.get(repository);
    if (tag === null || rows === undefined) return null;
    const chosen = offered.find((each) => rows.has(each));
    if (chosen !== undefined) return rows.get(chosen) ?? null;
    const others = added.get(repository) ?? new Map<string, Row>();
    const next = others.has(tag) ? tag : others.size > MOST_TAGS ? null : findNewer(tag, [...others.keys()]);
    return next === null ? null : (others.get(next) ?? null);
  };
}

/** The rows of each repository and platform, by tag. */
function groupByRepository(rows: readonly Row[]): ReadonlyMap<string, ReadonlyMap<string, Row>> {
  const named = rows.flatMap((row) => {
    const [repository, tag] = nameOf(row);
    return tag === null ? [] : [{ repository, tag, row }];
  });
  const groups = groupBy(named, ({ repository }) => repository);
  return new Map([...groups].map(([repository, those]) => [repository, new Map(those.map(({ tag, row }) => [tag, row]))]));
}

/** Its repository on its platform, and its tag; '' and null of what has none. */
export function nameOf({ reference: text, platform }: Pick<Row, 'reference' | 'platform'>): readonly [string, string | null] {
  const reference = readCanonical(text);
  return reference?.tag == null ? ['', null] : [`${renderRepository(reference)}\n${platform}`, reference.tag];
}

function findNewer(tag: string, tags: readonly string[]): string | null {
  const facts = { tags, firstSeen: () => null, now: 0 };
  const { verdict } = decideNewer(tag, facts, { ...STANDARD_POLICY, minAgeMs: 0 });
  return verdict.kind === 'available' ? (verdict.line?.tag ?? verdict.newest?.tag ?? null) : null;
}
