import { describe, expect, it } from 'vitest';
import { isQuotaRefusal, parseQuota, quotaFloor } from '../../src/registry/quota.ts';

const now = 1_800_000_000_000;
const reader = (headers: Record<string, string>) => (name: string) => headers[name] ?? null;

describe('the quota is read from', () => {
  it.each([
    ["Docker Hub's headers", { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '20;w=21600' }, [100, 20, 21_600, null]],
    ['headers without a window', { 'ratelimit-limit': '100', 'ratelimit-remaining': '20' }, [100, 20, null, null]],
    ['a policy beside the limit', { 'ratelimit-limit': '3000, 3000;w=60', 'ratelimit-remaining': '2999' }, [3000, 2999, 60, null]],
    [
      'several policies: the tightest',
      { 'ratelimit-limit': '100;w=21600, 1000;w=86400', 'ratelimit-remaining': '90;w=21600, 10;w=86400' },
      [1000, 10, 86_400, null],
    ],
    [
      'policies in another order',
      { 'ratelimit-limit': '1000;w=86400, 100;w=21600', 'ratelimit-remaining': '5;w=21600' },
      [100, 5, 21_600, null],
    ],
    [
      'X-RateLimit with a reset in seconds',
      { 'x-ratelimit-limit': '60', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '30' },
      [60, 0, null, now + 30_000],
    ],
    [
      'a reset as a time',
      { 'ratelimit-limit': '60', 'ratelimit-remaining': '1', 'ratelimit-reset': '1800000060' },
      [60, 1, null, now + 60_000],
    ],
    ['remaining alone', { 'ratelimit-remaining': '7' }, [null, 7, null, null]],
  ])('%s', (_name, headers, [limit, remaining, windowSeconds, resetAt]) => {
    expect(parseQuota(reader(headers), now)).toEqual({ limit, remaining, windowSeconds, resetAt });
  });

  it.each([
    [{}],
    [{ 'ratelimit-limit': '100;w=21600' }],
    [{ 'ratelimit-remaining': 'many' }],
    [{ 'ratelimit-remaining': '-1' }],
    [{ 'ratelimit-remaining': '1e9' }],
  ])('not from %o', (headers: Record<string, string>) => {
    expect(parseQuota(reader(headers), now)).toBeNull();
  });
});

const quota = (remaining: number, limit: number | null = 100) => ({ limit, remaining, windowSeconds: null, resetAt: null });

it.each([
  ['{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit."}]}', null, true],
  ['You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit', null, true],
  ['', quota(0), true],
  ['', quota(50), false],
  ['Too Many Requests', null, false],
])('a 429 saying "%s" with %o is a used-up quota: %s', (body, seen, expected) => {
  expect(isQuotaRefusal(body, seen)).toBe(expected);
});

it.each([
  [quota(1, 100), 20],
  [quota(1, 20), 10],
  [quota(1, null), 10],
  [quota(1, 101), 21],
])('of %o at least %s are kept', (seen, kept) => {
  expect(quotaFloor(seen, { remaining: 10, fraction: 0.2 })).toBe(kept);
});
