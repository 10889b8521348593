import { Header } from 'tar/header';
import { malformed, parsed, type Parsed } from '../../core/parsed.ts';

/** Bytes of a header, and of what contents are padded to. */
export const BLOCK = 512;

/** What one block of a tar archive says, without what other blocks say of the same entry. `type`: the type flag, `0` also for files of the oldest tar. */
export type TarHeader = { readonly name: string; readonly type: string; readonly size: number; readonly linkName: string };

/** What extended headers say instead; null where they say nothing. */
export type Extension = { readonly path: string | null; readonly linkPath: string | null; readonly size: number | null };

/** Links, devices, folders, pipes. Source: POSIX.1-2017, pax, "ustar Interchange Format", typeflag; Go, archive/tar, isHeaderOnlyType(). */
const WITHOUT_CONTENTS: ReadonlySet<string> = new Set(['1', '2', '3', '4', '5', '6']);

/**
 * Decodes the block before an entry: v7, ustar, GNU and pax alike.
 * Source: POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format" (sizes in base 256).
 */
export function decodeHeader(block: Buffer): Parsed<TarHeader> {
  const header = readFields(block);
  if (header === null) return malformed('its size is no number that can be');
  if (!header.cksumValid) return malformed('its checksum is wrong');
  const type = header.typeKey === 'Unsupported' ? block.toString('latin1', 156, 157) : header.typeKey;
  const size = WITHOUT_CONTENTS.has(type) ? 0 : header.size;
  if (size === undefined || !Number.isSafeInteger(size)) return malformed('its size is no number that can be');
  const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? readName(block, 345, 155) : '';
  const name = readName(block, 0, 100);
  return parsed({ name: prefix === '' ? name : `${prefix}/${name}`, type, size, linkName: readName(block, 157, 100) });
}

/** Whether contents may follow the header of an entry; a size that is written for one without is none. */
export function mayHaveContents({ type }: TarHeader): boolean {
  return !WITHOUT_CONTENTS.has(type);
}

/** null: a size of base 256 that is negative or has more than 53 bits. */
function readFields(block: Buffer): Header | null {
  try {
    return new Header(block);
  } catch {
    return null;
  }
}

/** Up to the first NUL; so also the prefix, behind which star writes times. Source: star(5), "xstar". */
function readName(block: Buffer, start: number, length: number): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? length : end);
}

/** The contents of an entry that is the name of the next one. Source: GNU tar, `GNUTYPE_LONGNAME`. */
export function decodeLongName(contents: Buffer): string {
  return readName(contents, 0, contents.length);
}

/**
 * Decodes an extended header: records of `LENGTH KEY=VALUE\n`, the last of a key counts.
 * Source: POSIX.1-2017, pax, "pax Extended Header".
 */
export function decodePax(contents: Buffer): Parsed<Extension> {
  let said: Extension = { path: null, linkPath: null, size: null };
  for (let at = 0; at < contents.length;) {
    const space = contents.subarray(at, at + 20).indexOf(0x20);
    const digits = space === -1 ? '' : contents.toString('latin1', at, at + space);
    const end = at + (/^\d{1,8}$/.test(digits) ? Number(digits) : 0);
    const record = contents.subarray(at + space + 1, end);
    const equals = record.indexOf(0x3d);
    if (end > contents.length || record.at(-1) !== 0x0a || equals < 1) return malformed('its extended header has a record that is none');
    const value = record.toString('utf8', equals + 1, record.length - 1);
    switch (record.toString('latin1', 0, Math.min(equals, 20))) {
      case 'path':
        said = { ...said, path: untilNul(value) };
        break;
      case 'linkpath':
        said = { ...said, linkPath: untilNul(value) };
        break;
      case 'size':
        if (!/^\d{1,15}$/.test(value)) return malformed('its size is no number that can be');
        said = { ...said, size: Number(value) };
        break;
    }
    at = end;
  }
  return parsed(said);
}

function untilNul(text: string): string | null {
  const end = text.indexOf('\0');
  return (end === -1 ? text : text.slice(0, end)) || null;
}

/** Whether more blocks of a map of holes follow: after the header, and after each of them. Source: GNU tar manual, "Storing Sparse Files". */
export function hasMoreHoles(block: Buffer, isHeader: boolean): boolean {
  return block[isHeader ? 482 : 504] === 1;
}
