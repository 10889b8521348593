import type { FileProblem } from '../../core/file-reference.ts';
import { showPath } from './show-path.ts';

/** What is left out of Helm charts: one problem for each chart. `templates`: how many, by the chart's folder. */
export function describeCharts(templates: ReadonlyMap<string, number>, cwd: string): readonly FileProblem[] {
  return [...templates].map(([chart, count]) => {
    const shown = showPath(cwd, chart);
    const command = `helm template ${PLAIN.test(shown) ? shown : 'CHART'} | imgupdate check -f -`;
    const subject = count === 1 ? '1 template of this chart was' : `${count} templates of this chart were`;
    const path = shown === '.' ? 'Chart.yaml' : `${shown}/Chart.yaml`;
    return { kind: 'ignored', path, line: null, column: null, message: `${subject} not read: check what is rendered, ${command}` };
  });
}

/** Needs no quotes in a shell. */
const PLAIN = /^[\w./][\w./-]*$/;
