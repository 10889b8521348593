import { digestOf, type Digest } from '../../src/core/digest.ts';
import type { Descriptor, Index, Manifest } from '../../src/core/documents.ts';
import type { ImageConfig } from '../../src/core/image-config.ts';
import type { InstalledImage } from '../../src/core/installed.ts';
import { normalizePlatform, parsePlatform, type Platform } from '../../src/core/platform.ts';
import { parseReference, type Reference, withDefaultTag } from '../../src/core/reference.ts';

/** A digest that stands for `text`. */
export function makeDigest(text: string): Digest {
  return digestOf(Buffer.from(text));
}

/** A reference that must parse; `latest` where nothing is named. */
export function makeReference(text: string): Reference {
  const parsed = parseReference(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return withDefaultTag(parsed.value);
}

export function makePlatform(text: string): Platform {
  const parsed = parsePlatform(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.value;
}

export const AMD64 = normalizePlatform({ os: 'linux', architecture: 'amd64' });

/** An image of the classic store: tagged nginx:1.27, pulled at an index digest. */
export function makeImage(parts: Partial<InstalledImage> = {}): InstalledImage {
  return {
    imageId: makeDigest('config'),
    configDigest: makeDigest('config'),
    platform: AMD64,
    created: '2026-10-27T00:00:00Z',
    size: 71_200_000,
    diffIds: [makeDigest('layer 1'), makeDigest('layer 2')],
    labels: new Map(),
    tags: [makeReference('nginx:1.27')],
    repoDigests: [{ registry: 'docker.io', repository: 'library/nginx', digest: makeDigest('index') }],
    contentDigests: [],
    fingerprint: null,
    origin: { kind: 'repo-digests' },
    ...parts,
  };
}

export function makeDescriptor(digest: Digest, parts: Partial<Descriptor> = {}): Descriptor {
  return {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest,
    size: 1000,
    platform: null,
    artifactType: null,
    annotations: new Map(),
    ...parts,
  };
}

/** An index with one entry a platform: `{ 'linux/amd64': digest }`. */
export function makeIndex(entries: Readonly<Record<string, Digest>>): Index {
  return {
    kind: 'index',
    manifests: Object.entries(entries).map(([platform, digest]) => makeDescriptor(digest, { platform: makePlatform(platform) })),
    annotations: new Map(),
  };
}

export function makeManifest(config: Digest, layers: readonly { digest: Digest; size: number }[] = []): Manifest {
  return {
    kind: 'manifest',
    config: makeDescriptor(config, { mediaType: 'application/vnd.oci.image.config.v1+json', size: 500 }),
    layers: layers.map(({ digest, size }) => makeDescriptor(digest, { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', size })),
    subject: null,
    annotations: new Map(),
  };
}

export function makeConfig(parts: Partial<ImageConfig> = {}): ImageConfig {
  return { platform: AMD64, created: '2026-11-08T00:00:00Z', diffIds: [], history: [], labels: new Map(), settings: new Map(), ...parts };
}
