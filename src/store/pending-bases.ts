import type { BaseKeys } from '../check/ports.ts';
import type { BaseVersion, BuildNote } from '../core/base/version.ts';
import { addToLine, lineOf, placeKey, type BaseLine, type BasePlace, type KeptVersion } from './base-line.ts';

/** What is to be written at once. */
export type BaseBatch = { readonly lines: ReadonlyMap<string, PendingLine>; readonly notes: ReadonlyMap<string, BuildNote> };

export type PendingLine = {
  readonly line: BaseLine;
  /** What was seen, in order. */
  readonly seen: readonly BaseVersion[];
  /** The end of the line as it was kept, with what was seen added to it. */
  readonly view: readonly KeptVersion[];
};

/** What this run learned of bases and did not write yet; where nothing can be written, the memory of this run. */
export type PendingBases = {
  readonly batch: BaseBatch;
  /** `readTail`: the end of a line as it is kept; asked once per line. `now`: milliseconds since the epoch. */
  readonly addVersion: (version: BaseVersion, options: AddOptions) => void;
  readonly addNote: (note: BuildNote) => void;
  /** What is kept of a place, with what was seen on top. */
  readonly overlayPlace: (place: BasePlace, kept: readonly KeptVersion[]) => readonly KeptVersion[];
  /** What is kept and has one of the keys, with what was seen on top. */
  readonly overlayFound: (keys: BaseKeys, kept: readonly KeptVersion[]) => readonly KeptVersion[];
  readonly note: (imageId: string, platform: string) => BuildNote | null;
  /** How many things were learned. */
  readonly count: () => number;
  readonly clear: () => void;
};

export type AddOptions = { readonly readTail: (line: BaseLine) => readonly KeptVersion[]; readonly now: number };

/** Nothing pending. */
export function createPendingBases(): PendingBases {
  const lines = new Map<string, PendingLine>();
  const notes = new Map<string, BuildNote>();
  /** Keys of the lines with a version that is found by a chain id or a history hash, and of those at a place. */
  const linesByKey = new Map<string, Set<string>>();
  const linesByPlace = new Map<string, Set<string>>();
  /** Rows that are shown as they are in `lines`. */
  const covered = new Set<number>();
  let seenCount = 0;

  const show = (key: string, pending: PendingLine): void => {
    lines.set(key, pending);
    setAt(linesByPlace, placeKey(pending.line)).add(key);
    for (const { row, keys } of pending.view) {
      if (row !== null) covered.add(row);
      for (const each of [keys.chainId, keys.historyHash]) if (each !== null) setAt(linesByKey, each).add(key);
    }
  };
  const viewsOf = (keys: Iterable<string>): readonly KeptVersion[] => [...keys].flatMap((key) => lines.get(key)?.view ?? []);
  const uncovered = (kept: readonly KeptVersion[]): readonly KeptVersion[] => kept.filter(({ row }) => row === null || !covered.has(row));
  return {
    batch: { lines, notes },
    addVersion: (version, { readTail, now }) => {
      const line = lineOf(version);
      const key = `${placeKey(line)} ${line.chainId ?? ''}`;
      const pending = lines.get(key) ?? { line, seen: [], view: readTail(line) };
      const view = addToLine(pending.view, version, now);
      if (view === pending.view) return;
      show(key, { ...pending, seen: [...pending.seen, version], view });
      seenCount += 1;
    },
    addNote: (note) => {
      const key = noteKey(note.imageId, note.base.platform);
      const known = notes.get(key);
      if (known === undefined || known.recordedAt <= note.recordedAt) notes.set(key, note);
    },
    overlayPlace: (place, kept) => [...uncovered(kept), ...viewsOf(linesByPlace.get(placeKey(place)) ?? [])],
    overlayFound: (keys, kept) => {
      if (lines.size === 0) return kept;
      const [chainIds, historyHashes] = [new Set(keys.chainIds), new Set(keys.historyHashes)];
      const touched = new Set([...chainIds, ...historyHashes].flatMap((each) => [...(linesByKey.get(each) ?? [])]));
      const found = viewsOf(touched).filter(
        ({ keys: { chainId, historyHash } }) =>
          (chainId !== null && chainIds.has(chainId)) || (historyHash !== null && historyHashes.has(historyHash)),
      );
      return [...uncovered(kept), ...found];
    },
    note: (imageId, platform) => notes.get(noteKey(imageId, platform)) ?? null,
    count: () => seenCount + notes.size,
    clear: () => {
      for (const collection of [lines, notes, linesByKey, linesByPlace, covered]) collection.clear();
      seenCount = 0;
    },
  };
}

function setAt(map: Map<string, Set<string>>, key: string): Set<string> {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = new Set<string>();
  map.set(key, made);
  return made;
}

function noteKey(imageId: string, platform: string): string {
  return `${platform} ${imageId}`;
}

/** True when something was learned: that a version is still there is not worth a warning when it cannot be written. */
export function isBaseNews({ lines, notes }: BaseBatch): boolean {
  return notes.size > 0 || [...lines.values()].some(({ view }) => view.some(({ row }) => row === null));
}
