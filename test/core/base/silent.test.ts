import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideBase } from '../../../src/core/base/decide-base.ts';
import { isSilent } from '../../../src/core/base/silent.ts';
import type { ImageTraces } from '../../../src/core/base/gather.ts';
import type { HistoryEntry } from '../../../src/core/history.ts';
import { makeDigest } from '../../helpers/makers.ts';

const STEP: HistoryEntry = {
  created: '2026-10-01T08:00:00Z',
  createdBy: 'RUN make',
  comment: 'buildkit.dockerfile.v0',
  author: null,
  emptyLayer: false,
};

const LAYERS = [makeDigest('layer 1'), makeDigest('layer 2')];

function makeTraces(steps: readonly Partial<HistoryEntry>[], parts: Partial<ImageTraces> = {}): ImageTraces {
  const entries = steps.map((step) => ({ ...STEP, ...step }));
  return {
    contents: { diffIds: LAYERS, history: { entries, precision: 'exact' }, created: STEP.created, settings: null },
    labels: new Map(),
    annotations: new Map(),
    ...parts,
  };
}

describe('an image that says nothing of its base', () => {
  it.each<[string, ImageTraces, boolean]>([
    ['was built by BuildKit', makeTraces([{}, {}]), true],
    ['was built by the classic builder', makeTraces([{ comment: null }, { comment: '' }]), true],
    ['has no history', makeTraces([]), true],
    ['has labels of its own', makeTraces([{}], { labels: new Map([['org.opencontainers.image.title', 'app']]) }), true],
    ['is none when buildah noted the base', makeTraces([{ comment: 'FROM node:20' }]), false],
    ['is none when its layers were merged', makeTraces([{}, {}, {}]), false],
    ['is none when its times were taken away', makeTraces([{ created: '0001-01-01T00:00:00Z' }]), false],
    ['is none when a label names it', makeTraces([{}], { labels: new Map([['org.opencontainers.image.base.name', 'node:20']]) }), false],
    ['is none when an annotation does', makeTraces([{}], { annotations: new Map([['org.opencontainers.image.base.digest', '']]) }), false],
    ['is none when buildpacks made it', makeTraces([{}], { labels: new Map([['io.buildpacks.lifecycle.metadata', '{}']]) }), false],
    [
      'is none with one layer, which may be all there were',
      { ...makeTraces([]), contents: { ...makeTraces([]).contents, diffIds: LAYERS.slice(1) } },
      false,
    ],
  ])('%s', (_name, traces, expected) => {
    expect(isSilent(traces)).toBe(expected);
  });

  const text = fc.constantFrom(
    null,
    '',
    'FROM node:20',
    'Imported from -',
    `merge ${makeDigest('a')} to ${makeDigest('b')}`,
    'buildkit.dockerfile.v0',
    'scratch',
  );
  const arbitraryStep = fc.record({
    created: fc.constantFrom(null, STEP.created, '0001-01-01T00:00:00Z', '1970-01-01T00:00:00Z', '2026-10-02T08:00:00Z'),
    createdBy: fc.constantFrom(null, 'RUN make', '/bin/sh -c #(nop)  CMD ["sh"]', `crane flatten ${makeDigest('c')}`),
    comment: text,
    author: fc.constantFrom(null, 'kaniko', 'Jib'),
    emptyLayer: fc.constantFrom(null, true, false),
  });
  const arbitraryKey = fc.constantFrom('org.opencontainers.image.base.name', 'io.buildpacks.lifecycle.metadata', 'maintainer');

  it('gives the same answer as any other', () => {
    const silent = decide(makeTraces([{}, {}]));
    const arbitraryTraces = fc
      .tuple(
        fc.array(arbitraryStep, { maxLength: 4 }),
        fc.array(fc.tuple(arbitraryKey, fc.constantFrom('', 'node:20', '{}')), { maxLength: 1 }),
      )
      .map(([steps, labels]) => makeTraces(steps, { labels: new Map(labels) }));
    let count = 0;
    fc.assert(
      fc.property(arbitraryTraces, (traces) => {
        if (!isSilent(traces)) return;
        count += 1;
        expect(decide(traces)).toEqual(silent);
      }),
      { numRuns: 3_000 },
    );
    expect(count).toBeGreaterThan(20);
  });
});

/** The decision about an image of which nothing else is known; it takes no question. */
function decide(image: ImageTraces): unknown {
  const conversation = decideBase({
    image,
    told: { claims: [], rejected: [] },
    hasRegistry: false,
    tagsHere: () => [],
    own: [],
    candidates: [],
    platform: 'linux/amd64',
    known: [],
    seen: () => [],
    refusal: () => null,
  });
  const { done, value } = conversation.next();
  return done === true ? value : 'a question';
}
