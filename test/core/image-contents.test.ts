import { describe, expect, it } from 'vitest';
import { countCommonLayers, EMPTY_LAYER, isProvenPrefix } from '../../src/core/image-contents.ts';
import { parseDigest } from '../../src/core/digest.ts';
import { layer, readCase } from './base/cases.ts';

const layers = (names: string) => names.split('').map((name) => (name === '0' ? parseDigest(EMPTY_LAYER)! : layer(name)));

describe('layers of a base and of an image', () => {
  it.each([
    ['abc', 'abc', 3],
    ['ab', 'abc', 2],
    ['abc', 'ab', 2],
    ['axc', 'abc', 1],
    ['bc', 'abc', 0],
    ['', 'abc', 0],
  ])('%j and %j share %i', (a, b, count) => expect(countCommonLayers(layers(a), layers(b))).toBe(count));

  it.each([
    ['ab', 'abc', true],
    ['abc', 'abc', true],
    ['a0', 'a0c', true],
    ['0', '0abc', false],
    ['00', '00a', false],
    ['', 'abc', false],
    ['abcd', 'abc', false],
    ['ac', 'abc', false],
  ])('that %j lies below %j is proven: %j', (base, image, expected) => expect(isProvenPrefix(layers(base), layers(image))).toBe(expected));

  it.each(['classic', 'buildkit', 'podman', 'podman-docker', 'buildah', 'buildah-unlayered', 'buildah-timestamp'])(
    'every image that %s builds has all layers of its base, and not those of a base with another file',
    (builder) => {
      const image = readCase(builder, 'app-on-full').diffIds;
      expect(isProvenPrefix(readCase(builder, 'full').diffIds, image)).toBe(true);
      expect(isProvenPrefix(readCase(builder, 'full-other').diffIds, image)).toBe(false);
    },
  );
});
