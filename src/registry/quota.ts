/** What a registry said of its pull quota. `resetAt` in milliseconds since the epoch. */
export type Quota = {
  readonly limit: number | null;
  readonly remaining: number;
  readonly windowSeconds: number | null;
  readonly resetAt: number | null;
};

/** Reads a header by its lowercase name; several of one name joined by commas, null when it is absent. */
export type HeaderReader = (name: string) => string | null;

type Policy = { readonly value: number; readonly windowSeconds: number | null };

const FAMILIES = ['ratelimit', 'x-ratelimit'] as const;

/** Seconds since the epoch are larger than any number of seconds to wait. */
const FIRST_EPOCH_SECONDS = 1_000_000_000;

/**
 * Reads the quota from a response's headers; null when they say nothing.
 *
 * Where several policies apply, the one with the smallest part left counts: `ratelimit-limit: 100;w=21600, 1000;w=86400` with
 * `ratelimit-remaining: 90;w=21600, 10;w=86400` is `{ limit: 1000, remaining: 10, windowSeconds: 86400 }`.
 * Source: Docker Hub, "Pull usage and limits"; draft-ietf-httpapi-ratelimit-headers-03.
 */
export function parseQuota(header: HeaderReader, now: number): Quota | null {
  for (const family of FAMILIES) {
    const limits = parsePolicies(header(`${family}-limit`));
    const remainders = parsePolicies(header(`${family}-remaining`));
    const quotas = remainders.map((remainder, index) => pair({ remainder, index, limits }));
    const tightest = quotas.toSorted((a, b) => partLeft(a) - partLeft(b))[0];
    if (tightest !== undefined) return { ...tightest, resetAt: parseReset(header(`${family}-reset`), now) };
  }
  return null;
}

/**
 * Tells, of a 429, a used-up pull quota, which no waiting within a run mends, from a throttle, which passes.
 *
 * A HEAD has no body: `remaining` 0 decides alone.
 * Source: Docker Hub's answer "You have reached your [unauthenticated] pull rate limit".
 */
export function isQuotaRefusal(body: string, quota: Quota | null): boolean {
  return /pull rate limit/i.test(body) || quota?.remaining === 0;
}

/** The number of pulls that must be left for another one to be made. */
export function quotaFloor(quota: Quota, floor: { readonly remaining: number; readonly fraction: number }): number {
  return Math.max(floor.remaining, Math.ceil(floor.fraction * (quota.limit ?? 0)));
}

function parsePolicies(header: string | null): readonly Policy[] {
  const policies: Policy[] = [];
  for (const item of (header ?? '').slice(0, 1024).split(',')) {
    const [value = '', ...parameters] = item.split(';').map((part) => part.trim());
    if (!/^\d{1,12}$/.test(value)) continue;
    const window = parameters.map((parameter) => /^w=(\d{1,9})$/.exec(parameter)?.[1]).find((seconds) => seconds !== undefined);
    policies.push({ value: Number(value), windowSeconds: window === undefined ? null : Number(window) });
  }
  return policies;
}

function pair(found: { readonly remainder: Policy; readonly index: number; readonly limits: readonly Policy[] }): Omit<Quota, 'resetAt'> {
  const { remainder, index, limits } = found;
  const sameWindow = remainder.windowSeconds === null ? undefined : limits.find((limit) => limit.windowSeconds === remainder.windowSeconds);
  const limit = sameWindow ?? limits[index] ?? limits[0];
  const described = limits.find((policy) => policy.value === limit?.value && policy.windowSeconds !== null);
  return {
    limit: limit?.value ?? null,
    remaining: remainder.value,
    windowSeconds: remainder.windowSeconds ?? limit?.windowSeconds ?? described?.windowSeconds ?? null,
  };
}

function partLeft(quota: Omit<Quota, 'resetAt'>): number {
  return quota.limit === null || quota.limit === 0 ? quota.remaining : quota.remaining / quota.limit;
}

function parseReset(header: string | null, now: number): number | null {
  const text = header?.trim() ?? '';
  if (!/^\d{1,10}$/.test(text)) return null;
  const seconds = Number(text);
  return seconds >= FIRST_EPOCH_SECONDS ? seconds * 1000 : now + seconds * 1000;
}
