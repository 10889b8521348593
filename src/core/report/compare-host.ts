import type { Document } from '../document.ts';
import type { BaselineRow } from './baseline.ts';
import { type ComparedRow, compareRow } from './compare-row.ts';
import { type AbsentRow, compareAbsent } from './compare-absent.ts';
import { createEarlierRows } from './earlier-rows.ts';
import { keyOfRow, readRows } from './rows.ts';
import { findUnread, isUnreadRow, toUnreadRow, type Unread, wasTold } from './unread.ts';

/** What has to be told of one host, compared with what was told before. */
export type ComparedHost = {
  readonly host: string;
  readonly document: Document;
  readonly rows: readonly ComparedRow[];
  /** What was told of, and is not in the document. */
  readonly absent: readonly AbsentRow[];
  readonly unread: readonly Unread[];
  /** Something that was told ended without being done. */
  readonly hasEnded: boolean;
  /** To be told of it, for the next report. */
  readonly told: readonly BaselineRow[];
};

/** Compares a document with what was told of its host. `now`: milliseconds since the epoch. */
export function compareHost(
  { name: host, document }: { readonly name: string; readonly document: Document },
  before: readonly BaselineRow[],
  now: number,
): ComparedHost {
  const known = new Map(before.filter((row) => !isUnreadRow(row)).map((row) => [keyOfRow(row), row]));
  const places = new Map(before.filter(isUnreadRow).map((row) => [row.reference, row]));
  const read = readRows(host, document);
  const earlierOf = createEarlierRows(known);
  const rows = read.map((row) => compareRow(row, earlierOf(row), now));
  const gaps = findUnread(document.warnings, places, now);
  const absent = compareAbsent(known, { read, unread: gaps, ignored: document.ignored ?? [] });
  const isMissing = absent.some(({ told }) => told !== null);
  const unread = gaps.map((gap) => ({ ...gap, isTold: gap.isTold || isMissing }));
  const messages = new Set(unread.map(({ message }) => message));
  return {
    host,
    document,
    rows,
    absent,
    unread,
    hasEnded:
      [...rows, ...absent].some(({ hasEnded }) => hasEnded) || [...places].some(([message, row]) => wasTold(row) && !messages.has(message)),
    told: [
      ...rows.flatMap(toBaselineRow),
      ...absent.flatMap(({ told }) => (told === null ? [] : [told])),
      ...unread.map((each) => toUnreadRow(host, each)),
    ],
  };
}

function toBaselineRow({ row, told, image }: ComparedRow): readonly BaselineRow[] {
  const { host, reference, name, platform } = row;
  return told.length === 0 ? [] : [{ host, reference, name, platform, image, told }];
}
