import { groupBy } from '../group.ts';
import { compareText } from '../reference.ts';

/** An image on a host, of which it is asked whether to build it anew. `reference` and `base`: canonical. */
export type RebuildRow = {
  readonly host: string;
  readonly reference: string;
  readonly platform: string;
  /** null: it has none, or it is not known. */
  readonly base: string | null;
  /** Its base moved, and it can be built on what its base is now. */
  readonly isMoved: boolean;
  /** It can be built by those who read of it. */
  readonly isOurs: boolean;
};

/** A row to build. `moved`: its base did. `follows`: its base, on the same host and for the same platform, is to be built before it. */
type OrderedRow<T> = { readonly row: T; readonly because: 'moved' | 'follows' };

/**
 * Says which images to build anew, and in which order: all of ours whose base moved, and what of ours is built on those, and so on.
 *
 * An image of others is never built, and passes nothing on: when its publisher builds it, the base of what stands on it has moved itself.
 * First come those that stand on none of the list, then those that stand on these only, and so on; within each by reference, platform and host. So all rows of one
 * reference and platform are next to each other, and each comes after its base on every host. A circle of images, each on the next, is cut
 * open at one of them.
 *
 * A reference with a tag and a digest is the tag here, which is what a build names. Of a host, a reference and a platform there is one row: the one whose base
 * moved, then the one that is first by base. Takes as many steps as there are rows, and sorts them.
 */
export function orderRebuilds<T extends RebuildRow>(rows: readonly T[]): readonly OrderedRow<T>[] {
  const known = new Map<string, T>();
  for (const row of rows.filter(({ isOurs }) => isOurs)) {
    const other = known.get(keyOf(row));
    if (other === undefined || compareAlike(row, other) < 0) known.set(keyOf(row), row);
  }
  const chosen = chooseRows(known);
  const heights = measureHeights(known, chosen);
  return chosen
    .map((row): OrderedRow<T> & { readonly height: number } => ({
      row,
      because: row.isMoved ? 'moved' : 'follows',
      height: heights.get(imageOf(row)) ?? 0,
    }))
    .sort((a, b) => a.height - b.height || compareRows(a.row, b.row))
    .map(({ row, because }) => ({ row, because }));
}

/** Those whose base moved, and those on them. */
function chooseRows<T extends RebuildRow>(known: ReadonlyMap<string, T>): readonly T[] {
  const above = groupBy(known.values(), (row) => baseKeyOf(row) ?? '');
  const chosen = new Set([...known.values()].filter(({ isMoved }) => isMoved));
  // a set tells also those that are added while it is read
  for (const row of chosen) for (const next of above.get(keyOf(row)) ?? []) chosen.add(next);
  return [...chosen];
}

/** How many images of the list are below each one at most, by reference and platform. */
function measureHeights<T extends RebuildRow>(known: ReadonlyMap<string, T>, chosen: readonly T[]): ReadonlyMap<string, number> {
  const inList = new Set(chosen);
  const byImage = groupBy(chosen.toSorted(compareRows), imageOf);
  const basesOf = new Map<string, readonly string[]>();
  for (const [image, those] of byImage) {
    const bases = those.flatMap((row) => {
      const base = known.get(baseKeyOf(row) ?? '');
      return base === undefined || !inList.has(base) || imageOf(base) === image ? [] : [imageOf(base)];
    });
    basesOf.set(image, [...new Set(bases)].sort(compareText));
  }
  return measureAll([...byImage.keys()], basesOf);
}

/** Depth first, without recursion: chains may be as long as there are images. What leads back to where the way came from is left out. */
function measureAll(images: readonly string[], basesOf: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, number> {
  const heights = new Map<string, number>();
  const entered = new Set<string>();
  for (const image of images) {
    const way = [image];
    for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
      const bases = basesOf.get(top) ?? [];
      const below = entered.has(top) ? [] : bases.filter((base) => !entered.has(base));
      entered.add(top);
      way.push(...below);
      if (below.length > 0) continue;
      way.pop();
      if (!heights.has(top)) heights.set(top, 1 + bases.reduce((most, base) => Math.max(most, heights.get(base) ?? -1), -1));
    }
  }
  return heights;
}

/** `docker.io/acme/base:1@sha256:...` to `docker.io/acme/base:1`. */
function withoutPin(reference: string): string {
  const at = reference.indexOf('@');
  const name = at === -1 ? reference : reference.slice(0, at);
  return name.lastIndexOf(':') > name.lastIndexOf('/') ? name : reference;
}

const imageOf = ({ reference, platform }: RebuildRow): string => JSON.stringify([withoutPin(reference), platform]);

const keyOf = (row: RebuildRow): string => JSON.stringify([row.host, withoutPin(row.reference), row.platform]);

const baseKeyOf = ({ base, ...row }: RebuildRow): string | null => (base === null ? null : keyOf({ ...row, base, reference: base }));

function compareRows(a: RebuildRow, b: RebuildRow): number {
  return (
    compareText(withoutPin(a.reference), withoutPin(b.reference)) || compareText(a.platform, b.platform) || compareText(a.host, b.host)
  );
}

/** Orders rows of the same image on the same host. */
function compareAlike(a: RebuildRow, b: RebuildRow): number {
  return Number(b.isMoved) - Number(a.isMoved) || compareText(a.base ?? '', b.base ?? '') || compareText(a.reference, b.reference);
}
