import type { Finding } from '../../check/finding.ts';
import type { ImageReport } from '../../check/report.ts';
import { groupBy } from '../../core/group.ts';
import { plural } from '../facts.ts';
import { renameWithin, restOf } from './words.ts';

/**
 * Makes one finding of those that say the same of pods that one workload made and that run the same: `(Deployment shop/web, container web, 42 pods)`.
 *
 * Only of standard input: nobody opens that at a line, as one does a file, and what is to be done is done once for all of them. It stands where the first one did.
 */
export function gatherPods(findings: readonly Finding[]): readonly Finding[] {
  const numberOf = createNumbering();
  const groups = groupBy<Finding | string, Finding>(findings, (finding) => {
    const { rule, level, place, within, report } = finding;
    const workload = place?.path === STANDARD_INPUT ? (within?.workload ?? null) : null;
    return workload === null ? finding : [numberOf(report), rule, level, workload, restOf(finding)].join('\0');
  });
  return [...groups.values()].flatMap(gather);
}

const STANDARD_INPUT = '-';

/** Rows by number, as texts of them may be alike. */
function createNumbering(): (report: ImageReport | null) => number {
  const numbers = new Map<ImageReport | null, number>();
  return (report) => {
    const number = numbers.get(report) ?? numbers.size;
    numbers.set(report, number);
    return number;
  };
}

/** One pod that is told twice is one pod. */
function gather(alike: readonly Finding[]): readonly Finding[] {
  const [first] = alike;
  const workload = first?.within?.workload ?? null;
  const pods = new Set(alike.map(({ within }) => within?.name)).size;
  if (first === undefined || workload === null || pods === 1) return alike.slice(0, 1);
  return [renameWithin(first, `${workload}, ${plural(pods, 'pod')}`)];
}
