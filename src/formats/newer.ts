import type { ImageReport } from '../check/report.ts';
import type { Reason } from '../core/reason.ts';
import { sanitizeText } from '../core/text.ts';
import type { VariantVersion, Version, VersionLevel } from '../core/verdict.ts';
import { renderAge, renderTime } from './age.ts';
import { plainBrush, type Brush, type Paint } from './paint.ts';

/** What all formats say of the newer versions of one image, in the same words. Every text from outside is sanitised here. */

/** The newest version in the line of an image's tag, then the newest above it; none where nothing is newer, or that is not known. */
export function versionsOf({ newer }: Pick<ImageReport, 'newer'>): readonly Version[] {
  const { verdict } = newer;
  if (verdict.kind !== 'available') return [];
  return [verdict.line, verdict.newest].filter((version) => version !== null);
}

/** `1.29.3 (minor)`; `20.11.1-alpine3.22 (variant)` where the version itself is the same. */
export function renderVersion({ tag, level }: Version | VariantVersion): string {
  return `${renderTagName(tag)} (${level ?? 'variant'})`;
}

/** A tag as one word; what is longer than any tag is cut. Source: OCI distribution-spec v1.1, Pulling manifests. */
export function renderTagName(tag: string): string {
  return sanitizeText(tag, LONGEST_TAG).replace(/[\s,]/gu, '\u{fffd}');
}

const LONGEST_TAG = 128;

/** The answer in few words: `15.14 (minor), 18.1 (major)`; `?` where it is not known; empty where there is nothing to tell. */
export function newerAnswerOf(image: ImageReport): string {
  return image.newer.verdict.kind === 'unknown' ? '?' : versionsOf(image).map(renderVersion).join(', ');
}

/** Why the question has no answer; null when it has one. */
export function newerReasonOf({ newer }: ImageReport): Reason | null {
  return newer.verdict.kind === 'unknown' ? newer.verdict.reason : null;
}

/** The same where that is not said of the tag already. */
export function ownNewerReasonOf(image: ImageReport): Reason | null {
  const reason = newerReasonOf(image);
  const { verdict } = image.tag;
  return verdict.kind === 'unknown' && verdict.reason.kind === reason?.kind ? null : reason;
}

/** When its tags were listed: `2026-11-20T12:41:06Z (remembered, 3 min ago)`; null where they were not. `now`: milliseconds since the epoch. */
export function newerCheckedOf({ newer: { checkedAt, trail } }: ImageReport, now: number): string | null {
  if (checkedAt === null) return null;
  const isRemembered = trail.length > 0 && trail.every(({ cost }) => cost === 'remembered');
  return `${renderTime(checkedAt)} (${isRemembered ? 'remembered, ' : ''}${renderAge(checkedAt, now)})`;
}

/** The colour of an answer, that of the first version it names: readable without it, quicker with it. */
export function newerBrush(image: ImageReport, paint: Paint): Brush {
  if (newerReasonOf(image) !== null) return paint.magenta;
  const [version] = versionsOf(image);
  return version === undefined ? plainBrush : paint[LEVEL_COLOURS[version.level]];
}

/** The colours of how much newer a version is. */
export const LEVEL_COLOURS: Readonly<Record<VersionLevel, keyof Paint>> = { patch: 'cyan', minor: 'yellow', major: 'red' };
