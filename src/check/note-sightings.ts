import type { Repository } from '../core/reference.ts';
import { decideNewer } from '../core/versions/decide-newer.ts';
import { STANDARD_POLICY } from '../core/versions/policy.ts';
import type { NewerQuestion } from './newer-questions.ts';
import type { Memory } from './ports.ts';
import type { TagList } from './tag-lists.ts';

export type Sighted = {
  readonly repository: Repository;
  readonly questions: readonly NewerQuestion[];
  readonly list: TagList;
  readonly tags: readonly string[];
};

/**
 * Notes which newer versions a list has that was made just now, and says when each was seen first; null: not known, or of no concern to any of the questions.
 *
 * Only the versions above those that are here: of a large repository that is little.
 */
export function noteSightings(
  { repository, questions, list, tags }: Sighted,
  memory: Pick<Memory, 'readSightings' | 'writeSightings'>,
): (tag: string) => number | null {
  const isAsked = questions.some(({ policy }) => policy.minAgeMs > 0);
  if (!list.asked && !isAsked) return () => null;
  const newer = [...findAllNewer([...new Set(questions.map(({ tag }) => tag))].sort(), tags)];
  if (newer.length > 0) memory.writeSightings(repository, newer, list.note.observedAt);
  const seen = isAsked ? memory.readSightings(repository, newer) : new Map<string, number>();
  return (tag) => seen.get(tag) ?? null;
}

/** What is above a tag that is itself above another one is known already. */
function findAllNewer(installed: readonly string[], tags: readonly string[]): ReadonlySet<string> {
  const newer = new Set<string>();
  for (const tag of installed) {
    if (newer.has(tag)) continue;
    for (const each of findNewer(tag, tags)) newer.add(each);
  }
  return newer;
}

/** Every version that might be offered, which is what the last of all rules is asked about. */
function findNewer(installed: string, tags: readonly string[]): readonly string[] {
  const newer = new Set<string>();
  const firstSeen = (tag: string): null => {
    newer.add(tag);
    return null;
  };
  decideNewer(installed, { tags, firstSeen, now: 0 }, { ...STANDARD_POLICY, minAgeMs: 1, variant: 'newer' });
  return [...newer];
}
