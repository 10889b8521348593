import { digestOf, type Digest } from '../core/digest.ts';
import { packTar, storeGzip } from './tar.ts';

/** Bytes with a type, as a registry keeps them. */
export type Blob = { readonly mediaType: string; readonly digest: Digest; readonly bytes: Uint8Array };

/** A layer; `diffId` is the digest of the archive before gzip, `unpackedBytes` its length. */
export type Layer = Blob & {
  readonly diffId: Digest;
  readonly unpackedBytes: number;
  readonly created: string;
  readonly createdBy: string;
};

/** The platform of an image as its config document writes it: `{ os: 'linux', architecture: 'arm', variant: 'v7' }`. */
export type DocumentPlatform = {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly osVersion?: string;
};

/** A manifest with all that it points to. */
export type ImageDocument = Blob & {
  readonly kind: 'image';
  readonly platform: DocumentPlatform;
  readonly created: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly config: Blob;
  readonly layers: readonly Layer[];
  /** The image this is a build attestation of; null for an image that can run. */
  readonly attests: Digest | null;
};

/** An index with all that it points to. */
export type IndexDocument = Blob & { readonly kind: 'index'; readonly children: readonly ImageOrIndex[] };

export type ImageOrIndex = ImageDocument | IndexDocument;

/** `docker`: Docker's media types (manifest version 2, schema 2); `oci`: those of the OCI image-spec. */
export type DocumentFormat = 'docker' | 'oci';

export type LayerOptions = {
  /** A path, and what the file holds. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** RFC 3339 UTC. */
  readonly created: string;
  readonly createdBy?: string;
  readonly format?: DocumentFormat;
  /** Permission bits of every file; 0o644 without. */
  readonly mode?: number;
};

/** Makes a layer a container engine can unpack. The same options give the same digests everywhere. */
export function makeLayer(options: LayerOptions): Layer {
  const files = Object.entries(options.files).map(([path, content]) => ({
    path,
    content: typeof content === 'string' ? Buffer.from(content) : content,
    mode: options.mode ?? 0o644,
  }));
  const archive = packTar(files, Date.parse(options.created) / 1000);
  return {
    ...blob(MEDIA_TYPES[options.format ?? 'oci'].layer, storeGzip(archive)),
    diffId: digestOf(archive),
    unpackedBytes: archive.length,
    created: options.created,
    createdBy: options.createdBy ?? `COPY ${Object.keys(options.files).join(' ')} /`,
  };
}

export type ImageOptions = {
  readonly layers: readonly Layer[];
  /** RFC 3339 UTC. */
  readonly created: string;
  /** linux/amd64 without. */
  readonly platform?: DocumentPlatform;
  readonly labels?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly format?: DocumentFormat;
};

/**
 * Makes an image for one platform: config document and manifest.
 * Source: OCI image-spec v1.1, config.md and manifest.md; distribution, "Image Manifest Version 2, Schema 2".
 */
export function makeImage(options: ImageOptions): ImageDocument {
  const types = MEDIA_TYPES[options.format ?? 'oci'];
  const platform = options.platform ?? { os: 'linux', architecture: 'amd64' };
  const labels = options.labels ?? {};
  const config = jsonBlob(types.config, {
    created: options.created,
    ...platformFields(platform),
    config: { Env: ['PATH=/usr/local/bin:/usr/bin:/bin'], Cmd: options.command ?? ['/bin/true'], Labels: labels },
    rootfs: { type: 'layers', diff_ids: options.layers.map((layer) => layer.diffId) },
    history: options.layers.map((layer) => ({ created: layer.created, created_by: layer.createdBy })),
  });
  const manifest = jsonBlob(types.manifest, {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: descriptor(config),
    layers: options.layers.map(descriptor),
    ...(options.annotations === undefined ? {} : { annotations: options.annotations }),
  });
  return { ...manifest, kind: 'image', platform, created: options.created, labels, config, layers: options.layers, attests: null };
}

export type IndexOptions = {
  readonly children: readonly ImageOrIndex[];
  readonly format?: DocumentFormat;
  /** Adds a build attestation for each image, as BuildKit does. */
  readonly attested?: boolean;
  readonly annotations?: Readonly<Record<string, string>>;
};

/**
 * Makes an index over images of several platforms, or over other indexes.
 * Source: OCI image-spec v1.1, image-index.md; BuildKit, docs/attestations/attestation-storage.md.
 */
export function makeIndex(options: IndexOptions): IndexDocument {
  const type = MEDIA_TYPES[options.format ?? 'oci'].index;
  const images = options.children.filter((child) => child.kind === 'image');
  const attestations = options.attested === true ? images.map((image) => makeAttestation(image)) : [];
  const index = jsonBlob(type, {
    schemaVersion: 2,
    mediaType: type,
    manifests: [
      ...options.children.map(entry),
      ...attestations.map((attestation) => ({
        ...entry(attestation),
        annotations: { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': attestation.attests },
      })),
    ],
    ...(options.annotations === undefined ? {} : { annotations: options.annotations }),
  });
  return { ...index, kind: 'index', children: [...options.children, ...attestations] };
}

/** Makes text of exactly `length` bytes out of `seed`: a file whose size matters and whose content does not. */
export function filler(seed: string, length: number): Uint8Array {
  return Buffer.alloc(length, `${seed}\n`);
}

/** `{ mediaType, digest, size }` of a document, as others point to it. */
export function descriptor(document: Blob): { readonly mediaType: string; readonly digest: Digest; readonly size: number } {
  return { mediaType: document.mediaType, digest: document.digest, size: document.bytes.length };
}

/** `os` and `architecture`, and `variant` and `os.version` where there are any. */
export function platformFields(platform: DocumentPlatform): Readonly<Record<string, string>> {
  return {
    architecture: platform.architecture,
    os: platform.os,
    ...(platform.variant === undefined ? {} : { variant: platform.variant }),
    ...(platform.osVersion === undefined ? {} : { 'os.version': platform.osVersion }),
  };
}

const MEDIA_TYPES = {
  oci: {
    index: 'application/vnd.oci.image.index.v1+json',
    manifest: 'application/vnd.oci.image.manifest.v1+json',
    config: 'application/vnd.oci.image.config.v1+json',
    layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  },
  docker: {
    index: 'application/vnd.docker.distribution.manifest.list.v2+json',
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    config: 'application/vnd.docker.container.image.v1+json',
    layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  },
} as const;

function makeAttestation(image: ImageDocument): ImageDocument {
  const statement = jsonBlob('application/vnd.in-toto+json', {
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType: 'https://slsa.dev/provenance/v0.2',
    subject: [{ name: '_', digest: { sha256: image.digest.slice('sha256:'.length) } }],
    predicate: { buildType: 'https://mobyproject.org/buildkit@v1' },
  });
  const layer = { ...statement, diffId: statement.digest, unpackedBytes: statement.bytes.length, created: image.created, createdBy: '' };
  const platform = { os: 'unknown', architecture: 'unknown' };
  return { ...makeImage({ layers: [layer], created: image.created, platform }), attests: image.digest };
}

function entry(document: ImageOrIndex): object {
  return document.kind === 'index' ? descriptor(document) : { ...descriptor(document), platform: platformFields(document.platform) };
}

const jsonBlob = (mediaType: string, value: object): Blob => blob(mediaType, Buffer.from(JSON.stringify(value)));

const blob = (mediaType: string, bytes: Uint8Array): Blob => ({ mediaType, digest: digestOf(bytes), bytes });
