import type { Document, ImageEntry, RegistryEntry } from '../document.ts';
import { groupBy } from '../group.ts';
import { compareText } from '../reference.ts';
import { isOpen } from './problems.ts';
import type { Report, ReportCounts } from './report.ts';

/** Counts the rows of documents, each host's own. */
export function countImages(documents: readonly Document[]): Pick<ReportCounts, 'images' | 'checked' | 'fresh' | 'stale' | 'unknown'> {
  const count = (is: (image: ImageEntry) => boolean): number =>
    documents.reduce((sum, { images }) => images.reduce((part, image) => part + Number(is(image)), sum), 0);
  return {
    images: count(() => true),
    checked: count((image) => !isOpen(image)),
    fresh: count(({ verdict }) => verdict === 'fresh'),
    stale: count(({ verdict }) => verdict === 'stale'),
    unknown: count(({ verdict }) => verdict === 'unknown'),
  };
}

/** Adds up what hosts asked of each registry. Of quotas that several hosts saw the one that is nearest to its end counts: hosts may share it. */
export function sumRegistries(documents: readonly Document[]): readonly RegistryEntry[] {
  const uses = groupBy(
    documents.flatMap(({ registries }) => registries),
    ({ registry }) => registry,
  );
  return [...uses]
    .map(([registry, those]) => {
      const [scarcest] = [...those].sort((a, b) => leftOf(a) - leftOf(b) || compareText(JSON.stringify(a), JSON.stringify(b)));
      const { limit = null, remaining = null, windowSeconds = null } = scarcest ?? {};
      const add = (read: (use: RegistryEntry) => number): number => those.reduce((sum, use) => sum + read(use), 0);
      return { registry, requests: add((use) => use.requests), counted: add((use) => use.counted), limit, remaining, windowSeconds };
    })
    .sort((a, b) => compareText(a.registry, b.registry));
}

/** Where nothing is told of a quota, there is nothing to run out of. */
function leftOf({ remaining }: RegistryEntry): number {
  return remaining ?? Number.MAX_SAFE_INTEGER;
}

/** The times of the oldest and the newest answer that a registry gave. */
export function findAges(documents: readonly Document[]): Report['data'] {
  const texts = new Set<string>();
  for (const { images } of documents) {
    for (const { tag, newer, base } of images) {
      for (const { checkedAt } of [tag, newer, base]) if (checkedAt !== null) texts.add(checkedAt);
    }
  }
  const times = [...texts].map((text) => Date.parse(text)).filter((time) => !Number.isNaN(time));
  if (times.length === 0) return null;
  return times.reduce((ages, time) => ({ oldest: Math.min(ages.oldest, time), newest: Math.max(ages.newest, time) }), {
    oldest: Number.POSITIVE_INFINITY,
    newest: Number.NEGATIVE_INFINITY,
  });
}
