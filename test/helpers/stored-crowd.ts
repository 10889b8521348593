import { createCipheriv } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gunzipSync } from 'node:zlib';
import { digestOf } from '../../src/core/digest.ts';
import { type ImageDocument, type Layer, makeImage, makeLayer } from '../../src/demo/images.ts';
import { packTar } from '../../src/demo/tar.ts';

/** An image with the one name it has in a place. */
export type Named = { readonly name: string; readonly image: ImageDocument };

const [PUBLISHED, BUILT] = ['2026-10-01T08:00:00Z', '2026-10-08T08:00:00Z'] as const;

/** Many small images of ten layers each; half of the layers are those of one of `bases`. Names are `REGISTRY/acme/app-0:1` and on. */
export function makeStoredCrowd(options: { readonly images: number; readonly bases: number; readonly registry: string }): readonly Named[] {
  const layer = (word: string, number: number, created: string): Layer =>
    makeLayer({ files: { [`srv/${number}`]: `${word}, layer ${number}` }, created, createdBy: `COPY ${number} /srv` });
  const five = (word: string, created: string): readonly Layer[] => [0, 1, 2, 3, 4].map((number) => layer(word, number, created));
  const bases = Array.from({ length: options.bases }, (_, number) => five(`base ${number}`, PUBLISHED));
  return Array.from({ length: options.images }, (_, number) => ({
    name: `${options.registry}/acme/app-${number}:1`,
    image: makeImage({ layers: [...(bases[number % options.bases] ?? []), ...five(`app ${number}`, BUILT)], created: BUILT }),
  }));
}

/** The forms in which many images are in one place. */
export const STORED_FORMS = ['docker save before 25', 'docker save since 25', 'oci', 'oci-archive', 'containers-storage'] as const;
export type StoredForm = (typeof STORED_FORMS)[number];

/**
 * Writes images into `directory` as a tool would, without any, and gives the target that names them.
 *
 * Source: moby, image/tarexport/save.go; OCI image-spec v1.1, image-layout.md; containers/storage, images.go and layers.go.
 */
export async function writeStored(form: StoredForm, directory: string, images: readonly Named[]): Promise<string> {
  const place = join(directory, form.replaceAll(' ', '-'));
  switch (form) {
    case 'docker save before 25':
      await writeFile(`${place}.tar`, archiveOf(oldSave(images)));
      return `docker-archive:${place}.tar`;
    case 'docker save since 25':
      await writeFile(`${place}.tar`, archiveOf(newSave(images)));
      return `docker-archive:${place}.tar`;
    case 'oci':
      await writeFolder(
        place,
        layoutOf(images, (layer) => layer.bytes),
      );
      return `oci:${place}`;
    case 'oci-archive':
      await writeFile(`${place}.tar`, archiveOf(layoutOf(images, (layer) => layer.bytes)));
      return `oci-archive:${place}.tar`;
    case 'containers-storage':
      await writeFolder(place, storageOf(images));
      return `containers-storage:[vfs@${place}]`;
  }
}

/** By their paths; what comes again is there once. */
type Files = Map<string, Uint8Array>;

const hexOf = (digest: string): string => digest.slice('sha256:'.length);
const jsonOf = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

/** As tools do: blobs by name, then the documents that lead to them. */
function archiveOf(files: Files): Uint8Array {
  const entries = [...files].map(([path, content]) => ({ path, content, mode: 0o644 }));
  return packTar(entries, Date.parse(BUILT) / 1000);
}

async function writeFolder(place: string, files: Files): Promise<void> {
  const folders = new Set([...files.keys()].map((path) => dirname(path)));
  for (const folder of folders) await mkdir(join(place, folder), { recursive: true });
  for (const [path, content] of files) await writeFile(join(place, path), content);
}

function oldSave(images: readonly Named[]): Files {
  const files: Files = new Map();
  for (const { image } of images) {
    for (const layer of image.layers) {
      const folder = hexOf(layer.diffId);
      if (files.has(`${folder}/layer.tar`)) continue;
      files.set(`${folder}/VERSION`, Buffer.from('1.0'));
      files.set(`${folder}/json`, jsonOf({ id: folder, created: layer.created }));
      files.set(`${folder}/layer.tar`, gunzipSync(layer.bytes));
    }
    files.set(`${hexOf(image.config.digest)}.json`, image.config.bytes);
  }
  const sorted: Files = new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
  const entries = images.map(({ name, image }) => ({
    Config: `${hexOf(image.config.digest)}.json`,
    RepoTags: [name],
    Layers: image.layers.map(({ diffId }) => `${hexOf(diffId)}/layer.tar`),
  }));
  return sorted.set('manifest.json', jsonOf(entries));
}

function newSave(images: readonly Named[]): Files {
  const plain = images.map(({ name, image }) => ({
    name,
    image,
    // their digests are those of their plain bytes
    layers: image.layers.map((layer) => ({ ...layer, digest: layer.diffId, bytes: gunzipSync(layer.bytes) })),
  }));
  const files = layoutOf(
    plain.map(({ name, image, layers }) => ({ name, image: withLayers(image, layers) })),
    (layer) => layer.bytes,
  );
  const entries = images.map(({ name, image }) => ({
    Config: blobPath(image.config.digest),
    RepoTags: [name],
    Layers: image.layers.map(({ diffId }) => blobPath(diffId)),
  }));
  return files.set('manifest.json', jsonOf(entries));
}

function withLayers(image: ImageDocument, layers: readonly Layer[]): ImageDocument {
  const bytes = jsonOf({
    schemaVersion: 2,
    mediaType: image.mediaType,
    config: { mediaType: image.config.mediaType, digest: image.config.digest, size: image.config.bytes.length },
    layers: layers.map((layer) => ({
      mediaType: layer.mediaType.replace(/\+gzip$/, ''),
      digest: layer.digest,
      size: layer.bytes.length,
    })),
  });
  return { ...image, layers, bytes, digest: digestOf(bytes) };
}

const blobPath = (digest: string): string => `blobs/sha256/${hexOf(digest)}`;

function layoutOf(images: readonly Named[], bytesOf: (layer: Layer) => Uint8Array): Files {
  const blobs: Files = new Map();
  for (const { image } of images) {
    for (const blob of [image, image.config]) blobs.set(blobPath(blob.digest), blob.bytes);
    for (const layer of image.layers) blobs.set(blobPath(layer.digest), bytesOf(layer));
  }
  const sorted: Files = new Map([...blobs].sort(([a], [b]) => (a < b ? -1 : 1)));
  const manifests = images.map(({ name, image: { mediaType, digest, bytes } }) => ({
    mediaType,
    digest,
    size: bytes.length,
    annotations: { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': '1' },
  }));
  sorted.set('index.json', jsonOf({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests }));
  return sorted.set('oci-layout', jsonOf({ imageLayoutVersion: '1.0.0' }));
}

function storageOf(images: readonly Named[]): Files {
  const files: Files = new Map();
  const layers = new Map<string, object>();
  const records = images.map(({ name, image }) => {
    const id = hexOf(image.config.digest);
    let top: string | null = null;
    for (const [position, layer] of image.layers.entries()) {
      const below: string | null = top;
      // a layer's place is that of all the layers below it
      top = hexOf(
        digestOf(
          Buffer.from(
            image.layers
              .slice(0, position + 1)
              .map(({ diffId }) => diffId)
              .join(' '),
          ),
        ),
      );
      const sizes = { 'diff-digest': layer.diffId, 'diff-size': layer.unpackedBytes, 'compressed-diff-digest': layer.digest };
      layers.set(top, { id: top, ...(below === null ? {} : { parent: below }), created: layer.created, ...sizes });
    }
    const documents = { manifest: image, [`manifest-${image.digest}`]: image, [image.config.digest]: image.config };
    const kept = Object.entries(documents);
    for (const [key, { bytes }] of kept) {
      const file = /^[.0-9a-z]*$/.test(key) ? key : `=${Buffer.from(key).toString('base64')}`;
      files.set(`vfs-images/${id}/${file}`, bytes);
    }
    return {
      id,
      digest: image.digest,
      names: [name],
      'names-history': [name],
      layer: top,
      metadata: '{}',
      'big-data-names': kept.map(([key]) => key),
      'big-data-sizes': Object.fromEntries(kept.map(([key, { bytes }]) => [key, bytes.length])),
      'big-data-digests': Object.fromEntries(kept.map(([key, { digest }]) => [key, digest])),
      created: image.created,
    };
  });
  files.set('vfs-images/images.json', jsonOf(records));
  files.set('vfs-layers/layers.json', jsonOf([...layers.values()]));
  return files.set('vfs-containers/containers.json', jsonOf([]));
}

/** `hole`: zeros that take no space on a disk; `noise`: bytes that no compression makes less. */
export type LargeArchiveOptions = {
  readonly bytes: number;
  readonly content: 'hole' | 'noise';
  readonly gzip?: boolean;
  readonly name: string;
};

/** Writes what `docker save` before 25 makes of an image whose one layer has that many bytes; its digest is made up. */
export async function writeLargeArchive(path: string, { bytes, content, gzip = false, name }: LargeArchiveOptions): Promise<void> {
  const layer = makeLayer({ files: { 'srv/large': '' }, created: BUILT });
  const { config } = makeImage({ layers: [layer], created: BUILT });
  const folder = hexOf(layer.diffId);
  const head = headerOf(`${folder}/layer.tar`, bytes);
  const entries = [{ Config: `${hexOf(config.digest)}.json`, RepoTags: [name], Layers: [`${folder}/layer.tar`] }];
  const rest = archiveOf(
    new Map([
      [`${hexOf(config.digest)}.json`, config.bytes],
      ['manifest.json', jsonOf(entries)],
    ]),
  );
  const padded = Math.ceil(bytes / 512) * 512;
  if (content === 'hole' && !gzip) {
    const file = await open(path, 'w');
    await file.write(head, 0, head.length, 0);
    await file.write(rest, 0, rest.length, head.length + padded);
    await file.close();
    return;
  }
  const parts = Readable.from(concat(head, content === 'hole' ? zeros(padded) : noise(padded), rest));
  if (gzip) await pipeline(parts, createGzip({ level: content === 'noise' ? 0 : 1 }), createWriteStream(path));
  else await pipeline(parts, createWriteStream(path));
}

/** The header of an entry that is larger than what is held here; over 8 GiB it would need another form. */
function headerOf(path: string, size: number): Uint8Array {
  const header = Buffer.from(packTar([{ path, content: new Uint8Array(0), mode: 0o644 }], Date.parse(BUILT) / 1000).subarray(0, 512));
  header.write(size.toString(8).padStart(11, '0'), 124, 'latin1');
  header.write(' '.repeat(8), 148, 'latin1');
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  header.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

function* concat(head: Uint8Array, body: Iterable<Uint8Array>, rest: Uint8Array): Generator<Uint8Array> {
  yield head;
  yield* body;
  yield rest;
}

const CHUNK = Buffer.alloc(1 << 20);

function* zeros(bytes: number): Generator<Uint8Array> {
  for (let left = bytes; left > 0; left -= CHUNK.length) yield CHUNK.subarray(0, Math.min(left, CHUNK.length));
}

/** The same bytes every time. */
function* noise(bytes: number): Generator<Uint8Array> {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16));
  for (const chunk of zeros(bytes)) yield cipher.update(chunk);
}
