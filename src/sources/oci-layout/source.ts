import { setTimeout as delay } from 'node:timers/promises';
import type { ImageSource, Inventory, ListOptions, StoredPlace } from '../../check/ports.ts';
import type { Platform } from '../../core/platform.ts';
import { openArchive } from '../archive/open-archive.ts';
import { createBuildReader, hasUnread } from '../stored/build-reader.ts';
import type { StoredFiles } from '../stored/stored-files.ts';
import { openFolder } from './folder-files.ts';
import type { LayoutContents } from './read-layout.ts';
import { readSteadily } from './read-steadily.ts';
import { requireLayout } from './require-layout.ts';

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
  let isOpen = false;
  try {
    await requireLayout(place, files);
    const pause = () => delay(PAUSE_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
    const contents = await readSteadily(place, files, { verify: options.verify, platform: options.platform, signal, onProgress, pause });
    isOpen = hasUnread(contents.images);
    const close = (): void => {
      if (isOpen) void files.close();
      isOpen = false;
    };
    return describe(place, contents, close);
  } finally {
    if (!isOpen) await files.close();
  }
}

function openPlace(place: StoredPlace, { cwd, openStdin, verify }: OciSourceOptions, signal: AbortSignal): Promise<StoredFiles> {
  const at = { label: place.written, path: place.path ?? '' };
  return place.transport === 'oci' ? openFolder(at, { cwd, signal }) : openArchive(at, { cwd, openStdin, verify, signal });
}

function describe(place: StoredPlace, { images, failures, warnings }: LayoutContents, close: () => void): Inventory {
  return {
    kind: place.transport,
    location: place.path ?? '',
    images: images.map(({ image }) => image),
    containers: [],
    insecureRegistries: [],
    warnings,
    failures,
    readBuild: createBuildReader(images),
    close,
  };
}
