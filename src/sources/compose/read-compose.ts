import { posix } from 'node:path';
import type { FileContents, FileProblem, FileReference } from '../../core/file-reference.ts';
import { type Parsed } from '../../core/parsed.ts';
import { renderPlatform } from '../../core/platform.ts';
import { renderReference } from '../../core/reference.ts';
import { sanitizeText } from '../../core/text.ts';
import { type DockerfileOptions, parseDockerfile } from '../dockerfile/parse-dockerfile.ts';
import { findBuiltImages, type IsBuilt } from './built-images.ts';
import type { Lookup } from './interpolate.ts';
import { type ComposeFile, type Loading, loadProject, withDotenv } from './load-project.ts';
import { type Building, readBuild } from './read-build.ts';
import { type Found, makeReference, readImageVolumes, readPlatform } from './read-service.ts';
import { fieldOf, problemAt, type Value } from './value.ts';
import { isSecret } from './secrets.ts';
import { joinWithin, withinService } from './within-service.ts';

export type ComposeSurroundings = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platforms: DockerfileOptions['platforms'];
  /** Paths as places have them; what is wrong is told as of a subject: `cannot be read: no such file or folder`. */
  readonly readText: (path: string) => Promise<Parsed<string>>;
};

const MOST_REFERENCES = 10_000;
const MOST_PROBLEMS = 10_000;

/**
 * Reads the images that the services of a compose project run, mount or are built from; `files` are merged in their order, and their paths are relative to the
 * folder of the first one.
 *
 * Every profile counts. `image` of a service that is built names what is made, and is no reference, whoever else runs it. The environment is stronger than `.env` beside the first file; a
 * reference with a variable that has no value says so. Of what is replaced by another file nothing is told.
 * Secrets, known by their names, are put into nothing: a project may be anybody's, and would send them to any registry.
 * Source: Compose specification (compose-spec/compose-spec); compose-go, loader.
 * @returns beside what is found every file that was read for it, the Dockerfiles included; `whole`: the Dockerfiles of which every stage was read.
 */
export async function readCompose(
  files: readonly ComposeFile[],
  surroundings: ComposeSurroundings,
): Promise<FileContents & { readonly files: readonly string[]; readonly whole: readonly string[] }> {
  const found = collect();
  const loading: Loading = {
    readText: surroundings.readText,
    problems: [],
    files: new Set(),
    texts: new Map(files.map(({ path, text }) => [path, { ok: true, value: text }])),
    documents: new Map(),
    lines: new Map(),
    layers: new Map(),
    laid: 0,
    parts: 0,
  };
  const directory = posix.dirname(files[0]?.path ?? '-');
  const environment: Lookup = (name) => (Object.hasOwn(surroundings.env, name) && !isSecret(name) ? surroundings.env[name] : undefined);
  const lookup = await withDotenv(posix.join(directory, '.env'), environment, loading);
  const services = await loadProject(files, { directory, lookup, above: [] }, loading);
  const building: Building = {
    directory,
    platforms: surroundings.platforms,
    found,
    parseDockerfile,
    built: new Set(),
    whole: new Set(),
    readDockerfile: async (path) => {
      const text = await surroundings.readText(path);
      if (text.ok) loading.files.add(path);
      return text;
    },
  };
  const isBuilt = findBuiltImages(services);
  for (const [name, service] of services) {
    if (found.isFull()) break;
    await readService({ name, service, isBuilt }, building);
  }
  if (services.size === 0 && loading.problems.length === 0) {
    for (const { path } of files.slice(0, 1))
      found.problem({ kind: 'ignored', path, line: null, column: null, message: 'has no services' });
  }
  return {
    references: found.references,
    problems: distinct([...loading.problems, ...found.problems]).slice(0, MOST_PROBLEMS),
    files: [...loading.files],
    whole: [...building.whole],
  };
}

type Named = { readonly name: string; readonly service: Value; readonly isBuilt: IsBuilt };

async function readService({ name, service, isBuilt }: Named, building: Building): Promise<void> {
  const { found } = building;
  // What a provider makes is no container.
  if (fieldOf(service, 'provider') !== null) return;
  const platform = readPlatform(service, found);
  const within = withinService(name);
  const [image, build] = [fieldOf(service, 'image'), fieldOf(service, 'build')];
  if (build !== null) {
    await readBuild(build, { within, platform }, building);
  } else if (image !== null) {
    const reference = isBuilt(image) ? null : makeReference(image, { within, platform, prefix: '', found });
    if (reference !== null) found.reference(reference);
  } else if (fieldOf(service, 'extends') === null) {
    found.problem(problemAt(service, 'ignored', `service "${sanitizeText(name, 80)}" has neither an image nor a build`));
  }
  readImageVolumes(service, { within, platform, found });
}

function distinct(problems: readonly FileProblem[]): readonly FileProblem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

type Collected = Found & {
  readonly references: readonly FileReference[];
  readonly problems: readonly FileProblem[];
  readonly isFull: () => boolean;
};

/** Keeps each reference and each problem once: several services may have the same lines, by anchors or by one Dockerfile. */
function collect(): Collected {
  const references = new Map<string, FileReference>();
  const problems = new Map<string, FileProblem>();
  return {
    get references() {
      return [...references.values()].slice(0, MOST_REFERENCES);
    },
    get problems() {
      return [...problems.values()];
    },
    isFull: () => references.size > MOST_REFERENCES,
    reference: (reference) => {
      const { kind, place, reference: names, platform } = reference;
      const key = JSON.stringify([
        kind,
        place.path,
        place.line,
        place.column,
        names.ok ? renderReference(names.value) : names.message,
        platform === null ? null : renderPlatform(platform),
      ]);
      const known = references.get(key);
      if (known !== undefined) {
        references.set(key, { ...known, within: joinWithin(known.within, reference.within) });
        return;
      }
      if (references.size === MOST_REFERENCES) {
        const message = `expected at most ${MOST_REFERENCES} references: the others are not checked`;
        problems.set('too many', { kind: 'unread', path: place.path, line: place.line, column: place.column, message });
      }
      if (references.size <= MOST_REFERENCES) references.set(key, reference);
    },
    problem: (problem) => {
      if (problems.size < MOST_PROBLEMS) problems.set(JSON.stringify(problem), problem);
    },
  };
}
