import { groupBy } from '../group.ts';
import { renderRepository } from '../reference.ts';
import { decideNewer } from '../versions/decide-newer.ts';
import { STANDARD_POLICY } from '../versions/policy.ts';
import type { BaselineRow } from './baseline.ts';
import { readCanonical } from './names.ts';
import { tagsOfOffer } from './offers.ts';
import type { Row } from './rows.ts';

/** Where more tags of one repository are new at a time, only what was offered is taken for a successor. */
const MOST_TAGS = 40;

/**
 * Finds the name that took the place of an image that is gone: of the same repository and platform, a version that was offered, else the same tag
 * with another digest or without one, else a newer version.
 *
 * `added`: the images of which nothing was told before. Another tag of the repository, or an older version, replaced nothing.
 * @returns null where there is none.
 */
export function createSuccession(added: readonly Row[]): (removed: BaselineRow) => string | null {
  const named = added.flatMap((row) => {
    const reference = readCanonical(row.reference);
    const tag = reference?.tag ?? null;
    return reference === null || tag === null ? [] : [{ key: `${renderRepository(reference)}\n${row.platform}`, tag, name: row.name }];
  });
  const byRepository = new Map(
    [...groupBy(named, ({ key }) => key)].map(
      ([key, those]) => [key, new Map(those.map(({ tag, name }) => [tag, name] as const))] as const,
    ),
  );
  return (removed) => {
    const reference = readCanonical(removed.reference);
    if (reference?.tag == null) return null;
    const tags = byRepository.get(`${renderRepository(reference)}\n${removed.platform}`);
    if (tags === undefined) return null;
    const offered = removed.told.filter(({ what }) => what === 'newer').flatMap(({ offer }) => tagsOfOffer(offer));
    const named = [...offered, reference.tag].find((tag) => tags.has(tag));
    const chosen = named ?? (tags.size > MOST_TAGS ? null : findNewer(reference.tag, [...tags.keys()]));
    return chosen === null ? null : (tags.get(chosen) ?? null);
  };
}

function findNewer(tag: string, tags: readonly string[]): string | null {
  const facts = { tags, firstSeen: () => null, now: 0 };
  const { verdict } = decideNewer(tag, facts, { ...STANDARD_POLICY, minAgeMs: 0 });
  return verdict.kind === 'available' ? (verdict.line?.tag ?? verdict.newest?.tag ?? null) : null;
}
