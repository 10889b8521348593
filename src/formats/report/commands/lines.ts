import { groupBy } from '../../../core/group.ts';
import type { Report, Subject } from '../../../core/report/report.ts';
import { describeWhere } from '../words.ts';

/** Something to type or to write on a machine. `remark`: what has to be known about it, without a full stop. */
export type Line = { readonly text: string; readonly remark: string | null };

/** The same on all machines where it is the same. */
export type HostLine = Line & { readonly hosts: readonly string[] };

/** Tells of an image on a host whether it is one of some. */
export type IsOnHost = (host: string, image: Pick<Subject, 'reference' | 'platform'>) => boolean;

/** Knows images again on their hosts. */
export function createIsOnHost(those: Iterable<Pick<Subject, 'reference' | 'platform' | 'hosts'>>): IsOnHost {
  const keyOf = (host: string, { reference, platform }: Pick<Subject, 'reference' | 'platform'>): string =>
    JSON.stringify([host, reference, platform]);
  const keys = new Set<string>();
  for (const image of those) for (const host of image.hosts) keys.add(keyOf(host, image));
  return (host, image) => keys.has(keyOf(host, image));
}

/** Says once what is alike on several machines, in the order in which it comes first. `linesOn`: what is to be done on one. */
export function joinHosts(hosts: readonly string[], linesOn: (host: string) => readonly Line[]): readonly HostLine[] {
  return joinAlike(hosts.flatMap((host) => linesOn(host).map((line) => ({ ...line, hosts: [host] }))));
}

/** Joins lines that are alike, with the machines of all of them. */
export function joinAlike(lines: readonly HostLine[]): readonly HostLine[] {
  return [...groupBy(lines, ({ text, remark }) => `${text}\n${remark ?? ''}`).values()].flatMap((alike) => {
    const [first] = alike;
    return first === undefined ? [] : [{ ...first, hosts: [...new Set(alike.flatMap(({ hosts }) => hosts))] }];
  });
}

/** For a shell: `docker pull nginx:1.27  # on edge; then recreate web`. A line that is a remark itself is `# ...`. */
export function renderShellLine(line: HostLine, report: Report): string {
  const remark = remarkOf(line, report);
  return remark === '' ? line.text : line.text === '' ? `# ${remark}` : `${line.text}  # ${remark}`;
}

/** For people: `compose.yaml:12: redis:7.2.4 -> redis:7.2.11 (on edge)`. */
export function renderTextLine(line: HostLine, report: Report): string {
  const remark = remarkOf(line, report);
  return remark === '' ? line.text : `${line.text} (${remark})`;
}

function remarkOf({ remark, hosts }: HostLine, report: Report): string {
  return [describeWhere({ hosts }, report).trim(), remark ?? ''].filter((part) => part !== '').join('; ');
}
