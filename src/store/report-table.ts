import type { KeptBaseline, KeptReport } from '../core/report/kept-report.ts';
import type { TrendPoint } from '../core/report/report.ts';
import { unpackBaseline } from './report-baseline.ts';
import { decodePacked, decodeReports, REPORT_AS_JSON } from './report-rows.ts';
import { textAt } from './rows.ts';
import { inTransaction, onDemand, type Database } from './sqlite.ts';

/** The reports that were made. Every function throws what SQLite throws. */
export type ReportTable = {
  /** Those of an id in the order in which they were made, without those that are known not to have been printed; reads nothing of what they told. */
  readonly list: (id: string) => readonly KeptReport[];
  readonly read: (key: number) => KeptBaseline | null;
  /** Gives its key. In a transaction of its own, as the others that write. */
  readonly add: (id: string, report: PackedReport) => number;
  /** What became of a report for good: of two words the first counts, and it is returned. null: there is no such report. */
  readonly conclude: (key: number, outcome: Outcome) => Outcome | null;
};

export type PackedReport = { readonly trend: TrendPoint; readonly baseline: Uint8Array };

export type Outcome = 'printed' | 'withdrawn';

/** Reports of one id; the last of them whatever they take. A weekly one is kept for 19 years. */
const MAX_REPORTS = { count: 1_000, last: 10, bytes: 128 * 1024 * 1024 } as const;

const WITH_OUTCOME = 'reports left join report_outcomes using (key)';

const LIST = `select json_group_array(${REPORT_AS_JSON} order by key) as reports
  from ${WITH_OUTCOME} where id = ? and outcome is not 'withdrawn'`;

const READ = `select ${REPORT_AS_JSON} as report, baseline from ${WITH_OUTCOME} join report_baselines using (key) where key = ?`;

/** Those that were never printed go first: no one reads them. */
const FORGET = `delete from reports where key in (
  select key from (
    select key, row_number() over newest_first as place, sum(bytes) over newest_first as kept_bytes
    from ${WITH_OUTCOME} where id = ?1 window newest_first as (order by outcome is 'withdrawn', key desc))
  where place > ?2 or (place > ?3 and kept_bytes > ?4))`;

/**
 * `onDamage` is called with a sentence about each report that is not as it was written; it is passed over.
 *
 * What was written is on disk when a function returns, as far as the disk keeps its word: with `synchronous = extra` SQLite syncs the folder too after the
 * journal is deleted, without which a power cut may bring the journal back and so undo the last transaction.
 * Source: SQLite, "PRAGMA synchronous".
 */
export function createReportTable(database: Database, onDamage: (message: string) => void): ReportTable {
  database.exec('pragma synchronous = extra');
  const list = onDemand(database, LIST);
  const read = onDemand(database, READ);
  return {
    list: (id) => {
      const reports = decodeReports(list().get(id));
      if (reports.includes(null)) onDamage('what is remembered of a report was damaged: it is ignored');
      return reports.filter((report) => report !== null);
    },
    read: (key) => {
      const row: unknown = read().get(key);
      const packed = decodePacked(row);
      const baseline = packed === null ? null : unpackBaseline(packed.baseline);
      if (packed !== null && baseline !== null) return { ...packed.kept, baseline };
      onDamage(`what ${nameOf(packed?.kept ?? null)} told was damaged: it is ignored`);
      return null;
    },
    add: (id, report) => inTransaction(database, 'begin immediate', () => add(database, id, report)),
    conclude: (key, outcome) => inTransaction(database, 'begin immediate', () => conclude(database, key, outcome)),
  };
}

function nameOf(kept: KeptReport | null): string {
  return kept === null ? 'an earlier report' : `the report of ${new Date(kept.trend.at).toISOString().slice(0, 10)}`;
}

function add(database: Database, id: string, { trend, baseline }: PackedReport): number {
  const { at, images, fresh, stale, unknown } = trend;
  const columns = [id, at, images, fresh, stale, unknown, baseline.byteLength];
  const put = 'insert into reports (id, at, images, fresh, stale, unknown, bytes) values (?, ?, ?, ?, ?, ?, ?)';
  const key = Number(database.prepare(put).run(...columns).lastInsertRowid);
  database.prepare('insert into report_baselines values (?, ?)').run(key, baseline);
  const { count, last, bytes } = MAX_REPORTS;
  database.prepare(FORGET).run(id, count, last, bytes);
  return key;
}

function conclude(database: Database, key: number, outcome: Outcome): Outcome | null {
  database.prepare('insert or ignore into report_outcomes select key, ? from reports where key = ?').run(outcome, key);
  const told = textAt(database.prepare('select outcome from report_outcomes where key = ?').get(key), 'outcome');
  return told === 'printed' || told === 'withdrawn' ? told : null;
}
