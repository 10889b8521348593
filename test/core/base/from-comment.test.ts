import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findFromComment } from '../../../src/core/base/from-comment.ts';
import type { HistoryEntry } from '../../../src/core/history.ts';
import { renderReference } from '../../../src/core/reference.ts';
import { APPS, asEngine, BASES, empty, exact, layer } from './steps.ts';

const named = (name: string): Partial<HistoryEntry> => ({ comment: `FROM ${name}` });
const ID = 'af77ca0fd81d';

function told(entries: readonly HistoryEntry[]) {
  const { claims, rejected } = findFromComment(exact(...entries));
  return {
    bases: claims.map(({ reference, says }) => (says === 'scratch' ? 'scratch' : reference === null ? null : renderReference(reference))),
    boundaries: claims.map(({ boundary }) => boundary && [boundary.history, boundary.strength]),
    rejected: rejected.map(({ why }) => why),
  };
}

const BASE = { bases: ['localhost/base:1'], rejected: [] };
const FURTHER_DOWN = 'further steps follow it, so it tells of a base further down';

describe('an image that buildah or podman built', () => {
  it.each<[string, readonly HistoryEntry[], number, string]>([
    ['with --layers, on a base of its own kind', [...BASES.layers, ...APPS.layers], 3, 'exact'],
    ['with --layers, on a base of docker', [...BASES.classic, ...APPS.layers], 3, 'exact'],
    ['with --layers, on a base of BuildKit', [...BASES.buildkit, ...APPS.layers], 3, 'exact'],
    ['with --layers, as its engine tells it', asEngine([...BASES.layers, ...APPS.layers]), 3, 'exact'],
    [
      'with --layers, in a single step',
      [...BASES.layers, layer('/bin/sh -c #(nop) COPY file:1 in /one ', named('localhost/base:1'))],
      3,
      'exact',
    ],
    ['without layers, on a base made with them', [...BASES.layers, ...APPS.noLayers], 3, 'strong'],
    ['without layers, on a base made without', [...BASES.noLayers, ...APPS.noLayers], 3, 'strong'],
    ['without layers, on a base of docker', [...BASES.classic, ...APPS.noLayers], 3, 'strong'],
    ['without layers, on a base of BuildKit', [...BASES.buildkit, ...APPS.noLayers], 3, 'strong'],
    ['without layers, as its engine tells it', asEngine([...BASES.layers, ...APPS.noLayers]), 3, 'weak'],
    ['by podman commit', [...BASES.layers, layer('/bin/sh', named('localhost/base:1'))], 3, 'exact'],
    [
      'by buildah commit, with --add-history before',
      [
        ...BASES.layers,
        empty('/bin/sh -c #(nop) COPY file:1'),
        empty('/bin/sh -c #(nop) ENV Z=1'),
        layer('/bin/sh', named('localhost/base:1')),
      ],
      3,
      'strong',
    ],
    [
      'from a stage of the same Dockerfile',
      [
        ...BASES.layers,
        layer('/bin/sh -c #(nop) COPY file:d in /one ', named('localhost/base:1')),
        layer('COPY file:b in /two', named('b12ec01505d8')),
      ],
      3,
      'exact',
    ],
    [
      'with metadata only',
      [...BASES.layers, empty('/bin/sh -c #(nop) ENV A=1', named('localhost/base:1')), empty('CMD', named(ID))],
      3,
      'exact',
    ],
  ])('%s, names its base and the last step of it', (_, entries, steps, strength) => {
    expect(told(entries)).toEqual({ ...BASE, boundaries: [[steps, strength]] });
  });

  it.each<[string, readonly HistoryEntry[]]>([
    ['buildah build --squash', APPS.noLayers],
    ['podman commit --squash', [layer('/bin/sh', named('localhost/base:1'))]],
  ])('names its base after %s, too, where no step of the base is left', (_, entries) => {
    expect(told(entries)).toEqual({ ...BASE, boundaries: [null] });
  });

  it('names its own base, not the one that its base was built on', () => {
    const base = [...BASES.layers, ...APPS.layers];
    const app = [empty('/bin/sh -c #(nop) ENV A=1', named('localhost/app:2')), layer('/bin/sh -c x', named('bb687a04ec61'))];
    expect(told([...base, ...app])).toEqual({ bases: ['localhost/app:2'], boundaries: [[8, 'exact']], rejected: [] });
    expect(told([...base, ...APPS.noLayers.slice(0, 4), layer('CMD', named('localhost/app:2'))])).toMatchObject({
      bases: ['localhost/app:2'],
      boundaries: [[8, 'strong']],
    });
  });

  it.each([
    ['nginx', 'docker.io/library/nginx:latest'],
    ['docker.io/library/debian:12-slim', 'docker.io/library/debian:12-slim'],
    ['localhost:5000/acme/base:1', 'localhost:5000/acme/base:1'],
    [`quay.io/a/b@sha256:${'a'.repeat(64)}`, `quay.io/a/b@sha256:${'a'.repeat(64)}`],
    ['scratch', 'scratch'],
  ])('names %s as %s', (name, expected) => {
    expect(told([...BASES.layers, layer('x', named(name))]).bases).toEqual([expected]);
  });

  it('has a last step of its base, too, when that was an image without a name', () => {
    const app = [...APPS.noLayers.slice(0, 4), layer('/bin/sh -c #(nop) CMD ["/app"]', named(ID))];
    expect(told([...BASES.layers, ...app])).toEqual({ bases: [null], boundaries: [[3, 'strong']], rejected: [] });
  });

  it('knows the whole id of a base without a name where it is written', () => {
    const app = [empty('/bin/sh -c #(nop) ENV A=1'), layer('/bin/sh', named('c'.repeat(64)))];
    expect(findFromComment(exact(...BASES.layers, ...app)).claims).toMatchObject([
      { imageId: `sha256:${'c'.repeat(64)}`, reference: null },
    ]);
  });

  it.each<[string, readonly HistoryEntry[]]>([
    ['a history without any comment', [...BASES.classic, ...APPS.classic]],
    ['no history', []],
    ['an image from scratch', [...BASES.layers]],
    ['only ids, each of which may be the step before', [...BASES.layers, ...APPS.layers.map((entry) => ({ ...entry, ...named(ID) }))]],
    ['a comment of the user', [...BASES.classic, layer('x', { comment: 'my ownFROM localhost/base:1' })]],
    ['lower case', [layer('x', { comment: 'from localhost/base:1' })]],
  ])('says nothing where there is %s', (_, entries) => {
    expect(told(entries)).toEqual({ bases: [], boundaries: [], rejected: [] });
  });
});

describe('an image that another builder built on one of podman', () => {
  it.each<[string, readonly HistoryEntry[]]>([
    ["docker's classic builder", APPS.classic],
    ['BuildKit', APPS.buildkit],
    ['kaniko', [layer('COPY app /app', { author: 'kaniko', created: '0001-01-01T00:00:00Z' })]],
    ['docker commit', [empty('/app', { comment: 'my message' })]],
    ['buildah, from an image without a name', [...APPS.noLayers.slice(0, 4), layer('CMD', named(ID))]],
  ])('does not take the base of its base for its own: %s', (_, app) => {
    const { bases, rejected } = told([...BASES.layers, ...APPS.layers, ...app]);
    expect(bases.filter((base) => base !== null)).toEqual([]);
    expect(rejected).toEqual([FURTHER_DOWN]);
  });
});

describe('a comment that cannot be trusted', () => {
  it.each([
    ['..', 'component ".." is not lowercase'],
    ['Bad Name', 'must be lowercase'],
    ['a\u001b[31mb', '"a\u{fffd}[31mb"'],
    ['x'.repeat(5000), 'expected at most 4096 characters, got 5000'],
  ])('is not taken for a name: %j', (name, why) => {
    const { bases, rejected } = told([layer('x', named(name))]);
    expect(bases).toEqual([]);
    expect(rejected).toEqual([expect.stringContaining(why)]);
    expect(rejected[0]!.length).toBeLessThan(600);
  });

  it('never fails, and never puts the end of a base outside of the history', () => {
    const entry = fc.record({
      created: fc.option(fc.string()),
      createdBy: fc.option(
        fc.oneof(fc.string(), fc.constantFrom('/bin/sh -c #(nop) ENV A=1', '/bin/sh -c #(nop)  CMD', 'RUN x # buildkit')),
      ),
      comment: fc.option(
        fc.oneof(
          fc.string(),
          fc.string().map((name) => `FROM ${name}`),
          fc.constantFrom('FROM a', `FROM ${ID}`, 'buildkit.dockerfile.v0'),
        ),
      ),
      author: fc.option(fc.string()),
      emptyLayer: fc.option(fc.boolean()),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), (entries) => {
        const { claims, rejected } = findFromComment(exact(...entries));
        expect(claims.length + rejected.length).toBeLessThan(3);
        for (const { boundary } of claims) {
          expect(boundary?.history ?? 1).toBeGreaterThan(0);
          expect(boundary?.history ?? 0).toBeLessThan(entries.length);
        }
      }),
    );
  });
});
