import type { Digest } from '../core/digest.ts';
import type { Descriptor, Index, Manifest } from '../core/documents.ts';
import type { ImageConfig } from '../core/image-config.ts';
import { chooseEntry } from '../core/index-entry.ts';
import type { Known } from '../core/known.ts';
import { choosePlatform, type Platform } from '../core/platform.ts';
import { type Outcome, reason } from '../core/reason.ts';
import type { Repository } from '../core/reference.ts';
import type { Consultation } from './consult.ts';
import type { BlobRef } from './ports.ts';

/** The manifest a platform has in what a digest names; `annotations` as the index has them. */
export type PlatformEntry = { readonly digest: Digest; readonly size: number | null; readonly annotations: Descriptor['annotations'] };

/** Bounds the conversation with `chooseEntry`, which ends by itself far earlier. */
const MAX_NEEDS = 8;

/**
 * Finds the manifest that what `digest` names has for a platform, through nested indexes; null when it offers none.
 *
 * Counted are an index and each index nested in it; a manifest that no index describes is read with its config, which alone says its platform.
 */
export async function findEntry(
  place: { readonly repository: Repository; readonly digest: Digest },
  platform: Platform,
  consulted: Consultation,
): Promise<Outcome<PlatformEntry | null>> {
  const top = await consulted.manifest(place.repository, { digest: place.digest, size: null });
  const document = outcomeOf(top);
  if (!document.ok) return document;
  if (document.value.kind === 'manifest') return checkManifest(place, { platform, manifest: document.value }, consulted);

  const documents = new Map<Digest, Known<Index | Manifest>>();
  for (let needs = 0; needs <= MAX_NEEDS; needs += 1) {
    const choice = chooseEntry(document.value, { top: place.digest, platform, document: (digest) => documents.get(digest) ?? UNASKED });
    switch (choice.kind) {
      case 'entry':
        return { ok: true, value: choice.entry };
      case 'nothing':
        return { ok: true, value: null };
      case 'failed':
        return { ok: false, reason: choice.reason };
      case 'need':
        documents.set(choice.entry.digest, await consulted.manifest(place.repository, choice.entry));
    }
  }
  throw new Error(`the choice in ${place.digest} does not end`);
}

const UNASKED = { state: 'unasked' } as const;

async function checkManifest(
  { repository, digest }: { readonly repository: Repository; readonly digest: Digest },
  { platform, manifest }: { readonly platform: Platform; readonly manifest: Manifest },
  consulted: Consultation,
): Promise<Outcome<PlatformEntry | null>> {
  const config = outcomeOf(await consulted.config(repository, manifest.config));
  if (!config.ok) return config;
  const offered = config.value.platform;
  const fits = offered === null || choosePlatform([{ platform: offered }], platform) !== null;
  return { ok: true, value: fits ? { digest, size: null, annotations: new Map() } : null };
}

/** Reads the two documents of a platform's image. */
export async function readImageDocuments(
  repository: Repository,
  manifest: BlobRef,
  consulted: Consultation,
): Promise<Outcome<{ readonly manifest: Manifest; readonly config: ImageConfig }>> {
  const document = outcomeOf(await consulted.manifest(repository, manifest));
  if (!document.ok) return document;
  if (document.value.kind === 'index') {
    return { ok: false, reason: reason('bad-response', `${manifest.digest} is an index where a manifest was announced`) };
  }
  const config = outcomeOf(await consulted.config(repository, document.value.config));
  return config.ok ? { ok: true, value: { manifest: document.value, config: config.value } } : config;
}

/** What was learned, or why not. */
export function outcomeOf<T>(known: Known<T>): Outcome<T> {
  switch (known.state) {
    case 'known':
      return { ok: true, value: known.value };
    case 'failed':
      return { ok: false, reason: known.reason };
    case 'unasked':
      return { ok: false, reason: reason('bad-response', 'nothing was asked') };
  }
}
