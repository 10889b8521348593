import { groupBy } from '../core/group.ts';
import { type Reference, renderRepository } from '../core/reference.ts';
import { planTagCheck } from '../core/tag-check.ts';
import type { TagVerdict } from '../core/verdict.ts';
import type { AnswerPolicy, Answers, Resolution } from './answers.ts';
import { checkTag, type TagCheck } from './check-tag.ts';
import { workByRegistry } from './each-registry.ts';
import type { Subject } from './images-to-check.ts';
import type { Registry } from './ports.ts';

export type TagCheckOptions = AnswerPolicy & {
  /** Questions at once per registry; the registry client bounds its requests by itself. */
  readonly jobs: number;
  readonly onProgress: (progress: Progress) => void;
  /** Told of each row as soon as it is settled. */
  readonly onSettled?: (subject: Subject, settled: Settled) => void;
};

/** `subject`: what is waited for, `images` or the registry that has been asked longest; with a total of 0 the places that are still read. */
export type Progress = { readonly done: number; readonly total: number; readonly subject: string };

/** What was found about one row's tag; `resolution` is null when nothing had to be asked. */
export type Settled = { readonly check: TagCheck; readonly resolution: Resolution | null };

type TagPorts = { readonly answers: Answers; readonly openRegistry: () => Promise<Registry> };

/** All the rows that one tag settles. */
type Group = { readonly reference: Reference; readonly tag: string; readonly subjects: readonly Subject[] };

/** Settles the tag of every row that has a name, asking once for each distinct tag. Images without a name are left out of the answer. */
export async function checkTags(
  subjects: readonly Subject[],
  { answers, openRegistry }: TagPorts,
  options: TagCheckOptions,
): Promise<ReadonlyMap<Subject, Settled>> {
  const settled = new Map<Subject, Settled>();
  const note = (subject: Subject, found: Settled): void => {
    settled.set(subject, found);
    options.onSettled?.(subject, found);
  };
  const groups = groupByTag(subjects, (subject, verdict) => {
    note(subject, { check: { verdict, offered: null, trail: [] }, resolution: null });
  });
  const answered = answers.recallAll(groups.map(({ reference, tag }) => ({ repository: reference, tag })));
  const recalled = new Map(groups.map((group, place) => [group, answered[place] ?? null]));
  const toAsk = groups.filter((group) => recalled.get(group) === null);
  if (toAsk.length > 0 && !options.offline) (await openRegistry()).announce(toAsk.map((group) => group.reference));

  const done = new Set<Group>();
  let oldest = 0;
  const settle = async (group: Group): Promise<void> => {
    const resolution = recalled.get(group) ?? (await answers.resolve(group.reference, group.tag));
    for (const subject of group.subjects) {
      const question = { image: subject.image, reference: group.reference, platform: subject.platform };
      const check = await checkTag(question, resolution, answers);
      note(subject, { check, resolution });
    }
    done.add(group);
    for (let waiting = groups[oldest]; waiting !== undefined && done.has(waiting); waiting = groups[oldest]) oldest += 1;
    options.onProgress({ done: done.size, total: groups.length, subject: (groups[oldest] ?? group).reference.registry });
  };

  const [first] = groups;
  if (first !== undefined) options.onProgress({ done: 0, total: groups.length, subject: first.reference.registry });
  await workByRegistry(groups, { registryOf: ({ reference }) => reference.registry, jobs: options.jobs, work: settle });
  return settled;
}

/** The rows whose tag has to be known, by that tag; the others are settled. */
function groupByTag(subjects: readonly Subject[], onSettled: (subject: Subject, verdict: TagVerdict) => void): readonly Group[] {
  const asking = subjects.flatMap((subject) => {
    if (subject.reference === null) return [];
    const plan = planTagCheck(subject.image, subject.reference);
    if (plan.kind === 'ask') return [{ subject, reference: subject.reference, tag: plan.tag }];
    onSettled(subject, plan.verdict);
    return [];
  });
  const byTag = groupBy(asking, ({ reference, tag }) => `${renderRepository(reference)}:${tag}`);
  return [...byTag.values()].flatMap((rows) => {
    const [first] = rows;
    return first === undefined ? [] : [{ reference: first.reference, tag: first.tag, subjects: rows.map(({ subject }) => subject) }];
  });
}
