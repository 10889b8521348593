import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Inventory } from '../../../src/check/ports.ts';
import type { InstalledImage } from '../../../src/core/installed.ts';
import { renderReference } from '../../../src/core/reference.ts';
import { createDockerSource } from '../../../src/sources/docker/source.ts';
import { makeDigest } from '../../helpers/makers.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../../helpers/temp.ts';
import { type FakeEngine, type Misbehaviour, readReplies, type Replies, startFakeEngine } from './fake-engine.ts';

let directory: TemporaryDirectory;
let engine: FakeEngine;
let inventory: Inventory;
beforeEach(async () => {
  directory = await makeTemporaryDirectory();
});
afterEach(async () => {
  inventory.close();
  await engine.close();
  await directory.remove();
});

type Options = { readonly facts?: Map<string, string>; readonly all?: boolean; readonly signal?: AbortSignal };

async function open(replies: Replies, options: Options & { readonly misbehave?: Misbehaviour } = {}): Promise<void> {
  engine = await startFakeEngine(join(directory.path, 'engine.sock'), replies, options.misbehave);
  await list(options);
}

async function list({ facts = new Map(), all = false, signal = new AbortController().signal }: Options = {}): Promise<void> {
  const path = join(directory.path, 'engine.sock');
  const source = createDockerSource({
    endpoint: { location: `unix://${path}`, address: { kind: 'socket', path } },
    facts: {
      readFacts: (keys) => new Map(keys.flatMap((key) => (facts.has(key) ? [[key, facts.get(key)!]] : []))),
      writeFacts: (written) => {
        for (const [key, text] of written) facts.set(key, text);
      },
    },
    timeoutMs: 5_000,
    concurrency: 4,
    env: {},
  });
  inventory = await source.list({ all, holdings: true, signal, onProgress: () => undefined });
}

const everything = (): readonly InstalledImage[] => [...inventory.images, ...inventory.holdings!.unnamed];
const read = (images = everything()) => Promise.all(images.map((image) => inventory.readLayerSizes!(image)));
const asked = () => engine.requests.filter((path) => path.includes('/history'));
const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);
const named = (name: string): InstalledImage => inventory.images.find(({ tags }) => tags.some((tag) => renderReference(tag) === name))!;

describe('what the layers of images take in docker', () => {
  const REPLIES = readReplies('classic-20.10-builds');

  it('is in all what docker says of the whole image, one size for each layer, but where steps without a size could be layers here or there', async () => {
    await open(REPLIES);
    const images = everything();
    const told = await read(images);
    const known = images.flatMap(({ size, diffIds }, at) => {
      const sizes = told[at] ?? null;
      return sizes === null ? [] : [{ size, diffIds, sizes }];
    });
    expect(known.map(({ sizes }) => [sizes.length, sum(sizes)])).toEqual(known.map(({ size, diffIds }) => [diffIds?.length, size]));
    expect([known.length, images.length]).toEqual([6, 9]);
  });

  it('is asked once in the life of an image, together with how it was made', async () => {
    const facts = new Map<string, string>();
    await open(REPLIES, { facts });
    const [first] = await Promise.all([Promise.all([read(), read()]), ...inventory.images.map((image) => inventory.readBuild(image))]);
    expect(asked()).toHaveLength(inventory.images.length);
    inventory.close();
    await list({ facts });
    expect(await Promise.all([read(), read()])).toEqual(first);
    expect(asked()).toHaveLength(inventory.images.length);
  });

  it('was remembered with how it was made, when nobody wanted it', async () => {
    const facts = new Map<string, string>();
    await open(REPLIES, { facts });
    await Promise.all(inventory.images.map((image) => inventory.readBuild(image)));
    inventory.close();
    await list({ facts });
    expect((await read()).filter((sizes) => sizes !== null).length).toBeGreaterThan(1);
    expect(asked()).toHaveLength(inventory.images.length);
  });

  it('is asked again where it was refused, or what is remembered cannot be read', async () => {
    const facts = new Map<string, string>();
    let refuses = true;
    await open(REPLIES, {
      facts,
      misbehave: (path, _, response) => {
        if (!refuses || !path.endsWith('/history')) return false;
        response.writeHead(500).end('{}');
        return true;
      },
    });
    const image = named('docker.io/library/bk-app:1');
    expect(await read([image])).toEqual([null]);
    refuses = false;
    inventory.close();
    await list({ facts });
    const told = await read([image]);
    expect(told).not.toEqual([null]);
    for (const key of facts.keys()) if (key.startsWith('engine-layers:')) facts.set(key, '[1,');
    inventory.close();
    await list({ facts });
    expect(await read([image])).toEqual(told);
  });

  it('is not told of an image that is not of the list', async () => {
    await open(REPLIES);
    expect(await read([{ ...inventory.images[0]!, imageId: `sha256:${'0'.repeat(64)}` }])).toEqual([null]);
    expect(asked()).toEqual([]);
  });

  it('is not waited for when the run is interrupted', async () => {
    const controller = new AbortController();
    await open(REPLIES, { signal: controller.signal, misbehave: (path) => path.endsWith('/history') });
    const reading = Promise.allSettled(everything().map((image) => inventory.readLayerSizes!(image)));
    setTimeout(() => controller.abort(), 20);
    expect((await reading).map(({ status }) => status)).toEqual(everything().map(() => 'rejected'));
  });
});

describe('what the layers of images take in the containerd store', () => {
  it('is asked for each platform by itself, and remembered for each', async () => {
    const facts = new Map<string, string>();
    const replies = readReplies('containerd-28', { '/_ping': { status: 200, headers: { 'Api-Version': '1.48' }, body: 'OK' } });
    await open(replies, {
      facts,
      misbehave: (path, _, response) => {
        if (!path.includes('/history')) return false;
        const Size = path.includes('"architecture":"arm"') ? 7 : 9;
        response.end(JSON.stringify([{ Id: 'x', Created: 0, CreatedBy: 'COPY a /', Comment: 'buildkit.dockerfile.v0', Size, Tags: null }]));
        return true;
      },
    });
    const platforms = inventory.images
      .filter(({ tags }) => tags.some((tag) => renderReference(tag) === 'ghcr.io/acme/multi:2'))
      .map((image) => ({ ...image, diffIds: image.diffIds?.slice(0, 1) ?? [makeDigest('layer')] }));
    expect(await read(platforms)).toEqual([[9], [7]]);
    expect(await read(platforms)).toEqual([[9], [7]]);
    expect(asked()).toHaveLength(2);
    expect([...facts.keys()].filter((key) => key.startsWith('engine-layers:containerd:'))).toHaveLength(2);
  });
});

describe('what docker holds', () => {
  const REPLIES = readReplies('classic-20.10');
  const REFUSED = { status: 500, body: { message: 'no' } };

  it('has images without a name beside the others, which are the same as ever', async () => {
    await open(REPLIES);
    const { images } = inventory;
    const unnamed = inventory.holdings!.unnamed.map(({ imageId }) => imageId);
    expect(unnamed).toHaveLength(2);
    inventory.close();
    await list({ all: true });
    expect(inventory.holdings!.unnamed).toEqual([]);
    expect(inventory.images.filter(({ imageId }) => !unnamed.includes(imageId))).toEqual(images);
    expect(inventory.images).toHaveLength(images.length + unnamed.length);
  });

  it('is used where a container was made of it, whichever name it was made with', async () => {
    await open(REPLIES);
    expect([...inventory.holdings!.usedIds!].sort()).toEqual([...new Set(inventory.containers.map(({ imageId }) => imageId))].sort());
  });

  it.each([[REFUSED], [{ status: 200, body: { not: 'a list' } }]])('may all be used where containers are not told: %j', async (reply) => {
    await open({ ...REPLIES, '/containers/json?all=true': reply });
    expect(inventory.containers).toEqual([]);
    expect(inventory.holdings!.usedIds).toBeNull();
  });
});

describe('what podman holds, as its service tells', () => {
  it('has a size for each layer, from the history that podman has beside its own inspection', async () => {
    const history = [
      { Id: 'x', Created: 1_700_000_000, CreatedBy: '/bin/sh -c #(nop) CMD ["app"]', Comment: '', Size: 0, Tags: null },
      { Id: '<missing>', Created: 1_700_000_000, CreatedBy: '/bin/sh -c make', Comment: 'FROM base', Size: 512, Tags: null },
    ];
    await open(readReplies('podman-4.3'), {
      misbehave: (path, _, response) => {
        if (!path.endsWith('/history')) return false;
        response.end(JSON.stringify(history));
        return true;
      },
    });
    const [image] = inventory.images.filter(({ diffIds }) => diffIds?.length === 1);
    expect(await read([image!])).toEqual([[512]]);
  });
});
