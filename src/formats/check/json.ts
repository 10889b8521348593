import type { CheckResult, Finding, FindingLevel, FindingRule, Outcome, Replacement } from '../../check/finding.ts';
import type { FailOn } from '../../core/fail-on.ts';
import type { FilePlace } from '../../core/file-reference.ts';
import { renderPlatform } from '../../core/platform.ts';
import type { Document } from '../../core/document.ts';
import { toDocument } from '../json.ts';
import { stringify } from '../stringify.ts';
import { adviceOf } from './words.ts';

/** What the document of a check has beside that of a list. */
export type CheckEntry = {
  readonly result: CheckResult;
  readonly exitCode: number;
  readonly failOn: readonly FailOn[];
  readonly findings: readonly FindingEntry[];
};

/** One finding; lines and columns count from 1, columns in UTF-16 code units, the end is behind the last character. */
export type FindingEntry = {
  readonly rule: FindingRule;
  readonly level: FindingLevel;
  readonly message: string;
  readonly advice: string | null;
  readonly image: string;
  readonly reference: string | null;
  readonly platform: string | null;
  readonly path: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly endLine: number | null;
  readonly endColumn: number | null;
  readonly within: string | null;
  /** What to write instead of what stands from its own line and column to its own end. */
  readonly replacement: ReplacementEntry | null;
};

/** Lines and columns as above. */
type ReplacementEntry = Pick<FilePlace, 'line' | 'column' | 'endLine' | 'endColumn'> & { readonly text: string };

/** Renders the same document as `list --json`, with a property `check` that says what was found. Outside text is escaped, never changed. */
export function renderCheckJson(outcome: Outcome): string {
  const { report, result, exitCode, failOn, findings } = outcome;
  const document: Document & { readonly check: CheckEntry } = {
    ...toDocument(report),
    check: { result, exitCode, failOn, findings: findings.map(toFindingEntry) },
  };
  return `${stringify(document, 2)}\n`;
}

/** Makes the document's entry of one finding. */
export function toFindingEntry(finding: Finding): FindingEntry {
  const { rule, level, message, image, report, place, within } = finding;
  return {
    rule,
    level,
    message,
    advice: finding.advice ?? adviceOf(finding),
    image,
    reference: report?.reference ?? null,
    platform: report === null ? null : renderPlatform(report.platform),
    path: place?.path ?? null,
    line: place?.line ?? null,
    column: place?.column ?? null,
    endLine: place?.endLine ?? null,
    endColumn: place?.endColumn ?? null,
    within: within?.name ?? null,
    replacement: toReplacementEntry(finding.replacement),
  };
}

function toReplacementEntry(replacement: Replacement | null): ReplacementEntry | null {
  if (replacement === null) return null;
  const { line, column, endLine, endColumn } = replacement.place;
  return { line, column, endLine, endColumn, text: replacement.text };
}
