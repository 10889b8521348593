import type { Report, ReportHost } from '../../core/report/report.ts';
import { describeCoverage, describeData, describeHosts, describeQuota, renderMinute } from './words.ts';

const MOST_REGISTRIES = 10;
const MOST_HOSTS = 8;
const DAY_MS = 24 * 3_600_000;

/**
 * What stands below a report, each line a sentence without its full stop: of what it is, when and by whom it was made, what is not in it, what it cost.
 *
 * Example: `build01, 2026-11-16 07:00 UTC, imgupdate 0.1.0`, `12 of 14 images checked, data of 2026-11-16 06:20 to 07:00 UTC`,
 * `docker.io: 19 requests, 1 of them counted, 87 of 100 left`; of a machine whose document is old: `edge was checked on 2026-11-02 07:00 UTC`.
 */
export function listFooter(report: Report, version: string): readonly string[] {
  const { hosts, generatedAt, registries } = report;
  const data = describeData(report);
  return [
    `${listNames(hosts)}, ${renderMinute(generatedAt)}, imgupdate ${version}`,
    `${describeCoverage(report.counts)}${data === null ? '' : `, ${data}`}`,
    ...listOld(hosts.filter((host) => generatedAt - host.generatedAt >= DAY_MS)),
    ...(hosts.length > 1 ? [ON_ALL] : []),
    ...registries.slice(0, MOST_REGISTRIES).map(describeQuota),
    ...countRest(registries.length - MOST_REGISTRIES, 'registry', 'registries'),
  ];
}

/** Of a fleet. */
export const ON_ALL = 'An image without a host behind it is on all of them';

/** In a fleet all are named as far as they are not too many. */
function listNames(hosts: readonly ReportHost[]): string {
  return hosts.length > MOST_HOSTS ? describeHosts(hosts.map(({ name }) => name)) : hosts.map(nameHost).join(', ');
}

function nameHost({ name }: ReportHost): string {
  return describeHosts([name]);
}

/** The machines that a report tells of as they were a day ago or more, the oldest first. */
function listOld(hosts: readonly ReportHost[]): readonly string[] {
  const sorted = [...hosts].sort((a, b) => a.generatedAt - b.generatedAt);
  return [
    ...sorted.slice(0, MOST_HOSTS).map((host) => `${nameHost(host)} was checked on ${renderMinute(host.generatedAt)}`),
    ...countRest(hosts.length - MOST_HOSTS, 'host of a day before', 'hosts of days before'),
  ];
}

function countRest(left: number, one: string, many: string): readonly string[] {
  return left <= 0 ? [] : [`and ${left} more ${left === 1 ? one : many}`];
}
