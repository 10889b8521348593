import type { ByteSource } from './byte-source.ts';
import { fromChunks } from './byte-source.ts';
import { cleanPath, resolveLink } from './entry-path.ts';
import {
  BLOCK,
  decodeHeader,
  decodeLongName,
  decodePax,
  type Extension,
  hasMoreHoles,
  mayHaveContents,
  type TarHeader,
} from './tar-header.ts';
import { showBytes, showName, unreadable } from '../stored/unreadable.ts';

/** What lies in an archive. Its contents can be read until the next entry is asked for; what is not read is passed over. */
export type TarEntry = {
  /** Within the archive: no `.`, no `..`, no `/` at either end; null for a name that leads out of it. */
  readonly path: string | null;
  /** Bytes of its contents. */
  readonly size: number;
  readonly kind: 'file' | 'directory' | 'hard link' | 'symbolic link' | 'other';
  /** Where a link leads within the archive; null for one that leads out, and for all else. */
  readonly linkTarget: string | null;
  /** Where its contents begin, in bytes from the beginning of the archive. */
  readonly offset: number;
  /** The first bytes of its contents; fewer than `count` only where it has no more. */
  readonly peek: (count: number) => Promise<Uint8Array>;
  /** @throws ImgupdateError 'unreadable' for contents of more than `maxBytes`. */
  readonly read: (maxBytes: number) => Promise<Uint8Array>;
  /** What was not yet read of its contents, as it comes. Leaving the loop leaves the rest for another one. */
  readonly chunks: () => AsyncIterable<Uint8Array>;
};

const MAX_ENTRIES = 1_000_000;

/** Of a name or of what an extended header says. Source: Go, archive/tar, maxSpecialFileSize. */
const MAX_SPECIAL = 1024 * 1024;

/**
 * Walks through the entries of an uncompressed tar archive as it comes, in the memory of one chunk.
 *
 * It may be left at any entry. Walked to its end, it is whole: one that breaks off, even within padding or before the blocks of zeros that end it, is an error.
 * `label`: how messages call it. v7, ustar, GNU and pax archives; sparse files have no contents here.
 * Source: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Extended Header"; GNU tar manual, "Tar Internals".
 * @throws ImgupdateError 'unreadable'
 */
export async function* walkTar(chunks: AsyncIterable<Uint8Array>, label: string): AsyncGenerator<TarEntry, void, undefined> {
  const bytes = fromChunks(chunks);
  try {
    yield* walkEntries(bytes, label);
  } finally {
    await bytes.close();
  }
}

/** The same of a source that can pass over contents. It is left behind the end of the archive. */
export async function* walkEntries(bytes: ByteSource, label: string, maxEntries = MAX_ENTRIES): AsyncGenerator<TarEntry, void, undefined> {
  const walk: Walk = { bytes, label };
  let always: Extension = NOTHING_SAID;
  let next: Extension = NOTHING_SAID;
  for (let count = 1; ; count += 1) {
    if (count > maxEntries) throw unreadable(label, `expected at most ${maxEntries} entries, got more`);
    const block = await nextHeader(walk);
    if (block === null) return;
    const decoded = decodeHeader(block);
    if (!decoded.ok)
      throw unreadable(label, `expected a tar header at byte ${bytes.position() - BLOCK}, got a block that is none: ${decoded.message}`);
    const header = decoded.value;
    const meaning = SPECIAL.get(header.type);
    if (meaning === undefined) {
      if (header.type === 'S') await passHoles(walk, header, block);
      const visit = visitEntry(walk, header, merge(always, next));
      next = NOTHING_SAID;
      yield visit.entry;
      await visit.leave();
      continue;
    }
    const contents = await readSpecial(walk, header);
    if (meaning === 'always') always = merge(always, readPax(walk, contents));
    else if (meaning === 'next') next = merge(next, readPax(walk, contents));
    else if (meaning === 'name') next = { ...next, path: decodeLongName(contents) };
    else next = { ...next, linkPath: decodeLongName(contents) };
  }
}

type Walk = { readonly bytes: ByteSource; readonly label: string };

const NOTHING_SAID: Extension = { path: null, linkPath: null, size: null };

/** Entries that speak of others. Source: POSIX.1-2017, pax; GNU tar manual, "GNU Extensions"; star(5), `X`. */
const SPECIAL: ReadonlyMap<string, 'always' | 'next' | 'name' | 'link name'> = new Map([
  ['g', 'always'],
  ['x', 'next'],
  ['X', 'next'],
  ['L', 'name'],
  ['N', 'name'],
  ['K', 'link name'],
]);

function merge(before: Extension, after: Extension): Extension {
  return { path: after.path ?? before.path, linkPath: after.linkPath ?? before.linkPath, size: after.size ?? before.size };
}

/** null at the two blocks of zeros that end an archive; one with nothing after it ends it too, as GNU tar has it. */
async function nextHeader({ bytes, label }: Walk): Promise<Buffer | null> {
  const start = bytes.position();
  const block = await bytes.take(BLOCK);
  if (block.length === 0)
    throw unreadable(label, `expected the blocks of zeros that end a tar archive at byte ${start}, and it breaks off`, BROKEN);
  if (block.length < BLOCK)
    throw unreadable(label, `expected ${BLOCK} bytes of a tar header at byte ${start}, got ${block.length}: it breaks off`, BROKEN);
  if (!isZero(block)) return block;
  const second = await bytes.take(BLOCK);
  if (second.length > 0 && second.length < BLOCK)
    throw unreadable(label, `expected ${BLOCK} zeros at byte ${start + BLOCK}, got ${second.length} bytes: it breaks off`, BROKEN);
  if (!isZero(second)) throw unreadable(label, `expected a second block of zeros at byte ${start + BLOCK}, got something else`);
  return null;
}

const BROKEN = { hint: 'write it once more: what made it may not have ended, or the disk was full' } as const;

const isZero = (block: Buffer): boolean => block.every((byte) => byte === 0);

async function readSpecial({ bytes, label }: Walk, { name, size }: TarHeader): Promise<Buffer> {
  if (size > MAX_SPECIAL)
    throw unreadable(label, `expected at most ${showBytes(MAX_SPECIAL)} of an extended header, got ${showBytes(size)}`);
  // Where it is kept longer than the chunk it came in, so should not be the chunk.
  const contents = Buffer.from(await bytes.take(size));
  const passed = contents.length + (await bytes.skip(paddingOf(size)));
  if (passed < size + paddingOf(size)) throw breaksOff(label, { name, size, got: contents.length });
  return contents;
}

function readPax({ label, bytes }: Walk, contents: Buffer): Extension {
  const decoded = decodePax(contents);
  if (!decoded.ok) throw unreadable(label, `expected an entry before byte ${bytes.position()} that can be read: ${decoded.message}`);
  return decoded.value;
}

const paddingOf = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;

/** The map of a sparse file goes on in blocks of its own. */
async function passHoles({ bytes, label }: Walk, { name, size }: TarHeader, block: Buffer): Promise<void> {
  for (let more = hasMoreHoles(block, true); more;) {
    const holes = await bytes.take(BLOCK);
    if (holes.length < BLOCK) throw breaksOff(label, { name, size, got: 0 });
    more = hasMoreHoles(holes, false);
  }
}

/** An entry whose contents come next; `leave` passes over what was not read of it. */
function visitEntry(
  { bytes, label }: Walk,
  header: TarHeader,
  said: Extension,
): { readonly entry: TarEntry; readonly leave: () => Promise<void> } {
  const name = said.path ?? header.name;
  const kind = kindOf(header, name);
  const size = kind === 'directory' || !mayHaveContents(header) ? 0 : (said.size ?? header.size);
  const path = cleanPath(name);
  const offset = bytes.position();
  const left = (): number => Math.max(0, offset + size - bytes.position());
  const chunks = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    while (left() > 0) {
      const part = await bytes.some(left());
      if (part === null) throw breaksOff(label, { name, size, got: size - left() });
      yield part;
    }
  };
  const read = async (maxBytes: number): Promise<Uint8Array> => {
    if (size > maxBytes) throw tooLarge(label, name, { size, maxBytes });
    const contents = Buffer.from(await bytes.take(left()));
    if (left() > 0) throw breaksOff(label, { name, size, got: size - left() });
    return contents;
  };
  const peek = (count: number): Promise<Uint8Array> => bytes.peek(Math.min(count, left()));
  const leave = async (): Promise<void> => {
    const rest = left() + paddingOf(size);
    if (rest === 0 || (await bytes.skip(rest)) === rest) return;
    if (left() > 0) throw breaksOff(label, { name, size, got: size - left() });
    throw unreadable(label, `expected ${paddingOf(size)} bytes of padding after ${showName(name)}, and it breaks off`, BROKEN);
  };
  const linkTarget = linkTargetOf(kind, path, said.linkPath ?? header.linkName);
  return { entry: { path, size, kind, linkTarget, offset, peek, read, chunks }, leave };
}

/** The oldest tar wrote folders as files whose name ends in a slash. Source: GNU tar manual, "Basic Tar Format". */
function kindOf({ type }: TarHeader, name: string): TarEntry['kind'] {
  switch (type) {
    case '0':
    case '\0':
    case '7':
      return name.endsWith('/') ? 'directory' : 'file';
    case '1':
      return 'hard link';
    case '2':
      return 'symbolic link';
    case '5':
      return 'directory';
  }
  return 'other';
}

/** A hard link says the whole path, a symbolic one that from its folder. */
function linkTargetOf(kind: TarEntry['kind'], path: string | null, target: string): string | null {
  if (path === null || target === '') return null;
  if (kind === 'hard link') return cleanPath(target);
  return kind === 'symbolic link' ? resolveLink(path, target) : null;
}

/** An error for contents that were promised and are not there. */
export function breaksOff(
  label: string,
  { name, size, got }: { readonly name: string; readonly size: number; readonly got: number },
): Error {
  return unreadable(label, `expected ${showBytes(size)} of ${showName(name)}, got ${got}: it breaks off`, BROKEN);
}

/** An error for a file that is longer than it may be. */
export function tooLarge(label: string, name: string, { size, maxBytes }: { readonly size: number; readonly maxBytes: number }): Error {
  return unreadable(label, `expected at most ${showBytes(maxBytes)} of ${showName(name)}, got ${showBytes(size)}`);
}
