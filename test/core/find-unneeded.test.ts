import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Digest } from '../../src/core/digest.ts';
import { findUnneeded, type StockedAnswer, type StockedImage } from '../../src/core/find-unneeded.ts';
import type { InstalledImage } from '../../src/core/installed.ts';
import { reason } from '../../src/core/reason.ts';
import { renderReference } from '../../src/core/reference.ts';
import { UNNEEDED_KINDS } from '../../src/core/unneeded.ts';
import type { NewerVerdict, TagVerdict } from '../../src/core/verdict.ts';
import { makeDigest, makeImage, makePlatform, makeReference } from '../helpers/makers.ts';

const ENGINE = { kind: 'docker-daemon', location: 'unix:///var/run/docker.sock' };
const WHY = { why: 'said so' };
const CURRENT: TagVerdict = { kind: 'current', candidate: makeDigest('same'), ...WHY };
const REBUILT: TagVerdict = { kind: 'rebuilt', candidate: makeDigest('rebuilt'), ...WHY };
const NOTHING: NewerVerdict = { kind: 'none', ...WHY };

/** That a newer version is offered. */
function offers(tag: string, digest: Digest | null = null): NewerVerdict {
  return { kind: 'available', line: { tag, level: 'patch', digest }, newest: null, ...WHY };
}

function answer(name: string, tag: TagVerdict = CURRENT, newer: NewerVerdict = NOTHING): StockedAnswer {
  return { reference: makeReference(name), tag, newer };
}

type Parts = Partial<Omit<StockedImage, 'image'>> & {
  readonly image?: Partial<InstalledImage>;
  readonly layers?: Readonly<Record<string, number>>;
};

/** An image with these names, of which everything is current; `layers` are bytes by what stands for each layer. */
function stocked(id: string, names: readonly string[], { image, layers = {}, ...parts }: Parts = {}): StockedImage {
  return {
    image: makeImage({
      imageId: makeDigest(id),
      tags: names.map(makeReference),
      repoDigests: [],
      diffIds: Object.keys(layers).map(makeDigest),
      ...image,
    }),
    place: ENGINE,
    isUsed: false,
    isHeld: false,
    layerSizes: Object.values(layers),
    answers: names.map((name) => answer(name)),
    ...parts,
  };
}

function repoDigest(name: string, digest: string): InstalledImage['repoDigests'][number] {
  const { registry, repository } = makeReference(name);
  return { registry, repository, digest: makeDigest(digest) };
}

/** `superseded nginx:1.27.3: nginx:1.27.5 is here` */
function list(...stock: readonly StockedImage[]): string[] {
  return findUnneeded(stock).unneeded.map(({ kind, name, because }) => `${kind} ${name ?? '<none>'}: ${because}`);
}

const OLD = stocked('old', ['nginx:1.27.3'], { answers: [answer('nginx:1.27.3', CURRENT, offers('1.27.5'))] });
const NEW = stocked('new', ['nginx:1.27.5']);

describe('what nothing in an image store needs', () => {
  it('is told so that what stands on others comes before them', () => {
    const layersOf = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`layer ${at}`, 10]));
    const stack = ['a', 'b', 'c', 'd'].map((id, at) => stocked(id, [], { layers: layersOf(at + 1) }));
    const ids = findUnneeded(stack).unneeded.map(({ id }) => id);
    expect(ids).toEqual(['d', 'c', 'b', 'a'].map(makeDigest));
  });

  it.each<[string, readonly StockedImage[], readonly string[]]>([
    ['superseded when a version it is offered is here', [OLD, NEW], ['superseded nginx:1.27.3: nginx:1.27.5 is here']],
    [
      'superseded when the version it is offered is here under another tag',
      [
        stocked('old', ['nginx:1.27.3'], { answers: [answer('nginx:1.27.3', CURRENT, offers('1.27.5', makeDigest('five')))] }),
        stocked('new', ['nginx:1.27'], { image: { repoDigests: [repoDigest('nginx', 'five')] } }),
      ],
      ['superseded nginx:1.27.3: nginx:1.27 is here'],
    ],
    [
      'superseded when what its tag names now is here under another tag',
      [
        stocked('old', ['nginx:1.27'], { answers: [answer('nginx:1.27', REBUILT)] }),
        stocked('new', ['nginx:1.27.5'], { image: { repoDigests: [repoDigest('nginx', 'rebuilt')] } }),
      ],
      ['superseded nginx:1.27: nginx:1.27.5 is here'],
    ],
    [
      'superseded when a pull took its name and left its digest',
      [stocked('old', [], { image: { repoDigests: [repoDigest('nginx', 'three')] } }), NEW],
      ['superseded <none>: it has no name any more, and nginx:1.27.5 is here'],
    ],
    [
      'superseded when the second of what it is offered is here',
      [stocked('old', ['nginx:1.27.3'], { answers: [answer('nginx:1.27.3', REBUILT, offers('1.27.5'))] }), NEW],
      ['superseded nginx:1.27.3: nginx:1.27.5 is here'],
    ],
    [
      'superseded when the newest of what has a name is not older',
      [
        stocked('old', [], { image: { repoDigests: [repoDigest('nginx', 'three')], created: '2026-10-15T00:00:00Z' } }),
        stocked('older', ['nginx:1.26'], { image: { created: '2026-10-01T00:00:00Z' } }),
        stocked('new', ['nginx:1.27'], { image: { created: '2026-11-01T00:00:00Z' } }),
      ],
      ['superseded <none>: it has no name any more, and nginx:1.27 is here'],
    ],
    ['dangling when it has neither name nor digest', [stocked('old', [])], ['dangling <none>: a newer build or pull took its name']],
    ['unused when a newer version is offered', [OLD], ['unused nginx:1.27.3: no container uses it, and nginx:1.27.5 is offered']],
    [
      'unused when its tag was rebuilt',
      [stocked('old', ['ghcr.io/acme/api:1'], { answers: [answer('ghcr.io/acme/api:1', REBUILT, offers('1.1'))] })],
      ['unused ghcr.io/acme/api:1: no container uses it, and ghcr.io/acme/api:1 was rebuilt'],
    ],
  ])('is %s', (_, stock, expected) => {
    expect(list(...stock)).toEqual(expected);
    expect(list(...stock.toReversed())).toEqual(expected);
  });

  const unused = stocked('a', ['nginx:1'], { answers: [answer('nginx:1', REBUILT)] });
  const nameless = stocked('b', []);
  it.each<[string, readonly StockedImage[]]>([
    ['a container was made of', [{ ...unused, isUsed: true }, { ...nameless, isUsed: true }, { ...OLD, isUsed: true }, NEW]],
    [
      'is held back',
      [
        { ...unused, isHeld: true },
        { ...nameless, isHeld: true },
      ],
    ],
    ['is all its registry offers', [NEW]],
    [
      'was built here',
      [stocked('a', ['app:1'], { answers: [answer('app:1', { kind: 'local', ...WHY }, offers('2'))] }), stocked('b', ['app:2'])],
    ],
    ['is gone from its registry', [stocked('a', ['app:1'], { answers: [answer('app:1', { kind: 'gone', ...WHY }, offers('2'))] })]],
    [
      'could not be checked',
      [
        stocked('a', ['app:1'], {
          answers: [answer('app:1', { kind: 'unknown', reason: reason('timeout', 'no answer'), candidate: null, ...WHY }, offers('2'))],
        }),
      ],
    ],
    [
      'was not asked about',
      [stocked('a', ['app:1'], { answers: [] }), stocked('b', ['app:2', 'app:3'], { answers: [answer('app:2', REBUILT)] })],
    ],
    [
      'is the newest under one of its names',
      [stocked('a', ['app:1', 'app:latest'], { answers: [answer('app:1', REBUILT), answer('app:latest')] })],
    ],
    ['was pulled by its digest', [stocked('a', [], { image: { repoDigests: [repoDigest('app', 'a')] } })]],
    [
      'was pulled by its digest after what has a name',
      [
        stocked('a', [], { image: { repoDigests: [repoDigest('nginx', 'a')], created: '2026-11-01T00:00:00Z' } }),
        stocked('b', ['nginx:1'], { image: { created: '2026-10-01T00:00:00Z' } }),
      ],
    ],
    [
      'was pulled by its digest from another repository, too',
      [stocked('a', [], { image: { repoDigests: [repoDigest('nginx', 'a'), repoDigest('app', 'a')] } }), NEW],
    ],
    ['was carried here in a file', [{ ...unused, image: { ...unused.image, origin: { kind: 'carried' } } }]],
  ])('is nothing that %s', (_, stock) => {
    expect(list(...stock)).toEqual([]);
  });

  it.each<[string, boolean, Partial<InstalledImage>]>([
    ['podman, that has only the digest of its manifest', false, { origin: { kind: 'podman' }, repoDigests: [repoDigest('acme/app', 'a')] }],
    [
      'podman, under several names',
      false,
      { origin: { kind: 'podman' }, repoDigests: [repoDigest('acme/app', 'a'), repoDigest('acme/other', 'a')] },
    ],
    [
      'podman, that has the digest of an index as well',
      true,
      { origin: { kind: 'podman' }, repoDigests: [repoDigest('acme/app', 'a'), repoDigest('acme/app', 'index')] },
    ],
    [
      "containerd's store, that records no origin",
      false,
      { origin: { kind: 'unrecorded' }, repoDigests: [repoDigest('acme/app', 'a')], contentDigests: [makeDigest('a'), makeDigest('b')] },
    ],
    ['docker, that has it by a digest of the registry', true, { repoDigests: [repoDigest('acme/app', 'a')] }],
  ])('may be all there is of a build, where its name is of another image in the registry: one of %s', (_, isTold, image) => {
    const here = [stocked('new', ['acme/app:2'], { image: { repoDigests: [repoDigest('acme/app', 'rebuilt')] } })];
    const told = (...answers: StockedAnswer[]) => findUnneeded([stocked('a', ['acme/app:1'], { image, answers }), ...here]).unneeded.length;
    expect(told(answer('acme/app:1', REBUILT))).toBe(isTold ? 1 : 0);
    expect(told(answer('acme/app:1', REBUILT, offers('1.1')))).toBe(isTold ? 1 : 0);
    expect(told(answer('acme/app:1', CURRENT, offers('1.1')))).toBe(1);
  });

  it('says nothing of an image that is newer on another engine, for another platform or in another repository', () => {
    const elsewhere = { ...NEW, place: { kind: 'docker-daemon', location: 'tcp://127.0.0.1:2375' } };
    const other = stocked('arm', ['nginx:1.27.5'], { image: { platform: makePlatform('linux/arm64') } });
    const fork = stocked('fork', ['ghcr.io/acme/nginx:1.27.5']);
    expect(list(OLD, elsewhere, other, fork)).toEqual(['unused nginx:1.27.3: no container uses it, and nginx:1.27.5 is offered']);
  });

  it('tells what has several names once, by the one something newer is here for', () => {
    const names = ['nginx:1.27.3', 'mirror.example/nginx:1.27.3'];
    const both = stocked('old', names, { answers: names.map((name) => answer(name, CURRENT, offers('1.27.5'))) });
    expect(list(both, NEW)).toEqual(['superseded nginx:1.27.3: nginx:1.27.5 is here (it is also mirror.example/nginx:1.27.3)']);
    const three = [...names, 'nginx:old'];
    const all = stocked('old', three, { answers: three.map((name) => answer(name, CURRENT, offers('1.27.5'))) });
    expect(list(all)).toEqual(['unused nginx:1.27.3: no container uses it, and nginx:1.27.5 is offered (it has 2 more names)']);
  });

  it('believes a date that nobody meant neither for nor against an image', () => {
    const old = (created: string) => stocked('old', [], { image: { repoDigests: [repoDigest('nginx', 'a')], created } });
    const epoch = stocked('new', ['nginx:1'], { image: { created: '1970-01-01T00:00:00Z' } });
    expect(list(old('2026-11-01T00:00:00Z'), epoch)).toHaveLength(1);
    expect(list(old('0001-01-01T00:00:00Z'), stocked('new', ['nginx:1']))).toHaveLength(1);
    expect(list(old('1970-01-01T00:00:00Z'), epoch)).toHaveLength(1);
  });

  it('judges what has one id for several platforms as one', () => {
    const part = (platform: string, layers: Readonly<Record<string, number>>, parts: Parts = {}) =>
      stocked('multi', ['nginx:1'], {
        layers,
        answers: [answer('nginx:1', REBUILT)],
        ...parts,
        image: { platform: makePlatform(platform) },
      });
    const [amd, arm] = [part('linux/amd64', { a: 1, b: 2 }), part('linux/arm64', { c: 4 })];
    expect(findUnneeded([arm, amd])).toMatchObject({
      images: 1,
      bytes: 7,
      freedBytes: 7,
      unneeded: [{ platform: 'linux/amd64', bytes: 7 }],
    });
    expect(findUnneeded([amd, part('linux/arm64', { c: 4 }, { isUsed: true })]).unneeded).toEqual([]);
    expect(findUnneeded([amd, part('linux/arm64', {}, { answers: [answer('nginx:1')] })]).unneeded).toEqual([]);
  });

  it('is not the base of what is needed, as its removal would free nothing', () => {
    const base = stocked('base', ['node:20'], { layers: { a: 1, b: 2 }, answers: [answer('node:20', REBUILT)] });
    const app = stocked('app', ['app:1'], { layers: { a: 1, b: 2, c: 4 }, answers: [answer('app:1', { kind: 'local', ...WHY })] });
    const step = stocked('step', [], { layers: { a: 1 } });
    const twin = stocked('twin', [], { layers: { a: 1, b: 2, c: 4 } });
    expect(list(base, app, step, twin)).toEqual([]);
    expect(list(base, stocked('other', ['app:1'], { layers: { a: 1, c: 4 } }))).toHaveLength(1);
  });

  it('is the base of what is not needed either', () => {
    const base = stocked('base', [], { layers: { a: 1, b: 2 } });
    const app = stocked('app', [], { layers: { a: 1, b: 2, c: 4 } });
    const needs = findUnneeded([base, app]);
    expect(needs.unneeded.map(({ bytes }) => bytes)).toEqual([4, 0]);
    expect(needs.freedBytes).toBe(7);
  });

  it('frees no layer that a needed image has of which one platform does not tell its layers', () => {
    const needed = (platform: string, parts: Partial<InstalledImage>) =>
      stocked('multi', ['nginx:1'], { layers: { a: 10 }, image: { platform: makePlatform(platform), ...parts } });
    const needs = findUnneeded([
      needed('linux/amd64', {}),
      needed('linux/arm64', { diffIds: null }),
      stocked('below', [], { layers: { a: 10 } }),
      stocked('beside', [], { layers: { a: 10, b: 5 } }),
    ]);
    expect(needs).toMatchObject({ bytes: 15, freedBytes: 5, unneeded: [{ id: makeDigest('beside'), bytes: 5 }] });
  });

  it('is judged without its layers where they are not told', () => {
    const needs = findUnneeded([
      stocked('a', [], { image: { diffIds: null }, layerSizes: null }),
      stocked('b', ['app:1'], { layers: { a: 8 } }),
    ]);
    expect(needs).toMatchObject({ images: 2, bytes: 8, freedBytes: null, unneeded: [{ kind: 'dangling', bytes: null }] });
  });
});

describe('the bytes of an image store', () => {
  it('count a layer once, and free it only with all images that have it', () => {
    const needs = findUnneeded([
      stocked('a', [], { layers: { base: 100, a: 1 } }),
      stocked('b', [], { layers: { base: 100, b: 2 } }),
      stocked('c', ['app:1'], { layers: { base: 100, c: 4 } }),
      stocked('d', [], { layers: { own: 8, d: 16 } }),
      stocked('e', [], { layers: { own: 8, e: 32 } }),
    ]);
    expect(needs).toMatchObject({ images: 5, bytes: 163, freedBytes: 59 });
    expect(needs.unneeded.map(({ bytes }) => bytes)).toEqual([32, 16, 2, 1]);
  });

  it('tell a layer by what is below it', () => {
    const needs = findUnneeded([stocked('a', [], { layers: { x: 1, same: 10 } }), stocked('b', ['app:1'], { layers: { y: 2, same: 10 } })]);
    expect(needs).toMatchObject({ bytes: 23, freedBytes: 11 });
  });

  it('count a layer twice that an image has twice, as an engine does', () => {
    const twice = stocked('a', [], { image: { diffIds: [makeDigest('x'), makeDigest('x')] }, layerSizes: [5, 5] });
    expect(findUnneeded([twice])).toMatchObject({ bytes: 10, freedBytes: 10 });
  });

  it('are those of each engine where several have one image', () => {
    const here = stocked('a', [], { layers: { a: 1 } });
    const there = { ...stocked('a', [], { layers: { a: 1 } }), place: { ...ENGINE, location: 'tcp://127.0.0.1:2375' } };
    expect(findUnneeded([here, there, { ...there, place: { ...there.place, kind: 'containers-storage' } }])).toMatchObject({
      images: 3,
      bytes: 3,
      freedBytes: 3,
    });
  });

  it('are what is known of them, and none where nothing is', () => {
    const untold = stocked('a', [], { layers: { a: 1 }, layerSizes: null });
    const misfit = stocked('b', [], { layers: { b: 1 }, layerSizes: [1, 2] });
    expect(findUnneeded([untold, misfit])).toMatchObject({ images: 2, bytes: null, freedBytes: null });
    const told = stocked('c', [], { layers: { c: 4 } });
    expect(findUnneeded([untold, told])).toMatchObject({ bytes: 4, freedBytes: 4 });
    expect(findUnneeded([untold, stocked('c', ['app:1'], { layers: { c: 4 } })])).toMatchObject({ bytes: 4, freedBytes: null });
  });

  it('are told by any image that has the layer', () => {
    const untold = stocked('a', [], { layers: { a: 1, b: 2 }, layerSizes: null });
    const told = stocked('b', [], { layers: { a: 1, b: 2, c: 4 } });
    expect(findUnneeded([untold, told])).toMatchObject({ bytes: 7, freedBytes: 7 });
  });

  it('are nothing where nothing is', () => {
    expect(findUnneeded([])).toEqual({ images: 0, bytes: 0, unneeded: [], freedBytes: 0 });
    expect(findUnneeded([stocked('empty', [])])).toMatchObject({ images: 1, bytes: 0, freedBytes: 0, unneeded: [{ bytes: 0 }] });
    expect(findUnneeded([stocked('a', ['app:1'], { layers: { a: 4 } })])).toMatchObject({ bytes: 4, freedBytes: 0 });
  });

  const stacks = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 4 });
  const crowds = fc.array(fc.record({ stack: stacks, isUsed: fc.boolean(), isNamed: fc.boolean(), where: fc.constantFrom('one', 'two') }), {
    maxLength: 12,
  });

  it('are exactly those of the layers that are left without an image', () => {
    fc.assert(
      fc.property(crowds, (crowd) => {
        const stock = crowd.map(({ stack, isUsed, isNamed, where }, at) => ({
          ...stocked(`image ${at}`, isNamed ? [`app:${at}`] : [], { isUsed, place: { kind: 'docker-daemon', location: where } }),
          layerSizes: stack.map((_, height) => sizeOf(stack.slice(0, height + 1))),
        }));
        const images = stock.map((each, at) => ({ ...each, image: { ...each.image, diffIds: crowd[at]!.stack.map(makeDigest) } }));
        const needs = findUnneeded(images);
        const listed = new Set(needs.unneeded.map(({ id }) => id));
        const total = (those: readonly StockedImage[]): number => {
          const chains = new Set(
            those.flatMap(({ image, place }) => {
              const stack = crowd[images.findIndex((each) => each.image === image)]!.stack;
              return stack.map((_, height) => `${place.location} ${stack.slice(0, height + 1).join('')}`);
            }),
          );
          return [...chains].reduce((sum, chain) => sum + sizeOf(Array.from(chain.slice(4))), 0);
        };
        const left = images.filter(({ image }) => !listed.has(image.imageId));
        expect(needs.bytes).toBe(total(images));
        expect(needs.freedBytes).toBe(total(images) - total(left));
        for (const { id, bytes } of needs.unneeded) {
          expect(bytes).toBe(total(images) - total(images.filter(({ image }) => image.imageId !== id)));
          expect(images.some(({ image, isUsed }) => image.imageId === id && !isUsed && image.tags.length === 0)).toBe(true);
        }
        const order = needs.unneeded.map(({ kind }) => UNNEEDED_KINDS.indexOf(kind));
        expect(order).toEqual(order.toSorted((a, b) => a - b));
        expect(findUnneeded(images.toReversed())).toEqual(needs);
      }),
    );
  });

  it('are told in the order of their kinds, then the largest first', () => {
    const other = stocked('c', ['redis:7'], { layers: { c: 4 }, answers: [answer('redis:7', REBUILT)] });
    const old = { ...OLD, image: { ...OLD.image, diffIds: [makeDigest('o')] }, layerSizes: [1] };
    const unknown = stocked('d', ['mysql:8'], { image: { diffIds: null }, answers: [answer('mysql:8', REBUILT)] });
    const small = stocked('e', ['httpd:2'], { layers: { e: 2 }, answers: [answer('httpd:2', REBUILT)] });
    const needs = findUnneeded([unknown, small, other, stocked('b', [], { layers: { b: 1 } }), old, NEW]);
    expect(needs.unneeded.map(({ kind, name }) => `${kind} ${name ?? ''}`)).toEqual([
      'superseded nginx:1.27.3',
      'dangling ',
      'unused redis:7',
      'unused httpd:2',
      'unused mysql:8',
    ]);
  });

  it('are told of ten thousand images of twenty layers', () => {
    const stock = Array.from({ length: 10_000 }, (_, at) => {
      const name = `app${at % 500}:1.${at}`;
      const layers = Object.fromEntries(Array.from({ length: 20 }, (__, height) => [`${height < 8 ? at % 40 : at} ${height}`, 1]));
      return stocked(`image ${at}`, [name], { layers, answers: [answer(name, CURRENT, offers(`1.${at + 500}`))] });
    });
    const needs = findUnneeded(stock);
    expect(needs.images).toBe(10_000);
    expect(needs.bytes).toBe(40 * 8 + 10_000 * 12);
    expect(needs.unneeded.filter(({ kind }) => kind === 'superseded')).toHaveLength(9_500);
    expect(needs.unneeded.some(({ reference }) => reference === renderReference(makeReference('app0:1.0')))).toBe(true);
  });
});

/** Another one for each stack of layers. */
function sizeOf(stack: readonly string[]): number {
  return stack.reduce((size, layer) => size * 5 + layer.charCodeAt(0) - 96, 0);
}
