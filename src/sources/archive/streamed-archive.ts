import { MAX_DOCUMENT_BYTES } from '../../core/documents.ts';
import type { HashedFile } from '../stored/stored-files.ts';
import { showBytes, showName, unreadable } from '../stored/unreadable.ts';
import { createDoubleCheck, createIndex } from './archive-index.ts';
import type { ByteSource } from './byte-source.ts';
import { algorithmOf, hashContents } from './hash-contents.ts';
import { type Compression, HEAD_BYTES, tellCompression } from './look-alikes.ts';
import type { ArchiveFiles } from './open-archive.ts';
import { tooLarge, type TarEntry, walkEntries } from './read-tar.ts';

/** `contents`: null for what is no document; `too much`: of what would be one more than is kept. */
type PassedFile = {
  readonly size: number;
  readonly compression: Compression | null;
  readonly contents: Uint8Array | 'too much' | null;
  readonly hashed: HashedFile | null;
};

/** Of all documents together. */
const MAX_KEPT = 64 * 1024 * 1024;

/** What follows the end of an archive is read, lest its writer be cut off, but not for ever. */
const MAX_TRAILING = 1024 * 1024 * 1024;

/** An archive that can be read only once: what may be a document is kept, and everything is hashed where `verify` asks for it. */
export async function keepDocuments(
  bytes: ByteSource,
  { label, verify }: { readonly label: string; readonly verify: boolean },
): Promise<ArchiveFiles> {
  const index = createIndex<PassedFile>(label);
  const checkDouble = createDoubleCheck(label);
  let kept = 0;
  for await (const entry of walkEntries(bytes, label)) {
    await checkDouble(entry);
    if (entry.kind !== 'file' || entry.path === null) {
      index.add(entry, null);
      continue;
    }
    const head = Buffer.from(await entry.peek(HEAD_BYTES));
    const isKept = mayBeDocument(entry, head);
    const contents = isKept && kept + entry.size <= MAX_KEPT ? await entry.read(MAX_DOCUMENT_BYTES) : null;
    kept += contents?.length ?? 0;
    const chunks = contents === null ? entry.chunks() : once(contents);
    const hashed = verify ? await hashContents({ head, chunks }, algorithmOf(entry.path), { label, what: entry.path }) : null;
    index.add(entry, {
      size: entry.size,
      compression: tellCompression(head),
      contents: isKept && contents === null ? 'too much' : contents,
      hashed,
    });
  }
  await bytes.skip(MAX_TRAILING);
  return {
    paths: () => Promise.resolve(index.paths()),
    sizeOf: (path) => Promise.resolve(index.find(path)?.size ?? null),
    read: (path, maxBytes) => Promise.resolve().then(() => readKept(index.find(path), { label, path, maxBytes })),
    hash: (path) => {
      const found = index.find(path);
      const isUnknown = found !== null && found.hashed === null;
      return isUnknown ? Promise.reject(new TypeError('it was not opened to be verified')) : Promise.resolve(found?.hashed ?? null);
    },
    compressionOf: (path) => Promise.resolve(index.find(path)?.compression ?? null),
    close: () => Promise.resolve(),
  };
}

/** Such a file lies beside each layer in the oldest layout, and no one reads it. Source: moby, image/tarexport/save.go, legacyConfigFileName. */
const LEGACY_CONFIG = /^[a-f0-9]{64}\/json$/;

function mayBeDocument({ path, size }: TarEntry, head: Buffer): boolean {
  if (path === null || size > MAX_DOCUMENT_BYTES || LEGACY_CONFIG.test(path)) return false;
  return head[0] === 0x7b || head[0] === 0x5b;
}

async function* once(contents: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield await Promise.resolve(contents);
}

function readKept(
  file: PassedFile | null,
  { label, path, maxBytes }: { readonly label: string; readonly path: string; readonly maxBytes: number },
): Uint8Array | null {
  if (file === null) return null;
  if (file.size > maxBytes) throw tooLarge(label, path, { size: file.size, maxBytes });
  if (file.contents === 'too much') {
    const hint = 'decompress it into a file and name that: nothing has to be kept of it then';
    throw unreadable(label, `expected at most ${showBytes(MAX_KEPT)} of documents before ${showName(path)}, got more`, { hint });
  }
  if (file.contents === null) throw unreadable(label, `expected a JSON document in ${showName(path)}, got something else`);
  return file.contents;
}
