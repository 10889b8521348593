import { decideNewer, type NewerDecision, type VersionFacts } from '../core/versions/decide-newer.ts';
import { tabulateVersions } from '../core/versions/tabulate.ts';
import type { NewerQuestion } from './newer-questions.ts';
import { noteSightings, type Sighted } from './note-sightings.ts';
import type { Memory } from './ports.ts';
import type { NewerReport } from './report.ts';

/** The decision about one question, and the table of all tags where it is wanted. */
export type DecidedVersions = { readonly decision: NewerDecision; readonly table: NewerReport['table'] };

export type DecidingOptions = {
  readonly memory: Pick<Memory, 'readSightings' | 'writeSightings'>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly tables: boolean;
};

/** Decides about all questions to one list of tags; `noted` are those that were decided about before. */
export function decideList(
  sighted: Sighted,
  noted: ReadonlyMap<NewerQuestion, NewerDecision>,
  { memory, now, tables }: DecidingOptions,
): ReadonlyMap<NewerQuestion, DecidedVersions> {
  const facts: VersionFacts = { tags: sighted.tags, firstSeen: noteSightings(sighted, memory), now };
  return new Map(
    sighted.questions.map((question) => {
      const { tag, policy } = question;
      const decision = noted.get(question) ?? decideNewer(tag, facts, policy);
      return [
        question,
        { decision, table: tables ? { policy, rows: tabulateVersions(tag, facts, policy), covers: sighted.list.note.covers } : null },
      ];
    }),
  );
}
