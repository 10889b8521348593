import type { ImageSource, Inventory, ListOptions, StoredPlace, Warning } from '../../check/ports.ts';
import { shortDigest } from '../../core/digest.ts';
import type { InstalledImage } from '../../core/installed.ts';
import type { Platform } from '../../core/platform.ts';
import { sanitizeText } from '../../core/text.ts';
import { chooseImages, chooseUnnamed, neverNamed } from '../listed/choose-images.ts';
import { installVariant, listVariants } from '../listed/variants.ts';
import { nameSome, noSuchImage } from '../stored/no-such-image.ts';
import type { ListedImage } from '../listed/listed-image.ts';
import { createBuildReader } from './build-reader.ts';
import { findFamily } from './family.ts';
import { findStorage, type StorageOptions } from './find-storage.ts';
import { createLayerSizesReader } from './layer-sizes.ts';
import { makeListedImage } from './make-list.ts';
import { openStores } from './open-stores.ts';
import { type LearnedImage, readImages, type StoredRecord, tellBroken } from './read-images.ts';
import { readUsedIds } from './read-holdings.ts';
import { selectImages } from './select-images.ts';

export type ContainersStorageOptions = StorageOptions & {
  /** For an image that does not say its own. */
  readonly platform: Platform;
};

/**
 * The images in the storage of podman, buildah and CRI-O, read from its files, without any service: what podman's service tells of them.
 *
 * Only reads, takes no lock, and may be used while the storage is written to. Its containers are not known.
 * Source: containers/storage, docs/containers-storage.md, images.go and layers.go; containers-transports(5).
 */
export function createContainersStorageSource(place: StoredPlace, options: ContainersStorageOptions): ImageSource {
  return { list: (listOptions) => list(place, options, listOptions) };
}

async function list(place: StoredPlace, options: ContainersStorageOptions, wishes: ListOptions): Promise<Inventory> {
  const { all, holdings = false, signal, onProgress } = wishes;
  const label = sanitizeText(place.written.replace(/:$/, ''), 300);
  const found = await findStorage(place, options);
  const opened = await openStores(found, label);
  const { images, layers, failures, broken } = await readImages(opened.stores, { label, signal, onProgress });
  const members = images.map(({ record, learned }) => ({
    id: record.id,
    topLayer: record.topLayer,
    kinship: learned?.kind === 'image' ? learned.kinship : null,
  }));
  const family = findFamily(members, layers);
  const listed = images.map((image) => makeListedImage(image, family, layers));
  const chosen = place.image === null ? chooseImages(listed, 'podman', all) : select(listed, place.image, found.location);

  const byId = new Map(images.map((image) => [`sha256:${image.record.id}`, image]));
  const messages = new Set(opened.otherDrivers.map((driver) => otherDriver(driver, opened.driver, found.location)));
  const context: InstallContext = { platform: options.platform, tell: (message) => void messages.add(message) };
  const installed = installAll(chosen, byId, context);
  const unnamed = holdings && place.image === null ? chooseUnnamed(listed, 'podman', chosen) : null;
  // Where one image is wanted, what is wrong with others does not matter.
  const wanted = place.image === null ? images : chosen.flatMap(({ id }) => byId.get(id) ?? []);
  return {
    kind: 'containers-storage',
    location: found.location,
    images: installed,
    containers: [],
    insecureRegistries: [],
    warnings: [...messages].sort().map(toWarning),
    failures: [...failures, ...tellBroken(wanted, broken)],
    readBuild: createBuildReader({ images: byId, family, signal }),
    readLayerSizes: createLayerSizesReader(byId, layers),
    ...(unnamed === null
      ? {}
      : {
          holdings: {
            unnamed: installAll(unnamed, byId, context),
            usedIds: await readUsedIds({ ...opened, location: found.location }, { images, needed: neverNamed(unnamed) }),
          },
        }),
    close: () => undefined,
  };
}

type InstallContext = {
  readonly platform: Platform;
  /** Takes what is said of an image that is left out, or has a name that is none. */
  readonly tell: (message: string) => void;
};

function installAll(
  chosen: readonly ListedImage[],
  records: ReadonlyMap<string, StoredRecord>,
  { platform, tell }: InstallContext,
): readonly InstalledImage[] {
  return chosen.flatMap((image) => {
    const learned = records.get(image.id)?.learned ?? null;
    if (learned?.kind === 'manifest-list') {
      tell(`${nameOf(image)} is a list of manifests, and no image of it is here`);
      return [];
    }
    const onBadName = (message: string): void =>
      tell(`image ${shortDigest(image.id)} has a name that cannot be used: ${sanitizeText(message, 300)}`);
    return [install(image, learned, { platform, onBadName })];
  });
}

function nameOf({ id, names }: ListedImage): string {
  return sanitizeText(names[0] ?? shortDigest(id), 300);
}

function install(
  image: ListedImage,
  learned: LearnedImage | null,
  { platform, onBadName }: { readonly platform: Platform; readonly onBadName: (message: string) => void },
): InstalledImage {
  const [variant] = listVariants(image, 'podman', 0);
  if (variant === undefined) throw new Error('every image of podman has one variant');
  const installed = installVariant(
    variant,
    { facts: learned?.facts ?? null, identity: null },
    { store: 'podman', enginePlatform: platform, onBadName: (_, message) => onBadName(message) },
  );
  return learned === null ? installed : { ...installed, configDigest: learned.configDigest, fingerprint: learned.fingerprint };
}

function select(images: readonly ListedImage[], wanted: NonNullable<StoredPlace['image']>, location: string): readonly ListedImage[] {
  const name = wanted.by === 'name' ? wanted.name : `@${wanted.position}`;
  const chosen = selectImages(images, name);
  if (chosen.length > 0) return chosen;
  const names = images.flatMap((image) => image.names);
  const held = names.length === 0 ? 'none with a name' : nameSome(names);
  const place = `containers-storage:[${location}]`;
  const hint = `list all of them: imgupdate list "${sanitizeText(place, 300)}"`;
  throw noSuchImage(place, `expected an image ${sanitizeText(name, 200)}, and it has ${held}`, hint);
}

function otherDriver(driver: string, read: string, location: string): string {
  const [other, used] = [sanitizeText(driver, 50), sanitizeText(read, 50)];
  return `the storage at ${sanitizeText(location, 300)} has images of the driver ${other} too, and only those of ${used} are read: name the others with containers-storage:[${other}@${sanitizeText(location, 300)}]`;
}

function toWarning(message: string): Warning {
  return { code: 'storage', message, image: null };
}
