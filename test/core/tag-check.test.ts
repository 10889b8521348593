import { describe, expect, it } from 'vitest';
import type { Digest } from '../../src/core/digest.ts';
import type { Index, Manifest } from '../../src/core/documents.ts';
import { fingerprintOf } from '../../src/core/fingerprint.ts';
import type { ImageConfig } from '../../src/core/image-config.ts';
import type { InstalledImage } from '../../src/core/installed.ts';
import { reason } from '../../src/core/reason.ts';
import { decideTag, knownDigests, type Offer, planTagCheck, type TagStep } from '../../src/core/tag-check.ts';
import {
  makeConfig,
  makeDescriptor,
  makeDigest,
  makeImage,
  makeIndex,
  makeManifest,
  makePlatform,
  makeReference,
} from '../helpers/makers.ts';

type World = {
  image?: InstalledImage;
  reference?: string;
  platform?: string;
  offer?: Offer;
  documents?: Record<Digest, Index | Manifest>;
  configs?: Record<Digest, ImageConfig>;
  /** Which digests the registry still serves. */
  present?: boolean | 'failed' | readonly Digest[];
  failing?: 'budget' | 'unreachable' | 'not-found-or-private';
  remembered?: Record<Digest, Index | Manifest>;
};

/** Plays the conversation to its end: what was needed, in order, and the verdict. */
function settle(world: World): { needs: string[]; verdict: Extract<TagStep, { kind: 'verdict' }>['verdict']; offered: Manifest | null } {
  const image = world.image ?? makeImage();
  const asked = new Set<string>();
  const needs: string[] = [];
  for (let turn = 0; turn < 20; turn += 1) {
    const look = <T>(what: string, digest: Digest, values: Record<Digest, T> | undefined) => {
      if (!asked.has(`${what} ${digest}`)) return { state: 'unasked' } as const;
      const value = values?.[digest];
      return value === undefined
        ? ({ state: 'failed', reason: reason(world.failing ?? 'unreachable', 'it failed') } as const)
        : ({ state: 'known', value } as const);
    };
    const step = decideTag(
      {
        image,
        reference: makeReference(world.reference ?? 'nginx:1.27'),
        platform: world.platform === undefined ? image.platform : makePlatform(world.platform),
      },
      {
        offer: world.offer ?? { kind: 'found', digest: makeDigest('new index') },
        manifest: (digest) => look('manifest', digest, world.documents),
        config: (digest) => look('config', digest, world.configs),
        presence: (digest) => {
          if (!asked.has(`presence ${digest}`)) return { state: 'unasked' };
          if (world.present === 'failed') return { state: 'failed', reason: reason('unreachable', 'it failed') };
          return { state: 'known', value: Array.isArray(world.present) ? world.present.includes(digest) : world.present === true };
        },
        remembered: (digest) => world.remembered?.[digest] ?? null,
      },
    );
    if (step.kind === 'verdict') return { needs, verdict: step.verdict, offered: step.offered };
    needs.push(step.what);
    asked.add(`${step.what} ${step.digest}`);
  }
  throw new Error('the conversation does not end');
}

const INDEX = makeDigest('new index');
const CHILD = makeDigest('new child');
const CONFIG = makeDigest('new config');
const rebuiltWorld: World = {
  documents: { [INDEX]: makeIndex({ 'linux/arm64': makeDigest('arm'), 'linux/amd64': CHILD }), [CHILD]: makeManifest(CONFIG) },
  configs: { [CONFIG]: makeConfig() },
};

const STEP = { created: null, createdBy: 'COPY x', comment: null, author: null, emptyLayer: false };

describe('a tag that has to be asked for', () => {
  it('is one with a digest of its own repository', () => {
    expect(planTagCheck(makeImage(), makeReference('nginx:1.27'))).toEqual({
      kind: 'ask',
      repository: { registry: 'docker.io', repository: 'library/nginx' },
      tag: '1.27',
    });
  });

  it('is not one that was built here', () => {
    const plan = planTagCheck(makeImage({ repoDigests: [] }), makeReference('my-app:dev'));
    expect(plan).toMatchObject({
      kind: 'settled',
      verdict: { kind: 'local', why: 'it was never pulled from or pushed to docker.io/library/my-app' },
    });
  });

  it('is not one that only has digests of another repository', () => {
    expect(planTagCheck(makeImage(), makeReference('ghcr.io/acme/nginx:1.27'))).toMatchObject({ verdict: { kind: 'local' } });
  });

  it('is not a reference by digest alone', () => {
    expect(planTagCheck(makeImage(), makeReference(`nginx@${INDEX}`))).toMatchObject({ verdict: { kind: 'pinned' } });
  });

  it('is one with tag and digest: its tag is checked', () => {
    expect(planTagCheck(makeImage(), makeReference(`nginx:1.27@${INDEX}`))).toMatchObject({ kind: 'ask', tag: '1.27' });
  });

  const pulledFrom = [{ registry: 'docker.io', repository: 'library/nginx' }];
  it.each([
    ['built here, says the engine', { kind: 'identity', pulledFrom: [], built: true }, 'nginx:1.27', 'local'],
    ['pulled under another name', { kind: 'identity', pulledFrom, built: false }, 'ghcr.io/acme/nginx:1', 'local'],
    ['pulled under this name', { kind: 'identity', pulledFrom, built: false }, 'nginx:1.27', 'ask'],
    ['pulled and built alike', { kind: 'identity', pulledFrom, built: true }, 'nginx:1.27', 'ask'],
    ['loaded, which leaves no record', { kind: 'identity', pulledFrom: [], built: false }, 'nginx:1.27', 'local'],
    [
      'pulled from a port, which the record does not keep',
      { kind: 'identity', pulledFrom: [{ registry: 'r.example', repository: 'acme/api' }], built: false },
      'r.example:5000/acme/api:1',
      'ask',
    ],
    [
      'pulled from another host',
      { kind: 'identity', pulledFrom: [{ registry: 'r.example', repository: 'acme/api' }], built: false },
      's.example/acme/api:1',
      'local',
    ],
    ['in a store that records nothing', { kind: 'unrecorded' }, 'my-app:dev', 'ask'],
    ['built by podman', { kind: 'podman' }, 'localhost/my-app:dev', 'local'],
    ['pulled by podman', { kind: 'podman' }, 'quay.io/acme/app:1', 'ask'],
  ] as const)('%s', (_name, origin, name, expected) => {
    const plan = planTagCheck(makeImage({ origin }), makeReference(name));
    expect(plan.kind === 'ask' ? 'ask' : plan.verdict.kind).toBe(expected);
  });
});

describe('a tag', () => {
  it('is current when its digest is any of those the image is known by, wherever it stands in the list', () => {
    const repoDigests = ['other', 'third', 'new index'].map((text) => ({
      registry: 'docker.io',
      repository: 'library/nginx',
      digest: makeDigest(text),
    }));
    expect(settle({ image: makeImage({ repoDigests }) })).toMatchObject({ needs: [], verdict: { kind: 'current', candidate: INDEX } });
  });

  it('is not current because another repository has the digest', () => {
    const repoDigests = [
      { registry: 'docker.io', repository: 'library/nginx', digest: makeDigest('index') },
      { registry: 'ghcr.io', repository: 'acme/nginx', digest: INDEX },
    ];
    expect(knownDigests(makeImage({ repoDigests }), makeReference('nginx:1.27'))).toEqual(new Set([makeDigest('index')]));
  });

  it('is current when only other platforms moved: the index has the same entry for this one', () => {
    const repoDigests = ['index', 'new child'].map((text) => ({
      registry: 'docker.io',
      repository: 'library/nginx',
      digest: makeDigest(text),
    }));
    expect(settle({ ...rebuiltWorld, image: makeImage({ repoDigests }) })).toMatchObject({
      needs: ['manifest'],
      verdict: { kind: 'current', why: 'the tag moved, but the image for linux/amd64 is the one here' },
    });
  });

  it('is current, by one document, when a remembered index of the image had the same entry', () => {
    const remembered = { [makeDigest('index')]: makeIndex({ 'linux/amd64': CHILD }) };
    expect(settle({ ...rebuiltWorld, remembered })).toMatchObject({ needs: ['manifest'], verdict: { kind: 'current' } });
  });

  it('is current when the manifest is new and its config is the one here', () => {
    const documents = { ...rebuiltWorld.documents, [CHILD]: makeManifest(makeDigest('config')) };
    expect(settle({ documents })).toMatchObject({
      needs: ['manifest', 'manifest'],
      verdict: { kind: 'current', why: 'the tag moved, but its image config for linux/amd64 is the one here' },
    });
  });

  it('is rebuilt when the config is another, by two counted documents and the config', () => {
    const settled = settle(rebuiltWorld);
    expect(settled).toMatchObject({ needs: ['manifest', 'manifest', 'config'], verdict: { kind: 'rebuilt', candidate: INDEX } });
    expect(settled.offered?.config.digest).toBe(CONFIG);
  });

  it('is rebuilt by the index alone in the containerd store, which knows its platform manifest', () => {
    const image = makeImage({
      configDigest: null,
      contentDigests: [makeDigest('index'), makeDigest('child')],
      origin: { kind: 'unrecorded' },
    });
    expect(settle({ ...rebuiltWorld, image })).toMatchObject({ needs: ['manifest'], verdict: { kind: 'rebuilt' } });
  });

  it('is current in the containerd store when it now names the platform manifest directly', () => {
    const image = makeImage({ configDigest: null, contentDigests: [makeDigest('index'), INDEX] });
    expect(settle({ image })).toMatchObject({ needs: [], verdict: { kind: 'current' } });
  });

  it('is unknown when a single manifest does not tell its platform, and its config cannot be had', () => {
    const documents = { [INDEX]: makeManifest(CONFIG) };
    expect(settle({ documents, configs: {} })).toMatchObject({
      needs: ['manifest', 'config'],
      verdict: { kind: 'unknown', candidate: INDEX },
    });
  });

  it('stays rebuilt when the config document of an index entry cannot be had: the entry tells its platform', () => {
    expect(settle({ ...rebuiltWorld, configs: {} })).toMatchObject({ verdict: { kind: 'rebuilt' } });
  });

  it('is gone for a platform it no longer offers', () => {
    expect(settle({ ...rebuiltWorld, platform: 'linux/s390x' })).toMatchObject({
      verdict: { kind: 'gone', why: 'the tag is still there, but no longer offers linux/s390x' },
    });
  });

  it('is gone for a platform that a single manifest turns out not to be for', () => {
    const documents = { [INDEX]: makeManifest(CONFIG) };
    const configs = { [CONFIG]: makeConfig({ platform: makePlatform('linux/arm64') }) };
    expect(settle({ documents, configs })).toMatchObject({ needs: ['manifest', 'config'], verdict: { kind: 'gone' } });
  });

  it.each(['budget', 'unreachable'] as const)('is unknown, and says that it moved, when %s forbids a look at the index', (failing) => {
    const { verdict } = settle({ documents: {}, failing });
    expect(verdict).toMatchObject({ kind: 'unknown', candidate: INDEX, reason: { kind: failing } });
    expect(verdict.why).toMatch(/^the tag moved, but whether the image for linux\/amd64 did could not be learned: /);
  });

  it('is unknown with the reason of the registry', () => {
    const because = reason('unauthorized', 'ghcr.io refused the credentials');
    expect(settle({ offer: { kind: 'unknown', reason: because } })).toMatchObject({
      needs: [],
      verdict: { kind: 'unknown', reason: because, candidate: null },
    });
  });
});

describe('an index', () => {
  const nested = (levels: number): Record<Digest, Index | Manifest> => {
    const documents: Record<Digest, Index | Manifest> = { [CHILD]: makeManifest(CONFIG) };
    for (let level = 1; level <= levels; level += 1) {
      const own = level === 1 ? INDEX : makeDigest(`level ${level}`);
      const below = level === levels ? null : makeDigest(`level ${level + 1}`);
      documents[own] =
        below === null
          ? makeIndex({ 'linux/amd64': CHILD })
          : {
              kind: 'index',
              manifests: [makeDescriptor(below, { mediaType: 'application/vnd.oci.image.index.v1+json' })],
              annotations: new Map(),
            };
    }
    return documents;
  };

  it.each([1, 2, 3])('is read %i levels deep', (levels) => {
    expect(settle({ documents: nested(levels), configs: { [CONFIG]: makeConfig() } })).toMatchObject({ verdict: { kind: 'rebuilt' } });
  });

  it('is not followed below three levels', () => {
    expect(settle({ documents: nested(4) })).toMatchObject({ verdict: { kind: 'unknown', reason: { kind: 'unsupported' } } });
  });

  it.each([
    [2, 2, 7, 'gone'],
    [1, 20, 2, 'unknown'],
    [20, 0, 1, 'unknown'],
  ])('of %i indexes of %i, none of which names a platform, costs %i documents and is %s', (width, below, documentsRead, kind) => {
    const indexOf = (digests: readonly Digest[]): Index => ({
      kind: 'index',
      manifests: digests.map((digest) => makeDescriptor(digest, { mediaType: 'application/vnd.oci.image.index.v1+json' })),
      annotations: new Map(),
    });
    const names = (prefix: string, count: number) => Array.from({ length: count }, (_, at) => makeDigest(`${prefix} ${at}`));
    const documents: Record<Digest, Index> = { [INDEX]: indexOf(names('wide', width)) };
    for (const digest of names('wide', width)) {
      documents[digest] = indexOf(names(digest, below));
      for (const leaf of names(digest, below)) documents[leaf] = makeIndex({ 'linux/s390x': CHILD });
    }
    const { needs, verdict } = settle({ documents });
    expect(needs).toHaveLength(documentsRead);
    expect(verdict).toMatchObject(kind === 'unknown' ? { kind, reason: { kind: 'unsupported' } } : { kind });
  });

  it('that refers to itself ends', () => {
    const documents: Record<Digest, Index> = {
      [INDEX]: {
        kind: 'index',
        manifests: [makeDescriptor(INDEX, { mediaType: 'application/vnd.oci.image.index.v1+json' })],
        annotations: new Map(),
      },
    };
    expect(settle({ documents })).toMatchObject({ verdict: { kind: 'unknown', reason: { kind: 'unsupported' } } });
  });

  it('with several matches offers the first', () => {
    const other = makeDigest('second child');
    const index: Index = {
      kind: 'index',
      manifests: [CHILD, other].map((digest) => makeDescriptor(digest, { platform: makePlatform('linux/amd64') })),
      annotations: new Map(),
    };
    const repoDigests = [{ registry: 'docker.io', repository: 'library/nginx', digest: CHILD }];
    expect(settle({ image: makeImage({ repoDigests }), documents: { [INDEX]: index } })).toMatchObject({ verdict: { kind: 'current' } });
  });

  it('never offers an attestation', () => {
    const attestation = makeDescriptor(CHILD, {
      platform: { os: 'unknown', architecture: 'unknown', variant: null, osVersion: null, osFeatures: [] },
      annotations: new Map([['vnd.docker.reference.type', 'attestation-manifest']]),
    });
    expect(settle({ documents: { [INDEX]: { kind: 'index', manifests: [attestation], annotations: new Map() } } })).toMatchObject({
      verdict: { kind: 'gone' },
    });
  });

  it('with one entry that names no platform offers that', () => {
    const index: Index = { kind: 'index', manifests: [makeDescriptor(CHILD)], annotations: new Map() };
    expect(settle({ ...rebuiltWorld, documents: { [INDEX]: index, [CHILD]: makeManifest(CONFIG) } })).toMatchObject({
      verdict: { kind: 'rebuilt' },
    });
  });

  it('with one entry that names no platform is read to its config, in the containerd store too', () => {
    const index: Index = { kind: 'index', manifests: [makeDescriptor(CHILD)], annotations: new Map() };
    const image = makeImage({ configDigest: null, origin: { kind: 'unrecorded' } });
    const documents = { [INDEX]: index, [CHILD]: makeManifest(CONFIG) };
    const configs = { [CONFIG]: makeConfig({ platform: makePlatform('linux/s390x') }) };
    expect(settle({ image, documents, configs })).toMatchObject({ needs: ['manifest', 'manifest', 'config'], verdict: { kind: 'gone' } });
  });

  it('with several entries that name no platform is not guessed at', () => {
    const index: Index = { kind: 'index', manifests: [makeDescriptor(CHILD), makeDescriptor(CONFIG)], annotations: new Map() };
    expect(settle({ documents: { [INDEX]: index } })).toMatchObject({ verdict: { kind: 'unknown', reason: { kind: 'unsupported' } } });
  });
});

describe('a tag that the registry does not have', () => {
  const offer: Offer = { kind: 'gone' };

  it('is gone when the store proves that the image came from there', () => {
    expect(settle({ offer })).toMatchObject({
      needs: [],
      verdict: { kind: 'gone', why: 'docker.io/library/nginx no longer has the tag 1.27' },
    });
  });

  it('is gone, be it that it never was there, when a file names it', () => {
    const image = makeImage({ origin: { kind: 'named' }, tags: [], repoDigests: [], configDigest: null });
    expect(settle({ offer, image })).toMatchObject({ verdict: { kind: 'gone', why: 'docker.io/library/nginx has no tag 1.27' } });
  });

  it.each(['unrecorded', 'podman'] as const)(
    'is gone in a store that proves nothing (%s) when the registry still has the digest',
    (kind) => {
      expect(settle({ offer, image: makeImage({ origin: { kind } }), present: true })).toMatchObject({
        needs: ['presence'],
        verdict: { kind: 'gone' },
      });
    },
  );

  it.each(['index', 'manifest'])(
    'is gone in a store that proves nothing when the registry still has one of its digests, the %s',
    (word) => {
      const repoDigests = ['index', 'manifest'].map((name) => ({
        registry: 'docker.io',
        repository: 'library/nginx',
        digest: makeDigest(name),
      }));
      const image = makeImage({ origin: { kind: 'podman' }, repoDigests });
      expect(settle({ offer, image, present: [makeDigest(word)] })).toMatchObject({ verdict: { kind: 'gone' } });
    },
  );

  it('is looked for by a few of its digests, not by all it was ever known by', () => {
    const repoDigests = Array.from({ length: 30 }, (_, at) => ({
      registry: 'docker.io',
      repository: 'library/nginx',
      digest: makeDigest(`${at}`),
    }));
    const { needs, verdict } = settle({ offer, image: makeImage({ origin: { kind: 'podman' }, repoDigests }) });
    expect(needs).toHaveLength(4);
    expect(verdict).toMatchObject({ kind: 'unknown' });
  });

  it.each([false, 'failed'] as const)('is unknown in a store that proves nothing when the digest is not there (%s)', (present) => {
    expect(settle({ offer, image: makeImage({ origin: { kind: 'unrecorded' } }), present })).toMatchObject({
      verdict: { kind: 'unknown', reason: { kind: 'not-found-or-private' } },
    });
  });
});

describe('a reference that a file makes', () => {
  const named = (parts: Partial<InstalledImage> = {}): InstalledImage =>
    makeImage({ origin: { kind: 'named' }, tags: [], repoDigests: [], configDigest: null, ...parts });
  const pinned = named({ repoDigests: [{ registry: 'docker.io', repository: 'library/nginx', digest: makeDigest('pinned') }] });
  const moved = makeIndex({ 'linux/amd64': makeDigest('new child'), 'linux/arm64': makeDigest('arm child') });

  it('is asked about though nothing of it is here', () => {
    expect(planTagCheck(named(), makeReference('nginx:1.27'))).toMatchObject({ kind: 'ask', tag: '1.27' });
  });

  it('has nothing to compare with when it names no digest, and that costs no document', () => {
    const { needs, verdict } = settle({ image: named() });
    expect({ needs, verdict }).toMatchObject({ needs: [], verdict: { kind: 'none', candidate: makeDigest('new index') } });
  });

  it('is gone when the registry has no such tag, without another question', () => {
    expect(settle({ image: named(), offer: { kind: 'gone' } })).toMatchObject({ needs: [], verdict: { kind: 'gone' } });
  });

  it('is current when its tag still names the digest it is pinned to', () => {
    const world = { image: pinned, offer: { kind: 'found', digest: makeDigest('pinned') } } as const;
    expect(settle(world)).toMatchObject({ needs: [], verdict: { kind: 'current' } });
  });

  it('is rebuilt when its tag moved for this platform, by the two indexes alone', () => {
    const { needs, verdict } = settle({
      image: pinned,
      documents: {
        [makeDigest('new index')]: moved,
        [makeDigest('pinned')]: makeIndex({ 'linux/amd64': makeDigest('old child') }),
      },
    });
    expect(needs).toHaveLength(2);
    expect(verdict).toMatchObject({ kind: 'rebuilt', candidate: makeDigest('new index') });
  });

  it('is current when its tag moved, but the pinned index already had the entry for this platform', () => {
    const documents = {
      [makeDigest('new index')]: moved,
      [makeDigest('pinned')]: makeIndex({ 'linux/amd64': makeDigest('new child') }),
    };
    const why = 'the tag moved, but the image for linux/amd64 is the one it is pinned to';
    expect(settle({ image: pinned, documents }).verdict).toMatchObject({ kind: 'current', why });
  });

  it.each(['linux/amd64', 'linux/riscv64'])(
    "is current when its tag still offers the other platform's manifest it is pinned to, asked for %s",
    (platform) => {
      const image = named({ repoDigests: [{ registry: 'docker.io', repository: 'library/nginx', digest: makeDigest('arm child') }] });
      const { needs, verdict } = settle({ image, platform, documents: { [makeDigest('new index')]: moved } });
      expect({ needs, verdict }).toMatchObject({ needs: ['manifest'], verdict: { kind: 'current' } });
    },
  );

  it('that runs is current when its tag still offers the manifest, whatever platform the node has', () => {
    const image = named({ contentDigests: [makeDigest('arm child')] });
    expect(settle({ image, documents: { [makeDigest('new index')]: moved } }).verdict).toMatchObject({ kind: 'current' });
  });

  it('is rebuilt when what it is pinned to is not there any more', () => {
    const documents = { [makeDigest('new index')]: moved };
    expect(settle({ image: pinned, documents, failing: 'not-found-or-private' }).verdict).toMatchObject({ kind: 'rebuilt' });
  });

  it('is unknown when the quota forbids to look at what it is pinned to', () => {
    const documents = { [makeDigest('new index')]: moved };
    expect(settle({ image: pinned, documents, failing: 'budget' }).verdict).toMatchObject({
      kind: 'unknown',
      reason: { kind: 'budget' },
      candidate: makeDigest('new index'),
    });
  });

  it('that runs is compared by the config of what runs, where its runtime tells no other digest', () => {
    const running = named({ configDigest: makeDigest('config') });
    const documents = { [makeDigest('new index')]: moved, [makeDigest('new child')]: makeManifest(makeDigest('config')) };
    expect(settle({ image: running, documents }).verdict).toMatchObject({ kind: 'current' });
  });
});

describe('an image that was carried here in an archive or a layout', () => {
  const carried = makeImage({ repoDigests: [], contentDigests: [makeDigest('own manifest')], origin: { kind: 'carried' } });
  const offering = (config: Digest): World => ({
    documents: { [INDEX]: makeIndex({ 'linux/amd64': CHILD }), [CHILD]: makeManifest(config) },
    configs: { [config]: makeConfig() },
  });

  it('is asked about, for nothing tells where it is from', () => {
    expect(planTagCheck(carried, makeReference('nginx:1.27')).kind).toBe('ask');
  });

  it('is local under the name localhost, which is given to what comes from no registry', () => {
    expect(planTagCheck(carried, makeReference('localhost/app:1'))).toMatchObject({ kind: 'settled', verdict: { kind: 'local' } });
  });

  it('is told as an engine tells it that had pulled it, when its config is what the tag offers', () => {
    const { verdict, needs, offered } = settle({ image: carried, ...offering(makeDigest('config')) });
    const pulled = settle({ offer: { kind: 'found', digest: makeDigest('index') } });
    expect(verdict).toEqual({ ...pulled.verdict, candidate: INDEX });
    expect(needs).toEqual(['manifest', 'manifest']);
    expect(offered).toBeNull();
  });

  it.each([
    ['its repository', 'library/nginx', { verdict: { kind: 'gone' }, needs: [] }],
    ['another one', 'acme/nginx', { verdict: { kind: 'unknown' }, needs: ['presence'] }],
  ])('tells that its tag is gone by itself where its writer recorded that it came from %s', (_, repository, expected) => {
    const image = { ...carried, repoDigests: [{ registry: 'docker.io', repository, digest: makeDigest('own manifest') }] };
    expect(settle({ image, offer: { kind: 'gone' } })).toMatchObject(expected);
  });

  it('costs no document when the tag names its own manifest', () => {
    const { verdict, needs } = settle({ image: carried, offer: { kind: 'found', digest: makeDigest('own manifest') } });
    expect(verdict.kind).toBe('current');
    expect(needs).toEqual([]);
  });

  it('is current when the tag offers it in another format, under whatever digest', () => {
    const config = makeConfig({ diffIds: [makeDigest('layer')], history: [STEP] });
    const image = { ...carried, fingerprint: fingerprintOf(config) };
    const world = { ...offering(CONFIG), configs: { [CONFIG]: config } };
    expect(settle({ image, ...world }).verdict.kind).toBe('current');
    expect(settle({ image: { ...image, fingerprint: 'another' }, ...world }).verdict.kind).toBe('rebuilt');
    expect(settle({ image: { ...image, fingerprint: null }, ...world }).verdict.kind).toBe('rebuilt');
  });

  it('is unknown where the config cannot be had by which it might be the same in another format', () => {
    const image = { ...carried, fingerprint: 'f', diffIds: [makeDigest('layer')] };
    const index = makeIndex({ 'linux/amd64': makeDigest('child') });
    const manifest = makeManifest(CONFIG, [{ digest: makeDigest('gzip of layer'), size: 10 }]);
    const world = { offer: { kind: 'found' as const, digest: INDEX }, documents: { [INDEX]: index, [makeDigest('child')]: manifest } };
    expect(settle({ image, ...world }).verdict).toMatchObject({ kind: 'unknown', reason: { kind: 'unreachable' } });
    expect(settle({ image: { ...image, fingerprint: null }, ...world }).verdict.kind).toBe('rebuilt');
    expect(settle({ image: { ...image, diffIds: [] }, ...world }).verdict.kind).toBe('rebuilt');
  });

  it('is rebuilt when the tag offers another image', () => {
    expect(settle({ image: carried, ...rebuiltWorld }).verdict).toMatchObject({ kind: 'rebuilt', candidate: INDEX });
  });

  it('is gone only where the registry still has what it is known by', () => {
    const gone: World = { image: carried, offer: { kind: 'gone' } };
    expect(settle({ ...gone, present: [makeDigest('own manifest')] }).verdict.kind).toBe('gone');
    expect(settle({ ...gone, present: false }).verdict).toMatchObject({ kind: 'unknown', reason: { kind: 'not-found-or-private' } });
    const nothing = { ...carried, contentDigests: [] };
    expect(settle({ ...gone, image: nothing, present: true }).verdict).toMatchObject({
      kind: 'unknown',
      why: 'docker.io/library/nginx has no tag 1.27, and nothing here records whether the image ever came from there',
    });
  });
});
