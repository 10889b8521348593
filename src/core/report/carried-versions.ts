import type { BaselineRow, Told } from './baseline.ts';
import type { AbsentRow } from './compare-absent.ts';
import { tagsOfOffer } from './offers.ts';
import { keyOfRow, type Row } from './rows.ts';
import { nameOf } from './successors.ts';

/**
 * Finds which newer versions were told of the image that another one took the place of, or that it was offered for: those that are offered for it too are known
 * already. null where there are none.
 *
 * Who was told of 1.27.5 and 1.29.3, and takes 1.27.5, need not be told of 1.29.3 as new.
 */
export function createCarriedVersions(
  known: ReadonlyMap<string, BaselineRow>,
  absent: readonly AbsentRow[],
): (row: Row) => BaselineRow | null {
  let predecessors: ReadonlyMap<string, BaselineRow> | null = null;
  return (row) => {
    const offered = new Set(row.updates.flatMap((update) => (update.axis === 'newer' ? [update.tag] : [])));
    if (offered.size === 0 || row.hold !== null || known.size === 0) return null;
    predecessors ??= indexPredecessors(known, absent);
    const before = predecessors.get(keyOfRow(row)) ?? predecessors.get(keyOfName(nameOf(row))) ?? null;
    const told = before === null ? null : versionsOf(before);
    if (before === null || told === null || !tagsOfOffer(told.offer).some((tag) => offered.has(tag))) return null;
    return { ...before, image: null, told: [told] };
  };
}

/** What was told of others, by the row that took their place, and by the name of each version that was offered; of several that which was told first. */
function indexPredecessors(known: ReadonlyMap<string, BaselineRow>, absent: readonly AbsentRow[]): ReadonlyMap<string, BaselineRow> {
  const found = new Map<string, BaselineRow>();
  const add = (key: string, row: BaselineRow, { since }: Told): void => {
    const other = found.get(key);
    if (other === undefined || since < (versionsOf(other)?.since ?? since)) found.set(key, row);
  };
  for (const row of known.values()) {
    const [repository, tag] = nameOf(row);
    const told = versionsOf(row);
    if (tag !== null && told !== null) for (const each of tagsOfOffer(told.offer)) add(keyOfName([repository, each]), row, told);
  }
  for (const { before, successor } of absent) {
    const told = versionsOf(before);
    if (successor !== null && told !== null) add(keyOfRow(successor), before, told);
  }
  return found;
}

/** What was told of newer versions, and not held back. */
function versionsOf({ told }: BaselineRow): Told | null {
  return told.find(({ what, held }) => what === 'newer' && !held) ?? null;
}

const keyOfName = (name: readonly [string, string | null]): string => JSON.stringify(name);
