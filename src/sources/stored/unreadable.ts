import { sanitizeText } from '../../core/text.ts';
import { ImgupdateError } from '../../errors.ts';

const MAX_NAME = 200;

/** `cannot read docker-archive:app.tar: ...`; `label` is the target as the user wrote it. */
export function unreadable(label: string, what: string, options: { hint?: string | null; cause?: unknown } = {}): ImgupdateError {
  return new ImgupdateError('unreadable', `cannot read ${sanitizeText(label, MAX_NAME)}: ${what}`, options);
}

/** The name of a file within a place, as it may stand in a message. */
export function showName(name: string): string {
  return sanitizeText(name, MAX_NAME);
}

/** Bytes for a person to read: `4 MiB`, `10000000000 bytes`. */
export function showBytes(count: number): string {
  if (count === 1) return '1 byte';
  return count >= MIB && count % MIB === 0 ? `${count / MIB} MiB` : `${count} bytes`;
}

const MIB = 1024 * 1024;
