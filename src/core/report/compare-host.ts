import type { Document } from '../document.ts';
import type { BaselineRow } from './baseline.ts';
import { createCarriedVersions } from './carried-versions.ts';
import { type ComparedRow, compareRow } from './compare-row.ts';
import { type AbsentRow, compareAbsent } from './compare-absent.ts';
import { createEarlierRows } from './earlier-rows.ts';
import { hideRow, mayHide, showRow } from './hidden.ts';
import { isPartOf } from './identity.ts';
import { keyOfRow, readRows, type Row } from './rows.ts';
import type { Earlier } from './standing.ts';
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
  const gaps = findUnread(document.warnings, places, now);
  const absent = compareAbsent(known, { read, unread: gaps, ignored: document.ignored ?? [] });
  const carriedTo = createCarriedVersions(known, absent);
  const rows = read.map((row) => compareRow(row, lookFor(row, earlierOf(row) ?? carriedTo(row), gaps), now));
  const isMissing = absent.some(({ told }) => told !== null) || rows.some(({ isOutOfSight }) => isOutOfSight);
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

/** What was told of an image, and whether what could not be read may hide it, or a part of it. */
function lookFor({ entries }: Row, before: BaselineRow | null, gaps: readonly Unread[]): Earlier {
  if (before === null) return { before, isOutOfSight: false };
  const shown = showRow(before);
  return { before: shown, isOutOfSight: mayHide(gaps, before) && isPartOf(shown.image, entries) };
}

function toBaselineRow({ row, told, image, isOutOfSight }: ComparedRow): readonly BaselineRow[] {
  if (told.length === 0) return [];
  const { host, reference, name, platform } = row;
  const kept = { host, reference, name, platform, image, told };
  return [isOutOfSight ? hideRow(kept) : kept];
}
