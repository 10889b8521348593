import { afterEach, describe, expect, it } from 'vitest';
import { createAnswers } from '../../src/check/answers.ts';
import { checkBases } from '../../src/check/check-bases.ts';
import { createImageNotes } from '../../src/check/image-notes.ts';
import { listSubjects } from '../../src/check/images-to-check.ts';
import type { BaseReport } from '../../src/check/report.ts';
import { createLocalBases } from '../../src/check/local-bases.ts';
import type { Inventory, Memory, Registry } from '../../src/check/ports.ts';
import { makeClaim } from '../../src/core/base/claim.ts';
import { reason } from '../../src/core/reason.ts';
import { answer } from '../../src/demo/answer.ts';
import type { StoredImage } from '../../src/demo/engine-documents.ts';
import { type EmbeddedEngine, startEngine } from '../../src/demo/engine-server.ts';
import { type Blob, type HistoryStep, type ImageDocument, makeImage, makeLayer } from '../../src/demo/images.ts';
import { packTar } from '../../src/demo/tar.ts';
import { findEngine } from '../../src/sources/docker/find-engine.ts';
import { createDockerSource } from '../../src/sources/docker/source.ts';
import { createNullMemory } from '../../src/store/open-memory.ts';
import { makeReference } from '../helpers/makers.ts';

const NOW = Date.parse('2026-11-20T10:00:00Z');

let engine: EmbeddedEngine | null = null;
const opened: Inventory[] = [];
afterEach(async () => {
  for (const inventory of opened.splice(0)) inventory.close();
  await engine?.close();
  engine = null;
});

/** `+` makes a layer; at a time of 2026-11-01. */
type Step = readonly [does: string, time: string];

/** As BuildKit writes it. */
function build(name: string, steps: readonly Step[]): ImageDocument {
  const dated = steps.map(([does, time]) => ({ does, created: `2026-11-01T${time}Z` }));
  const created = '2026-11-01T08:00:00Z';
  return makeImage({
    layers: dated
      .filter(({ does }) => does.startsWith('+'))
      .map(({ does, created: at }) => makeLayer({ files: { [does.slice(1)]: does.includes('own') ? name : at }, created })),
    created: dated.at(-1)?.created ?? created,
    history: dated.map(({ does, created: at }): HistoryStep => {
      const isLayer = does.startsWith('+');
      const step = { created: at, created_by: isLayer ? `COPY ${does.slice(1)} / # buildkit` : does, comment: 'buildkit.dockerfile.v0' };
      return isLayer ? step : { ...step, empty_layer: true };
    }),
  });
}

const stored = (name: string, image: ImageDocument): StoredImage => ({
  ...{ image, target: image, tags: [name] },
  repoDigests: name.startsWith('base') ? [`${name.replace(/:.*/, '')}@${image.digest}`] : [],
});

/** Whatever is asked for of these is there; every tag names `now`. */
function serve(now: ImageDocument, others: readonly ImageDocument[]): Registry {
  const blobs = new Map<string, Blob>(
    [now, ...others].flatMap((image) => [image, image.config].map((blob) => [blob.digest, blob] as const)),
  );
  const fetch: Registry['fetchConfig'] = (_, { digest }) => {
    const bytes = blobs.get(digest)?.bytes;
    return Promise.resolve(
      bytes === undefined ? { ok: false, reason: reason('not-found-or-private', 'not there') } : { ok: true, value: bytes },
    );
  };
  return {
    announce: () => undefined,
    listTags: () => Promise.resolve({ kind: 'unknown', reason: reason('offline', 'no list of tags') }),
    resolveTag: () => Promise.resolve({ kind: 'found', digest: now.digest, mediaType: now.mediaType, body: null }),
    fetchManifest: fetch,
    fetchConfig: fetch,
    usage: () => [],
    warnings: () => [],
    close: () => Promise.resolve(),
  };
}

async function startWith(images: readonly StoredImage[], isSaved = true): Promise<void> {
  engine = await startEngine({
    images,
    intercept: ({ path }) => {
      const config = images.find(({ image }) => decodeURIComponent(path).endsWith(`/images/${image.config.digest}/get`))?.image.config;
      if (config === undefined || !isSaved) return null;
      const saved = packTar([{ path: `${config.digest.slice(7)}.json`, content: config.bytes, mode: 0o644 }], 0);
      return { kind: 'answer', answer: answer(200, {}, saved) };
    },
  });
}

/** What is said of the bases of all apps, which are said to be `base:1`; on a machine that remembers. */
async function check(registry: Registry, memory: Memory): Promise<readonly string[]> {
  return (await checkApps(registry, memory)).map(({ verdict }) =>
    verdict.kind === 'moved' ? `${verdict.movement}, ${verdict.confidence}` : `${verdict.kind}, ${verdict.confidence}`,
  );
}

async function checkApps(registry: Registry, memory: Memory): Promise<readonly BaseReport[]> {
  const { signal } = new AbortController();
  const endpoint = await findEngine({ host: engine!.host, context: null, env: {}, home: null, platform: 'linux' });
  const source = createDockerSource({ endpoint, facts: memory, timeoutMs: 5000, concurrency: 4, env: {} });
  const inventory = await source.list({ all: false, signal, onProgress: () => undefined });
  opened.push(inventory);
  const subjects = listSubjects(inventory, { matches: null, platformFor: () => null }).filter(({ name }) => name.startsWith('app'));
  const ports = { memory, openRegistry: () => Promise.resolve(registry), now: () => NOW, signal };
  const reports = await checkBases(subjects, new Map(), {
    ports: {
      ...{ memory, signal, now: () => NOW, refusal: () => null, isUncounted: () => false },
      answers: createAnswers(ports, { maxAgeMs: 0, offline: false }),
      remembered: createAnswers(ports, { maxAgeMs: 0, offline: true }),
      notes: createImageNotes(memory),
      local: createLocalBases({ images: inventory.images, isTogether: () => true, readBuild: inventory.readBuild }),
    },
    options: {
      ...{ jobs: 4, candidates: [], places: new Map(), records: 'remembered', comparesLayers: true },
      toldOf: () => [makeClaim('flag', '--base', { reference: makeReference('base:1') })],
    },
  });
  return subjects.map((subject) => reports.get(subject)!);
}

const saves = (): number => engine!.calls.filter(({ path }) => path.includes('/get')).length;

/** Minutes apart, as what is built from a Dockerfile that runs something. */
const BASE: readonly Step[] = [
  ['+root', '08:00:00.1'],
  ['ENV A=1', '08:01:00.2'],
  ['+tools', '08:01:00.2'],
  ['CMD ["sh"]', '08:02:00.3'],
];
const OWN: readonly Step[] = [
  ['+own', '09:00:00.4'],
  ['CMD ["/own"]', '09:00:00.4'],
];

describe('an exact history', () => {
  it.each([
    ['did not move', BASE, 'current, medium'],
    ['was rebuilt', BASE.map(([does]): Step => [does, '12:00:00.5']), 'layers-differ, high'],
    ['has another layer', [...BASE, ['+more', '12:00:00.5']] as readonly Step[], 'layers-differ, high'],
  ])('is asked for of none of a hundred images whose base %s', async (_, now, says) => {
    const base = build('base', BASE);
    const apps = Array.from({ length: 100 }, (__, number) => stored(`app-${number}:1`, build(`app ${number}`, [...BASE, ...OWN])));
    await startWith(apps);
    const told = await check(
      serve(build('base', now), [base]),
      createNullMemory(() => NOW),
    );
    expect([told.length, new Set(told)]).toEqual([100, new Set([says])]);
    expect(saves()).toBe(0);
  });

  /** BuildKit gives a setting the time of the layer it makes next, so without that layer it has the time of the one before. */
  const QUICK: readonly Step[] = [
    ['+root', '08:00:00.1'],
    ['ENV A=1', '08:00:00.2'],
    ['+tools', '08:00:00.2'],
  ];
  const DROPPED: readonly Step[] = [
    ['+root', '08:00:00.1'],
    ['ENV A=1', '08:00:00.1'],
  ];
  const APP = build('app', [...QUICK, ['+own', '08:00:00.9'], ['CMD ["/own"]', '08:00:00.9']]);
  const registry = serve(build('base', DROPPED), []);

  it('is asked for, once, where whole seconds hide that the base dropped a layer', async () => {
    await startWith([stored('app:1', APP)], true);
    const memory = createNullMemory(() => NOW);
    expect(await check(registry, memory)).toEqual(['upper-layers-removed, medium']);
    expect(saves()).toBe(1);
    expect(await check(registry, memory)).toEqual(['upper-layers-removed, medium']);
    expect(saves()).toBe(1);
  });

  it('changes nothing about which layers lie beside those of the base', async () => {
    await startWith([stored('app:1', APP)], true);
    const [report] = await checkApps(
      registry,
      createNullMemory(() => NOW),
    );
    expect(saves()).toBe(1);
    expect(report?.layers).toMatchObject({ shared: 1, installed: [{}, {}, {}], candidate: [{}] });
  });

  it('is gone without where the engine does not give it', async () => {
    await startWith([stored('app:1', APP)], false);
    expect(
      await check(
        registry,
        createNullMemory(() => NOW),
      ),
    ).toEqual(['current, low']);
    expect(saves()).toBe(1);
  });
});
