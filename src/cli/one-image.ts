import type { CheckReport } from '../check/report.ts';
import { ImgupdateError } from '../errors.ts';
import { again } from '../formats/again.ts';
import type { CheckRequest } from './check-machine.ts';
import type { CommonOptions } from './options.ts';
import { readEngines, readImage, readTargets } from './targets.ts';

/** What a verb about one image looks at: the image is a reference, a pattern, an id, or a target. */
export function planImage(image: string): CheckRequest {
  const { patterns, references, stored, wholeEngine, namesEngine } = readTargets([image]);
  const [pattern] = patterns;
  const named = pattern === undefined ? null : readImage(pattern);
  return {
    all: named?.isId === true,
    matches: named?.matches ?? null,
    targets: references,
    stored,
    engineOnly: namesEngine,
    withoutEngine: named === null && !wholeEngine,
  };
}

/** Says that none of the images that were found is the wanted one. */
export function refuseMissing(image: string, { images }: CheckReport, options: Pick<CommonOptions, 'filter' | 'host' | 'context'>): never {
  const filters = images.length === 0 ? '' : ` and passes --filter ${options.filter.join(' --filter ')}`;
  throw new ImgupdateError('no-such-image', `no image here matches ${image}${filters}`, {
    hint: `list those that are: ${again('list', { engines: readEngines(options) })}`,
  });
}
