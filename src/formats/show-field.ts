import type { ImageReport, TrailStep } from '../check/report.ts';
import { shortDigest } from '../core/digest.ts';
import { sanitizeText } from '../core/text.ts';
import type { EngineOption } from './again.ts';
import { renderAge, renderTime } from './age.ts';
import type { Paint } from './paint.ts';

/** `noTrunc`: whole digests. `now`: milliseconds since the epoch, for ages. `engines`: as they were named. */
export type ShowOptions = {
  readonly paint: Paint;
  readonly noTrunc: boolean;
  readonly now: number;
  readonly engines?: readonly EngineOption[];
};

/** A field of `show` and its lines: none when there is nothing to say. */
export type Field = { readonly name: string; readonly values: (image: ImageReport, options: ShowOptions) => readonly string[] };

/** `sha256:3f2a9c0b7d1e`, or all of it. */
export function showDigest(value: string | null, { noTrunc }: ShowOptions): readonly string[] {
  if (value === null) return [];
  const algorithm = value.slice(0, value.indexOf(':') + 1);
  return [noTrunc ? value : `${algorithm}${shortDigest(value)}`];
}

/** One line, or none for nothing. */
export function showText(value: string | null): readonly string[] {
  return value === null || value === '' ? [] : [sanitizeText(value)];
}

/** When an answer came: `2026-11-20T12:41:06Z (remembered, 3 min ago)`. */
export function showChecked(
  answer: { readonly checkedAt: number | null; readonly trail: readonly TrailStep[] },
  now: number,
): readonly string[] {
  if (answer.checkedAt === null) return [];
  const remembered = answer.trail.some((step) => step.cost === 'remembered' && step.asked.startsWith('HEAD '));
  return [`${renderTime(answer.checkedAt)} (${remembered ? 'remembered, ' : ''}${renderAge(answer.checkedAt, now)})`];
}

/** `HEAD docker.io/library/nginx:1.27 -> sha256:9d1e4a55c0ff [free]` */
export function showStep(step: TrailStep, options: ShowOptions): string {
  return shortenDigests(`${sanitizeText(step.asked, 1000)} -> ${sanitizeText(step.answer, 200)} [${step.cost}]`, options);
}

/** Cuts the digests within a text to their beginnings, unless all is to be shown. */
export function shortenDigests(text: string, { noTrunc }: ShowOptions): string {
  return noTrunc ? text : text.replace(/(sha256:[a-f0-9]{12})[a-f0-9]{52}/g, '$1');
}
