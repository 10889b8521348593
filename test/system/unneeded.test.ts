import { readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkImages } from '../../src/check/check-images.ts';
import type { ImageSource, Memory } from '../../src/check/ports.ts';
import type { StoreNeeds, UnneededImage } from '../../src/core/unneeded.ts';
import { filler } from '../../src/demo/images.ts';
import { createContainersStorageSource } from '../../src/sources/containers-storage/source.ts';
import { createDockerSource } from '../../src/sources/docker/source.ts';
import { createNullMemory } from '../../src/store/open-memory.ts';
import { type RunningRegistry, startDockerRegistry } from '../helpers/docker-registry.ts';
import { readBusybox, type RunningEngine, startDockerd, startPodmanService } from '../helpers/engines.ts';
import { AMD64 } from '../helpers/makers.ts';
import { systemTest } from '../helpers/system.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';
import { createClient } from '../registry/helpers/client.ts';

/** Sizes that tell by their sum which layers it is of. */
const FILES = { shared: 100_000, old: 20_000, new: 3_000, api: 700_000, used: 50_000, first: 9_000, second: 80_000 } as const;

const contentOf = (name: keyof typeof FILES): Uint8Array => filler(name, FILES[name]);

/** What nothing needs, as a report would tell it of this place. */
async function findNeeds(source: ImageSource, memory: Memory): Promise<StoreNeeds> {
  const report = await checkImages(
    {
      sources: [{ source, name: 'here', matches: null }],
      files: null,
      memory,
      openRegistry: () => Promise.resolve(createClient().registry),
      now: () => Date.parse('2026-11-20T12:00:00Z'),
      signal: new AbortController().signal,
    },
    {
      all: false,
      platform: null,
      targets: [],
      files: { paths: [], buildArgs: new Map(), target: null, platforms: { build: AMD64, target: AMD64 } },
      rules: [],
      versions: { track: 'major', minAgeMs: 0, resolves: false, tables: false },
      machinePlatform: AMD64,
      bases: { tell: () => () => [], candidates: [], hosts: [], records: 'remembered' },
      forReport: true,
      maxAgeMs: 0,
      offline: false,
      jobs: 4,
      onProgress: () => undefined,
    },
  );
  expect(report.failures).toEqual([]);
  return report.store!;
}

/** Builds images on each other, and publishes newer versions of some. `flags`: of a pull and a push. */
async function fillStore(engine: RunningEngine, host: string, flags: readonly string[]): Promise<void> {
  const push = (name: string): Promise<string> => engine.command(['push', ...flags, name]);
  const remove = (name: string): Promise<string> => engine.command(['rmi', name]);
  const base = `${host}/acme/base:1`;
  await engine.build(base, 'FROM scratch\nCOPY shared /shared\nCOPY sh /bin/sh\n', {
    shared: contentOf('shared'),
    sh: await readBusybox(),
  });
  await push(base);
  const make = async (name: string, file: keyof typeof FILES): Promise<void> => {
    await engine.build(`${host}/${name}`, `FROM ${base}\nWORKDIR /srv\nCOPY ${file} /srv/\nENV A=1\nCMD ["/bin/sh"]\n`, {
      [file]: contentOf(file),
    });
    await push(`${host}/${name}`);
  };
  await make('acme/web:1.0.0', 'old');
  await make('acme/web:1.0.1', 'new');
  await make('acme/api:2.0.0', 'api');
  await make('acme/api:2.0.1', 'new');
  await remove(`${host}/acme/api:2.0.1`);
  await make('acme/used:3.0.0', 'used');
  await make('acme/used:3.0.1', 'new');
  await remove(`${host}/acme/used:3.0.1`);
  await engine.command(['create', '--name', 'holder', `${host}/acme/used:3.0.0`]);
  for (const file of ['first', 'second'] as const) {
    await engine.build('local/app:dev', `FROM ${base}\nCOPY ${file} /app\n`, { [file]: contentOf(file) });
  }
}

const tell = ({ kind, name }: UnneededImage): string => `${kind} ${name?.replace(/^[^/]*\//, '') ?? 'without a name'}`;

/** Removes one after the other what is told, and says what each was said to free, and did. */
async function removeAll(engine: RunningEngine, look: () => Promise<StoreNeeds>, measure: () => Promise<number>) {
  const first = await look();
  const whole = await measure();
  const removed: { readonly image: string; readonly said: number | null; readonly freed: number }[] = [];
  for (let needs = first; needs.unneeded[0] !== undefined; needs = await look()) {
    const [image] = needs.unneeded;
    const before = await measure();
    await engine.command(['rmi', image.id]);
    removed.push({ image: tell(image), said: image.bytes, freed: before - (await measure()) });
    if (removed.length > 10) break;
  }
  return { first, whole, removed, freed: whole - (await measure()) };
}

/** What the engine itself counts: every layer of its store once. */
async function layersSize({ socketPath }: RunningEngine): Promise<number> {
  const body = await new Promise<string>((resolve, reject) => {
    const call = request({ socketPath, path: '/v1.41/system/df' }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(text)).on('error', reject);
    });
    call.on('error', reject).end();
  });
  return (JSON.parse(body) as { readonly LayersSize: number }).LayersSize;
}

function dockerSource({ host, socketPath }: RunningEngine, memory: Memory): ImageSource {
  const endpoint = { location: host, address: { kind: 'socket' as const, path: socketPath } };
  return createDockerSource({ endpoint, facts: memory, timeoutMs: 60_000, concurrency: 8, env: {} });
}

const EXPECTED = ['superseded acme/web:1.0.0', 'dangling without a name', 'unused acme/api:2.0.0'];

systemTest('what nothing needs of a real docker', ['dockerd', 'docker', 'docker-registry', 'busybox'], () => {
  let engine: RunningEngine;
  let registry: RunningRegistry;
  beforeAll(async () => {
    [engine, registry] = await Promise.all([startDockerd(), startDockerRegistry()]);
    await fillStore(engine, registry.host, []);
  });
  afterAll(async () => {
    await Promise.all([engine.stop(), registry.stop()]);
  });

  test('is what is superseded, dangling or unused; each frees what is said, and all together, too', async () => {
    const memory = createNullMemory(() => Date.parse('2026-11-20T12:00:00Z'));
    const source = dockerSource(engine, memory);
    const { first, whole, removed, freed } = await removeAll(
      engine,
      () => findNeeds(source, memory),
      () => layersSize(engine),
    );
    expect(first.unneeded.map(tell)).toEqual(EXPECTED);
    expect(first.unneeded.map(({ bytes }) => bytes)).toEqual([FILES.old, FILES.first, FILES.api]);
    expect(first.bytes).toBe(whole);
    expect(removed.map(({ freed: each }) => each)).toEqual(removed.map(({ said }) => said));
    expect(first.freedBytes).toBe(freed);
  });
});

systemTest('what nothing needs of a real podman', ['podman', 'docker-registry', 'busybox'], () => {
  let engine: RunningEngine;
  let registry: RunningRegistry;
  let context: TemporaryDirectory;
  beforeAll(async () => {
    [engine, registry] = await Promise.all([startPodmanService(), startDockerRegistry()]);
    await fillStore(engine, registry.host, ['--tls-verify=false']);
    // of what a list of manifests refers to only the list has a name
    context = await makeTemporaryDirectory();
    await writeFile(join(context.path, 'Dockerfile'), `FROM ${registry.host}/acme/base:1\nCOPY Dockerfile /listed\n`);
    await engine.command(['build', '--network', 'none', '--manifest', 'localhost/listed:1', context.path]);
  });
  afterAll(async () => {
    await Promise.all([engine.stop(), registry.stop(), context.remove()]);
  });

  test('is the same through its service and from its files, and frees the layers that are said', async () => {
    const root = join(engine.socketPath, '../root');
    const memory = createNullMemory(() => Date.parse('2026-11-20T12:00:00Z'));
    const place = { transport: 'containers-storage', written: 'containers-storage:', path: root, driver: null, image: null } as const;
    const files = createContainersStorageSource(place, { env: {}, home: null, uid: 0, cwd: '/', platform: AMD64 });
    const [viaService, viaFiles] = [
      await findNeeds(dockerSource(engine, memory), memory),
      await findNeeds(
        files,
        createNullMemory(() => Date.parse('2026-11-20T12:00:00Z')),
      ),
    ];
    const bare = ({ images, bytes, unneeded, freedBytes }: StoreNeeds) => ({
      images,
      bytes,
      freedBytes,
      unneeded: unneeded.map((each) => [tell(each), each.id, each.bytes]),
    });
    expect(bare(viaFiles)).toEqual(bare(viaService));
    expect(viaFiles.unneeded.map(tell)).toEqual(EXPECTED);
    const measure = async (): Promise<number> => {
      const layers = JSON.parse(await readFile(join(root, 'vfs-layers/layers.json'), 'utf8')) as readonly {
        readonly 'diff-size'?: number;
      }[];
      return layers.reduce((sum, layer) => sum + (layer['diff-size'] ?? 0), 0);
    };
    const { first, removed, freed } = await removeAll(engine, () => findNeeds(files, memory), measure);
    expect(removed.map(({ freed: each }) => each)).toEqual(removed.map(({ said }) => said));
    expect(first.freedBytes).toBe(freed);
  });
});
