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
  const name = options.hostName === undefined ? context.hostName : readLine('--host-name', options.hostName, LONGEST_NAME);
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
 * Reads the documents of several machines; nothing is asked. A machine is called as its document says, else as its file is.
 *
 * @throws ImgupdateError 'unreadable', naming the file.
 */
export async function readHosts(context: Context, paths: readonly string[]): Promise<FoundHosts> {
  const hosts: HostDocument[] = [];
  for (const path of paths) hosts.push(...splitHosts(await readDocument(context, path), stemOf(path)));
  return { hosts, isTrustworthy: true };
}

/**
 * Reads one document, as `imgupdate list --json` or `imgupdate report --json` prints it; `-` is standard input.
 *
 * @throws ImgupdateError 'unreadable', naming the file.
 */
export async function readDocument(context: Pick<Context, 'adapters'>, path: string): Promise<Document> {
  const text = await context.adapters.readText(path, MOST_BYTES);
  if (!text.ok) throw unreadable(path, text.message);
  const json = parseJson(text.value);
  if (!json.ok) throw unreadable(path, `is no document of imgupdate: ${json.message}`);
  const document = decodeDocument(json.value);
  if (!document.ok) throw unreadable(path, `is no document of imgupdate: ${document.message}`);
  return document.value;
}

function unreadable(path: string, what: string): ImgupdateError {
  return new ImgupdateError('unreadable', `${sanitizeText(path, 300)} ${what}`, {
    hint: 'make one on each machine: imgupdate list --json > build01.json',
  });
}

/** `hosts/build01.json` is `build01`. */
function stemOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.json$/i, '');
  return sanitizeText(name === '' ? path : name, LONGEST_NAME);
}
