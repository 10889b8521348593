import type { PlaceFailure } from '../check/report.ts';
import { sanitizeText } from '../core/text.ts';
import { plural } from './facts.ts';

const MOST = 10;

/** Says on stderr which places with images could not be read, each with what to do about it: `E: cannot read docker-archive:app.tar: ...`, `N: ...`. */
export function renderFailures(failures: readonly PlaceFailure[]): readonly string[] {
  const told = failures.slice(0, MOST);
  const lines = told.flatMap(({ message, hint }, index) => [
    `E: ${sanitizeText(message)}`,
    // what is to be done about several in a row is said once
    ...(hint === null || hint === told[index + 1]?.hint ? [] : [`N: ${sanitizeText(hint)}`]),
  ]);
  const left = failures.length - MOST;
  return left > 0 ? [...lines, `E: and ${plural(left, 'more failure')} of the kind`] : lines;
}
