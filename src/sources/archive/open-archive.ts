import { codeOf, ImgupdateError } from '../../errors.ts';
import { adviseOnFailure, describeFailure } from '../failure-text.ts';
import type { StoredFiles } from '../stored/stored-files.ts';
import { type ByteSource, fromChunks } from './byte-source.ts';
import { decompress } from './decompress.ts';
import { closeQuietly, type OpenFile, readPart, readParts } from './file-bytes.ts';
import { indexFile } from './indexed-archive.ts';
import { type Compression, describeLook, HEAD_BYTES, tellCompression, tellPacking } from './look-alikes.ts';
import { openInput } from './open-input.ts';
import { keepDocuments } from './streamed-archive.ts';
import { BLOCK, decodeHeader } from './tar-header.ts';
import { showName, unreadable } from '../stored/unreadable.ts';

/** The files of an archive, and how each is compressed. */
export type ArchiveFiles = StoredFiles & {
  /** null: not compressed, or no such file. */
  readonly compressionOf: (path: string) => Promise<Compression | null>;
};

/** `label`: the target as it was written. `path`: of a file, `-` for standard input. */
export type ArchivePlace = { readonly label: string; readonly path: string };

export type ArchiveOptions = {
  readonly cwd: string;
  readonly openStdin: () => AsyncIterable<unknown>;
  /** Whether files will be hashed: what is read only once is hashed then as it comes. */
  readonly verify: boolean;
  readonly signal: AbortSignal;
};

/**
 * Opens a tar archive, plain or compressed by gzip or zstd, and makes sure that it is whole.
 *
 * A file that is not compressed is read at its headers only, and stays open until `close`. Everything else is read once, to its end, and nothing is kept of it but
 * what may be a document: at most 4 MiB that begin with `{` or `[`, and 64 MiB together. Nothing is ever unpacked to disk.
 * Source: POSIX.1-2017, pax, "ustar Interchange Format"; RFC 1952 (gzip); RFC 8878 (zstd).
 * @throws ImgupdateError 'unreadable'
 */
export async function openArchive(place: ArchivePlace, options: ArchiveOptions): Promise<ArchiveFiles> {
  const input = await openInput(place, options);
  if (input.kind === 'file') return openFile(place, input.file, options);
  try {
    return await openStream(place, input.chunks, options);
  } catch (error) {
    throw describeSystem(place, error);
  } finally {
    input.leave();
  }
}

async function openFile(place: ArchivePlace, file: OpenFile, options: ArchiveOptions): Promise<ArchiveFiles> {
  let isKept = false;
  try {
    const head = await readPart(file, 0, HEAD_BYTES);
    if (tellCompression(head) !== null) return await openStream(place, readParts(file, { start: 0, length: file.size }), options);
    checkArchive(place, head, null);
    const files = await indexFile(file, place.label);
    isKept = true;
    return files;
  } catch (error) {
    throw describeSystem(place, error);
  } finally {
    if (!isKept) await closeQuietly(file.descriptor);
  }
}

async function openStream(place: ArchivePlace, chunks: AsyncIterable<Uint8Array>, { verify }: ArchiveOptions): Promise<ArchiveFiles> {
  const { label } = place;
  const bytes = fromChunks(chunks);
  const head = Buffer.from(await bytes.peek(HEAD_BYTES));
  const compression = tellCompression(head);
  if (compression === null) checkArchive(place, head, null);
  if (compression === null) return keepDocuments(bytes, { label, verify });
  const plain = fromChunks(decompress(rest(bytes), compression, { label, what: 'the archive' }));
  try {
    checkArchive(place, Buffer.from(await plain.peek(HEAD_BYTES)), compression);
    return await keepDocuments(plain, { label, verify });
  } finally {
    await plain.close();
  }
}

async function* rest(bytes: ByteSource): AsyncGenerator<Uint8Array, void, undefined> {
  for (let part = await bytes.some(CHUNK); part !== null; part = await bytes.some(CHUNK)) yield part;
}

const CHUNK = 1024 * 1024;

/** Says what a file is that is no tar archive. `within`: how it was compressed. */
function checkArchive({ label, path }: ArchivePlace, head: Buffer, within: Compression | null): void {
  const kind = within === null ? 'a tar archive' : `${within} of a tar archive`;
  if (head.length === 0) throw unreadable(label, `expected ${kind}, got ${within === null ? 'an empty file' : `${within} of nothing`}`);
  if (isTar(head)) return;
  const packing = tellPacking(head);
  if (packing === null) {
    const inner = tellCompression(head);
    const look = head.length < BLOCK && inner === null ? `${describeLook(head)} of ${head.length} bytes` : (inner ?? describeLook(head));
    throw unreadable(label, `expected ${kind}, got ${within === null ? '' : `${within} of `}${look}`);
  }
  const transport = showName(label.slice(0, Math.max(0, label.indexOf(':'))));
  const source = path === '-' ? packing.command : `${packing.command} ${showName(path)}`;
  const hint = `decompress it: ${source} | imgupdate list ${transport}:-`;
  throw unreadable(label, `expected ${kind} that is plain or compressed by gzip or zstd, got ${packing.name}`, { hint });
}

/** An archive without entries begins with what ends it. */
function isTar(head: Buffer): boolean {
  return head.length === BLOCK && (decodeHeader(head).ok || head.every((byte) => byte === 0));
}

/** What the system says of a file that is open, such as EIO. */
function describeSystem({ label }: ArchivePlace, error: unknown): unknown {
  const code = codeOf(error);
  return code === null || error instanceof ImgupdateError
    ? error
    : unreadable(label, describeFailure(error), { hint: adviseOnFailure(error), cause: error });
}
