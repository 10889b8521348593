import { describe, expect, it } from 'vitest';
import { normalizeTime, renderAge, renderDate, renderSeconds, renderTime } from '../../src/formats/age.ts';
import { createPaint, decideColor } from '../../src/formats/paint.ts';
import { renderCompactSize, renderSize } from '../../src/formats/size.ts';
import { suggest } from '../../src/core/suggest.ts';
import { NOW } from './reports.ts';

describe('a size', () => {
  it.each([
    [0, '0 B'],
    [512, '512 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [10_240, '10.2 kB'],
    [99_949, '99.9 kB'],
    [99_950, '100 kB'],
    [428_000, '428 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [12_345_678, '12.3 MB'],
    [71_300_000, '71.3 MB'],
    [999_999_999, '1.0 GB'],
    [1.2e12, '1.2 TB'],
    [9e18, '9.0 EB'],
    [9e22, '90000 EB'],
  ])('of %d bytes reads %s', (bytes, text) => {
    expect(renderSize(bytes)).toBe(text);
  });

  it('has no blank in a table', () => {
    expect(renderCompactSize(12_345_678)).toBe('12.3MB');
  });
});

describe('an age', () => {
  const minute = 60_000;
  const day = 24 * 60 * minute;
  it.each([
    [-5000, 'just now'],
    [59_999, 'just now'],
    [minute, '1 min ago'],
    [3 * minute, '3 min ago'],
    [59.9 * minute, '59 min ago'],
    [60 * minute, '1 h ago'],
    [47 * 60 * minute, '47 h ago'],
    [2 * day, '2 days ago'],
    [12 * day, '12 days ago'],
    [89 * day, '89 days ago'],
    [100 * day, '3 months ago'],
    [800 * day, '2 years ago'],
  ])('of %d ms reads %s', (age, text) => {
    expect(renderAge(NOW - age, NOW)).toBe(text);
  });

  it.each([
    ['2026-11-08T10:00:00Z', '2026-11-08 (12 days ago)'],
    ['2026-11-08T23:30:00-02:00', '2026-11-09 (11 days ago)'],
    ['1980-01-01T00:00:01Z', '1980-01-01'],
    ['1970-01-01T00:00:00Z', '1970-01-01'],
    ['0001-01-01T00:00:00Z', null],
    ['yesterday', null],
    ['\u001b[2J', null],
  ])('is told of the date %s', (text, date) => {
    expect(renderDate(text, NOW)).toBe(date);
  });

  it.each([
    ['2026-11-08T10:00:00.123456789Z', '2026-11-08T10:00:00.123456789Z'],
    ['2026-11-08T12:00:00+02:00', '2026-11-08T10:00:00.000Z'],
    ['2026-13-08T12:00:00Z', null],
    ['2026', null],
    ['', null],
  ])('counts from UTC: %s', (text, time) => {
    expect(normalizeTime(text)).toBe(time);
  });

  it('of a span and a point in time is short', () => {
    expect([21_600, 60, 604_800, 45, 90, 0].map(renderSeconds)).toEqual(['6h', '1m', '7d', '45s', '90s', '0s']);
    expect(renderTime(NOW)).toBe('2026-11-20T12:44:06Z');
  });
});

describe('colour', () => {
  it.each([
    ['on a terminal', { flag: null, env: {}, isTTY: true }, true],
    ['in a pipe', { flag: null, env: {}, isTTY: false }, false],
    ['--color=always beats all', { flag: 'always', env: { NO_COLOR: '1', FORCE_COLOR: '0', TERM: 'dumb' }, isTTY: false }, true],
    ['--color=never beats all', { flag: 'never', env: { FORCE_COLOR: '1' }, isTTY: true }, false],
    ['--color=auto asks the environment', { flag: 'auto', env: { NO_COLOR: '1' }, isTTY: true }, false],
    ['FORCE_COLOR beats NO_COLOR', { flag: null, env: { FORCE_COLOR: '1', NO_COLOR: '1' }, isTTY: false }, true],
    ['FORCE_COLOR=0 says no', { flag: null, env: { FORCE_COLOR: '0' }, isTTY: true }, false],
    ['FORCE_COLOR=false says no', { flag: null, env: { FORCE_COLOR: 'false', CLICOLOR_FORCE: '1' }, isTTY: true }, false],
    ['an empty FORCE_COLOR says nothing', { flag: null, env: { FORCE_COLOR: '' }, isTTY: false }, false],
    ['NO_COLOR beats CLICOLOR_FORCE', { flag: null, env: { NO_COLOR: '1', CLICOLOR_FORCE: '1' }, isTTY: true }, false],
    ['an empty NO_COLOR says nothing', { flag: null, env: { NO_COLOR: '' }, isTTY: true }, true],
    ['CLICOLOR_FORCE beats TERM=dumb', { flag: null, env: { CLICOLOR_FORCE: '1', TERM: 'dumb' }, isTTY: false }, true],
    ['CLICOLOR_FORCE=0 says nothing', { flag: null, env: { CLICOLOR_FORCE: '0' }, isTTY: false }, false],
    ['TERM=dumb', { flag: null, env: { TERM: 'dumb' }, isTTY: true }, false],
    ['CLICOLOR=0', { flag: null, env: { CLICOLOR: '0' }, isTTY: true }, false],
    ['CLICOLOR=1 in a pipe', { flag: null, env: { CLICOLOR: '1' }, isTTY: false }, false],
  ] as const)('%s', (_, question, colored) => {
    expect(decideColor(question)).toBe(colored);
  });

  it('ends what it began, and leaves nothing behind when it is off', () => {
    expect(createPaint(true).red('gone')).toBe('\u001b[31mgone\u001b[39m');
    expect(createPaint(true).bold('')).toBe('');
    expect(createPaint(false).red('gone')).toBe('gone');
  });
});

describe('a mistyped word', () => {
  const known = ['reference', 'status', 'verdict', 'held', 'unused', 'outdated', 'platform'];
  it.each([
    ['stauts', 'status'],
    ['STATUS', 'status'],
    ['plat', 'platform'],
    ['refernce', 'reference'],
    ['hled', 'held'],
    ['jsno', null],
    ['heldd', 'held'],
    ['banana', null],
    ['', null],
    ['x'.repeat(100_000), null],
  ])('%s was meant as %s', (word, meant) => {
    expect(suggest(word, known)).toBe(meant);
  });
});
