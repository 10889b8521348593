import { describe, expect, it } from 'vitest';
import { createAnswers } from '../../src/check/answers.ts';
import { checkBases } from '../../src/check/check-bases.ts';
import type { Settled } from '../../src/check/check-tags.ts';
import { createImageNotes } from '../../src/check/image-notes.ts';
import { listSubjects, type Subject } from '../../src/check/images-to-check.ts';
import { createLocalBases } from '../../src/check/local-bases.ts';
import type { Registry, TagAnswer } from '../../src/check/ports.ts';
import type { BaseReport } from '../../src/check/report.ts';
import type { History } from '../../src/core/history.ts';
import type { InstalledImage } from '../../src/core/installed.ts';
import { reason } from '../../src/core/reason.ts';
import { createNullMemory } from '../../src/store/open-memory.ts';
import { makeDigest, makeImage, makePlatform, makeReference } from '../helpers/makers.ts';

/** A machine on which images come and go, its memory, and what was asked of registries. `records`: how an image was made. */
function openMachine(answer: TagAnswer = { kind: 'unknown', reason: reason('unreachable', 'nobody is there') }) {
  const asked: string[] = [];
  const now = (): number => Date.parse('2026-11-20T10:00:00Z');
  const memory = createNullMemory(now);
  const refused = { ok: false as const, reason: reason('unreachable', 'nobody is there') };
  const ask = <T>(what: string, result: T): Promise<T> => {
    asked.push(what);
    return Promise.resolve(result);
  };
  const registry: Registry = {
    announce: () => undefined,
    listTags: () => Promise.resolve({ kind: 'unknown', reason: reason('offline', 'no list of tags') }),
    resolveTag: ({ repository }, tag) => ask(`HEAD ${repository}:${tag}`, answer),
    fetchManifest: ({ repository }, { digest }) => ask(`GET ${repository}@${digest}`, refused),
    fetchConfig: ({ repository }, { digest }) => ask(`GET ${repository}@${digest}`, refused),
    usage: () => [],
    warnings: () => [],
    close: () => Promise.resolve(),
  };
  return {
    asked,
    check: async (
      images: readonly InstalledImage[],
      settled: ReadonlyMap<Subject, Settled> | null = null,
      records: 'all' | 'remembered' = 'remembered',
      signal = new AbortController().signal,
      comparesLayers = false,
    ) => {
      asked.length = 0;
      const inventory = {
        kind: 'docker-daemon',
        location: '',
        images,
        containers: [],
        insecureRegistries: [],
        warnings: [],
        failures: [],
        readBuild: (image: InstalledImage) =>
          Promise.resolve({ history: HISTORIES.get(image.imageId) ?? null, annotations: new Map(), ancestors: [] }),
        close: () => undefined,
      };
      const subjects = listSubjects(inventory, { matches: null, platformFor: () => null });
      const ports = { memory, openRegistry: () => Promise.resolve(registry), now, signal };
      const answers = createAnswers(ports, { maxAgeMs: 0, offline: false });
      const reports = await checkBases(subjects, settled ?? settle(subjects), {
        ports: {
          answers,
          remembered: createAnswers(ports, { maxAgeMs: 0, offline: true }),
          memory,
          notes: createImageNotes(memory),
          local: createLocalBases({ images, isTogether: () => true, readBuild: inventory.readBuild }),
          now,
          signal,
          refusal: () => null,
          isUncounted: () => false,
        },
        options: { jobs: 4, toldOf: () => [], candidates: [], places: new Map(), records, comparesLayers },
      });
      return new Map(subjects.map((subject) => [subject.name, reports.get(subject)]));
    },
  };
}

/** As if no tag named what is here any more. */
function settle(subjects: readonly Subject[]): ReadonlyMap<Subject, Settled> {
  const verdict = { kind: 'rebuilt', candidate: makeDigest('another'), why: '' } as const;
  return new Map(subjects.map((subject) => [subject, { check: { verdict, offered: null, trail: [] }, resolution: null }]));
}

const HISTORIES = new Map<string, History>();

/** An image made by these steps, each with a layer, a minute after the other. */
function make(name: string, steps: readonly string[], parts: Partial<InstalledImage> = {}): InstalledImage {
  const image = makeImage({
    imageId: makeDigest(name),
    configDigest: makeDigest(name),
    diffIds: steps.map(makeDigest),
    tags: [makeReference(name)],
    repoDigests: [],
    created: timeOf(steps.length - 1),
    ...parts,
  });
  const entries = steps.map((step, minute) => ({
    created: timeOf(minute),
    createdBy: step,
    comment: null,
    author: null,
    emptyLayer: null,
  }));
  HISTORIES.set(image.imageId, { entries, precision: 'seconds' });
  return image;
}

const timeOf = (minute: number): string => new Date(Date.UTC(2026, 9, 1, 8, minute)).toISOString();

const kindOf = (report: BaseReport | undefined): string =>
  report === undefined ? 'missing' : report.verdict.kind === 'unknown' ? `unknown/${report.verdict.reason.kind}` : report.verdict.kind;

describe('a base that was built here by BuildKit into the containerd store', () => {
  const store: Partial<InstalledImage> = { configDigest: null, origin: { kind: 'identity', pulledFrom: [], built: true } };
  const base = make('acme/base:1', ['COPY a'], { ...store, contentDigests: [makeDigest('base index'), makeDigest('base manifest')] });
  const app = make('acme/app:1', ['COPY a', 'COPY app'], {
    ...store,
    contentDigests: [makeDigest('app index'), makeDigest('app manifest')],
  });

  it('is compared with what its name has here, and asked of no registry, not even when it was removed', async () => {
    const machine = openMachine();
    const first = await machine.check([base, app]);
    expect(kindOf(first.get('acme/app:1'))).toBe('current');
    const second = await machine.check([app]);
    expect(kindOf(second.get('acme/app:1'))).toBe('unknown/no-evidence');
    expect(machine.asked).toEqual([]);
  });
});

describe('a base that was built here for several platforms', () => {
  const store: Partial<InstalledImage> = { configDigest: null, origin: { kind: 'identity', pulledFrom: [], built: true } };
  const builtFor = (name: string, steps: readonly string[], architecture: string): InstalledImage => {
    const platform = makePlatform(`linux/${architecture}`);
    const diffIds = steps.map((step) => makeDigest(`${step} ${architecture}`));
    return make(name, steps, { ...store, platform, diffIds, contentDigests: [makeDigest(name), makeDigest(`${name} ${architecture}`)] });
  };

  it.each(['arm64', 'amd64'])('is for each what its name has for that platform (%s)', async (architecture) => {
    const machine = openMachine();
    const app = builtFor('acme/app:1', ['COPY a', 'COPY b', 'COPY app'], architecture);
    await machine.check([...['amd64', 'arm64'].map((each) => builtFor('acme/base:1', ['COPY a', 'COPY b'], each)), app]);
    const moved = [...['amd64', 'arm64'].map((each) => builtFor('acme/base:1', ['COPY a'], each)), app];
    const report = (await machine.check(moved)).get('acme/app:1');
    expect(report?.verdict).toMatchObject({ kind: 'moved', movement: 'upper-layers-removed' });
    expect(machine.asked).toEqual([]);
  });
});

describe('an image in the containerd store whose tag moved', () => {
  it.each(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])(
    'is looked for in its registry by its index, which leads to provenance (%s)',
    async (seed) => {
      const index = makeDigest(`index ${seed}`);
      const repoDigests = [{ registry: 'registry.example', repository: 'web', digest: index }];
      const contentDigests = [index, makeDigest(`manifest ${seed}`)];
      const web = make('registry.example/web:1', ['COPY web'], {
        configDigest: null,
        repoDigests,
        contentDigests,
        origin: { kind: 'unrecorded' },
      });
      const machine = openMachine();
      await machine.check([web], null, 'all');
      expect(machine.asked).toEqual([`GET web@${index}`]);
    },
  );
});

describe('a tag and an image of it that was tagged again', () => {
  it('are one image, which is not its own base', async () => {
    const machine = openMachine();
    const app = make('app:1', ['COPY a', 'COPY app'], { tags: [makeReference('app:1'), makeReference('registry.example/app:1')] });
    const reports = await machine.check([app]);
    expect([...reports.values()].map(kindOf)).toEqual(['unknown/no-evidence', 'unknown/no-evidence']);
  });
});

describe('an earlier version of an image', () => {
  it('is not its base, under another tag nor left behind by the tag', async () => {
    const machine = openMachine();
    const repoDigests = [{ registry: 'docker.io', repository: 'acme/app', digest: makeDigest('old app') }];
    const images = [
      make('acme/app:1', ['COPY a', 'COPY app']),
      make('acme/app:0', ['COPY a', 'COPY app 0'], { tags: [], repoDigests }),
      make('acme/app:2', ['COPY a', 'COPY app', 'RUN more'], { repoDigests }),
    ];
    const reports = await machine.check(images);
    expect(kindOf(reports.get('acme/app:2'))).toBe('unknown/no-evidence');
    expect(machine.asked).toEqual([]);
  });
});

describe('a run that is interrupted', () => {
  it('ends among images that need no question, however many follow', async () => {
    const machine = openMachine();
    const base = make('acme/base:1', ['COPY a']);
    const apps = Array.from({ length: 500 }, (_, number) => make(`acme/app:${number}`, ['COPY a', `COPY ${number}`]));
    const interruption = new AbortController();
    setImmediate(() => interruption.abort());
    const checking = machine.check([base, ...apps], null, 'remembered', interruption.signal);
    const end = await checking.then(
      () => 'all were looked at',
      (error: unknown) => error,
    );
    expect(end).toBe(interruption.signal.reason);
  });
});

describe('the layers of an image whose base is only on this machine, and was built again', () => {
  const base = make('acme/base:1', ['COPY a', 'COPY b']);
  const again = make('acme/base:1', ['COPY a', 'COPY c'], { imageId: makeDigest('base again'), configDigest: makeDigest('base again') });
  const app = make('acme/app:1', ['COPY a', 'COPY b', 'COPY app']);

  it('lie beside those of that base as it is here', async () => {
    const machine = openMachine();
    await machine.check([base, app]);
    const reports = await machine.check([again, app], null, 'remembered', undefined, true);
    expect(kindOf(reports.get('acme/app:1'))).toBe('moved');
    expect(reports.get('acme/app:1')?.layers).toMatchObject({ shared: 1, candidate: again.diffIds?.map((diffId) => ({ diffId })) });
    expect(machine.asked).toEqual([]);
  });
});
