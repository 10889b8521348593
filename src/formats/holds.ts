import type { ImageReport } from '../check/report.ts';
import { sanitizeText } from '../core/text.ts';
import { nameOf } from './facts.ts';

const MOST_LINES = 5;

/** Says of images whose hold has ended that they are not held any more: `W: redis:7.2: its hold ended 2026-10-01 (wait for the fix)`. */
export function renderExpiredHolds(images: readonly ImageReport[]): readonly string[] {
  const ended = images.flatMap((image) => {
    const [hold] = image.expired;
    if (hold === undefined || image.held !== null) return [];
    const reason = hold.reason === null ? '' : ` (${sanitizeText(hold.reason)})`;
    return [`W: ${nameOf(image)}: its hold ended ${sanitizeText(hold.until ?? '')}${reason}`];
  });
  const left = ended.length - MOST_LINES;
  return left <= 0 ? ended : [...ended.slice(0, MOST_LINES), `W: and ${left} more holds that have ended`];
}
