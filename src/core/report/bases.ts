import type { ImageEntry } from '../document.ts';
import { groupBy } from '../group.ts';
import { compareText } from '../reference.ts';
import type { BaseMovement } from '../verdict.ts';
import { familiarOf } from './names.ts';
import type { MovedBase } from './report.ts';
import { compareRows, keyOfRow, type Row } from './rows.ts';
import { joinMentions, mentionRow } from './subject.ts';
import { hasMovedBase } from './updates.ts';

/** Lists the bases that moved or are gone, on each platform, with the images that stand on them and are not held back. */
export function listBases(rows: readonly Row[], isFleet: boolean): readonly MovedBase[] {
  const standing = rows.filter(({ hold, isLeftOver }) => hold === null && !isLeftOver).flatMap(findStanding);
  const groups = groupBy(standing, ({ reference, kind, row }) => `${reference}\n${row.platform}\n${kind}`);
  return [...groups.values()].flatMap((group) => joinBase(group, isFleet)).sort(compareBases);
}

/** An image on a base that is not what it was; one image may stand on several, where places have different ones of its name. */
type Standing = {
  readonly row: Row;
  readonly reference: string;
  readonly kind: MovedBase['kind'];
  readonly movement: BaseMovement | null;
  readonly candidate: string | null;
};

function findStanding(row: Row): readonly Standing[] {
  return row.entries.flatMap((entry) => {
    const kind = kindOf(entry);
    const { reference, kind: movement, candidate } = entry.base;
    return kind === null || reference === null ? [] : [{ row, reference, kind, movement, candidate }];
  });
}

function kindOf(entry: ImageEntry): MovedBase['kind'] | null {
  if (entry.base.status === 'gone') return 'gone';
  return hasMovedBase(entry) ? 'moved' : null;
}

function joinBase(group: readonly Standing[], isFleet: boolean): readonly MovedBase[] {
  const [first] = group;
  if (first === undefined) return [];
  const { reference, kind, candidate } = first;
  const movements = group.flatMap(({ movement }) => movement ?? []);
  const mentions = groupBy([...new Set(group.map(({ row }) => row))].map(mentionRow), keyOfRow);
  const images = [...mentions.values()].flatMap(([mention, ...others]) =>
    mention === undefined ? [] : [joinMentions([mention, ...others], isFleet)],
  );
  return [
    {
      reference,
      name: familiarOf(reference),
      kind,
      movements: kind === 'gone' ? [] : [...new Set(movements)].sort(),
      candidate: group.every((each) => each.candidate === candidate) ? candidate : null,
      images: images.sort(compareRows),
    },
  ];
}

function compareBases(a: MovedBase, b: MovedBase): number {
  return (
    b.images.length - a.images.length ||
    compareText(a.reference, b.reference) ||
    compareText(a.images[0]?.platform ?? '', b.images[0]?.platform ?? '') ||
    compareText(a.kind, b.kind)
  );
}
