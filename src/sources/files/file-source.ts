import type { FileInventory, FileOptions, FileSource } from '../../check/ports.ts';
import { readFolder } from './read-folder.ts';
import { resolveNamed } from './named-paths.ts';
import { readNamed } from './read-named.ts';
import { createReaders } from './readers.ts';
import { joinReadings } from './readings.ts';
import { warnOfTarget, watchArguments } from './watch-arguments.ts';

export type FilePlaces = {
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The bytes of standard input; asked for once at most, and only when it is named. */
  readonly openStdin: () => AsyncIterable<unknown>;
};

/**
 * The Dockerfiles, compose files and Kubernetes manifests that are named, or lie in folders that are, and the lists of images that are named.
 *
 * Kinds are told by names, else by contents. A list is what is called one, `images.txt`, or reads like one and like nothing else. In a folder: `Dockerfile`, `Containerfile`, `Dockerfile.*`, `*.Dockerfile`; `compose.yaml` and `docker-compose.yml`
 * in all their spellings, merged with their override, each other one by itself; what only has such a word in its name where it reads like one; whatever else is
 * YAML or JSON and has Kubernetes objects in it. Named compose files of one folder are one project, in the order they are named.
 * What a folder's file says gives way to what compose says of it: see joinReadings.
 * What a compose file leads to is read within its checkout only, or where a person named it: see createCheckouts.
 * Source: docker build (`--file`), buildah build (Containerfile), docker compose (`--file`), kubectl apply (`--filename`).
 */
export function createFileSource(places: FilePlaces): FileSource {
  return { read: (options) => read(places, options) };
}

async function read(places: FilePlaces, options: FileOptions): Promise<FileInventory> {
  const paths = await resolveNamed(options.paths, places.cwd);
  const watched = watchArguments(options);
  const readers = createReaders(places, options, { named: paths, watched });
  const named = await readNamed(paths, { places, options, readers });
  const taken = new Set(paths.flatMap((path) => (path.kind === 'file' ? path.real : [])));
  let readings = named.readings;
  for (const path of paths) {
    if (path.kind !== 'folder') continue;
    const context = { cwd: places.cwd, signal: options.signal, readers, taken };
    readings = [...readings, ...(await readFolder(path.absolute, context))];
  }
  return { ...joinReadings(readings), builds: named.builds, warnings: [...watched.warnings(), ...warnOfTarget(options, named.builds)] };
}
