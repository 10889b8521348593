import { join } from 'node:path';
import { parseJson } from '../../core/json.ts';
import { fieldsOf, textOf } from '../fields.ts';
import type { OpenedStorage } from './open-stores.ts';
import type { Listed } from './read-catalog.ts';
import { readRegularFile } from './read-file.ts';

/** Where the storage is, and what was opened of it. */
export type OpenedPlace = Pick<OpenedStorage, 'driver' | 'stores'> & { readonly location: string };

/** All images, and the ids of those that are needed for another reason than a container. */
type Needs = { readonly images: readonly Listed[]; readonly needed: readonly string[] };

/** Containers that are to outlive the machine's next start, and those that are not. Source: containers/storage, containers.go. */
const LISTS = ['containers.json', 'volatile-containers.json'] as const;

/** A list of 10,000 containers takes a tenth of it. */
const MAX_LIST_BYTES = 256 * 1024 * 1024;

/**
 * Reads which images containers were made of, whichever tool made them, and which ones are in stores that others keep: those cannot be removed here.
 *
 * @returns ids as those of the installed images; null where a list of containers cannot be read.
 */
export async function readUsedIds(place: OpenedPlace, { images, needed }: Needs): Promise<ReadonlySet<string> | null> {
  const elsewhere = images.filter((image) => isElsewhere(image, place)).map(({ record }) => toImageId(record.id));
  const used = new Set([...needed, ...elsewhere]);
  for (const name of LISTS) {
    const ids = await readList(join(place.location, `${place.driver}-containers`, name));
    if (ids === null) return null;
    for (const id of ids) used.add(toImageId(id));
  }
  return used;
}

const toImageId = (id: string): string => `sha256:${id}`;

function isElsewhere({ copies }: Listed, { stores: [first], location, driver }: OpenedPlace): boolean {
  const own = [first?.images ?? '', join(location, `${driver}-images`)].map((folder) => join(folder, '/'));
  return !copies.some(({ folder }) => folder === null || own.some((each) => folder.startsWith(each)));
}

/** The ids of their images; a container may have none. */
async function readList(path: string): Promise<readonly string[] | null> {
  const file = await readRegularFile(path, MAX_LIST_BYTES);
  if (file.kind === 'absent' || (file.kind === 'read' && file.bytes.length === 0)) return [];
  if (file.kind === 'refused') return null;
  const json = parseJson(new TextDecoder().decode(file.bytes));
  if (!json.ok || !Array.isArray(json.value)) return null;
  return json.value.map(fieldsOf).flatMap((container) => textOf(container.get('image')) ?? []);
}
