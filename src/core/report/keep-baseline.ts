import { compareText } from '../reference.ts';
import type { Baseline, BaselineRow } from './baseline.ts';
import type { ComparedHost } from './compare-host.ts';
import type { TrendPoint } from './report.ts';
import { keyOfRow } from './rows.ts';

/** `earlier`: what was compared with. `last`: what the last report told, where that was another one. */
export type Before = { readonly earlier: Baseline | null; readonly last: Baseline | null };

/**
 * Says what the next report is to be compared with: what was told now, and what was told of hosts that are not here.
 *
 * Whatever was compared with, what an earlier report told first was first told then.
 */
export function keepBaseline(compared: readonly ComparedHost[], { earlier, last }: Before, trend: TrendPoint): Baseline {
  const before = last ?? earlier;
  const here = new Set(compared.map(({ host }) => host));
  const others = (before?.rows ?? []).filter(({ host }) => !here.has(host));
  const told = compared.flatMap((host) => host.told);
  const rows = [...others, ...(last === null ? told : keepDays(told, last.rows))];
  return {
    at: trend.at,
    hosts: [...new Set([...(before?.hosts ?? []), ...here])].sort(),
    rows: rows.sort(compareBaselineRows),
    trend,
  };
}

function keepDays(rows: readonly BaselineRow[], before: readonly BaselineRow[]): readonly BaselineRow[] {
  const known = new Map(before.map((row) => [keyOnHost(row), row]));
  return rows.map((row) => {
    const earlier = known.get(keyOnHost(row))?.told ?? [];
    return {
      ...row,
      told: row.told.map((told) => ({
        ...told,
        since: Math.min(told.since, earlier.find(({ what }) => what === told.what)?.since ?? told.since),
      })),
    };
  });
}

const keyOnHost = (row: BaselineRow): string => `${row.host}\n${keyOfRow(row)}`;

function compareBaselineRows(a: BaselineRow, b: BaselineRow): number {
  return compareText(a.host, b.host) || compareText(a.reference, b.reference) || compareText(a.platform, b.platform);
}
