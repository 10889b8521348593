import type { Document } from '../document.ts';
import type { Baseline } from './baseline.ts';
import { composeReport } from './compose.ts';

/** Takes a document as what was told when it was made, so that a report can be compared with it. `host`: the machine that it is of. */
export function toBaseline(host: string, document: Document): Baseline {
  const now = Date.parse(document.generatedAt);
  const hosts = [{ name: host, document }];
  return composeReport({ id: '', title: null, onlyNew: false, now, hosts, earlier: null, interrupted: null, trend: [] }).baseline;
}
