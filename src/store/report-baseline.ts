import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Baseline } from '../core/report/baseline.ts';
import { decodeBaseline, encodeBaseline, MAX_BASELINE_ROWS } from '../core/report/decode-baseline.ts';
import { codeOf } from '../errors.ts';

/** Bytes of the text of one baseline: those of 500,000 images of which much is told. Text that claims to be longer is not unpacked. */
const MAX_TEXT_BYTES = 256 * 1024 * 1024;

/** A baseline as it is kept; a sentence why not when it is too large for that. Source of the format: RFC 1951. */
export function packBaseline(baseline: Baseline): Uint8Array | string {
  const { length } = baseline.rows;
  if (length > MAX_BASELINE_ROWS) return `it tells of ${length} images, expected ${MAX_BASELINE_ROWS} at most`;
  const text = Buffer.from(encodeBaseline(baseline));
  if (text.byteLength > MAX_TEXT_BYTES) return `it is ${text.byteLength} bytes long, expected ${MAX_TEXT_BYTES} at most`;
  return deflateRawSync(text);
}

/** null when it is not as it was packed. */
export function unpackBaseline(bytes: Uint8Array): Baseline | null {
  try {
    return decodeBaseline(inflateRawSync(bytes, { maxOutputLength: MAX_TEXT_BYTES }).toString());
  } catch (error) {
    if (isDamage(codeOf(error))) return null;
    throw error;
  }
}

/** What node says of bytes that are no deflated text, of too few of them, and of a text that is too long. Source: Node.js, zlib "Constants" and "Errors". */
function isDamage(code: string | null): boolean {
  return code !== null && (code === 'ERR_BUFFER_TOO_LARGE' || code === 'ERR_STRING_TOO_LONG' || code.startsWith('Z_'));
}
