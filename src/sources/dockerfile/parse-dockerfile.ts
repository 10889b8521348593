import type { FileContents, FilePlace, FileReference, StageBase } from '../../core/file-reference.ts';
import { parsed } from '../../core/parsed.ts';
import type { Platform } from '../../core/platform.ts';
import { parseReference, withDefaultTag } from '../../core/reference.ts';
import { sanitizeText } from '../../core/text.ts';
import { createScope } from './arguments.ts';
import { createFindContext } from './contexts.ts';
import { type Directive, type Directives, readDirectives } from './directives.ts';
import { holdAbove } from './holds.ts';
import { type Instruction, offsetInFile, readInstructions } from './instructions.ts';
import { type Outline, outlineDockerfile } from './outline.ts';
import { createPlaceOf, type PlaceOf } from './places.ts';
import { findProblems } from './problems.ts';
import { type MakeReference, type ResolvedStage, resolveStages, resolveUses } from './resolve-stages.ts';

export type DockerfileOptions = {
  /** As places have it. */
  readonly path: string;
  /** What `--build-arg` says. */
  readonly buildArgs: ReadonlyMap<string, string>;
  /** The stage that is built, by name or index; null or empty: the last one, and all are read. */
  readonly target: string | null;
  readonly platforms: { readonly build: Platform; readonly target: Platform };
  /** Named build contexts by lowercase name: the image one is, or null for one that is none. What has their name is no reference. */
  readonly contexts: ReadonlyMap<string, FileReference | null>;
  /** Moves places, for a Dockerfile that is written inside another file. */
  readonly at: (place: FilePlace) => FilePlace;
};

/** `base`: what the stage that is built stands on, through stages that are built on stages. `declared`: the names of all its ARGs. */
export type DockerfileContents = FileContents & { readonly base: StageBase; readonly declared: ReadonlySet<string> };

const LONGEST_TEXT = 16 * 1024 * 1024;
const LONGEST_WRITTEN = 4096;
const MOST_REFERENCES = 10_000;

/**
 * Reads which images a Dockerfile names: in FROM, `COPY --from`, `RUN --mount=from=` and `# syntax=`, as BuildKit would resolve them.
 *
 * Stages, `scratch` and named build contexts are no references. A FROM whose variables have no value, or that makes no reference, is one that says so. With a
 * `target` only what its stages need is told. At most 16 Mi characters and 10,000 references are read; what is more is a problem.
 * Source: Dockerfile reference (docs.docker.com/reference/dockerfile); moby/buildkit, frontend/dockerfile.
 */
export function parseDockerfile(text: string, given: DockerfileOptions): DockerfileContents {
  const options = { ...given, target: given.target === '' ? null : given.target };
  const body = text.startsWith('\u{feff}') ? text.slice(1) : text;
  const placeOf = createPlaceOf(body.length > LONGEST_TEXT ? '' : body, options);
  if (body.length > LONGEST_TEXT) return nothingRead(placeOf(0, 0), `expected at most ${LONGEST_TEXT} characters, got ${body.length}`);
  const directives = readDirectives(body);
  const read = readInstructions(body, directives.escape);
  const outline = outlineDockerfile(read.instructions, directives.escape);
  const making = createMaker(placeOf);
  const stages = resolve(outline, { directives, making, options });
  const target = findTarget(outline, options.target);
  const wanted = options.target === null || target === null ? null : needed(stages.resolved, target);
  const references = [
    ...frontend(directives.syntax, placeOf),
    ...stages.loose,
    ...stages.resolved.flatMap((stage, index) => (wanted === null || wanted.has(index) ? stage.references : [])),
  ];
  return {
    references,
    problems: findProblems({
      directives,
      read,
      outline,
      placeOf,
      naming: making.made,
      tooMany: making.tooMany(),
      missingTarget: target === null ? options.target : null,
    }),
    base: findBase(stages.resolved, { target, placeOf, options }),
    declared: new Set([...outline.declaredNames, ...outline.declaredInStages]),
  };
}

function nothingRead({ path, line, column }: FilePlace, message: string): DockerfileContents {
  return {
    references: [],
    problems: [{ kind: 'unread', path, line, column, message }],
    base: { kind: 'untold', message },
    declared: new Set(),
  };
}

type Making = { readonly make: MakeReference; readonly made: Set<Instruction>; readonly tooMany: () => number };

/** Makes references until there are too many; remembers for which instructions. */
function createMaker(placeOf: PlaceOf): Making {
  const made = new Set<Instruction>();
  let count = 0;
  return {
    made,
    tooMany: () => Math.max(0, count - MOST_REFERENCES),
    make: (instruction, range, { reference, platform }) => {
      count += 1;
      made.add(instruction);
      if (count > MOST_REFERENCES) return null;
      return {
        kind: 'dockerfile',
        place: placeInFile(instruction, range, placeOf),
        written: sanitizeText(instruction.text.slice(range.from, range.to), LONGEST_WRITTEN),
        within: null,
        reference,
        platform,
        running: null,
        hold: holdAbove(instruction),
      };
    },
  };
}

function placeInFile(instruction: Instruction, { from, to }: { readonly from: number; readonly to: number }, placeOf: PlaceOf): FilePlace {
  return placeOf(offsetInFile(instruction, from), offsetInFile(instruction, Math.max(from, to - 1)) + 1);
}

type ResolveOptions = { readonly directives: Directives; readonly making: Making; readonly options: DockerfileOptions };

function resolve(
  outline: Outline,
  { directives, making, options }: ResolveOptions,
): { resolved: readonly ResolvedStage[]; loose: readonly FileReference[] } {
  const resolving = {
    scope: createScope(outline.declared, {
      escape: directives.escape,
      buildArgs: options.buildArgs,
      platforms: options.platforms,
      stage: options.target ?? outline.stages.at(-1)?.name ?? 'default',
    }),
    findContext: createFindContext(options.contexts),
    buildPlatform: options.platforms.build,
    make: making.make,
  };
  const loose = resolveUses(outline.uses, { all: new Map(), count: outline.stages.length, resolving }).references;
  return { loose, resolved: resolveStages(outline, resolving) };
}

/** The index of the stage that is built; null when there is none, or no such one. Of two with one name it is the last. */
function findTarget({ stages }: Outline, target: string | null): number | null {
  if (target === null) return stages.length === 0 ? null : stages.length - 1;
  const named = stages.findLastIndex(({ name }) => name === target.toLowerCase());
  if (named !== -1) return named;
  return /^\d+$/.test(target) && Number(target) < stages.length ? Number(target) : null;
}

function needed(stages: readonly ResolvedStage[], target: number): ReadonlySet<number> {
  const found = new Set([target]);
  for (const index of found) for (const other of stages[index]?.needs ?? []) found.add(other);
  return found;
}

function frontend(syntax: Directive | null, placeOf: PlaceOf): readonly FileReference[] {
  if (syntax === null) return [];
  const reference = parseReference(syntax.value);
  return [
    {
      kind: 'dockerfile-frontend',
      place: placeOf(syntax.from, syntax.to),
      written: sanitizeText(syntax.value, LONGEST_WRITTEN),
      within: null,
      reference: reference.ok ? parsed(withDefaultTag(reference.value)) : reference,
      platform: null,
      running: null,
      hold: null,
    },
  ];
}

type Basing = { readonly target: number | null; readonly placeOf: PlaceOf; readonly options: DockerfileOptions };

function findBase(stages: readonly ResolvedStage[], { target, placeOf, options }: Basing): StageBase {
  if (stages.length === 0) return { kind: 'untold', message: NO_FROM };
  if (target === null) return { kind: 'untold', message: `no stage "${sanitizeText(options.target ?? '', 80)}"` };
  let base = stages[target]?.base;
  while (base?.kind === 'stage') base = stages[base.index]?.base;
  if (base === undefined) return { kind: 'untold', message: NO_FROM };
  if (base.kind === 'scratch') return { kind: 'scratch', place: placeInFile(base.instruction, base.range, placeOf) };
  if (base.kind === 'untold') return base;
  if (base.kind === 'context' && base.reference === null) {
    return { kind: 'untold', message: `build context "${sanitizeText(base.name, 80)}" is no image` };
  }
  const { reference } = base;
  if (reference === null) return { kind: 'untold', message: NO_FROM };
  return reference.reference.ok ? { kind: 'reference', reference } : { kind: 'untold', message: reference.reference.message };
}

const NO_FROM = 'no FROM: the file has no stage to build';
