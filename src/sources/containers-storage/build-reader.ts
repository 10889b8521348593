import { decodeJsonObject, readText } from '../../core/documents-wire.ts';
import type { BuildRecord, InstalledImage } from '../../core/installed.ts';
import { createLimiter } from '../bounded.ts';
import { decodePodmanImage } from '../listed/podman-build.ts';
import type { Family } from './family.ts';
import type { Listed } from './read-catalog.ts';
import { readConfig, readManifest } from './read-documents.ts';

export type BuildReaderOptions = {
  /** By the ids of the installed images. */
  readonly images: ReadonlyMap<string, Listed>;
  readonly family: Family;
  readonly signal: AbortSignal;
};

/** Files open at once. */
const CONCURRENCY = 8;

/**
 * Makes what tells how an image was made, as podman's own inspection does: from its config and its manifest, read again, once for each image.
 *
 * null for an image that has no config, is not there any more, or cannot be read. Rejects only when `signal` is aborted.
 */
export function createBuildReader({ images, family, signal }: BuildReaderOptions): (image: InstalledImage) => Promise<BuildRecord | null> {
  const limited = createLimiter(CONCURRENCY);
  const running = new Map<string, Promise<BuildRecord | null>>();
  return ({ imageId }) => {
    const listed = images.get(imageId);
    if (listed === undefined) return Promise.resolve(null);
    const known = running.get(imageId);
    if (known !== undefined) return known;
    const reading = limited(() => readBuild(listed, family, signal));
    running.set(imageId, reading);
    return reading;
  };
}

async function readBuild(image: Listed, family: Family, signal: AbortSignal): Promise<BuildRecord | null> {
  signal.throwIfAborted();
  const read = await readConfig(image);
  if (!read.ok || read.value.kind === 'manifest-list') return null;
  const inspected = { History: decodeJsonObject(read.value.bytes)?.history ?? null, Annotations: await readAnnotations(image) };
  return decodePodmanImage(
    inspected,
    family.ancestorsOf(image.record.id).map((id) => `sha256:${id}`),
  );
}

/** Those of OCI manifests alone. Source: containers/common, libimage/inspect.go. */
async function readAnnotations(image: Listed): Promise<unknown> {
  const bytes = await readManifest(image);
  const manifest = bytes.ok ? decodeJsonObject(bytes.value) : null;
  if (manifest === null || readText(manifest, 'mediaType')?.startsWith('application/vnd.docker.') === true) return null;
  return manifest.annotations ?? null;
}
