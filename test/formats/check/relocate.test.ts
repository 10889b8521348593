import { describe, expect, it } from 'vitest';
import { relocate } from '../../../src/formats/check/relocate.ts';
import { makeRow } from '../reports.ts';
import { makeFileSource, makeFinding, makeOutcome, makePlace } from './outcomes.ts';

const at = (path: string): string | undefined => {
  const report = makeRow('nginx:1.27', 'rebuilt', { sources: [makeFileSource('dockerfile', makePlace(path, 1, 6), 'nginx:1.27')] });
  const outcome = relocate(
    makeOutcome([
      makeFinding('stale/rebuilt', {
        place: makePlace(path, 1, 6),
        replacement: { place: makePlace(path, 1, 6), text: 'nginx:1.29' },
        report,
      }),
    ]),
    'services/web',
  );
  const [finding] = outcome.findings;
  expect(outcome.report.images).toEqual([finding?.report]);
  expect(finding?.report?.sources[0]?.file?.place.path).toBe(finding?.place?.path);
  expect(finding?.replacement).toEqual({ place: finding?.place, text: 'nginx:1.29' });
  return finding?.place?.path;
};

describe('a place in a folder of a checkout', () => {
  it.each([
    ['Dockerfile', 'services/web/Dockerfile'],
    ['a/Dockerfile', 'services/web/a/Dockerfile'],
    ['../api/Dockerfile', 'services/api/Dockerfile'],
    ['../../Dockerfile', 'Dockerfile'],
    ['../../../other/Dockerfile', '../other/Dockerfile'],
    ['/srv/Dockerfile', '/srv/Dockerfile'],
    ['-', '-'],
  ])('%s is %s at its root', (path, seen) => {
    expect(at(path)).toBe(seen);
  });

  it('is left as it is at the root itself', () => {
    const outcome = makeOutcome([makeFinding('stale/rebuilt')]);
    expect(relocate(outcome, '')).toBe(outcome);
  });
});
