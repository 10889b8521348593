import { setTimeout as delay } from 'node:timers/promises';
import type { Failure } from '../../check/ports.ts';
import type { Digest } from '../../core/digest.ts';
import { shortDigest } from '../../core/digest.ts';
import { fingerprintOf } from '../../core/fingerprint.ts';
import { parsed, type Parsed } from '../../core/parsed.ts';
import { sanitizeText } from '../../core/text.ts';
import { wholeSeconds } from '../../core/whole-seconds.ts';
import { mapBounded } from '../bounded.ts';
import type { ImageFacts } from '../listed/listed-image.ts';
import { kinshipOf, type Kinship } from './family.ts';
import type { Store } from './open-stores.ts';
import { type Catalog, type Listed, readCatalog } from './read-catalog.ts';
import { readConfig } from './read-documents.ts';

/** What an image's config tells, without the config itself; a list of manifests has none. */
export type Learned = LearnedImage | { readonly kind: 'manifest-list' };

/** Of an image with a config. */
export type LearnedImage = {
  readonly kind: 'image';
  readonly facts: ImageFacts;
  readonly kinship: Kinship;
  readonly fingerprint: string | null;
  readonly configDigest: Digest;
};

/** `learned`: null for an image that is broken. */
export type StoredRecord = Listed & { readonly learned: Learned | null };

export type StoredRecords = Pick<Catalog, 'layers' | 'failures'> & {
  readonly images: readonly StoredRecord[];
  /** Why an image cannot be read, by its id. */
  readonly broken: ReadonlyMap<string, string>;
};

export type ReadOptions = {
  readonly label: string;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
};

/** Before each reading of the lists: what does not fit is read again, for the tools write an image in several steps. */
const PAUSES_MS = [0, 20, 80, 200] as const;

/** Files open at once: more do not make it faster. */
const CONCURRENCY = 8;

/** More would be no help. */
const MAX_FAILURES = 20;

/**
 * Reads every image of the stores, while they may be written to.
 *
 * What does not fit is read again with the lists as they are then: an image that is gone by then is left out; one that is still listed, and still broken,
 * is a failure, and is listed with what is known of it.
 * @throws ImgupdateError 'unreadable' where the first store cannot be read.
 */
export async function readImages(stores: readonly Store[], options: ReadOptions): Promise<StoredRecords> {
  const { label, signal, onProgress } = options;
  // An id is a digest of what is learned.
  const known = new Map<string, Learned>();
  for (const [attempt, pause] of PAUSES_MS.entries()) {
    if (pause > 0) await delay(pause, undefined, { signal });
    const isLast = attempt === PAUSES_MS.length - 1;
    const catalog = await readCatalogAgain(stores, label, isLast);
    if (catalog === null) continue;
    const finished = { ...catalog, images: catalog.images.filter(({ record }) => !record.isIncomplete) };
    const wanted = finished.images.filter(({ record }) => !known.has(record.id));
    const broken = new Map<string, string>();
    let done = finished.images.length - wanted.length;
    await mapBounded(wanted, CONCURRENCY, async (image) => {
      signal.throwIfAborted();
      const learned = await learn(image);
      if (learned.ok) known.set(image.record.id, learned.value);
      else broken.set(image.record.id, learned.message);
      onProgress((done += 1), finished.images.length);
    });
    if (isLast || (broken.size === 0 && hasItsLayers(finished))) return conclude(finished, known, broken);
  }
  throw new Error('the last attempt concludes');
}

/** null: read it again. A list is replaced whole, but not every file system keeps that promise at once. */
async function readCatalogAgain(stores: readonly Store[], label: string, isLast: boolean): Promise<Catalog | null> {
  try {
    return await readCatalog(stores, label);
  } catch (error) {
    if (isLast) throw error;
    return null;
  }
}

/** An image whose layers are gone is being removed. */
function hasItsLayers({ images, layers }: Catalog): boolean {
  return images.every(({ record }) => record.topLayer === null || layers.has(record.topLayer));
}

async function learn(image: Listed): Promise<Parsed<Learned>> {
  const read = await readConfig(image);
  if (!read.ok) return read;
  if (read.value.kind === 'manifest-list') return parsed(read.value);
  const { config, digest } = read.value;
  const facts = {
    platform: config.platform,
    created: config.created === null ? null : wholeSeconds(config.created),
    diffIds: config.diffIds.length === 0 ? null : config.diffIds,
    labels: config.labels,
    configDigest: digest,
  };
  return parsed<Learned>({ kind: 'image', facts, kinship: kinshipOf(config), fingerprint: fingerprintOf(config), configDigest: digest });
}

function conclude(catalog: Catalog, known: ReadonlyMap<string, Learned>, broken: ReadonlyMap<string, string>): StoredRecords {
  const images = catalog.images.map((image) => ({ ...image, learned: known.get(image.record.id) ?? null }));
  return { images, layers: catalog.layers, failures: catalog.failures, broken };
}

/** Says which of these images cannot be read. */
export function tellBroken(images: readonly StoredRecord[], broken: ReadonlyMap<string, string>): readonly Failure[] {
  const those = images.filter(({ record }) => broken.has(record.id));
  const named = those.slice(0, MAX_FAILURES).map(({ record: { id, names } }) => {
    const name = names[0] === undefined ? '' : ` (${sanitizeText(names[0], 100)})`;
    return toFailure(`cannot read image ${shortDigest(id)}${name}: ${broken.get(id) ?? ''}`);
  });
  const more = those.length > MAX_FAILURES ? [toFailure(`cannot read ${those.length - MAX_FAILURES} more images`)] : [];
  return [...named, ...more];
}

function toFailure(message: string): Failure {
  return { code: 'unreadable', message, hint: 'pull or build it again, or see podman system check' };
}
