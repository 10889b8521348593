import type { ReportLog } from '../check/ports.ts';
import type { KeptBaseline } from '../core/report/kept-report.ts';
import { lockReport } from './report-lock.ts';
import { createReportLog, REPORT_STATE } from './report-log.ts';
import { sourceIn } from './store-source.ts';
import { createWarnings } from './warnings.ts';

export type OpenReportLogOptions = {
  /** As `storeDirectories` gives it; null: this user has no place for it, and no report is remembered. */
  readonly stateDirectory: string | null;
  /** Of this process; null where there are none (Windows). */
  readonly uid: number | null;
};

/**
 * Opens the reports that were marked, in `state.db`: of each id the last 1,000, and of those that take more than 128 MiB the last ten at least.
 *
 * They are in the order in which they were made, whatever the clock said: one that was made under a clock that ran ahead stays where it is, with its time.
 *
 * What `prepare` and `confirm` have returned for survives the end of this process and, where the disk keeps its word, a power cut. Never throws for the state
 * of the disk: what cannot be read is as if it were not there, what cannot be written is null or false, and `warnings` says why. The file and its folder are
 * made by the first report that is prepared or locked; to look at reports changes nothing, but that a damaged file is set aside and an older one brought up to date.
 */
export function openReportLog({ stateDirectory, uid }: OpenReportLogOptions): ReportLog {
  const warnings = createWarnings();
  return createReportLog({
    source: sourceIn(stateDirectory, { kind: REPORT_STATE, variable: 'XDG_STATE_HOME', uid, warn: warnings.warn }),
    lock: (id, options) =>
      stateDirectory === null
        ? Promise.resolve({ kind: 'unavailable', problem: 'neither a home directory nor XDG_STATE_HOME is known' })
        : lockReport({ directory: stateDirectory, uid, id, ...options }),
    warnings,
  });
}

/** A log that lasts as long as the run and touches no disk. */
export function createPassingReportLog(): ReportLog {
  const reports = new Map<number, { readonly id: string; readonly kept: KeptBaseline }>();
  let lastKey = 0;
  return {
    list: (id) =>
      [...reports.values()].filter((report) => report.id === id).map(({ kept: { key, trend, isPrinted } }) => ({ key, trend, isPrinted })),
    read: (key) => reports.get(key)?.kept ?? null,
    lock: () => Promise.resolve({ kind: 'held', release: () => undefined }),
    prepare: (id, baseline) => {
      lastKey += 1;
      reports.set(lastKey, { id, kept: { key: lastKey, trend: baseline.trend, isPrinted: false, baseline } });
      return lastKey;
    },
    confirm: (key) => {
      const report = reports.get(key);
      if (report !== undefined) reports.set(key, { ...report, kept: { ...report.kept, isPrinted: true } });
      return report !== undefined;
    },
    withdraw: (key) => void reports.delete(key),
    warnings: () => [],
    close: () => undefined,
  };
}
