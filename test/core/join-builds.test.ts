import { describe, expect, it } from 'vitest';
import { makeClaim } from '../../src/core/base/claim.ts';
import type { BuildRecord } from '../../src/core/installed.ts';
import { joinBuilds } from '../../src/core/join-builds.ts';
import { makeDigest, makeReference } from '../helpers/makers.ts';

const STEP = { created: null, createdBy: 'COPY x', comment: null, author: null, emptyLayer: false };
const annotations = new Map([['a', '1']]);
const ancestors = [{ imageId: makeDigest('step'), steps: 1 }];
const recorded = { claims: [], rejected: [{ source: 'provenance' as const, where: 'BuildKit provenance', why: 'it has none' }] };

const nothing: BuildRecord = { history: null, annotations: new Map(), ancestors: [] };
const byEngine: BuildRecord = { ...nothing, history: { entries: [STEP], precision: 'seconds' }, ancestors };
const byStorage: BuildRecord = { ...nothing, history: { entries: [STEP], precision: 'exact' }, annotations };
const byLayout: BuildRecord = { ...nothing, history: { entries: [STEP], precision: 'exact' }, recorded };

describe('how an image was made', () => {
  it('is told by all places together, whichever comes first', () => {
    const all = { history: byStorage.history, annotations, ancestors, recorded };
    expect(joinBuilds([byEngine, byStorage, byLayout])).toEqual(all);
    expect(joinBuilds([byLayout, nothing, byStorage, byEngine])).toEqual(all);
  });

  it('is told by the records that tell most, whichever come first', () => {
    const claimOf = (source: 'provenance' | 'annotation') => makeClaim(source, 'somewhere', { reference: makeReference('node:20') });
    const worst = [{ claims: [], rejected: [] }, recorded, { claims: [claimOf('annotation')], rejected: [] }];
    const best = { claims: [claimOf('annotation'), claimOf('provenance')], rejected: [] };
    const builds = [...worst, best].map((each) => ({ ...nothing, recorded: each }));
    for (let least = 0; least < builds.length; least += 1) {
      expect(joinBuilds(builds.slice(0, least + 1))?.recorded).toBe(builds[least]?.recorded);
      expect(joinBuilds(builds.slice(0, least + 1).reverse())?.recorded).toBe(builds[least]?.recorded);
    }
  });

  it('is told in seconds where no place knows it better', () => {
    expect(joinBuilds([nothing, byEngine])).toEqual(byEngine);
  });

  it('says of no step what was said of another history', () => {
    const longer: BuildRecord = { ...byStorage, history: { entries: [STEP, STEP], precision: 'exact' } };
    expect(joinBuilds([byEngine, longer])?.ancestors).toEqual([]);
  });

  it('is not told where nothing tells it', () => {
    expect(joinBuilds([])).toBeNull();
    expect(joinBuilds([nothing])).toBe(nothing);
  });
});
