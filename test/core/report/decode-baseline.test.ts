import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TOLD_WHATS, type Baseline } from '../../../src/core/report/baseline.ts';
import { decodeBaseline, encodeBaseline } from '../../../src/core/report/decode-baseline.ts';

const NOON = Date.UTC(2026, 10, 20, 12);
const BASELINE: Baseline = {
  at: NOON,
  hosts: ['build01'],
  rows: [
    {
      host: 'build01',
      reference: 'docker.io/library/nginx:1.27',
      name: 'nginx:1.27',
      platform: 'linux/amd64',
      image: null,
      told: [{ what: 'tag', offer: 'sha256:9d1e', was: 'rebuilt', since: NOON, held: false }],
    },
  ],
  trend: { at: NOON, images: 1, fresh: 0, stale: 1, unknown: 0 },
};

const text = fc.string({ unit: 'binary' });
const time = fc.integer({ min: -8.64e15, max: 8.64e15 });
const count = fc.maxSafeNat();
const baseline: fc.Arbitrary<Baseline> = fc.record({
  at: time,
  hosts: fc.array(text),
  rows: fc.array(
    fc.record({
      host: text,
      reference: text,
      name: text,
      platform: text,
      image: fc.option(text),
      told: fc.array(fc.record({ what: fc.constantFrom(...TOLD_WHATS), offer: text, was: text, since: time, held: fc.boolean() })),
    }),
  ),
  trend: fc.record({ at: time, images: count, fresh: count, stale: count, unknown: count }),
});

/** Every path to a value in a JSON document, that of the whole included. */
function pathsIn(value: unknown): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([key, child]) => pathsIn(child).map((path) => [key, ...path]))];
}

function replaceAt(value: unknown, [key, ...rest]: readonly (string | number)[], wrong: unknown): unknown {
  if (key === undefined) return wrong;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) };
  const child: unknown = Reflect.get(copy, key);
  Reflect.set(copy, key, replaceAt(child, rest, wrong));
  return copy;
}

describe('what a report told', () => {
  it('is known again, whatever it was', () => {
    fc.assert(
      fc.property(baseline, (told) => {
        expect(decodeBaseline(encodeBaseline(told))).toEqual(told);
      }),
    );
  });

  it('is kept without what belongs to no baseline, and read in spite of it', () => {
    const more = { ...BASELINE, rows: BASELINE.rows.map((row) => ({ ...row, secret: 'x' })) };
    expect(encodeBaseline(more)).toBe(encodeBaseline(BASELINE));
    expect(decodeBaseline(JSON.stringify({ ...more, later: 1 }))).toEqual(BASELINE);
  });

  const paths = pathsIn(BASELINE);
  it.each(paths.map((path) => [path.join('.') || 'all of it', path] as const))('is not believed when %s is none', (_, path) => {
    const wire: unknown = JSON.parse(encodeBaseline(BASELINE));
    for (const wrong of [undefined, { wrong: true }, [['wrong']], 'held' === path.at(-1) ? 'true' : true, 1.5]) {
      expect(decodeBaseline(JSON.stringify({ told: replaceAt(wire, path, wrong) }).slice('{"told":'.length, -1))).toBeNull();
    }
  });

  it.each([
    ['cut off', (wire: string) => wire.slice(0, -1)],
    ['of a kind that is not known', (wire: string) => wire.replace('"what":"tag"', '"what":"toString"')],
    ['of a day that no calendar has', (wire: string) => wire.replace(`"at":${NOON}`, '"at":9000000000000000')],
    ['of fewer images than none', (wire: string) => wire.replace('"images":1', '"images":-1')],
    ['nested without end', () => '['.repeat(5_000_000)],
    ['of more images than any fleet has', () => `{"at":1,"hosts":[],"rows":[${'0,'.repeat(500_000)}0],"trend":{}}`],
  ])('is not believed when it is %s', (_, damage) => {
    expect(decodeBaseline(damage(encodeBaseline(BASELINE)))).toBeNull();
  });
});
