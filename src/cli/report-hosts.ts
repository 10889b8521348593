import { everyLookupFailed } from '../check/lookups.ts';
import { decodeDocument } from '../core/decode-document.ts';
import type { Document } from '../core/document.ts';
import { type HostDocument, splitHosts } from '../core/document/split-hosts.ts';
import { parseJson } from '../core/json.ts';
import { sanitizeText } from '../core/text.ts';
import { ImgupdateError } from '../errors.ts';
import { toReportDocument } from '../formats/json.ts';
import { checkMachine } from './check-machine.ts';
import type { Context } from './context.ts';
import { readFileRequest, refuseSharedStdin } from './file-options.ts';
import type { ReportOptions } from './report-flags.ts';
import { readLine } from './report-options.ts';
import { planPlaces, readTargets } from './targets.ts';

/** `isTrustworthy`: not every look-up failed. */
export type FoundHosts = { readonly hosts: readonly HostDocument[]; readonly isTrustworthy: boolean };

const LONGEST_NAME = 200;

/** Bytes of a document: 20,000 images are some 60 MB. */
const MOST_BYTES = 256 * 1024 * 1024;

/** Checks this machine. What it warns of that concerns the state is said on stderr. */
export async function findHere(context: Context, options: ReportOptions): Promise<FoundHosts> {
  const files = readFileRequest(options);
  refuseSharedStdin([], options);
  const name = options.hostName === undefined ? context.hostName : readHostName(options.hostName);
  const report = await checkMachine(
    context,
    { ...options, filter: [], quiet: 0, trunc: true, color: 'never' },
    { all: false, matches: null, ...planPlaces(readTargets([]), options, files), forReport: true },
  );
  const isOfStore = ({ code }: { readonly code: string }): boolean => code.startsWith('store-');
  context.stderr.write(
    report.warnings
      .filter((warning) => options.verbose === true || isOfStore(warning))
      .map(({ message }) => `W: ${sanitizeText(message)}\n`)
      .join(''),
  );
  return { hosts: [{ name, document: toReportDocument(report, name) }], isTrustworthy: !everyLookupFailed(report) };
}

/**
 * Reads the documents of several machines; nothing is asked. A machine is called as its document says, else as its file is; a single one may be given a name.
 *
 * @throws ImgupdateError 'unreadable', naming the file; 'usage' for options that say what to ask.
 */
export async function readHosts(context: Context, paths: readonly string[], options: ReportOptions): Promise<FoundHosts> {
  refuseAsking(options);
  const name = options.hostName === undefined ? null : readHostName(options.hostName);
  const hosts: HostDocument[] = [];
  for (const path of paths) for (const host of splitHosts(await readDocument(context, path), stemOf(path))) hosts.push(host);
  if (name === null) return { hosts, isTrustworthy: true };
  if (hosts.length === 1) return { hosts: hosts.map((host) => ({ ...host, name })), isTrustworthy: true };
  throw new ImgupdateError('usage', `--host-name names one machine, and the documents are of ${hosts.length}`, {
    hint: 'leave it out: a machine is called as its document says, else as its file is',
  });
}

function readHostName(text: string): string {
  return readLine('--host-name', text, { longest: LONGEST_NAME, example: 'build01' });
}

/** What is in a document was asked before. */
function refuseAsking({ host = [], context = [], file = [], refresh, deep }: ReportOptions): void {
  const asked = [
    ...(host.length > 0 ? ['--host'] : []),
    ...(context.length > 0 ? ['--context'] : []),
    ...(file.length > 0 ? ['--file'] : []),
    ...(refresh === true ? ['--refresh'] : []),
    ...(deep === true ? ['--deep'] : []),
  ];
  if (asked[0] === undefined) return;
  throw new ImgupdateError('usage', `${asked[0]} says what to ask, and of documents nothing is asked`, {
    hint: 'give it to the command that makes the document: imgupdate list --json > build01.json',
  });
}

/**
 * Reads one document, as `imgupdate list --json` or `imgupdate report --json` prints it; `-` is standard input.
 *
 * @throws ImgupdateError 'unreadable', naming the file.
 */
export async function readDocument(context: Pick<Context, 'adapters'>, path: string, hint: string = MAKE_ONE): Promise<Document> {
  const name = path === '-' ? 'standard input' : sanitizeText(path, 300);
  const text = await context.adapters.readText(path, MOST_BYTES);
  if (!text.ok) throw new ImgupdateError('unreadable', `${name} ${text.message}`, { hint });
  if (text.value.trim() === '') throw new ImgupdateError('unreadable', `${name} is no document of imgupdate: it is empty`, { hint });
  const json = parseJson(text.value);
  const document = json.ok ? decodeDocument(json.value) : json;
  if (!document.ok) throw new ImgupdateError('unreadable', `${name} is no document of imgupdate: ${document.message}`, { hint });
  return document.value;
}

const MAKE_ONE = 'make one on each machine: imgupdate list --json > build01.json';

/** What a machine is called by its file: `hosts/build01.json` is `build01`, `-` is `stdin`. */
export function stemOf(path: string): string {
  if (path === '-') return 'stdin';
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.json$/i, '');
  return sanitizeText(name === '' ? path : name, LONGEST_NAME);
}
