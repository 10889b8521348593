import { readFile, rm } from 'node:fs/promises';

import { afterAll, beforeAll, expect, test } from 'vitest';

import type { Inventory } from '../../../src/check/ports.ts';
import { historyHashes, type History } from '../../../src/core/history.ts';
import { decodeConfig } from '../../../src/core/image-config.ts';
import type { BuildRecord, InstalledImage } from '../../../src/core/installed.ts';
import { renderReference } from '../../../src/core/reference.ts';
import { makeImage, makeLayer, type ImageDocument } from '../../../src/demo/images.ts';
import { startRegistry, type EmbeddedRegistry } from '../../../src/demo/registry-server.ts';
import { createDockerSource } from '../../../src/sources/docker/source.ts';
import { readBusybox, startDockerd, startPodmanService, type RunningEngine } from '../../helpers/engines.ts';
import { systemTest } from '../../helpers/system.ts';

let registry: EmbeddedRegistry;
let engine: RunningEngine;
let inventory: Inventory;
let [older, newer]: ImageDocument[] = [];

/** A base whose second layer is remade; times have nanoseconds, and one step has no layer. */
function makeBase(busybox: Uint8Array, day: string): ImageDocument {
  const root = makeLayer({ files: { 'bin/busybox': busybox }, created: '2026-10-01T08:00:00Z', mode: 0o755 });
  const top = makeLayer({ files: { day }, created: `${day}T08:00:00Z` });
  return makeImage({
    layers: [root, top],
    created: `${day}T08:00:01Z`,
    history: [
      { created: '2026-10-01T08:00:00.123456789Z', created_by: 'ADD busybox /bin/ # buildkit', comment: 'buildkit.dockerfile.v0' },
      { created: `${day}T08:00:00.5Z`, created_by: 'COPY day / # buildkit', comment: 'buildkit.dockerfile.v0' },
      { created: `${day}T08:00:01Z`, created_by: 'CMD ["/bin/busybox"]', comment: 'buildkit.dockerfile.v0', empty_layer: true },
    ],
  });
}

/** Pulls the older base, builds on it, and pulls it again after its tag moved. */
async function liveThrough(started: RunningEngine): Promise<void> {
  engine = started;
  const name = `${registry.host}/acme/base:1`;
  registry.put('acme/base', '1', older!);
  await engine.command(['pull', name]);
  await engine.build('my-app:dev', `FROM ${name}\nCOPY app /app\nENV A=1\nCMD ["/app"]\n`, { app: 'app' });
  registry.put('acme/base', '1', newer!);
  await engine.command(['pull', name]);
}

async function list(): Promise<void> {
  const source = createDockerSource({
    endpoint: { location: engine.host, address: { kind: 'socket', path: engine.socketPath } },
    facts: { readFacts: () => new Map<string, string>(), writeFacts: () => undefined },
    timeoutMs: 60_000,
    concurrency: 4,
    env: {},
  });
  inventory = await source.list({ all: false, signal: new AbortController().signal, onProgress: () => undefined });
}

const named = (name: string): InstalledImage => inventory.images.find((image) => image.tags.some((tag) => renderReference(tag) === name))!;
const nameless = (): InstalledImage[] => inventory.images.filter((image) => image.tags.length === 0);
const read = async (image: InstalledImage): Promise<BuildRecord> => (await inventory.readBuild(image))!;

function historyOf(image: ImageDocument): History {
  const config = decodeConfig(image.config.bytes);
  return { entries: config.ok ? config.value.history : [], precision: 'exact' };
}

/** The base that a moved tag left behind is here by its digest, and the image built on it is known to be made of it. */
async function expectOldBase(appName: string): Promise<BuildRecord> {
  const [base, ...others] = nameless();
  expect(others).toEqual([]);
  expect(base).toMatchObject({
    configDigest: older!.config.digest,
    diffIds: older!.layers.map((layer) => layer.diffId),
    repoDigests: [{ registry: registry.host, repository: 'acme/base', digest: older!.digest }],
  });
  const app = named(appName);
  const record = await read(app);
  expect(app.diffIds).toHaveLength(3);
  expect(record.ancestors.at(-1)).toEqual({ imageId: older!.config.digest, steps: 3 });
  expect(historyHashes(record.history!)[2]).toBe(historyHashes(historyOf(older!))[2]);
  expect(historyHashes((await read(base!)).history!)).toEqual(historyHashes(historyOf(older!)));
  expect(record.history!.entries.map(({ emptyLayer }) => emptyLayer)).toEqual([false, false, true, false, true, true]);
  return record;
}

beforeAll(async () => {
  const busybox = await readBusybox();
  [older, newer] = [makeBase(busybox, '2026-11-01'), makeBase(busybox, '2026-11-15')];
  registry = await startRegistry({ auth: { kind: 'none' } });
});
afterAll(() => registry.close());

systemTest('dockerd', ['dockerd', 'docker'], () => {
  beforeAll(async () => {
    await liveThrough(await startDockerd());
    await engine.command(['create', '--name', 'by-hand', 'my-app:dev']);
    await engine.command(['commit', '--message', 'by hand', 'by-hand', 'committed:1']);
    await engine.command(['import', '-', 'imported:1'], { stdin: await exported('by-hand') });
    await list();
  });
  afterAll(async () => {
    inventory.close();
    await engine.stop();
  });

  test('keeps the base that a moved tag left behind, and knows what was built on it', async () => {
    const { history, ancestors } = await expectOldBase('docker.io/library/my-app:dev');
    expect(history!.precision).toBe('seconds');
    expect(ancestors.map(({ steps }) => steps)).toEqual([5, 4, 3]);
  });

  test('tells of a committed image what it was before, and of an imported one nothing', async () => {
    const committed = await read(named('docker.io/library/committed:1'));
    expect(committed.ancestors[0]).toEqual({ imageId: named('docker.io/library/my-app:dev').imageId, steps: 6 });
    expect(committed.history!.entries.at(-1)).toMatchObject({ comment: 'by hand' });
    const imported = await read(named('docker.io/library/imported:1'));
    expect(imported).toMatchObject({ history: { entries: [{ comment: 'Imported from -', emptyLayer: false }] }, ancestors: [] });
  });
});

systemTest('podman', ['podman'], () => {
  beforeAll(async () => {
    await liveThrough(await startPodmanService());
    await list();
  });
  afterAll(async () => {
    inventory.close();
    await engine.stop();
  });

  test('keeps the base that a moved tag left behind, and knows what was built on it', async () => {
    const { history, annotations } = await expectOldBase('localhost/my-app:dev');
    expect(history!.precision).toBe('exact');
    expect(history!.entries[0]!.created).toBe('2026-10-01T08:00:00.123456789Z');
    expect(history!.entries[3]!.comment).toBe(`FROM ${registry.host}/acme/base:1`);
    expect(annotations.get('org.opencontainers.image.base.name')).toBe(`${registry.host}/acme/base:1`);
  });
});

/** The filesystem of a container as an archive. */
async function exported(container: string): Promise<Uint8Array> {
  const path = `${engine.socketPath}.tar`;
  await engine.command(['export', '--output', path, container]);
  const archive = await readFile(path);
  await rm(path);
  return archive;
}
