import { posix } from 'node:path';
import type { FilePlace, FileReference, Within } from '../../core/file-reference.ts';
import { malformed, type Parsed, parsed } from '../../core/parsed.ts';
import { parsePlatform, type Platform } from '../../core/platform.ts';
import { parseWrittenPlatform } from '../../core/platform-names.ts';
import { compareText } from '../../core/reference.ts';
import { sanitizeText } from '../../core/text.ts';
import type { DockerfileContents, DockerfileOptions } from '../dockerfile/parse-dockerfile.ts';
import { placeInline } from './place-inline.ts';
import { type Found, makeReference, type ReferenceOptions } from './read-service.ts';
import { isRemote, readLoosely, readValue, resolvePath } from './read-value.ts';
import { fieldOf, isReset, problemAt, type MappingValue, type Value } from './value.ts';

export type Building = {
  /** The folder of the project, which is built where nothing is said. */
  readonly directory: string;
  readonly platforms: DockerfileOptions['platforms'];
  readonly found: Found;
  readonly parseDockerfile: (text: string, options: DockerfileOptions) => DockerfileContents;
  /** The text of a Dockerfile; it is then one of the files that were read. */
  readonly readDockerfile: (path: string) => Promise<Parsed<string>>;
  /** What was built already. */
  readonly built: Set<string>;
  /** Dockerfiles of which every stage was read. */
  readonly whole: Set<string>;
};

const MOST_BUILDS = 1_000;
const IMAGE_CONTEXT = 'docker-image://';

/**
 * Reads the Dockerfile a service is built from, with the arguments, the target and the contexts that the service gives it; the same with the same but once.
 *
 * Source: Compose specification, build.md.
 */
export async function readBuild(
  build: Value,
  { within, platform }: Pick<ReferenceOptions, 'within' | 'platform'>,
  building: Building,
): Promise<void> {
  const { found } = building;
  const refuse = (message: string): void => found.problem(problemAt(build, 'unread', message));
  const text = findDockerfile(build, building);
  if (!text.ok) {
    refuse(text.message);
    return;
  }
  const dockerfile = text.value;
  if (dockerfile.kind === 'remote') {
    found.problem(problemAt(build, 'unread', 'is built from a remote context, which is not read'));
    return;
  }
  const wanted = platform.ok && platform.value === null ? onlyPlatform(build) : platform;
  if (!wanted.ok) {
    refuse(wanted.message);
    return;
  }
  const target = fieldOf(build, 'target');
  const targetName = target === null ? parsed(null) : readLoosely(target);
  if (!targetName.ok) {
    refuse(`target: ${targetName.message}`);
    return;
  }
  const buildArgs = readArguments(build, found);
  const contexts = readContexts(build, within, found);
  const options = {
    buildArgs,
    target: targetName.value === '' ? null : targetName.value,
    platforms: { build: building.platforms.build, target: wanted.value ?? building.platforms.target },
    contexts,
  };
  const key = JSON.stringify([
    dockerfile.kind === 'file' ? dockerfile.path : [build.origin.path, dockerfile.value.span, dockerfile.text],
    [...buildArgs].sort(([a], [b]) => compareText(a, b)),
    options.target,
    options.platforms.target,
    [...contexts].map(([name, reference]) => [name, reference?.written]),
  ]);
  if (building.built.has(key)) return;
  if (building.built.size >= MOST_BUILDS) {
    refuse(`its Dockerfile is not read: expected at most ${MOST_BUILDS} builds`);
    return;
  }
  building.built.add(key);
  await report(build, dockerfile, { building, options });
}

type Given = { readonly building: Building; readonly options: Omit<DockerfileOptions, 'path' | 'at'> };

async function report(build: Value, dockerfile: Exclude<Dockerfile, { kind: 'remote' }>, { building, options }: Given): Promise<void> {
  const { found } = building;
  const shown = dockerfile.kind === 'file' ? sanitizeText(dockerfile.path, 1000) : '';
  const text = dockerfile.kind === 'file' ? await building.readDockerfile(dockerfile.path) : parsed(dockerfile.text);
  if (!text.ok) {
    found.problem(problemAt(build, 'unread', `Dockerfile ${sanitizeText(shown, 200)} ${text.message}`));
    return;
  }
  const isFile = dockerfile.kind === 'file';
  if (isFile && options.target === null) building.whole.add(shown);
  const at = isFile ? (place: FilePlace) => place : placeInline(dockerfile.value);
  const contents = building.parseDockerfile(text.value, { ...options, path: isFile ? shown : dockerfile.value.origin.path, at });
  contents.references.forEach(found.reference);
  contents.problems.forEach(found.problem);
}

type Dockerfile =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'inline'; readonly text: string; readonly value: Value }
  | { readonly kind: 'remote' };

function findDockerfile(build: Value, { directory }: Building): Parsed<Dockerfile> {
  const inline = fieldOf(build, 'dockerfile_inline');
  if (inline !== null) {
    const text = readLoosely(inline);
    return text.ok ? parsed({ kind: 'inline', text: text.value, value: inline }) : text;
  }
  const contextField = fieldOf(build, 'context');
  const context = contextField === null ? parsed('') : readValue(contextField);
  if (!context.ok) return context;
  if (isRemote(context.value)) return parsed({ kind: 'remote' });
  const folder = contextField === null ? directory : resolvePath(contextField.origin.directory, context.value);
  const fileField = fieldOf(build, 'dockerfile');
  const file = fileField === null ? parsed('Dockerfile') : readValue(fileField);
  return file.ok
    ? parsed({ kind: 'file', path: posix.normalize(resolvePath(folder, file.value === '' ? 'Dockerfile' : file.value)) })
    : file;
}

/** An argument without a value has the environment's; without that it is not given. */
function readArguments(build: Value, found: Found): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of pairsOf(fieldOf(build, 'args'))) {
    const given = value.kind === 'scalar' && value.text === null ? parsed(value.origin.lookup(name) ?? null) : readLoosely(value);
    if (!given.ok) found.problem(problemAt(value, 'ignored', `argument ${sanitizeText(name, 80)}: ${given.message}`));
    else if (given.value !== null) values.set(name, given.value);
  }
  return values;
}

/** An image that stands in for a name is a reference of its own; everything else is none. */
function readContexts(build: Value, within: Within, found: Found): ReadonlyMap<string, FileReference | null> {
  const contexts = new Map<string, FileReference | null>();
  for (const [name, value] of pairsOf(fieldOf(build, 'additional_contexts'))) {
    const isImage = value.kind === 'scalar' && value.text?.startsWith(IMAGE_CONTEXT) === true;
    const reference = isImage ? makeReference(value, { within, platform: parsed(null), prefix: IMAGE_CONTEXT, found }) : null;
    contexts.set(name.toLowerCase(), reference);
    if (reference !== null) found.reference(reference);
  }
  return contexts;
}

function pairsOf(value: Value | null): MappingValue['entries'] {
  return value?.kind === 'mapping' ? new Map([...value.entries].filter(([, field]) => !isReset(field))) : new Map<string, Value>();
}

/** The platform an image is built for, where it is but one; null for what is none. */
function onlyPlatform(build: Value): Parsed<Platform | null> {
  const platforms = fieldOf(build, 'platforms');
  const [only, ...others] = platforms?.kind === 'list' ? platforms.items : [];
  const text = only === undefined || others.length > 0 ? null : readLoosely(only);
  if (text?.ok !== true || !parsePlatform(text.value).ok) return parsed(null);
  const platform = parseWrittenPlatform(text.value);
  return platform.ok ? platform : malformed(`platforms: ${platform.message}`);
}
