import type { ImageReport } from '../check/report.ts';
import { renderDuration } from '../core/duration.ts';
import { sanitizeText } from '../core/text.ts';
import type { TagPattern, VersionPolicy } from '../core/versions/policy.ts';
import { newerAnswerOf, newerCheckedOf, newerReasonOf, renderTagName, renderVersion } from './newer.ts';
import { type Field, showStep, showText } from './show-field.ts';

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
  { name: 'Newer-Checked', values: (image, { now }) => showText(newerCheckedOf(image, now)) },
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

/** `minor, only *-alpine, not *-rc*, skipping 20.19.6-alpine, seen for 3d, newer variants as well` */
function describePolicy({ track, include, exclude, minAgeMs, skip, variant }: VersionPolicy): string {
  const parts = [
    [track],
    include.length === 0 ? [] : [`only ${listGlobs(include)}`],
    exclude.length === 0 ? [] : [`not ${listGlobs(exclude)}`],
    skip.length === 0 ? [] : [`skipping ${skip.slice(0, MOST_LINES).map(renderTagName).join(' ')}`],
    minAgeMs === 0 ? [] : [`seen for ${renderDuration(minAgeMs)}`],
    variant === 'newer' ? ['newer variants as well'] : [],
  ];
  return sanitizeText(parts.flat().join(', '), LONGEST_LINE);
}

function listGlobs(patterns: readonly TagPattern[]): string {
  return patterns.map(({ glob }) => glob).join(' ');
}

function takeLines(lines: readonly string[]): readonly string[] {
  const left = lines.length - MOST_LINES;
  return left <= 0 ? lines : [...lines.slice(0, MOST_LINES), `and ${left} more`];
}

function cut(text: string): string {
  return sanitizeText(text, LONGEST_LINE);
}
