import type { BuildRecord, InstalledImage } from '../core/installed.ts';
import { groupBy } from '../core/group.ts';
import { joinBuilds } from '../core/join-builds.ts';
import { renderPlatform } from '../core/platform.ts';
import { ImgupdateError } from '../errors.ts';
import { listSubjects, type Matches, type Subject, type SubjectOptions } from './images-to-check.ts';
import { joinSubjects } from './join-subjects.ts';
import type { Holdings, ImageSource, Inventory, ListOptions, Warning } from './ports.ts';
import type { PlaceFailure } from './report.ts';

/** A place with images, what to call it before it was read, and which of its rows are wanted; null for all. */
export type WantedSource = { readonly source: ImageSource; readonly name: string; readonly matches: Matches | null };

/** The images of all places that were asked for. */
export type Stock = {
  /** Each as its place tells it, so one that several places hold is there several times. */
  readonly images: readonly InstalledImage[];
  /** The rows that are wanted: one for each image, wherever it is. */
  readonly list: (platformFor: SubjectOptions['platformFor']) => readonly Subject[];
  /** Whether a name means the same for both: they are in one place. What is in none is together with all. */
  readonly isTogether: (a: InstalledImage, b: InstalledImage) => boolean;
  /** As the place tells it that tells most. */
  readonly readBuild: Inventory['readBuild'];
  /** The places that tell all that they hold; none where that was not asked for. */
  readonly held: readonly HeldPlace[];
  /** The images of places that an image of a row was made of; itself, where it is of one place. */
  readonly partsOf: (image: InstalledImage) => readonly InstalledImage[];
  readonly insecureRegistries: readonly string[];
  readonly warnings: readonly Warning[];
  /** Places, and parts of them, that could not be read. */
  readonly failures: readonly PlaceFailure[];
  readonly close: () => void;
};

/** A place with all that it holds. */
export type HeldPlace = Pick<Inventory, 'kind' | 'location' | 'images'> & Holdings & Required<Pick<Inventory, 'readLayerSizes'>>;

/** `mayFail`: what else is looked at is worth the report, though no place can be read. */
export type StockOptions = Omit<ListOptions, 'onProgress'> & {
  readonly onProgress: (done: number, total: number) => void;
  readonly mayFail: boolean;
};

/**
 * Reads all places at once. One that cannot be read is a failure among the answers about the others.
 *
 * @throws ImgupdateError when the only thing there is to look at cannot be read.
 */
export async function openStock(sources: readonly WantedSource[], options: StockOptions): Promise<Stock> {
  const progress = createSum(options.onProgress);
  const mayFail = options.mayFail || sources.length > 1;
  const read = await Promise.all(sources.map(async (wanted) => readPlace(wanted, { ...options, mayFail, onProgress: progress() })));
  const { opened, repeated } = leaveOutRepeated(read.flatMap((each) => (each.kind === 'read' ? [each] : [])));
  const inventories = opened.map(({ inventory }) => inventory);
  const [only, ...others] = inventories;
  const where = only !== undefined && others.length === 0 ? inOnePlace(only) : inSeveral(inventories);
  return {
    images: inventories.flatMap(({ images }) => images),
    list: (platformFor) => {
      const rows = opened.map(({ inventory, matches }) => listSubjects(inventory, { matches, platformFor }));
      const { subjects, joined } = joinSubjects(rows);
      for (const [image, parts] of joined) where.join(image, parts);
      return subjects;
    },
    isTogether: where.isTogether,
    readBuild: where.readBuild,
    held: inventories.flatMap(tellHeld),
    partsOf: where.partsOf,
    insecureRegistries: joinInsecure(inventories),
    warnings: [...inventories.flatMap(({ warnings }) => warnings), ...repeated],
    failures: read.flatMap((each) =>
      each.kind === 'failed' ? [each.failure] : each.inventory.failures.map((failure) => ({ ...failure, place: each.name })),
    ),
    close: () => {
      for (const { close } of inventories) close();
    },
  };
}

function tellHeld({ kind, location, images, holdings, readLayerSizes }: Inventory): readonly HeldPlace[] {
  if (holdings === undefined) return [];
  return [{ kind, location, images, ...holdings, readLayerSizes: readLayerSizes ?? (() => Promise.resolve(null)) }];
}

/** Where requests go from is this machine: what an engine elsewhere says of registries counts only where all engines say it. */
function joinInsecure(inventories: readonly Inventory[]): readonly string[] {
  const engines = inventories.filter(({ kind }) => kind === 'docker-daemon');
  const isHere = ({ location }: Inventory): boolean => /^(?:unix|npipe):/.test(location);
  const told = [...new Set(engines.flatMap(({ insecureRegistries }) => insecureRegistries))];
  return told.filter((registry) => {
    const telling = engines.filter(({ insecureRegistries }) => insecureRegistries.includes(registry));
    return telling.some(isHere) || telling.length === engines.length;
  });
}

type ReadPlace = Pick<WantedSource, 'name' | 'matches'> & { readonly kind: 'read'; readonly inventory: Inventory };

async function readPlace(
  { source, name, matches }: WantedSource,
  options: StockOptions,
): Promise<ReadPlace | { readonly kind: 'failed'; readonly failure: PlaceFailure }> {
  try {
    return { kind: 'read', inventory: await source.list(options), name, matches };
  } catch (error) {
    options.signal.throwIfAborted();
    if (!options.mayFail || !(error instanceof ImgupdateError)) throw error;
    return { kind: 'failed', failure: { code: error.code, message: error.message, hint: error.hint, place: name } };
  }
}

/** One engine may be reached by several addresses; its images and containers are told once. Machines that are copies of one may have one id, and other images. */
function leaveOutRepeated(read: readonly ReadPlace[]): { readonly opened: readonly ReadPlace[]; readonly repeated: readonly Warning[] } {
  const opened: ReadPlace[] = [];
  const repeated: Warning[] = [];
  for (const place of read) {
    const { engineId, location, close } = place.inventory;
    const same =
      engineId === undefined
        ? undefined
        : opened.find(({ inventory }) => inventory.engineId === engineId && holdSame(inventory, place.inventory));
    if (same === undefined) {
      opened.push(place);
      continue;
    }
    close();
    repeated.push({ code: 'same-engine', message: `the engine at ${location} is the one at ${same.inventory.location}`, image: null });
  }
  return { opened, repeated };
}

function holdSame(a: Inventory, b: Inventory): boolean {
  const [ids, others] = [a, b].map(({ images }) => new Set(images.map(({ imageId }) => imageId)));
  return ids?.size === others?.size && [...(others ?? [])].every((id) => ids?.has(id));
}

/** Gives each place a counter, and tells their sum. */
function createSum(onProgress: StockOptions['onProgress']): () => ListOptions['onProgress'] {
  const counts: { done: number; total: number }[] = [];
  return () => {
    const own = { done: 0, total: 0 };
    counts.push(own);
    return (done, total) => {
      Object.assign(own, { done, total });
      onProgress(
        counts.reduce((sum, count) => sum + count.done, 0),
        counts.reduce((sum, count) => sum + count.total, 0),
      );
    };
  };
}

/** What depends on where an image is; `join` tells of which images another one was made. */
type Whereabouts = Pick<Stock, 'isTogether' | 'readBuild' | 'partsOf'> & {
  readonly join: (image: InstalledImage, parts: readonly InstalledImage[]) => void;
};

/** Ten thousand images in one place need no list of where each is. */
function inOnePlace({ readBuild: read }: Inventory): Whereabouts {
  return { isTogether: () => true, readBuild: read, partsOf: (image) => [image], join: () => undefined };
}

/** An image as one place has it. */
type Holder = { readonly inventory: Inventory; readonly image: InstalledImage };

/** An image is where it is told, a joined one where its parts are; how it was made tells every place that has it, under whatever name. */
function inSeveral(inventories: readonly Inventory[]): Whereabouts {
  const all = inventories.flatMap((inventory) => inventory.images.map((image) => ({ inventory, image })));
  const holders = new Map<InstalledImage, readonly Holder[]>(all.map((holder) => [holder.image, [holder]]));
  const byId = groupBy(all, ({ image }) => idOf(image));
  const holdersOf = (image: InstalledImage): readonly Holder[] => holders.get(image) ?? [];
  return {
    isTogether: (a, b) => {
      const places = holdersOf(a).map(({ inventory }) => inventory);
      return places.length === 0 || holdersOf(b).some(({ inventory }) => places.includes(inventory));
    },
    readBuild: (image, wanted) => {
      const own = holdersOf(image);
      return readBuild([...new Set([...own, ...own.flatMap((holder) => byId.get(idOf(holder.image)) ?? [])])], wanted);
    },
    partsOf: (image) => holdersOf(image).map((holder) => holder.image),
    join: (image, parts) => void holders.set(image, parts.flatMap(holdersOf)),
  };
}

const idOf = ({ imageId, platform }: InstalledImage): string => `${imageId} ${renderPlatform(platform)}`;

/** As all kinds of places tell it together; pressed for every detail is one after the other, and none where another one tells it anyway. */
async function readBuild(holders: readonly Holder[], wanted: 'exact' | undefined): Promise<BuildRecord | null> {
  const records = await readEach(holders);
  const told = joinBuilds(records);
  if (wanted === undefined || told?.history?.precision === 'exact') return told;
  for (const { inventory, image } of holders) {
    const record = await inventory.readBuild(image, wanted);
    if (record?.history?.precision === 'exact') return joinBuilds([...records, record]);
  }
  return told;
}

/** Fifty engines tell the same of an image; what was carried came with other things each time, and costs nothing. */
async function readEach(holders: readonly Holder[]): Promise<readonly BuildRecord[]> {
  const records: BuildRecord[] = [];
  const telling = new Set<string>();
  for (const { inventory, image } of holders) {
    const { kind } = image.origin;
    const record = telling.has(kind) ? null : await inventory.readBuild(image);
    if (record !== null) records.push(record);
    if (record?.history != null && kind !== 'carried') telling.add(kind);
  }
  return records;
}
