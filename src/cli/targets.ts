import type { Matches } from '../check/images-to-check.ts';
import type { StoredPlace } from '../check/ports.ts';
import { compilePattern } from '../core/pattern.ts';
import { parseReference, type Reference, renderReference, withDefaultTag } from '../core/reference.ts';
import { ImgupdateError } from '../errors.ts';
import type { EngineOption } from '../formats/again.ts';
import type { CheckRequest, FileRequest } from './check-machine.ts';
import type { LookupOptions } from './options.ts';
import { refuseMistyped } from './mistyped-target.ts';
import { readReference } from './settings.ts';
import { readStoredTarget } from './stored-target.ts';

/** What a user wants looked at. */
export type Targets = {
  /** Patterns over the images of the engine, as they were written; `docker-daemon:` is left out. */
  readonly patterns: readonly string[];
  /** Every image of the engine is. */
  readonly wholeEngine: boolean;
  /** The engine itself is named, so nothing else will do in its place. */
  readonly namesEngine: boolean;
  /** Images in registries. */
  readonly references: readonly Reference[];
  /** Files that hold images. */
  readonly stored: readonly StoredPlace[];
};

const REGISTRY = 'docker://';
const ENGINE = 'docker-daemon:';

/** A place of containers-transports(5) that keeps no name of any image. */
const NAMELESS = 'dir:';

/** What a browser or a slip of the finger makes of `docker://`. */
const ADDRESS = /^(?:https?:\/\/|docker:\/(?!\/))/i;

/**
 * Reads targets in the words of containers-transports(5): `docker://REF` is an image in a registry, `docker-daemon:REF` one of the engine, `docker-archive:PATH`
 * and its like are files that hold images (see readStoredTarget), anything else is a pattern over the images of the engine.
 *
 * @throws ImgupdateError 'usage'.
 */
export function readTargets(words: readonly string[]): Targets {
  const nameless = words.find((word) => word.startsWith(NAMELESS));
  if (nameless !== undefined) {
    throw new ImgupdateError('usage', `cannot look into ${nameless}: a ${NAMELESS} keeps no name of its image`, {
      hint: `copy it into a layout with one: skopeo copy ${nameless} oci:FOLDER:acme/app:1`,
    });
  }
  refuseMistyped(words);
  const address = words.find((word) => ADDRESS.test(word));
  if (address !== undefined) {
    const image = address.replace(ADDRESS, '').replace(/^\/+/, '');
    throw new ImgupdateError('usage', `cannot read the target ${address}: expected the name of an image, got an address`, {
      hint: `name an image in its registry as ${REGISTRY}${image === '' ? 'REF' : image}`,
    });
  }
  const read = [...new Set(words)].map((word) => ({ word, stored: readStoredTarget(word) }));
  const others = read.flatMap(({ word, stored }) => (stored === null ? [word] : []));
  const local = others.filter((word) => !word.startsWith(REGISTRY));
  return {
    patterns: local.filter((word) => word !== ENGINE).map((word) => (word.startsWith(ENGINE) ? word.slice(ENGINE.length) : word)),
    wholeEngine: local.includes(ENGINE),
    namesEngine: local.some((word) => word.startsWith(ENGINE)),
    references: others.filter((word) => word.startsWith(REGISTRY)).map((word) => readReference(word.slice(REGISTRY.length), REGISTRY)),
    stored: read.flatMap(({ stored }) => (stored === null ? [] : [stored])),
  };
}

/** What no image is ever called either. */
const ARCHIVE = /^[^:*]+\.(?:tar|tar\.(?:gz|zst)|tgz|tzst)$/i;

/** What no image is ever called: a path from here or from the root, or one of a folder. */
const PATH = /^(?:[~.]{0,2}\/|\.{1,2}$)|^[^:*]*\/$/;

/** And a Dockerfile, YAML, JSON or a list. */
const FILE = /(?:^|[/.])(?:Docker|Container)file(?:\.|$)|^[^:*]+\.(?:ya?ml|json|txt|list)$/;

/**
 * Refuses the path of a file where an image is named: linters take files as they are, here they follow `-f`.
 *
 * @throws ImgupdateError 'usage'.
 */
export function refuseFiles(words: readonly string[], verb: 'list' | 'check' | 'show' | 'policy' | 'update'): void {
  const archive = words.find((word) => ARCHIVE.test(word));
  if (archive !== undefined) {
    throw new ImgupdateError('usage', `cannot read the target ${archive}: expected an image, got the path of an archive`, {
      hint: `say what it is: imgupdate ${verb} docker-archive:${archive}, or oci-archive:${archive}`,
    });
  }
  const file = words.find((word) => FILE.test(word) || PATH.test(word));
  if (file === undefined) return;
  const layout = FILE.test(file) ? '' : `; an OCI layout as oci:${file}`;
  throw new ImgupdateError('usage', `cannot read the target ${file}: expected an image, got the path of a file or a folder`, {
    hint: `name files and folders with -f: imgupdate ${verb === 'show' || verb === 'policy' ? 'list' : verb} -f ${file}${layout}`,
  });
}

/**
 * Whether an engine has to be asked: where its images are named, and where nothing else is wanted; one that is named itself also beside other places. Images in
 * registries need none. `hasFiles`: what files name is wanted.
 */
export function wantsEngine(
  targets: Targets,
  { host = [], context = [] }: Pick<LookupOptions, 'host' | 'context'>,
  hasFiles = false,
): boolean {
  const { patterns, wholeEngine, references, stored } = targets;
  if (patterns.length > 0 || wholeEngine) return true;
  const isAlone = references.length === 0 && stored.length === 0 && !hasFiles;
  const isNamed = host.length + context.length > 0;
  return isAlone || (isNamed && (stored.length > 0 || hasFiles));
}

/** The options that name engines, for what is to be typed again. */
export function readEngines({ host = [], context = [] }: Pick<LookupOptions, 'host' | 'context'>): readonly EngineOption[] {
  const hosts = host.map((value) => ({ flag: '-H' as const, value }));
  return [...hosts, ...context.map((value) => ({ flag: '--context' as const, value }))];
}

/** What is to be looked at, as the targets, the named engines and the files say it; which images of the engine, the verb knows. */
export function planPlaces(
  targets: Targets,
  options: Pick<LookupOptions, 'host' | 'context'>,
  files: FileRequest | null,
): Omit<CheckRequest, 'all' | 'matches' | 'records'> {
  return {
    targets: targets.references,
    stored: targets.stored,
    engineOnly: targets.namesEngine,
    withoutEngine: !wantsEngine(targets, options, files !== null),
    ...(files === null ? {} : { files }),
  };
}

/** Which images of the engine are wanted; null for all. */
export function readWanted({ patterns, wholeEngine }: Targets): Matches | null {
  return wholeEngine ? null : readPatterns(patterns);
}

/**
 * Compiles patterns to one test of references; null without any: all match.
 *
 * @throws ImgupdateError 'usage'.
 */
export function readPatterns(patterns: readonly string[]): Matches | null {
  return watchPatterns(patterns).matches;
}

/** The same test, and which patterns have matched nothing of what was tested by then. */
export type WatchedPatterns = { readonly matches: Matches | null; readonly unmatched: () => readonly string[] };

/**
 * Compiles patterns as `readPatterns` does, and keeps in mind which of them matched.
 *
 * @throws ImgupdateError 'usage'.
 */
export function watchPatterns(patterns: readonly string[]): WatchedPatterns {
  const compiled = patterns.map((pattern) => ({ pattern, matches: compileOne(pattern) }));
  const seen = new Set<string>();
  const matches: Matches = (reference) => {
    if (reference === null) return false;
    const found = compiled.filter((each) => each.matches(reference));
    for (const { pattern } of found) seen.add(pattern);
    return found.length > 0;
  };
  return { matches: patterns.length === 0 ? null : matches, unmatched: () => patterns.filter((pattern) => !seen.has(pattern)) };
}

function compileOne(pattern: string): (reference: Reference) => boolean {
  const matches = compilePattern(pattern);
  if (matches.ok) return matches.value;
  throw new ImgupdateError('usage', `cannot read the pattern "${pattern}": ${matches.message}`, {
    hint: "write it as a name: nginx, nginx:1.*, 'ghcr.io/acme/*'",
  });
}

/** Whole or cut short, with or without its algorithm. */
const ID = /^(?:sha256:)?([a-f0-9]{6,64})$/;

/**
 * Reads the name of one image: a reference, a pattern or an id.
 *
 * A name without a tag means its tag `latest` where that is here, as docker has it; so both the pattern and the reference are tried. What may be the beginning of
 * an id may as well be a name: `facade`.
 * @throws ImgupdateError 'usage'.
 */
export function readImage(image: string): { readonly matches: Matches; readonly isId: boolean } {
  const pattern = compilePattern(image);
  if (!pattern.ok)
    throw new ImgupdateError('usage', `cannot read the image "${image}": ${pattern.message}`, { hint: 'name it as list does: nginx:1.27' });
  const parsed = parseReference(image);
  const exact = parsed.ok ? renderReference(withDefaultTag(parsed.value)) : null;
  const id = ID.exec(image)?.[1] ?? null;
  const matches: Matches = (reference, { imageId }) =>
    (id !== null && imageId.replace(/^sha256:/, '').startsWith(id)) ||
    (reference !== null && (pattern.value(reference) || renderReference(reference) === exact));
  return { matches, isId: id !== null };
}
