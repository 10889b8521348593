import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { codeOf, ImgupdateError } from '../../errors.ts';
import { algorithmOf, hashContents } from '../archive/hash-contents.ts';
import { HEAD_BYTES } from '../archive/look-alikes.ts';
import { adviseOnFailure, describeFailure } from '../failure-text.ts';
import type { HashedFile, StoredFiles } from '../stored/stored-files.ts';
import { showName, unreadable } from '../stored/unreadable.ts';

/** A folder that holds images. `label`: the target as the user wrote it, for messages. */
export type FolderPlace = { readonly label: string; readonly path: string };

export type FolderOptions = { readonly cwd: string; readonly signal: AbortSignal };

const MAX_FILES = 1_000_000;
const CHUNK_BYTES = 256 * 1024;

/** A link, a pipe or a device that takes a file's place is not waited for; what was opened is looked at again. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Opens a folder for reading: the regular files that really lie below it.
 *
 * A symbolic link is followed as long as it leads to a file below the folder; all else that a path leads to is not there. Nothing but regular files is opened.
 * @throws ImgupdateError 'unreadable' when there is no such folder.
 */
export async function openFolder(place: FolderPlace, { cwd, signal }: FolderOptions): Promise<StoredFiles> {
  const root = await findRoot(place, cwd);
  const folder: Folder = { label: place.label, root, below: root.endsWith(sep) ? root : root + sep, signal };
  return {
    paths: () => listFiles(folder),
    sizeOf: async (path) => (await findFile(folder, path))?.size ?? null,
    read: (path, maxBytes) => withFile(folder, path, (file) => readWhole(folder, file, maxBytes)),
    hash: (path) => withFile(folder, path, (file) => hashFile(folder, file)),
    close: () => Promise.resolve(),
  };
}

/** `root`: its real path; `below`: how the real path of everything in it begins. */
type Folder = { readonly label: string; readonly root: string; readonly below: string; readonly signal: AbortSignal };

type OpenFile = { readonly path: string; readonly handle: FileHandle; readonly size: number };

async function findRoot({ label, path }: FolderPlace, cwd: string): Promise<string> {
  try {
    const root = await realpath(resolve(cwd, path));
    if ((await stat(root)).isDirectory()) return root;
  } catch (error) {
    throw unreadable(label, describeFailure(error), { hint: adviseOnFailure(error), cause: error });
  }
  const hint = `name it as such: oci-archive:${showName(path)} or docker-archive:${showName(path)}`;
  throw unreadable(label, 'expected a folder, got a file', { hint });
}

/** `real`: its real path, which lies in the folder. */
type FoundFile = { readonly real: string; readonly size: number };

async function findFile(folder: Folder, path: string): Promise<FoundFile | null> {
  folder.signal.throwIfAborted();
  if (!isPlainPath(path)) return null;
  try {
    const real = await realpath(join(folder.root, path));
    const stats = real.startsWith(folder.below) ? await lstat(real) : null;
    return stats?.isFile() === true ? { real, size: stats.size } : null;
  } catch (error) {
    if (isAbsence(error)) return null;
    throw unreadable(folder.label, `${showName(path)}: ${describeFailure(error)}`, { hint: adviseOnFailure(error), cause: error });
  }
}

function isPlainPath(path: string): boolean {
  return !path.includes('\0') && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

async function withFile<T>(folder: Folder, path: string, use: (file: OpenFile) => Promise<T>): Promise<T | null> {
  const found = await findFile(folder, path);
  if (found === null) return null;
  let handle: FileHandle | null = null;
  try {
    handle = await open(found.real, OPEN_FLAGS);
    const stats = await handle.stat();
    if (!stats.isFile() || !(await liesBelow(folder, handle, found.real))) return null;
    return await use({ path, handle, size: stats.size });
  } catch (error) {
    folder.signal.throwIfAborted();
    if (error instanceof ImgupdateError) throw error;
    if (handle === null && isAbsence(error)) return null;
    throw unreadable(folder.label, `${showName(path)}: ${describeFailure(error)}`, { hint: adviseOnFailure(error), cause: error });
  } finally {
    await handle?.close();
  }
}

/** Whether what was opened lies in the folder, though a folder above it may have been exchanged for a link meanwhile. */
async function liesBelow(folder: Folder, handle: FileHandle, real: string): Promise<boolean> {
  try {
    return (await readlink(`/proc/self/fd/${handle.fd}`)).startsWith(folder.below);
  } catch {
    // Not Linux: what has this path now is compared.
    const [opened, named] = [await handle.stat(), await lstat(real)];
    return opened.ino === named.ino && opened.dev === named.dev && (await realpath(real)).startsWith(folder.below);
  }
}

async function readWhole(folder: Folder, file: OpenFile, maxBytes: number): Promise<Uint8Array> {
  if (file.size > maxBytes) {
    throw unreadable(folder.label, `${showName(file.path)} has ${file.size} bytes, and at most ${maxBytes} are read`);
  }
  const bytes = Buffer.allocUnsafe(file.size);
  let length = 0;
  while (length < bytes.length) {
    folder.signal.throwIfAborted();
    const { bytesRead } = await file.handle.read(bytes, length, bytes.length - length, length);
    if (bytesRead === 0) throw breaksOff(folder, file, length);
    length += bytesRead;
  }
  return bytes;
}

async function hashFile(folder: Folder, { path, handle, size }: OpenFile): Promise<HashedFile> {
  const head = Buffer.alloc(HEAD_BYTES);
  const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, 0);
  const contents = { head: head.subarray(0, bytesRead), chunks: readChunks(folder, { path, handle, size }) };
  return hashContents(contents, algorithmOf(path), { label: folder.label, what: showName(path) });
}

async function* readChunks(folder: Folder, file: OpenFile): AsyncGenerator<Uint8Array, void, undefined> {
  for (let position = 0; position < file.size;) {
    folder.signal.throwIfAborted();
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, file.size - position));
    const { bytesRead } = await file.handle.read(chunk, 0, chunk.length, position);
    if (bytesRead === 0) throw breaksOff(folder, file, position);
    position += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}

async function listFiles(folder: Folder): Promise<readonly string[]> {
  const found: string[] = [];
  const waiting = [''];
  for (let prefix = waiting.pop(); prefix !== undefined; prefix = waiting.pop()) {
    folder.signal.throwIfAborted();
    for (const entry of await readEntries(folder, prefix)) {
      const path = prefix + entry.name;
      if (entry.isDirectory()) waiting.push(`${path}/`);
      else if (entry.isFile() || (entry.isSymbolicLink() && (await findFile(folder, path)) !== null)) found.push(path);
      if (found.length + waiting.length > MAX_FILES) throw unreadable(folder.label, `it has more than ${MAX_FILES} files`);
    }
  }
  return found;
}

async function readEntries(folder: Folder, prefix: string) {
  try {
    const real = await realpath(join(folder.root, prefix));
    return `${real}${sep}`.startsWith(folder.below) ? await readdir(real, { withFileTypes: true }) : [];
  } catch (error) {
    if (isAbsence(error)) return [];
    throw unreadable(folder.label, `${showName(prefix === '' ? '.' : prefix)}: ${describeFailure(error)}`, {
      hint: adviseOnFailure(error),
      cause: error,
    });
  }
}

const ABSENCES: ReadonlySet<string | null> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'ENXIO']);

function isAbsence(error: unknown): boolean {
  return ABSENCES.has(codeOf(error));
}

function breaksOff(folder: Folder, file: OpenFile, length: number): ImgupdateError {
  return unreadable(folder.label, `${showName(file.path)} breaks off: expected ${file.size} bytes, got ${length}`);
}
