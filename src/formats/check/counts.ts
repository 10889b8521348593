import type { Finding, FindingRule, Outcome } from '../../check/finding.ts';
import type { ImageReport } from '../../check/report.ts';
import type { FailOn } from '../../core/fail-on.ts';
import { plural } from '../facts.ts';
import { newerReasonOf } from '../newer.ts';
import { sortFindings } from './words.ts';

/** What is said of a check as a whole, in the same words in all formats for people. */

/** `9 images in 4 files`; without the files where none was asked for, and without images where no file could be read. */
export function describeSubject({ counts, findings }: Outcome): string {
  const unread = countUnread(findings);
  if (counts.images === 0 && counts.files === 0 && unread > 0) return plural(unread, 'file');
  const images = plural(counts.images, 'image');
  return counts.files === 0 ? images : `${images} in ${plural(counts.files, 'file')}`;
}

/** What was found of them, in counts: `2 errors`, `1 held`, `4 current`, `1 without a digest`. */
export function describeCounts(outcome: Outcome): readonly string[] {
  const { errors, warnings, held } = outcome.counts;
  return [
    ...(errors === 0 ? [] : [plural(errors, 'error')]),
    ...(warnings === 0 ? [] : [plural(warnings, 'warning')]),
    ...(held === 0 ? [] : [`${held} held`]),
    ...countQuiet(outcome),
    ...(outcome.report.ignored.length === 0 ? [] : [`${outcome.report.ignored.length} ignored`]),
  ];
}

/** What is wrong in one sentence; nothing is called current that was not compared with anything. */
export function describeState(outcome: Outcome): string {
  const counts = describeCounts(outcome);
  if (outcome.findings.length > 0) return counts.join(', ');
  if (outcome.report.images.length === 0) return ['nothing to check', ...counts].join(', ');
  const areCurrent = outcome.report.images.every((image) => describeQuiet(image) === 'current' && newerReasonOf(image) === null);
  if (!areCurrent) return `nothing stale${counts.length === 0 ? '' : ` (${counts.join(', ')})`}`;
  return outcome.report.ignored.length === 0 ? 'all current' : counts.join(', ');
}

/** `base, rebuilt, gone`, wherever that was said: by `--fail-on`, by a variable or by a file. */
export function renderFailOn(failOn: readonly FailOn[]): string {
  return failOn.length === 0 ? 'none' : failOn.join(', ');
}

/** `2 images fail the check (fails on: base, rebuilt, gone)`; null where none does. What single images are to fail on may be told of them alone. */
export function describeFailing({ findings, failOn }: Outcome): string | null {
  const { failing } = sortFindings(findings);
  if (failing.length === 0) return null;
  const all = countImages(failing);
  const usual = countImages(failing.filter(({ report }) => (report?.failOn ?? null) === null));
  const images = `${countFailing(failing)} the check`;
  if (usual === 0) return `${images} (by the failOn of ${all === 1 ? 'its' : 'their'} own)`;
  const own = all === usual ? '' : `; ${all - usual} of them by the failOn of ${all - usual === 1 ? 'its' : 'their'} own`;
  return `${images} (fails on: ${renderFailOn(failOn)}${own})`;
}

/** `1 image fails`, `3 images fail` */
export function countFailing(failing: readonly Finding[]): string {
  const count = countImages(failing);
  return `${plural(count, 'image')} ${count === 1 ? 'fails' : 'fail'}`;
}

function countImages(findings: readonly Finding[]): number {
  return new Set(findings.map(({ report, image }) => report ?? image)).size;
}

/** `2 images and 1 file could not be checked`; null where all were. */
export function describeUnchecked(outcome: Outcome): string | null {
  const { unchecked } = outcome.counts;
  const files = countUnread(outcome.findings);
  const places = countOf(outcome.findings, 'unknown/place');
  const images = Math.max(0, unchecked - files - places);
  const counts = [
    [images, 'image'],
    [files, 'file'],
    [places, 'place'],
  ] as const;
  const parts = counts.flatMap(([count, noun]) => (count === 0 ? [] : [plural(count, noun)]));
  return parts.length === 0 ? null : `${parts.join(' and ')} could not be checked`;
}

/** Files that could not be read, or not all of them. */
function countUnread(findings: readonly Finding[]): number {
  return countOf(findings, 'unknown/file');
}

/** How many different things a rule found something about. */
function countOf(findings: readonly Finding[], wanted: FindingRule): number {
  return new Set(findings.filter(({ rule }) => rule === wanted).map(({ image }) => image)).size;
}

/** The rows nothing was found of and that are not held, by what is known of them. */
function countQuiet({ report, findings }: Outcome): readonly string[] {
  const loud = new Set(findings.map((finding) => finding.report));
  const counts = new Map<string, number>();
  for (const image of report.images) {
    if (loud.has(image) || image.held !== null) continue;
    const word = describeQuiet(image);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => Number(b === 'current') - Number(a === 'current')).map(([word, count]) => `${count} ${word}`);
}

/** What a row without a finding is: `without a digest` for a tag in a file that nothing here can be compared with. */
function describeQuiet({ tag, base, sources }: ImageReport): string {
  const kind = tag.verdict.kind;
  if (kind !== 'none' && kind !== 'local') return kind;
  if (kind === 'none' && sources.some(({ file }) => file !== null)) return 'without a digest';
  if (base.verdict.kind === 'current') return 'on a current base';
  if (base.verdict.kind === 'none') return 'built from scratch';
  if (base.verdict.kind === 'pinned') return 'on a pinned base';
  return kind === 'none' ? 'without a known base' : kind;
}
