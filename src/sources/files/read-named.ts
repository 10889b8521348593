import { once } from 'node:events';
import { basename, dirname } from 'node:path';
import type { FileInventory, FileOptions } from '../../check/ports.ts';
import type { Parsed } from '../../core/parsed.ts';
import { kindOfName } from './file-names.ts';
import type { FilePlaces } from './file-source.ts';
import { kindOfText } from './file-text.ts';
import type { NamedPath } from './named-paths.ts';
import { collectText, MOST_BYTES, readText } from './read-text.ts';
import type { Readers } from './readers.ts';
import { type Reading, unread } from './readings.ts';
import { showPath, STDIN } from './show-path.ts';

export type NamedContext = { readonly places: FilePlaces; readonly options: FileOptions; readonly readers: Readers };

type Builds = FileInventory['builds'];

/** Reads the files that were named themselves, standard input among them. Compose files of one folder become one project. */
export async function readNamed(
  paths: readonly NamedPath[],
  context: NamedContext,
): Promise<{ readonly readings: readonly Reading[]; readonly builds: Builds }> {
  const { readers, options } = context;
  const readings: Reading[] = [];
  const builds: Builds[number][] = [];
  const projects = new Map<string, { path: string; text: string }[]>();
  for (const named of paths) {
    if (named.kind === 'folder') continue;
    options.signal.throwIfAborted();
    const { path, folder, text } = await readOne(named, context);
    const kind = text.ok ? (kindOfNamed(named) ?? kindOfText(text.value)) : null;
    if (!text.ok) readings.push(unread(path, text.message));
    else if (kind === 'dockerfile') {
      const { base, ...contents } = await readers.dockerfile({ path, text: text.value }, options.target);
      readings.push({ ...contents, foundFile: null });
      builds.push({ path, base });
    } else if (kind === 'compose') {
      projects.set(folder, [...(projects.get(folder) ?? []), { path, text: text.value }]);
    } else {
      const contents = kind === 'kubernetes' ? await readers.kubernetes({ path, text: text.value }) : null;
      readings.push(contents === null ? unread(path, describeNone(text.value)) : { ...contents, foundFile: null });
    }
  }
  for (const files of projects.values()) readings.push({ ...(await readers.compose(files)), foundFile: null });
  return { readings, builds };
}

async function readOne(
  named: Exclude<NamedPath, { kind: 'folder' }>,
  { places, options: { signal } }: NamedContext,
): Promise<{ path: string; folder: string; text: Parsed<string> }> {
  if (named.kind === 'stdin') {
    const reading = collectText(places.openStdin(), MOST_BYTES.kubernetes);
    return { path: STDIN, folder: places.cwd, text: await untilAborted(reading, signal) };
  }
  const { absolute } = named;
  const maxBytes = MOST_BYTES[kindOfNamed(named) ?? 'kubernetes'];
  return {
    path: showPath(places.cwd, absolute),
    folder: dirname(absolute),
    text: await readText(absolute, { maxBytes, isNamed: true, signal }),
  };
}

/** Standard input may never end; the run may. */
async function untilAborted<T>(reading: Promise<T>, signal: AbortSignal): Promise<T> {
  const done = new AbortController();
  const stopped = once(signal, 'abort', { signal: done.signal }).then(() => {
    signal.throwIfAborted();
    return reading;
  });
  try {
    return await Promise.race([reading, stopped]);
  } finally {
    done.abort();
  }
}

function kindOfNamed(named: NamedPath): 'dockerfile' | 'compose' | null {
  const kind = named.kind === 'file' ? kindOfName(basename(named.absolute)) : null;
  return kind === 'dockerfile-like' ? 'dockerfile' : kind;
}

function describeNone(text: string): string {
  return text.trim() === ''
    ? 'is empty: expected a Dockerfile, a compose file or a Kubernetes manifest'
    : 'is no Dockerfile, compose file or Kubernetes manifest';
}
