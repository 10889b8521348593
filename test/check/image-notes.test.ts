import { describe, expect, it } from 'vitest';
import { createAnswers } from '../../src/check/answers.ts';
import { checkBases } from '../../src/check/check-bases.ts';
import { createImageNotes } from '../../src/check/image-notes.ts';
import { listSubjects } from '../../src/check/images-to-check.ts';
import { createLocalBases } from '../../src/check/local-bases.ts';
import type { Registry } from '../../src/check/ports.ts';
import { type Findings, makeClaim, NOTHING_FOUND } from '../../src/core/base/claim.ts';
import type { BuildRecord, InstalledImage } from '../../src/core/installed.ts';
import { joinImages } from '../../src/core/join-images.ts';
import { reason } from '../../src/core/reason.ts';
import { createNullMemory } from '../../src/store/open-memory.ts';
import { makeDigest, makeImage, makePlatform, makeReference } from '../helpers/makers.ts';

const now = (): number => Date.parse('2026-11-20T10:00:00Z');

const inEngine = makeImage({ repoDigests: [] });
const inLayout = makeImage({
  repoDigests: [],
  contentDigests: [makeDigest('index'), makeDigest('manifest')],
  fingerprint: 'f',
  origin: { kind: 'carried' },
});
const inOtherLayout = { ...inLayout, contentDigests: [makeDigest('attested index'), makeDigest('manifest')] };

const SILENT: BuildRecord = {
  history: {
    entries: [1, 2].map((minute) => ({
      created: `2026-10-01T08:0${minute}:00Z`,
      createdBy: 'COPY',
      comment: null,
      author: null,
      emptyLayer: null,
    })),
    precision: 'exact',
  },
  annotations: new Map(),
  ancestors: [],
};

describe('that an image says nothing of its base', () => {
  const traces = {
    contents: { diffIds: inEngine.diffIds ?? [], history: SILENT.history, created: null, settings: null },
    labels: new Map(),
    annotations: new Map(),
  };
  const isSilentFor = (image: InstalledImage, learnedOf: InstalledImage): boolean => {
    const memory = createNullMemory(now);
    const before = createImageNotes(memory);
    before.recall([learnedOf]);
    before.learnSilence(learnedOf, traces);
    before.keep();
    const after = createImageNotes(memory);
    after.recall([image]);
    return after.isSilent(image);
  };

  it.each([
    ['an engine', inEngine],
    ['a layout', inLayout],
    ['an engine and a layout', joinImages([inEngine, inLayout], null)],
  ])('is remembered where it was found out: %s', (_, image) => {
    expect(isSilentFor(image, image)).toBe(true);
    expect(isSilentFor({ ...image, tags: [] }, image)).toBe(true);
  });

  it.each([
    ['an engine found is not true of a layout', inLayout, inEngine],
    ['a layout showed is not true of an engine', inEngine, inLayout],
    ['a layout showed is not true of one with another index', inOtherLayout, inLayout],
    ['an engine found is not true of it together with a layout', joinImages([inEngine, inLayout], null), inEngine],
    ['one platform of it showed is not true of another', { ...inEngine, platform: makePlatform('linux/arm64') }, inEngine],
  ])('as %s', (_, image, learnedOf) => {
    expect(isSilentFor(image, learnedOf)).toBe(false);
  });
});

describe('an image of which nothing but what came with it tells', () => {
  /** What is said of its base, run after run, while no registry answers; and whether it was asked how the image was made. */
  async function look(recorded: Findings): Promise<{ readonly said: readonly string[]; readonly asked: readonly boolean[] }> {
    const said: string[] = [];
    const asked = [false, false, false];
    const memory = createNullMemory(now);
    const refused = { ok: false as const, reason: reason('unreachable', 'nobody is there') };
    const registry: Registry = {
      announce: () => undefined,
      listTags: () => Promise.resolve({ kind: 'unknown', reason: reason('offline', 'no list of tags') }),
      resolveTag: () => Promise.resolve({ kind: 'unknown', reason: refused.reason }),
      fetchManifest: () => Promise.resolve(refused),
      fetchConfig: () => Promise.resolve(refused),
      usage: () => [],
      warnings: () => [],
      close: () => Promise.resolve(),
    };
    const inventory = {
      kind: 'oci',
      location: '',
      images: [{ ...inLayout, tags: [makeReference('localhost/app:1')] }],
      containers: [],
      insecureRegistries: [],
      warnings: [],
      failures: [],
      readBuild: () => {
        asked[said.length] = true;
        return Promise.resolve({ ...SILENT, recorded });
      },
      close: () => undefined,
    };
    for (let run = 0; run < 3; run += 1) {
      const { signal } = new AbortController();
      const ports = { memory, openRegistry: () => Promise.resolve(registry), now, signal };
      const answers = createAnswers(ports, { maxAgeMs: 0, offline: false });
      const subjects = listSubjects(inventory, { matches: null, platformFor: () => null });
      const reports = await checkBases(subjects, new Map(), {
        ports: {
          ...{ answers, remembered: answers, memory, now, signal },
          notes: createImageNotes(memory),
          local: createLocalBases({ images: inventory.images, isTogether: () => true, readBuild: inventory.readBuild }),
          refusal: () => null,
          isUncounted: () => false,
        },
        options: { jobs: 1, toldOf: () => [], candidates: [], places: new Map(), records: 'remembered' },
      });
      const { verdict, rejected } = reports.get(subjects[0]!)!;
      said.push(`${verdict.kind === 'unknown' ? verdict.reason.kind : verdict.kind} ${rejected.map(({ why }) => why).join()}`.trim());
    }
    return { said, asked };
  }

  it('is looked at in every run where its provenance names one', async () => {
    const claim = makeClaim('provenance', 'provenance', { reference: makeReference('debian:12'), digests: [makeDigest('debian')] });
    expect(new Set((await look({ claims: [claim], rejected: [] })).said)).toEqual(
      new Set(['unreachable what it names could not be read: nobody is there']),
    );
  });

  it('tells in every run why its provenance does not count', async () => {
    const rejected = [{ source: 'provenance', where: 'provenance', why: 'it did not come with the image' }] as const;
    expect(new Set((await look({ claims: [], rejected })).said)).toEqual(new Set(['no-evidence it did not come with the image']));
  });

  it('is looked at once where that is nothing', async () => {
    expect(await look(NOTHING_FOUND)).toEqual({ said: Array(3).fill('no-evidence'), asked: [true, false, false] });
  });
});
