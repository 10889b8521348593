import { dirname, resolve } from 'node:path';
import type { FileOptions } from '../../check/ports.ts';
import type { StageBase } from '../../core/file-reference.ts';
import { malformed } from '../../core/parsed.ts';
import { createCheckouts, OUTSIDE } from './checkouts.ts';
import type { FilePlaces } from './file-source.ts';
import type { NamedPath } from './named-paths.ts';
import { readManifest } from './read-manifest.ts';
import { MOST_BYTES, readText } from './read-text.ts';
import type { Reading } from './readings.ts';
import { showPath, STDIN } from './show-path.ts';
import type { WatchedArguments } from './watch-arguments.ts';

type Text = { readonly path: string; readonly text: string };
type Contents = Omit<Reading, 'foundFile'>;

/** One reader for each kind of file; what it needs is loaded with the first one. */
export type Readers = {
  /** `target`: the stage that is wanted, null for all of them. */
  readonly dockerfile: (file: Text, target: string | null) => Promise<Contents & { readonly base: StageBase }>;
  /** The files of one project, in the order they are merged. */
  readonly compose: (files: readonly Text[]) => Promise<Contents>;
  /** null: there is no Kubernetes object in it. */
  readonly kubernetes: (file: Text) => Promise<Contents | null>;
  readonly list: (file: Text) => Promise<Contents>;
};

/** Makes the readers of a run; `named` is what a person named, which may be read whatever leads there. */
export function createReaders(
  { cwd, env }: FilePlaces,
  { buildArgs, platforms, signal }: FileOptions,
  { named, watched }: { readonly named: readonly NamedPath[]; readonly watched: WatchedArguments },
): Readers {
  const checkoutOf = createCheckouts(cwd, named);
  const args = valuesOf(buildArgs, env);
  // Compose joins paths of different folders; what it leads to may be named or found as well.
  const show = (path: string) => (path === STDIN ? path : showPath(cwd, resolve(cwd, path)));
  return {
    dockerfile: async ({ path, text }, target) => {
      const { parseDockerfile } = await import('../dockerfile/parse-dockerfile.ts');
      const { declared, ...contents } = parseDockerfile(text, {
        path,
        buildArgs: args,
        target,
        platforms,
        contexts: new Map(),
        at: (place) => place,
      });
      watched.see(declared);
      return { ...contents, files: [path], whole: [] };
    },
    compose: async (files) => {
      const { readCompose } = await import('../compose/read-compose.ts');
      const isInside = await checkoutOf(dirname(resolve(cwd, files[0]?.path ?? STDIN)));
      const readNext = async (path: string) => {
        const absolute = resolve(cwd, path);
        if (!(await isInside(absolute))) return malformed(OUTSIDE);
        return readText(absolute, { maxBytes: MOST_BYTES.compose, isNamed: false, signal });
      };
      const { references, problems, files: read, whole } = await readCompose(files, { env, platforms, readText: readNext });
      return {
        references: references.map((found) => ({ ...found, place: { ...found.place, path: show(found.place.path) } })),
        problems: problems.map((found) => ({ ...found, path: show(found.path) })),
        files: read.map(show),
        whole: whole.map(show),
      };
    },
    kubernetes: ({ path, text }) => readManifest(text, path),
    list: async ({ path, text }) => {
      const { parseList } = await import('../reference-list/parse-list.ts');
      return { ...parseList(text, path), files: [path], whole: [] };
    },
  };
}

/** An argument without a value has the environment's; without that it is not given. Source: docker build, `--build-arg`. */
function valuesOf(buildArgs: FileOptions['buildArgs'], env: FilePlaces['env']): ReadonlyMap<string, string> {
  return new Map(
    [...buildArgs].flatMap(([name, value]) => {
      const given = value ?? (Object.hasOwn(env, name) ? env[name] : undefined);
      return given === undefined ? [] : [[name, given] as const];
    }),
  );
}
