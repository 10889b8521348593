import type { ImageEntry } from '../document.ts';
import { NEWER_STATUSES, type NewerVerdict, type VariantVersion, type Version, VERSION_LEVELS } from '../verdict.ts';
import { decodeReason } from './decode-reason.ts';
import { field, lateField, orNull, readDigest, readEach, readText, readTime, readWord, refuse, type Spot } from './spot.ts';

/** Reads the answer about newer versions. */
export function decodeNewer(newer: Spot): ImageEntry['newer'] {
  const status = readWord(field(newer, 'status'), NEWER_STATUSES);
  return {
    status,
    line: decodeVersion(field(newer, 'line'), status),
    newest: decodeVersion(field(newer, 'newest'), status),
    variant: orNull(lateField(newer, 'variant', null), decodeVariant),
    sibling: orNull(lateField(newer, 'sibling', null), readText),
    notes: readEach(lateField(newer, 'notes', []), readText),
    why: readText(field(newer, 'why')),
    reason: decodeReason(field(newer, 'reason'), status),
    checkedAt: orNull(field(newer, 'checkedAt'), readTime),
  };
}

/** There is one only where newer ones are available. */
function decodeVersion(version: Spot, status: NewerVerdict['kind']): Version | null {
  if (version.value !== null && status !== 'available') refuse(version, `null, as the status is ${status}`);
  return orNull(version, () => ({
    tag: readText(field(version, 'tag')),
    level: readWord(field(version, 'level'), VERSION_LEVELS),
    digest: orNull(field(version, 'digest'), readDigest),
  }));
}

function decodeVariant(variant: Spot): VariantVersion {
  return {
    tag: readText(field(variant, 'tag')),
    level: orNull(field(variant, 'level'), (level) => readWord(level, VERSION_LEVELS)),
    digest: orNull(field(variant, 'digest'), readDigest),
  };
}
