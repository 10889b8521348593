import type { RegistryUse } from '../check/ports.ts';
import { reason, type Reason } from '../core/reason.ts';
import { quotaFloor, type Quota } from './quota.ts';

/** What one registry was asked, and what its quota still allows. */
export type Counter = {
  readonly sent: () => void;
  /** Takes one counted request from the quota; a reason when there is none to take. */
  readonly reserve: (
    subject: string,
  ) => { readonly ok: true; readonly release: () => void } | { readonly ok: false; readonly reason: Reason };
  /** Keeps what a response says of the quota; `order` is that of its request, so that a late answer does not overrule a newer one. */
  readonly observe: (quota: Quota | null, order: number) => void;
  /** No counted request will be made any more. */
  readonly exhaust: (why: Reason) => void;
  readonly usage: () => RegistryUse;
};

/** Starts counting for a registry. `floor`: see RegistryOptions. */
export function createCounter(registry: string, floor: { readonly remaining: number; readonly fraction: number }): Counter {
  let requests = 0;
  let counted = 0;
  let inFlight = 0;
  let exhausted: Reason | null = null;
  let quota: Quota | null = null;
  let quotaOrder = -1;

  return {
    sent: () => {
      requests++;
    },
    reserve: (subject) => {
      if (exhausted !== null) return { ok: false, reason: exhausted };
      if (quota !== null) {
        const least = quotaFloor(quota, floor);
        const left = quota.remaining - inFlight;
        if (left <= least)
          return { ok: false, reason: budgetReason(registry, { subject, left: Math.max(0, left), limit: quota.limit, least }) };
      }
      inFlight++;
      counted++;
      let released = false;
      return {
        ok: true,
        release: () => {
          if (!released) inFlight--;
          released = true;
        },
      };
    },
    observe: (seen, order) => {
      if (seen === null || order < quotaOrder) return;
      quota = seen;
      quotaOrder = order;
    },
    exhaust: (why) => {
      exhausted ??= why;
    },
    usage: () => ({
      registry,
      requests,
      counted,
      limit: quota?.limit ?? null,
      remaining: quota?.remaining ?? null,
      windowSeconds: quota?.windowSeconds ?? null,
    }),
  };
}

function budgetReason(
  registry: string,
  now: { readonly subject: string; readonly left: number; readonly limit: number | null; readonly least: number },
): Reason {
  const of = now.limit === null ? '' : ` of ${now.limit}`;
  return reason(
    'budget',
    `${registry} has ${now.left}${of} pulls left and ${now.least} are kept for other use: none was spent on ${now.subject}`,
  );
}
