import { MAX_DOCUMENT_BYTES } from '../../core/documents.ts';
import { showName, unreadable } from '../stored/unreadable.ts';
import { type TarEntry } from './read-tar.ts';

/** What is kept of each file of an archive; links lead to one. */
export type ArchiveIndex<File> = {
  readonly add: (entry: TarEntry, file: File | null) => void;
  /** The file of a path, by way of the links within the archive; null where there is none. */
  readonly find: (path: string) => File | null;
  /** Of all files, and of all links that lead to one. */
  readonly paths: () => readonly string[];
};

/** Characters of all names together. */
const MAX_NAMES = 64 * 1024 * 1024;

/** Links that lead from one to the next; more than any system follows lead in a circle. */
const MAX_LINKS = 40;

/** Gathers the files of an archive as it is walked: a later entry replaces an earlier one of its path, as where it is extracted. */
export function createIndex<File>(label: string): ArchiveIndex<File> {
  const nodes = new Map<string, { readonly file: File } | { readonly link: string | null }>();
  let names = 0;
  const add = (entry: TarEntry, file: File | null): void => {
    if (entry.path === null || (file === null && !entry.kind.endsWith('link'))) return;
    names += entry.path.length + (entry.linkTarget?.length ?? 0);
    if (names > MAX_NAMES) throw unreadable(label, `expected names of at most ${MAX_NAMES} characters together, got more`);
    nodes.set(entry.path, file === null ? { link: entry.linkTarget } : { file });
  };
  const find = (path: string): File | null => {
    let node = nodes.get(path);
    for (let links = 0; node !== undefined && links < MAX_LINKS; links += 1) {
      if ('file' in node) return node.file;
      node = node.link === null ? undefined : nodes.get(node.link);
    }
    return null;
  };
  return { add, find, paths: () => [...nodes.keys()].filter((path) => find(path) !== null) };
}

/** Which images are in an archive is said by these; tools take the first of several, or the last. */
const DECISIVE: ReadonlySet<string> = new Set(['manifest.json', 'index.json', 'oci-layout']);

/**
 * Refuses an archive that says twice, and differently, which images are in it: docker extracts it, so that the last counts, skopeo takes the first.
 * Source: moby, image/tarexport/load.go; containers/image, docker/internal/tarfile/reader.go.
 */
export function createDoubleCheck(label: string): (entry: TarEntry) => Promise<void> {
  const seen = new Map<string, Uint8Array | null>();
  return async (entry) => {
    if (entry.path === null || !DECISIVE.has(entry.path) || entry.kind === 'directory') return;
    const bytes = entry.kind === 'file' && entry.size <= MAX_DOCUMENT_BYTES ? await entry.peek(entry.size) : null;
    const known = seen.get(entry.path);
    const isSame = known === undefined || (known !== null && bytes !== null && Buffer.compare(known, bytes) === 0);
    if (!isSame) throw unreadable(label, `expected one ${showName(entry.path)}, got two that differ`);
    seen.set(entry.path, bytes === null ? null : Buffer.from(bytes));
  };
}
