import { isSameRepository, type Reference, type Repository } from '../reference.ts';
import type { Surroundings } from './surroundings.ts';
import type { Conversation } from './conversation.ts';
import type { Evidence } from './gather.ts';
import { compareExtent, type Fit, fitBase } from './known-base.ts';
import { readOffered } from './read-offered.ts';
import type { VersionContents } from './version.ts';

/** A candidate that lies at the bottom of the image. */
export type FittingCandidate = { readonly reference: Reference; readonly version: VersionContents; readonly fit: Fit };

/**
 * Finds which of the references that the user lists is the base of an image of which nothing else says so: the one that explains most of it.
 *
 * Only what a tag names now can be seen, so one that moved is found only once a version of it is remembered. `own`: repositories of the image itself.
 */
export function* findCandidate(
  candidates: readonly Reference[],
  { contents, layersLost }: Evidence,
  here: Surroundings & { readonly own: readonly Repository[] },
): Conversation<FittingCandidate | null> {
  const fitting: FittingCandidate[] = [];
  for (const reference of candidates.filter((each) => !here.own.some((own) => isSameRepository(own, each)))) {
    const version = yield* readOffered(reference, here);
    const fit = version === null ? null : fitBase(contents, version.contents, layersLost);
    if (version !== null && fit !== null) fitting.push({ reference, version, fit });
  }
  return fitting.sort((a, b) => compareExtent(a.version.contents, b.version.contents))[0] ?? null;
}
