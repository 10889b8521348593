import type { ReportLog } from '../../check/ports.ts';
import { type Composed, composeReport } from '../../core/report/compose.ts';
import type { Report } from '../../core/report/report.ts';
import { sanitizeText } from '../../core/text.ts';
import { ImgupdateError } from '../../errors.ts';
import { loadReportFormat, type ReportFormatName } from '../../formats/report/index.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { writeArtefact } from '../output.ts';
import { findHistory } from '../report-history.ts';
import { findHere, type FoundHosts, readHosts } from '../report-hosts.ts';
import type { ReportOptions } from '../report-flags.ts';
import { planReportOutput, readReportId, readSince, readTitle, type ReportOutput } from '../report-options.ts';

/**
 * `imgupdate report [DOCUMENT...]`: one message for a person, of what changed since the last one; of this machine, or of those whose documents are named.
 *
 * With `--mark` the next report is compared with this one. It is kept before it is printed and confirmed after that, under a lock of its id, so that whatever ends
 * this process in between, the next report knows of it.
 */
export async function report(context: Context, paths: readonly string[], options: ReportOptions): Promise<ExitCode> {
  const id = readReportId(context, options, paths.length > 0);
  const title = readTitle(options.title);
  const since = readSince(options.since, context.now());
  const output = planReportOutput(context, options);
  const found = paths.length > 0 ? await readHosts(context, paths, options) : await findHere(context, options);
  warnOfTwins(context, found);
  const isMarked = await withLog(context, async (log) => {
    const compose = async (isLocked: boolean): Promise<Composed> =>
      composeReport({
        ...(await findHistory(context, log, { id, since, hosts: found.hosts, isLocked })),
        id,
        title,
        onlyNew: options.onlyNew === true,
        hosts: found.hosts,
        areDocuments: paths.length > 0,
        now: context.now(),
      });
    const tell = async ({ report: told }: Composed): Promise<void> => {
      await print(context, told, options.ifChanged !== true || hasNews(told) ? output : withoutStdout(output));
    };
    if (options.mark === true) return markWhile({ context, log, id }, compose, tell);
    await tell(await compose(false));
    return true;
  });
  return found.isTrustworthy && isMarked ? EXIT.ok : EXIT.untrustworthy;
}

/** Works on the reports that were marked; what is wrong with them is said on stderr. */
async function withLog<T>(context: Context, work: (log: ReportLog) => Promise<T>): Promise<T> {
  const log = await context.adapters.openReportLog();
  try {
    return await work(log);
  } finally {
    log.close();
    context.stderr.write(
      log
        .warnings()
        .map(({ message }) => `W: ${sanitizeText(message)}\n`)
        .join(''),
    );
  }
}

/** What the one before told may not have arrived, so it is news. */
function hasNews({ isUnchanged, interrupted }: Report): boolean {
  return !isUnchanged || (interrupted !== null && interrupted.news.length + interrupted.done.length > 0);
}

/** How long another report of the same id is waited for. */
const WAIT_MS = 10_000;

type Marking = { readonly context: Context; readonly log: ReportLog; readonly id: string };

/**
 * Composes and tells a report while no other process does the same, and keeps what it told.
 *
 * @returns false when it was told and could not be kept: the next one tells the same again.
 * @throws ImgupdateError 'cannot-write' when another process is at it.
 */
async function markWhile(
  { context, log, id }: Marking,
  compose: (isLocked: boolean) => Promise<Composed>,
  tell: (composed: Composed) => Promise<void>,
): Promise<boolean> {
  const lock = await log.lock(id, { timeoutMs: WAIT_MS, signal: context.signal });
  if (lock.kind === 'busy') {
    throw new ImgupdateError('cannot-write', `cannot mark the report "${sanitizeText(id)}": another process is making it`, {
      hint: 'wait for it to end, or look at the report without --mark',
    });
  }
  if (lock.kind === 'unavailable') {
    await tell(await compose(false));
    throw new ImgupdateError('cannot-write', `cannot mark the report "${sanitizeText(id)}": ${lock.problem}`, {
      hint: 'set XDG_STATE_HOME to a folder you may write to; until then the next report tells the same again',
    });
  }
  try {
    const composed = await compose(true);
    const key = log.prepare(id, composed.baseline);
    try {
      await tell(composed);
    } catch (error) {
      if (key !== null) log.withdraw(key);
      throw error;
    }
    if (key === null) return false;
    if (!context.stdout.isLost()) return log.confirm(key);
    log.withdraw(key);
    return true;
  } finally {
    lock.release();
  }
}

/** Files tell how it is now, also where nothing has changed. */
function withoutStdout(output: ReportOutput): ReportOutput {
  return { ...output, stdout: null, artefacts: output.artefacts.filter(({ path }) => path !== '-') };
}

/** Files first: where one cannot be written, nothing is told. */
async function print(context: Context, told: Report, { stdout, artefacts, about }: ReportOutput): Promise<void> {
  const render = async (name: ReportFormatName): Promise<string> => (await loadReportFormat(name))(told, about);
  for (const { path, format } of artefacts) await writeArtefact(context, path, { text: await render(format), mode: MODES[format] });
  if (stdout !== null) context.stdout.write(await render(stdout));
  await context.stdout.drain();
}

/** Of files that are for others than who writes them: node_exporter is another user. */
const MODES: Partial<Record<ReportFormatName, number>> = { prom: 0o644 };

function warnOfTwins(context: Context, { hosts }: FoundHosts): void {
  const once = new Set<string>();
  const twins = new Set<string>();
  for (const { name } of hosts) (once.has(name) ? twins : once).add(name);
  for (const name of twins) context.stderr.write(`W: several documents are of ${sanitizeText(name)}: only the newest counts\n`);
}
