import { expect, it } from 'vitest';

import { createLimiter, mapBounded } from '../../src/sources/bounded.ts';

it('results come in the order of the items, whichever is ready first', async () => {
  const results = await mapBounded([30, 1, 10], 3, (ms) => new Promise<number>((resolve) => setTimeout(() => resolve(ms), ms)));
  expect(results).toEqual([30, 1, 10]);
});

it.each([
  [1, 1],
  [3, 3],
  [50, 5],
])('with a limit of %i, %i of five items are under way at once', async (limit, expected) => {
  let active = 0;
  let most = 0;
  await mapBounded([1, 2, 3, 4, 5], limit, async () => {
    most = Math.max(most, (active += 1));
    await new Promise((resolve) => setTimeout(resolve, 2));
    active -= 1;
  });
  expect(most).toBe(expected);
});

it('after a failure nothing more is begun', async () => {
  const begun: number[] = [];
  const run = mapBounded([1, 2, 3, 4, 5, 6], 2, async (item) => {
    begun.push(item);
    await Promise.resolve();
    if (item === 1) throw new Error('first');
  });
  await expect(run).rejects.toThrow('first');
  expect(begun.length).toBeLessThan(6);
});

it('no items are no work', async () => {
  expect(await mapBounded([], 4, () => Promise.reject(new Error('never')))).toEqual([]);
});

it('a limiter begins work in the order in which it came, and goes on after a failure', async () => {
  const limited = createLimiter(2);
  const begun: number[] = [];
  let active = 0;
  let most = 0;
  const work = (item: number) => async () => {
    begun.push(item);
    most = Math.max(most, (active += 1));
    await new Promise((resolve) => setTimeout(resolve, 2));
    active -= 1;
    if (item === 2) throw new Error('two');
    return item;
  };
  const results = await Promise.allSettled([1, 2, 3, 4, 5].map((item) => limited(work(item))));
  expect(results.map((result) => (result.status === 'fulfilled' ? result.value : 'failed'))).toEqual([1, 'failed', 3, 4, 5]);
  expect(begun).toEqual([1, 2, 3, 4, 5]);
  expect(most).toBe(2);
  await expect(limited(work(6))).resolves.toBe(6);
});
