import { join } from 'node:path';
import { createAnswers } from '../../src/check/answers.ts';
import { checkBases } from '../../src/check/check-bases.ts';
import { createImageNotes } from '../../src/check/image-notes.ts';
import type { Subject } from '../../src/check/images-to-check.ts';
import { createLocalBases } from '../../src/check/local-bases.ts';
import type { Memory } from '../../src/check/ports.ts';
import type { BaseVersion } from '../../src/core/base/version.ts';
import { digestOf, type Digest } from '../../src/core/digest.ts';
import type { HistoryEntry } from '../../src/core/history.ts';
import type { ImageContents } from '../../src/core/image-contents.ts';
import type { InstalledImage } from '../../src/core/installed.ts';
import { normalizePlatform, renderPlatform } from '../../src/core/platform.ts';
import type { Reference } from '../../src/core/reference.ts';
import { createNullMemory, openMemory } from '../../src/store/open-memory.ts';
import { median, type Workbench } from './measure.ts';
import { bounded, ms, type Row } from './rows.ts';

const SIZES = [250, 500, 1_000, 2_000, 4_000];

/** What it computes to decide about so many images, of which each stands on another base that is remembered, without any request. */
export async function benchDeciding({ newHome }: Workbench): Promise<readonly Row[]> {
  const inFile = (): OpenMemory => {
    const home = newHome();
    return () =>
      openMemory({ cacheDirectory: join(home, 'cache'), stateDirectory: join(home, 'state'), uid: process.getuid?.() ?? null, now });
  };
  const inNothing = (): OpenMemory => {
    const memory = createNullMemory(now);
    return () => ({ ...memory, close: () => undefined });
  };
  await decideAll(makeWorld(250), inNothing());
  return [...(await benchMemory('remembered in this run', inNothing)), ...(await benchMemory('remembered in files', inFile))];
}

type OpenMemory = () => Memory;

async function benchMemory(where: string, make: () => OpenMemory): Promise<readonly Row[]> {
  const times: number[] = [];
  let ofThousand = 0;
  for (const size of SIZES) {
    const world = makeWorld(size);
    const runs: number[] = [];
    for (let turn = 0; turn < 3; turn += 1) runs.push(await decideAll(world, make()));
    times.push(median(runs));
    if (size === 1_000) ofThousand = median(runs);
  }
  const [first = 1, last = 1] = [times[0], times.at(-1)];
  const perImage = last / first / ((SIZES.at(-1) ?? 1) / (SIZES[0] ?? 1));
  return [
    bounded(`deciding 1,000 images on 1,000 bases, ${where}: CPU`, ms(ofThousand), { bound: 'under 1,000 ms', holds: ofThousand < 1_000 }),
    bounded(`  of ${SIZES.join(', ')}`, `${times.map(ms).join(', ')}: ${perImage.toFixed(2)} x an image`, {
      bound: 'linear: about 1 x',
      holds: perImage < 2,
    }),
  ];
}

/** Milliseconds of CPU that the decisions take, reading what is remembered included. */
async function decideAll(world: World, open: OpenMemory): Promise<number> {
  const filled = open();
  for (const version of world.versions) filled.writeBase(version);
  for (const { repository, tag, topDigest } of world.versions) {
    if (tag !== null && topDigest !== null)
      filled.writeTag(repository, tag, { kind: 'found', digest: topDigest, mediaType: null, observedAt: now() });
  }
  filled.close();

  const memory = open();
  const start = process.cpuUsage();
  const answers = createAnswers(
    { memory, now, signal: new AbortController().signal, openRegistry: () => Promise.reject(new Error('a registry was asked')) },
    { maxAgeMs: 3_600_000, offline: false },
  );
  const local = createLocalBases({
    images: world.subjects.map(({ image }) => image),
    isTogether: () => true,
    readBuild: (image) => Promise.resolve({ history: world.histories.get(image)?.history ?? null, annotations: new Map(), ancestors: [] }),
  });
  const reports = await checkBases(world.subjects, new Map(), {
    ports: {
      answers,
      remembered: answers,
      memory,
      notes: createImageNotes(memory),
      local,
      now,
      signal: new AbortController().signal,
      refusal: () => null,
      isUncounted: () => false,
    },
    options: { jobs: 16, toldOf: () => [], candidates: [], places: new Map(), records: 'remembered' },
  });
  const { user, system } = process.cpuUsage(start);
  memory.close();
  const kinds = [...reports.values()].map(({ verdict }) => verdict.kind);
  const moved = kinds.filter((kind) => kind === 'moved').length;
  const current = kinds.filter((kind) => kind === 'current').length;
  if (moved + current !== world.subjects.length || moved !== world.moved)
    throw new Error(`decided otherwise: ${moved} moved, ${current} current`);
  return (user + system) / 1_000;
}

const now = (): number => Date.parse('2026-11-20T10:00:00Z');

type World = {
  readonly versions: readonly BaseVersion[];
  readonly subjects: readonly Subject[];
  readonly histories: ReadonlyMap<InstalledImage, ImageContents>;
  readonly moved: number;
};

const PLATFORM = normalizePlatform({ os: 'linux', architecture: 'amd64' });

/** Each image on a base of its own; every fourth base has moved since. */
function makeWorld(size: number): World {
  const versions: BaseVersion[] = [];
  const subjects: Subject[] = [];
  const histories = new Map<InstalledImage, ImageContents>();
  let moved = 0;
  for (let number = 0; number < size; number += 1) {
    const base = makeContents(`base ${number}`, '2026-10-01', 4, null);
    versions.push(makeVersion(number, base, Date.parse('2026-10-02T00:00:00Z')));
    if (number % 4 === 0) {
      moved += 1;
      versions.push(makeVersion(number, makeContents(`base ${number} again`, '2026-11-01', 4, null), Date.parse('2026-11-02T00:00:00Z')));
    }
    const contents = makeContents(`app ${number}`, '2026-10-08', 3, base);
    const subject = makeSubject(number, contents);
    subjects.push(subject);
    histories.set(subject.image, contents);
  }
  return { versions, subjects, histories, moved };
}

/** With an empty step after each layer. */
function makeContents(word: string, day: string, layers: number, below: ImageContents | null): ImageContents {
  const own = Array.from({ length: layers }, (_, layer) => layer);
  const steps = own.flatMap((layer) => [
    makeStep(`RUN make ${word} ${layer}`, `${day}T08:00:0${layer}.123456789Z`, false),
    makeStep(`ENV LAYER=${layer}`, `${day}T08:00:0${layer}.123456789Z`, true),
  ]);
  return {
    diffIds: [...(below?.diffIds ?? []), ...own.map((layer) => sha256(`${word} ${layer}`))],
    history: { entries: [...(below?.history?.entries ?? []), ...steps], precision: 'exact' },
    created: `${day}T08:00:09Z`,
    settings: null,
  };
}

function makeStep(createdBy: string, created: string, emptyLayer: boolean): HistoryEntry {
  return { created, createdBy, comment: 'buildkit.dockerfile.v0', author: null, emptyLayer };
}

function makeVersion(number: number, contents: ImageContents, seen: number): BaseVersion {
  const word = contents.diffIds.join(' ');
  return {
    repository: { registry: 'docker.io', repository: `bases/base-${number}` },
    tag: '1',
    platform: renderPlatform(PLATFORM),
    topDigest: sha256(`index ${word}`),
    manifestDigest: sha256(`manifest ${word}`),
    configDigest: sha256(`config ${word}`),
    contents,
    firstSeen: seen,
    lastSeen: seen,
  };
}

function makeSubject(number: number, contents: ImageContents): Subject {
  const reference: Reference = { registry: 'docker.io', repository: `library/app-${number}`, tag: 'dev', digest: null };
  const configDigest = sha256(`config of app ${number}`);
  const image: InstalledImage = {
    imageId: configDigest,
    configDigest,
    platform: PLATFORM,
    created: contents.created,
    size: 1,
    diffIds: contents.diffIds,
    labels: new Map(),
    tags: [reference],
    repoDigests: [],
    contentDigests: [],
    fingerprint: null,
    origin: { kind: 'repo-digests' },
  };
  return {
    image,
    reference,
    text: `app-${number}:dev`,
    name: `app-${number}:dev`,
    platform: PLATFORM,
    containers: [],
    sources: [],
    hold: null,
  };
}

const sha256 = (text: string): Digest => digestOf(Buffer.from(text));
