import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Digest } from '../../../src/core/digest.ts';
import { descriptor, makeBlob, makeJsonBlob } from '../../../src/demo/blobs.ts';
import { type Blob, type ImageDocument, type ImageOrIndex, makeImage, makeLayer } from '../../../src/demo/images.ts';

/** An entry of index.json: a document, and what its descriptor says of it. */
export type Entry = {
  readonly document: ImageOrIndex;
  /** `org.opencontainers.image.ref.name` */
  readonly ref?: string;
  /** `io.containerd.image.name` */
  readonly name?: string;
  readonly annotations?: Readonly<Record<string, string>>;
};

export type LayoutParts = {
  readonly entries: readonly Entry[];
  /** Blobs that are left out. */
  readonly without?: readonly Digest[];
  /** Files that are added or replaced; null: left out. */
  readonly files?: Readonly<Record<string, string | Uint8Array | null>>;
};

/** Paths in the layout, and bytes. */
export type LayoutFiles = ReadonlyMap<string, Uint8Array>;

/** The files of an image layout. */
export function makeLayout({ entries, without = [], files = {} }: LayoutParts): LayoutFiles {
  const blobs = entries.flatMap(({ document }) => blobsOf(document)).filter(({ digest }) => !without.includes(digest));
  const layout = new Map<string, Uint8Array>(blobs.map((blob) => [blobPath(blob.digest), blob.bytes]));
  layout.set('oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}'));
  layout.set('index.json', Buffer.from(indexJson(entries)));
  for (const [path, content] of Object.entries(files)) {
    if (content === null) layout.delete(path);
    else layout.set(path, Buffer.from(content));
  }
  return layout;
}

/** The index.json that lists these entries. */
export function indexJson(entries: readonly Entry[]): string {
  return JSON.stringify({ schemaVersion: 2, manifests: entries.map(entryOf) });
}

export async function writeLayout(folder: string, parts: LayoutParts): Promise<void> {
  for (const [path, bytes] of makeLayout(parts)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

export function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

/** An image that differs from every other of another name or platform. */
export function makeNamedImage(seed: string, options: Partial<Parameters<typeof makeImage>[0]> = {}): ImageDocument {
  const created = '2026-11-01T10:00:00Z';
  const layers = ['base', seed].map((text) => makeLayer({ files: { [`etc/${text}`]: text }, created }));
  return makeImage({ layers, created, labels: { seed }, ...options });
}

/** The image with another manifest, or another config. */
export function remake(image: ImageDocument, change: { readonly manifest?: object; readonly config?: string }): ImageDocument {
  const config = change.config === undefined ? image.config : makeBlob(image.config.mediaType, Buffer.from(change.config));
  const written = JSON.parse(Buffer.from(image.bytes).toString()) as object;
  return { ...image, ...makeJsonBlob(image.mediaType, { ...written, config: descriptor(config), ...change.manifest }), config };
}

function entryOf({ document, ref, name, annotations }: Entry): object {
  const all = {
    ...(ref === undefined ? {} : { 'org.opencontainers.image.ref.name': ref }),
    ...(name === undefined ? {} : { 'io.containerd.image.name': name }),
    ...annotations,
  };
  return { ...descriptor(document), ...(Object.keys(all).length === 0 ? {} : { annotations: all }) };
}

function blobsOf(document: ImageOrIndex): readonly Blob[] {
  return document.kind === 'index' ? [document, ...document.children.flatMap(blobsOf)] : [document, document.config, ...document.layers];
}
