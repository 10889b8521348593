import type { FileProblem } from '../../core/file-reference.ts';
import { sanitizeText } from '../../core/text.ts';
import type { Directives } from './directives.ts';
import { flawsOfNotes } from './holds.ts';
import { type Instruction, type Instructions, offsetInFile } from './instructions.ts';
import type { Outline } from './outline.ts';
import type { PlaceOf } from './places.ts';

/** What was found out about a Dockerfile that may be wrong with it. */
export type Examined = {
  readonly directives: Directives;
  readonly read: Instructions;
  readonly outline: Outline;
  readonly placeOf: PlaceOf;
  /** Those that name an image. */
  readonly naming: ReadonlySet<Instruction>;
  /** How many references were too many. */
  readonly tooMany: number;
  /** The stage that was asked for and is not there. */
  readonly missingTarget: string | null;
};

type Problem = { readonly kind: FileProblem['kind']; readonly message: string; readonly from: number };

const MOST = 100;
const MOST_STAGES = 20;

/** The problems of a Dockerfile, what was not read before what has no effect, each by line and column; a hundred, and then how many more. */
export function findProblems(examined: Examined): readonly FileProblem[] {
  const { directives, outline, placeOf } = examined;
  const problems: readonly Problem[] = [
    ...ofWholeFile(examined),
    ...directives.problems.map((problem) => ({ ...problem, kind: 'ignored' as const })),
    ...outline.flaws.map(({ kind, instruction, message }) => ({ kind, message, from: offsetInFile(instruction, 0) })),
    ...ofNotes(examined),
  ];
  const sorted = problems.toSorted((a, b) => compareKinds(a, b) || a.from - b.from);
  const more = sorted.length - MOST;
  const told = sorted.slice(0, MOST);
  const last = { kind: sorted[MOST]?.kind ?? 'ignored', message: `and ${more} more problems`, from: sorted[MOST]?.from ?? 0 } as const;
  return [...told, ...(more > 0 ? [last] : [])].map(({ kind, message, from }) => {
    const { path, line, column } = placeOf(from, from);
    return { kind, path, line, column, message };
  });
}

function compareKinds(a: Problem, b: Problem): number {
  if (a.kind === b.kind) return 0;
  return a.kind === 'unread' ? -1 : 1;
}

function ofWholeFile({ read, outline, tooMany, missingTarget }: Examined): readonly Problem[] {
  const problems: Problem[] = [];
  if (read.stop !== null) problems.push({ kind: 'unread', ...read.stop });
  if (outline.stages.length === 0)
    problems.push({
      kind: 'unread',
      message: `no FROM: the file has no ${read.instructions.length === 0 ? 'instructions' : 'stage to build'}`,
      from: 0,
    });
  else if (missingTarget !== null) problems.push({ kind: 'unread', message: describeMissing(missingTarget, outline), from: 0 });
  if (tooMany > 0) problems.push({ kind: 'unread', message: `too many references: ${tooMany} of them were not read`, from: 0 });
  return problems;
}

function describeMissing(target: string, { stages }: Outline): string {
  const names = stages.map(({ name }, index) => (name === null ? String(index) : sanitizeText(name, 80)));
  const more = names.length > MOST_STAGES ? ` and ${names.length - MOST_STAGES} more` : '';
  return `no stage "${sanitizeText(target, 80)}": expected one of ${names.slice(0, MOST_STAGES).join(', ')}${more}`;
}

function ofNotes({ read, naming }: Examined): readonly Problem[] {
  const above = read.instructions.flatMap((instruction) => flawsOfNotes(instruction.notes, naming.has(instruction)));
  return [...above, ...flawsOfNotes(read.looseNotes, false)].map(({ message, note }) => ({ kind: 'ignored', message, from: note.from }));
}
