import { describe, expect, it } from 'vitest';
import { BASE_DIGEST, BASE_NAME, findAnnotations } from '../../../src/core/base/annotations.ts';
import { joinAnnotations } from '../../../src/sources/oci-layout/join-annotations.ts';
import { makeDigest } from '../../helpers/makers.ts';

const [one, two] = [makeDigest('one'), makeDigest('two')];

const base = (name: string | null, digest: string | null = null): ReadonlyMap<string, string> =>
  new Map([...(name === null ? [] : [[BASE_NAME, name] as const]), ...(digest === null ? [] : [[BASE_DIGEST, digest] as const])]);
const none = new Map<string, string>();

/** Name and digest that are left of these places. */
function chosen(places: Partial<Parameters<typeof joinAnnotations>[0]>): readonly (string | undefined)[] {
  const joined = joinAnnotations({ manifest: none, index: null, descriptor: null, entry: none, ...places });
  return [joined.get(BASE_NAME), joined.get(BASE_DIGEST)];
}

describe('what a layout says of an image’s base', () => {
  it.each([
    ['the manifest alone', { manifest: base('debian:12', one) }, ['debian:12', one]],
    ['the descriptor in the index', { descriptor: base('debian:12', one), index: none }, ['debian:12', one]],
    ['the index', { descriptor: none, index: base('debian:12', one) }, ['debian:12', one]],
    ['the descriptor before its index', { descriptor: base('debian:12', one), index: base('debian:12', two) }, ['debian:12', one]],
    [
      'the index where the descriptor has only a digest',
      { descriptor: base(null, one), index: base('debian:12') },
      ['debian:12', undefined],
    ],
    [
      'the digest of the other place of the same name',
      { descriptor: base('debian:12'), index: base('debian:12', two) },
      ['debian:12', two],
    ],
    ['no digest of another name', { descriptor: base('debian:12'), index: base('debian:11', two) }, ['debian:12', undefined]],
    [
      'the index before the manifest',
      { index: base('debian:12'), descriptor: none, manifest: base('debian:11', one) },
      ['debian:12', undefined],
    ],
    ['the manifest before index.json', { manifest: base('debian:12'), entry: base('debian:11') }, ['debian:12', undefined]],
    ['index.json where nothing else says it', { entry: base('debian:12', one) }, ['debian:12', one]],
    ['nothing where buildah wrote empty ones', { manifest: base('', ''), descriptor: none, index: none }, ['', '']],
    ['index.json where buildah wrote empty ones', { manifest: base('', ''), entry: base('debian:12') }, ['debian:12', undefined]],
    ['a digest alone', { descriptor: base(null, one), index: none }, [undefined, one]],
    ['that it has none', { descriptor: base('scratch'), index: none, manifest: base('debian:12') }, ['scratch', undefined]],
  ])('is %s', (_which, places, expected) => {
    expect(chosen(places)).toEqual(expected);
  });

  it('is what its registry says of it, where index and manifest disagree', () => {
    const places = { descriptor: base('debian:12', one), index: base('debian:11', two), manifest: base('debian:10') };
    const inRegistry = findAnnotations({ manifest: null, descriptor: places.descriptor, index: places.index }).claims;
    const inLayout = findAnnotations({ manifest: joinAnnotations({ ...places, entry: none }), descriptor: null, index: null }).claims;
    expect(inLayout.map(({ reference, digests }) => ({ reference, digests }))).toEqual(
      inRegistry.map(({ reference, digests }) => ({ reference, digests })),
    );
  });

  it('leaves the other annotations of the manifest as they are', () => {
    const manifest = new Map([['org.opencontainers.image.title', 'app'], ...base('debian:11')]);
    const joined = joinAnnotations({ manifest, descriptor: base('debian:12'), index: new Map([['other', 'x']]), entry: none });
    expect([...joined]).toEqual([
      ['org.opencontainers.image.title', 'app'],
      [BASE_NAME, 'debian:12'],
    ]);
  });
});
