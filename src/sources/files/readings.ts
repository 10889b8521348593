import { comparePlaces, type FileContents, type FilePlace, type FileProblem, type FileReference } from '../../core/file-reference.ts';
import { renderReference } from '../../core/reference.ts';

/** What was read at once: a file, or several that are one compose project with the Dockerfiles it builds. */
export type Reading = FileContents & {
  /** Every file that was read for it. */
  readonly files: readonly string[];
  /** Those a project builds with all their stages: nobody else knows more of them. */
  readonly whole: readonly string[];
  /** The file that was read only because it lies in a folder; null for what was named, or is what compose takes by default. */
  readonly foundFile: string | null;
};

/** Nothing but problems. */
export function told(problems: readonly FileProblem[]): Reading {
  return { references: [], problems, files: [], whole: [], foundFile: null };
}

/** A file of which nothing could be read. */
export function unread(path: string, message: string): Reading {
  return told([{ kind: 'unread', path, line: null, column: null, message }]);
}

/**
 * Joins readings to what is told of all files, by path, line and column.
 *
 * Where a compose project leads to a file that was also found in a folder, its word counts at the places it speaks of, because it knows arguments, variables and
 * what else is merged; of the other places of that file, such as stages no service needs, the file's own reading is told. Projects that build the same
 * place from different images each keep theirs. Where a project builds all stages of a file, that file's own reading is told nowhere: it would take the names of
 * the project's build contexts for images.
 */
export function joinReadings(readings: readonly Reading[]): FileContents & { readonly files: number } {
  const whole = new Set(readings.flatMap((reading) => reading.whole));
  const tellers = new Map<string, Reading | 'several'>();
  for (const reading of readings) {
    for (const { place } of reading.references) {
      const key = keyOfPlace(place);
      tellers.set(key, (tellers.get(key) ?? reading) === reading ? reading : 'several');
    }
  }
  const told = new Map<string, FileReference>();
  const references: FileReference[] = [];
  for (const reading of readings) {
    if (reading.foundFile !== null && whole.has(reading.foundFile)) continue;
    for (const reference of reading.references) {
      const isShared = tellers.get(keyOfPlace(reference.place)) === 'several';
      if (isShared && (reference.place.path === reading.foundFile || told.has(keyOf(reference)))) continue;
      if (isShared) told.set(keyOf(reference), reference);
      references.push(reference);
    }
  }
  const problems = new Map(readings.flatMap((reading) => reading.problems).map((problem) => [JSON.stringify(problem), problem]));
  return {
    references: references.sort((a, b) => comparePlaces(a.place, b.place)),
    problems: sortProblems([...problems.values()]),
    files: new Set(readings.flatMap(({ files }) => files)).size,
  };
}

function keyOfPlace({ path, line, column }: FilePlace): string {
  return `${line}:${column}:${path}`;
}

function keyOf({ reference, ...rest }: FileReference): string {
  return JSON.stringify([rest, reference.ok ? renderReference(reference.value) : reference.message]);
}

function sortProblems(problems: readonly FileProblem[]): readonly FileProblem[] {
  return problems.toSorted((a, b) =>
    comparePlaces({ path: a.path, line: a.line ?? 0, column: a.column ?? 0 }, { path: b.path, line: b.line ?? 0, column: b.column ?? 0 }),
  );
}
