import { sanitizeText } from '../core/text.ts';
import type { Progress } from './check-tags.ts';
import type { WantedSource } from './stock.ts';

const LONGEST_NAME = 200;

/** Places that tell when they were read, and what is told meanwhile. */
export type Reading = { readonly sources: readonly WantedSource[]; readonly onProgress: (done: number, total: number) => void };

/**
 * Tells which places are still read, from the beginning: an archive is long read before it tells of any image, and an engine may be far away.
 *
 * Example: `{ done: 0, total: 0, subject: 'docker-archive:app.tar, ssh://build01' }`
 */
export function tellReading(sources: readonly WantedSource[], tell: (progress: Progress) => void): Reading {
  const waiting = new Set(sources);
  const tellWaiting = (): void => {
    if (waiting.size === 0) return;
    tell({ done: 0, total: 0, subject: [...waiting].map(({ name }) => sanitizeText(name, LONGEST_NAME)).join(', ') });
  };
  const watch = (wanted: WantedSource): WantedSource => ({
    ...wanted,
    source: {
      list: async (options) => {
        try {
          return await wanted.source.list(options);
        } finally {
          waiting.delete(wanted);
          tellWaiting();
        }
      },
    },
  });
  tellWaiting();
  return {
    sources: sources.map(watch),
    onProgress: (done, total) => {
      if (done < total) tell({ done, total, subject: 'images' });
      else tellWaiting();
    },
  };
}
