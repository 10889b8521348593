import type { FailOn } from '../core/fail-on.ts';
import { comparePlaces } from '../core/file-reference.ts';
import { compareText } from '../core/reference.ts';
import { type CheckResult, type Finding, FINDING_LEVELS, FINDING_RULES, type Outcome } from './finding.ts';
import { findInFiles, findInImage, findInPlaces } from './findings.ts';
import { everyLookupFailed } from './lookups.ts';
import type { CheckReport } from './report.ts';

/** What makes a check fail. */
export type Policy = {
  readonly failOn: readonly FailOn[];
  /** Answers of low confidence count, too. */
  readonly strict: boolean;
  /** Whether a question that stayed open keeps a check from passing. */
  readonly onUnknown: 'fail' | 'warn';
  /** Nothing to check is fine. */
  readonly allowEmpty: boolean;
  /** What was named and is not there: it was not checked. */
  readonly missing: readonly string[];
};

/** Judges a report: what is found in it, at which place, and whether it passes. */
export function judge(report: CheckReport, policy: Policy): Omit<Outcome, 'exitCode'> {
  const { failOn, strict } = policy;
  const found = report.images.flatMap((image) => findInImage(image, { failOn: image.failOn ?? failOn, strict }));
  const unread = [...findInPlaces(report.failures), ...findInFiles(report.files?.problems ?? [])];
  const findings = [...found, ...unread].sort(compareFindings);
  const counts = countFindings(report, findings);
  return { report, findings, failOn, counts, result: decideResult(report, counts, policy) };
}

function decideResult(report: CheckReport, counts: Outcome['counts'], { onUnknown, allowEmpty, missing }: Policy): CheckResult {
  if (everyLookupFailed(report) || isGroundMissing(report)) return 'untrusted';
  if (counts.errors > 0) return 'stale';
  if (counts.unchecked > 0 && onUnknown === 'fail') return 'incomplete';
  if (allowEmpty) return 'passed';
  if (missing.length > 0 && onUnknown === 'fail') return 'incomplete';
  return report.images.length === 0 && report.ignored.length === 0 ? 'incomplete' : 'passed';
}

/** An engine that was asked for and is not there, or nothing but places that could not be read. */
function isGroundMissing({ failures, images, files }: CheckReport): boolean {
  const isEmpty = images.length === 0 && (files === null || files.read === 0);
  return failures.some(({ code }) => code === 'engine-unavailable') || (failures.length > 0 && isEmpty);
}

function countFindings(report: CheckReport, findings: readonly Finding[]): Outcome['counts'] {
  const distinct = (wanted: (finding: Finding) => boolean): number =>
    new Set(findings.filter(wanted).map(({ report: row, place, image }) => row ?? place?.path ?? image)).size;
  const ofLevel = (level: Finding['level']): number => findings.filter((finding) => finding.level === level).length;
  return {
    images: report.images.length,
    files: report.files?.read ?? 0,
    errors: ofLevel('error'),
    warnings: ofLevel('warning'),
    notes: ofLevel('note'),
    failing: distinct(({ level }) => level === 'error'),
    held: report.images.filter(({ held }) => held !== null).length,
    unchecked: distinct(({ rule, level }) => rule.startsWith('unknown/') && level !== 'note'),
  };
}

/** By place; then those of no file, by image. Of one place the gravest first. */
function compareFindings(a: Finding, b: Finding): number {
  return (
    compareWhere(a, b) ||
    FINDING_LEVELS.indexOf(a.level) - FINDING_LEVELS.indexOf(b.level) ||
    FINDING_RULES.indexOf(a.rule) - FINDING_RULES.indexOf(b.rule)
  );
}

function compareWhere(a: Finding, b: Finding): number {
  if (a.place !== null && b.place !== null) return comparePlaces(a.place, b.place);
  return Number(a.place === null) - Number(b.place === null) || compareText(a.image, b.image);
}
