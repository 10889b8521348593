import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Inventory } from '../../../src/check/ports.ts';
import type { BuildRecord, InstalledImage } from '../../../src/core/installed.ts';
import { renderPlatform } from '../../../src/core/platform.ts';
import { renderReference, renderRepository } from '../../../src/core/reference.ts';
import { createDockerSource } from '../../../src/sources/docker/source.ts';
import { readReplies, startFakeEngine, type FakeEngine, type Misbehaviour, type Replies } from './fake-engine.ts';

let directory: string;
let socket: string;
let engine: FakeEngine;
let inventory: Inventory;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'iu-'));
  socket = join(directory, 'engine.sock');
});
afterEach(async () => {
  inventory.close();
  await engine.close();
  rmSync(directory, { recursive: true, force: true });
});

type Options = {
  readonly misbehave?: Misbehaviour;
  readonly facts?: Map<string, string>;
  readonly signal?: AbortSignal;
  readonly concurrency?: number;
};

async function open(replies: Replies, options: Options = {}): Promise<void> {
  engine = await startFakeEngine(socket, replies, options.misbehave);
  await list(options);
}

async function list({ facts = new Map<string, string>(), signal, concurrency = 4 }: Options = {}): Promise<void> {
  const source = createDockerSource({
    endpoint: { location: `unix://${socket}`, address: { kind: 'socket', path: socket } },
    facts: {
      readFacts: (keys) => new Map([...facts].filter(([key]) => keys.includes(key))),
      writeFacts: (written) => {
        for (const [key, text] of written) facts.set(key, text);
      },
    },
    timeoutMs: 5000,
    concurrency,
    env: {},
  });
  inventory = await source.list({ all: false, signal: signal ?? new AbortController().signal, onProgress: () => undefined });
}

/** The one of this name, or of this digest's repository when it has no name. */
function find(name: string): InstalledImage {
  const found = inventory.images.filter(
    (image) =>
      image.tags.some((tag) => renderReference(tag) === name) ||
      (image.tags.length === 0 && image.repoDigests.some((known) => renderRepository(known) === name)),
  );
  expect(found).toHaveLength(1);
  return found[0]!;
}

const read = async (name: string): Promise<BuildRecord> => (await inventory.readBuild(find(name)))!;
const layersOf = ({ history }: BuildRecord) => history!.entries.map(({ emptyLayer }) => emptyLayer);
const instructionsOf = ({ history }: BuildRecord) =>
  history!.entries.map(({ createdBy }) => /^(?:\/bin\/sh -c (?:#\(nop\) +)?)?(\S+)/.exec(createdBy ?? '')?.[1] ?? '');
const asked = () => engine.requests.filter((path) => path.includes('/history') || path.includes('/libpod/'));

describe('docker', () => {
  const REPLIES = readReplies('classic-20.10-builds');

  it('tells of what the classic builder made, step by step, down to the first step of its base', async () => {
    await open(REPLIES);
    const record = await read('docker.io/library/classic-app:1');
    const base = find('registry.example:5000/base/busy');
    expect(instructionsOf(record)).toEqual([
      'COPY',
      'COPY',
      'ENV',
      '/bin/busybox',
      'CMD',
      'WORKDIR',
      'COPY',
      'ENV',
      '/bin/busybox',
      'LABEL',
      'CMD',
    ]);
    expect(record.history!.precision).toBe('seconds');
    expect(record.history!.entries[0]).toMatchObject({ created: '2026-11-20T16:19:11Z', author: null, comment: null });
    expect(record.ancestors.map(({ steps }) => steps)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(record.ancestors.find(({ imageId }) => imageId === base.imageId)).toEqual({ imageId: base.imageId, steps: 5 });
    expect(record.annotations.size).toBe(0);
  });

  it('keeps the base whose tag moved, by its digest, its layers and its steps', async () => {
    await open(REPLIES);
    const base = find('registry.example:5000/base/busy');
    const app = find('docker.io/library/bk-app:1');
    expect(base.tags).toEqual([]);
    expect(app.diffIds!.slice(0, base.diffIds!.length)).toEqual(base.diffIds);
    const steps = (await read('registry.example:5000/base/busy')).history!.entries;
    expect(
      (await read('docker.io/library/bk-app:1'))
        .history!.entries.slice(0, steps.length)
        .map(({ createdBy, created }) => [createdBy, created]),
    ).toEqual(steps.map(({ createdBy, created }) => [createdBy, created]));
  });

  it.each([
    [
      'the classic builder, with two of three candidates for layers',
      'docker.io/library/classic-app:1',
      [false, false, true, null, true, null, false, true, null, true, true],
      10,
    ],
    ['BuildKit', 'docker.io/library/bk-app:1', [false, false, true, false, true, false, false, true, false, true, true], 0],
    ['BuildKit from nothing', 'docker.io/library/bk-base:1', [false, false, true, false, true], 0],
    ['docker import', 'docker.io/library/imported:1', [false], 0],
    ['docker commit', 'docker.io/library/committed:1', [false, false, true, null, true, null, false, true, null, true, true, null], 11],
    [
      'buildah without caching',
      'registry.example:5000/acme/flat:1',
      [false, false, true, null, true, null, null, true, null, true, false],
      0,
    ],
  ])('tells which steps of %s made a layer, as far as that follows', async (_, name, expected, ancestors) => {
    await open(REPLIES);
    const record = await read(name);
    expect(layersOf(record)).toEqual(expected);
    expect(record.ancestors).toHaveLength(ancestors);
  });

  it('tells no time of steps that were set to the epoch', async () => {
    await open(REPLIES);
    const { history } = await read('registry.example:5000/acme/epoch:1');
    expect(history!.entries.map(({ created }) => created?.slice(0, 10) ?? null)).toEqual([
      ...Array(6).fill('2026-11-20'),
      ...Array(5).fill(null),
    ]);
  });

  it('is asked once in the life of an image, however often that is wanted', async () => {
    const facts = new Map<string, string>();
    await open(REPLIES, { facts });
    const first = await Promise.all(inventory.images.flatMap((image) => [inventory.readBuild(image), inventory.readBuild({ ...image })]));
    expect(asked()).toHaveLength(inventory.images.length);
    inventory.close();
    await list({ facts });
    const second = await Promise.all(inventory.images.flatMap((image) => [inventory.readBuild(image), inventory.readBuild(image)]));
    expect(asked()).toHaveLength(inventory.images.length);
    expect(second).toEqual(first);
    expect([...facts.keys()].filter((key) => /^engine-build:classic:sha256:[0-9a-f]{64}$/.test(key))).toHaveLength(inventory.images.length);
  });

  it('is not asked for more at once than it may be', async () => {
    let waiting = 0;
    let most = 0;
    await open(REPLIES, {
      concurrency: 2,
      misbehave: (path, _, response) => {
        if (!path.endsWith('/history')) return false;
        waiting += 1;
        most = Math.max(most, waiting);
        setTimeout(() => {
          waiting -= 1;
          response.end('[]');
        }, 10);
        return true;
      },
    });
    const records = await Promise.all(inventory.images.map((image) => inventory.readBuild(image)));
    expect(records.every((record) => record?.history?.entries.length === 0)).toBe(true);
    expect(most).toBe(2);
  });

  it('that refuses tells nothing, which is not remembered', async () => {
    const facts = new Map<string, string>();
    let refuses = true;
    await open(REPLIES, {
      facts,
      misbehave: (path, _, response) => {
        if (!refuses || !path.endsWith('/history')) return false;
        response.writeHead(500, { 'content-type': 'application/json' }).end('{"message":"layer does not exist"}');
        return true;
      },
    });
    expect(await inventory.readBuild(find('docker.io/library/bk-app:1'))).toBeNull();
    refuses = false;
    inventory.close();
    await list({ facts });
    expect(await inventory.readBuild(find('docker.io/library/bk-app:1'))).not.toBeNull();
  });

  it('that did not tell the layers is asked again in the next run, when they may tell more', async () => {
    const facts = new Map<string, string>();
    let refuses = true;
    await open(REPLIES, {
      facts,
      misbehave: (path, _, response) => {
        if (!refuses || !/^\/images\/sha256:.*\/json/.test(path)) return false;
        response.writeHead(500).end('{}');
        return true;
      },
    });
    expect(layersOf(await read('docker.io/library/bk-base:1'))).toEqual([false, false, null, null, null]);
    refuses = false;
    inventory.close();
    await list({ facts });
    expect(layersOf(await read('docker.io/library/bk-base:1'))).toEqual([false, false, true, false, true]);
  });

  it.each([['{"message":"no list"}'], ['<html>']])('that answers with %s tells nothing', async (body) => {
    await open(REPLIES, {
      misbehave: (path, _, response) => {
        if (!path.endsWith('/history')) return false;
        response.end(body);
        return true;
      },
    });
    expect(await inventory.readBuild(find('docker.io/library/bk-app:1'))).toBeNull();
  });

  it('that dies tells nothing more, and is left in peace', async () => {
    let dead = false;
    await open(REPLIES, {
      concurrency: 1,
      misbehave: (_path, request) => {
        if (dead) request.socket.destroy();
        return dead;
      },
    });
    dead = true;
    const before = engine.requests.length;
    expect(await Promise.all(inventory.images.map((image) => inventory.readBuild(image)))).toEqual(inventory.images.map(() => null));
    const paths = engine.requests.slice(before).map((path) => path.replace(/sha256[^/]+/, 'ID'));
    expect(new Set(paths)).toEqual(new Set(['/v1.41/images/ID/history', '/_ping']));
    expect(paths.length).toBeLessThan(inventory.images.length);
  });

  it('is not asked after the connection was closed, but what is remembered is still told', async () => {
    const facts = new Map<string, string>();
    await open(REPLIES, { facts });
    await read('docker.io/library/bk-app:1');
    inventory.close();
    await list({ facts });
    inventory.close();
    expect((await read('docker.io/library/bk-app:1')).history!.entries).toHaveLength(11);
    expect(await inventory.readBuild(find('docker.io/library/bk-base:1'))).toBeNull();
  });

  it('of an image that is not of its list tells nothing', async () => {
    await open(REPLIES);
    const image = { ...find('docker.io/library/bk-app:1'), imageId: `sha256:${'0'.repeat(64)}` };
    expect(await inventory.readBuild(image)).toBeNull();
    expect(asked()).toEqual([]);
  });

  it('is not waited for when the run is interrupted', async () => {
    const controller = new AbortController();
    await open(REPLIES, { signal: controller.signal, misbehave: (path) => path.endsWith('/history') });
    const reading = Promise.allSettled(inventory.images.map((image) => inventory.readBuild(image)));
    setTimeout(() => controller.abort(), 20);
    expect((await reading).map(({ status }) => status)).toEqual(inventory.images.map(() => 'rejected'));
  });
});

describe('the containerd store', () => {
  it.each([
    ['1.47', null],
    ['1.48', '?platform='],
    ['1.51', '?platform='],
  ])('of API %s is asked for the history of one platform with %s', async (version, query) => {
    const history = (platform: string) => [
      { Id: 'x', Created: 1_700_000_000, CreatedBy: `ADD ${platform}`, Comment: '', Size: 9, Tags: null },
    ];
    await open(readReplies('containerd-28', { '/_ping': { status: 200, headers: { 'Api-Version': version }, body: 'OK' } }), {
      misbehave: (path, _, response) => {
        if (!path.includes('/history')) return false;
        response.end(JSON.stringify(history(/"architecture":"(\w+)"/.exec(path)?.[1] ?? 'any')));
        return true;
      },
    });
    const images = inventory.images.filter((image) => image.tags.some((tag) => renderReference(tag) === 'ghcr.io/acme/multi:2'));
    expect(images.map((image) => renderPlatform(image.platform))).toEqual(['linux/amd64', 'linux/arm/v7']);
    const records = await Promise.all(images.map((image) => inventory.readBuild(image)));
    const told = records.map((record) => record?.history?.entries[0]?.createdBy ?? null);
    expect(told).toEqual(query === null ? ['ADD any', null] : ['ADD amd64', 'ADD arm']);
    expect(asked().every((path) => path.includes('?platform=') === (query !== null))).toBe(true);
  });

  it('of an image that is here for one platform is asked without naming it', async () => {
    await open(readReplies('containerd-28'));
    await inventory.readBuild(find('docker.io/library/nginx:1.27'));
    expect(asked()).toEqual([`/v1.51/images/${encodeURIComponent(find('docker.io/library/nginx:1.27').imageId)}/history`]);
  });
});

describe('podman', () => {
  const REPLIES = readReplies('podman-4.3-builds');

  it('tells the history to the nanosecond, the annotations, and the images it was made from down to its base', async () => {
    await open(REPLIES);
    const record = await read('localhost/pod-app:1');
    const base = find('registry.example:5000/base/pod');
    expect(record.history!.precision).toBe('exact');
    expect(record.history!.entries[0]!.created).toMatch(/^2026-11-20T16:19:11\.\d{9}Z$/);
    expect(record.history!.entries[5]).toMatchObject({ comment: 'FROM registry.example:5000/base/pod:1', emptyLayer: true });
    expect(record.annotations.get('org.opencontainers.image.base.name')).toBe('registry.example:5000/base/pod:1');
    expect(record.ancestors.map(({ steps }) => steps)).toEqual([10, 9, 8, 7, 6, 5]);
    expect(record.ancestors.at(-1)).toEqual({ imageId: base.imageId, steps: 5 });
    expect(asked()).toEqual([`/v4.0.0/libpod/images/${encodeURIComponent(find('localhost/pod-app:1').imageId)}/json`]);
  });

  it('keeps the base whose tag moved, by the digest and the repository it had, though podman hides it', async () => {
    await open(REPLIES);
    expect(engine.requests).toContain('/v1.41/images/json?all=true');
    const base = find('registry.example:5000/base/pod');
    expect(base.tags).toEqual([]);
    expect(base.repoDigests).toEqual([
      {
        registry: 'registry.example:5000',
        repository: 'base/pod',
        digest: 'sha256:f36bff8f3af742bfcd4169eede9eec40498c3a9cf379d1856a589a98e798758d',
      },
    ]);
    expect(find('localhost/pod-app:1').diffIds!.slice(0, 3)).toEqual(base.diffIds);
  });

  it('has neither the steps of builds in its list nor what a rebuilt image was before', async () => {
    await open(REPLIES);
    expect(inventory.images.flatMap((image) => image.repoDigests.map(({ repository }) => repository)).sort()).toEqual([
      'acme/epoch',
      'base/pod',
      'base/pod',
      'me/pod-docker',
      'pod-app',
      'pod-flat',
      'pod-ts',
    ]);
  });

  it('without its own inspection tells the history as docker would, and still its parents, not the images of equal layers', async () => {
    const compatible = Object.fromEntries(Object.entries(REPLIES).filter(([path]) => !path.includes('libpod')));
    await open(compatible);
    const record = await read('localhost/pod-app:1');
    expect(record.history!.precision).toBe('seconds');
    expect(record.history!.entries).toHaveLength(11);
    expect(layersOf(record)).toEqual([false, false, true, false, true, true, false, true, false, true, true]);
    expect(record.ancestors.at(-1)).toEqual({ imageId: find('registry.example:5000/base/pod').imageId, steps: 5 });
    const flat = await read('localhost/pod-flat:1');
    expect(flat.ancestors).toEqual([]);
  });
});
