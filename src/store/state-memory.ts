import type { KeptHold, Memory } from '../check/ports.ts';
import type { BaseVersion } from '../core/base/version.ts';
import { isTag, type Repository } from '../core/reference.ts';
import type { KeptVersion } from './base-line.ts';
import { CLOCK_TOLERANCE_MS } from './clock.ts';
import { lengthOfContents } from './contents-json.ts';
import { createGuardedStore, type StoreSource } from './guarded-store.ts';
import { createPendingState, isEmptyState, isStateNews } from './pending-state.ts';
import { createState, STATE } from './state.ts';
import { isEarlier } from './sighting-table.ts';
import type { Warn } from './warnings.ts';
import { createWriteBehind } from './write-behind.ts';

/** What cannot be asked again: the bases that were seen, what the user had recorded and holds back, and since when tags are there. */
export type StateMemory = Pick<
  Memory,
  | 'findBases'
  | 'readBases'
  | 'writeBase'
  | 'hasBuildNotes'
  | 'readBuildNote'
  | 'writeBuildNote'
  | 'readSightings'
  | 'writeSightings'
  | 'readHolds'
  | 'writeHold'
  | 'removeHold'
  | 'close'
>;

export type StateMemoryOptions = {
  readonly source: StoreSource;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly warn: Warn;
};

/** Written when this much has gathered. */
const FLUSH_AT = { bases: 1_000, sightings: 20_000 } as const;

/** Characters: far more than any real image tells of itself. What nothing is ever deleted from is not filled by what one image claims. */
const MAX_CONTENTS_LENGTH = 1024 * 1024;

/** The part of a memory that lies in the state file, or in nothing: then it remembers until the end of the run. */
export function createStateMemory({ source, now, warn }: StateMemoryOptions): StateMemory {
  const pending = createPendingState();
  const { batch, bases, holds, sightings } = pending;
  const state = createGuardedStore({
    kind: STATE,
    source,
    createTables: (database, version) => createState(database, { version, onDamage: (message) => warn('store-damaged', message) }),
    warn,
  });
  const { noteNews, flush } = createWriteBehind({
    now,
    isMuch: () => bases.count() >= FLUSH_AT.bases || sightings.count() >= FLUSH_AT.sightings,
    write: (when) => {
      const isWritten = state.write(
        { isEmpty: isEmptyState(batch), isNews: isStateNews(batch), work: (tables) => tables.write(batch, now()) },
        when,
      );
      if (isWritten) pending.clear();
      return isWritten;
    },
  });

  const readHolds = (): readonly KeptHold[] => holds.overlay(state.read((tables) => tables.holds?.readAll() ?? []) ?? []);
  const readKeptSightings = (repository: Repository): ReadonlyMap<string, number> =>
    state.read((tables) => tables.sightings?.readAll(repository) ?? null) ?? new Map<string, number>();
  return {
    findBases: (keys) => {
      const kept = state.read((tables) => tables.bases.findVersions(keys)) ?? [];
      return bases.overlayFound(keys, kept).map(versionOf);
    },
    readBases: (repository, tag, platform) => {
      const place = { repository, tag, platform };
      const kept = state.read((tables) => tables.bases.readPlace(place)) ?? [];
      return bases.overlayPlace(place, kept).map(versionOf);
    },
    writeBase: (version) => {
      if (lengthOfContents(version.contents) > MAX_CONTENTS_LENGTH) return;
      bases.addVersion(version, { readTail: (line) => state.read((tables) => tables.bases.readTail(line)) ?? [], now: now() });
      noteNews();
    },
    hasBuildNotes: () => batch.bases.notes.size > 0 || state.read((tables) => tables.bases.hasNotes()) === true,
    readBuildNote: (imageId, platform) => bases.note(imageId, platform) ?? state.read((tables) => tables.bases.readNote(imageId, platform)),
    writeBuildNote: (note) => {
      if (lengthOfContents(note.base.contents) > MAX_CONTENTS_LENGTH) return;
      bases.addNote(note);
      noteNews();
    },
    readSightings: (repository, tags) => {
      const learned = sightings.of(repository);
      const kept = readKeptSightings(repository);
      const known = new Map<string, number>();
      for (const tag of tags) {
        const seenAt = learned.get(tag) ?? kept.get(tag);
        if (seenAt !== undefined && seenAt <= now() + CLOCK_TOLERANCE_MS) known.set(tag, seenAt);
      }
      return known;
    },
    writeSightings: (repository, tags, seenAt) => {
      const kept = readKeptSightings(repository);
      const isNews = (tag: string): boolean => isTag(tag) && isEarlier(seenAt, kept.get(tag));
      sightings.add(repository, tags.filter(isNews), seenAt);
      noteNews();
    },
    readHolds,
    writeHold: (hold) => {
      holds.set(hold);
      noteNews();
    },
    removeHold: (of) => {
      if (!readHolds().some((hold) => hold.of === of)) return false;
      holds.remove(of);
      noteNews();
      return true;
    },
    close: () => {
      flush('at-close');
      state.close();
    },
  };
}

function versionOf({ version }: KeptVersion): BaseVersion {
  return version;
}
