import type { PlaceFailure } from '../check/report.ts';
import { sanitizeText } from '../core/text.ts';
import { plural } from './facts.ts';

const MOST = 10;

/** Says on stderr which places with images could not be read, each with what to do about it: `E: cannot read docker-archive:app.tar: ...`, `N: ...`. */
export function renderFailures(failures: readonly PlaceFailure[]): readonly string[] {
  const lines = failures
    .slice(0, MOST)
    .flatMap(({ message, hint }) => [`E: ${sanitizeText(message)}`, ...(hint === null ? [] : [`N: ${sanitizeText(hint)}`])]);
  const left = failures.length - MOST;
  return left > 0 ? [...lines, `E: and ${plural(left, 'more failure')} of the kind`] : lines;
}
