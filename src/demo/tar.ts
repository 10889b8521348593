import { crc32 } from 'node:zlib';

/** A regular file of an archive; `mode` are its permission bits. */
export type TarFile = { readonly path: string; readonly content: Uint8Array; readonly mode: number };

/**
 * Packs files into a ustar archive that depends on nothing but its arguments.
 *
 * `modifiedSeconds` is every file's time, in seconds since the epoch; owner and group are 0.
 * Source: POSIX.1-2017, pax, "ustar Interchange Format".
 */
export function packTar(files: readonly TarFile[], modifiedSeconds: number): Uint8Array {
  const parts = files.flatMap((file) => [header(file, modifiedSeconds), file.content, padding(file.content.length)]);
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

/**
 * Wraps bytes in the gzip format without compressing them, so that the result is the same with every version of zlib.
 * Source: RFC 1952, section 2.3; RFC 1951, section 3.2.4 (stored blocks).
 */
export function storeGzip(bytes: Uint8Array): Uint8Array {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(bytes), 0);
  trailer.writeUInt32LE(bytes.length % 2 ** 32, 4);
  return Buffer.concat([GZIP_HEADER, ...storedBlocks(bytes), trailer]);
}

const BLOCK = 512;
const GZIP_HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);
const STORED_BLOCK_LIMIT = 65_535;

function header(file: TarFile, modifiedSeconds: number): Uint8Array {
  const block = Buffer.alloc(BLOCK);
  block.write(file.path, 0, 100, 'utf8');
  block.write(octal(file.mode, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(file.content.length, 11), 124);
  block.write(octal(modifiedSeconds, 11), 136);
  block.write(' '.repeat(8), 148);
  block.write('0', 156);
  block.write('ustar\u000000', 257, 'latin1');
  const checksum = block.reduce((sum, byte) => sum + byte, 0);
  block.write(`${octal(checksum, 6)}\0 `, 148, 'latin1');
  return block;
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');

const padding = (length: number): Uint8Array => Buffer.alloc((BLOCK - (length % BLOCK)) % BLOCK);

function storedBlocks(bytes: Uint8Array): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  let offset = 0;
  do {
    const chunk = bytes.subarray(offset, offset + STORED_BLOCK_LIMIT);
    offset += chunk.length;
    const start = Buffer.alloc(5);
    start.writeUInt8(offset === bytes.length ? 1 : 0, 0);
    start.writeUInt16LE(chunk.length, 1);
    start.writeUInt16LE(chunk.length ^ 0xffff, 3);
    blocks.push(start, chunk);
  } while (offset < bytes.length);
  return blocks;
}
