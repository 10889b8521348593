import { hash } from 'node:crypto';

/**
 * One step of an image's making. Source: OCI image-spec v1.1, config.md, `history`.
 *
 * `emptyLayer` is null where it was not told: the engines' history call leaves it out.
 */
export type HistoryEntry = {
  readonly created: string | null;
  readonly createdBy: string | null;
  readonly comment: string | null;
  readonly author: string | null;
  readonly emptyLayer: boolean | null;
};

/**
 * How an image was made, oldest step first; no entries: it says nothing of it.
 *
 * `exact`: as the config document has it. `seconds`: as an engine's history call tells it, times cut to seconds, without authors.
 */
export type History = { readonly entries: readonly HistoryEntry[]; readonly precision: 'exact' | 'seconds' };

const INSTANT = /^(\d{4,5})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?(Z|[+-]\d\d:\d\d)$/i;

/** Go's zero time, which stands for "not told". */
const ZERO_SECONDS = -62_135_596_800n;

/**
 * Reads an RFC 3339 time as nanoseconds since the epoch, of any offset and with up to nine digits of a second.
 *
 * `2026-11-20T10:00:00.000000001+01:00` is `1795165200000000001n`. Go's zero time, 0001-01-01, is a time like any other here.
 * @returns null for anything else.
 */
export function parseInstant(text: string): bigint | null {
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = INSTANT.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return null;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCMonth() !== Number(month) - 1) return null;
  date.setUTCHours(Number(hour), Number(minute), Number(second));
  const [, sign, offsetHours, offsetMinutes] = /^([+-])(\d\d):(\d\d)$/.exec(zone) ?? [];
  const offset = (Number(offsetHours ?? 0) * 60 + Number(offsetMinutes ?? 0)) * (sign === '-' ? -60_000 : 60_000);
  return BigInt(date.getTime() - offset) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

/** When a step was made, in nanoseconds since the epoch; null when that is not told, or told as Go's zero time. */
export function createdAt(entry: Pick<HistoryEntry, 'created'>): bigint | null {
  const instant = entry.created === null ? null : parseInstant(entry.created);
  return instant === null || instant === ZERO_SECONDS * 1_000_000_000n ? null : instant;
}

/** How alike two steps have to be: the coarser of what is known of either image. */
export type Precision = History['precision'];

/**
 * Whether two steps did the same: the same instruction, whatever the time.
 *
 * buildah's comment `FROM <image>` tells what a step was done on, not what it did. Source: containers/buildah, image.go.
 */
export function isSameInstruction(a: HistoryEntry, b: HistoryEntry): boolean {
  const sameLayer = a.emptyLayer === null || b.emptyLayer === null || a.emptyLayer === b.emptyLayer;
  return sameLayer && (a.createdBy ?? '') === (b.createdBy ?? '') && remark(a) === remark(b);
}

function remark({ comment }: HistoryEntry): string {
  return comment === null || comment.startsWith('FROM ') ? '' : comment;
}

/**
 * Whether two steps are one and the same, which a base and an image built on it share word for word.
 *
 * Only a time that is not told may differ: docker's classic builder writes Go's zero time in its place, BuildKit the time of its own build.
 * Source: moby, image.History; moby/buildkit, exporter/containerimage/writer.go, normalizeLayersAndHistory().
 */
export function isSameStep(a: HistoryEntry, b: HistoryEntry, precision: Precision): boolean {
  if (!isSameInstruction(a, b) || (a.comment ?? '') !== (b.comment ?? '')) return false;
  if (precision === 'exact' && (a.author ?? '') !== (b.author ?? '')) return false;
  if (a.created === b.created) return true;
  const [time, other] = [createdAt(a), createdAt(b)];
  if (time === null || other === null) return true;
  return precision === 'exact' ? time === other : secondsOf(a) === secondsOf(b);
}

/** The coarser of two precisions. */
export function commonPrecision(a: History, b: History): Precision {
  return a.precision === 'seconds' || b.precision === 'seconds' ? 'seconds' : 'exact';
}

/** How many steps two histories share, from the first on. */
export function countCommonSteps(a: History, b: History): number {
  const precision = commonPrecision(a, b);
  const shorter = Math.min(a.entries.length, b.entries.length);
  for (let step = 0; step < shorter; step += 1) {
    const [left, right] = [a.entries[step], b.entries[step]];
    if (left === undefined || right === undefined || !isSameStep(left, right, precision)) return step;
  }
  return shorter;
}

/**
 * Hashes of every prefix of a history, shortest first, coarse enough to be the same for both precisions: two histories whose n-th hashes differ do not share
 * their first n steps, unless a time is not told in one of them.
 */
export function historyHashes(history: History): readonly string[] {
  const hashes: string[] = [];
  for (const entry of history.entries) {
    const step = JSON.stringify([hashes.at(-1) ?? '', Number(secondsOf(entry)), entry.createdBy ?? '', entry.comment ?? '']);
    hashes.push(hash('sha256', step));
  }
  return hashes;
}

/** Seconds since the epoch, rounded down; 0 for a time that is not told, as some engines tell it. */
function secondsOf(entry: HistoryEntry): bigint {
  const instant = createdAt(entry);
  if (instant === null) return 0n;
  return instant / 1_000_000_000n - (instant < 0n && instant % 1_000_000_000n !== 0n ? 1n : 0n);
}
