import { describe, expect, it } from 'vitest';
import { EMPTY_LAYER } from '../../../src/core/image-contents.ts';
import { findStackedBases, type StackedImage } from '../../../src/core/report/stacked-bases.ts';

type Named = StackedImage & { readonly name: string };

const image = (name: string, layers: string | null, host = 'build01'): Named => ({
  name,
  host,
  platform: 'linux/amd64',
  diffIds: layers === null ? null : Array.from(layers).map((letter) => (letter === '0' ? EMPTY_LAYER : `sha256:${letter.repeat(64)}`)),
});

const basesOf = (...images: readonly Named[]): readonly string[] =>
  [...findStackedBases(images)].map(([above, base]) => `${above.name} on ${base.name}`).sort();

describe('an image whose layers begin with all of another one', () => {
  it('stands on it, and of several on the highest', () => {
    expect(basesOf(image('top', 'abcd'), image('app', 'abc'), image('os', 'ab'))).toEqual(['app on os', 'top on app']);
  });

  it.each([
    ['shares only some of its layers', [image('one', 'abc'), image('two', 'abd')]],
    ['has the same layers, under another name', [image('one', 'abc'), image('two', 'abc')]],
    ['is on another host', [image('top', 'abc'), image('os', 'ab', 'build02')]],
    ['has nothing but the empty layer', [image('top', '0a'), image('nothing', '0')]],
    ['does not tell its layers', [image('top', 'ab'), image('os', null), image('none', '')]],
  ])('but not on one that %s', (_, images) => {
    expect(basesOf(...images)).toEqual([]);
  });

  it('a long chain is found at once', () => {
    const diffIds = Array.from({ length: 127 }, (_, layer) => `sha256:${layer.toString(16).padStart(64, '0')}`);
    const chain = diffIds.map((_, at): Named => ({ ...image(`n${at}`, ''), diffIds: diffIds.slice(0, at + 1) }));
    const found = findStackedBases(chain);
    expect(chain.slice(1).every((each, at) => found.get(each) === chain[at])).toBe(true);
  });
});
