import { renderDuration } from '../core/duration.ts';
import type { Reason } from '../core/reason.ts';
import { renderRepository } from '../core/reference.ts';
import type { NewerDecision } from '../core/versions/decide-newer.ts';
import type { Settled } from './check-tags.ts';
import { untrackedNewer } from './describe-image.ts';
import type { Rules } from './image-rules.ts';
import type { Subject } from './images-to-check.ts';
import { type ListGroup, type ListOptions, type ListPorts, type ReadList, readLists } from './newer-lists.ts';
import { createNewerNotes, type NewerNotes } from './newer-notes.ts';
import { type NewerQuestion, planNewer } from './newer-questions.ts';
import type { NewerReport } from './report.ts';
import { type SameImagePorts, tellSameImages } from './same-image.ts';
import type { TagList } from './tag-lists.ts';

export type NewerOptions = ListOptions & {
  /** Also ask, free of charge, what the tags name that are told; without, only those that a pinned reference has to be changed to. */
  readonly resolves: boolean;
  /** Also tell of every tag which rule admits or rejects it. */
  readonly tables: boolean;
};

export type NewerPorts = Omit<ListPorts, 'onList'> &
  Omit<SameImagePorts, 'settled'> & {
    /** The answers about the tags of all rows, once they are there. */
    readonly settling: Promise<ReadonlyMap<Subject, Settled>>;
    readonly rules: Rules;
    /** Milliseconds since the epoch. */
    readonly now: () => number;
  };

/** The report of a row so far, and the tags of its repository where they are known. */
export type Draft = { readonly report: NewerReport; readonly tags: () => readonly string[] };

const NO_TAGS: Draft['tags'] = () => [];

/**
 * Finds the newer versions of every row: from one list of tags for each repository, however many rows have tags of it; from none for what is no version.
 *
 * @throws the signal's reason when aborted.
 */
export async function checkNewer(
  subjects: readonly Subject[],
  ports: NewerPorts,
  options: NewerOptions,
): Promise<ReadonlyMap<Subject, NewerReport>> {
  const drafts = new Map<Subject, Draft>();
  const questions = subjects.flatMap((subject) => {
    const plan = planNewer(subject, ports.rules.of(subject.reference).versions);
    if (plan.kind === 'ask') return [plan.question];
    drafts.set(subject, { report: untrackedNewer(plan.why), tags: NO_TAGS });
    return [];
  });
  const notes = createNewerNotes(ports.memory);
  notes.recall(questions);
  const onList = async (group: ListGroup, read: ReadList): Promise<void> => {
    for (const [subject, draft] of await decideOfList(group, read, { ...ports, notes, options })) drafts.set(subject, draft);
  };
  await readLists(questions, { ...ports, onList }, options);
  notes.keep();
  return tellSameImages(drafts, { ...ports, settled: await ports.settling }, options);
}

type Deciding = NewerPorts & { readonly notes: NewerNotes; readonly options: NewerOptions };

/** Tags are read from what is remembered, and the rules loaded, only where something has to be decided anew; once for all rows of the repository. */
async function decideOfList(group: ListGroup, read: ReadList, ports: Deciding): Promise<readonly (readonly [Subject, Draft])[]> {
  const { questions } = group;
  if (read.kind === 'failed') {
    const draft = { report: describeFailure(read.reason), tags: NO_TAGS };
    return questions.map(({ subject }) => [subject, draft] as const);
  }
  const { list } = read;
  const { lists, memory, now, notes, options } = ports;
  const noted = notes.findAll(list.asked ? [] : questions, list.note.observedAt);
  const isNoted = noted.size === questions.length && !options.tables;
  const known = isNoted ? null : list.tags();
  if (known === null && !isNoted) return decideOfList(group, await askAgain(lists, group), ports);
  // kept only where more is to be asked about them: thousands of lists are large
  const tags = options.resolves ? () => known ?? list.tags() ?? [] : NO_TAGS;
  const decided =
    known === null
      ? null
      : (await import('./decide-list.ts')).decideList({ ...group, list, tags: known }, noted, {
          memory,
          now: now(),
          tables: options.tables,
        });
  return questions.flatMap((question) => {
    const decision = noted.get(question) ?? decided?.get(question)?.decision;
    if (decision === undefined) return [];
    if (!noted.has(question)) notes.learn(question, list.note.observedAt, decision);
    const table = decided?.get(question)?.table ?? null;
    const report = describeDecision(question, { decision, list, count: known?.length ?? null, table });
    return [[question.subject, { report, tags }] as const];
  });
}

/** What was remembered when the run began and is gone by now has to be asked for after all. */
async function askAgain(lists: ListPorts['lists'], group: ListGroup): Promise<ReadList> {
  const answer = await lists.ask(group);
  return answer.ok ? { kind: 'list', list: answer.value } : { kind: 'failed', reason: answer.reason };
}

type Decided = {
  readonly decision: NewerDecision;
  readonly list: TagList;
  /** How many tags there are; null where they were not read. */
  readonly count: number | null;
  readonly table: NewerReport['table'];
};

/** What a cut list does not have says nothing; what it has is newer all the same. */
function describeDecision({ reference, policy }: NewerQuestion, { decision, list, count, table }: Decided): NewerReport {
  const { cut, observedAt } = list.note;
  const { verdict, variant, deferred } = decision;
  const isOpen = verdict.kind === 'none' && cut !== null;
  const waits = deferred.length === 1 ? 'waits' : 'wait';
  return {
    verdict: isOpen ? { kind: 'unknown', reason: cut, why: cut.message } : verdict,
    variant,
    sibling: null,
    notes: [
      ...(cut === null || isOpen ? [] : [cut.message]),
      ...(deferred.length === 0 ? [] : [`${deferred.join(', ')} ${waits} for minAge (${renderDuration(policy.minAgeMs)})`]),
    ],
    checkedAt: observedAt,
    trail: [
      {
        asked: `GET ${renderRepository(reference)} tags/list`,
        answer:
          count === null
            ? 'the same list, so the same answer as before'
            : `${count} ${count === 1 ? 'tag' : 'tags'}${cut === null ? '' : ', cut'}`,
        cost: list.asked ? 'free' : 'remembered',
      },
    ],
    table,
  };
}

function describeFailure(reason: Reason): NewerReport {
  return { ...untrackedNewer(''), verdict: { kind: 'unknown', reason, why: reason.message } };
}
