import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ImageContents } from '../../src/core/image-contents.ts';
import { decodeContents, encodeContents, lengthOfContents } from '../../src/store/contents-json.ts';
import { makeContents, makeDigest } from './make.ts';

const text = fc.string({ unit: 'binary' });
const textOrNull = fc.option(text);
const entry = fc.record({
  created: textOrNull,
  createdBy: textOrNull,
  comment: textOrNull,
  author: textOrNull,
  emptyLayer: fc.option(fc.boolean()),
});
const contents: fc.Arbitrary<ImageContents> = fc.record({
  diffIds: fc.array(text.map(makeDigest)),
  history: fc.option(fc.record({ entries: fc.array(entry), precision: fc.constantFrom('exact', 'seconds') })),
  created: textOrNull,
  settings: fc.option(
    fc
      .array(fc.tuple(fc.oneof(text, fc.constantFrom('__proto__', 'constructor')), text))
      .map((pairs): ReadonlyMap<string, string> => new Map(pairs)),
  ),
});

describe('what an image is made of', () => {
  it('is the same after it was remembered, whatever texts are in it', () => {
    fc.assert(
      fc.property(contents, (value) => {
        expect(decodeContents(encodeContents(value))).toEqual(value);
      }),
    );
  });

  it('has one text, in whatever order its settings came', () => {
    const [a, b] = [new Map([['Cmd', '1']]).set('Env', '2'), new Map([['Env', '2']]).set('Cmd', '1')];
    expect(encodeContents({ ...makeContents('a'), settings: a })).toBe(encodeContents({ ...makeContents('a'), settings: b }));
  });

  it('is measured without being written', () => {
    const long = { ...makeContents('a'), settings: new Map([['Env', 'x'.repeat(5_000)]]) };
    expect(lengthOfContents(long) - lengthOfContents(makeContents('a'))).toBeGreaterThan(4_900);
  });
});

describe('a damaged text', () => {
  const whole = encodeContents(makeContents('a', 'b'));

  it('is nothing, wherever it is cut', () => {
    for (let length = 0; length < whole.length; length += 1) expect(decodeContents(whole.slice(0, length))).toBeNull();
    expect(decodeContents(whole)).not.toBeNull();
  });

  it.each([
    ['no object', '[]'],
    ['null', 'null'],
    ['without layers', '{"history":null,"created":null,"settings":null}'],
    ['with a layer that is no digest', '{"diffIds":["sha256:1"],"history":null,"created":null,"settings":null}'],
    ['without a history', '{"diffIds":[],"created":null,"settings":null}'],
    ['with a history of unknown precision', '{"diffIds":[],"history":{"precision":"days","entries":[]},"created":null,"settings":null}'],
    ['with a step of too few parts', '{"diffIds":[],"history":{"precision":"exact","entries":[["a"]]},"created":null,"settings":null}'],
    ['with a step that is no list', '{"diffIds":[],"history":{"precision":"exact","entries":[{}]},"created":null,"settings":null}'],
    ['with a time that is a number', '{"diffIds":[],"history":null,"created":1,"settings":null}'],
    ['without settings', '{"diffIds":[],"history":null,"created":null}'],
    ['with a setting that is no text', '{"diffIds":[],"history":null,"created":null,"settings":[["Env",1]]}'],
  ])('is nothing: %s', (_, json) => {
    expect(decodeContents(json)).toBeNull();
  });
});
