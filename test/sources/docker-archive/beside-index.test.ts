import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ImageDocument, type ImageOrIndex, makeIndex } from '../../../src/demo/images.ts';
import type { Inventory } from '../../../src/check/ports.ts';
import { renderPlatform } from '../../../src/core/platform.ts';
import { renderRepository } from '../../../src/core/reference.ts';
import { makeTar } from '../archive/make-tar.ts';
import { blobPath, type Entry, makeLayout, makeNamedImage, remake } from '../oci-layout/make-layout.ts';
import { namesIn, readPlace } from '../oci-layout/read.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../../helpers/temp.ts';
import { listArchive } from './make-archive.ts';

let folder: TemporaryDirectory;
beforeEach(async () => {
  folder = await makeTemporaryDirectory();
});
afterEach(() => folder.remove());

/** The same archive read as a docker-archive and as a layout; `listed`: what its manifest.json lists, named as its entries are. */
async function readBoth(entries: readonly Entry[], listed: readonly ImageDocument[]) {
  const manifest = listed.map(({ config, layers }) => ({
    Config: blobPath(config.digest),
    RepoTags: entries.flatMap(({ document, name = '' }) => (imagesIn(document).some((image) => image.config === config) ? [name] : [])),
    Layers: layers.map(({ digest }) => blobPath(digest)),
  }));
  const files = new Map(makeLayout({ entries })).set('manifest.json', Buffer.from(JSON.stringify(manifest)));
  await writeFile(join(folder.path, 'both.tar'), makeTar([...files].map(([path, contents]) => ({ path, contents }))));
  return [
    await listArchive({ path: 'both.tar', cwd: folder.path }),
    await readPlace('both.tar', { transport: 'oci-archive', cwd: folder.path }),
  ] as const;
}

const imagesIn = (document: ImageOrIndex): readonly ImageDocument[] =>
  document.kind === 'index' ? document.children.flatMap(imagesIn) : [document];

/** All that is told of each image but its size, which is of compressed layers in the one and of what they are in the other. */
async function tellAll({ images, readBuild }: Inventory): Promise<readonly object[]> {
  const told = await Promise.all(images.map(async (image) => ({ ...image, size: null, recorded: namesIn(await readBuild(image)) })));
  return told.sort((a, b) => (a.imageId < b.imageId ? -1 : 1));
}

const linesOf = ({ images }: Inventory): readonly string[] =>
  images.map(({ platform, repoDigests }) => [renderPlatform(platform), ...repoDigests.map(renderRepository)].join(' ')).sort();

const ARM = { os: 'linux', architecture: 'arm' };
const materials = [{ uri: 'pkg:docker/debian@12', digest: { sha256: 'b'.repeat(64) } }];
const api = makeNamedImage('api');

describe('an archive that is a docker-archive and a layout tells by either of them', () => {
  it('which variant an image is for, where only its index says that', async () => {
    const children = ['v6', 'v7'].map((variant) => ({ ...makeNamedImage(variant, { platform: ARM }), platform: { ...ARM, variant } }));
    const [archive, layout] = await readBoth([{ document: makeIndex({ children }), name: 'docker.io/acme/api:1' }], children);
    expect(linesOf(archive)).toEqual(['linux/arm/v6', 'linux/arm/v7']);
    expect(await tellAll(archive)).toEqual(await tellAll(layout));
  });

  it('which platform an image is for, where its config does not say that', async () => {
    const config = JSON.stringify({
      ...(JSON.parse(Buffer.from(api.config.bytes).toString()) as object),
      os: undefined,
      architecture: undefined,
    });
    const silent = { ...remake(api, { config }), platform: { os: 'linux', architecture: 's390x' } };
    const [archive, layout] = await readBoth([{ document: makeIndex({ children: [silent] }), name: 'docker.io/acme/api:1' }], [silent]);
    expect(linesOf(archive)).toEqual(['linux/s390x']);
    expect(await tellAll(archive)).toEqual(await tellAll(layout));
  });

  it('where an image is from, and what its build used', async () => {
    const annotations = { 'containerd.io/distribution.source.ghcr.io': 'acme/api' };
    const document = makeIndex({ children: [api], attested: { slsa: 'v1', shape: 'image', materials } });
    const [archive, layout] = await readBoth([{ document, name: 'ghcr.io/acme/api:1', annotations }], [api]);
    expect(linesOf(archive)).toEqual(['linux/amd64 ghcr.io/acme/api']);
    expect(await tellAll(archive)).toMatchObject([{ recorded: [`docker.io/library/debian:12 sha256:${'b'.repeat(64)}`] }]);
    expect(await tellAll(archive)).toEqual(await tellAll(layout));
  });

  it('what several entries say of one image', async () => {
    const document = makeIndex({ children: [api], attested: { slsa: 'v1', shape: 'image', materials } });
    const entries = [
      { document: api, name: 'ghcr.io/acme/api:1-amd64', annotations: { 'containerd.io/distribution.source.ghcr.io': 'acme/api' } },
      { document, name: 'quay.io/acme/api:1', annotations: { 'containerd.io/distribution.source.quay.io': 'acme/api' } },
    ];
    const [archive, layout] = await readBoth(entries, [api]);
    expect(linesOf(archive)).toEqual(['linux/amd64 ghcr.io/acme/api quay.io/acme/api']);
    expect(await tellAll(archive)).toEqual(await tellAll(layout));
  });
});

describe('an archive that Docker saved from the image store of containerd', () => {
  const FIXTURES = fileURLToPath(new URL('../../../fixtures/archives', import.meta.url));

  it.each([
    ['docker-29-containerd.tar', ['linux/amd64', 'linux/amd64 127.0.0.1:5000/acme/job', 'linux/amd64 127.0.0.1:5000/acme/web']],
    ['docker-29-containerd-index.tar', ['linux/amd64 127.0.0.1:5000/acme/index']],
    ['docker-29-containerd-unnamed.tar', ['linux/amd64 127.0.0.1:5000/acme/job']],
    // built there, and never pushed; its manifests are the engine's own
    ['docker-29-classic.tar', ['linux/amd64', 'linux/amd64', 'linux/amd64']],
  ])('%s tells where its images were pulled from', async (path, expected) => {
    const archive = await listArchive({ path, cwd: FIXTURES });
    expect(linesOf(archive)).toEqual(expected);
    expect(linesOf(await readPlace(path, { transport: 'oci-archive', cwd: FIXTURES }))).toEqual(expected);
    for (const { repoDigests, contentDigests } of archive.images) {
      for (const { digest } of repoDigests) expect(digest).toBe(contentDigests[0]);
    }
  });
});
