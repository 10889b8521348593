import { describe, expect, it } from 'vitest';
import { parseGoDuration, parseRetryAfter, waitBeforeRetry } from '../../src/registry/backoff.ts';

const now = Date.parse('2026-10-21T07:00:00Z');

describe('how long a registry wants to be left alone', () => {
  it.each([
    ['seconds', '30', '', 30_000],
    ['part of a second', '0.5', '', 500],
    ['a date', 'Wed, 21 Oct 2026 07:01:00 GMT', '', 60_000],
    ['a Go duration', '1m30s', '', 90_000],
    ["GHCR's body", null, 'toomanyrequests: retry-after: 880.092µs, allowed: 44000/minute', 0.880092],
    ["GHCR's body inside JSON", null, '{"errors":[{"code":"TOOMANYREQUESTS","message":"retry-after: 12s, allowed: 2000/minute"}]}', 12_000],
    ['the header before the body', '2', 'retry-after: 12s', 2_000],
  ])('is said as %s', (_name, header, body, expected) => {
    expect(parseRetryAfter(header, body, now)).toBeCloseTo(expected, 9);
  });

  it.each([
    ['in the header', '999999999h999999999h999999999h', ''],
    ['in the body', null, 'retry-after: 999999999h999999999h999999999h'],
    ['in one unit', '999999999h', ''],
  ])('is a year at most, said %s', (_name, header, body) => {
    expect(parseRetryAfter(header, body, now)).toBe(365 * 86_400_000);
  });

  it.each([
    ['nothing', null, ''],
    ['zero', '0', ''],
    ['a negative number', '-5', ''],
    ['a date that has passed', 'Wed, 21 Oct 2026 06:00:00 GMT', ''],
    ['words', 'soon', 'please retry-after: a while'],
    ['a number without end', '9'.repeat(400), ''],
  ])('is not said by %s', (_name, header, body) => {
    expect(parseRetryAfter(header, body, now)).toBeNull();
  });
});

it.each([
  ['300ms', 300],
  ['1h2m3s', 3_723_000],
  ['2us', 0.002],
  ['1.5m', 90_000],
  ['10', null],
  ['', null],
  ['s', null],
])('the Go duration %s is %s ms', (text, ms) => {
  expect(parseGoDuration(text)).toBe(ms);
});

it.each([
  [{ askedMs: 2_000, attempt: 0, random: 0 }, 2_000],
  [{ askedMs: 2_000, attempt: 2, random: 0.5 }, 2_100],
  [{ askedMs: 0.88, attempt: 0, random: 0.5 }, 100],
  [{ askedMs: null, attempt: 0, random: 0.5 }, 500],
  [{ askedMs: null, attempt: 2, random: 0.5 }, 2_000],
  [{ askedMs: null, attempt: 0, random: 0 }, 100],
])('%o waits %s ms', (wait, ms) => {
  expect(waitBeforeRetry(wait)).toBe(ms);
});
