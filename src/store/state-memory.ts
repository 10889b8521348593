import type { Memory } from '../check/ports.ts';
import type { BaseVersion } from '../core/base/version.ts';
import type { KeptVersion } from './base-line.ts';
import { lengthOfContents } from './contents-json.ts';
import { createGuardedStore, type StoreSource } from './guarded-store.ts';
import { createPendingState, isEmptyState, isStateNews } from './pending-state.ts';
import { createState, STATE } from './state.ts';
import type { Warn } from './warnings.ts';
import { createWriteBehind } from './write-behind.ts';

/** What cannot be asked again: the bases that were seen, and what the user had recorded. */
export type StateMemory = Pick<
  Memory,
  'findBases' | 'readBases' | 'writeBase' | 'hasBuildNotes' | 'readBuildNote' | 'writeBuildNote' | 'close'
>;

export type StateMemoryOptions = {
  readonly source: StoreSource;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly warn: Warn;
};

/** Written when this much has gathered. */
const FLUSH_AT_COUNT = 1_000;

/** Characters: far more than any real image tells of itself. What nothing is ever deleted from is not filled by what one image claims. */
const MAX_CONTENTS_LENGTH = 1024 * 1024;

/** The part of a memory that lies in the state file, or in nothing: then it remembers until the end of the run. */
export function createStateMemory({ source, now, warn }: StateMemoryOptions): StateMemory {
  const pending = createPendingState();
  const { batch } = pending;
  const state = createGuardedStore({
    kind: STATE,
    source,
    createTables: (database) => createState(database, (message) => warn('store-damaged', message)),
    warn,
  });
  const { noteNews, flush } = createWriteBehind({
    now,
    isMuch: () => pending.count() >= FLUSH_AT_COUNT,
    write: (when) => {
      const isWritten = state.write(
        { isEmpty: isEmptyState(batch), isNews: isStateNews(batch), work: (tables) => tables.write(batch, now()) },
        when,
      );
      if (isWritten) pending.clear();
      return isWritten;
    },
  });
  return {
    findBases: (keys) => {
      const kept = state.read((tables) => tables.findVersions(keys)) ?? [];
      return pending.overlayFound(keys, kept).map(versionOf);
    },
    readBases: (repository, tag, platform) => {
      const place = { repository, tag, platform };
      const kept = state.read((tables) => tables.readPlace(place)) ?? [];
      return pending.overlayPlace(place, kept).map(versionOf);
    },
    writeBase: (version) => {
      if (lengthOfContents(version.contents) > MAX_CONTENTS_LENGTH) return;
      pending.addVersion(version, { readTail: (line) => state.read((tables) => tables.readTail(line)) ?? [], now: now() });
      noteNews();
    },
    hasBuildNotes: () => batch.notes.size > 0 || state.read((tables) => tables.hasNotes()) === true,
    readBuildNote: (imageId, platform) => pending.note(imageId, platform) ?? state.read((tables) => tables.readNote(imageId, platform)),
    writeBuildNote: (note) => {
      if (lengthOfContents(note.base.contents) > MAX_CONTENTS_LENGTH) return;
      pending.addNote(note);
      noteNews();
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
