import { expect, it } from 'vitest';
import { renderSeconds, wholeSeconds } from '../../src/core/whole-seconds.ts';

it.each([
  ['2026-11-20T10:00:00.999999999Z', '2026-11-20T10:00:00Z'],
  ['2026-11-20T10:00:00.5+01:00', '2026-11-20T09:00:00Z'],
  ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00Z'],
  ['0001-01-01T00:00:00Z', null],
  ['yesterday', null],
  ['', null],
])('the time %s is told as %s', (text, told) => {
  expect(wholeSeconds(text)).toBe(told);
});

it('milliseconds are cut off, not rounded', () => {
  expect(renderSeconds(1_795_164_399_999)).toBe('2026-11-20T08:46:39Z');
});
