import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findFromComment } from '../../../src/core/base/from-comment.ts';
import { readSquashMarks } from '../../../src/core/base/squash-mark.ts';
import type { HistoryEntry } from '../../../src/core/history.ts';
import { APPS, asEngine, BASES, contentsOf, digest, empty, layer } from './steps.ts';

const NOTHING = { findings: { claims: [], rejected: [] }, layersLost: false, history: null };
const LOST = { ...NOTHING, layersLost: true };

const MERGE = layer(null, { comment: `merge ${digest('image')} to ${digest('base')}` });
const MERGE_ALL = layer(null, { comment: `create new from ${digest('image')}` });
const withoutLayers = (entries: readonly HistoryEntry[]): HistoryEntry[] => entries.map((entry) => ({ ...entry, emptyLayer: true }));

describe('docker build --squash', () => {
  it('tells the id of the base, whose layers stay below one of all others', () => {
    const marks = readSquashMarks(contentsOf(2, [...BASES.classic, ...withoutLayers(APPS.classic), MERGE]));
    expect(marks).toMatchObject({ layersLost: false, history: null, findings: { rejected: [] } });
    expect(marks.findings.claims).toMatchObject([
      { source: 'squash-mark', imageId: digest('base'), reference: null, boundary: { history: null, layers: 1, strength: 'exact' } },
    ]);
  });

  it.each<[string, readonly HistoryEntry[]]>([
    ['with BuildKit', [...withoutLayers(BASES.buildkit), ...withoutLayers(APPS.buildkit), MERGE_ALL]],
    ['from scratch', [...withoutLayers(BASES.classic), MERGE_ALL]],
  ])('leaves nothing of the base %s', (_, entries) => {
    expect(readSquashMarks(contentsOf(1, entries))).toEqual(LOST);
  });

  it.each<[string, number, readonly HistoryEntry[]]>([
    ['merged onto its base', 4, [...BASES.classic, ...withoutLayers(APPS.classic), MERGE, ...APPS.classic]],
    [
      'merged whole',
      2,
      [...withoutLayers(BASES.buildkit), MERGE_ALL, layer('COPY app /app # buildkit', { comment: 'buildkit.dockerfile.v0' })],
    ],
    [
      'merged whole, and then labelled',
      1,
      [...withoutLayers(BASES.buildkit), MERGE_ALL, empty('LABEL a=b', { comment: 'buildkit.dockerfile.v0' })],
    ],
  ])('says nothing of an image that was built on one: %s', (_, layers, entries) => {
    expect(readSquashMarks(contentsOf(layers, entries))).toEqual(NOTHING);
  });

  it('cannot have left an image without a layer', () => {
    expect(readSquashMarks(contentsOf(0, [MERGE])).findings).toMatchObject({ claims: [], rejected: [{ why: 'the image has no layer' }] });
  });
});

describe('crane flatten', () => {
  const OLD = [...BASES.layers, ...APPS.layers];
  const wire = OLD.map(({ created, createdBy, comment, author, emptyLayer }) => ({
    ...(created === null ? {} : { created }),
    ...(createdBy === null ? {} : { created_by: createdBy }),
    ...(comment === null ? {} : { comment }),
    ...(author === null ? {} : { author }),
    ...(emptyLayer === true ? { empty_layer: true } : {}),
  }));
  const flattened = (comment: string, createdBy = `crane flatten ${digest('manifest')}`): HistoryEntry => layer(createdBy, { comment });

  it('keeps the history from before, from which the base can still be told', () => {
    const marks = readSquashMarks(contentsOf(1, [flattened(JSON.stringify(wire))]));
    expect(marks).toEqual({ ...LOST, history: { entries: OLD, precision: 'exact' } });
    expect(marks.history && findFromComment(marks.history).claims).toMatchObject([{ reference: { repository: 'base', tag: '1' } }]);
  });

  it.each([
    ['is no JSON', 'null and void'],
    ['is no list', '{"created_by":"x"}'],
    ['is a list of something else', '[1, null]'],
    ['is empty', '[]'],
    ['has thousands of steps', JSON.stringify(Array.from({ length: 1001 }, () => ({})))],
    ['is very large', JSON.stringify([{ created_by: 'x'.repeat(2_000_000) }])],
    ['is deeply nested', '['.repeat(100_000)],
  ])('is believed in, but not a history that %s', (_, comment) => {
    expect(readSquashMarks(contentsOf(1, [flattened(comment)]))).toEqual(LOST);
  });

  it('says nothing where layers stayed, or other steps follow', () => {
    expect(readSquashMarks(contentsOf(2, [...BASES.classic, flattened('[]')]))).toEqual(NOTHING);
    expect(readSquashMarks(contentsOf(2, [flattened('[]'), ...APPS.classic.slice(0, 3)]))).toEqual(NOTHING);
  });
});

describe('an image of a file system', () => {
  it.each<[string, HistoryEntry]>([
    ['docker import', layer(null, { comment: 'Imported from -' })],
    ['docker import -m', layer(null, { comment: 'custom msg' })],
    [
      'podman import',
      layer('/bin/sh -c #(nop) ADD file:3c861817d3df697abf0134c82fd6c4356f422716e50a967563bc2a668a0879e9 in / ', {
        comment: 'imported from tarball',
      }),
    ],
  ])('has no layers of a base: %s', (_, entry) => {
    expect(readSquashMarks(contentsOf(1, [entry]))).toEqual(LOST);
    expect(readSquashMarks(contentsOf(1, asEngine([entry])))).toEqual(LOST);
    expect(readSquashMarks(contentsOf(2, [entry, layer('RUN x # buildkit', { comment: 'buildkit.dockerfile.v0' })]))).toEqual(NOTHING);
  });

  it('is not what distributions make', () => {
    const debian = layer("# debian.sh --arch 'amd64' out/ 'bookworm' '@1731369600'", { comment: 'debuerreotype 0.15' });
    expect(readSquashMarks(contentsOf(1, [debian]))).toEqual(NOTHING);
  });
});

describe('squashing with buildah and podman', () => {
  const COMMITTED = layer('/bin/sh', { comment: 'FROM localhost/app:1' });

  it.each<[string, readonly HistoryEntry[]]>([
    ['build --squash', APPS.noLayers],
    ['build --squash, as the engine tells it', asEngine(APPS.noLayers)],
    ['podman commit --squash', [COMMITTED]],
  ])('leaves no layers of a base: %s', (_, entries) => {
    expect(readSquashMarks(contentsOf(1, entries))).toEqual(LOST);
  });

  it.each<[string, number, readonly HistoryEntry[]]>([
    ['build --layers', 3, [...BASES.layers, ...APPS.layers]],
    ['build --layers=false', 2, [...BASES.layers, ...APPS.noLayers]],
    ['build --layers=false, on a base of docker', 2, [...BASES.classic, ...APPS.noLayers]],
    ['commit', 2, [...BASES.layers, COMMITTED]],
    ['a base of one layer and metadata', 1, [...BASES.layers, empty('/bin/sh -c #(nop) ENV A=1', { comment: 'FROM localhost/base:1' })]],
    [
      'a base of docker and metadata, as the engine tells it',
      1,
      asEngine([...BASES.classic, empty('/bin/sh -c #(nop) ENV A=1', { comment: 'FROM localhost/base:1' })]),
    ],
    ['an image from scratch', 1, BASES.layers],
  ])('is something else than %s', (_, layers, entries) => {
    expect(readSquashMarks(contentsOf(layers, entries))).toEqual(NOTHING);
  });
});

describe('packing layers anew', () => {
  const ZERO = { created: '0001-01-01T00:00:00Z' };
  const kaniko = [...BASES.classic, layer('COPY app /app', { author: 'kaniko' })];

  it('loses the layers of the base: kaniko --reproducible', () => {
    const entries = kaniko.map((entry) => ({ ...entry, ...ZERO }));
    expect(readSquashMarks(contentsOf(2, entries, ZERO.created))).toEqual(LOST);
    expect(readSquashMarks(contentsOf(2, entries, null))).toEqual(LOST);
  });

  it.each<[string, readonly HistoryEntry[], string | null]>([
    [
      'kaniko without it, whose own steps have no time',
      [...BASES.classic, layer('COPY app /app', { author: 'kaniko', ...ZERO })],
      '2026-11-20T16:20:00Z',
    ],
    ['kaniko without it, on a base without times', kaniko.map((entry) => ({ ...entry, ...ZERO })), '2026-11-20T16:20:00Z'],
    ['images of 1970', kaniko.map((entry) => ({ ...entry, created: '1970-01-01T00:00:00Z' })), '1970-01-01T00:00:00Z'],
    ['steps that tell no time', kaniko.map((entry) => ({ ...entry, created: null })), null],
  ])('is something else than %s', (_, entries, created) => {
    expect(readSquashMarks(contentsOf(2, entries, created))).toEqual(NOTHING);
  });
});

describe('the number of layers', () => {
  it('shows that some were merged when more steps made one than there are', () => {
    expect(readSquashMarks(contentsOf(1, [...BASES.classic, ...APPS.classic]))).toEqual(LOST);
  });

  it('shows nothing when there are more than the steps tell of, or none is told', () => {
    expect(readSquashMarks(contentsOf(9, [...BASES.classic, ...APPS.classic]))).toEqual(NOTHING);
    expect(readSquashMarks(contentsOf(1, asEngine([...BASES.classic, ...APPS.classic])))).toEqual(NOTHING);
    expect(readSquashMarks(contentsOf(3, null))).toEqual(NOTHING);
    expect(readSquashMarks(contentsOf(3, []))).toEqual(NOTHING);
  });

  it('is read without failing, whatever the history says', () => {
    const comment = fc.oneof(fc.string(), fc.json(), fc.constantFrom(MERGE.comment, MERGE_ALL.comment, 'FROM a', 'Imported from -'));
    const createdBy = fc.oneof(fc.string(), fc.constant(`crane flatten ${digest('a')}`));
    const time = fc.oneof(fc.string(), fc.constant('0001-01-01T00:00:00Z'));
    const entry = fc.record({
      created: fc.option(time),
      createdBy: fc.option(createdBy),
      comment: fc.option(comment),
      author: fc.option(fc.string()),
      emptyLayer: fc.option(fc.boolean()),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), fc.nat(4), (entries, layers) => {
        const { findings } = readSquashMarks(contentsOf(layers, entries));
        for (const { boundary } of findings.claims) expect(boundary?.layers).toBe(layers - 1);
      }),
    );
  });
});
