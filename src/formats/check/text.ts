import type { Finding, FindingLevel, Outcome } from '../../check/finding.ts';
import type { Brush, Paint } from '../paint.ts';
import { gatherPods } from './gather-pods.ts';
import { disarmLine, renderPlace, sentenceOf } from './words.ts';

/**
 * Renders a line per finding, as compilers do, so that editors and problem matchers find the place.
 *
 * `Dockerfile:3:6: error: node:20 was rebuilt; put the new digest there [stale/rebuilt]`. What is in no file begins with the program instead of the place, and
 * never with the image: `postgres:16: error: ` would be line 16 of a file `postgres`. The pods of standard input that were made alike are one line.
 * Source: GNU coding standards, section 4.4 (formatting error messages).
 */
export function renderFindings({ findings }: Outcome, { paint }: { readonly paint: Paint }): string {
  return gatherPods(findings)
    .map((finding) => `${renderFinding(finding, paint)}\n`)
    .join('');
}

function renderFinding(finding: Finding, paint: Paint): string {
  return disarmLine(
    `${renderPlace(finding) ?? 'imgupdate'}: ${brushOf(finding.level, paint)(finding.level)}: ${sentenceOf(finding)} [${finding.rule}]`,
  );
}

function brushOf(level: FindingLevel, paint: Paint): Brush {
  switch (level) {
    case 'error':
      return paint.red;
    case 'warning':
      return paint.yellow;
    case 'note':
      return paint.cyan;
  }
}
