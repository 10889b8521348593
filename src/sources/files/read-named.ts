import { once } from 'node:events';
import { basename, dirname } from 'node:path';
import type { FileInventory, FileOptions } from '../../check/ports.ts';
import type { Parsed } from '../../core/parsed.ts';
import { isListName, kindOfName } from './file-names.ts';
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
    if (!text.ok) {
      readings.push(unread(path, text.message));
      continue;
    }
    const file = { path, text: text.value };
    const kind = kindOfNamed(named) ?? kindOfText(file.text);
    if (kind === 'dockerfile') {
      const { base, ...contents } = await readers.dockerfile(file, options.target);
      readings.push({ ...contents, foundFile: null });
      builds.push({ path, base });
    } else if (kind === 'compose') projects.set(folder, [...(projects.get(folder) ?? []), file]);
    else readings.push(await readOther(file, kind, readers));
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

function kindOfNamed(named: NamedPath): 'dockerfile' | 'compose' | 'list' | null {
  if (named.kind !== 'file') return null;
  const name = basename(named.absolute);
  const kind = kindOfName(name);
  if (kind !== null) return kind === 'dockerfile-like' ? 'dockerfile' : kind;
  return isListName(name) ? 'list' : null;
}

type File = { readonly path: string; readonly text: string };

/** What is of no other kind is a list, where it reads like one. */
async function readOther({ path, text }: File, kind: 'kubernetes' | 'list' | null, readers: Readers): Promise<Reading> {
  if (kind === 'list') return { ...(await readers.list({ path, text })), foundFile: null };
  if (kind === 'kubernetes') {
    const contents = await readers.kubernetes({ path, text });
    return contents === null ? unread(path, IS_NONE) : { ...contents, foundFile: null };
  }
  if (text.trim() === '') return unread(path, path === STDIN ? `${IS_EMPTY} (did the command before it fail?)` : IS_EMPTY);
  const { lookAtList } = await import('../reference-list/look-at-list.ts');
  const look = lookAtList(text);
  return look.ok ? readOther({ path, text }, look.value, readers) : unread(path, `${IS_NONE}: ${look.message}`);
}

const IS_EMPTY = 'is empty: expected a Dockerfile, a compose file, a Kubernetes manifest or a list of images';
const IS_NONE = 'is no Dockerfile, compose file, Kubernetes manifest or list of images';
