import { afterEach, describe, expect, it } from 'vitest';

import type { Inventory } from '../../../src/check/ports.ts';
import type { BuildRecord, InstalledImage } from '../../../src/core/installed.ts';
import { renderFamiliar } from '../../../src/core/reference.ts';
import { answer, type Answer } from '../../../src/demo/answer.ts';
import type { StoredImage, StoreKind } from '../../../src/demo/engine-documents.ts';
import { startEngine, type EmbeddedEngine } from '../../../src/demo/engine-server.ts';
import { filler, makeImage, makeLayer } from '../../../src/demo/images.ts';
import type { Intervention } from '../../../src/demo/serve.ts';
import { packTar } from '../../../src/demo/tar.ts';
import { findEngine } from '../../../src/sources/docker/find-engine.ts';
import { createDockerSource } from '../../../src/sources/docker/source.ts';
import { boundsAt, SAVING_BOUNDS } from '../../../src/sources/docker/saving-bounds.ts';

let engine: EmbeddedEngine | null = null;
let opened: Inventory[] = [];
afterEach(async () => {
  for (const inventory of opened) inventory.close();
  opened = [];
  await engine?.close();
  engine = null;
});

/** An image of two layers whose steps are half a second apart. */
function makeStored(name: string): StoredImage {
  const layers = ['root', 'app'].map((part) => makeLayer({ files: { [part]: `${part} of ${name}` }, created: '2026-11-01T08:00:00Z' }));
  const image = makeImage({
    layers,
    created: '2026-11-01T08:00:00.75Z',
    annotations: { 'org.opencontainers.image.base.name': 'base:1' },
    history: [
      { created: '2026-11-01T08:00:00.25Z', created_by: 'COPY root / # buildkit', comment: 'buildkit.dockerfile.v0' },
      { created: '2026-11-01T08:00:00.75Z', created_by: 'COPY app / # buildkit', comment: 'buildkit.dockerfile.v0' },
    ],
  });
  return { image, target: image, tags: [`${name}:1`], repoDigests: [] };
}

/** As docker before 25 saves it, or with containerd. */
function save({ image: { config, digest, bytes, layers } }: StoredImage, store: StoreKind): Uint8Array {
  const blob = (name: string, content: Uint8Array) => ({ path: `blobs/sha256/${name.slice(7)}`, content, mode: 0o644 });
  const files =
    store === 'classic'
      ? [
          { path: `${'0'.repeat(64)}/layer.tar`, content: filler('layer', 70_000), mode: 0o644 },
          { path: `${config.digest.slice(7)}.json`, content: config.bytes, mode: 0o644 },
        ]
      : [blob(config.digest, config.bytes), ...layers.map((layer) => blob(layer.digest, layer.bytes)), blob(digest, bytes)];
  return packTar(files, 0);
}

/** The same, as if its two layers had so many bytes. */
function ofSize(stored: StoredImage, bytes: number): StoredImage {
  return { ...stored, image: { ...stored.image, layers: stored.image.layers.map((layer) => ({ ...layer, unpackedBytes: bytes / 2 })) } };
}

type Given = {
  readonly images: readonly StoredImage[];
  readonly store?: StoreKind;
  /** What becomes of a request for an image; null: it is saved. */
  readonly instead?: (path: string) => Intervention | null;
};

async function start({ images, store = 'classic', instead = () => null }: Given): Promise<void> {
  engine = await startEngine({
    images,
    store,
    intercept: ({ path }) => {
      const id = /\/images\/(.+)\/get$/.exec(decodeURIComponent(path))?.[1];
      const stored = images.find((each) => id === (store === 'classic' ? each.image.config.digest : each.target.digest));
      if (id === undefined || stored === undefined) return null;
      return instead(path) ?? { kind: 'answer', answer: tarAnswer(save(stored, store)) };
    },
  });
}

const tarAnswer = (bytes: Uint8Array): Answer => answer(200, { 'content-type': 'application/x-tar' }, bytes);

async function list(facts = new Map<string, string>(), timeoutMs = 5000): Promise<Inventory> {
  const endpoint = await findEngine({ host: engine!.host, context: null, env: {}, home: null, platform: 'linux' });
  const source = createDockerSource({
    endpoint,
    facts: {
      readFacts: (keys) => new Map([...facts].filter(([key]) => keys.includes(key))),
      writeFacts: (written) => {
        for (const [key, text] of written) facts.set(key, text);
      },
    },
    timeoutMs,
    concurrency: 4,
    env: {},
  });
  const inventory = await source.list({ all: false, signal: new AbortController().signal, onProgress: () => undefined });
  opened.push(inventory);
  return inventory;
}

const find = ({ images }: Inventory, name: string): InstalledImage =>
  images.find(({ tags }) => tags.some((tag) => renderFamiliar(tag) === `${name}:1`))!;
const saves = (): number => engine!.calls.filter(({ path }) => path.includes('/get')).length;
const timesOf = (record: BuildRecord | null) => record?.history?.entries.map(({ created }) => created);

const SECONDS = ['2026-11-01T08:00:00Z', '2026-11-01T08:00:00Z'];
const EXACTLY = ['2026-11-01T08:00:00.25Z', '2026-11-01T08:00:00.75Z'];

describe.each(['classic', 'containerd'] as const)('the history as the config has it (%s store)', (store) => {
  const APP = makeStored('app');

  it("is asked for where it is wanted, and once in the image's life", async () => {
    await start({ images: [APP], store });
    const facts = new Map<string, string>();
    const first = await list(facts);
    const image = find(first, 'app');
    expect(timesOf(await first.readBuild(image))).toEqual(SECONDS);
    expect(saves()).toBe(0);
    const records = await Promise.all([first.readBuild(image, 'exact'), first.readBuild(image, 'exact')]);
    expect(records.map(timesOf)).toEqual([EXACTLY, EXACTLY]);
    expect(timesOf(await first.readBuild(image))).toEqual(EXACTLY);
    const second = await list(facts);
    for (const wanted of [undefined, 'exact'] as const) {
      const record = await second.readBuild(find(second, 'app'), wanted);
      expect(record).toEqual(records[0]);
      expect(record?.history?.precision).toBe('exact');
    }
    expect(saves()).toBe(1);
  });

  it('is that of the config whose digest the image has', async () => {
    await start({
      images: [APP, makeStored('other')],
      store,
      instead: () => ({ kind: 'answer', answer: tarAnswer(save(makeStored('third'), store)) }),
    });
    const inventory = await list();
    expect(timesOf(await inventory.readBuild(find(inventory, 'app'), 'exact'))).toEqual(SECONDS);
  });
});

describe('the containerd store', () => {
  it('then tells the digest of the config and what the manifest says, too', async () => {
    const app = makeStored('app');
    await start({ images: [app], store: 'containerd' });
    const facts = new Map<string, string>();
    const first = await list(facts);
    expect(find(first, 'app').configDigest).toBeNull();
    const record = await first.readBuild(find(first, 'app'), 'exact');
    expect(record?.annotations).toEqual(new Map([['org.opencontainers.image.base.name', 'base:1']]));
    expect(find(await list(facts), 'app').configDigest).toBe(app.image.config.digest);
  });
});

describe('an engine that does not give it', () => {
  const IMAGES = ['a', 'b', 'c'].map(makeStored);
  const refuse = (status: number): Intervention => ({ kind: 'answer', answer: answer(status, {}, '{"message":"no"}') });

  it.each([
    ['a proxy that forbids it is asked once in a run', 403, 1],
    ['a method that is not known is asked for once in a run', 405, 1],
    ['a failure is not asked for again and again', 500, 1],
    ['an image that is gone says nothing of the others', 404, 3],
  ])('%s', async (_, status, asked) => {
    await start({ images: IMAGES, instead: () => refuse(status) });
    const inventory = await list();
    for (const name of ['a', 'b', 'c']) expect(timesOf(await inventory.readBuild(find(inventory, name), 'exact'))).toEqual(SECONDS);
    expect(saves()).toBe(asked);
    expect(inventory.warnings).toEqual([]);
  });

  it.each<[string, Intervention]>([
    ['breaks off', { kind: 'cut', afterBytes: 40_000, then: 'reset' }],
    ['stands still', { kind: 'cut', afterBytes: 40_000, then: 'hang' }],
    ['never begins', { kind: 'hang' }],
    ['is something else', refuse(200)],
  ])('an answer that %s leaves what was told', async (_, intervention) => {
    await start({ images: IMAGES, instead: () => intervention });
    const inventory = await list(new Map(), 400);
    expect(timesOf(await inventory.readBuild(find(inventory, 'a'), 'exact'))).toEqual(SECONDS);
  });
});

describe('what it costs', () => {
  it('an engine is asked for at most ten images in a run, and for the others in the next', async () => {
    const names = Array.from({ length: 13 }, (_, number) => `app-${number}`);
    await start({ images: names.map(makeStored) });
    const facts = new Map<string, string>();
    const run = async (): Promise<number> => {
      const inventory = await list(facts);
      const records = await Promise.all(names.map((name) => inventory.readBuild(find(inventory, name), 'exact')));
      return records.filter((record) => record?.history?.precision === 'exact').length;
    };
    expect([await run(), saves()]).toEqual([10, 10]);
    expect([await run(), saves()]).toEqual([13, 13]);
  });

  it('an image that is too large is not asked for', async () => {
    await start({ images: [ofSize(makeStored('app'), SAVING_BOUNDS.here.ofImage + 2)] });
    const inventory = await list();
    expect(timesOf(await inventory.readBuild(find(inventory, 'app'), 'exact'))).toEqual(SECONDS);
    expect(saves()).toBe(0);
  });

  it('no more is asked for in a run than can be read in seconds', async () => {
    const names = ['a', 'b', 'c', 'd'];
    await start({ images: names.map((name) => ofSize(makeStored(name), SAVING_BOUNDS.here.ofImage)) });
    const inventory = await list();
    for (const name of names) await inventory.readBuild(find(inventory, name), 'exact');
    expect(saves()).toBe(SAVING_BOUNDS.here.ofRun / SAVING_BOUNDS.here.ofImage);
  });

  it.each([
    ['unix:///run/docker.sock', SAVING_BOUNDS.here],
    ['tcp://127.0.0.1:2375', SAVING_BOUNDS.here],
    ['tcp://[::1]:2375', SAVING_BOUNDS.here],
    ['tcp://127.0.0.1.example.com:2375', SAVING_BOUNDS.elsewhere],
    ['tcp://10.0.0.7:2375', SAVING_BOUNDS.elsewhere],
    ['ssh://localhost', SAVING_BOUNDS.elsewhere],
  ])('at %s images may be so large', async (host, bounds) => {
    const { address } = await findEngine({ host, context: null, env: {}, home: null, platform: 'linux' });
    expect(boundsAt(address)).toBe(bounds);
  });
});
