import { randomBytes } from 'node:crypto';

/** An entry to be written; `header` overwrites bytes of its header after all else, before the checksum. */
export type Written = {
  readonly path: string;
  readonly contents?: string | Uint8Array;
  readonly type?: string;
  readonly link?: string;
  readonly size?: number;
  readonly patch?: (header: Buffer) => void;
};

export const END = Buffer.alloc(1024);

/** A ustar archive, byte by byte, so that it may be wrong in any way. */
export function makeTar(entries: readonly Written[]): Buffer {
  return Buffer.concat([...entries.map(makeEntry), END]);
}

export function makeEntry({ path, contents = '', type = '0', link = '', size, patch }: Written): Buffer {
  const bytes = Buffer.from(contents);
  const header = Buffer.alloc(512);
  header.write(path, 0, 100);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${(size ?? bytes.length).toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write(type, 156);
  header.write(link, 157, 100);
  header.write('ustar\x0000', 257);
  patch?.(header);
  header.write('        ', 148);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, pad(bytes)]);
}

/** A pax extended header for the next entry. */
export function makePax(records: Readonly<Record<string, string>>, type = 'x'): Buffer {
  return makeEntry({ path: 'PaxHeaders/x', type, contents: Object.entries(records).map(makeRecord).join('') });
}

function makeRecord([key, value]: [string, string]): string {
  const rest = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(rest) + 1;
  while (String(length).length + Buffer.byteLength(rest) !== length) length += 1;
  return `${length}${rest}`;
}

function pad(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

/** Chunks of any length, as a pipe has them. */
export async function* inChunks(bytes: Uint8Array, length = 700): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += length) {
    await Promise.resolve();
    yield bytes.subarray(at, at + length);
  }
}

/** What no compression makes smaller. */
export const noise = (length: number): Buffer => randomBytes(length);
