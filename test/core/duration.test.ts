import { expect, it } from 'vitest';
import { parseDuration, renderDuration } from '../../src/core/duration.ts';

it.each([
  ['0', 0],
  ['90s', 90_000],
  ['1h30m', 5_400_000],
  ['7d', 604_800_000],
  ['2w', 1_209_600_000],
  ['250ms', 250],
  ['1m1ms', 60_001],
])('%s is %i milliseconds', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

it.each(['', '1', '-1s', '1.5h', '1 h', 'h', '1y', '1hh', '1234567890s', '1H', '1s'.repeat(51)])('%j is none', (text) => {
  expect(parseDuration(text)).toBeNull();
});

it.each([
  [0, '0'],
  [90_000, '1m30s'],
  [3_600_000, '1h'],
  [604_800_000, '1w'],
  [60_001, '1m1ms'],
  [694_861_001, '1w1d1h1m1s1ms'],
])('%i milliseconds are %s', (milliseconds, text) => {
  expect(renderDuration(milliseconds)).toBe(text);
  expect(parseDuration(text)).toBe(milliseconds);
});
