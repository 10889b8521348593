import { createdAt, type History, type HistoryEntry, isSameInstruction, type Precision } from '../history.ts';
import type { ImageContents } from '../image-contents.ts';
import { findLayerSteps } from './layer-steps.ts';

/**
 * Whether all steps of an image bear one time, or none: then they were rewritten, and times say nothing.
 *
 * Source: google/go-containerregistry, pkg/v1/mutate, Canonical(); reproducible-builds.org, SOURCE_DATE_EPOCH.
 */
export function hasOneTime(contents: Pick<ImageContents, 'history'>): boolean {
  const { entries, precision } = contents.history ?? { entries: [], precision: 'exact' };
  return entries.length > 1 && bearOneTime(entries, precision);
}

/**
 * Whether the times of a base's steps can tell it from another one with the same steps.
 *
 * Not those of 1970 and before, nor one time for several layers: two layers are never made at the same nanosecond, though a whole base may be in one second.
 */
export function tellsVersionsApart(base: ImageContents): boolean {
  const entries = base.history?.entries ?? [];
  if (entries.every((entry) => isUnreal(createdAt(entry)))) return false;
  const layers = findLayerSteps(base)?.filter((made) => made === true).length ?? 0;
  return layers < 2 || base.history?.precision === 'seconds' || distinctTimes(entries) > 1;
}

/**
 * Whether a difference of time between an image's steps and its base's may come from dating them anew when the image was built.
 *
 * So it may when only the time differs where they part, and from there on the image's steps bear one time, not later than the base's step there. `step`: how many
 * steps are the same; `instruction`: how many are but for their time.
 * Source: moby/buildkit issue 4614.
 */
export function isDatedAnew(image: ImageContents, now: History, parting: { step: number; instruction: number }): boolean {
  if (parting.instruction <= parting.step) return false;
  if (hasOneTime(image)) return true;
  const { entries, precision } = image.history ?? { entries: [], precision: 'exact' };
  const own = entries.slice(parting.step);
  const [first, there] = [own[0], now.entries[parting.step]];
  if (first === undefined || there === undefined || !bearOneTime(own, precision)) return false;
  const [time, baseTime] = [createdAt(first), createdAt(there)];
  return time === null || (baseTime !== null && time <= baseTime);
}

/** Whether an image's first steps are the base's, whatever times, digests of files and epochs stand in them. */
export function repeatsInstructions(image: ImageContents, now: ImageContents): boolean {
  const [own, base] = [image.history?.entries ?? [], now.history?.entries ?? []];
  if (base.length < 2 || own.length < base.length) return false;
  return base.every((entry, step) => {
    const there = own[step];
    return there !== undefined && isSameInstruction(withoutInputs(entry), withoutInputs(there));
  });
}

/** `ADD file:1f0c... in /` and `# debian.sh --arch 'amd64' out/ 'trixie' '@1759104000'` name their input. */
function withoutInputs(entry: HistoryEntry): HistoryEntry {
  return { ...entry, createdBy: (entry.createdBy ?? '').replace(/[0-9a-f]{64}|@\d{9,10}/g, '') };
}

/** Within one second, which is all that engines tell, a whole build may be done: only times that are no real ones count there. */
function bearOneTime(entries: readonly HistoryEntry[], precision: Precision): boolean {
  if (distinctTimes(entries) !== 1) return false;
  return precision === 'exact' || entries.every((entry) => isUnreal(createdAt(entry)));
}

/** 1970 and before. */
function isUnreal(time: bigint | null): boolean {
  return time === null || time <= 0n;
}

function distinctTimes(entries: readonly HistoryEntry[]): number {
  return new Set(entries.map(createdAt)).size;
}
