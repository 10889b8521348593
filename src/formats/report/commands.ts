import type { Pending, Report } from '../../core/report/report.ts';
import { sanitizeText } from '../../core/text.ts';
import { isOneWord } from '../one-word.ts';

/** Things to type, or to write somewhere, that belong together. `isShell`: its lines are for a shell. `left`: how many more there are. */
export type CommandGroup = { readonly title: string; readonly lines: readonly string[]; readonly isShell: boolean; readonly left: number };

const MOST_LINES = 8;

/** Says what to type about what a report tells, bounded, and safe to print: what is new first. */
export function listCommands(report: Report): readonly CommandGroup[] {
  const told = [...report.news, ...(report.onlyNew ? [] : report.pending)];
  return [group('Pull', told.flatMap(renderPull), true)].filter(({ lines }) => lines.length > 0);
}

function renderPull({ name, updates }: Pending): readonly string[] {
  return updates.some(({ axis }) => axis === 'tag') && isOneWord(name) ? [`docker pull ${sanitizeText(name)}`] : [];
}

function group(title: string, lines: readonly string[], isShell: boolean): CommandGroup {
  const shown = lines.slice(0, MOST_LINES);
  return { title, lines: shown, isShell, left: lines.length - shown.length };
}
