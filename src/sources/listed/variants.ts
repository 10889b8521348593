import { parseDigest, type Digest } from '../../core/digest.ts';
import type { InstalledImage, Origin } from '../../core/installed.ts';
import { normalizePlatform, renderPlatform, type Platform } from '../../core/platform.ts';
import { parseReference, type Reference, type Repository } from '../../core/reference.ts';
import { renderSeconds } from '../../core/whole-seconds.ts';
import type { Identity, ImageFacts, InspectedImage, ListedImage, ListedManifest, StoreKind } from './listed-image.ts';

/** One platform of a listed image: what becomes an InstalledImage. */
export type Variant = {
  readonly image: ListedImage;
  /** null outside the containerd store, and where it does not list manifests. */
  readonly manifest: ListedManifest | null;
  /** An OCI platform as JSON, where inspect has to be told which one is meant. */
  readonly query: string | null;
  /** The same for the history. */
  readonly historyQuery: string | null;
  /** Several platforms are here, and the engine is too old to be asked about one of them. */
  readonly ambiguous: boolean;
  readonly historyAmbiguous: boolean;
  /** Under which the facts are remembered; null where the id does not determine them. */
  readonly factsKey: string | null;
  /** Under which what the engine tells of its making is remembered; null as before. */
  readonly buildKey: string | null;
  /** Under which what its layers take is remembered; null as before. */
  readonly sizesKey: string | null;
  /** Who tells the identity, which can change: `nobody` before API 1.53, from 1.54 the list. */
  readonly identityBy: 'nobody' | 'inspect' | 'list';
};

/**
 * Lists what of an image is here: in the containerd store one variant for each platform whose content is, elsewhere one.
 *
 * Of several manifests for one platform the first counts, as it does for a pull. An index none of whose content is here is still one variant, and that no identity
 * is told of it means nothing.
 * Source: moby, daemon/containerd/image_list.go; Engine API 1.47 `manifests`, 1.48 and 1.49 `platform`, 1.53 `Identity`, 1.54 `identity`.
 */
export function listVariants(image: ListedImage, store: StoreKind, apiMinor: number): readonly Variant[] {
  const unambiguous = { query: null, historyQuery: null, ambiguous: false, historyAmbiguous: false } as const;
  const single = { image, manifest: null, ...unambiguous, identityBy: 'nobody' } as const;
  if (store !== 'containerd') return [{ ...single, ...keysFor(store, image.id) }];
  const identityBy = apiMinor < 53 ? 'nobody' : apiMinor === 53 ? 'inspect' : 'list';
  const here = new Map<string, ListedManifest>();
  for (const manifest of (image.manifests ?? []).filter((listed) => listed.available)) {
    const platform = renderPlatform(manifest.platform);
    if (!here.has(platform)) here.set(platform, manifest);
  }
  if (here.size === 0)
    return [{ ...single, factsKey: null, buildKey: null, sizesKey: null, identityBy: image.manifests === null ? identityBy : 'nobody' }];
  const several = here.size > 1;
  return [...here.values()].map((manifest) => ({
    image,
    manifest,
    query: several && apiMinor >= 49 ? platformQuery(manifest.platform) : null,
    historyQuery: several && apiMinor >= 48 ? platformQuery(manifest.platform) : null,
    ambiguous: several && apiMinor < 49,
    historyAmbiguous: several && apiMinor < 48,
    ...keysFor(store, manifest.digest),
    identityBy,
  }));
}

function keysFor(store: StoreKind, id: string): Pick<Variant, 'factsKey' | 'buildKey' | 'sizesKey'> {
  return { factsKey: `engine-image:${store}:${id}`, buildKey: `engine-build:${store}:${id}`, sizesKey: `engine-layers:${store}:${id}` };
}

/** What is known of a variant besides the list; null facts where inspect failed. */
export type Learned = { readonly facts: ImageFacts | null; readonly identity: Identity | null };

/** Without an inspection that is about this platform, only what the list says is taken. */
export function learnedFrom(variant: Variant, inspected: InspectedImage): Learned {
  const { facts, identity } = inspected;
  const wanted = variant.manifest?.platform ?? null;
  const isOther =
    variant.ambiguous && wanted !== null && (facts.platform === null || renderPlatform(facts.platform) !== renderPlatform(wanted));
  return { facts: isOther ? null : facts, identity: variant.identityBy === 'inspect' ? (identity ?? NO_RECORD) : identity };
}

export type InstallContext = {
  readonly store: StoreKind;
  /** For an image of which nothing says a platform. */
  readonly enginePlatform: Platform | null;
  readonly onBadName: (image: ListedImage, message: string) => void;
};

/** Puts together what the list, the inspection and the store's nature say about one image on one platform. */
export function installVariant(variant: Variant, learned: Learned, context: InstallContext): InstalledImage {
  const { image, manifest } = variant;
  const { facts } = learned;
  const inContainerd = context.store === 'containerd';
  return {
    imageId: image.id,
    configDigest: inContainerd ? (facts?.configDigest ?? null) : parseDigest(image.id),
    platform: platformOf(variant, facts) ?? context.enginePlatform ?? normalizePlatform({ os: 'linux', architecture: 'amd64' }),
    created: facts?.created ?? (image.created === null || image.created === 0 ? null : renderSeconds(image.created * 1000)),
    size: manifest?.size ?? image.size,
    diffIds: facts?.diffIds ?? null,
    labels: facts?.labels ?? image.labels,
    tags: image.names.map((name) => readName(name, image, context)).filter((reference) => reference !== null),
    repoDigests: image.digests.map((name) => readDigest(name, image, context)).filter((known) => known !== null),
    contentDigests: inContainerd ? distinct([image.target ?? parseDigest(image.id), manifest?.digest ?? null]) : [],
    fingerprint: null,
    origin: originOf(context.store, manifest?.identity ?? learned.identity ?? (variant.identityBy === 'list' ? NO_RECORD : null)),
  };
}

function platformOf(variant: Variant, facts: ImageFacts | null): Platform | null {
  return variant.manifest?.platform ?? facts?.platform ?? variant.image.manifests?.[0]?.platform ?? null;
}

/** What an engine that tells identities means by telling none: it is made of labels that every pull and push leaves on the content. */
const NO_RECORD: Identity = { pulledFrom: [], built: false };

/** null: nothing is told. */
function originOf(store: StoreKind, identity: Identity | null): Origin {
  switch (store) {
    case 'classic':
      return { kind: 'repo-digests' };
    case 'podman':
      return { kind: 'podman' };
    case 'containerd':
      return identity === null
        ? { kind: 'unrecorded' }
        : { kind: 'identity', pulledFrom: identity.pulledFrom.flatMap(readRepository), built: identity.built };
  }
}

function readName(name: string, image: ListedImage, context: InstallContext): Reference | null {
  const reference = parseReference(name);
  if (reference.ok) return reference.value;
  context.onBadName(image, reference.message);
  return null;
}

function readDigest(name: string, image: ListedImage, context: InstallContext): (Repository & { readonly digest: Digest }) | null {
  const reference = readName(name, image, context);
  if (!reference?.digest) return null;
  return { registry: reference.registry, repository: reference.repository, digest: reference.digest };
}

function readRepository(text: string): readonly Repository[] {
  const reference = parseReference(text);
  return reference.ok ? [{ registry: reference.value.registry, repository: reference.value.repository }] : [];
}

function platformQuery(platform: Platform): string {
  const { os, architecture, variant, osVersion, osFeatures } = platform;
  return JSON.stringify({
    os,
    architecture,
    ...(variant === null ? {} : { variant }),
    ...(osVersion === null ? {} : { 'os.version': osVersion }),
    ...(osFeatures.length === 0 ? {} : { 'os.features': osFeatures }),
  });
}

function distinct(digests: readonly (Digest | null)[]): readonly Digest[] {
  return [...new Set(digests.filter((digest) => digest !== null))];
}
