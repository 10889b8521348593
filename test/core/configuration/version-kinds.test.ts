import { describe, expect, it } from 'vitest';
import { tagPatternsKind, tagsKind } from '../../../src/core/configuration/version-kinds.ts';
import type { Parsed } from '../../../src/core/parsed.ts';

const valueOf = <T>(read: Parsed<T> | undefined): T => {
  if (read?.ok !== true) throw new Error(read?.message);
  return read.value;
};
const patternsOf = (text: string) => valueOf(tagPatternsKind.parse?.(text));

describe('a pattern over tags', () => {
  it.each([
    ['1.27.4', '1.27.4', true],
    ['1.27.4', '1.27.40', false],
    ['1.*', '1.27.4', true],
    ['1.*', '11.2', false],
    ['*-alpine', '1.27-alpine', true],
    ['*-alpine', '1.27-alpine3.19', false],
    ['*rc*', '1.28-rc.1', true],
    ['**', 'anything', true],
    ['1.2?', '1.27', true],
    ['1.2[0-6]', '1.27', false],
    ['v[^0]*', 'v1.2', true],
    ['*-Alpine', '1.27-alpine', false],
    ['1\\.27', '1.27', true],
  ])('%s on %s: %s', (glob, tag, expected) => {
    const [pattern] = patternsOf(glob);
    expect({ glob: pattern?.glob, isMatch: pattern?.matches(tag) }).toEqual({ glob, isMatch: expected });
  });

  it.each([
    ['nginx:1.*', 'no tag has ":"'],
    ['acme/*', 'no tag has "/"'],
    ['^1\\.27$', 'no tag has "^"'],
    ['(alpine|slim)', 'no tag has "("'],
    ['1.27+build', 'no tag has "+"'],
    ['{1,2}', 'no tag has "{"'],
    ['', 'expected 1 to 500 characters, got 0'],
    ['1.[', 'at character 3'],
    ['*a'.repeat(11), 'expected at most 10 of * in a pattern over tags, got 11'],
    ['x'.repeat(501), 'expected 1 to 500 characters, got 501'],
  ])('%j is refused where no tag could ever match it', (glob, message) => {
    expect(tagPatternsKind.parse?.(glob)).toEqual({ ok: false, message: expect.stringContaining(message) as string });
  });

  // A matcher that goes back over its choices would need longer than the machine lasts.
  it('is answered at once, however hostile', () => {
    const [pattern] = patternsOf(`${'*a'.repeat(9)}*b`);
    for (let count = 0; count < 1_000; count += 1) expect(pattern?.matches('a'.repeat(128))).toBe(false);
  });
});

describe('a tag', () => {
  it.each(['1.27.4', 'latest', '_x', '17.0.9_9-jdk', 'x'.repeat(128)])('%s is one', (tag) => {
    expect(valueOf(tagsKind.parse?.(tag))).toEqual([tag]);
  });

  it.each(['', '-1', '.x', 'nginx:1', '1.*', '1 2', 'x'.repeat(129)])('%j is none', (tag) => {
    expect(tagsKind.parse?.(tag)).toMatchObject({
      ok: false,
      message: expect.stringContaining('expected a tag such as 1.27.4, got') as string,
    });
  });
});
