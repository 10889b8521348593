import pLimit from 'p-limit';
import type { Platform } from '../core/platform.ts';
import type { Reference } from '../core/reference.ts';
import type { Answers } from './answers.ts';
import type { Rules } from './image-rules.ts';
import type { LazyRegistry } from './lazy-registry.ts';
import { readTarget, type RegistryTarget } from './registry-targets.ts';

type TargetPorts = { readonly answers: Answers; readonly registry: LazyRegistry; readonly rules: Rules };

/** `platform`: overrides what the rules say. `jobs`: targets at once. */
export type TargetOptions = {
  readonly platform: Platform | null;
  readonly machinePlatform: Platform;
  readonly offline: boolean;
  readonly jobs: number;
};

/** Reads the images that are asked for where they lie in registries, each for the platform that is wanted of it. */
export async function readTargets(
  references: readonly Reference[],
  { answers, registry, rules }: TargetPorts,
  { platform, machinePlatform, offline, jobs }: TargetOptions,
): Promise<readonly RegistryTarget[]> {
  if (references.length === 0) return [];
  if (!offline) (await registry.get()).announce(references);
  const limit = pLimit(jobs);
  return Promise.all(
    references.map((reference) => {
      const wanted = { asked: platform ?? rules.of(reference).platform, machine: machinePlatform };
      return limit(() => readTarget(reference, wanted, answers));
    }),
  );
}
