import type { Records } from '../check/check-bases.ts';
import type { BaseOptions } from '../check/row-bases.ts';
import type { Subject } from '../check/images-to-check.ts';
import { type BaseClaim, makeClaim } from '../core/base/claim.ts';
import { type Reference, renderFamiliar } from '../core/reference.ts';
import { ImgupdateError } from '../errors.ts';
import { readReference, type Settings } from './settings.ts';

/**
 * Makes of `--base` and the configuration what they say of the bases of images.
 *
 * @throws ImgupdateError 'usage' for a reference that cannot be read; `tell` does when `--base` is given for more than one image.
 */
export function planBases(base: string | undefined, settings: Settings, records: Records): BaseOptions {
  const flagged = base === undefined ? null : readReference(base, '--base ');
  const named = [...(flagged === null ? [] : [flagged]), ...settings.candidates, ...settings.bases.map((entry) => entry.base)];
  return {
    candidates: settings.candidates,
    hosts: [...settings.allowedHosts, ...named.map(({ registry }) => registry)],
    records,
    tell: (subjects) => {
      if (flagged !== null) refuseMany(subjects, flagged);
      return ({ reference }) => [
        ...(flagged === null ? [] : [claim('flag', '--base', flagged)]),
        ...settings.bases
          .filter(({ matches }) => reference !== null && matches(reference))
          .slice(0, 1)
          .map((entry) => claim('config', 'images of the configuration', entry.base)),
      ];
    },
  };
}

function claim(source: 'flag' | 'config', where: string, reference: Reference): BaseClaim {
  return makeClaim(source, where, isScratch(reference) ? { says: 'scratch' } : { reference });
}

/** As in a Dockerfile: no image can have this name. */
function isScratch({ registry, repository }: Reference): boolean {
  return registry === 'docker.io' && repository === 'library/scratch';
}

/** One image may have many names. */
function refuseMany(subjects: readonly Subject[], base: Reference): void {
  const images = new Set(subjects.map(({ image }) => image.imageId));
  if (images.size < 2) return;
  throw new ImgupdateError('usage', `--base ${renderFamiliar(base)} names the base of one image, and ${images.size} images match`, {
    hint: 'name the one image it is the base of, or say it of many in --config: {"images": [{"match": "acme/*", "base": "node:20-slim"}]}',
  });
}
