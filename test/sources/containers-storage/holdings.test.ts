import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Inventory, StoredPlace } from '../../../src/check/ports.ts';
import type { InstalledImage } from '../../../src/core/installed.ts';
import { makeImage, makeLayer } from '../../../src/demo/images.ts';
import { createContainersStorageSource } from '../../../src/sources/containers-storage/source.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../../helpers/temp.ts';
import { CREATED, entryOf, idOf, imageOf, makeStore } from './made-store.ts';
import { AMD64, storageAt } from './podman-store.ts';

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await makeTemporaryDirectory();
});
afterEach(() => directory.remove());

const at = (...parts: readonly string[]): string => join(directory.path, ...parts);
const [named, nameless] = [imageOf('named'), imageOf('nameless')];
const FORMER = ['localhost/app:dev'];
const makeBoth = (former: readonly string[] = FORMER) =>
  makeStore(at('root'), [named, nameless], (image) =>
    image === named ? entryOf(image, ['quay.io/acme/app:1']) : { ...entryOf(image, []), 'names-history': former },
  );

const open = (place: Partial<StoredPlace> = {}, holdings = true): Promise<Inventory> =>
  storageAt(at('root'), place).list({ all: false, holdings, signal: new AbortController().signal, onProgress: () => undefined });

async function writeContainers(list: unknown, name = 'containers.json'): Promise<void> {
  await mkdir(at('root/overlay-containers'), { recursive: true });
  await writeFile(at('root/overlay-containers', name), typeof list === 'string' ? list : JSON.stringify(list));
}

describe('what a storage holds', () => {
  it('has images without a name beside the others', async () => {
    await makeBoth();
    const { images, holdings } = await open();
    expect(images.map(({ imageId }) => imageId)).toEqual([named.config.digest]);
    expect(holdings?.unnamed.map(({ imageId, diffIds }) => [imageId, diffIds?.length])).toEqual([[nameless.config.digest, 1]]);
  });

  it('is told only where it is wanted, and not where one image is', async () => {
    await makeBoth();
    expect((await open({}, false)).holdings).toBeUndefined();
    expect((await open({ image: { by: 'name', name: 'quay.io/acme/app:1' } })).holdings).toBeUndefined();
  });

  it('is used where a container was made of it, by whichever tool and for however long', async () => {
    await makeBoth();
    expect((await open()).holdings?.usedIds).toEqual(new Set());
    await writeContainers([{ id: 'c1', image: idOf(named), layer: 'x' }, { id: 'c2', layer: 'y' }, null, { id: 'c3', image: 7 }]);
    expect((await open()).holdings?.usedIds).toEqual(new Set([named.config.digest]));
    await writeContainers([{ id: 'c4', image: idOf(nameless) }], 'volatile-containers.json');
    expect((await open()).holdings?.usedIds).toEqual(new Set([named.config.digest, nameless.config.digest]));
    await writeContainers('');
    expect((await open()).holdings?.usedIds).toEqual(new Set([nameless.config.digest]));
  });

  it('is needed where it never had a name, as what a list of manifests refers to', async () => {
    for (const former of [[], [`docker.io/library/${'a'.repeat(64)}-tmp:latest`]]) {
      await makeBoth(former);
      expect((await open()).holdings?.usedIds).toEqual(new Set([nameless.config.digest]));
    }
  });

  it.each<[string, () => Promise<unknown>]>([
    ['it is cut', () => writeContainers('[{"id":')],
    ['it is no list', () => writeContainers({ containers: [] })],
    ['it is a folder', () => mkdir(at('root/overlay-containers/containers.json'), { recursive: true })],
    [
      'it is a symbolic link',
      async () => {
        await writeContainers([], 'elsewhere');
        await symlink(at('root/overlay-containers/elsewhere'), at('root/overlay-containers/containers.json'));
      },
    ],
  ])('may all be used where its list of containers cannot be read: %s', async (_, harm) => {
    await makeBoth();
    await harm();
    expect((await open()).holdings?.usedIds).toBeNull();
  });

  it('cannot be removed where it is in a store that others keep', async () => {
    await makeBoth();
    const elsewhere = imageOf('elsewhere');
    await makeStore(at('shared'), [elsewhere], (image) => entryOf(image, ['quay.io/acme/shared:1']));
    const conf = `[storage]\ndriver = "overlay"\ngraphroot = "${at('root')}"\n[storage.options]\nadditionalimagestores = ["${at('shared')}"]\n`;
    await writeFile(at('storage.conf'), conf);
    const source = createContainersStorageSource(
      { transport: 'containers-storage', written: 'containers-storage:', path: null, driver: null, image: null },
      { env: { CONTAINERS_STORAGE_CONF: at('storage.conf') }, home: null, uid: 0, cwd: '/', platform: AMD64 },
    );
    const { images, holdings } = await source.list({
      all: false,
      holdings: true,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
    expect(images).toHaveLength(2);
    expect(holdings?.usedIds).toEqual(new Set([elsewhere.config.digest]));
  });
});

describe('what layers take in a storage', () => {
  const [low, high] = ['low', 'high'].map((name) => makeLayer({ files: { name }, created: CREATED }));
  const both = makeImage({ created: CREATED, layers: [low!, high!] });
  const LAYERS = [
    { id: 'bottom', 'diff-digest': low!.diffId, 'diff-size': 2_048 },
    { id: 'top', parent: 'bottom', 'diff-digest': high!.diffId, 'diff-size': 512 },
  ];

  /** Reads the sizes of the image whose top layer is `top`, where these are the layers. */
  async function sizesWith(layers: readonly object[], change: Partial<InstalledImage> = {}): Promise<readonly number[] | null> {
    await makeStore(at('root'), [both], (image) => entryOf(image, ['localhost/both:1'], { layer: 'top' }));
    await rm(at('root/overlay-layers/layers.json'));
    await writeFile(at('root/overlay-layers/layers.json'), JSON.stringify(layers));
    const inventory = await open();
    return inventory.readLayerSizes!({ ...inventory.images[0]!, ...change });
  }

  it('is told lowest first', async () => {
    expect(await sizesWith(LAYERS)).toEqual([2_048, 512]);
  });

  it.each<[string, readonly object[], Partial<InstalledImage>]>([
    ['one was not counted', [LAYERS[0]!, { id: 'top', parent: 'bottom' }], {}],
    ['one is missing', [LAYERS[1]!], {}],
    ['there are more than the image has', [{ ...LAYERS[0]!, parent: 'below' }, LAYERS[1]!, { ...LAYERS[0]!, id: 'below' }], {}],
    ['there are fewer', [{ ...LAYERS[1]!, parent: undefined }], {}],
    ['they go in a circle', [{ ...LAYERS[0]!, parent: 'top' }, LAYERS[1]!], {}],
    ['a size is none', [LAYERS[0]!, { ...LAYERS[1]!, 'diff-size': '512' }], {}],
    ['the image is not of the list', LAYERS, { imageId: `sha256:${'0'.repeat(64)}` }],
    ['the image could not be read', LAYERS, { diffIds: null }],
  ])('is not told where %s', async (_, layers, change) => {
    expect(await sizesWith(layers, change)).toBeNull();
  });
});
