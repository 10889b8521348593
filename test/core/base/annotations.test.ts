import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnnotationPlaces, BASE_DIGEST, BASE_NAME, findAnnotations } from '../../../src/core/base/annotations.ts';
import { renderReference } from '../../../src/core/reference.ts';
import { digest } from './steps.ts';

const INDEX = digest('index');
const MANIFEST = digest('manifest');
const NONE: AnnotationPlaces = { manifest: null, descriptor: null, index: null };

const base = (name: string | null, baseDigest: string | null = null): ReadonlyMap<string, string> =>
  new Map([
    ['org.opencontainers.image.title', 'api'],
    ...(name === null ? [] : [[BASE_NAME, name] as const]),
    ...(baseDigest === null ? [] : [[BASE_DIGEST, baseDigest] as const]),
  ]);

function told(places: Partial<AnnotationPlaces>) {
  const { claims, rejected } = findAnnotations({ ...NONE, ...places });
  return {
    claims: claims.map(({ says, reference, digests, where }) => [
      says === 'scratch' ? says : reference && renderReference(reference),
      ...digests,
      where,
    ]),
    rejected: rejected.map(({ where, why }) => `${where}: ${why}`),
  };
}

const AT_MANIFEST = `annotation ${BASE_NAME} of the manifest`;
const AT_DESCRIPTOR = `annotation ${BASE_NAME} of the descriptor in the index`;
const AT_INDEX = `annotation ${BASE_NAME} of the index`;

describe('annotations of an image', () => {
  it.each<[string, Partial<AnnotationPlaces>, readonly (string | null)[]]>([
    [
      'podman, on the manifest',
      { manifest: base('docker.io/library/node:20-slim', MANIFEST) },
      ['docker.io/library/node:20-slim', MANIFEST, AT_MANIFEST],
    ],
    [
      'official images, on the descriptor, by a familiar name',
      { descriptor: base('alpine:3.18', MANIFEST) },
      ['docker.io/library/alpine:3.18', MANIFEST, AT_DESCRIPTOR],
    ],
    [
      'an index that names no platform',
      { index: base('gcr.io/distroless/static', INDEX) },
      ['gcr.io/distroless/static:latest', INDEX, AT_INDEX],
    ],
    ['a name alone', { manifest: base('debian:12') }, ['docker.io/library/debian:12', AT_MANIFEST]],
    ['a pinned name', { manifest: base(`debian@${INDEX}`) }, [`docker.io/library/debian@${INDEX}`, INDEX, AT_MANIFEST]],
    [
      'a pinned name and the digest for the platform',
      { manifest: base(`debian:12@${INDEX}`, MANIFEST) },
      [`docker.io/library/debian:12@${INDEX}`, MANIFEST, INDEX, AT_MANIFEST],
    ],
    ['a digest alone', { manifest: base(null, MANIFEST) }, [null, MANIFEST, `annotation ${BASE_DIGEST} of the manifest`]],
    ['buildah on a base without a name', { manifest: base('', MANIFEST) }, [null, MANIFEST, `annotation ${BASE_DIGEST} of the manifest`]],
    ['an operating system', { descriptor: base('scratch') }, ['scratch', AT_DESCRIPTOR]],
    [
      'ko, on the index and the manifest',
      { manifest: base('gcr.io/distroless/static:latest', MANIFEST), index: base('gcr.io/distroless/static', INDEX) },
      ['gcr.io/distroless/static:latest', MANIFEST, INDEX, AT_MANIFEST],
    ],
  ])('name the base: %s', (_, places, expected) => {
    expect(told(places)).toEqual({ claims: [expected], rejected: [] });
  });

  it('of the manifest go before those of the descriptor, and those before the index', () => {
    const [manifest, descriptor, index] = [base('a:1'), base('b:1'), base('scratch')];
    expect(told({ manifest, descriptor, index })).toEqual({
      claims: [['docker.io/library/a:1', AT_MANIFEST]],
      rejected: [
        `${AT_DESCRIPTOR}: the ${AT_MANIFEST} goes before it, and says docker.io/library/a:1`,
        `${AT_INDEX}: the ${AT_MANIFEST} goes before it, and says docker.io/library/a:1`,
      ],
    });
    expect(told({ descriptor, index }).claims).toEqual([['docker.io/library/b:1', AT_DESCRIPTOR]]);
    expect(told({ descriptor: index, index: manifest }).claims).toEqual([['scratch', AT_DESCRIPTOR]]);
  });

  it('that have a name go before those that have only a digest', () => {
    const { claims, rejected } = told({ manifest: base('', MANIFEST), index: base('debian:12', INDEX) });
    expect(claims).toEqual([['docker.io/library/debian:12', INDEX, AT_INDEX]]);
    expect(rejected).toEqual([expect.stringContaining(`annotation ${BASE_DIGEST} of the manifest: the ${AT_INDEX} goes before it`)]);
  });

  it('that cannot be read say why, and leave what can be', () => {
    expect(told({ manifest: base('Bad Name', MANIFEST), index: base('debian:12') })).toEqual({
      claims: [['docker.io/library/debian:12', AT_INDEX]],
      rejected: [`${AT_MANIFEST}: invalid reference format "Bad Name": repository name (library/Bad Name) must be lowercase`],
    });
    expect(told({ manifest: base('debian:12', 'sha256:short\u001b[2J') })).toEqual({
      claims: [['docker.io/library/debian:12', AT_MANIFEST]],
      rejected: [`annotation ${BASE_DIGEST} of the manifest: "sha256:short\u{fffd}[2J" is no sha256 or sha512 digest`],
    });
  });

  it('say nothing where there are none', () => {
    expect(told({})).toEqual({ claims: [], rejected: [] });
    expect(told({ manifest: new Map(), index: base(null) })).toEqual({ claims: [], rejected: [] });
  });

  it('never fail and stay short, whatever they are', () => {
    const text = fc.oneof(fc.string(), fc.string({ minLength: 3000, maxLength: 6000 }), fc.constantFrom('scratch', 'debian:12', INDEX, ''));
    const map = fc.option(fc.tuple(text, text).map(([name, baseDigest]) => base(name, baseDigest)));
    fc.assert(
      fc.property(fc.record({ manifest: map, descriptor: map, index: map }), (places) => {
        const { claims, rejected } = findAnnotations(places);
        expect(claims.length).toBeLessThan(2);
        for (const { why, where } of rejected) {
          expect(why.length + where.length).toBeLessThan(1200);
          expect(why).not.toMatch(/[\u{0}-\u{1f}]/u);
        }
      }),
    );
  });
});
