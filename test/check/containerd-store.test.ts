import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createAnswers } from '../../src/check/answers.ts';
import { checkTags } from '../../src/check/check-tags.ts';
import { listSubjects } from '../../src/check/images-to-check.ts';
import type { Registry } from '../../src/check/ports.ts';
import { renderPlatform } from '../../src/core/platform.ts';
import { reason } from '../../src/core/reason.ts';
import { type ImageDocument, type ImageOrIndex, type IndexDocument, makeImage, makeIndex, makeLayer } from '../../src/demo/images.ts';
import { createDockerSource } from '../../src/sources/docker/source.ts';
import { createNullMemory } from '../../src/store/open-memory.ts';
import { type FakeEngine, type Replies, type Reply, startFakeEngine } from '../sources/docker/fake-engine.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';

const CREATED = '2026-11-01T08:00:00Z';
const NOW = Date.parse('2026-11-20T10:00:00Z');
const REPOSITORY = 'registry.example/acme/app';

const makeChild = (architecture: string, word: string): ImageDocument =>
  makeImage({
    layers: [makeLayer({ files: { word: `${word} ${architecture}` }, created: CREATED })],
    created: CREATED,
    platform: { os: 'linux', architecture },
  });
const index = (amd64: string, arm64: string, attested = true): IndexDocument =>
  makeIndex({ attested, children: [makeChild('amd64', amd64), makeChild('arm64', arm64)] });

const OLD = index('old', 'old');
const AMD64 = OLD.children[0] as ImageDocument;
const BUILT = makeChild('amd64', 'built here');

/** What a machine has, and what a registry says of the one tag of it. */
type State = {
  readonly target: ImageOrIndex;
  /** Which architectures are on this machine. */
  readonly here: readonly string[];
  /** The repository it is named after. */
  readonly named?: string;
  /** Where it was pulled from; null: it was built here. */
  readonly from: string | null;
  readonly registry: ImageOrIndex | null;
  /** The registry still has by its digest what the tag does not name any more. */
  readonly kept?: boolean;
};

const pulled = { target: OLD, here: ['amd64'], from: REPOSITORY } as const;
const both = { ...pulled, here: ['amd64', 'arm64'] } as const;
const built = { target: BUILT, here: ['amd64'], from: null } as const;

/** `classic`: what the classic store makes of the same, which has one platform of each image. `before`: what API 1.44 to 1.52 cannot prove, `unlisted`: what 1.44 to 1.46 cannot. */
type Row = {
  readonly state: State;
  readonly says: readonly string[];
  readonly classic?: readonly string[];
  readonly before?: readonly string[];
  readonly unlisted?: readonly string[];
};

/** The manifest of the platform that is here is not told, only that of all. */
const MOVED = ['amd64 rebuilt'];
const UNPROVEN = ['amd64 unknown/not-found-or-private'];

const CASES: Readonly<Record<string, Row>> = {
  'one of two platforms pulled, and nothing moved': { state: { ...pulled, registry: OLD }, says: ['amd64 current'] },
  'one pulled, and all moved': { state: { ...pulled, registry: index('new', 'new') }, says: ['amd64 rebuilt'] },
  'one pulled, and the other moved': { state: { ...pulled, registry: index('old', 'new') }, says: ['amd64 current'], unlisted: MOVED },
  'one pulled, and only attestations moved': {
    state: { ...pulled, registry: index('old', 'old', false) },
    says: ['amd64 current'],
    unlisted: MOVED,
  },
  'one pulled, and the tag names its manifest': { state: { ...pulled, registry: AMD64 }, says: ['amd64 current'], unlisted: MOVED },
  'one pulled, and the tag was deleted': { state: { ...pulled, registry: null, kept: true }, says: ['amd64 gone'] },
  'both pulled, and nothing moved': {
    state: { ...both, registry: OLD },
    says: ['amd64 current', 'arm64 current'],
    classic: ['amd64 current'],
  },
  'both pulled, and one moved': {
    state: { ...both, registry: index('old', 'new') },
    says: ['amd64 current', 'arm64 rebuilt'],
    classic: ['amd64 current'],
    unlisted: MOVED,
  },
  'a single manifest pulled, and it moved': { state: { ...pulled, target: AMD64, registry: BUILT }, says: ['amd64 rebuilt'] },
  'built here, and never pushed': { state: { ...built, registry: null }, says: ['amd64 local'], before: UNPROVEN },
  'built here under the name of another': { state: { ...built, registry: OLD }, says: ['amd64 local'], before: ['amd64 rebuilt'] },
  'built here and pushed': { state: { ...built, from: REPOSITORY, registry: BUILT }, says: ['amd64 current'] },
  'pulled, and tagged with another name': {
    state: { ...pulled, named: 'registry.example/mine/app', registry: null },
    says: ['amd64 local'],
    before: UNPROVEN,
  },
  'an index of which nothing is here, and nothing moved': {
    state: { ...pulled, here: [], registry: OLD },
    says: ['amd64 current'],
  },
  'an index of which nothing is here, and all moved': {
    state: { ...pulled, here: [], registry: index('new', 'new') },
    says: ['amd64 rebuilt'],
  },
};

const runnable = (target: ImageOrIndex): readonly ImageDocument[] =>
  target.kind === 'image'
    ? [target]
    : target.children.flatMap((child) => (child.kind === 'image' && child.attests === null ? [child] : []));
const all = (target: ImageOrIndex): readonly ImageOrIndex[] => (target.kind === 'image' ? [target] : [target, ...target.children]);
const descriptor = ({ mediaType, digest, bytes }: ImageOrIndex) => ({ mediaType, digest, size: bytes.length });
const identity = ({ from }: State) => (from === null ? { Build: [{ Ref: 'abc', CreatedAt: CREATED }] } : { Pull: [{ Repository: from }] });

/** What an engine answers by this version of the API. Source: moby, api/docs/CHANGELOG.md; daemon/containerd. */
function answerAs(state: State, minor: number): Replies {
  const { target, here, named = REPOSITORY } = state;
  const isHere = (image: ImageDocument): boolean => here.includes(image.platform.architecture);
  const manifestOf = (child: ImageOrIndex) => ({
    ...{ ID: child.digest, Descriptor: descriptor(child), Size: { Content: 10, Total: 30 } },
    ...(child.kind === 'image' && child.attests !== null
      ? { Kind: 'attestation', Available: here.length > 0, AttestationData: { For: child.attests } }
      : {
          Kind: 'image',
          Available: child.kind === 'image' && isHere(child),
          ImageData: {
            Platform: child.kind === 'image' ? child.platform : null,
            Size: { Unpacked: 20 },
            Containers: [],
            ...(minor >= 54 && child.kind === 'image' && isHere(child) ? { Identity: identity(state) } : {}),
          },
        }),
  });
  const listed = {
    ...{ Id: target.digest, RepoTags: [`${named}:1`], RepoDigests: [`${named}@${target.digest}`], Created: 1_793_520_000, Size: 40 },
    ...(minor >= 52 ? {} : { Labels: null, ParentId: '', SharedSize: -1 }),
    ...(minor >= 47 ? { Manifests: target.kind === 'image' ? [manifestOf(target)] : target.children.map(manifestOf) } : {}),
    ...(minor >= 48 ? { Descriptor: descriptor(target) } : {}),
  };
  const inspected = (image: ImageDocument | undefined): Reply =>
    image === undefined
      ? {
          status: minor >= 48 ? 200 : 404,
          body: minor >= 48 ? { Id: target.digest, Descriptor: descriptor(target) } : { message: 'No such image' },
        }
      : {
          status: 200,
          body: {
            ...{ Id: target.digest, Os: 'linux', Architecture: image.platform.architecture, Created: CREATED, Config: { Labels: null } },
            RootFS: { Type: 'layers', Layers: image.layers.map(({ diffId }) => diffId) },
            ...(minor >= 53 ? { Identity: identity(state) } : {}),
          },
        };
  return {
    '/_ping': { status: 200, headers: { 'Api-Version': `1.${minor}` }, body: 'OK' },
    '/info': {
      status: 200,
      body: { OSType: 'linux', Architecture: 'x86_64', DriverStatus: [['driver-type', 'io.containerd.snapshotter.v1']] },
    },
    '/containers/json': { status: 200, body: [] },
    '/images/json': { status: 200, body: [listed] },
    [`/images/${target.digest}/json`]: inspected(runnable(target).find(isHere)),
    ...Object.fromEntries(
      runnable(target).map((image) => [
        `/images/${target.digest}/json?platform=${JSON.stringify(image.platform)}`,
        inspected(isHere(image) ? image : undefined),
      ]),
    ),
  };
}

/** The same as Engine 28 with graph drivers tells it: the config's digest is the image's id, and only pulls and pushes leave digests. */
function answerClassic(state: State): Replies {
  const { target, from, named = REPOSITORY } = state;
  const [image = BUILT] = runnable(target);
  const RepoDigests = from === null ? [] : [`${from}@${target.digest}`];
  const listed = { Id: image.config.digest, RepoTags: [`${named}:1`], RepoDigests, Created: 1_793_520_000, Size: 40, Labels: null };
  const Layers = image.layers.map(({ diffId }) => diffId);
  return {
    ...answerAs(state, 48),
    '/info': { status: 200, body: { OSType: 'linux', Architecture: 'x86_64', DriverStatus: [['Backing Filesystem', 'extfs']] } },
    '/images/json': { status: 200, body: [listed] },
    [`/images/${image.config.digest}/json`]: {
      status: 200,
      body: {
        Id: image.config.digest,
        Os: 'linux',
        Architecture: 'amd64',
        Created: CREATED,
        Config: {},
        RootFS: { Type: 'layers', Layers },
      },
    },
  };
}

/** Has one tag, and by their digests what it names and, where it was kept, what it named. */
function serve({ registry: now, target, kept = false }: State): Registry {
  const documents = [...(now === null ? [] : all(now)), ...(kept ? all(target) : [])];
  const blobs = new Map<string, Uint8Array>(
    documents.flatMap((each) => [
      [each.digest, each.bytes] as const,
      ...(each.kind === 'image' ? [[each.config.digest, each.config.bytes] as const] : []),
    ]),
  );
  const fetch: Registry['fetchConfig'] = (_, { digest }) => {
    const bytes = blobs.get(digest);
    return Promise.resolve(
      bytes === undefined ? { ok: false, reason: reason('not-found-or-private', 'not there') } : { ok: true, value: bytes },
    );
  };
  return {
    announce: () => undefined,
    listTags: () => Promise.resolve({ kind: 'unknown', reason: reason('offline', 'no list of tags') }),
    resolveTag: (_, tag) => {
      const found = tag === '1' ? now : documents.find(({ digest }) => digest === tag);
      return Promise.resolve(
        found == null ? { kind: 'gone' } : { kind: 'found', digest: found.digest, mediaType: found.mediaType, body: null },
      );
    },
    fetchManifest: fetch,
    fetchConfig: fetch,
    usage: () => [],
    warnings: () => [],
    close: () => Promise.resolve(),
  };
}

let directory: TemporaryDirectory | null = null;
let engine: FakeEngine | null = null;
afterEach(async () => {
  await engine?.close();
  await directory?.remove();
  [engine, directory] = [null, null];
});

/** `amd64 current`: what is said of the tag for each platform, by its name. */
async function check(replies: Replies, registry: Registry): Promise<readonly string[]> {
  directory = await makeTemporaryDirectory();
  const path = join(directory.path, 'engine.sock');
  engine = await startFakeEngine(path, replies);
  const { signal } = new AbortController();
  const memory = createNullMemory(() => NOW);
  const endpoint = { location: `unix://${path}`, address: { kind: 'socket', path } } as const;
  const source = createDockerSource({ endpoint, facts: memory, timeoutMs: 5000, concurrency: 4, env: {} });
  const inventory = await source.list({ all: false, signal, onProgress: () => undefined });
  inventory.close();
  expect(inventory.warnings).toEqual([]);
  const subjects = listSubjects(inventory, { matches: null, platformFor: () => null });
  const policy = { maxAgeMs: 0, offline: false };
  const openRegistry = (): Promise<Registry> => Promise.resolve(registry);
  const answers = createAnswers({ memory, openRegistry, now: () => NOW, signal }, policy);
  const settled = await checkTags(subjects, { answers, openRegistry }, { ...policy, jobs: 4, onProgress: () => undefined });
  const said = subjects.map((subject) => {
    const verdict = settled.get(subject)?.check.verdict;
    const platform = renderPlatform(subject.platform).replace('linux/', '');
    return `${platform} ${verdict?.kind}${verdict?.kind === 'unknown' ? `/${verdict.reason.kind}` : ''}`;
  });
  return said.sort();
}

const MINORS = [44, 47, 48, 49, 51, 52, 53, 54] as const;

describe('of the same image and the same registry', () => {
  it.each(Object.entries(CASES))('%s: the classic store says the same', async (_, { state, says, classic = says }) => {
    expect(await check(answerClassic(state), serve(state))).toEqual(classic);
  });

  it.each(Object.entries(CASES).flatMap(([name, row]) => MINORS.map((minor) => [name, minor, row] as const)))(
    '%s: the containerd store behind API 1.%i',
    async (_, minor, { state, says, before = says, unlisted = before }) => {
      if (minor < 47 && state.here.length === 0) return;
      expect(await check(answerAs(state, minor), serve(state))).toEqual(minor < 47 ? unlisted.slice(0, 1) : minor < 53 ? before : says);
    },
  );

  it.each(MINORS)('a store that says nothing of itself is known by its images (API 1.%i)', async (minor) => {
    const { state } = CASES['built here, and never pushed']!;
    const silent = { ...answerAs(state, minor), '/info': { status: 200, body: {} } };
    expect(await check(silent, serve(state))).toEqual(minor < 53 ? UNPROVEN : ['amd64 local']);
  });
});
