import { countCommonSteps, createdAt } from '../history.ts';
import type { ImageContents } from '../image-contents.ts';
import type { Comparison } from './comparison.ts';
import { metadataOnly } from './movement.ts';

/**
 * Says what changed between two versions of a base that have the same layers.
 *
 * A config document that was only written anew, as a conversion between Docker's and OCI's types does, is no change. `isConfigKnown`: both documents' digests are
 * known, and they differ.
 */
export function classifyMetadata(old: ImageContents, now: ImageContents, about: { name: string; isConfigKnown: boolean }): Comparison {
  const { name, isConfigKnown } = about;
  const changed = changedSettings(old, now);
  const steps = compareSteps(old, now);
  if (changed !== null && changed.length > 0) {
    return metadataOnly(`${name} changed only its ${joinWords(changed)}; its layers are the same`, { confidence: 'certain', notes: [] });
  }
  if (steps === 'other' || isRedated(old, now)) {
    const confidence = isExact(old, now) ? 'certain' : 'high';
    if (changed === null) return metadataOnly(`${name} was rebuilt with the same layers`, { confidence, notes: [SETTINGS_UNKNOWN] });
    return metadataOnly(`${name} was rebuilt with the same layers and settings`, { confidence, notes: [] });
  }
  if (changed === null && isConfigKnown) {
    return metadataOnly(`${name} has another config; its layers are the same`, { confidence: 'medium', notes: [SETTINGS_UNKNOWN] });
  }
  const why = `the layers${steps === 'same' ? ' and steps' : ''} of ${name} are those this image was built on`;
  if (changed === null) return { kind: 'current', confidence: steps === 'same' ? 'high' : 'medium', why, notes: [SETTINGS_UNKNOWN] };
  const notes = isConfigKnown ? [`the config of ${name} was written anew; what is in it is the same`] : [];
  return { kind: 'current', confidence: steps === 'same' && isExact(old, now) ? 'certain' : 'high', why, notes };
}

const SETTINGS_UNKNOWN = 'their settings could not be compared';

/** The keys of `config` that differ, sorted; null where the settings of one are not known. */
function changedSettings(old: ImageContents, now: ImageContents): readonly string[] | null {
  const [before, after] = [old.settings, now.settings];
  if (before === null || after === null) return null;
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].filter((key) => before.get(key) !== after.get(key)).sort();
}

function compareSteps(old: ImageContents, now: ImageContents): 'same' | 'other' | 'unknown' {
  if (old.history === null || now.history === null) return 'unknown';
  const [before, after] = [old.history.entries.length, now.history.entries.length];
  if (before === 0 || after === 0) return 'unknown';
  return before === after && countCommonSteps(old.history, now.history) === before ? 'same' : 'other';
}

/** Whether the documents were made at different times, to the second: engines tell no more. */
function isRedated(old: ImageContents, now: ImageContents): boolean {
  const [before, after] = [createdAt(old), createdAt(now)];
  return before !== null && after !== null && before / 1_000_000_000n !== after / 1_000_000_000n;
}

function isExact(old: ImageContents, now: ImageContents): boolean {
  return old.history?.precision === 'exact' && now.history?.precision === 'exact';
}

/** `Cmd`, `Cmd and Env`, `Cmd, Env and User`. */
function joinWords(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}
