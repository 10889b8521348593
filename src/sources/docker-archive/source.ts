import type { Failure, ImageSource, Inventory, ListOptions, StoredPlace, Warning } from '../../check/ports.ts';
import { MAX_DOCUMENT_BYTES } from '../../core/documents.ts';
import { type Platform, renderPlatform } from '../../core/platform.ts';
import type { Parsed } from '../../core/parsed.ts';
import { type Reference, renderFamiliar, renderReference } from '../../core/reference.ts';
import { sanitizeText } from '../../core/text.ts';
import { ImgupdateError } from '../../errors.ts';
import { type ArchiveFiles, openArchive } from '../archive/open-archive.ts';
import { unreadable } from '../stored/unreadable.ts';
import { createBuildReader, hasUnread } from '../stored/build-reader.ts';
import { joinStored, makeStoredImage, type StoredImage } from '../stored/stored-image.ts';
import { type ChosenEntry, chooseEntries } from './choose-entries.ts';
import { type ArchivedImage, decodeManifest } from './decode-manifest.ts';
import { type ReadImage, readImage } from './read-image.ts';
import { type IndexedImage, readIndex } from './read-index.ts';

export type DockerArchiveOptions = {
  readonly cwd: string;
  readonly openStdin: () => AsyncIterable<unknown>;
  /** Whether every layer is hashed. */
  readonly verify: boolean;
  /** For a config that does not say it. */
  readonly platform: Platform;
};

/**
 * The images of an archive as `docker save` writes it, in the layout before and since Docker 25, or podman, skopeo, buildx, bazel, jib, ko and kaniko do.
 *
 * Entries of one image are one image with all their names; an image without a name is listed like any other. What is wrong with one image is a failure, and the
 * others are listed. See `openArchive` for how little of it is read.
 * Source: containers-transports(5), `docker-archive`; moby, image/spec/v1.2.md and image/tarexport.
 */
export function createDockerArchiveSource(place: StoredPlace, options: DockerArchiveOptions): ImageSource {
  return { list: (listOptions) => list(place, options, listOptions) };
}

async function list(place: StoredPlace, options: DockerArchiveOptions, { signal, onProgress }: ListOptions): Promise<Inventory> {
  const { cwd, openStdin, verify, platform } = options;
  const path = place.path ?? '-';
  const files = await openArchive({ label: place.written, path }, { cwd, openStdin, verify, signal });
  let isOpen = false;
  try {
    const chosen = chooseEntries(await readManifest(files, place), place);
    const { images, failures } = await readImages(files, chosen, { place, verify, platform, onProgress });
    isOpen = hasUnread(images);
    return {
      kind: place.transport,
      location: path,
      images: images.map(({ image }) => image),
      containers: [],
      insecureRegistries: [],
      warnings: warnOfNames(chosen, place),
      failures,
      readBuild: createBuildReader(images),
      close: () => {
        if (isOpen) void files.close();
        isOpen = false;
      },
    };
  } finally {
    if (!isOpen) await files.close();
  }
}

async function readManifest(files: ArchiveFiles, { written, transport, path }: StoredPlace): Promise<readonly Parsed<ArchivedImage>[]> {
  const bytes = await files.read('manifest.json', MAX_DOCUMENT_BYTES);
  if (bytes === null) {
    const paths = new Set(await files.paths());
    const shown = sanitizeText(path ?? '-', 200);
    if (paths.has('oci-layout')) {
      throw unreadable(written, 'expected manifest.json, got an OCI layout', {
        hint: `name it as such: oci-archive:${shown}`,
      });
    }
    if (paths.has('repositories')) {
      throw unreadable(written, 'expected manifest.json, got an archive of Docker before 1.10, which has none', {
        hint: 'load it into an engine and save it again: docker load, docker save',
      });
    }
    const hint = paths.size === 0 ? null : `make an archive of an image by docker save; one of a container's files (docker export) is none`;
    throw unreadable(written, `expected manifest.json, got ${paths.size === 0 ? 'an archive without files' : 'other files'}`, { hint });
  }
  const manifest = decodeManifest(bytes);
  if (manifest.ok) return manifest.value;
  throw unreadable(written, manifest.message, { hint: `make it again by docker save, or name what it is if no ${transport}` });
}

type Reading = Pick<DockerArchiveOptions, 'verify' | 'platform'> & Pick<ListOptions, 'onProgress'> & { readonly place: StoredPlace };

async function readImages(
  files: ArchiveFiles,
  chosen: readonly ChosenEntry[],
  { place, verify, platform, onProgress }: Reading,
): Promise<{ readonly images: readonly StoredImage[]; readonly failures: readonly Failure[] }> {
  const indexed = await readIndex(files, place.written);
  const images = new Map<string, StoredImage>();
  const failures: Failure[] = [];
  for (const [done, entry] of chosen.entries()) {
    onProgress(done, chosen.length);
    const read = await attempt(() =>
      entry.decoded.ok ? readImage(files, entry.decoded.value, { verify }) : Promise.resolve(entry.decoded),
    );
    if (!read.ok) {
      failures.push(read.failure ?? toFailure(place, entry, read.message));
      continue;
    }
    const { configDigest } = read.value;
    const stored = images.get(configDigest) ?? makeIndexed(read.value, indexed.get(configDigest) ?? [], platform);
    const tags = distinct([...stored.image.tags, ...entry.tags]);
    images.set(configDigest, { ...stored, image: { ...stored.image, tags } });
  }
  onProgress(chosen.length, chosen.length);
  return { images: [...images.values()], failures };
}

/** `indexed`: the ways in which the index beside manifest.json leads to the image; what it has for another platform is another image. */
function makeIndexed(read: ReadImage, indexed: readonly IndexedImage[], platform: Platform): StoredImage {
  const [first = NOT_INDEXED, ...others] = indexed;
  const make = ({ said, ...beside }: IndexedImage): StoredImage =>
    makeStoredImage({ ...read, ...beside, platform: said ?? platform, tags: [] });
  const stored = make(first);
  const name = renderPlatform(stored.image.platform);
  const same = others.map(make).filter(({ image }) => renderPlatform(image.platform) === name);
  return joinStored(stored, same);
}

const NOT_INDEXED: IndexedImage = { said: null, contentDigests: [], origins: [], indexed: null, recorded: null };

type Attempted<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string; readonly failure: Failure | null };

/** A file that cannot be read concerns the images it is of. */
async function attempt<T>(read: () => Promise<Parsed<T>>): Promise<Attempted<T>> {
  try {
    const result = await read();
    return result.ok ? result : { ...result, failure: null };
  } catch (error) {
    if (!(error instanceof ImgupdateError)) throw error;
    const { code, message, hint } = error;
    return { ok: false, message, failure: { code, message, hint } };
  }
}

function distinct(tags: readonly Reference[]): readonly Reference[] {
  return [...new Map(tags.map((tag) => [renderReference(tag), tag])).values()];
}

function toFailure(place: StoredPlace, { tags, position }: ChosenEntry, what: string): Failure {
  const first = tags[0];
  const name = first === undefined ? `the image at @${position}` : renderFamiliar(first);
  return {
    code: 'unreadable',
    message: `cannot read ${name} in ${sanitizeText(place.written, 200)}: ${what}`,
    hint: 'save the image again; the others in the archive are not affected',
  };
}

const MAX_WARNINGS = 5;

function warnOfNames(chosen: readonly ChosenEntry[], { written }: StoredPlace): readonly Warning[] {
  const bad = chosen.flatMap(({ badNames }) => badNames);
  const where = sanitizeText(written, 200);
  const warnings = bad
    .slice(0, MAX_WARNINGS)
    .map((name) => `${where}: "${sanitizeText(name, 200)}" is no name with a tag, and docker could not load it`);
  const more = bad.length > MAX_WARNINGS ? [`${where}: ${bad.length - MAX_WARNINGS} more names are none`] : [];
  return [...warnings, ...more].map((message) => ({ code: 'archive', message, image: null }));
}
