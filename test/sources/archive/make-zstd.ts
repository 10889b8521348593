/** The simplest zstd there is: blocks that are not compressed, or one byte repeated. Source: RFC 8878, section 3.1.1. */
const MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** No checksum, no size, a window of 128 KiB. */
const HEADER = Buffer.concat([MAGIC, Buffer.from([0x00, 0x38])]);

const MAX_BLOCK = 128 * 1024;

export function packZstd(bytes: Uint8Array): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += MAX_BLOCK) {
    const block = bytes.subarray(at, at + MAX_BLOCK);
    blocks.push(blockHeader({ isLast: at + MAX_BLOCK >= bytes.length, type: 0, size: block.length }), Buffer.from(block));
  }
  return Buffer.concat([HEADER, ...blocks]);
}

function blockHeader({ isLast, type, size }: { isLast: boolean; type: number; size: number }): Buffer {
  const header = Buffer.alloc(3);
  header.writeUIntLE((size << 3) | (type << 1) | (isLast ? 1 : 0), 0, 3);
  return header;
}

/** `head`, and then zeros without end in four bytes for each 128 KiB. */
export async function* zstdBomb(head: Uint8Array, length: number): AsyncGenerator<Uint8Array, void, undefined> {
  yield Buffer.concat([HEADER, blockHeader({ isLast: false, type: 0, size: head.length }), head]);
  const zeros = Buffer.concat([blockHeader({ isLast: false, type: 1, size: MAX_BLOCK }), Buffer.alloc(1)]);
  const many = Buffer.concat(Array.from({ length: 64 }, () => zeros));
  for (let made = 0; made < length; made += 64 * MAX_BLOCK) yield await Promise.resolve(many);
}

/** Beginnings of frames that should not be decompressed, and one to be left out. */
export const zstdHeader = {
  window: (log: number): Buffer => Buffer.concat([MAGIC, Buffer.from([0x00, log << 3]), Buffer.alloc(20)]),
  single: (size: bigint): Buffer => {
    const field = Buffer.alloc(8);
    field.writeBigUInt64LE(size);
    return Buffer.concat([MAGIC, Buffer.from([0xe0]), field, Buffer.alloc(20)]);
  },
  dictionary: Buffer.concat([MAGIC, Buffer.from([0x01, 0x38, 0x07]), Buffer.alloc(20)]),
  skippable: Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]),
} as const;
