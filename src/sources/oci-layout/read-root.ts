import { decodeConfig } from '../../core/image-config.ts';
import type { Digest } from '../../core/digest.ts';
import {
  decodeDocument,
  type Descriptor,
  type Index,
  isAttestation,
  isImageConfigType,
  isSchema1Type,
  type Manifest,
  runnableEntries,
} from '../../core/documents.ts';
import { type Platform, renderPlatform } from '../../core/platform.ts';
import { sanitizeText } from '../../core/text.ts';
import { makeStoredImage, type StoredImage } from '../stored/stored-image.ts';
import type { Blobs, Flawed } from './blobs.ts';
import { checkLayers, haveFiles } from './check-layers.ts';
import type { LayoutRoot } from './choose-entries.ts';
import { findRecorded } from './read-recorded.ts';

/** What an entry of index.json leads to. */
export type RootAnswer = {
  readonly images: readonly StoredImage[];
  /** What of it should be there and cannot be read: one sentence each, with the platform it concerns. */
  readonly flaws: readonly (Pick<Flawed, 'flaw' | 'advice'> & { readonly platform: Platform | null })[];
  /** What else it is: one sentence each. */
  readonly others: readonly string[];
};

export type RootOptions = {
  readonly blobs: Blobs;
  readonly verify: boolean;
  /** For a config that does not say it. */
  readonly platform: Platform;
  /** Says whether one more entry of an index may be followed. */
  readonly mayFollow: () => boolean;
};

/** Levels of indexes below index.json. */
const MAX_DEPTH = 3;

/**
 * Reads an image, or all that are here of an index.
 *
 * An index may list more than was copied: what none of is here is left out, as long as an image of the index is. Attestations are no images; what they say of one is read when it is asked for.
 * Source: OCI image-spec v1.1, image-layout.md ("may be missing"), image-index.md; moby/buildkit, docs/attestations/attestation-storage.md.
 */
export async function readRoot(root: LayoutRoot, options: RootOptions): Promise<RootAnswer> {
  const leaves: Leaf[] = [];
  await follow({ descriptor: root.descriptor, index: null, depth: 0 }, { root, leaves, seen: new Set(), ...options });
  return sumUp(distinctByPlatform(leaves));
}

/** `index`: the nearest one it is in, and what that one says of it. */
type Step = { readonly descriptor: Descriptor; readonly index: Index | null; readonly depth: number };

type Walk = RootOptions & { readonly root: LayoutRoot; readonly leaves: Leaf[]; readonly seen: Set<Digest> };

type Leaf =
  | { readonly kind: 'image'; readonly stored: StoredImage }
  | { readonly kind: 'absent'; readonly platform: Platform | null; readonly flaw: string }
  | (Flawed & { readonly platform: Platform | null })
  | { readonly kind: 'other'; readonly what: string };

async function follow(step: Step, walk: Walk): Promise<void> {
  const { descriptor } = step;
  const { platform } = descriptor;
  if (walk.seen.has(descriptor.digest)) return;
  walk.seen.add(descriptor.digest);
  const unread = step.index === null ? classify(descriptor) : null;
  if (unread !== null) {
    walk.leaves.push(...unread);
    return;
  }
  const blob = await walk.blobs.read(descriptor);
  if (blob.kind === 'absent') walk.leaves.push({ kind: 'absent', platform, flaw: `${descriptor.digest} is not there` });
  else if (blob.kind === 'flawed') walk.leaves.push({ ...blob, platform });
  else await decode(step, blob.bytes, walk);
}

/** What an entry of index.json is by its descriptor alone; null: an image or an index, which is read. */
function classify(descriptor: Descriptor): readonly Leaf[] | null {
  if (isAttestation(descriptor)) return [];
  if (isSchema1Type(descriptor.mediaType)) return [{ kind: 'flawed', platform: null, flaw: 'schema 1 manifests are not supported' }];
  if (runnableEntries({ kind: 'index', manifests: [descriptor], annotations: new Map() }).length > 0) return null;
  return [{ kind: 'other', what: `is no image but ${sanitizeText(descriptor.artifactType ?? descriptor.mediaType, 100)}` }];
}

async function decode(step: Step, bytes: Uint8Array, walk: Walk): Promise<void> {
  const { descriptor, depth } = step;
  const document = decodeDocument(bytes, descriptor.mediaType);
  if (!document.ok) {
    walk.leaves.push({ kind: 'flawed', platform: descriptor.platform, flaw: `${descriptor.digest}: ${document.reason.message}` });
  } else if (document.value.kind === 'manifest') {
    walk.leaves.push(await readImage(step, document.value, walk));
  } else if (depth >= MAX_DEPTH) {
    walk.leaves.push({ kind: 'flawed', platform: null, flaw: `its indexes are nested more than ${MAX_DEPTH} levels deep` });
  } else {
    const entries = runnableEntries(document.value);
    if (entries.length === 0 && depth === 0) walk.leaves.push({ kind: 'other', what: 'is an index without images' });
    for (const entry of entries) {
      if (!walk.mayFollow()) {
        walk.leaves.push({ kind: 'flawed', platform: null, flaw: 'the layout has more entries than are followed' });
        return;
      }
      await follow({ descriptor: entry, index: document.value, depth: depth + 1 }, walk);
    }
  }
}

async function readImage({ descriptor, index }: Step, manifest: Manifest, walk: Walk): Promise<Leaf> {
  const { platform } = descriptor;
  if (!isImageConfigType(manifest.config.mediaType)) {
    return { kind: 'other', what: `is no image: its config is ${sanitizeText(manifest.config.mediaType, 100)}` };
  }
  if (!haveFiles(manifest.layers)) {
    return { kind: 'other', what: `is no image: its layers are ${sanitizeText(manifest.layers[0]?.mediaType ?? '', 100)}` };
  }
  const blob = await walk.blobs.read(manifest.config);
  if (blob.kind === 'absent') return { kind: 'absent', platform, flaw: `its config ${manifest.config.digest} is not there` };
  if (blob.kind === 'flawed') return { ...blob, platform, flaw: `its config: ${blob.flaw}` };
  if (isEmptyConfig(blob.bytes)) return { kind: 'other', what: 'is no image: its config is empty' };
  const config = decodeConfig(blob.bytes);
  if (!config.ok) return { kind: 'flawed', platform, flaw: `${manifest.config.digest}: ${config.reason.message}` };
  const layers = await checkLayers(manifest.layers, config.value.diffIds, walk);
  if (layers.kind === 'absent') return { kind: 'absent', platform, flaw: 'none of its layers is there' };
  if (layers.kind === 'flawed') return { ...layers, platform };
  const { descriptor: root, names, origins } = walk.root;
  const stored = makeStoredImage({
    config: config.value,
    configDigest: manifest.config.digest,
    platform: platform ?? walk.platform,
    indexed: index === null ? null : platform,
    tags: names.tags,
    contentDigests: [...new Set([root.digest, descriptor.digest])],
    origins,
    recorded: findRecorded(
      { digest: descriptor.digest, manifest, within: index === null ? null : { index, descriptor }, entry: root.annotations },
      walk.blobs.read,
    ),
    size: layers.size + manifest.config.size + descriptor.size,
  });
  return { kind: 'image', stored };
}

/** `{}`, which stands for no config. Source: OCI image-spec v1.1, manifest.md, "Guidance for an Empty Descriptor". */
function isEmptyConfig(bytes: Uint8Array): boolean {
  return bytes.length <= 16 && new TextDecoder().decode(bytes).trim() === '{}';
}

/** Of several images for one platform the first is what is pulled. Source: OCI image-spec v1.1, image-index.md. */
function distinctByPlatform(leaves: readonly Leaf[]): readonly Leaf[] {
  const seen = new Set<string>();
  return leaves.filter((leaf) => {
    if (leaf.kind !== 'image') return true;
    const { platform } = leaf.stored.image;
    const key = JSON.stringify([renderPlatform(platform), platform.osVersion, platform.osFeatures]);
    return !seen.has(key) && seen.add(key);
  });
}

function sumUp(leaves: readonly Leaf[]): RootAnswer {
  const images = leaves.flatMap((leaf) => (leaf.kind === 'image' ? [leaf.stored] : []));
  const flaws = leaves.filter((leaf) => leaf.kind === 'flawed');
  const absent = leaves.filter((leaf) => leaf.kind === 'absent');
  const others = leaves.flatMap((leaf) => (leaf.kind === 'other' ? [leaf.what] : []));
  if (images.length > 0 || absent.length === 0) return { images, flaws, others };
  const [first] = absent;
  const missing =
    absent.length > 1 || first === undefined ? [{ platform: null, flaw: `none of its ${absent.length} images is there` }] : [first];
  return { images, flaws: [...flaws, ...missing], others };
}
