import { describe, expect, it } from 'vitest';
import { parseFailOn } from '../../src/core/fail-on.ts';

describe('what a check fails on', () => {
  it.each([
    ['base', ['base']],
    ['gone,base', ['base', 'gone']],
    [' rebuilt , major ', ['rebuilt', 'major']],
    ['any', ['base', 'rebuilt', 'gone', 'patch', 'minor', 'major']],
    ['base,any', ['base', 'rebuilt', 'gone', 'patch', 'minor', 'major']],
    ['none', []],
  ])('is read of %j', (text, value) => {
    expect(parseFailOn(text)).toEqual({ ok: true, value });
  });

  it.each([
    ['bases', 'expected a comma list of base, rebuilt, gone, patch, minor, major, any, none, got "bases" (did you mean "base"?)'],
    ['', 'expected a comma list of base, rebuilt, gone, patch, minor, major, any, none, got ""'],
    ['base,', 'expected a comma list of base, rebuilt, gone, patch, minor, major, any, none, got ""'],
    ['none,base', 'expected "none" to stand alone'],
  ])('cannot be %j', (text, message) => {
    expect(parseFailOn(text)).toEqual({ ok: false, message });
  });
});
