import type { RegistryUse } from '../check/ports.ts';
import { compareText } from '../core/reference.ts';

/** Joins what was asked of the same registry over several connections, and sorts by registry; of quotas the one with the least left is told. */
export function mergeUsage(uses: readonly RegistryUse[]): readonly RegistryUse[] {
  const merged = new Map<string, RegistryUse>();
  for (const use of uses) {
    const known = merged.get(use.registry);
    merged.set(use.registry, known === undefined ? use : join(known, use));
  }
  return [...merged.values()].toSorted((a, b) => compareText(a.registry, b.registry));
}

function join(a: RegistryUse, b: RegistryUse): RegistryUse {
  const scarcer = (b.remaining ?? Number.POSITIVE_INFINITY) < (a.remaining ?? Number.POSITIVE_INFINITY) ? b : a;
  return { ...scarcer, requests: a.requests + b.requests, counted: a.counted + b.counted };
}
