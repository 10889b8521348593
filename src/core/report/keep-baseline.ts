import { compareText } from '../reference.ts';
import type { Baseline, BaselineRow } from './baseline.ts';
import type { ComparedHost } from './compare-host.ts';
import type { MissingHost } from './missing-hosts.ts';
import type { TrendPoint } from './report.ts';
import { keyOfRow } from './rows.ts';
import { toUnreadRow } from './unread.ts';

/**
 * `before`: what the last report told. `shown`: what is told now, compared with another one; null: with the last. `missing`: the machines that a report was about
 * and that are not here.
 */
export type Before = {
  readonly before: Baseline | null;
  readonly shown: readonly ComparedHost[] | null;
  readonly missing: (before: Baseline | null) => readonly MissingHost[];
};

/**
 * Says what the next report is to be compared with: what is told now, compared with the last report, and what was told of hosts that are not here.
 *
 * Whatever was compared with, what an earlier report told first was first told then.
 */
export function keepBaseline(compared: readonly ComparedHost[], { before, shown, missing }: Before, trend: TrendPoint): Baseline {
  const here = new Set(compared.map(({ host }) => host));
  const others = (before?.rows ?? []).filter(({ host }) => !here.has(host));
  const told = compared.flatMap((host) => host.told);
  const gone = missing(before)
    .filter(({ isNew }) => isNew)
    .map((each) => toUnreadRow(each.host, each));
  const rows = [...others, ...gone, ...(shown === null ? told : keepDays(told, shown))];
  return {
    at: trend.at,
    hosts: [...new Set([...(before?.hosts ?? []), ...here])].sort(),
    rows: rows.sort(compareBaselineRows),
    trend,
  };
}

function keepDays(rows: readonly BaselineRow[], shown: readonly ComparedHost[]): readonly BaselineRow[] {
  const known = new Map(shown.flatMap(({ told }) => told).map((row) => [keyOnHost(row), row]));
  return rows.map((row) => {
    const other = known.get(keyOnHost(row))?.told ?? [];
    return {
      ...row,
      told: row.told.map((told) => ({
        ...told,
        since: Math.min(told.since, other.find(({ what }) => what === told.what)?.since ?? told.since),
      })),
    };
  });
}

const keyOnHost = (row: BaselineRow): string => `${row.host}\n${keyOfRow(row)}`;

function compareBaselineRows(a: BaselineRow, b: BaselineRow): number {
  return compareText(a.host, b.host) || compareText(a.reference, b.reference) || compareText(a.platform, b.platform);
}
