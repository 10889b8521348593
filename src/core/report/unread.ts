import type { WarningEntry } from '../document.ts';
import { sanitizeText } from '../text.ts';
import type { BaselineRow } from './baseline.ts';

/** Codes of warnings that say that a place with images, a part of it, or a file was not read. */
const UNREAD: ReadonlySet<string> = new Set(['engine-unavailable', 'unreadable', 'no-such-image', 'unread-file']);

/** Another place was read than the one that is meant where it is there: a machine may be like that for good, or its engine was only stopped. */
const READ_INSTEAD = 'no-engine';

/** UTF-16 code units of a message. */
const LONGEST_MESSAGE = 400;

/** What was not read on one host: images may be missing for it. */
export type Unread = {
  readonly message: string;
  readonly since: number;
  readonly isNew: boolean;
  /** It has to be looked at. */
  readonly isTold: boolean;
};

/** Finds what of a host was not read, by message; `before` has what was told of the host. What was read instead is told only where images are missing for it. */
export function findUnread(warnings: readonly WarningEntry[], before: ReadonlyMap<string, BaselineRow>, now: number): readonly Unread[] {
  const messages = new Map<string, boolean>();
  for (const { code, message } of warnings) {
    if (!UNREAD.has(code) && code !== READ_INSTEAD) continue;
    const text = sanitizeText(message, LONGEST_MESSAGE);
    messages.set(text, messages.get(text) === true || code !== READ_INSTEAD);
  }
  return [...messages.keys()].sort().map((message) => {
    const told = before.get(message)?.told.find(({ what }) => what === 'unread') ?? null;
    return { message, since: told?.since ?? now, isNew: told === null, isTold: messages.get(message) === true };
  });
}

/** What the next report is told of it. */
export function toUnreadRow(host: string, { message, since, isTold }: Unread): BaselineRow {
  const told = [{ what: 'unread', offer: isTold ? '' : KNOWN_ONLY, was: message, since, held: false } as const];
  return { host, reference: message, name: '', platform: '', image: null, told };
}

/** The offer of what is known to the next report only, and was not told. */
const KNOWN_ONLY = 'known';

/** Whether a row of a baseline is about a place, and not about an image. */
export function isUnreadRow({ told }: BaselineRow): boolean {
  return told.some(({ what }) => what === 'unread');
}

/** Whether what it is about had to be looked at. */
export function wasTold({ told }: BaselineRow): boolean {
  return !told.some(({ offer }) => offer === KNOWN_ONLY);
}
