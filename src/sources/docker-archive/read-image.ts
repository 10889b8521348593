import { type Digest, digestOf, parseDigest } from '../../core/digest.ts';
import { MAX_DOCUMENT_BYTES } from '../../core/documents.ts';
import { decodeConfig, type ImageConfig } from '../../core/image-config.ts';
import { malformed, parsed, type Parsed } from '../../core/parsed.ts';
import type { ArchiveFiles } from '../archive/open-archive.ts';
import { cleanPath } from '../archive/entry-path.ts';
import { showName } from '../stored/unreadable.ts';
import type { ArchivedImage } from './decode-manifest.ts';

/** An image of an archive whose config was read and found right. */
export type ReadImage = { readonly config: ImageConfig; readonly configDigest: Digest; readonly size: number | null };

/**
 * Reads the config of an image, and makes sure that its layers are there; with `verify`, that they are what the config says.
 *
 * A config that is named by its digest has to have it; one that is not is whatever it is. The layers' own digests are told by nothing in an archive.
 * Source: moby, image/spec/v1.2.md; OCI image-spec v1.1, config.md, `rootfs`.
 * @throws ImgupdateError 'unreadable' for a config that is too long, or breaks off
 */
export async function readImage(
  files: ArchiveFiles,
  image: ArchivedImage,
  { verify }: { readonly verify: boolean },
): Promise<Parsed<ReadImage>> {
  const path = cleanPath(image.config);
  const bytes = path === null ? null : await files.read(path, MAX_DOCUMENT_BYTES);
  if (path === null || bytes === null) return malformed(`expected its config ${showName(image.config)}, and there is no such file`);
  const named = digestInName(path);
  const configDigest = digestOf(bytes, named);
  if (named !== null && named !== configDigest) return malformed(`expected its config to have the digest ${named}, got ${configDigest}`);
  const config = decodeConfig(bytes);
  if (!config.ok) return malformed(`${config.reason.message} in ${showName(path)}`);
  const { diffIds } = config.value;
  if (diffIds.length !== image.layers.length) {
    return malformed(`expected as many layers as its config has, ${diffIds.length}, got ${image.layers.length}`);
  }
  const size = await measureLayers(files, image.layers);
  if (!size.ok) return size;
  const flaw = verify ? await findWrongLayer(files, image.layers, diffIds) : null;
  return flaw === null ? parsed({ config: config.value, configDigest, size: size.value }) : malformed(flaw);
}

/**
 * `<hex>.json` of docker, podman and bazel, `blobs/sha256/<hex>` since docker 25, `sha256:<hex>` of ko and kaniko.
 * @returns null for a name that says no digest, as `config.json` of jib.
 */
function digestInName(path: string): Digest | null {
  const parts = path.split('/');
  const name = (parts.at(-1) ?? '').replace(/\.json$/, '');
  return parseDigest(name) ?? parseDigest(`sha256:${name}`) ?? parseDigest(`${parts.at(-2) ?? ''}:${name}`);
}

/** Bytes of all layers; null where one is compressed. */
async function measureLayers(files: ArchiveFiles, layers: readonly string[]): Promise<Parsed<number | null>> {
  let total: number | null = 0;
  for (const layer of layers) {
    const path = cleanPath(layer);
    const size = path === null ? null : await files.sizeOf(path);
    if (path === null || size === null) return malformed(`expected its layer ${showName(layer)}, and there is no such file`);
    total = total === null || (await files.compressionOf(path)) !== null ? null : total + size;
  }
  return parsed(total);
}

async function findWrongLayer(files: ArchiveFiles, layers: readonly string[], diffIds: readonly Digest[]): Promise<string | null> {
  for (const [position, layer] of layers.entries()) {
    const path = cleanPath(layer);
    const expected = diffIds[position] ?? null;
    const found = (path === null ? null : await files.hash(path))?.diffId ?? null;
    if (found === null) return `expected its layer ${showName(layer)} to be ${String(expected)}, and it cannot be decompressed`;
    if (expected?.startsWith('sha256:') !== true)
      return `expected its layer ${showName(layer)} to have a sha256 digest, which alone can be verified`;
    if (found !== expected) return `expected its layer ${showName(layer)} to be ${expected}, got ${found}`;
  }
  return null;
}
