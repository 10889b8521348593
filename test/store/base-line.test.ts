import { describe, expect, it } from 'vitest';
import type { BaseVersion } from '../../src/core/base/version.ts';
import { addToLine, type KeptVersion } from '../../src/store/base-line.ts';
import { makeContents, makeDigest, makeVersion, NOON, outline } from './make.ts';

/** `a@1`: version a, seen at one millisecond after noon. */
function parse(text: string, parts: Partial<BaseVersion> = {}): readonly BaseVersion[] {
  return text.split(' ').map((each) => {
    const [name = '', at] = each.split('@');
    return makeVersion(name, { at: NOON + Number(at), ...parts });
  });
}

function lineOf(seen: readonly BaseVersion[], now = NOON): readonly KeptVersion[] {
  return seen.reduce<readonly KeptVersion[]>((line, version) => addToLine(line, version, now), []);
}

function showLine(seen: readonly BaseVersion[], now = NOON): string {
  return outline(
    lineOf(seen, now).map(({ version }) => version),
    ['a', 'b', 'c'],
  );
}

describe('what a tag named over time', () => {
  it.each([
    ['grows when it names something else', 'a@0 b@1 c@2', 'a 0-0, b 1-1, c 2-2'],
    ['is one version as long as nothing changes', 'a@0 a@1 a@2', 'a 0-2'],
    ['has a version twice that came back', 'a@0 b@1 a@2', 'a 0-0, b 1-1, a 2-2'],
    ['does not take an answer for new that is older than the last', 'a@0 b@2 a@1', 'a 0-0, b 2-2'],
    ['never goes back in time', 'a@0 a@2 a@1', 'a 0-2'],
    ['takes the later of two answers of the same moment', 'a@0 b@0', 'a 0-0, b 0-0'],
  ])('%s', (_, seen, line) => {
    expect(showLine(parse(seen))).toBe(line);
  });

  it('stays the very same value when there is nothing new', () => {
    const line = lineOf(parse('a@0 b@2'));
    for (const seen of parse('b@2 b@1 a@1')) expect(addToLine(line, seen, NOON)).toBe(line);
  });

  it('goes on after a clock that ran ahead', () => {
    expect(showLine(parse('a@900000 b@1 b@2'))).toBe('a 900000-900000, b 1-2');
    expect(showLine(parse('a@900000 a@1'))).toBe('a 900000-1');
    expect(showLine(parse('a@200000 b@1'))).toBe('a 200000-200000');
  });

  it('does not overlap: a version begins where the one before it was seen last', () => {
    const [a, b] = parse('a@3 b@5');
    expect(showLine([a!, { ...b!, firstSeen: NOON }])).toBe('a 3-3, b 3-5');
  });

  it.each(['topDigest', 'manifestDigest', 'configDigest'] as const)('grows when only the %s is another', (digest) => {
    const [first, second] = parse('a@0 a@1');
    expect(lineOf([first!, { ...second!, [digest]: makeDigest('other') }])).toHaveLength(2);
  });
});

describe('a version of which not all was known', () => {
  const [first, second] = parse('a@0 a@1') as [BaseVersion, BaseVersion];

  it('is completed by an account that tells more, and stays one', () => {
    const bare = { ...first, manifestDigest: null, configDigest: null, contents: { ...first.contents, history: null, settings: null } };
    expect(lineOf([bare, second]).map(({ version }) => version)).toEqual([{ ...second, firstSeen: NOON }]);
  });

  it('loses nothing to an account that tells less', () => {
    const { entries } = first.contents.history!;
    const bare = { ...second, topDigest: null, contents: { ...first.contents, history: { entries, precision: 'seconds' as const } } };
    expect(lineOf([first, bare]).map(({ version }) => version)).toEqual([{ ...first, lastSeen: NOON + 1 }]);
  });

  it('is found by its history as soon as that is known', () => {
    const bare = { ...first, contents: { ...first.contents, history: null } };
    const [before] = lineOf([bare]);
    const [after] = lineOf([bare, second]);
    expect([before!.keys.historyHash, after!.keys.historyHash]).toEqual([null, lineOf([second])[0]!.keys.historyHash]);
  });

  it('is compared by what it is made of where no digest is known of both', () => {
    const byIndex = { ...first, manifestDigest: null, configDigest: null };
    const byConfig = { ...second, topDigest: null, manifestDigest: null };
    expect(lineOf([byIndex, byConfig])).toHaveLength(1);
    expect(lineOf([byIndex, { ...byConfig, contents: makeContents('other') }])).toHaveLength(2);
  });
});

describe('images that moved tags left behind', () => {
  it('are a set: seen in any order again and again, each is there once', () => {
    const line = lineOf(parse('a@0 b@0 a@1 b@1 c@1 a@0', { tag: null })).map(({ version }) => version);
    expect(outline(line, ['a', 'b', 'c'])).toBe('a 0-1, b 0-1, c 1-1');
  });
});
