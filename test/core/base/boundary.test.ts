import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateBoundaries, layersBelow } from '../../../src/core/base/boundary.ts';
import type { HistoryEntry } from '../../../src/core/history.ts';
import { APPS, asEngine, BASES, contentsOf, empty, exact, layer } from './steps.ts';

const at = (created: string, entries: readonly HistoryEntry[]): HistoryEntry[] => entries.map((entry) => ({ ...entry, created }));
const made = (entries: readonly HistoryEntry[]): number => entries.filter(({ emptyLayer }) => emptyLayer === false).length;

function estimate(entries: readonly HistoryEntry[], layers = made(entries)): unknown[] {
  return estimateBoundaries(contentsOf(layers, entries)).map(({ history, layers: below, strength }) => [history, below, strength]);
}

/** Debian as debuerreotype makes it, and node as official images do, since 2024. */
const DEBIAN = layer("# debian.sh --arch 'amd64' out/ 'bookworm' '@1731369600'", {
  created: '2024-11-12T00:00:00Z',
  comment: 'debuerreotype 0.15',
});
const buildkit = (created: string): Partial<HistoryEntry> => ({ created, comment: 'buildkit.dockerfile.v0' });
const NODE = [
  layer('RUN /bin/sh -c groupadd --gid 1000 node # buildkit', buildkit('2024-11-20T10:00:00Z')),
  empty('ENV NODE_VERSION=20.18.1', buildkit('2024-11-20T10:00:00Z')),
  layer('RUN /bin/sh -c install # buildkit', buildkit('2024-11-20T10:00:30Z')),
  layer('COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', buildkit('2024-11-20T10:00:31Z')),
  empty('ENTRYPOINT ["docker-entrypoint.sh"]', buildkit('2024-11-20T10:00:31Z')),
  empty('CMD ["node"]', buildkit('2024-11-20T10:00:31Z')),
];
const API = [
  empty('WORKDIR /app', buildkit('2024-11-25T10:00:00Z')),
  layer('COPY . . # buildkit', buildkit('2024-11-25T10:00:00Z')),
  layer('RUN /bin/sh -c npm ci # buildkit', buildkit('2024-11-25T10:00:20Z')),
  empty('CMD ["server.js"]', buildkit('2024-11-25T10:00:20Z')),
];

describe('guesses where a base ends', () => {
  it.each<[string, readonly HistoryEntry[], readonly unknown[]]>([
    ['after its CMD: classic', [...BASES.classic, ...APPS.classic], [[3, 1, 'weak']]],
    ['after its CMD: BuildKit', [...BASES.buildkit, ...APPS.buildkit], [[3, 1, 'weak']]],
    ['after its CMD: podman', [...BASES.layers, ...APPS.layers], [[3, 1, 'weak']]],
    [
      'after its CMD rather than where the builder changed far below',
      [DEBIAN, ...NODE, ...API],
      [
        [7, 4, 'weak'],
        [1, 1, 'weak'],
      ],
    ],
    [
      'after its ENTRYPOINT where it has no CMD',
      [...BASES.classic.slice(0, 2), empty('/bin/sh -c #(nop)  ENTRYPOINT ["/e"]'), ...APPS.classic],
      [[3, 1, 'weak']],
    ],
    ['where docker made way for BuildKit', [...BASES.classic.slice(0, 2), ...APPS.buildkit], [[2, 1, 'weak']]],
    ['where BuildKit made way for docker', [...BASES.buildkit.slice(0, 2), ...APPS.classic], [[2, 1, 'weak']]],
    ['where kaniko began', [...BASES.classic.slice(0, 2), layer('COPY app /app', { author: 'kaniko' })], [[2, 1, 'strong']]],
    [
      'where Jib began, whatever comes before',
      [DEBIAN, ...NODE, layer('jib-maven-plugin:3.4.0', { author: 'Jib', comment: 'dependencies' })],
      [[7, 4, 'strong']],
    ],
    [
      'where a long pause ends',
      [...at('2026-01-01T00:00:00Z', BASES.classic.slice(0, 2)), ...at('2026-03-01T00:00:00Z', APPS.classic)],
      [[2, 1, 'weak']],
    ],
  ])('%s', (_, entries, expected) => {
    expect(estimate(entries)).toEqual(expected);
  });

  it('the same way where the engine does not say which steps made layers', () => {
    expect(estimate(asEngine([...BASES.classic, ...APPS.classic]), 3)).toEqual([[3, 1, 'weak']]);
    expect(estimate(asEngine([DEBIAN, ...NODE, ...API.slice(1)]), 6)[0]).toEqual([7, 4, 'weak']);
  });

  it('never between two steps of one build of BuildKit, which have the same time', () => {
    const own = [empty('CMD ["first"]', buildkit('2024-11-25T10:00:00Z')), layer('COPY . . # buildkit', buildkit('2024-11-25T10:00:00Z'))];
    expect(estimate([...BASES.buildkit, ...own])).toEqual([[3, 1, 'weak']]);
  });

  it.each<[string, readonly HistoryEntry[]]>([
    ['nothing is told', []],
    ['one builder made all of it at once', BASES.buildkit],
    ['its only CMD is on top', APPS.classic],
    ['a pause is short', [...at('2026-01-01T00:00:00Z', [layer('a')]), ...at('2026-01-01T00:30:00Z', [layer('b')])]],
    ['no pause stands out', ['01', '02', '03'].map((day) => layer('a', { created: `2026-01-${day}T00:00:00Z` }))],
    ['times run backwards', [...at('2026-01-01T00:00:00Z', [layer('a')]), ...at('1970-01-01T00:00:00Z', [layer('b')])]],
    ['times are none', [...at('0001-01-01T00:00:00Z', [layer('a')]), ...at('soon', [layer('b')])]],
  ])('nowhere when %s', (_, entries) => {
    expect(estimate(entries)).toEqual([]);
    expect(estimateBoundaries(contentsOf(1, null))).toEqual([]);
  });

  it('within the history, each place once, whatever it says', () => {
    const createdBy = fc.constantFrom(
      '/bin/sh -c #(nop)  CMD ["a"]',
      '/bin/sh -c #(nop) CMD ["a"]',
      'CMD ["a"]',
      'RUN x # buildkit',
      '/bin/sh -c x',
      '',
      'COPY a b',
    );
    const created = fc.oneof(fc.constantFrom('2026-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '1970-01-01T00:00:00Z'), fc.string());
    const entry = fc.record({
      created: fc.option(created),
      createdBy: fc.option(fc.oneof(createdBy, fc.string())),
      comment: fc.option(fc.constantFrom('buildkit.dockerfile.v0', 'FROM a', 'x')),
      author: fc.option(fc.constantFrom('kaniko', 'me')),
      emptyLayer: fc.option(fc.boolean()),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 15 }), fc.nat(8), (entries, layers) => {
        const steps = estimateBoundaries(contentsOf(layers, entries)).map(({ history }) => history ?? -1);
        expect(new Set(steps).size).toBe(steps.length);
        for (const each of steps) {
          expect(each).toBeGreaterThan(0);
          expect(each).toBeLessThan(entries.length);
        }
      }),
    );
  });
});

describe('the layers below a step', () => {
  const classic = [...BASES.classic, ...APPS.classic];

  it.each<[string, readonly HistoryEntry[], number, number, number | null]>([
    ['none below the first', classic, 0, 3, 0],
    ['of the base', classic, 3, 3, 1],
    ['up to a step in between', classic, 6, 3, 2],
    ['all', classic, 8, 3, 3],
    ['of a base that buildah made without layers', [...BASES.noLayers, ...APPS.noLayers], 3, 2, 1],
    ['of BuildKit, as an engine tells it', asEngine([...BASES.buildkit, ...APPS.buildkit]), 3, 3, 1],
    ['of docker, as an engine tells it', asEngine(classic), 3, 3, 1],
    ['of podman, as an engine tells it', asEngine([...BASES.layers, ...APPS.layers]), 7, 3, 3],
    ['not told: steps are missing', classic.slice(1), 3, 3, null],
    ['not told: layers were merged', classic, 3, 2, null],
    ['not told: an engine, and a layer of CMD', asEngine([...BASES.layers, ...APPS.noLayers]), 3, 2, null],
    ['not told: an engine, and a RUN that changed nothing', asEngine([...classic, empty('/bin/sh -c true')]), 3, 3, null],
    ['not told: no history', [], 0, 3, null],
    ['none: neither history nor layers', [], 0, 0, 0],
    ['not told: below a step that is not there', classic, 9, 3, null],
    ['not told: below nothing', classic, -1, 3, null],
  ])('are counted: %s', (_, entries, steps, layers, expected) => {
    expect(layersBelow(exact(...entries), steps, layers)).toBe(expected);
  });
});
