import { describe, expect, it } from 'vitest';
import { listSubjects } from '../../src/check/images-to-check.ts';
import { planNewer, whyUnlisted } from '../../src/check/newer-questions.ts';
import type { InstalledImage } from '../../src/core/installed.ts';
import { reason, type ReasonKind } from '../../src/core/reason.ts';
import type { TagVerdict } from '../../src/core/verdict.ts';
import { makeDigest, makeImage, makeReference } from '../helpers/makers.ts';
import { policyOf } from './newer-world.ts';

const subjectOf = (image: InstalledImage) => {
  const inventory = {
    kind: 'docker-daemon',
    location: '',
    images: [image],
    containers: [],
    insecureRegistries: [],
    warnings: [],
    failures: [],
    readBuild: () => Promise.resolve(null),
    close: () => undefined,
  };
  const [subject] = listSubjects(inventory, { matches: null, platformFor: () => null });
  if (subject === undefined) throw new Error('an image makes a row');
  return subject;
};

const named = (name: string, parts: Partial<InstalledImage> = {}) => {
  const reference = makeReference(name);
  return subjectOf(makeImage({ tags: [reference], repoDigests: [{ ...reference, digest: makeDigest('index') }], ...parts }));
};

const unknown = (kind: ReasonKind): TagVerdict => ({ kind: 'unknown', reason: reason(kind, kind), candidate: null, why: kind });
const current: TagVerdict = { kind: 'current', candidate: makeDigest('index'), why: '' };
const gone: TagVerdict = { kind: 'gone', why: '' };

describe('the newer versions of an image', () => {
  it.each([
    ['nginx:1.27', ''],
    ['nginx:1.27-alpine', ''],
    ['acme/api:v2.1', 'v'],
    ['acme/api:release-3', 'release-'],
    ['acme/api:main-3f2a9c0-1700000000', null],
  ])('%s are followed, by the tags that begin with %j and a number', (name, prefix) => {
    const plan = planNewer(named(name), policyOf({}));
    expect(plan).toMatchObject({ kind: 'ask', question: { tag: makeReference(name).tag, prefix } });
  });

  it.each([
    ['nginx:latest', {}, /^its tag latest is no version$/],
    ['nginx:alpine3.19', {}, /^its tag alpine3\.19 is no version$/],
    ['acme/api:3f2a9c0', {}, /is a hash/],
    ['acme/api:pr-12', {}, /is a build of unreleased work/],
    ['acme/api:1.2', { repoDigests: [] }, /never pulled from or pushed to/],
    ['localhost/api:1.2', { origin: { kind: 'podman' } }, /localhost/],
    ['acme/api:1.2', { tags: [] }, /^it is referenced by digest alone$/],
    ['acme/api:1.2', { tags: [], repoDigests: [] }, /^it has no name$/],
  ] as const)('%s are not followed with %j, and it is said why', (name, parts, why) => {
    expect(planNewer(named(name, parts), policyOf({}))).toEqual({ kind: 'untracked', why: expect.stringMatching(why) as string });
  });

  it('are not followed where only the digest is, which a word is not told of', () => {
    const policy = policyOf({ track: 'digest' });
    expect(planNewer(named('nginx:1.27'), policy)).toEqual({ kind: 'untracked', why: 'only its digest is followed (track: digest)' });
    expect(planNewer(named('nginx:latest'), policy)).toEqual({ kind: 'untracked', why: 'its tag latest is no version' });
  });

  it('are followed of what is pinned by tag and digest', () => {
    const digest = makeDigest('pinned');
    const pinned = { ...named('nginx:1.27'), reference: { ...makeReference('nginx:1.27'), digest } };
    expect(planNewer(pinned, policyOf({}))).toMatchObject({ kind: 'ask', question: { tag: '1.27', reference: { digest } } });
  });
});

describe('a registry', () => {
  it.each(['unauthorized', 'not-found-or-private', 'rate-limited', 'unreachable', 'timeout', 'tls', 'policy'] as const)(
    'that answered about no tag of a repository (%s) is not asked for its list',
    (kind) => {
      expect(whyUnlisted([unknown(kind), unknown(kind)])).toEqual(reason(kind, kind));
    },
  );

  it.each(['budget', 'bad-response', 'unsupported', 'digest-mismatch'] as const)(
    'of which only the documents of an image are not known (%s) is asked for the list',
    (kind) => {
      expect(whyUnlisted([unknown(kind)])).toBeNull();
    },
  );

  it.each([
    ['is current', [current]],
    ['is gone', [gone]],
    ['is current, while another was not answered', [unknown('timeout'), current]],
    ['is over budget, while another was not answered', [unknown('timeout'), unknown('budget')]],
  ])('is asked for the list where a tag %s', (_, verdicts) => {
    expect(whyUnlisted(verdicts)).toBeNull();
  });
});
