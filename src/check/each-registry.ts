import pLimit from 'p-limit';
import { groupBy } from '../core/group.ts';

/** Work on many things, so many at once of each registry. */
export type RegistryWork<T> = {
  readonly registryOf: (item: T) => string;
  readonly jobs: number;
  readonly work: (item: T) => Promise<void>;
};

/** Works on each registry's by itself, so that one that is slow holds up no other; in batches, so that ten thousand do not mean ten thousand promises at once. */
export async function workByRegistry<T>(items: Iterable<T>, { registryOf, jobs, work }: RegistryWork<T>): Promise<void> {
  const byRegistry = groupBy(items, registryOf);
  await Promise.all([...byRegistry.values()].map((ofRegistry) => workOnAll(ofRegistry, jobs, work)));
}

const BATCH = 1_000;

async function workOnAll<T>(items: readonly T[], jobs: number, work: (item: T) => Promise<void>): Promise<void> {
  const limit = pLimit(jobs);
  for (let start = 0; start < items.length; start += BATCH) {
    await Promise.all(items.slice(start, start + BATCH).map((item) => limit(() => work(item))));
  }
}
