import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Inventory } from '../../../src/check/ports.ts';
import { renderReference } from '../../../src/core/reference.ts';
import { createDockerArchiveSource } from '../../../src/sources/docker-archive/source.ts';
import { AMD64 } from '../../helpers/makers.ts';
import { linesOf, namesIn, readPlace } from './read.ts';

const at = (name: string): string => fileURLToPath(new URL(`../../../fixtures/archives/${name}`, import.meta.url));

/** Layers are read through, too: real ones have to be what they say. */
const readLayout = (name: string) => readPlace(at(name), { transport: 'oci-archive', verify: true });

function readDockerArchive(name: string): Promise<Inventory> {
  const place = { transport: 'docker-archive', written: `docker-archive:${name}`, path: at(name), driver: null, image: null } as const;
  const source = createDockerArchiveSource(place, { cwd: '/', openStdin: () => [] as never, verify: true, platform: AMD64 });
  return source.list({ all: false, signal: new AbortController().signal, onProgress: () => undefined });
}

const REGISTRY = '127.0.0.1:5000';

describe('an archive of a real tool', () => {
  const published = [`${REGISTRY}/acme/web:1 web:latest linux/amd64 1`, `${REGISTRY}/acme/job:1 linux/amd64 1`];
  const index = `${REGISTRY}/acme/index:1 linux/amd64 2`;
  const indexForArm = `${REGISTRY}/acme/index:1 linux/arm64 2`;

  it.each([
    ['docker-29-classic.tar', [...published, 'acme/mine:dev linux/amd64 1']],
    ['docker-29-classic-unnamed.tar', ['(no name) linux/amd64 1']],
    // This store keeps neither index nor manifest; the engine makes a manifest of its own.
    ['docker-29-classic-index.tar', [`${REGISTRY}/acme/index:1 linux/amd64 1`]],
    ['docker-29-containerd.tar', [...published, 'acme/mine:dev linux/amd64 1']],
    ['docker-29-containerd-unnamed.tar', ['(no name) linux/amd64 1']],
    ['docker-29-containerd-index.tar', [index]],
    ['ctr-1.6.tar', [...published, 'acme/on-web:on-web linux/amd64 1', index]],
    ['ctr-1.6-platforms.tar', [index, indexForArm]],
    ['ctr-2.tar', [...published, 'acme/on-web:on-web linux/amd64 1', index]],
    ['ctr-2-platforms.tar', [index, indexForArm]],
    ['buildkit-oci.tar', [`${REGISTRY}/acme/kit:1 linux/amd64 2`]],
    ['buildkit-docker.tar', ['acme/kit:1 linux/amd64 1']],
    ['buildah-oci.tar', ['(no name) linux/amd64 1']],
    ['podman-oci.tar', [`${REGISTRY}/acme/web:1 linux/amd64 1`]],
    ['skopeo-oci.tar', [`${REGISTRY}/acme/job:1 linux/amd64 1`]],
    ['skopeo-oci-index.tar', ['(no name) linux/amd64 2', '(no name) linux/arm64 2']],
  ])('%s has the images it was made of, whole', async (name, expected) => {
    const inventory = await readLayout(name);
    expect(linesOf(inventory)).toEqual(expected);
    expect([...inventory.failures, ...inventory.warnings]).toEqual([]);
  });

  it('has them by way of standard input, too', async () => {
    const stdin = () => createReadStream(at('ctr-2.tar'));
    const streamed = await readPlace('-', { transport: 'oci-archive', verify: true, stdin });
    expect(streamed.images).toEqual((await readLayout('ctr-2.tar')).images);
    expect(streamed.failures).toEqual([]);
  });

  it.each([
    'docker-29-classic.tar',
    'docker-29-classic-unnamed.tar',
    'docker-29-classic-index.tar',
    'docker-29-containerd.tar',
    'docker-29-containerd-unnamed.tar',
    'docker-29-containerd-index.tar',
    'ctr-1.6.tar',
    'ctr-2.tar',
    'buildkit-docker.tar',
  ])('%s is both an OCI layout and a docker-archive, and has the same images as either', async (name) => {
    const [asLayout, asDockerArchive] = [await readLayout(name), await readDockerArchive(name)];
    expect(sortedImages(asDockerArchive)).toEqual(sortedImages(asLayout));
    expect([...asDockerArchive.failures, ...asDockerArchive.warnings]).toEqual([]);
  });

  it.each(['docker-20.10.tar', 'docker-20.10-unnamed.tar', 'podman-docker.tar', 'skopeo-docker-unnamed.tar'])(
    '%s is no OCI layout, and the error says what to type',
    async (name) => {
      await expect(readLayout(name)).rejects.toMatchObject({ code: 'unreadable', hint: `name it as such: docker-archive:${at(name)}` });
    },
  );

  it('says of the base what its builder recorded', async () => {
    const inventory = await readLayout('buildah-oci.tar');
    const build = await inventory.readBuild(inventory.images[0]!);
    expect(namesIn(build)).toEqual([expect.stringContaining(`${REGISTRY}/acme/web:1 sha256:`)]);
  });
});

/** In one order; sizes are of compressed layers in the one, and of what they are in the other. */
function sortedImages({ images }: Inventory): readonly object[] {
  return images
    .map((image) => ({ ...image, size: null, tags: image.tags.map(renderReference).sort() }))
    .sort((a, b) => (a.imageId < b.imageId ? -1 : 1));
}
