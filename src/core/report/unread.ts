import type { WarningEntry } from '../document.ts';
import { sanitizeText } from '../text.ts';
import type { BaselineRow } from './baseline.ts';

/** Codes of warnings that say that a place with images, a part of it, or a file was not read. */
const UNREAD: ReadonlySet<string> = new Set(['engine-unavailable', 'unreadable', 'no-such-image', 'unread-file']);

/** UTF-16 code units of a message. */
const LONGEST_MESSAGE = 400;

/** What was not read on one host: images may be missing for it. */
export type Unread = { readonly message: string; readonly since: number; readonly isNew: boolean };

/** Finds what of a host was not read, by message; `before` has what was told of the host. */
export function findUnread(warnings: readonly WarningEntry[], before: ReadonlyMap<string, BaselineRow>, now: number): readonly Unread[] {
  const messages = new Set(warnings.filter(({ code }) => UNREAD.has(code)).map(({ message }) => sanitizeText(message, LONGEST_MESSAGE)));
  return [...messages].sort().map((message) => {
    const told = before.get(message)?.told.find(({ what }) => what === 'unread') ?? null;
    return { message, since: told?.since ?? now, isNew: told === null };
  });
}

/** What the next report is told of it. */
export function toUnreadRow(host: string, { message, since }: Unread): BaselineRow {
  const told = [{ what: 'unread', offer: '', was: message, since, held: false } as const];
  return { host, reference: message, name: '', platform: '', image: null, told };
}

/** Whether a row of a baseline is about a place, and not about an image. */
export function isUnreadRow({ told }: BaselineRow): boolean {
  return told.some(({ what }) => what === 'unread');
}
