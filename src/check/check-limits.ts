import type { Reason } from '../core/reason.ts';
import { compareText, type Repository } from '../core/reference.ts';
import { planTagCheck } from '../core/tag-check.ts';
import type { Inventory, Registry, RegistryUse, Warning } from './ports.ts';

/** What each registry said of its quota, and which could not be asked. */
export type LimitsReport = {
  readonly registries: readonly RegistryUse[];
  readonly failures: readonly { readonly registry: string; readonly reason: Reason }[];
  readonly warnings: readonly Warning[];
};

/** What Docker publishes for this very question: its headers tell the quota of the one who asks, and asking by HEAD costs nothing. */
const HUB_PROBE = { registry: 'docker.io', repository: 'ratelimitpreview/test', tag: 'latest' } as const;

/**
 * Asks each registry that images here come from by one HEAD, which no registry counts, and reads the quota from its headers.
 *
 * Docker Hub is asked about the image it publishes for that, because images of paying publishers tell of no limit.
 * Source: Docker Hub usage and limits, "Pull limits", "View pull rate".
 */
export async function checkLimits(
  inventory: Pick<Inventory, 'images'> | null,
  registry: Registry,
  signal: AbortSignal,
): Promise<LimitsReport> {
  const probes = [...chooseProbes(inventory)].sort((a, b) => compareText(a.registry, b.registry));
  registry.announce(probes);
  const answers = await Promise.all(
    probes.map(async (probe) => ({ registry: probe.registry, answer: await registry.resolveTag(probe, probe.tag, signal) })),
  );
  signal.throwIfAborted();
  return {
    registries: registry.usage(),
    failures: answers.flatMap(({ registry: name, answer }) =>
      answer.kind === 'unknown' ? [{ registry: name, reason: answer.reason }] : [],
    ),
    warnings: registry.warnings(),
  };
}

function chooseProbes(inventory: Pick<Inventory, 'images'> | null): Iterable<Repository & { readonly tag: string }> {
  const probes = new Map<string, Repository & { readonly tag: string }>([[HUB_PROBE.registry, HUB_PROBE]]);
  for (const image of inventory?.images ?? []) {
    for (const reference of image.tags) {
      const plan = planTagCheck(image, reference);
      if (plan.kind === 'ask' && !probes.has(reference.registry)) probes.set(reference.registry, { ...plan.repository, tag: plan.tag });
    }
  }
  return probes.values();
}
