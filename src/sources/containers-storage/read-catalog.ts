import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJson } from '../../core/json.ts';
import { sanitizeText } from '../../core/text.ts';
import { codeOf, ImgupdateError } from '../../errors.ts';
import type { Failure } from '../../check/ports.ts';
import { decodeImageRecords, decodeLayerRecords, type ImageRecord, type LayerRecord } from './decode-records.ts';
import { type Store, unreadableRoot } from './open-stores.ts';
import { readRegularFile } from './read-file.ts';

/** An image, as each store that has it tells of it, the one that counts first. */
export type Listed = { readonly record: ImageRecord; readonly copies: readonly [Copy, ...Copy[]] };

/** A store's own record of an image, and the folder its documents are in; null: that is no folder. */
export type Copy = { readonly record: ImageRecord; readonly folder: string | null };

/** What the lists of all stores say at one moment. */
export type Catalog = {
  readonly images: readonly Listed[];
  readonly layers: ReadonlyMap<string, LayerRecord>;
  readonly failures: readonly Failure[];
};

/** A list of 100,000 images takes half of it. */
const MAX_LIST_BYTES = 256 * 1024 * 1024;

/**
 * Reads the lists of all stores. An image that several have is the first one's, with the names and documents it has in any. No lock is taken: the tools replace
 * their lists whole, so each is read as it was at some moment, and layers are listed before the images that have them.
 * Source: containers/storage, store.go, Images(); images.go and layers.go, Save().
 * @throws ImgupdateError 'unreadable' where the first store cannot be read; the others' are failures.
 */
export async function readCatalog(stores: readonly Store[], label: string): Promise<Catalog> {
  const images = new Map<string, Listed>();
  const layers = new Map<string, LayerRecord>();
  const failures: Failure[] = [];
  for (const [position, store] of stores.entries()) {
    try {
      if (position > 0) await expectFolder(store.root, label);
      const { records, unusable } = await readImages(store, label);
      if (unusable > 0)
        failures.push(
          failure(`cannot read ${unusable} entries of ${join(store.images, 'images.json')}: expected an id of 64 hexadecimal digits`),
        );
      const folders = records.length === 0 ? new Set<string>() : await foldersIn(store.images);
      for (const record of records) {
        const copy = { record, folder: folders.has(record.id) ? join(store.images, record.id) : null };
        const known = images.get(record.id);
        images.set(record.id, known === undefined ? { record, copies: [copy] } : { ...known, copies: [...known.copies, copy] });
      }
    } catch (error) {
      if (!(error instanceof ImgupdateError) || position === 0) throw error;
      failures.push(failure(error.message, error.hint));
    }
    const read = await readLayers(store, label);
    if (read instanceof ImgupdateError) failures.push(failure(read.message, read.hint));
    else for (const [id, layer] of read) if (!layers.has(id)) layers.set(id, layer);
  }
  return { images: [...images.values()], layers, failures };
}

async function readImages(store: Store, label: string): Promise<NonNullable<ReturnType<typeof decodeImageRecords>>> {
  const path = join(store.images, 'images.json');
  const document = await readList(path, label);
  const decoded = decodeImageRecords(document ?? []);
  if (decoded === null) throw unreadable(path, label, 'expected a list of images');
  return decoded;
}

/** An additional store has to be there; one that was never used has no lists. */
async function expectFolder(root: string, label: string): Promise<void> {
  try {
    if ((await stat(root)).isDirectory()) return;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw unreadableRoot(error, root, label);
  }
  throw unreadable(root, label, 'expected an additional store of images, got no folder');
}

/** Its loss costs sizes and which image was made of which. */
async function readLayers(store: Store, label: string): Promise<ReadonlyMap<string, LayerRecord> | ImgupdateError> {
  const path = join(store.layers, 'layers.json');
  try {
    return decodeLayerRecords((await readList(path, label)) ?? []) ?? unreadable(path, label, 'expected a list of layers');
  } catch (error) {
    if (error instanceof ImgupdateError) return error;
    throw error;
  }
}

/** null for a list that was never written, or is empty. */
async function readList(path: string, label: string): Promise<unknown> {
  const file = await readRegularFile(path, MAX_LIST_BYTES);
  switch (file.kind) {
    case 'absent':
      return null;
    case 'refused':
      if (DENIED.has(codeOf(file.cause))) throw unreadableRoot(file.cause, path, label);
      throw unreadable(path, label, file.why);
    case 'read': {
      if (file.bytes.length === 0) return null;
      const json = parseJson(new TextDecoder().decode(file.bytes));
      if (!json.ok) throw unreadable(path, label, json.message);
      return json.value;
    }
  }
}

const DENIED: ReadonlySet<string | null> = new Set(['EACCES', 'EPERM']);

/** Symbolic links are none. */
async function foldersIn(path: string): Promise<ReadonlySet<string>> {
  const entries = await readdir(path, { withFileTypes: true });
  return new Set(entries.filter((entry) => entry.isDirectory()).map(({ name }) => name));
}

function unreadable(path: string, label: string, problem: string): ImgupdateError {
  return new ImgupdateError('unreadable', `cannot read ${label}: ${sanitizeText(path, 300)}: ${problem}`, {
    hint: 'see what podman images says of it, or podman system check',
  });
}

function failure(message: string, hint: string | null = null): Failure {
  return { code: 'unreadable', message: sanitizeText(message, 600), hint };
}
