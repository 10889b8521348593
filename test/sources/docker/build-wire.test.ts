import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeBuild, encodeBuild } from '../../../src/sources/docker/build-facts.ts';
import { decodeHistory } from '../../../src/sources/docker/build-wire.ts';
import { decodePodmanImage } from '../../../src/sources/listed/podman-build.ts';

const id = (digit: string) => `sha256:${digit.repeat(64)}`;
const step = (fields: object = {}) => ({
  Id: '<missing>',
  Created: 1_795_191_552,
  CreatedBy: 'RUN true',
  Comment: '',
  Size: 1,
  Tags: null,
  ...fields,
});

describe('the history of an engine', () => {
  it('is turned round, and its ids below the first are ancestors, the nearest first', () => {
    const document = [
      step({ Id: id('a'), CreatedBy: 'three' }),
      step({ Id: id('b'), CreatedBy: 'two' }),
      step({ Id: id('c'), CreatedBy: 'one' }),
    ];
    const record = decodeHistory(document, 3)!;
    expect(record.history!.precision).toBe('seconds');
    expect(record.history!.entries.map((entry) => entry.createdBy)).toEqual(['one', 'two', 'three']);
    expect(record.ancestors).toEqual([
      { imageId: id('b'), steps: 2 },
      { imageId: id('c'), steps: 1 },
    ]);
  });

  it.each([
    ['a second', 1_795_191_552, '2026-11-20T16:19:12Z'],
    ["Go's zero time", -62_135_596_800, '0001-01-01T00:00:00Z'],
    ['0, which stands for none', 0, null],
    ['a second before the epoch', -1, '1969-12-31T23:59:59Z'],
    ['a part of a second', 1.5, null],
    ['a second of no year', 1e15, null],
    ['a text', '2026', null],
    ['nothing', undefined, null],
  ])('has a time of %s', (_, Created, expected) => {
    expect(decodeHistory([step({ Created })], 1)!.history!.entries[0]!.created).toBe(expected);
  });

  it('of an image without any is empty, in either spelling', () => {
    const empty = { history: { entries: [], precision: 'seconds' }, annotations: new Map(), ancestors: [] };
    expect(decodeHistory([], 1)).toEqual(empty);
    expect(decodeHistory(null, 1)).toEqual(empty);
  });

  it.each([{}, 'x', 7, { message: 'no' }])('is not %j', (document) => {
    expect(decodeHistory(document, 1)).toBeNull();
  });

  it.each([
    ['of a million steps', Array.from({ length: 1_000_000 }, () => step())],
    ['of five million characters', [step({ Comment: 'x'.repeat(5_000_000) })]],
  ])('%s is left out as a whole', (_, document) => {
    expect(decodeHistory(document, 1)!.history).toBeNull();
  });
});

describe('what is remembered', () => {
  it('is what was told, whatever that was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.option(fc.nat(5)), (document, layers) => {
        for (const record of [
          decodeHistory(document, layers),
          decodeHistory([document, document], layers),
          decodePodmanImage({ History: [document] }, []),
        ]) {
          if (record !== null) expect(decodeBuild(encodeBuild(record))).toEqual(record);
        }
      }),
    );
    const full = decodeHistory([step({ Id: id('a') }), step({ Id: id('b'), Size: 0 })], 2)!;
    expect(decodeBuild(encodeBuild(full))).toEqual(full);
    const exact = decodePodmanImage({ History: [{ created: '2026-11-20T16:19:11Z' }, {}], Annotations: { ['__proto__']: 'x' } }, [
      id('b'),
    ])!;
    expect(decodeBuild(encodeBuild(exact))).toEqual(exact);
  });

  it.each(['', '{', '7', 'null', '{"history":null}', '{"history":{"entries":[]},"annotations":[],"ancestors":[]}'])(
    'is nothing of %j',
    (text) => {
      expect(decodeBuild(text)).toBeNull();
    },
  );
});
