import pLimit from 'p-limit';
import { groupBy } from '../core/group.ts';
import type { Reason } from '../core/reason.ts';
import { renderRepository, type Repository } from '../core/reference.ts';
import type { Progress, Settled } from './check-tags.ts';
import type { Subject } from './images-to-check.ts';
import { type NewerQuestion, whyUnlisted } from './newer-questions.ts';
import type { Registry } from './ports.ts';
import type { TagList, TagLists, WantedList } from './tag-lists.ts';

/** The tags of a repository, or why they are not known. */
export type ReadList = { readonly kind: 'list'; readonly list: TagList } | { readonly kind: 'failed'; readonly reason: Reason };

/** A repository whose tags are wanted, and all questions about it. */
export type ListGroup = WantedList & { readonly questions: readonly NewerQuestion[] };

export type ListPorts = {
  readonly lists: TagLists;
  readonly openRegistry: () => Promise<Registry>;
  /** The answer about the tag of a row, as soon as it is there. */
  readonly whenSettled: (subject: Subject) => Promise<Settled>;
  /** Told of each repository as soon as its list is there, so that no list has to be kept. */
  readonly onList: (group: ListGroup, read: ReadList) => Promise<void>;
};

type Limit = ReturnType<typeof pLimit>;

export type ListOptions = { readonly jobs: number; readonly offline: boolean; readonly onProgress: (progress: Progress) => void };

/**
 * Reads one list for each repository, however many questions are about it; each registry by itself, so that one that is slow holds up no other.
 *
 * A repository is asked for once its tags are settled: a registry that said nothing of them would say nothing again.
 */
export async function readLists(
  questions: readonly NewerQuestion[],
  { lists, openRegistry, whenSettled, onList }: ListPorts,
  { jobs, offline, onProgress }: ListOptions,
): Promise<void> {
  const groups = groupByRepository(questions);
  const recalled = lists.recallAll(groups);
  const asking = groups.filter((_, place) => recalled[place] === null);
  if (asking.length > 0 && !offline) (await openRegistry()).announce(asking.map(({ repository }) => repository));
  let done = 0;
  const ask = async (group: ListGroup, limit: Limit): Promise<void> => {
    const settled = await Promise.all(group.questions.map(({ subject }) => whenSettled(subject)));
    const why = offline ? null : whyUnlisted(settled.map(({ check }) => check.verdict));
    const answer = why === null ? await limit(() => lists.ask(group)) : { ok: false as const, reason: why };
    await onList(group, answer.ok ? { kind: 'list', list: answer.value } : { kind: 'failed', reason: answer.reason });
    done += 1;
    onProgress({ done, total: asking.length, subject: group.repository.registry });
  };
  for (const [place, group] of groups.entries()) {
    const list = recalled[place] ?? null;
    if (list !== null) await onList(group, { kind: 'list', list });
  }
  const byRegistry = groupBy(asking, ({ repository }) => repository.registry);
  await Promise.all(
    [...byRegistry.values()].map(async (those) => {
      const limit = pLimit(jobs);
      await Promise.all(those.map((group) => ask(group, limit)));
    }),
  );
}

function groupByRepository(questions: readonly NewerQuestion[]): readonly ListGroup[] {
  const groups = groupBy(questions, ({ reference }) => renderRepository(reference));
  return [...groups.values()].flatMap((those) => {
    const [first] = those;
    if (first === undefined) return [];
    const { registry, repository } = first.reference;
    const place: Repository = { registry, repository };
    return [{ repository: place, prefixes: joinPrefixes(those), questions: those }];
  });
}

/** null where the whole list is wanted. */
function joinPrefixes(questions: readonly NewerQuestion[]): readonly string[] | null {
  const prefixes = questions.map(({ prefix }) => prefix);
  return prefixes.includes(null) ? null : [...new Set(prefixes.filter((prefix) => prefix !== null))].sort();
}
