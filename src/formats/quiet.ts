import type { CheckReport } from '../check/report.ts';
import { nameOf } from './facts.ts';

/** Renders the names only, each once, one per line: `docker pull` takes them as they are. */
export function renderQuiet(report: CheckReport): string {
  return [...new Set(report.images.map(nameOf))].map((name) => `${name}\n`).join('');
}
