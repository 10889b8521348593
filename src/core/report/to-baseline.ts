import type { HostDocument } from '../document/split-hosts.ts';
import type { Baseline } from './baseline.ts';
import { composeReport } from './compose.ts';

/** Takes documents as what was told when the newest of them was made, so that a report can be compared with them. */
export function toBaseline(hosts: readonly HostDocument[]): Baseline {
  const now = hosts.reduce((newest, { document }) => Math.max(newest, Date.parse(document.generatedAt)), 0);
  return composeReport({ id: '', title: null, onlyNew: false, now, hosts, earlier: null, interrupted: null, trend: [] }).baseline;
}
