import type { ReportLog } from '../check/ports.ts';
import { type HostDocument, splitHosts } from '../core/document/split-hosts.ts';
import type { KeptBaseline, KeptReport } from '../core/report/kept-report.ts';
import type { ReportInput } from '../core/report/compose.ts';
import { toBaseline } from '../core/report/to-baseline.ts';
import type { Context } from './context.ts';
import { readDocument, stemOf } from './report-hosts.ts';
import type { SinceWish } from './report-options.ts';

/** What a new report is compared with, and what became of the one before it. */
export type History = Pick<ReportInput, 'earlier' | 'last' | 'interrupted' | 'trend'>;

/** `isLocked`: this process alone makes reports of the id now. */
export type HistoryWish = {
  readonly id: string;
  readonly since: SinceWish;
  readonly hosts: readonly HostDocument[];
  readonly isLocked: boolean;
};

/**
 * Finds what a report is compared with: the last that was marked, the newest by a time or, where all are younger, the oldest, or a document.
 *
 * One that cannot be read any more is passed over; the log warns of it.
 * @throws ImgupdateError 'unreadable' for a document.
 */
export async function findHistory(context: Context, log: ReportLog, wish: HistoryWish): Promise<History> {
  const kept = log.list(wish.id);
  const last = readLast(log, kept);
  // of two in a row that may not have arrived the later one has to tell what the other one told
  const before = last === null ? [] : kept.filter(({ key, isPrinted }) => key < last.key && isPrinted);
  return {
    earlier: await findEarlier(context, log, { kept, last, ...wish }),
    last: wish.since.kind === 'last' ? null : (last?.baseline ?? null),
    interrupted:
      last === null || last.isPrinted || (await isBeingPrinted(context, log, wish))
        ? null
        : { baseline: last.baseline, before: readLast(log, before)?.baseline ?? null },
    trend: kept.map(({ trend }) => trend),
  };
}

/** What another process is at this moment telling has not been interrupted. */
async function isBeingPrinted({ signal }: Context, log: ReportLog, { id, isLocked }: HistoryWish): Promise<boolean> {
  if (isLocked) return false;
  const lock = await log.lock(id, { timeoutMs: 0, signal });
  if (lock.kind === 'held') lock.release();
  return lock.kind === 'busy';
}

type Known = {
  readonly kept: readonly KeptReport[];
  readonly last: KeptBaseline | null;
  readonly since: SinceWish;
  readonly hosts: readonly HostDocument[];
};

async function findEarlier(context: Context, log: ReportLog, { kept, last, since, hosts }: Known): Promise<ReportInput['earlier']> {
  switch (since.kind) {
    case 'last':
      return last === null ? null : { baseline: last.baseline, name: null };
    case 'time': {
      const [oldest] = kept;
      const old = kept.filter(({ trend }) => trend.at <= since.at);
      const found = readLast(log, old.length > 0 || oldest === undefined ? old : [oldest]);
      return found === null ? null : { baseline: found.baseline, name: null };
    }
    case 'file': {
      const document = await readDocument(context, since.path, SINCE);
      // of one machine it is, whatever that was called then
      const [now] = hosts;
      const then = splitHosts(document, stemOf(since.path));
      const isOfOne = now !== undefined && hosts.length === 1 && then.length === 1;
      return { baseline: toBaseline(isOfOne ? then.map((host) => ({ ...host, name: now.name })) : then), name: since.path };
    }
  }
}

const SINCE = '--since takes last, a duration such as 7d, a day such as 2026-11-09, or what imgupdate printed with --json';

/** The last that can be read. */
function readLast(log: ReportLog, kept: readonly KeptReport[]): KeptBaseline | null {
  for (const { key } of [...kept].reverse()) {
    const found = log.read(key);
    if (found !== null) return found;
  }
  return null;
}
