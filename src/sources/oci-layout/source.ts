import { setTimeout as delay } from 'node:timers/promises';
import type { ImageSource, Inventory, ListOptions, StoredPlace } from '../../check/ports.ts';
import { type Platform, renderPlatform } from '../../core/platform.ts';
import { ImgupdateError } from '../../errors.ts';
import { openArchive } from '../archive/open-archive.ts';
import { openFolder } from '../stored/folder-files.ts';
import type { StoredFiles } from '../stored/stored-files.ts';
import { type LayoutContents, type LayoutOptions, readLayout } from './read-layout.ts';
import { readIndexFile, requireLayout } from './require-layout.ts';

export type OciSourceOptions = {
  readonly cwd: string;
  readonly openStdin: () => AsyncIterable<unknown>;
  /** Reads every layer through, to see whether it is what its digests say. */
  readonly verify: boolean;
  /** For a config that does not say it. */
  readonly platform: Platform;
};

/** Long enough for a file that is being written to be whole. */
const PAUSE_MS = 100;

/**
 * The images of an OCI image layout: a folder (`oci`), or an archive of one (`oci-archive`).
 *
 * Only reads. Every document is verified by size and digest, layers are looked up; an image that does not fit is a failure of its own. A folder in which something
 * does not fit is read once more, since it may just be written to.
 * Source: OCI image-spec v1.1, image-layout.md; containers-transports(5), oci and oci-archive.
 */
export function createOciSource(place: StoredPlace, options: OciSourceOptions): ImageSource {
  return { list: (listOptions) => list(place, options, listOptions) };
}

async function list(place: StoredPlace, options: OciSourceOptions, { signal, onProgress }: ListOptions): Promise<Inventory> {
  const files = await openPlace(place, options, signal);
  try {
    await requireLayout(place, files);
    const layoutOptions = { verify: options.verify, platform: options.platform, signal, onProgress };
    const contents = await readSteadily(place, files, layoutOptions);
    return describe(place, contents);
  } finally {
    await files.close();
  }
}

function openPlace(place: StoredPlace, { cwd, openStdin, verify }: OciSourceOptions, signal: AbortSignal): Promise<StoredFiles> {
  const at = { label: place.written, path: place.path ?? '' };
  return place.transport === 'oci' ? openFolder(at, { cwd, signal }) : openArchive(at, { cwd, openStdin, verify, signal });
}

type Reading = { readonly bytes: Uint8Array | null; readonly result: LayoutContents | ImgupdateError };

/** What an image's tool writes last is index.json: as long as that is the same, so is all that it leads to. */
async function readSteadily(place: StoredPlace, files: StoredFiles, options: LayoutOptions): Promise<LayoutContents> {
  const first = await readOnce(place, files, options);
  if (place.transport !== 'oci' || fits(first)) return valueOf(first);
  await delay(PAUSE_MS, undefined, { signal: options.signal });
  if (await isUnchanged(first.bytes, place, files)) return valueOf(first);
  const second = await readOnce(place, files, options);
  return fits(second) ? valueOf(second) : blameChange(second);
}

async function readOnce(place: StoredPlace, files: StoredFiles, options: LayoutOptions): Promise<Reading> {
  let bytes: Uint8Array | null = null;
  try {
    bytes = await readIndexFile(place, files);
    return { bytes, result: await readLayout(place, bytes, files, options) };
  } catch (error) {
    if (error instanceof ImgupdateError) return { bytes, result: error };
    throw error;
  }
}

function fits({ result }: Reading): boolean {
  return !(result instanceof ImgupdateError) && result.failures.length === 0;
}

function valueOf({ result }: Reading): LayoutContents {
  if (result instanceof ImgupdateError) throw result;
  return result;
}

async function isUnchanged(bytes: Uint8Array | null, place: StoredPlace, files: StoredFiles): Promise<boolean> {
  const again = await readIndexFile(place, files).catch((error: unknown) => {
    if (error instanceof ImgupdateError) return null;
    throw error;
  });
  return bytes === null || again === null ? bytes === again : Buffer.compare(bytes, again) === 0;
}

const CHANGED = 'it changed while it was read: try again when nothing writes to it';

function blameChange({ result }: Reading): LayoutContents {
  if (result instanceof ImgupdateError) throw new ImgupdateError(result.code, result.message, { hint: CHANGED, cause: result.cause });
  return { ...result, failures: result.failures.map((failure) => ({ ...failure, hint: CHANGED })) };
}

function describe(place: StoredPlace, { images, failures, warnings }: LayoutContents): Inventory {
  const builds = new Map(images.map(({ image, build }) => [`${image.imageId} ${renderPlatform(image.platform)}`, build]));
  return {
    kind: place.transport,
    location: place.path ?? '',
    images: images.map(({ image }) => image),
    containers: [],
    insecureRegistries: [],
    warnings,
    failures,
    readBuild: (image) => Promise.resolve(builds.get(`${image.imageId} ${renderPlatform(image.platform)}`) ?? null),
    close: () => undefined,
  };
}
