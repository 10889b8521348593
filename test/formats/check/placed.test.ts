import { describe, expect, it } from 'vitest';
import { splitPlaced } from '../../../src/formats/check/placed.ts';
import { makeFinding, makePlace } from './outcomes.ts';

describe('findings for viewers of the files of a repository', () => {
  it.each(['Dockerfile', 'services/api/Dockerfile', '..hidden/Dockerfile', 'a..b', 'C:name', '.github/x.yaml'])(
    'are those of %s',
    (path) => {
      const finding = makeFinding('stale/gone', { place: makePlace(path, 1, 1) });
      expect(splitPlaced([finding])).toEqual({ placed: [finding], unplaced: [] });
    },
  );

  it.each(['-', '', '/etc/Dockerfile', '../Dockerfile', 'a/../../Dockerfile', 'C:/work/Dockerfile'])('are not those of "%s"', (path) => {
    const finding = makeFinding('stale/gone', { place: makePlace(path, 1, 1) });
    expect(splitPlaced([finding])).toEqual({ placed: [], unplaced: [finding] });
  });

  it('are not those of no file', () => {
    const finding = makeFinding('stale/gone', { place: null });
    expect(splitPlaced([finding])).toEqual({ placed: [], unplaced: [finding] });
  });
});
