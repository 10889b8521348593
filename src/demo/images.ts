import { gzipSync } from 'node:zlib';
import { digestOf, type Digest } from '../core/digest.ts';
import { makeAttestation, type Provenance } from './attestations.ts';
import { descriptor, makeBlob, makeJsonBlob, MEDIA_TYPES } from './blobs.ts';
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

/** An entry of `history` as a config document writes it; `created` is RFC 3339. Source: OCI image-spec v1.1, config.md. */
export type HistoryStep = {
  readonly created?: string;
  readonly created_by?: string;
  readonly author?: string;
  readonly comment?: string;
  readonly empty_layer?: boolean;
};

/** A manifest with all that it points to. */
export type ImageDocument = Blob & {
  readonly kind: 'image';
  readonly platform: DocumentPlatform;
  readonly created: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly config: Blob;
  readonly layers: readonly Layer[];
  readonly history: readonly HistoryStep[];
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
  /** Compresses it with zlib, 1 to 9: another digest, which depends on zlib's version, and the same diffId. */
  readonly compressionLevel?: number;
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
    ...makeBlob(MEDIA_TYPES[options.format ?? 'oci'].layer, compress(archive, options.compressionLevel ?? 0)),
    diffId: digestOf(archive),
    unpackedBytes: archive.length,
    created: options.created,
    createdBy: options.createdBy ?? `COPY ${Object.keys(options.files).join(' ')} /`,
  };
}

function compress(archive: Uint8Array, level: number): Uint8Array {
  return level === 0 ? storeGzip(archive) : gzipSync(archive, { level });
}

export type ImageOptions = {
  readonly layers: readonly Layer[];
  /** RFC 3339 UTC. */
  readonly created: string;
  /** linux/amd64 without. */
  readonly platform?: DocumentPlatform;
  readonly labels?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  /** What the config's `config` holds besides, or instead: `{ Env: ['LANG=C'], User: 'app' }`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Without: one step for each layer. `[]`: the image says nothing of its making. */
  readonly history?: readonly HistoryStep[];
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
  const history = options.history ?? options.layers.map((layer) => ({ created: layer.created, created_by: layer.createdBy }));
  const config = makeJsonBlob(types.config, {
    created: options.created,
    ...platformFields(platform),
    config: { Env: ['PATH=/usr/local/bin:/usr/bin:/bin'], Cmd: options.command ?? ['/bin/true'], Labels: labels, ...options.settings },
    rootfs: { type: 'layers', diff_ids: options.layers.map((layer) => layer.diffId) },
    history,
  });
  const manifest = makeJsonBlob(types.manifest, {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: descriptor(config),
    layers: options.layers.map(descriptor),
    ...annotated(options.annotations),
  });
  return { ...manifest, kind: 'image', platform, created: options.created, labels, config, layers: options.layers, history, attests: null };
}

export type IndexOptions = {
  readonly children: readonly ImageOrIndex[];
  readonly format?: DocumentFormat;
  /** Adds a build attestation for each image, as BuildKit does; `true`: one that says nothing. */
  readonly attested?: boolean | Provenance;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Annotations of the entries that point to these children. */
  readonly entryAnnotations?: ReadonlyMap<Digest, Readonly<Record<string, string>>>;
};

/**
 * Makes an index over images of several platforms, or over other indexes.
 * Source: OCI image-spec v1.1, image-index.md; BuildKit, docs/attestations/attestation-storage.md.
 */
export function makeIndex(options: IndexOptions): IndexDocument {
  const type = MEDIA_TYPES[options.format ?? 'oci'].index;
  const images = options.children.filter((child) => child.kind === 'image');
  const provenance = options.attested === true ? null : (options.attested ?? false);
  const attestations = provenance === false ? [] : images.map((image) => makeAttestation(image, provenance));
  const index = makeJsonBlob(type, {
    schemaVersion: 2,
    mediaType: type,
    manifests: [
      ...options.children.map((child) => ({ ...entry(child), ...annotated(options.entryAnnotations?.get(child.digest)) })),
      ...attestations.map((attestation) => ({
        ...entry(attestation),
        annotations: { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': attestation.attests },
      })),
    ],
    ...annotated(options.annotations),
  });
  return { ...index, kind: 'index', children: [...options.children, ...attestations] };
}

/** Makes text of exactly `length` bytes out of `seed`: a file whose size matters and whose content does not. */
export function filler(seed: string, length: number): Uint8Array {
  return Buffer.alloc(length, `${seed}\n`);
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

function entry(document: ImageOrIndex): object {
  return document.kind === 'index' ? descriptor(document) : { ...descriptor(document), platform: platformFields(document.platform) };
}

function annotated(annotations: Readonly<Record<string, string>> | undefined): object {
  return annotations === undefined ? {} : { annotations };
}
