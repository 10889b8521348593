import { digestOf, parseDigest, type Digest } from '../core/digest.ts';
import type { Blob, ImageOrIndex } from './images.ts';

/** What a registry keeps, by repository. */
export type Content = Map<string, RepositoryContent>;

export type RepositoryContent = {
  readonly tags: Map<string, Digest>;
  readonly manifests: Map<Digest, StoredManifest>;
  readonly blobs: Map<Digest, Uint8Array>;
};

/** A manifest or index, with what a registry reads in it. */
export type StoredManifest = Blob & {
  readonly artifactType: string | null;
  /** The manifest this one is a referrer of. */
  readonly subject: Digest | null;
  readonly annotations: unknown;
  /** Blobs that have to be there before it. */
  readonly blobs: readonly Digest[];
  /** Children of an index, with their platforms. */
  readonly children: readonly { readonly digest: Digest; readonly os: unknown; readonly architecture: unknown }[];
};

/** The content of a repository, made when it is not there yet. */
export function openRepository(content: Content, repository: string): RepositoryContent {
  const existing = content.get(repository);
  if (existing !== undefined) return existing;
  const created: RepositoryContent = { tags: new Map(), manifests: new Map(), blobs: new Map() };
  content.set(repository, created);
  return created;
}

/** Stores an image or index with all it points to, and lets `tag` name it unless that is null. */
export function storeImage(repository: RepositoryContent, tag: string | null, image: ImageOrIndex): void {
  if (image.kind === 'index') for (const child of image.children) storeImage(repository, null, child);
  else for (const blob of [image.config, ...image.layers]) repository.blobs.set(blob.digest, blob.bytes);
  const stored = readManifest(image.mediaType, image.bytes);
  if (stored !== null) repository.manifests.set(image.digest, { ...stored, digest: image.digest });
  if (tag !== null) repository.tags.set(tag, image.digest);
}

/** The manifest a tag or digest names. */
export function findManifest(repository: RepositoryContent, reference: string): StoredManifest | null {
  const digest = parseDigest(reference) ?? repository.tags.get(reference);
  return (digest === undefined ? undefined : repository.manifests.get(digest)) ?? null;
}

/** Reads a pushed manifest or index; null when it is neither. */
export function readManifest(mediaType: string, bytes: Uint8Array): StoredManifest | null {
  const document = parseJson(bytes);
  const layers = list(field(document, 'layers'));
  const manifests = list(field(document, 'manifests'));
  const config = field(document, 'config');
  if (config === undefined && field(document, 'manifests') === undefined) return null;
  return {
    mediaType,
    digest: digestOf(bytes),
    bytes,
    artifactType: text(field(document, 'artifactType')) ?? text(field(config, 'mediaType')),
    subject: parseDigest(field(field(document, 'subject'), 'digest')),
    annotations: field(document, 'annotations'),
    blobs: digests([config, ...layers]),
    children: manifests.flatMap((entry) => {
      const digest = parseDigest(field(entry, 'digest'));
      const platform = field(entry, 'platform');
      return digest === null ? [] : [{ digest, os: field(platform, 'os'), architecture: field(platform, 'architecture') }];
    }),
  };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const digests = (descriptors: readonly unknown[]): Digest[] =>
  descriptors.map((descriptor) => parseDigest(field(descriptor, 'digest'))).filter((digest) => digest !== null);
