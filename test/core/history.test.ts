import { describe, expect, it } from 'vitest';
import {
  countCommonSteps,
  createdAt,
  type History,
  type HistoryEntry,
  historyHashes,
  isSameInstruction,
  isSameStep,
  parseInstant,
} from '../../src/core/history.ts';
import { asEngineTells, readCase } from './base/cases.ts';

const makeStep = (parts: Partial<HistoryEntry> = {}): HistoryEntry => ({
  created: '2026-11-20T10:00:00.123456789Z',
  createdBy: 'CMD ["sh"]',
  comment: null,
  author: null,
  emptyLayer: true,
  ...parts,
});

const exact = (...entries: readonly HistoryEntry[]): History => ({ entries, precision: 'exact' });

describe('times of steps', () => {
  it.each([
    ['2026-11-20T10:00:00Z', 1_795_168_800_000_000_000n],
    ['2026-11-20T10:00:00.1Z', 1_795_168_800_100_000_000n],
    ['2026-11-20T10:00:00.000000001Z', 1_795_168_800_000_000_001n],
    ['2026-11-20T11:00:00.000000001+01:00', 1_795_168_800_000_000_001n],
    ['2026-11-20T04:30:00-05:30', 1_795_168_800_000_000_000n],
    ['1970-01-01T00:00:00Z', 0n],
    ['1969-12-31T23:59:59.5Z', -500_000_000n],
    ['2016-12-31T23:59:60Z', 1_483_228_800_000_000_000n],
    ['0001-01-01T00:00:00Z', -62_135_596_800_000_000_000n],
    ['99999-01-01T00:00:00Z', 3_093_496_444_800_000_000_000n],
  ])('%s is read to the nanosecond', (text, instant) => expect(parseInstant(text)).toBe(instant));

  it.each([
    '',
    'yesterday',
    '2026-11-20',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-20T24:00:00Z',
    '2026-11-20T10:00:00',
    ' 2026-11-20T10:00:00Z',
  ])('%j is no time', (text) => expect(parseInstant(text)).toBeNull());

  it('Go writes its zero time where it knows none', () => expect(createdAt({ created: '0001-01-01T00:00:00Z' })).toBeNull());
});

describe('two steps are one', () => {
  it.each<[string, Partial<HistoryEntry>, boolean]>([
    ['when nothing differs', {}, true],
    ['when the same time is written otherwise', { created: '2026-11-20T11:00:00.123456789+01:00' }, true],
    ['when one has no time, for docker and BuildKit write one in its place', { created: null }, true],
    ["when one has Go's zero time", { created: '0001-01-01T00:00:00Z' }, true],
    ['when an empty text is written for none', { comment: '', author: '' }, true],
    ['when it is not told whether one made a layer', { emptyLayer: null }, true],
    ['but not a nanosecond later', { created: '2026-11-20T10:00:00.123456790Z' }, false],
    ['but not with another instruction', { createdBy: 'CMD ["ash"]' }, false],
    ['but not with another comment', { comment: 'buildkit.dockerfile.v0' }, false],
    ['but not when done on another image', { comment: 'FROM 0123456789ab' }, false],
    ['but not by another author', { author: 'kaniko' }, false],
    ['but not when only one made a layer', { emptyLayer: false }, false],
  ])('%s', (_, parts, expected) => {
    expect(isSameStep(makeStep(), makeStep(parts), 'exact')).toBe(expected);
    expect(isSameStep(makeStep(parts), makeStep(), 'exact')).toBe(expected);
  });

  it('to an engine, which tells neither authors nor fractions of a second', () => {
    expect(isSameStep(makeStep(), makeStep({ created: '2026-11-20T10:00:00Z', author: 'me' }), 'seconds')).toBe(true);
    expect(isSameStep(makeStep(), makeStep({ created: '2026-11-20T10:00:01Z' }), 'seconds')).toBe(false);
  });

  it('as instructions, whatever the time and whatever image buildah did them on', () => {
    expect(isSameInstruction(makeStep(), makeStep({ created: null, comment: 'FROM localhost/base:latest' }))).toBe(true);
    expect(isSameInstruction(makeStep(), makeStep({ comment: 'merge 1 to 2' }))).toBe(false);
  });
});

describe('the history of a real base and of an image on it', () => {
  it.each(['classic', 'buildkit', 'podman', 'podman-docker', 'buildah', 'buildah-unlayered', 'buildah-timestamp'])(
    '%s copies every step',
    (builder) => {
      const [base, image] = [readCase(builder, 'full'), readCase(builder, 'app-on-full')];
      expect(countCommonSteps(base.history!, image.history!)).toBe(4);
      expect(countCommonSteps(base.history!, asEngineTells(image).history!)).toBe(4);
      expect(historyHashes(image.history!)[3]).toBe(historyHashes(base.history!)[3]);
      expect(historyHashes(asEngineTells(image).history!)).toEqual(historyHashes(image.history!));
    },
  );

  it.each(['classic', 'buildkit', 'podman', 'buildah'])('%s, when the base has another CMD: all but the last', (builder) => {
    const [base, image] = [readCase(builder, 'full-cmd'), readCase(builder, 'app-on-full')];
    expect(countCommonSteps(base.history!, image.history!)).toBe(3);
    expect(historyHashes(image.history!)[3]).not.toBe(historyHashes(base.history!)[3]);
    expect(historyHashes(image.history!)[2]).toBe(historyHashes(base.history!)[2]);
  });
});

describe('hashes of a history', () => {
  it('tell every prefix apart, and the same steps in another order', () => {
    const [a, b] = [makeStep({ createdBy: 'ENV A=1' }), makeStep({ createdBy: 'ENV B=1' })];
    const hashes = [...historyHashes(exact(a, b)), ...historyHashes(exact(b, a))];
    expect(new Set(hashes).size).toBe(4);
  });

  it('do not let one step pass for two', () => {
    const one = historyHashes(exact(makeStep({ createdBy: 'a', comment: 'b' })));
    const other = historyHashes(exact(makeStep({ createdBy: 'a","b', comment: null })));
    expect(one).not.toEqual(other);
  });

  it('there are none of a history that is not told', () => expect(historyHashes(exact())).toEqual([]));
});
