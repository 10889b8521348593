import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Inventory, ListOptions } from '../../src/check/ports.ts';
import type { CheckReport } from '../../src/check/report.ts';
import type { InstalledImage } from '../../src/core/installed.ts';
import { makeDigest, makeImage } from '../helpers/makers.ts';
import { type NewerWorld, startNewerWorld, type Wish } from './newer-world.ts';

let world: NewerWorld;
beforeEach(async () => {
  world = await startNewerWorld();
});
afterEach(() => world.close());

/** An image that was pulled, on a layer that all share. */
function pull(name: string): InstalledImage {
  const [repository = '', tag = ''] = name.split(':');
  const digest = world.publish(repository, [tag], name);
  return { ...world.pulled(digest, name), diffIds: [makeDigest('shared'), makeDigest(name)] };
}

/** One without a name, as a build leaves it. */
const nameless = makeImage({
  imageId: makeDigest('nameless'),
  configDigest: makeDigest('nameless'),
  tags: [],
  repoDigests: [],
  diffIds: [makeDigest('shared'), makeDigest('nameless')],
});

type Held = {
  readonly images: readonly InstalledImage[];
  readonly unnamed?: readonly InstalledImage[];
  readonly usedIds?: ReadonlySet<string> | null;
};

/** A place that tells what it holds, where it is asked to: 1,000 bytes in the shared layer, and 30 in each other. */
function holding({ unnamed = [], usedIds = new Set() }: Omit<Held, 'images'>, listed: ListOptions[] = [], sized: InstalledImage[] = []) {
  return (options: ListOptions): Partial<Inventory> => {
    listed.push(options);
    return {
      ...(options.holdings === true ? { holdings: { unnamed, usedIds } } : {}),
      readLayerSizes: (image) => {
        sized.push(image);
        return Promise.resolve([1_000, 30]);
      },
    };
  };
}

const check = ({ images, ...held }: Held, wish: Wish = {}): Promise<CheckReport> =>
  world.check({ images, forReport: true, place: holding(held), ...wish });

const tell = ({ store }: CheckReport) =>
  store?.unneeded.map(({ kind, name, bytes }) => `${kind} ${name?.replace(/^[^/]*\//, '') ?? 'without a name'}, ${bytes ?? 'some'} bytes`);

describe('what the image stores hold that nothing needs', () => {
  it('is told by what the registry offers, what is here, and what lost its name, with the bytes that only it has', async () => {
    const images = [pull('acme/web:1.0.0'), pull('acme/web:1.0.1'), pull('acme/api:2.0.0'), pull('acme/job:1.0.0')];
    world.publish('acme/api', ['2.0.1'], 'newer');
    const report = await check({ images, unnamed: [nameless] });
    expect(tell(report)).toEqual([
      'superseded acme/web:1.0.0, 30 bytes',
      'dangling without a name, 30 bytes',
      'unused acme/api:2.0.0, 30 bytes',
    ]);
    expect(report.store).toMatchObject({ images: 5, bytes: 1_150, freedBytes: 90 });
  });

  it('asks nothing about images without a name, and makes no rows of them', async () => {
    const images = [pull('acme/web:1.0.0')];
    const plain = await world.check({ images });
    const asked = world.asked();
    await world.wipe('cache');
    const report = await check({ images, unnamed: [nameless] });
    expect(world.asked()).toEqual(asked);
    expect(report.images).toEqual(plain.images);
  });

  it('is not looked for where it is not asked for', async () => {
    const [listed, sized]: [ListOptions[], InstalledImage[]] = [[], []];
    const report = await world.check({ images: [pull('acme/web:1.0.0')], place: holding({ unnamed: [nameless] }, listed, sized) });
    expect(report.store).toBeNull();
    expect(listed.map(({ holdings }) => holdings)).toEqual([false]);
    expect(sized).toEqual([]);
  });

  it('is not told of places that hold nothing for themselves', async () => {
    expect((await world.check({ images: [pull('acme/web:1.0.0')], forReport: true })).store).toBeNull();
  });
});

describe('an image that something newer is offered for', () => {
  const offer = (): InstalledImage => {
    const image = pull('acme/api:2.0.0');
    world.publish('acme/api', ['2.0.1'], 'newer');
    return image;
  };

  it('is needed by a container that was made of it', async () => {
    const image = offer();
    expect(tell(await check({ images: [image], usedIds: new Set([image.imageId]) }))).toEqual([]);
  });

  it('is needed by a container that runs its manifest', async () => {
    const image = { ...offer(), contentDigests: [makeDigest('index'), makeDigest('manifest')] };
    expect(tell(await check({ images: [image], usedIds: new Set([makeDigest('manifest')]) }))).toEqual([]);
  });

  it('may be needed where nobody knows the containers; what all hold is told', async () => {
    const { store } = await check({ images: [offer()], usedIds: null });
    expect(store).toEqual({ images: 1, bytes: 1_030, unneeded: [], freedBytes: 0 });
  });

  it('is needed by a file that names it', async () => {
    expect(tell(await check({ images: [offer()] }, { files: ['acme/api:2.0.0'] }))).toEqual([]);
  });

  it('is needed by a file that pins it to its digest, under its tag or without one', async () => {
    const [older, newer] = [{ ...pull('acme/api:1.9.0'), tags: [] }, offer()];
    const pin = ({ repoDigests: [known] }: InstalledImage): string => `acme/api@${known?.digest ?? ''}`;
    const files = (...named: string[]): Promise<CheckReport> => check({ images: [older, newer] }, { files: named });
    expect(tell(await files())).toEqual(['superseded without a name, 30 bytes', 'unused acme/api:2.0.0, 30 bytes']);
    expect(tell(await files(pin(older)))).toEqual(['unused acme/api:2.0.0, 30 bytes']);
    expect(tell(await files(pin(older).replace('@', ':1.9.0@'), pin(newer).replace('@', ':2.0.0@')))).toEqual([]);
  });

  it('is needed where the configuration ignores it', async () => {
    expect(tell(await check({ images: [offer()] }, { rules: { [`${world.registry.host}/acme/api`]: { ignore: true } } }))).toEqual([]);
  });

  it('is needed where the configuration ignores it, also when it lost its name', async () => {
    const [older, newer] = [{ ...pull('acme/api:1.9.0'), tags: [] }, offer()];
    const usedIds = new Set([newer.imageId]);
    const rules = { [`${world.registry.host}/acme/api`]: { ignore: true } };
    expect(tell(await check({ images: [older, newer], usedIds }))).toEqual(['superseded without a name, 30 bytes']);
    expect(tell(await check({ images: [older, newer], usedIds }, { rules }))).toEqual([]);
  });

  it('is needed where it is held back', async () => {
    const held: Wish['memory'] = (memory) => ({
      ...memory,
      readHolds: () => [{ of: `${world.registry.host}/acme/*`, hold: { reason: 'frozen', until: null }, heldAt: 0 }],
    });
    expect(tell(await check({ images: [offer()] }, { memory: held }))).toEqual([]);
  });

  it('is needed where its registry could not be asked', async () => {
    expect(tell(await check({ images: [offer()] }, { offline: true }))).toEqual([]);
  });
});

it('stops looking when the run is interrupted', async () => {
  const controller = new AbortController();
  const images = [pull('acme/web:1.0.0')];
  const place = (): Partial<Inventory> => ({
    holdings: { unnamed: Array.from({ length: 2_000 }, () => nameless), usedIds: new Set() },
    readLayerSizes: () => {
      controller.abort(new Error('interrupted'));
      return Promise.resolve(null);
    },
  });
  await expect(world.check({ images, forReport: true, place, signal: controller.signal })).rejects.toThrow('interrupted');
});
