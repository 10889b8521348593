import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBoundedMap } from '../../src/store/bounded-map.ts';

const MAX = 100;

describe('a map with a bound', () => {
  it('holds the newest of what was set, as much as there is room for', () => {
    const setting = fc.record({ key: fc.integer({ min: 0, max: 9 }), size: fc.integer({ min: 0, max: 120 }) });
    fc.assert(
      fc.property(fc.array(setting), (settings) => {
        const map = createBoundedMap<number, { readonly size: number }>(MAX, ({ size }) => size);
        for (const { key, size } of settings) map.set(key, { size });
        const held = [...map.entries.values()].reduce((sum, { size }) => sum + size, 0);
        expect(map.bytes()).toBe(held);
        expect(held).toBeLessThanOrEqual(MAX);
        const last = settings.findLast(({ size }) => size <= MAX);
        if (last !== undefined) expect([...map.entries].at(-1)).toEqual([last.key, { size: last.size }]);
      }),
    );
  });

  it('takes what is set again for the newest', () => {
    const map = createBoundedMap<string, number>(MAX, (size) => size);
    for (const key of ['a', 'b', 'a', 'c']) map.set(key, 40);
    expect([...map.entries.keys()]).toEqual(['a', 'c']);
  });

  it('keeps what it has when something comes that has no room at all', () => {
    const map = createBoundedMap<string, number>(MAX, (size) => size);
    map.set('a', 100);
    map.set('b', 101);
    expect([...map.entries]).toEqual([['a', 100]]);
    map.clear();
    expect([map.entries.size, map.bytes()]).toEqual([0, 0]);
  });
});
