import { isJsonObject, type JsonObject } from '../documents-wire.ts';
import { TOLD_WHATS, type Baseline, type BaselineRow, type Told, type ToldWhat } from './baseline.ts';
import type { TrendPoint } from './report.ts';

/** Rows of one baseline; what a report tells beyond is not kept. */
export const MAX_BASELINE_ROWS = 500_000;

/** The JSON text of a baseline, as it is kept. */
export function encodeBaseline({ at, hosts, rows, trend }: Baseline): string {
  return JSON.stringify({ at, hosts, rows: rows.map(toWireRow), trend: toWireTrend(trend) });
}

/**
 * Reads the text of `encodeBaseline`; null when it is not whole as it was written. Fields that are not known are left out.
 *
 * `{"at":1795176000000,"hosts":["build01"],"rows":[{"host":"build01","reference":"docker.io/library/nginx:1.27","name":"nginx:1.27","platform":"linux/amd64",
 * "image":"sha256:3f2a...","told":[{"what":"tag","offer":"sha256:9d1e...","was":"rebuilt","since":1795176000000,"held":false}]}],"trend":{...}}`
 */
export function decodeBaseline(text: string): Baseline | null {
  const wire = parseObject(text);
  if (wire === null || !isTime(wire.at) || !isTexts(wire.hosts) || !Array.isArray(wire.rows)) return null;
  if (wire.rows.length > MAX_BASELINE_ROWS) return null;
  const rows = decodeAll(wire.rows, decodeRow);
  const trend = decodeTrend(wire.trend);
  return rows === null || trend === null ? null : { at: wire.at, hosts: wire.hosts, rows, trend };
}

/** How fresh images were; null when it is not as it was written. */
export function decodeTrend(wire: unknown): TrendPoint | null {
  if (!isJsonObject(wire)) return null;
  const { at, images, fresh, stale, unknown } = wire;
  return isTime(at) && isCount(images) && isCount(fresh) && isCount(stale) && isCount(unknown)
    ? { at, images, fresh, stale, unknown }
    : null;
}

function toWireRow({ host, reference, name, platform, image, told }: BaselineRow): BaselineRow {
  return { host, reference, name, platform, image, told: told.map(toWireTold) };
}

function toWireTold({ what, offer, was, since, held }: Told): Told {
  return { what, offer, was, since, held };
}

function toWireTrend({ at, images, fresh, stale, unknown }: TrendPoint): TrendPoint {
  return { at, images, fresh, stale, unknown };
}

function parseObject(text: string): JsonObject | null {
  try {
    const wire: unknown = JSON.parse(text);
    return isJsonObject(wire) ? wire : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** null when one of them is null. */
function decodeAll<T>(wires: readonly unknown[], decode: (wire: unknown) => T | null): readonly T[] | null {
  const decoded: T[] = [];
  for (const wire of wires) {
    const value = decode(wire);
    if (value === null) return null;
    decoded.push(value);
  }
  return decoded;
}

function decodeRow(wire: unknown): BaselineRow | null {
  if (!isJsonObject(wire) || !Array.isArray(wire.told)) return null;
  const { host, reference, name, platform, image } = wire;
  const told = decodeAll(wire.told, decodeTold);
  if (!isText(host) || !isText(reference) || !isText(name) || !isText(platform)) return null;
  if (!(isText(image) || image === null) || told === null) return null;
  return { host, reference, name, platform, image, told };
}

function decodeTold(wire: unknown): Told | null {
  if (!isJsonObject(wire)) return null;
  const { what, offer, was, since, held } = wire;
  if (!isToldWhat(what) || !isText(offer) || !isText(was) || !isTime(since) || typeof held !== 'boolean') return null;
  return { what, offer, was, since, held };
}

function isToldWhat(wire: unknown): wire is ToldWhat {
  return TOLD_WHATS.some((what) => what === wire);
}

function isText(wire: unknown): wire is string {
  return typeof wire === 'string';
}

function isTexts(wire: unknown): wire is readonly string[] {
  return Array.isArray(wire) && wire.every(isText);
}

/** Whole milliseconds since the epoch, that are a day of some year. Source: ECMA-262, "Time Values and Time Range". */
function isTime(wire: unknown): wire is number {
  return typeof wire === 'number' && Number.isSafeInteger(wire) && Math.abs(wire) <= 8.64e15;
}

function isCount(wire: unknown): wire is number {
  return typeof wire === 'number' && Number.isSafeInteger(wire) && wire >= 0;
}
