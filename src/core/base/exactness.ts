import { createdAt, type HistoryEntry } from '../history.ts';
import type { ImageContents } from '../image-contents.ts';
import type { BaseVerdict } from '../verdict.ts';
import { fromComment } from './step.ts';

/**
 * Whether an answer that was found with what an engine's history call tells, times in whole seconds and no word about which steps made layers, might be another
 * one with the history as the config has it: of another kind, another movement, or sure enough to count where it is not, or the other way round.
 *
 * The rule is as narrow as real images allow, because the exact history costs a run of the engine over all layers:
 *
 * - steps that all bear one second may all bear one time, as after SOURCE_DATE_EPOCH: then times prove less than they seem to
 * - steps that share a second may be of one build or of two, which decides where the old base ended
 * - steps of which it is not told whether they made a layer hide where layers end, and what buildah's comment stands for
 *
 * Found by comparing both answers for the images of fixtures/base-drift on each of its bases.
 */
export function wantsExactHistory(verdict: BaseVerdict, { history }: Pick<ImageContents, 'history'>): boolean {
  if (history?.precision !== 'seconds' || verdict.confidence === 'certain') return false;
  const { entries } = history;
  switch (verdict.kind) {
    case 'none':
    case 'pinned':
    case 'gone':
      return false;
    case 'unknown':
      return verdict.reason.kind === 'squashed' && isHiddenByBuildah(entries);
    case 'current':
      if (verdict.confidence === 'low') return hasUntold(entries) || sharesSeconds(entries);
      return bearOneSecond(entries) || (verdict.confidence === 'medium' && isHiddenByBuildah(entries));
    case 'moved':
      switch (verdict.movement) {
        case 'undetermined':
          return hasUntold(entries) || sharesSeconds(entries);
        case 'upper-layers-removed':
          return verdict.confidence === 'high' ? bearOneSecond(entries) : hasUntold(entries) || sharesSeconds(entries);
        case 'layers-differ':
          if (verdict.confidence === 'medium' && verdict.difference?.position === 0 && hasUntold(entries)) return true;
          return verdict.confidence !== 'low' && bearOneSecond(entries);
        case 'metadata-only':
        case 'rolled-back':
          return verdict.confidence !== 'low' && bearOneSecond(entries);
      }
  }
}

/** Whether a step made a layer was not told, nor does it follow. */
function hasUntold(entries: readonly HistoryEntry[]): boolean {
  return entries.some(({ emptyLayer }) => emptyLayer === null);
}

function isHiddenByBuildah(entries: readonly HistoryEntry[]): boolean {
  return hasUntold(entries) && entries.some((entry) => fromComment(entry) !== null);
}

function sharesSeconds(entries: readonly HistoryEntry[]): boolean {
  return entries.some((entry, step) => isOfSecond(entry, entries[step - 1]));
}

function bearOneSecond(entries: readonly HistoryEntry[]): boolean {
  return entries.length > 1 && entries.slice(1).every((entry, step) => isOfSecond(entry, entries[step]));
}

/** Times of 1970 and before are no real ones, in whole seconds as well. */
function isOfSecond(entry: HistoryEntry, below: HistoryEntry | undefined): boolean {
  const time = below === undefined ? null : createdAt(entry);
  return below !== undefined && time !== null && time > 0n && time === createdAt(below);
}
