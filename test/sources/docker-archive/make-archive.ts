import { createHash } from 'node:crypto';
import { createDockerArchiveSource, type DockerArchiveOptions } from '../../../src/sources/docker-archive/source.ts';
import type { Inventory, StoredPlace } from '../../../src/check/ports.ts';
import { normalizePlatform } from '../../../src/core/platform.ts';
import { makeTar, type Written } from '../archive/make-tar.ts';

export const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export type Layer = { readonly diffId: string; readonly contents: Buffer };

/** A layer with one file in it. */
export function makeLayer(text: string): Layer {
  const contents = makeTar([{ path: 'file', contents: text }]);
  return { diffId: `sha256:${sha256(contents)}`, contents };
}

export type Made = { readonly config: string; readonly configDigest: string; readonly layers: readonly Layer[] };

export function makeImage(layers: readonly Layer[], settings: object = {}): Made {
  const config = JSON.stringify({
    architecture: 'arm64',
    os: 'linux',
    created: '2026-11-20T10:00:00Z',
    config: { Env: ['A=b'], Labels: { made: 'here' } },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map((_, index) => ({ created: '2026-11-20T10:00:00Z', created_by: `step ${index}` })),
    ...settings,
  });
  return { config, configDigest: `sha256:${sha256(config)}`, layers };
}

/** The entries of an archive as docker wrote it before 25: a folder for each layer. */
export function oldEntries(images: readonly (Made & { readonly tags: readonly string[] | null })[]): readonly Written[] {
  const layers = new Map(images.flatMap((image) => image.layers.map((layer) => [layer.diffId, layer])));
  return [
    ...[...layers.values()].flatMap(({ diffId, contents }) => [
      { path: `${diffId.slice(7)}/`, type: '5' },
      { path: `${diffId.slice(7)}/VERSION`, contents: '1.0' },
      { path: `${diffId.slice(7)}/json`, contents: '{"id":"x"}' },
      { path: `${diffId.slice(7)}/layer.tar`, contents },
    ]),
    ...images.map(({ config, configDigest }) => ({ path: `${configDigest.slice(7)}.json`, contents: config })),
    {
      path: 'manifest.json',
      contents: JSON.stringify(
        images.map(({ configDigest, layers: own, tags }) => ({
          Config: `${configDigest.slice(7)}.json`,
          RepoTags: tags,
          Layers: own.map(({ diffId }) => `${diffId.slice(7)}/layer.tar`),
        })),
      ),
    },
  ];
}

export const placeOf = (path: string, image: StoredPlace['image'] = null): StoredPlace => ({
  transport: 'docker-archive',
  written: `docker-archive:${path}`,
  path,
  driver: null,
  image,
});

export async function* stdinOf(bytes: Uint8Array): AsyncGenerator<unknown, void, undefined> {
  for (let at = 0; at < bytes.length; at += 3000) {
    await Promise.resolve();
    yield bytes.subarray(at, at + 3000);
  }
}

/** Lists an archive from standard input, or from a file of `cwd`. */
export function listArchive(
  source: { readonly bytes: Uint8Array } | { readonly path: string; readonly cwd: string },
  { image = null, ...options }: Partial<DockerArchiveOptions> & { readonly image?: StoredPlace['image'] } = {},
): Promise<Inventory> {
  const [path, cwd] = 'bytes' in source ? ['-', '/'] : [source.path, source.cwd];
  const openStdin = (): AsyncIterable<unknown> => stdinOf('bytes' in source ? source.bytes : new Uint8Array(0));
  const platform = normalizePlatform({ os: 'linux', architecture: 'amd64' });
  const created = createDockerArchiveSource(placeOf(path, image), { cwd, openStdin, verify: false, platform, ...options });
  return created.list({ all: false, signal: new AbortController().signal, onProgress: () => undefined });
}
