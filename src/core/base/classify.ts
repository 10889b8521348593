import { countCommonLayers, type ImageContents } from '../image-contents.ts';
import { classifyMetadata } from './classify-metadata.ts';
import type { Comparison } from './comparison.ts';
import { count, differenceAt, isRepacked, layersDiffer, REPACKED, upperLayersRemoved } from './movement.ts';
import type { VersionDigests } from './version.ts';

/** A version of a base with all that is known of it. */
export type KnownVersion = VersionDigests & { readonly contents: ImageContents };

/**
 * Says how a base moved from the version an image was built on to the one its tag names now, both for the image's platform. `name` is for the sentence.
 *
 * A manifest's digest decides before a config's does, and layers are compared uncompressed: a base that was compressed anew, or whose documents were written anew,
 * did not move. Nor did one whose index changed for other platforms only.
 * Source: OCI image-spec v1.1, config.md (`rootfs.diff_ids`, `config`) and image-index.md.
 */
export function classify(old: KnownVersion, now: KnownVersion, name: string): Comparison {
  if (isEqual(old.manifestDigest, now.manifestDigest)) {
    const why = `${name} is still the image this one was built on`;
    return same(why, hasMovedElsewhere(old, now) ? [`${name} moved for other platforms only`] : []);
  }
  if (isEqual(old.configDigest, now.configDigest)) {
    const isRewritten = old.manifestDigest !== null && now.manifestDigest !== null;
    const note = `the manifest of ${name} was written anew, as after other compression; what is in it is the same`;
    return same(`${name} is still the image this one was built on`, isRewritten ? [note] : []);
  }
  const isConfigKnown = old.configDigest !== null && now.configDigest !== null;
  if (!isConfigKnown && isEqual(old.topDigest, now.topDigest)) return same(`${name} is still the image this one was built on`, []);

  const shared = countCommonLayers(old.contents.diffIds, now.contents.diffIds);
  const [before, after] = [old.contents.diffIds.length, now.contents.diffIds.length];
  if (shared === before && shared === after) return classifyMetadata(old.contents, now.contents, { name, isConfigKnown });
  if (shared === after) return upperLayersRemoved(name, { old: old.contents, at: shared, dropped: before - after }, CERTAIN);
  const difference = differenceAt(shared, old.contents, now.contents);
  if (shared === before) return layersDiffer(difference, `${name} has ${count(after - before, 'new layer')} on top`, CERTAIN);
  const notes = isRepacked(old.contents, now.contents) ? [REPACKED] : [];
  return layersDiffer(difference, `${name} was rebuilt: layer ${shared + 1} of ${before} differs`, { confidence: 'certain', notes });
}

const CERTAIN = { confidence: 'certain', notes: [] } as const;

function same(why: string, notes: readonly string[]): Comparison {
  return { kind: 'current', confidence: 'certain', why, notes };
}

function isEqual(a: string | null, b: string | null): boolean {
  return a !== null && a === b;
}

/** The old top digest is an index's only where it is not the manifest's. */
function hasMovedElsewhere(old: KnownVersion, now: KnownVersion): boolean {
  if (old.topDigest === null || now.topDigest === null || old.topDigest === old.manifestDigest) return false;
  return old.topDigest !== now.topDigest;
}
