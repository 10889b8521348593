import type { ImageReport } from '../check/report.ts';
import { sanitizeText } from '../core/text.ts';
import type { TagPattern, VersionPolicy } from '../core/versions/policy.ts';
import { renderAge, renderTime } from './age.ts';
import { plural } from './facts.ts';
import { newerAnswerOf, newerReasonOf, renderTagName, renderVersion } from './newer.ts';
import { type Field, type ShowOptions, showStep, showText } from './show-field.ts';

const MOST_LINES = 20;
const LONGEST_LINE = 400;

/** What is known of newer versions of an image, and what that rests on. A field without a value is left out. */
export const NEWER_FIELDS: readonly Field[] = [
  { name: 'Newer-Tags', values: describeAnswer },
  { name: 'Newer-Why', values: ({ newer }) => (newer.verdict.kind === 'untracked' ? [] : showText(cut(newer.verdict.why))) },
  { name: 'Newer-Reason', values: describeReason },
  { name: 'Newer-Retry-At', values: (image) => showText(newerReasonOf(image)?.retryAt ?? null) },
  { name: 'Newer-Variant', values: ({ newer }) => (newer.variant === null ? [] : [renderVersion(newer.variant)]) },
  { name: 'Same-As', values: ({ newer }) => (newer.sibling === null ? [] : [renderTagName(newer.sibling)]) },
  { name: 'Newer-Notes', values: ({ newer }) => takeLines(newer.notes.map(cut)) },
  { name: 'Track', values: ({ newer }) => (newer.table === null ? [] : [describePolicy(newer.table.policy)]) },
  { name: 'Newer-Checked', values: describeChecked },
];

/** How the answer was reached, in order. */
export const NEWER_HOW: Field = {
  name: 'Newer-How',
  values: ({ newer }, options) => takeLines(newer.trail.map((step) => showStep(step, options))),
};

/** `15.14 (minor), 18.1 (major)`; `none`; `unknown (timeout)`; `untracked: latest is no version` */
function describeAnswer(image: ImageReport): readonly string[] {
  const { verdict } = image.newer;
  switch (verdict.kind) {
    case 'available':
      return showText(newerAnswerOf(image));
    case 'none':
      return ['none'];
    case 'unknown':
      return [`unknown (${verdict.reason.kind})`];
    case 'untracked':
      return [`untracked: ${cut(verdict.why)}`];
  }
}

function describeReason(image: ImageReport): readonly string[] {
  const reason = newerReasonOf(image);
  return reason === null || reason.message === image.newer.verdict.why ? [] : [cut(reason.message)];
}

const DAY = 86_400_000;

/** `minor, only *-alpine, not *-rc*, seen for 3 days, not 20.19.6-alpine, newer variants as well` */
function describePolicy({ track, include, exclude, minAgeMs, skip, variant }: VersionPolicy): string {
  const parts = [
    [track],
    include.length === 0 ? [] : [`only ${listGlobs(include)}`],
    exclude.length === 0 ? [] : [`not ${listGlobs(exclude)}`],
    skip.length === 0 ? [] : [`skipping ${skip.slice(0, MOST_LINES).map(renderTagName).join(' ')}`],
    minAgeMs === 0 ? [] : [`seen for ${minAgeMs < DAY ? plural(ceil(minAgeMs / HOUR), 'hour') : plural(ceil(minAgeMs / DAY), 'day')}`],
    variant === 'newer' ? ['newer variants as well'] : [],
  ];
  return sanitizeText(parts.flat().join(', '), LONGEST_LINE);
}

const HOUR = 3_600_000;

/** Up to a tenth. */
function ceil(value: number): number {
  return Math.ceil(value * 10) / 10;
}

function listGlobs(patterns: readonly TagPattern[]): string {
  return patterns.map(({ glob }) => glob).join(' ');
}

/** `2026-11-20T12:41:06Z (remembered, 3 min ago)` */
function describeChecked({ newer: { checkedAt, trail } }: ImageReport, { now }: ShowOptions): readonly string[] {
  if (checkedAt === null) return [];
  const isRemembered = trail.length > 0 && trail.every(({ cost }) => cost === 'remembered');
  return [`${renderTime(checkedAt)} (${isRemembered ? 'remembered, ' : ''}${renderAge(checkedAt, now)})`];
}

function takeLines(lines: readonly string[]): readonly string[] {
  const left = lines.length - MOST_LINES;
  return left <= 0 ? lines : [...lines.slice(0, MOST_LINES), `and ${left} more`];
}

function cut(text: string): string {
  return sanitizeText(text, LONGEST_LINE);
}
