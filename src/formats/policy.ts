import type { ImageReport } from '../check/report.ts';
import { renderDuration } from '../core/duration.ts';
import { parseReference } from '../core/reference.ts';
import { sanitizeText } from '../core/text.ts';
import type { TagPattern, VersionPolicy } from '../core/versions/policy.ts';
import { nameOf } from './facts.ts';
import { describeHold } from './kept-holds.ts';
import { newerCheckedOf, renderTagName, renderVersion, versionsOf } from './newer.ts';
import type { Paint } from './paint.ts';
import { renderVersionTable } from './policy-table.ts';
import { showText } from './show-field.ts';

/** Where each part of a policy is said, `imgupdate.yaml:3:5`; what is not in it is said nowhere. */
export type PolicyOrigins = ReadonlyMap<keyof VersionPolicy, string>;

/** `all`: every tag of the repository. `now`: milliseconds since the epoch, for ages. */
export type PolicyOptions = {
  readonly paint: Paint;
  readonly all: boolean;
  readonly now: number;
  readonly originsOf: (image: ImageReport) => PolicyOrigins;
};

/**
 * Renders which newer versions of an image there are and what is wanted of them, then its version table, as `apt-cache policy` does.
 *
 * What was asked for, and cannot be told, is said in the place of the table.
 */
export function renderPolicy(image: ImageReport, options: PolicyOptions): string {
  const { table } = image.newer;
  const fields = FIELDS.flatMap(([name, values]) => values(image, options).map((value) => `  ${name}: ${value}\n`));
  const versions = table === null ? '' : `  Version table:\n${renderVersionTable(table.rows, options)}`;
  return `${options.paint.bold(`${nameOf(image)}:`)}\n${fields.join('')}${versions}`;
}

/** The tag that would replace the one that is here: the newest of its line, else the newest above it; null where there is none, or it is not known. */
export function candidateTagOf(image: ImageReport): string | null {
  return versionsOf(image)[0]?.tag ?? null;
}

/** The tag of what is here; null for an image that has none. */
export function installedTagOf(image: ImageReport): string | null {
  const reference = parseReference(image.reference);
  return image.registry !== null && reference.ok ? reference.value.tag : null;
}

const LONGEST_LINE = 400;

type FieldValues = (image: ImageReport, options: PolicyOptions) => readonly string[];

const FIELDS: readonly (readonly [string, FieldValues])[] = [
  ['Installed', (image) => [describeInstalled(image)]],
  ['Candidate', (image) => [describeCandidate(image)]],
  ['Newest', (image) => versionsOf(image).slice(1).map(renderVersion)],
  ['Newer-Variant', ({ newer }) => (newer.variant === null ? [] : [renderVersion(newer.variant)])],
  ['Why', describeWhy],
  ['Gone', ({ tag: { verdict } }) => (verdict.kind === 'gone' ? [sanitizeText(verdict.why, LONGEST_LINE)] : [])],
  ['Track', describePart('track', ({ track }) => track)],
  ['Include', describePart('include', ({ include }) => listGlobs(include))],
  ['Exclude', describePart('exclude', ({ exclude }) => listGlobs(exclude))],
  ['Skip', describePart('skip', ({ skip }) => skip.join(', '))],
  ['Min-Age', describePart('minAgeMs', ({ minAgeMs }) => (minAgeMs === 0 ? '' : renderDuration(minAgeMs)))],
  ['Variant', describePart('variant', ({ variant }) => (variant === 'same' ? '' : variant))],
  ['Hold', ({ held }) => (held === null ? [] : [describeHold(held).trim()])],
  ['Note', ({ newer }) => newer.notes.slice(0, MOST_NOTES).map((note) => sanitizeText(note, LONGEST_LINE))],
  ['Checked', (image, { now }) => showText(newerCheckedOf(image, now))],
];

const MOST_NOTES = 20;

/** `1.27 (the same image as 1.27.5)` */
function describeInstalled(image: ImageReport): string {
  const tag = installedTagOf(image);
  if (tag === null) return '(no tag)';
  const { sibling } = image.newer;
  return sibling === null ? renderTagName(tag) : `${renderTagName(tag)} (the same image as ${renderTagName(sibling)})`;
}

/** As apt-cache has it, what is installed is the candidate where nothing is newer. */
function describeCandidate(image: ImageReport): string {
  const { verdict } = image.newer;
  switch (verdict.kind) {
    case 'available':
      return versionsOf(image).slice(0, 1).map(renderVersion).join('');
    case 'none':
      return renderTagName(installedTagOf(image) ?? '');
    case 'untracked':
      return '(none)';
    case 'unknown':
      return '(unknown)';
  }
}

/** Of what is available, the table tells. */
function describeWhy({ newer: { verdict } }: ImageReport): readonly string[] {
  switch (verdict.kind) {
    case 'available':
    case 'none':
      return [];
    case 'untracked':
      return [`untracked: ${sanitizeText(verdict.why, LONGEST_LINE)}`];
    case 'unknown':
      return [`${verdict.reason.kind}: ${sanitizeText(verdict.reason.message, LONGEST_LINE)}`];
  }
}

/** Says a part of the policy with the place it comes from, `minor (imgupdate.yaml:3:5)`; `write` gives nothing for what need not be said. */
function describePart(key: keyof VersionPolicy, write: (policy: VersionPolicy) => string): FieldValues {
  return (image, { originsOf }) => {
    const { table } = image.newer;
    const text = table === null ? '' : sanitizeText(write(table.policy), LONGEST_LINE);
    if (text === '') return [];
    return [`${text} (${sanitizeText(originsOf(image).get(key) ?? 'default')})`];
  };
}

function listGlobs(patterns: readonly TagPattern[]): string {
  return patterns.map(({ glob }) => glob).join(', ');
}
