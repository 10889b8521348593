import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedEngine, startEngine } from '../../src/demo/engine-server.ts';
import type { ImageDocument } from '../../src/demo/images.ts';
import { type EmbeddedRegistry, type RegistryOptions, startRegistry } from '../../src/demo/registry-server.ts';
import type { Document } from '../../src/core/document.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';
import { AFTER, attest, BASE_STEPS, BEFORE, build, builtHere, type Image, named, pulled, purl, readJson } from './base-world.ts';

/** What a look at bases may cost. Requests are counted where they arrive, at the registry, which counts as Docker Hub does. */
const QUOTA = { limit: 5_000, windowSeconds: 21_600 };
const NOTHING = { total: 0 };

let registry: EmbeddedRegistry;
let engine: EmbeddedEngine;
let home: TemporaryDirectory;
const list = async (...args: string[]): Promise<Document> => {
  registry.forget();
  return readJson(['list', '-H', engine.host, ...args], { home: home.path });
};
const statuses = ({ images }: Document, of: (image: Image) => boolean = () => true): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { base } of images.filter(of)) counts[base.status] = (counts[base.status] ?? 0) + 1;
  return counts;
};
const isApp = ({ name }: Image): boolean => name.includes('app-');
const start = async (options: RegistryOptions): Promise<void> => {
  registry = await startRegistry(options);
};
beforeEach(async () => {
  home = await makeTemporaryDirectory();
});
afterEach(() => Promise.all([registry.close(), engine.close(), home.remove()]));

const baseNumber = (number: number, at: string): ImageDocument =>
  build(['ADD rootfs /', 'ENV LANG=C', `RUN install tools ${number}`, 'CMD ["sh"]'], { at });

/** `bases` that are here, and `apps` built on them here; with `parents` the classic builder tells which. */
async function startMachine({ bases, apps, parents = false }: { bases: number; apps: number; parents?: boolean }): Promise<void> {
  const here = Array.from({ length: bases }, (_, number) => {
    const image = baseNumber(number, BEFORE);
    registry.put(`base/node-${number}`, '20', image);
    return pulled(`${registry.host}/base/node-${number}:20`, image);
  });
  const images = Array.from({ length: apps }, (_, number) => {
    const from = here[number % bases];
    if (from === undefined) throw new Error('no base');
    const image = build([`COPY app ${number} /srv`, 'CMD ["/srv/app"]'], { from: from.image });
    return builtHere(`app-${number}:1`, image, parents ? from : undefined);
  });
  engine = await startEngine({ images: [...here, ...images] });
}

describe('a base that one image names and others do not', () => {
  it('is found for all of them in the same run, whichever was looked at first', async () => {
    await start({ quota: QUOTA });
    const base = baseNumber(0, BEFORE);
    registry.put('base/node', '20', base);
    const names = Array.from({ length: 41 }, (_, number) => `app-${String(number).padStart(2, '0')}:1`);
    engine = await startEngine({
      images: names.map((name) => {
        const labels = name === 'app-20:1' ? { labels: named(`${registry.host}/base/node:20`) } : {};
        return builtHere(name, build([`COPY ${name} /srv`, 'CMD ["/srv/app"]'], { from: base, ...labels }));
      }),
    });
    const first = await list('--allow-host', registry.host, '--jobs', '1');
    expect(statuses(first)).toEqual({ current: 41 });
    expect(registry.counts()).toMatchObject({ manifestHeads: 1, manifestGets: 1 });
    expect(statuses(await list('--allow-host', registry.host))).toEqual({ current: 41 });
    expect(registry.counts()).toMatchObject(NOTHING);
  });
});

describe('50 images built here on one base', () => {
  it.each([true, false])(
    'cost one HEAD, which is also that of the base itself, and one list of its tags (told by the builder: %s)',
    async (parents) => {
      await start({ quota: QUOTA });
      await startMachine({ bases: 1, apps: 50, parents });
      const first = await list();
      expect(statuses(first, isApp)).toEqual({ current: 50 });
      expect(first.images.find(({ name }) => name.includes('base/node-0'))?.tag.status).toBe('current');
      expect(registry.counts()).toMatchObject({ total: 2, manifestHeads: 1, tags: 1 });
      expect(statuses(await list(), isApp)).toEqual({ current: 50 });
      expect(registry.counts()).toMatchObject(NOTHING);
      expect(statuses(await list('--refresh'), isApp)).toEqual({ current: 50 });
      expect(registry.counts()).toMatchObject({ total: 2, manifestHeads: 1, tags: 1 });
      expect(statuses(await list('--offline'), isApp)).toEqual({ current: 50 });
      expect(registry.counts()).toMatchObject(NOTHING);
    },
  );

  it('cost the document of what it became once when it moves', async () => {
    await start({ quota: QUOTA });
    await startMachine({ bases: 1, apps: 50 });
    await list();
    registry.put('base/node-0', '20', baseNumber(0, AFTER));
    expect(statuses(await list('--refresh'), isApp)).toEqual({ moved: 50 });
    expect(registry.counts()).toMatchObject({ total: 4, manifestHeads: 1, tags: 1, manifestGets: 1, blobs: 1 });
    expect(statuses(await list('--refresh'), isApp)).toEqual({ moved: 50 });
    expect(registry.counts()).toMatchObject({ total: 2, manifestHeads: 1, tags: 1 });
    expect(statuses(await list(), isApp)).toEqual({ moved: 50 });
    expect(registry.counts()).toMatchObject(NOTHING);
  });
});

describe('100 images built here on 10 bases', () => {
  it('cost 10 HEADs and 10 lists of tags, and nothing again within the hour', async () => {
    await start({ quota: QUOTA, auth: { kind: 'token', users: [], service: 'test' } });
    await startMachine({ bases: 10, apps: 100 });
    expect(statuses(await list(), isApp)).toEqual({ current: 100 });
    const { manifestHeads, tags, manifestGets, blobs, tokens, challenges } = registry.counts();
    expect({ manifestHeads, tags, manifestGets, blobs }).toEqual({ manifestHeads: 10 + challenges, tags: 10, manifestGets: 0, blobs: 0 });
    expect({ tokens, challenges }).toEqual({ tokens: 1, challenges: 1 });
    expect(statuses(await list(), isApp)).toEqual({ current: 100 });
    expect(registry.counts()).toMatchObject(NOTHING);
  });
});

/** Images pulled from a registry, each with provenance that names one base. */
async function startPulled(apps: number): Promise<void> {
  const base = build(BASE_STEPS, { at: BEFORE });
  registry.put('base/node', '20', base);
  const images = Array.from({ length: apps }, (_, number) => {
    const image = build([`COPY app ${number} /srv`], { from: base });
    const index = attest(image, [{ uri: purl(`${registry.host}/base/node:20`), digest: base.digest }]);
    registry.put(`acme/app-${number}`, '1', index);
    return pulled(`${registry.host}/acme/app-${number}:1`, index);
  });
  engine = await startEngine({ images });
}

describe('provenance of 5 images that were pulled', () => {
  it('is left alone where it would be counted, unless it is asked for, and then read once', async () => {
    await start({ quota: QUOTA });
    await startPulled(5);
    expect(statuses(await list())).toEqual({ unknown: 5 });
    expect(registry.counts()).toMatchObject({ total: 10, manifestHeads: 5, tags: 5 });
    expect(statuses(await list('*/acme/*'))).toEqual({ unknown: 5 });
    expect(registry.counts()).toMatchObject(NOTHING);

    const deep = await list('--deep');
    expect(statuses(deep)).toEqual({ current: 5 });
    expect(deep.images.map(({ base }) => base.evidence)).toEqual(Array(5).fill(['provenance']));
    // of each image the index, its attestation and the statement in that; of the base, once, that it is there, its manifest and its config
    expect(registry.counts()).toMatchObject({ manifestGets: 2 * 5 + 1, blobs: 5 + 1 });
    expect(registry.requests.filter(({ method, path }) => method === 'HEAD' && path.includes('base/node')).length).toBe(2);

    expect(statuses(await list('--deep', '--refresh'))).toEqual({ current: 5 });
    expect(registry.counts()).toMatchObject({ total: 11, manifestHeads: 6, tags: 5 });
    expect(statuses(await list())).toEqual({ current: 5 });
    expect(registry.counts()).toMatchObject(NOTHING);
  });

  it('is read for a pattern where nothing is counted', async () => {
    await start({});
    await startPulled(5);
    expect(statuses(await list())).toEqual({ unknown: 5 });
    expect(registry.counts()).toMatchObject({ total: 10, manifestHeads: 5, tags: 5 });
    expect(statuses(await list('*/acme/*', '--refresh'))).toEqual({ current: 5 });
    expect(registry.counts()).toMatchObject({ manifestGets: 2 * 5 + 1, blobs: 5 + 1 });
  });

  it('is not read below the floor of the quota, and that is said', async () => {
    await start({ quota: { limit: 100, windowSeconds: 21_600, used: 95 } });
    await startPulled(1);
    const { images } = await list('--deep');
    expect(images).toMatchObject([{ tag: { status: 'current' }, base: { status: 'unknown' } }]);
    expect(registry.counts()).toMatchObject({ manifestGets: 0, blobs: 0 });
    expect(images[0]?.base.reason).toMatchObject({ kind: 'budget' });
  });
});

describe('annotations of images that were pulled', () => {
  it('are read of the manifest, once', async () => {
    await start({ quota: QUOTA });
    const base = build(BASE_STEPS, { at: BEFORE });
    registry.put('base/node', '20', base);
    const image = build(['COPY app /srv'], { from: base, annotations: named(`${registry.host}/base/node:20`, base.digest) });
    registry.put('acme/app-1', '1', image);
    engine = await startEngine({ images: [pulled(`${registry.host}/acme/app-1:1`, image)] });
    expect(statuses(await list('--deep'))).toEqual({ current: 1 });
    expect(registry.counts()).toMatchObject({ manifestHeads: 2, manifestGets: 1 + 1 });
    expect(statuses(await list('--deep', '--refresh'))).toEqual({ current: 1 });
    expect(registry.counts()).toMatchObject({ total: 3, manifestHeads: 2, tags: 1 });
  });
});

describe('an app that is also a base of others', () => {
  it('is asked for once', async () => {
    await start({ quota: QUOTA });
    const base = build(BASE_STEPS, { at: BEFORE });
    const middle = build(['COPY middle /srv', 'CMD ["/srv/middle"]'], { from: base });
    const upper = build(['COPY upper /srv', 'CMD ["/srv/upper"]'], { from: middle, at: '2026-10-15T08:00:00Z' });
    const names = ['base/node:20', 'acme/app-middle:1', 'acme/app-upper:1'].map((name) => `${registry.host}/${name}`);
    const images = [base, middle, upper].map((image, position) => {
      const [repository = '', tag = ''] = (names[position] ?? '').slice(registry.host.length + 1).split(':');
      registry.put(repository, tag, image);
      return pulled(names[position] ?? '', image);
    });
    engine = await startEngine({ images });
    const document = await list();
    expect(document.images.map((each) => each.base.reference)).toEqual([names[0], names[1], null]);
    expect(registry.counts()).toMatchObject({ total: 6, manifestHeads: 3, tags: 3 });
  });
});
