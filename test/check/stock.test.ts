import { describe, expect, it } from 'vitest';
import type { Failure, ImageSource, Inventory } from '../../src/check/ports.ts';
import { openStock, type StockOptions, type WantedSource } from '../../src/check/stock.ts';
import type { BuildRecord, Container, InstalledImage } from '../../src/core/installed.ts';
import { renderPlatform } from '../../src/core/platform.ts';
import { ImgupdateError } from '../../src/errors.ts';
import { makeDigest, makeImage, makePlatform, makeReference } from '../helpers/makers.ts';

type Parts = Partial<Omit<Inventory, 'images'>> & { readonly wants?: string };

/** A place that has these images. */
function place(location: string, images: readonly InstalledImage[], { wants, ...parts }: Parts = {}): WantedSource {
  const inventory: Inventory = {
    kind: 'docker-daemon',
    location,
    images,
    containers: [],
    insecureRegistries: [],
    warnings: [],
    failures: [],
    readBuild: () => Promise.resolve(null),
    close: () => undefined,
    ...parts,
  };
  const list: ImageSource['list'] = ({ onProgress }) => {
    onProgress(images.length, images.length);
    return Promise.resolve(inventory);
  };
  return {
    source: { list },
    name: location,
    matches: wants === undefined ? null : (reference) => reference?.repository === wants,
  };
}

function broken(name: string, error: Error): WantedSource {
  return { source: { list: () => Promise.reject(error) }, name, matches: null };
}

const options = (parts: Partial<StockOptions> = {}): StockOptions => ({
  all: false,
  signal: new AbortController().signal,
  onProgress: () => undefined,
  mayFail: false,
  ...parts,
});

const nowhere = new ImgupdateError('engine-unavailable', 'no container engine answers at tcp://gone:2375', { hint: 'start it' });

async function rowsOf(...places: readonly WantedSource[]): Promise<readonly string[]> {
  const stock = await openStock(places, options());
  return stock
    .list(() => null)
    .map(({ name, platform, sources, containers }) =>
      [name, renderPlatform(platform), sources.map(({ location }) => location).join('+'), containers.map((use) => use.name).join('+')].join(
        ' ',
      ),
    );
}

const runs = (name: string): Container => ({
  name,
  running: true,
  imageId: makeDigest('config'),
  manifestDigest: null,
  reference: makeReference('nginx:1.27'),
});

describe('the images of several places', () => {
  it('are one row for each image, with everywhere it is and everything that runs it', async () => {
    expect(
      await rowsOf(place('a', [makeImage()], { containers: [runs('web')] }), place('b', [makeImage()], { containers: [runs('job')] })),
    ).toEqual(['nginx:1.27 linux/amd64 a+b job+web']);
  });

  it('are a row each where one name is another image here than there', async () => {
    const older = makeImage({ imageId: makeDigest('older'), configDigest: makeDigest('older'), repoDigests: [] });
    expect(await rowsOf(place('a', [older]), place('b', [makeImage()]))).toEqual([
      'nginx:1.27 linux/amd64 a ',
      'nginx:1.27 linux/amd64 b ',
    ]);
  });

  it.each([
    ['containerd', 'classic', 'archive'],
    ['containerd', 'archive', 'classic'],
    ['archive', 'containerd', 'classic'],
    ['archive', 'classic', 'containerd'],
    ['classic', 'archive', 'containerd'],
    ['classic', 'containerd', 'archive'],
  ] as const)(
    'are one row in whatever order places tell of an image that two of them have only the third in common by: %s, %s, %s',
    async (...order) => {
      const images = {
        containerd: makeImage({
          imageId: makeDigest('index'),
          configDigest: null,
          contentDigests: [makeDigest('index')],
          origin: { kind: 'unrecorded' },
        }),
        classic: makeImage(),
        archive: makeImage({ repoDigests: [], contentDigests: [makeDigest('manifest of the archive')], origin: { kind: 'carried' } }),
      };
      expect(await rowsOf(...order.map((name) => place(name, [images[name]])))).toEqual([`nginx:1.27 linux/amd64 ${order.join('+')} `]);
    },
  );

  it('are a row each where what knows no config might be either of two images', async () => {
    const inContainerd = makeImage({ imageId: makeDigest('index'), configDigest: null, origin: { kind: 'unrecorded' } });
    const other = makeImage({ imageId: makeDigest('other'), configDigest: makeDigest('other') });
    const places = [place('a', [inContainerd]), place('b', [makeImage()]), place('c', [other])];
    expect(await rowsOf(...places)).toEqual(['nginx:1.27 linux/amd64 a+b ', 'nginx:1.27 linux/amd64 c ']);
  });

  it('are a row each for every platform', async () => {
    const arm = makeImage({ configDigest: makeDigest('arm'), platform: makePlatform('linux/arm64') });
    expect(await rowsOf(place('a', [makeImage()]), place('b', [arm]))).toEqual(['nginx:1.27 linux/amd64 a ', 'nginx:1.27 linux/arm64 b ']);
  });

  it('are a row each for every platform, also where a store calls all of them by one index', async () => {
    const onAmd = makeImage({ imageId: makeDigest('index'), configDigest: null, contentDigests: [makeDigest('index')] });
    const onArm = { ...onAmd, platform: makePlatform('linux/arm64') };
    expect(await rowsOf(place('a', [onAmd, onArm]), place('b', [onArm]))).toEqual([
      'nginx:1.27 linux/amd64 a ',
      'nginx:1.27 linux/arm64 a+b ',
    ]);
  });

  it('are sorted by their names, wherever they are', async () => {
    const redis = makeImage({ configDigest: makeDigest('redis'), tags: [makeReference('redis:7')], repoDigests: [] });
    expect(await rowsOf(place('a', [redis]), place('b', [makeImage()]))).toEqual(['nginx:1.27 linux/amd64 b ', 'redis:7 linux/amd64 a ']);
  });

  it('are only those that are wanted of each', async () => {
    const redis = makeImage({ configDigest: makeDigest('redis'), tags: [makeReference('redis:7')], repoDigests: [] });
    const both = [makeImage(), redis];
    expect(await rowsOf(place('a', both, { wants: 'library/redis' }), place('b', both))).toEqual([
      'nginx:1.27 linux/amd64 b ',
      'redis:7 linux/amd64 a+b ',
    ]);
  });

  it('of one engine that was reached twice are told once', async () => {
    const closed: string[] = [];
    const places = [
      place('unix', [makeImage()], { engineId: 'X', containers: [runs('web')] }),
      place('ssh', [makeImage()], { engineId: 'X', close: () => void closed.push('ssh') }),
    ];
    expect(await rowsOf(...places)).toEqual(['nginx:1.27 linux/amd64 unix web']);
    expect(closed).toEqual(['ssh']);
    const { warnings } = await openStock(places, options());
    expect(warnings.map(({ message }) => message)).toEqual(['the engine at ssh is the one at unix']);
  });

  it('of two machines that are copies of one, and have its id, are all told', async () => {
    const redis = makeImage({
      imageId: makeDigest('redis'),
      configDigest: makeDigest('redis'),
      tags: [makeReference('redis:7')],
      repoDigests: [],
    });
    const places = [place('a', [makeImage()], { engineId: 'X' }), place('b', [makeImage(), redis], { engineId: 'X' })];
    expect(await rowsOf(...places)).toEqual(['nginx:1.27 linux/amd64 a+b ', 'redis:7 linux/amd64 b ']);
  });

  it('are asked once how they were made where many engines have them', async () => {
    const asked: string[] = [];
    const engine = (name: string, record: BuildRecord | null) =>
      place(name, [makeImage()], {
        readBuild: (_, wanted) => Promise.resolve(void asked.push(`${name} ${wanted ?? ''}`)).then(() => record),
      });
    const seconds: BuildRecord = { history: { entries: [], precision: 'seconds' }, annotations: new Map(), ancestors: [] };
    const stock = await openStock([engine('a', null), engine('b', seconds), engine('c', seconds)], options());
    const [row] = stock.list(() => null);
    expect(await stock.readBuild(row!.image)).toEqual(seconds);
    expect(asked).toEqual(['a ', 'b ']);
  });

  it('tell how they were made by the place that knows it in every detail', async () => {
    const told = (precision: 'exact' | 'seconds'): Partial<Inventory> => ({
      readBuild: () => Promise.resolve({ history: { entries: [], precision }, annotations: new Map(), ancestors: [] }),
    });
    const stock = await openStock(
      [place('a', [makeImage()], told('seconds')), place('b', [makeImage({ origin: { kind: 'podman' } })], told('exact'))],
      options(),
    );
    const [row] = stock.list(() => null);
    expect((await stock.readBuild(row!.image))?.history?.precision).toBe('exact');
  });

  it('tell how they were made by every place that has them, under whatever name', async () => {
    const told: Partial<Inventory> = {
      readBuild: () => Promise.resolve({ history: null, annotations: new Map([['a', '1']]), ancestors: [] }),
    };
    const renamed = makeImage({ tags: [makeReference('web:1')] });
    const stock = await openStock([place('a', [makeImage()]), place('b', [renamed], told)], options());
    const [nginx] = stock.list(() => null);
    expect(nginx!.name).toBe('nginx:1.27');
    expect((await stock.readBuild(nginx!.image))?.annotations).toEqual(new Map([['a', '1']]));
  });

  it('are together with those of their own place only, and a joined one with those of all its places', async () => {
    const base = makeImage({ configDigest: makeDigest('base'), tags: [makeReference('base:1')], repoDigests: [] });
    const stock = await openStock([place('a', [makeImage(), base]), place('b', [makeImage()])], options());
    const [, joined] = stock.list(() => null);
    const [onA, , onB] = stock.images;
    expect([stock.isTogether(onA!, base), stock.isTogether(onB!, base), stock.isTogether(joined!.image, base)]).toEqual([
      true,
      false,
      true,
    ]);
    expect(stock.isTogether(makeImage(), base)).toBe(true);
  });

  it('are told whole by the places that tell what they hold, and a joined one is one of each', async () => {
    const holdings = { unnamed: [makeImage({ imageId: makeDigest('nameless'), tags: [], repoDigests: [] })], usedIds: new Set<string>() };
    const readLayerSizes = () => Promise.resolve([7]);
    const stock = await openStock(
      [
        place('a', [makeImage()], { holdings, readLayerSizes }),
        place('b', [makeImage()], { holdings: { unnamed: [], usedIds: null } }),
        place('c', []),
      ],
      options(),
    );
    const [row, ...others] = stock.list(() => null);
    expect(others).toEqual([]);
    expect(stock.partsOf(row!.image)).toEqual(stock.images);
    expect(stock.partsOf(stock.images[0]!)).toEqual([stock.images[0]]);
    expect(stock.held.map(({ location, images, unnamed, usedIds }) => [location, images.length, unnamed.length, usedIds])).toEqual([
      ['a', 1, 1, new Set()],
      ['b', 1, 0, null],
    ]);
    expect(await Promise.all(stock.held.map((each) => each.readLayerSizes(makeImage())))).toEqual([[7], null]);
  });

  it('are their own parts where there is one place', async () => {
    const stock = await openStock([place('a', [makeImage()])], options());
    const [row] = stock.list(() => null);
    expect(stock.partsOf(row!.image)).toEqual([stock.images[0]]);
    expect(stock.held).toEqual([]);
  });

  it('are counted together as they become known', async () => {
    const seen: string[] = [];
    const onProgress = (done: number, total: number): void => void seen.push(`${done}/${total}`);
    await openStock([place('a', [makeImage()]), place('b', [makeImage(), makeImage()])], options({ onProgress }));
    expect(seen).toEqual(['1/1', '3/3']);
  });
});

describe('registries that engines call insecure', () => {
  it.each([
    ['of an engine on this machine', [['unix:///a', ['x:5000']]], ['x:5000']],
    ['of an engine elsewhere that is the only one', [['ssh://a', ['x:5000']]], ['x:5000']],
    [
      'of one elsewhere beside one here that does not say so',
      [
        ['unix:///a', []],
        ['ssh://b', ['x:5000']],
      ],
      [],
    ],
    [
      'of one elsewhere beside one that says so, too',
      [
        ['tcp://a', ['x:5000', 'y']],
        ['ssh://b', ['x:5000']],
      ],
      ['x:5000'],
    ],
  ] as const)('are believed %s as far as that goes', async (_, engines, believed) => {
    const places = engines.map(([location, insecureRegistries]) => place(location, [], { insecureRegistries: [...insecureRegistries] }));
    expect((await openStock(places, options())).insecureRegistries).toEqual(believed);
  });
});

describe('a place that cannot be read', () => {
  it('is told among the answers about the others', async () => {
    const partly: Failure = { code: 'unreadable', message: 'cannot read x in b: it breaks off', hint: null };
    const stock = await openStock([broken('tcp://gone:2375', nowhere), place('b', [makeImage()], { failures: [partly] })], options());
    expect(stock.list(() => null)).toHaveLength(1);
    expect(stock.failures).toEqual([
      { code: 'engine-unavailable', message: nowhere.message, hint: 'start it', place: 'tcp://gone:2375' },
      { ...partly, place: 'b' },
    ]);
  });

  it('ends the run when there is nothing else to look at', async () => {
    await expect(openStock([broken('x', nowhere)], options())).rejects.toBe(nowhere);
  });

  it('ends no run in which files or registries are looked at, too', async () => {
    expect((await openStock([broken('x', nowhere)], options({ mayFail: true }))).failures).toHaveLength(1);
  });

  it('is no excuse for a bug', async () => {
    await expect(openStock([broken('x', new TypeError('oops')), place('b', [])], options())).rejects.toThrow('oops');
  });

  it('ends the run when that was aborted', async () => {
    const { signal } = { signal: AbortSignal.abort(new Error('interrupted')) };
    await expect(openStock([broken('x', nowhere), place('b', [])], options({ signal }))).rejects.toThrow('interrupted');
  });
});
