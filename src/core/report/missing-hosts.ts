import { sanitizeText } from '../text.ts';
import type { Baseline } from './baseline.ts';
import { isUnreadRow, type Unread } from './unread.ts';

/** A machine that was in a report before, and of which there is no document this time. */
export type MissingHost = Unread & { readonly host: string };

const LONGEST_NAME = 200;

/** Finds the machines that are missing; that one is gone for good nobody can tell, so each is told once, and its updates stay as they were told. */
export function findMissingHosts(before: Baseline | null, here: ReadonlySet<string>, now: number): readonly MissingHost[] {
  const missing = (before?.hosts ?? []).filter((host) => !here.has(host));
  if (missing.length === 0) return [];
  const told = new Map((before?.rows ?? []).filter(isUnreadRow).map((row) => [`${row.host}\n${row.reference}`, row]));
  return missing.map((host) => {
    const message = `there is no document of ${sanitizeText(host, LONGEST_NAME)} any more`;
    const row = told.get(`${host}\n${message}`) ?? null;
    return { host, message, since: row?.told[0]?.since ?? now, isNew: row === null, isTold: row === null };
  });
}
