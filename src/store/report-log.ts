import type { ReportLog } from '../check/ports.ts';
import { createGuardedStore, type StoreSource } from './guarded-store.ts';
import { packBaseline } from './report-baseline.ts';
import { createReportTable, type Outcome, type ReportTable } from './report-table.ts';
import { STATE } from './state.ts';
import type { StoreKind } from './store-file.ts';
import type { Warnings } from './warnings.ts';

export type ReportLogOptions = {
  readonly source: StoreSource;
  readonly lock: ReportLog['lock'];
  readonly warnings: Warnings;
};

/** The state, in the words of one who makes a report. */
export const REPORT_STATE: StoreKind = {
  ...STATE,
  whenUnusable: 'no report is remembered',
  whenUnwritable: 'nothing is remembered of this report',
};

/** The version of the state that has reports first: what is older, and cannot be written, has none. */
const FIRST_VERSION = 3;

/** The reports in the state file, which is opened when they are first asked for. */
export function createReportLog({ source, lock, warnings: { warn, all } }: ReportLogOptions): ReportLog {
  const onDamage = (message: string): void => warn('store-damaged', message);
  const state = createGuardedStore({
    kind: REPORT_STATE,
    source,
    createTables: (database, version) => (version < FIRST_VERSION ? null : createReportTable(database, onDamage)),
    warn,
  });
  const write = <T>(work: (table: ReportTable) => T): T | null => {
    const results: T[] = [];
    const put = (table: ReportTable | null): void => {
      if (table !== null) results.push(work(table));
    };
    return state.write({ isEmpty: false, isNews: true, work: put }, 'at-close') ? (results.at(-1) ?? null) : null;
  };
  const conclude = (key: number, outcome: Outcome): boolean => write((table) => table.conclude(key, outcome)) === outcome;
  return {
    list: (id) => state.read((table) => table?.list(id) ?? []) ?? [],
    read: (key) => state.read((table) => table?.read(key) ?? null),
    lock,
    prepare: (id, baseline) => {
      const packed = packBaseline(baseline);
      if (typeof packed !== 'string') return write((table) => table.add(id, { trend: baseline.trend, baseline: packed }));
      warn('store-unwritable', `${REPORT_STATE.whenUnwritable}: ${packed}`);
      return null;
    },
    confirm: (key) => conclude(key, 'printed'),
    withdraw: (key) => void conclude(key, 'withdrawn'),
    warnings: all,
    close: state.close,
  };
}
