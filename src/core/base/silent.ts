import type { HistoryEntry } from '../history.ts';
import type { ImageTraces } from './gather.ts';

/** Below these lie the keys of all labels and annotations that name a base. */
const TELLING = /^(?:org\.opencontainers\.image\.base|io\.buildpacks)\./;

/** Any time but Go's zero time, which stands for times that were taken away. */
const USUAL_TIME = /^(?:19|2\d)\d\d-/;

/**
 * Whether nothing that an image carries with it tells of its base, so that there is nothing to decide unless something else is known: no label and no annotation
 * does, its steps bear no builder's remark but BuildKit's, which names no base, and its layers were not merged.
 *
 * Most images of docker are. Of an image that is not, it need not be true that it tells something.
 */
export function isSilent({ contents, labels, annotations }: ImageTraces): boolean {
  const { diffIds, history } = contents;
  const entries = history?.entries ?? [];
  const made = entries.filter(({ emptyLayer }) => emptyLayer === false).length;
  if (diffIds.length < 2 || made > diffIds.length) return false;
  return entries.every(isPlain) && !hasTelling(labels) && !hasTelling(annotations);
}

function isPlain({ created, comment }: HistoryEntry): boolean {
  return created !== null && USUAL_TIME.test(created) && (comment === null || comment === '' || comment.startsWith('buildkit.'));
}

function hasTelling(texts: ReadonlyMap<string, string>): boolean {
  for (const key of texts.keys()) if (TELLING.test(key)) return true;
  return false;
}
