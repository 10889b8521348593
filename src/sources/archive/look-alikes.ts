/** How bytes are compressed; null: not at all, or in a way that is not known. */
export type Compression = 'gzip' | 'zstd';

/** So many bytes tell what a file is. */
export const HEAD_BYTES = 512;

/**
 * How bytes are compressed, as their first bytes tell. Names of files do not matter.
 * Source: RFC 1952, section 2.3.1; RFC 8878, sections 3.1.1 and 3.1.2.
 */
export function tellCompression(head: Uint8Array): Compression | null {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (startsWith(head, [0x28, 0xb5, 0x2f, 0xfd])) return 'zstd';
  const isSkippable = ((head[0] ?? 0) & 0xf0) === 0x50 && startsWith(head.subarray(1), [0x2a, 0x4d, 0x18]);
  return isSkippable ? 'zstd' : null;
}

/** What can be decompressed by a program, and by which. */
const PACKED: readonly { readonly magic: readonly number[]; readonly name: string; readonly command: string }[] = [
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], name: 'xz', command: 'xz -dc' },
  { magic: [0x42, 0x5a, 0x68], name: 'bzip2', command: 'bzip2 -dc' },
  { magic: [0x04, 0x22, 0x4d, 0x18], name: 'lz4', command: 'lz4 -dc' },
  { magic: [0x4c, 0x5a, 0x49, 0x50], name: 'lzip', command: 'lzip -dc' },
  { magic: [0x5d, 0x00, 0x00], name: 'lzma', command: 'xz -dc' },
  { magic: [0x1f, 0x9d], name: 'compress', command: 'zcat' },
];

/** How bytes are compressed that are not decompressed here, and what does that. */
export function tellPacking(head: Uint8Array): { readonly name: string; readonly command: string } | null {
  return PACKED.find(({ magic }) => startsWith(head, magic)) ?? null;
}

const KNOWN: readonly (readonly [readonly number[], string])[] = [
  [[0x89, 0x50, 0x4e, 0x47], 'a PNG picture'],
  [[0xff, 0xd8, 0xff], 'a JPEG picture'],
  [[0x47, 0x49, 0x46, 0x38], 'a GIF picture'],
  [[0x7f, 0x45, 0x4c, 0x46], 'an ELF executable'],
  [[0x50, 0x4b, 0x03, 0x04], 'a zip archive'],
  [[0x50, 0x4b, 0x05, 0x06], 'an empty zip archive'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF document'],
  [[0x37, 0x7a, 0xbc, 0xaf], 'a 7z archive'],
  [[0x68, 0x73, 0x71, 0x73], 'a squashfs (singularity keeps images so)'],
  [[0x51, 0x46, 0x49, 0xfb], 'a qcow2 disk'],
  [[0x21, 0x3c, 0x61, 0x72, 0x63, 0x68, 0x3e], 'an ar archive'],
  [[0x23, 0x21], 'a script'],
];

/** What a file without a tar header at its beginning seems to be. */
export function describeLook(head: Uint8Array): string {
  const known = KNOWN.find(([magic]) => startsWith(head, magic));
  if (known !== undefined) return known[1];
  const first = head.find((byte) => byte > 0x20);
  const isText = head.every((byte) => (byte >= 0x20 && byte !== 0x7f) || (byte >= 0x09 && byte <= 0x0d));
  if (!isText) return 'something else';
  return first === 0x7b || first === 0x5b ? 'a JSON document' : 'a text';
}

function startsWith(head: Uint8Array, magic: readonly number[]): boolean {
  return head.length >= magic.length && magic.every((byte, index) => head[index] === byte);
}
