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
  const known = new Map<string, Placed<T>>();
  for (const row of rows.filter(({ isOurs }) => isOurs)) {
    const placed = place(row);
    const other = known.get(placed.key);
    if (other === undefined || compareAlike(row, other.row) < 0) known.set(placed.key, placed);
  }
  const chosen = choose(known).sort(compareImages);
  const heights = measureHeights(chosen);
  return chosen
    .map((placed) => ({ ...placed, height: heights.get(placed.image) ?? 0 }))
    .sort((a, b) => a.height - b.height)
    .map(({ row }) => ({ row, because: row.isMoved ? 'moved' : 'follows' }));
}

/** A row, and what tells it, its image on any host and its base from others. */
type Placed<T> = {
  readonly row: T;
  readonly name: string;
  readonly key: string;
  readonly image: string;
  readonly baseKey: string | null;
  readonly baseImage: string | null;
};

function place<T extends RebuildRow>(row: T): Placed<T> {
  const { host, platform } = row;
  const name = withoutPin(row.reference);
  const base = row.base === null ? null : withoutPin(row.base);
  return {
    row,
    name,
    key: JSON.stringify([host, name, platform]),
    image: JSON.stringify([name, platform]),
    baseKey: base === null ? null : JSON.stringify([host, base, platform]),
    baseImage: base === null ? null : JSON.stringify([base, platform]),
  };
}

/** Those whose base moved, and those on them. */
function choose<T extends RebuildRow>(known: ReadonlyMap<string, Placed<T>>): Placed<T>[] {
  const above = groupBy(known.values(), ({ baseKey }) => baseKey);
  const chosen = new Set([...known.values()].filter(({ row }) => row.isMoved));
  // a set tells also those that are added while it is read
  for (const { key } of chosen) for (const next of above.get(key) ?? []) chosen.add(next);
  return [...chosen];
}

/** How many images of the list are below each one at most, on any host. */
function measureHeights<T>(chosen: readonly Placed<T>[]): ReadonlyMap<string, number> {
  const inList = new Set(chosen.map(({ key }) => key));
  const basesOf = new Map<string, readonly string[]>();
  for (const [image, those] of groupBy(chosen, (placed) => placed.image)) {
    const bases = those.flatMap(({ baseKey, baseImage }) =>
      baseKey !== null && baseImage !== null && inList.has(baseKey) ? [baseImage] : [],
    );
    basesOf.set(image, [...new Set(bases)].filter((base) => base !== image).sort(compareText));
  }
  return measureAll(basesOf);
}

/** Depth first, without recursion: chains may be as long as there are images. What leads back to where the way came from is left out. */
function measureAll(basesOf: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, number> {
  const heights = new Map<string, number>();
  const entered = new Set<string>();
  for (const image of basesOf.keys()) {
    const way = [image];
    for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
      const bases = basesOf.get(top) ?? [];
      const below = entered.has(top) ? [] : bases.filter((base) => !entered.has(base));
      entered.add(top);
      for (const base of below) way.push(base);
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

function compareImages<T extends RebuildRow>(a: Placed<T>, b: Placed<T>): number {
  return compareText(a.name, b.name) || compareText(a.row.platform, b.row.platform) || compareText(a.row.host, b.row.host);
}

/** Orders rows of the same image on the same host. */
function compareAlike(a: RebuildRow, b: RebuildRow): number {
  return Number(b.isMoved) - Number(a.isMoved) || compareText(a.base ?? '', b.base ?? '') || compareText(a.reference, b.reference);
}
