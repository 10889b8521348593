import { createDoubleCheck, createIndex } from './archive-index.ts';
import { closeQuietly, fromFile, type OpenFile, readPart, readParts } from './file-bytes.ts';
import { algorithmOf, hashContents } from './hash-contents.ts';
import { HEAD_BYTES, tellCompression } from './look-alikes.ts';
import type { ArchiveFiles } from './open-archive.ts';
import { breaksOff, tooLarge, walkEntries } from './read-tar.ts';

/** An archive that is a file and not compressed: its headers are read, and of the contents only what is asked for. It stays open until `close`. */
export async function indexFile(file: OpenFile, label: string): Promise<ArchiveFiles> {
  const index = createIndex<{ readonly offset: number; readonly size: number }>(label);
  const checkDouble = createDoubleCheck(label);
  for await (const entry of walkEntries(fromFile(file), label)) {
    await checkDouble(entry);
    index.add(entry, entry.kind === 'file' ? { offset: entry.offset, size: entry.size } : null);
  }
  const headOf = ({ offset, size }: { offset: number; size: number }): Promise<Buffer> =>
    readPart(file, offset, Math.min(size, HEAD_BYTES));
  return {
    paths: () => Promise.resolve(index.paths()),
    sizeOf: (path) => Promise.resolve(index.find(path)?.size ?? null),
    read: async (path, maxBytes) => {
      const found = index.find(path);
      if (found === null) return null;
      if (found.size > maxBytes) throw tooLarge(label, path, { size: found.size, maxBytes });
      const bytes = await readPart(file, found.offset, found.size);
      if (bytes.length < found.size) throw breaksOff(label, { name: path, size: found.size, got: bytes.length });
      return bytes;
    },
    hash: async (path) => {
      const found = index.find(path);
      if (found === null) return null;
      const head = await headOf(found);
      const chunks = readParts(file, { start: found.offset, length: found.size, passing: tellCompression(head) === null });
      return hashContents({ head, chunks }, algorithmOf(path), { label, what: path });
    },
    compressionOf: async (path) => {
      const found = index.find(path);
      return found === null ? null : tellCompression(await headOf(found));
    },
    close: () => closeQuietly(file.descriptor),
  };
}
