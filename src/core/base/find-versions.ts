import type { Digest } from '../digest.ts';
import { countCommonLayers, hasSameLayers, type ImageContents, isProvenPrefix } from '../image-contents.ts';
import { type Outcome, type Reason, reason } from '../reason.ts';
import type { Reference } from '../reference.ts';
import { askContents, askEntry, type Conversation } from './conversation.ts';
import type { Evidence } from './gather.ts';
import { compareExtent, fitBase } from './known-base.ts';
import { recallVersion, type Surroundings } from './surroundings.ts';
import type { Suspect } from './suspect.ts';
import { isKnownAs, isSameVersion, type VersionContents } from './version.ts';

/** A suspect, the image it may be the base of, and all that is known around. */
export type Case = { readonly suspect: Suspect; readonly evidence: Evidence; readonly here: Surroundings };

/** What a tag offers the platform now. `recorded`: what the image is said to be built on, so nothing more has to be known. */
export type Offered =
  | { readonly kind: 'recorded'; readonly digest: Digest; readonly isElsewhere: boolean }
  | { readonly kind: 'version'; readonly version: VersionContents; readonly entries: RecordedEntries }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly reason: Reason };

/** The manifests of recorded digests, as far as they were learned. */
export type RecordedEntries = ReadonlyMap<Digest, Outcome<Digest>>;

/** At most so many recorded digests are looked up: builders write one. */
const MAX_RECORDED = 2;

/**
 * Learns what a tag that names `top` offers the platform, and whether that is what the image is said to be built on.
 *
 * In order of cost: by the digest itself; by the platform's manifest, which other builders record; by the manifest that a recorded index has, as an index moves
 * for other platforms far more often. Only then the contents are asked for.
 */
export function* findOffered({ suspect, evidence, here }: Case, top: Digest): Conversation<Offered> {
  const { reference } = suspect;
  const remembered = recallVersion(here, reference, (version) => version.topDigest === top);
  const digests = remembered !== null && isForeign(remembered.contents, evidence) ? [] : suspect.digests;
  if (digests.includes(top)) return { kind: 'recorded', digest: top, isElsewhere: false };
  let manifest = remembered?.manifestDigest ?? null;
  if (remembered === null) {
    const entry = yield* askEntry(reference, top);
    if (!entry.ok) return { kind: 'failed', reason: entry.reason };
    if (entry.value === null) return { kind: 'none' };
    manifest = entry.value.manifest;
  }
  if (manifest !== null && digests.includes(manifest)) return { kind: 'recorded', digest: manifest, isElsewhere: false };

  const entries = yield* findEntries({ ...suspect, digests }, here);
  for (const [digest, found] of entries) {
    if (manifest !== null && found.ok && found.value === manifest) return { kind: 'recorded', digest, isElsewhere: true };
  }
  if (remembered !== null || manifest === null) {
    return remembered === null ? { kind: 'none' } : { kind: 'version', version: remembered, entries };
  }
  const contents = yield* askContents(reference, { top, manifest });
  return contents.ok ? { kind: 'version', version: contents.value, entries } : { kind: 'failed', reason: contents.reason };
}

/** What is known of a digest may show that it is none of the image's bases, whatever is recorded. */
function isForeign(contents: ImageContents, { contents: image, layersLost }: Evidence): boolean {
  return !layersLost && countCommonLayers(contents.diffIds, image.diffIds) < contents.diffIds.length;
}

function* findEntries({ reference, digests }: Pick<Suspect, 'reference' | 'digests'>, here: Surroundings): Conversation<RecordedEntries> {
  const entries = new Map<Digest, Outcome<Digest>>();
  for (const digest of digests.slice(0, MAX_RECORDED)) {
    const known = recallVersion(here, reference, (version) => isKnownAs(version, [digest]));
    if (known?.manifestDigest != null) entries.set(digest, { ok: true, value: known.manifestDigest });
    else if (known === null) entries.set(digest, yield* askManifest(reference, digest));
  }
  return entries;
}

function* askManifest(reference: Reference, digest: Digest): Conversation<Outcome<Digest>> {
  const entry = yield* askEntry(reference, digest);
  if (!entry.ok) return entry;
  if (entry.value === null) return { ok: false, reason: reason('bad-response', 'it names nothing for this platform') };
  return { ok: true, value: entry.value.manifest };
}

/** The version that is recorded, and by which digest; `notes` tell which digests could not be used. */
export type Recorded = { readonly version: VersionContents | null; readonly digest: Digest | null; readonly notes: readonly string[] };

/** A recorded digest is a claim until what it names is found at the bottom of the image; of merged layers nothing can be found there. */
export function* findRecorded({ suspect, evidence, here }: Case, entries: RecordedEntries): Conversation<Recorded> {
  const { reference } = suspect;
  const notes: string[] = [];
  for (const digest of suspect.digests.slice(0, MAX_RECORDED)) {
    const remembered = recallVersion(here, reference, (version) => isKnownAs(version, [digest]));
    const found = remembered === null ? yield* fetchVersion(reference, digest, entries) : { ok: true as const, value: remembered };
    if (!found.ok) notes.push(`the recorded digest ${digest} could not be used: ${found.reason.message}`);
    else if (evidence.layersLost || isProvenPrefix(found.value.contents.diffIds, evidence.contents.diffIds)) {
      return { version: found.value, digest, notes };
    } else notes.push(`the recorded digest ${digest} names an image whose layers are not those at the bottom of this one`);
  }
  return { version: null, digest: null, notes };
}

/**
 * The version known by its contents; none where what the tag names now fits below the image as well and is more of it.
 *
 * Engines tell no settings, so where those may be all that changed, the registry is asked for that version.
 */
export function* findKnown({ suspect, evidence }: Case, now: VersionContents): Conversation<VersionContents | null> {
  const { old, reference } = suspect;
  if (old === null) return null;
  const isMore = fitBase(evidence.contents, now.contents, evidence.layersLost) === 'full' && compareExtent(now.contents, old.contents) < 0;
  if (isMore) return null;
  const isTold = old.contents.settings !== null || now.contents.settings === null;
  if (isTold || old.topDigest === null || isSameVersion(old, now) || !hasSameLayers(old.contents, now.contents)) return old;
  const whole = yield* fetchVersion(reference, old.topDigest, new Map());
  return whole.ok && hasSameLayers(old.contents, whole.value.contents) ? whole.value : old;
}

function* fetchVersion(reference: Reference, digest: Digest, entries: RecordedEntries): Conversation<Outcome<VersionContents>> {
  const manifest = entries.get(digest) ?? (yield* askManifest(reference, digest));
  return manifest.ok ? yield* askContents(reference, { top: digest, manifest: manifest.value }) : manifest;
}
