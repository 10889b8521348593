import { createHash } from 'node:crypto';
import { errorAnswer, withHeaders, type Answer } from './answer.ts';

/** How many manifests may be fetched per window; `used` of them have been already. */
export type QuotaOptions = { readonly limit: number; readonly windowSeconds: number; readonly used?: number };

export type Quota = {
  /** Answers a manifest request: counts it when it is a GET that would succeed, refuses it when nothing is left. */
  readonly charge: (method: string, user: string | null, ordinary: Answer) => Answer;
};

/**
 * The pull limit of Docker Hub, each account for itself and all anonymous requests together.
 *
 * A HEAD costs nothing and tells what is left; a GET beyond the limit is answered with 429.
 * Source: docs.docker.com, docker-hub/usage/pulls; draft-polli-ratelimit-headers-03.
 */
export function createQuota(options: QuotaOptions, now: () => number): Quota {
  const accounts = new Map<string | null, { used: number; endsAt: number }>();

  const account = (user: string | null): { used: number; endsAt: number } => {
    const known = accounts.get(user);
    if (known !== undefined && now() < known.endsAt) return known;
    const fresh = { used: known === undefined ? (options.used ?? 0) : 0, endsAt: now() + options.windowSeconds * 1000 };
    accounts.set(user, fresh);
    return fresh;
  };

  return {
    charge: (method, user, ordinary) => {
      const { used } = account(user);
      const counts = method === 'GET' && ordinary.status < 400;
      const refused = counts && used >= options.limit;
      if (counts && !refused) account(user).used += 1;
      const remaining = Math.max(0, options.limit - account(user).used);
      return withHeaders(refused ? exhausted() : ordinary, {
        'ratelimit-limit': `${options.limit};w=${options.windowSeconds}`,
        'ratelimit-remaining': `${remaining};w=${options.windowSeconds}`,
        'docker-ratelimit-source': user === null ? '127.0.0.1' : accountId(user),
      });
    },
  };
}

const exhausted = (): Answer =>
  errorAnswer(429, {
    code: 'TOOMANYREQUESTS',
    message:
      'You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit',
  });

function accountId(user: string): string {
  const hex = createHash('sha256').update(user).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
