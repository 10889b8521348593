import type { Report } from '../../core/report/report.ts';
import { listBuilds } from './commands/build.ts';
import { type HostLine, renderShellLine, renderTextLine } from './commands/lines.ts';
import { listLooks } from './commands/look-again.ts';
import { createMachines } from './commands/machines.ts';
import { listPulls } from './commands/pull.ts';
import { listRemovals } from './commands/remove.ts';
import { listWritings } from './commands/write.ts';

/** Things to type, or to write somewhere, that belong together. `isShell`: its lines are for a shell. `left`: how many more there are. */
export type CommandGroup = { readonly title: string; readonly lines: readonly string[]; readonly isShell: boolean; readonly left: number };

const MOST_LINES = 8;

/**
 * Says what to type about what a report tells, what is new first: at most eight lines of a kind, each safe to print and, where it is for a shell, to paste.
 *
 * In a fleet a line tells on which machines it is meant, unless that is all of them. A name that a shell would not take for one word is in no command.
 */
export function listCommands(report: Report): readonly CommandGroup[] {
  const machines = createMachines(report);
  const told = [...report.news, ...(report.onlyNew ? [] : report.pending)];
  const groups = [
    shell(
      'Pull',
      told.flatMap((pending) => listPulls(pending, machines)),
    ),
    written(
      'Write the newer version',
      told.flatMap((pending) => listWritings(pending, machines)),
    ),
    shell('Build, in this order, each in the folder of its Dockerfile', report.onlyNew ? [] : listBuilds(report, machines)),
    shell('Look again', listLooks(report)),
    shell('Remove', report.onlyNew ? [] : listRemovals(report, machines)),
  ];
  return groups.map((group) => bound(group, report)).filter(({ lines }) => lines.length > 0);
}

type Group = { readonly title: string; readonly isShell: boolean; readonly lines: readonly HostLine[] };

function shell(title: string, lines: readonly HostLine[]): Group {
  return { title, isShell: true, lines };
}

function written(title: string, lines: readonly HostLine[]): Group {
  return { title, isShell: false, lines };
}

function bound({ title, isShell, lines }: Group, report: Report): CommandGroup {
  const render = isShell ? renderShellLine : renderTextLine;
  const shown = lines.slice(0, MOST_LINES).map((line) => render(line, report));
  return { title, isShell, lines: shown, left: lines.length - shown.length };
}
