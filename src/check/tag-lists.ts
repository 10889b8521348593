import { type Outcome, reason } from '../core/reason.ts';
import { renderRepository, type Repository } from '../core/reference.ts';
import type { AnswerPolicy } from './answers.ts';
import type { Memory, Registry, TagListNote } from './ports.ts';

/** The tags of a repository, as its registry listed them. `tags` may read them from what is remembered; null: the list of `note` is no longer there. */
export type TagList = { readonly note: TagListNote; readonly tags: () => readonly string[] | null; readonly asked: boolean };

/** A repository, and the literal beginnings of those tags that are wanted; null: all of them. */
export type WantedList = { readonly repository: Repository; readonly prefixes: readonly string[] | null };

/** The lists of registries seen through what is remembered: a list is asked for once within its age. */
export type TagLists = {
  /** What is remembered of these and still trusted, in their order; null for one that has to be asked for. */
  readonly recallAll: (wanted: readonly WantedList[]) => readonly (TagList | null)[];
  /** Asks, and remembers what is said. */
  readonly ask: (wanted: WantedList) => Promise<Outcome<TagList>>;
};

export type TagListPorts = {
  readonly memory: Pick<Memory, 'readTagLists' | 'readTagList' | 'writeTagList'>;
  readonly openRegistry: () => Promise<Registry>;
  readonly now: () => number;
  readonly signal: AbortSignal;
};

/** Puts the memory in front of a registry's lists. */
export function createTagLists({ memory, openRegistry, now, signal }: TagListPorts, policy: AnswerPolicy): TagLists {
  const trust = (note: TagListNote | null, { repository, prefixes }: WantedList): TagList | null => {
    if (note === null || !isCovered(note, prefixes)) return null;
    const age = now() - note.observedAt;
    if (!policy.offline && (age < 0 || age >= policy.maxAgeMs)) return null;
    return { note, tags: () => readAs(note, repository), asked: false };
  };
  // another process may have put another list in its place, which need not have the tags that are wanted here
  const readAs = ({ observedAt }: TagListNote, repository: Repository): readonly string[] | null => {
    const tags = memory.readTagList(repository);
    const [after] = memory.readTagLists([repository]);
    return after?.observedAt === observedAt ? tags : null;
  };
  return {
    recallAll: (wanted) => {
      const notes = memory.readTagLists(wanted.map(({ repository }) => repository));
      return wanted.map((each, place) => trust(notes[place] ?? null, each));
    },
    ask: async ({ repository, prefixes }) => {
      if (policy.offline) {
        const message = `the tags of ${renderRepository(repository)} are not remembered, and nothing is asked while offline`;
        return { ok: false, reason: reason('offline', message) };
      }
      const answer = await (await openRegistry()).listTags(repository, { prefixes: prefixes ?? [] }, signal);
      signal.throwIfAborted();
      if (answer.kind === 'unknown') return { ok: false, reason: answer.reason };
      const note = { observedAt: now(), covers: answer.covers, cut: answer.cut };
      memory.writeTagList(repository, { ...note, tags: answer.tags });
      return { ok: true, value: { note, tags: () => answer.tags, asked: true } };
    },
  };
}

/** A list that was cut is all there is until it is asked for again. */
function isCovered({ covers, cut }: TagListNote, prefixes: readonly string[] | null): boolean {
  if (cut !== null || covers === null) return true;
  return prefixes?.every((prefix) => covers.includes(prefix)) ?? false;
}
