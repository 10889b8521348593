import type { KeptReport } from '../core/report/kept-report.ts';
import { decodeTrend } from '../core/report/decode-baseline.ts';
import { numberAt, parseOrNull, textAt } from './rows.ts';

/** The columns of a report as JSON. */
export const REPORT_AS_JSON = `json_object('key', key, 'at', at, 'images', images, 'fresh', fresh, 'stale', stale, 'unknown', unknown,
  'isPrinted', outcome is 'printed')`;

/** A row of `reports`, many in one answer; null for each that is not as it was written. */
export function decodeReports(row: unknown): readonly (KeptReport | null)[] {
  const json = textAt(row, 'reports');
  const wire = json === null ? null : parseOrNull(json);
  return Array.isArray(wire) ? wire.map(decodeReport) : [null];
}

/** The JSON of a report's columns; null when it is not as it was written. */
export function decodeReport(wire: unknown): KeptReport | null {
  const [key, trend, isPrinted] = [numberAt(wire, 'key'), decodeTrend(wire), numberAt(wire, 'isPrinted')];
  return key === null || trend === null || isPrinted === null ? null : { key, trend, isPrinted: isPrinted === 1 };
}

/** A row of `report, baseline`: the columns of a report as JSON, and what it told, packed. null: there is none, or it is not as it was written. */
export function decodePacked(row: unknown): { readonly kept: KeptReport; readonly baseline: Uint8Array } | null {
  const json = textAt(row, 'report');
  const kept = json === null ? null : decodeReport(parseOrNull(json));
  const baseline: unknown = typeof row === 'object' && row !== null ? Reflect.get(row, 'baseline') : null;
  return kept === null || !(baseline instanceof Uint8Array) ? null : { kept, baseline };
}
