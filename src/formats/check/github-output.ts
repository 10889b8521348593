import { createHash } from 'node:crypto';
import type { Finding, Outcome } from '../../check/finding.ts';
import { stringify } from '../stringify.ts';
import { sortByLevel } from './by-level.ts';
import { toFindingEntry } from './json.ts';

/** GitHub takes outputs of 1 MB, counted in UTF-16. */
const MOST_BYTES = 900_000;

/**
 * Renders what a step writes to `$GITHUB_OUTPUT`: counts, the result in one word, and the findings as one line of JSON.
 *
 * ```
 * result=stale
 * exit-code=2
 * stale=3
 * json<<imgupdate_5b0c0c8f9e0f4b7a
 * [{"rule":"stale/rebuilt","level":"error",...}]
 * imgupdate_5b0c0c8f9e0f4b7a
 * ```
 *
 * `stale`, `held`, `unchecked`: images. `errors`, `warnings`: findings. `omitted`: findings that would not fit into `json`; the gravest are in it.
 * Source: GitHub documentation, "Workflow commands for GitHub Actions", multiline strings, and "Workflow syntax", `jobs.<job_id>.outputs` (limits).
 */
export function renderGithubOutput({ findings, result, exitCode, counts }: Outcome): string {
  const { json, omitted } = toBoundedJson(findings);
  const delimiter = chooseDelimiter(json);
  const values: readonly (readonly [string, string | number])[] = [
    ['result', result],
    ['exit-code', exitCode],
    ['stale', counts.failing],
    ['errors', counts.errors],
    ['warnings', counts.warnings],
    ['held', counts.held],
    ['unchecked', counts.unchecked],
    ['images', counts.images],
    ['files', counts.files],
    ['omitted', omitted],
  ];
  return `${values.map(([name, value]) => `${name}=${value}\n`).join('')}json<<${delimiter}\n${json}\n${delimiter}\n`;
}

function toBoundedJson(findings: readonly Finding[]): { readonly json: string; readonly omitted: number } {
  const entries: string[] = [];
  let bytes = sizeOf('[]');
  for (const finding of sortByLevel(findings)) {
    const entry = stringify(toFindingEntry(finding));
    bytes += sizeOf(`${entry},`);
    if (bytes > MOST_BYTES) break;
    entries.push(entry);
  }
  return { json: `[${entries.join(',')}]`, omitted: findings.length - entries.length };
}

/** In the encoding that needs more. */
function sizeOf(text: string): number {
  return Math.max(2 * text.length, Buffer.byteLength(text));
}

/** A line that is not in the text: made of all of it, so that nobody can have written it there before; the same for the same text. */
function chooseDelimiter(text: string): string {
  return `imgupdate_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}
