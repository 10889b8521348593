import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '../../../src/core/digest.ts';
import { type ImageDocument, makeImage, makeLayer } from '../../../src/demo/images.ts';
import { documentFileName } from '../../../src/sources/containers-storage/document-name.ts';

/** An entry of an images.json, as it is written. */
export type Entry = Readonly<Record<string, unknown>> & { readonly id: string };

export const CREATED = '2026-01-02T03:04:05Z';

/** An image that no other one is equal to. */
export function imageOf(content: string): ImageDocument {
  const layers = [makeLayer({ files: { 'etc/content': content }, created: CREATED })];
  return makeImage({ created: CREATED, layers, labels: { content } });
}

export const idOf = (image: ImageDocument): string => image.config.digest.slice('sha256:'.length);

/** What containers/storage writes of an image. */
export function entryOf(image: ImageDocument, names: readonly string[], more: Readonly<Record<string, unknown>> = {}): Entry {
  const documents = documentsOf(image);
  return {
    id: idOf(image),
    digest: image.digest,
    ...(names.length === 0 ? {} : { names }),
    'names-history': names,
    layer: topLayerOf(image),
    'big-data-names': Object.keys(documents),
    'big-data-sizes': Object.fromEntries(Object.entries(documents).map(([name, bytes]) => [name, bytes.length])),
    'big-data-digests': Object.fromEntries(Object.entries(documents).map(([name, bytes]) => [name, digestOf(bytes)])),
    created: CREATED,
    ...more,
  };
}

function documentsOf(image: ImageDocument): Readonly<Record<string, Uint8Array>> {
  return { [image.config.digest]: image.config.bytes, [`manifest-${image.digest}`]: image.bytes, manifest: image.bytes };
}

const topLayerOf = (image: ImageDocument): string => image.layers.at(-1)!.diffId.slice('sha256:'.length);

/** A storage that is written by hand. */
export type MadeStore = {
  readonly root: string;
  readonly images: string;
  readonly folderOf: (image: ImageDocument) => string;
  readonly fileOf: (image: ImageDocument, name: string) => string;
  readonly writeList: (entries: unknown) => Promise<void>;
};

/** Writes the documents and the layers of these images; their list is what `entries` makes of each. */
export async function makeStore(
  root: string,
  images: readonly ImageDocument[],
  entries: (image: ImageDocument, index: number) => Entry = (image, index) => entryOf(image, [`localhost/made:${index}`]),
): Promise<MadeStore> {
  const folder = join(root, 'overlay-images');
  await mkdir(join(root, 'overlay-layers'), { recursive: true });
  const folderOf = (image: ImageDocument): string => join(folder, idOf(image));
  const fileOf = (image: ImageDocument, name: string): string => join(folderOf(image), documentFileName(name)!);
  for (const image of images) {
    await mkdir(folderOf(image), { recursive: true });
    for (const [name, bytes] of Object.entries(documentsOf(image))) await writeFile(fileOf(image, name), bytes);
  }
  const layers = images.map((image) => ({ id: topLayerOf(image), 'diff-digest': image.layers.at(-1)!.diffId, 'diff-size': 1024 }));
  await writeFile(join(root, 'overlay-layers/layers.json'), JSON.stringify(layers));
  const writeList = async (list: unknown): Promise<void> => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'images.json'), typeof list === 'string' ? list : JSON.stringify(list));
  };
  await writeList(images.map(entries));
  return { root, images: folder, folderOf, fileOf, writeList };
}
