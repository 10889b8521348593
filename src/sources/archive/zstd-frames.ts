import type { ByteSource } from './byte-source.ts';

/** Of a frame, which has to be kept while it is decompressed: the most that decoders are told to support without being asked. */
const MAX_WINDOW = 128 * 1024 * 1024;

/** Source: RFC 8878, section 3.1.1.2.4. */
const MAX_BLOCK = 128 * 1024;

const MAGIC = 0xfd2fb528;

/**
 * Passes zstd through in pieces that decompress to at most 128 KiB each, and looks at every frame before it is: what the decompressor would have to allocate
 * for it, and whether it is whole. Skippable frames are left out.
 * Source: RFC 8878, sections 3.1.1 and 3.1.2.
 * @throws Error that says what was expected and what came
 */
export async function* zstdPieces(bytes: ByteSource): AsyncGenerator<Uint8Array, void, undefined> {
  for (;;) {
    const start = await bytes.take(4);
    if (start.length === 0) return;
    if (start.length < 4) throw new Error('the zstd frame breaks off in its magic number');
    const magic = start.readUInt32LE();
    if ((magic & 0xfffffff0) >>> 0 === 0x184d2a50) {
      await passSkippable(bytes);
      continue;
    }
    if (magic !== MAGIC) throw new Error('expected a zstd frame after the last one, got something else');
    const descriptor = await exactly(bytes, 1);
    const flags = descriptor[0] ?? 0;
    const rest = await exactly(bytes, headerLength(flags));
    checkWindow(flags, rest);
    // A decompressor wants a frame's header at once.
    yield Buffer.concat([start, descriptor, rest]);
    yield* blocks(bytes);
    if ((flags & 0x04) !== 0) yield await exactly(bytes, 4);
  }
}

async function* blocks(bytes: ByteSource): AsyncGenerator<Uint8Array, void, undefined> {
  for (let isLast = false; !isLast;) {
    const head = await exactly(bytes, 3);
    const word = head.readUIntLE(0, 3);
    isLast = (word & 1) === 1;
    const type = (word >>> 1) & 3;
    const size = word >>> 3;
    if (type === 3 || size > MAX_BLOCK) throw new Error('expected a zstd block of at most 128 KiB, got another');
    yield Buffer.concat([head, await exactly(bytes, type === 1 ? 1 : size)]);
  }
}

async function passSkippable(bytes: ByteSource): Promise<void> {
  const length = (await exactly(bytes, 4)).readUInt32LE();
  if ((await bytes.skip(length)) < length) throw new Error('the zstd frame breaks off');
}

async function exactly(bytes: ByteSource, count: number): Promise<Buffer> {
  const taken = await bytes.take(count);
  if (taken.length < count) throw new Error('the zstd frame breaks off');
  return taken;
}

const isSingleSegment = (flags: number): boolean => (flags & 0x20) !== 0;
const idLength = (flags: number): number => [0, 1, 2, 4][flags & 3] ?? 0;
const sizeLength = (flags: number): number => [isSingleSegment(flags) ? 1 : 0, 2, 4, 8][flags >>> 6] ?? 0;

/** Bytes of the frame header after its descriptor. Source: RFC 8878, section 3.1.1.1. */
function headerLength(flags: number): number {
  if ((flags & 0x08) !== 0) throw new Error('expected a zstd frame whose reserved bit is 0');
  return (isSingleSegment(flags) ? 0 : 1) + idLength(flags) + sizeLength(flags);
}

function checkWindow(flags: number, rest: Buffer): void {
  const window = isSingleSegment(flags) ? contentSize(rest.subarray(idLength(flags))) : windowSize(rest[0] ?? 0);
  if (window > MAX_WINDOW) throw new Error(`expected a zstd window of at most ${MAX_WINDOW} bytes, got ${window}`);
  const id = rest.subarray(isSingleSegment(flags) ? 0 : 1).subarray(0, idLength(flags));
  if (id.some((byte) => byte !== 0)) throw new Error('it needs a zstd dictionary');
}

/** Source: RFC 8878, section 3.1.1.1.2. */
function windowSize(byte: number): number {
  const base = 2 ** (10 + (byte >>> 3));
  return base + (base / 8) * (byte & 7);
}

/** Source: RFC 8878, section 3.1.1.1.4. */
function contentSize(field: Buffer): number {
  if (field.length === 8) return Number(field.readBigUInt64LE());
  return field.readUIntLE(0, field.length) + (field.length === 2 ? 256 : 0);
}
