import type { Pending, Report } from '../../core/report/report.ts';
import { listBuilds } from './commands/build.ts';
import { createIsOnHost, type HostLine, renderShellLine, renderTextLine } from './commands/lines.ts';
import { listLooks } from './commands/look-again.ts';
import { createMachines } from './commands/machines.ts';
import { isPulled, listPulls } from './commands/pull.ts';
import { listRecreations } from './commands/recreate.ts';
import { listRemovals, listRemoved } from './commands/remove.ts';
import { isWritten, listWritings } from './commands/write.ts';

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
  const rebuilt = told.filter(isPulled);
  const pulled = report.onlyNew ? rebuilt : withoutRemoved(rebuilt, report);
  const isOnePulled = createIsOnHost(pulled);
  const groups = [
    shell(
      'Pull',
      takeLines(pulled, (pending) => listPulls(pending, machines)),
      report,
    ),
    written(
      'Write the newer version',
      takeLines(told.filter(isWritten), (pending) => listWritings(pending, machines)),
      report,
    ),
    shell(
      'Build, in this order, each in the folder of its Dockerfile',
      cut(report.onlyNew ? [] : listBuilds(report, { machines, isPulled: isOnePulled })),
      report,
    ),
    written('Recreate these containers, which run an older image', cut(report.onlyNew ? [] : listRecreations(report, isOnePulled)), report),
    shell('Look again', cut(listLooks(report)), report),
    shell('Remove', cut(report.onlyNew ? [] : listRemovals(report, machines)), report),
  ];
  return groups.filter(({ lines }) => lines.length > 0);
}

/** What is removed need not be pulled before: its next use brings it as it is then. */
function withoutRemoved(pulled: readonly Pending[], report: Report): readonly Pending[] {
  const isRemoved = createIsOnHost(listRemoved(report));
  return pulled.flatMap((pending) => {
    const hosts = pending.hosts.filter((host) => !isRemoved(host, pending));
    return hosts.length === 0 ? [] : [{ ...pending, hosts }];
  });
}

type Taken = { readonly lines: readonly HostLine[]; readonly left: number };

function shell(title: string, { lines, left }: Taken, report: Report): CommandGroup {
  return { title, isShell: true, lines: lines.map((line) => renderShellLine(line, report)), left };
}

function written(title: string, { lines, left }: Taken, report: Report): CommandGroup {
  return { title, isShell: false, lines: lines.map((line) => renderTextLine(line, report)), left };
}

function cut(lines: readonly HostLine[]): Taken {
  return { lines: lines.slice(0, MOST_LINES), left: Math.max(0, lines.length - MOST_LINES) };
}

/** Makes no more lines than are shown: of 20,000 images only a few are. Of those behind them each counts as one. */
function takeLines(told: readonly Pending[], toLines: (pending: Pending) => readonly HostLine[]): Taken {
  const lines: HostLine[] = [];
  let done = 0;
  while (done < told.length && lines.length < MOST_LINES) {
    lines.push(...told.slice(done, done + 1).flatMap(toLines));
    done += 1;
  }
  const { lines: shown, left } = cut(lines);
  return { lines: shown, left: left + told.length - done };
}
