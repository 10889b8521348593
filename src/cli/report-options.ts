import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Parsed } from '../core/parsed.ts';
import { parseDuration } from '../core/duration.ts';
import { sanitizeText } from '../core/text.ts';
import { ImgupdateError } from '../errors.ts';
import { readMailAddress } from '../formats/report/mail-address.ts';
import { type ReportAbout, type ReportFormatName, readReportFormat } from '../formats/report/index.ts';
import type { Context } from './context.ts';
import { isStdoutTaken, orRefuse, readArtefact, readNamedFormat } from './output.ts';
import type { ReportOptions } from './report-flags.ts';

/** What a report is compared with, as it was asked for. `time`: the last that was marked by then, milliseconds since the epoch. */
export type SinceWish =
  { readonly kind: 'last' } | { readonly kind: 'time'; readonly at: number } | { readonly kind: 'file'; readonly path: string };

/** Where a report goes to. `stdout` null: nowhere else than to files. */
export type ReportOutput = {
  readonly stdout: ReportFormatName | null;
  readonly artefacts: readonly { readonly path: string; readonly format: ReportFormatName }[];
  readonly about: ReportAbout;
};

/** A report of `7d` ago was made a little later than that: timers wait at random, and each report is marked when all has been asked. */
const LEEWAY = 0.9;

/**
 * Reads what a report is compared with. A day begins in UTC; of a duration nine tenths are enough.
 *
 * @throws ImgupdateError 'usage' for a time to come.
 */
export function readSince(text: string | undefined, now: number): SinceWish {
  if (text === undefined || text === 'last') return { kind: 'last' };
  const span = parseDuration(text);
  if (span !== null) return { kind: 'time', at: now - Math.floor(span * LEEWAY) };
  if (text.trim() === '') throw refuseSince('""', 'expected last, a duration, a day, or a document');
  if (!DATE.test(text)) return { kind: 'file', path: text };
  const at = Date.parse(text);
  // the 30th of February is taken for the 2nd of March
  if (Number.isNaN(at) || !new Date(at).toISOString().startsWith(text.slice(0, 10))) throw refuseSince(text, 'there is no such day');
  if (at > now) throw refuseSince(text, 'it is still to come');
  return { kind: 'time', at };
}

const DATE = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?Z)?$/;

function refuseSince(text: string, what: string): ImgupdateError {
  return new ImgupdateError('usage', `cannot read --since ${text}: ${what}`, { hint: 'for example: --since 7d, or --since last' });
}

/** Longer ones are no names. */
const LONGEST_ID = 100;
const LONGEST_TITLE = 200;

/**
 * Which report it is. Where no id is given, each choice of what to look at has one of its own: what one did not look at, it must not take for gone.
 *
 * @throws ImgupdateError 'usage'.
 */
export function readReportId({ cwd }: Pick<Context, 'cwd'>, options: ReportOptions, isFleet: boolean): string {
  if (options.id !== undefined) return readLine('--id', options.id, { longest: LONGEST_ID, example: 'nightly' });
  if (isFleet) return 'fleet';
  const { file = [], host = [], context = [] } = options;
  const choice = [
    ...new Set([
      ...file.map((path) => `-f ${path === '-' ? path : resolve(cwd, path)}`),
      ...host.map((address) => `-H ${address}`),
      ...context.map((name) => `--context ${name}`),
    ]),
  ].sort();
  const id = sanitizeText(['default', ...choice].join(' '));
  return id.length <= LONGEST_ID ? id : `default ${createHash('sha256').update(id).digest('hex')}`;
}

/** @throws ImgupdateError 'usage'. */
export function readTitle(title: string | undefined): string | null {
  return title === undefined ? null : readLine('--title', title, { longest: LONGEST_TITLE, example: "'Images of the shop'" });
}

/** What a line of text may be. `example`: as it is typed. */
export type Line = { readonly longest: number; readonly example: string };

/**
 * Reads an option that is one line of text.
 *
 * @throws ImgupdateError 'usage'.
 */
export function readLine(option: string, text: string, { longest, example }: Line): string {
  const line = text.trim();
  const problem =
    line === ''
      ? 'expected some text, got none'
      : line.length > longest
        ? `expected at most ${longest} characters, got ${line.length}`
        : sanitizeText(line) === line
          ? null
          : 'expected one line of text, got control or formatting characters';
  if (problem === null) return line;
  throw new ImgupdateError('usage', `cannot read ${option}: ${problem}`, { hint: `for example: ${option} ${example}` });
}

/**
 * Reads where a report goes to, and in which formats, so that what is wrong with that is said before anything is asked.
 *
 * @throws ImgupdateError 'usage'.
 */
export function planReportOutput(context: Pick<Context, 'env' | 'version'>, options: ReportOptions): ReportOutput {
  const named = readNamedFormat(options);
  const artefacts = options.output.map((entry) => readArtefact(entry, readFormat));
  const stdout = named === null ? (isStdoutTaken(options) ? null : 'text') : readFormat(named);
  const isMail = stdout === 'eml' || artefacts.some(({ format }) => format === 'eml');
  return {
    stdout,
    artefacts,
    about: { version: context.version, perImage: options.perImage === true, mail: readMail(context, options, isMail) },
  };
}

function readFormat(name: string): ReportFormatName {
  return orRefuse(readReportFormat(name), "see 'imgupdate report --help'");
}

/** As cron does it: MAILTO may name several, with commas between them, or be empty for none. Source: crontab(5). */
function readMail({ env }: Pick<Context, 'env'>, { to, from }: ReportOptions, isMail: boolean): ReportAbout['mail'] {
  const recipients = to.length > 0 ? to : (env.MAILTO ?? '').split(',').flatMap((each) => (each.trim() === '' ? [] : [each.trim()]));
  if (isMail && recipients.length === 0) {
    throw new ImgupdateError('usage', 'the format eml needs someone it is to, and neither --to nor MAILTO says it', {
      hint: 'name someone: --to ops@example.org',
    });
  }
  const read = (option: string, address: string): string =>
    orRefuse(withOption(option, readMailAddress(address)), `for example: ${option} ops@example.org`);
  return { to: isMail ? recipients.map((each) => read('--to', each)) : [], from: from === undefined ? null : read('--from', from) };
}

function withOption(option: string, read: Parsed<string>): Parsed<string> {
  return read.ok ? read : { ok: false, message: `cannot read ${option}: ${read.message}` };
}
