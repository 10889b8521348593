import { createServer, request, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packTar } from '../../src/demo/tar.ts';
import { type HistoryStep, type ImageDocument, makeImage, makeLayer } from '../../src/demo/images.ts';
import { type EmbeddedRegistry, startRegistry } from '../../src/demo/registry-server.ts';
import type { Document } from '../../src/core/document.ts';
import { NO_ENGINE, tellBase } from '../helpers/base-answers.ts';
import { type RunningEngine, startDockerd } from '../helpers/engines.ts';
import { runCli } from '../helpers/run-cli.ts';
import { systemTest } from '../helpers/system.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';

const CREATED = '2026-11-01T08:00:00Z';
const [ROOT, TOOLS, APP] = ['root', 'tools', 'app'].map((name) => makeLayer({ files: { [name]: name }, created: CREATED }));

/** As BuildKit writes it: a setting has the time of the layer that is made next, else of the one before. */
const step = (created_by: string, fraction: number, more: Partial<HistoryStep> = {}): HistoryStep => ({
  ...{ created: CREATED.replace('Z', `.${fraction}Z`), created_by, comment: 'buildkit.dockerfile.v0' },
  ...more,
});
const setting = (created_by: string, fraction: number): HistoryStep => step(created_by, fraction, { empty_layer: true });

const NOW = makeImage({
  layers: [ROOT!],
  created: CREATED,
  history: [step('COPY root / # buildkit', 1), setting('ENV A=1', 1)],
});
/** On the base as it was, all within one second. */
const IMAGE = makeImage({
  layers: [ROOT!, TOOLS!, APP!],
  created: CREATED,
  history: [
    step('COPY root / # buildkit', 1),
    setting('ENV A=1', 2),
    step('COPY tools / # buildkit', 2),
    step('COPY app / # buildkit', 9),
    setting('CMD ["/app"]', 9),
  ],
});

systemTest('an image all of whose steps were made in one second', ['dockerd', 'docker'], () => {
  let engine: RunningEngine;
  let registry: EmbeddedRegistry;
  let counter: Counter;
  let directory: TemporaryDirectory;

  beforeAll(async () => {
    [engine, registry, directory] = await Promise.all([
      startDockerd(),
      startRegistry({ auth: { kind: 'none' } }),
      makeTemporaryDirectory(),
    ]);
    counter = await startCounter(join(directory.path, 'counted.sock'), engine.socketPath);
    registry.put('acme/base', '1', NOW);
    await engine.command(['load'], { stdin: packArchive('acme/quick:1', IMAGE) });
  });
  afterAll(async () => {
    await counter.close();
    await Promise.all([engine.stop(), registry.close(), directory.remove()]);
  });

  const check = async (host: string, target: string, home = join(directory.path, 'home')): Promise<string> => {
    const ran = await runCli(['check', '-H', host, target, '--base', `${registry.host}/acme/base:1`, '--json'], {
      home,
      cwd: directory.path,
    });
    const [image, ...others] = (JSON.parse(ran.stdout) as Document).images;
    expect(others).toEqual([]);
    return tellBase(image!);
  };

  test('is told of by the engine as by its archive, for which the engine saves it once', async () => {
    await engine.command(['save', '--output', join(directory.path, 'app.tar'), 'acme/quick:1']);
    const archived = await check(NO_ENGINE, 'docker-archive:app.tar', join(directory.path, 'another-home'));
    expect(archived).toBe('moved/upper-layers-removed, medium');
    expect(await check(counter.host, 'docker-daemon:acme/quick:1')).toBe(archived);
    expect(counter.saves()).toBe(1);
    expect(await check(counter.host, 'docker-daemon:acme/quick:1')).toBe(archived);
    expect(counter.saves()).toBe(1);
  });

  test('is told of with less confidence where a proxy allows no more than to look', async () => {
    counter.forbid();
    const home = join(directory.path, 'forbidden-home');
    expect(await check(counter.host, 'docker-daemon:acme/quick:1', home)).toBe('current, low');
  });
});

/** As docker saved them before 25. */
function packArchive(name: string, { config, layers }: ImageDocument): Uint8Array {
  const file = (path: string, content: Uint8Array) => ({ path, content, mode: 0o644 });
  const manifest = [
    { Config: `${config.digest.slice(7)}.json`, RepoTags: [name], Layers: layers.map(({ diffId }) => `${diffId.slice(7)}/layer.tar`) },
  ];
  return packTar(
    [
      file(`${config.digest.slice(7)}.json`, config.bytes),
      ...layers.map(({ bytes, diffId }) => file(`${diffId.slice(7)}/layer.tar`, bytes)),
      file('manifest.json', Buffer.from(JSON.stringify(manifest))),
    ],
    0,
  );
}

type Counter = { readonly host: string; readonly saves: () => number; readonly forbid: () => void; readonly close: () => Promise<void> };

/** Stands before an engine's socket, and counts how often an image is saved. */
async function startCounter(socketPath: string, engine: string): Promise<Counter> {
  let saves = 0;
  let isForbidden = false;
  const server = createServer((incoming, outgoing) => {
    const isSave = /\/images\/[^/]+\/get/.test(incoming.url ?? '');
    if (isSave) saves += 1;
    if (isSave && isForbidden) {
      outgoing.writeHead(403).end('Forbidden');
      return;
    }
    const forwarded = request({ socketPath: engine, path: incoming.url, method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    outgoing.on('close', () => forwarded.destroy());
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    host: `unix://${socketPath}`,
    saves: () => saves,
    forbid: () => {
      isForbidden = true;
    },
    close: () => closeServer(server),
  };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
