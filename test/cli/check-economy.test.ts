import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Document } from '../../src/core/document.ts';
import { type Checkout, makeWord, startCheckout } from './check-world.ts';

/** What a check may cost. Requests are counted where they arrive, at a registry that counts as Docker Hub does. */
const QUOTA = { limit: 100, windowSeconds: 21_600 };

let world: Checkout;
beforeEach(async () => {
  world = await startCheckout({ quota: QUOTA });
});
afterEach(() => world.close());

const check = async (...args: readonly string[]): Promise<{ exitCode: number | null; document: Document }> => {
  world.registry.forget();
  const { exitCode, stdout, stderr } = await world.run(['check', '--json', ...args]);
  expect(stderr).not.toMatch(/bug in imgupdate/);
  return { exitCode, document: JSON.parse(stdout) as Document };
};

describe('a checkout of 1,000 Dockerfiles', () => {
  beforeEach(async () => {
    for (let base = 0; base < 10; base += 1) world.registry.put(`base/node-${base}`, '20', makeWord(`node ${base}`));
    const files = Array.from({ length: 1_000 }, (_, number) => {
      const base = `R/base/node-${number % 10}:20`;
      return [`services/${number}/Dockerfile`, `FROM ${base} AS build\nRUN make\nFROM ${base}\nCOPY --from=build /a /b\n`] as const;
    });
    await world.write(Object.fromEntries(files));
  });

  it('on ten bases costs ten HEADs, ten lists of tags and no document, and nothing again within the hour', async () => {
    const first = await check();
    expect(first.exitCode).toBe(0);
    expect(world.registry.counts()).toMatchObject({ manifestHeads: 10, manifestGets: 0, blobs: 0, tags: 10, total: 20 });
    expect(first.document.images.map(({ sources }) => sources.length)).toEqual(Array.from({ length: 10 }, () => 200));
    const again = await check();
    expect(again.exitCode).toBe(0);
    expect(world.registry.requests).toEqual([]);
  });
});

describe('what is pinned', () => {
  it('costs two counted documents for each tag that moved, once, however many files pin it', async () => {
    const old = makeWord('old');
    world.registry.put('base/node', '20', old);
    const pin = `FROM R/base/node:20@${old.digest}\n`;
    await world.write({ 'a/Dockerfile': pin, 'b/Dockerfile': pin, 'c/Dockerfile': 'FROM R/base/node:20\n' });
    expect((await check()).exitCode).toBe(0);
    expect(world.registry.counts()).toMatchObject({ manifestHeads: 1, manifestGets: 0 });
    world.registry.put('base/node', '20', makeWord('new'));
    const moved = await check('--refresh');
    expect(moved.exitCode).toBe(2);
    expect(world.registry.counts().manifestGets).toBeLessThanOrEqual(2);
    const again = await check('--refresh');
    expect(again.exitCode).toBe(2);
    expect(world.registry.counts()).toMatchObject({ manifestHeads: 1, manifestGets: 0, blobs: 0, tags: 1, total: 2 });
  });

  it('is not guessed at when the quota forbids to look', async () => {
    await world.close();
    world = await startCheckout({ quota: { limit: 12, windowSeconds: 21_600 } });
    const old = makeWord('old');
    world.registry.put('base/node', '20', old);
    world.registry.put('base/node', '20', makeWord('new'));
    world.registry.put('base/php', '8', makeWord('php'));
    await world.write({ Dockerfile: `FROM R/base/node:20@${old.digest}\nFROM R/base/php:8\n` });
    for (let pull = 0; pull < 4; pull += 1) {
      await fetch(`${world.registry.url}/v2/base/php/manifests/8`, { headers: { accept: 'application/vnd.oci.image.manifest.v1+json' } });
    }
    const { exitCode, document } = await check();
    expect(exitCode).toBe(3);
    expect(document.images.map(({ tag }) => [tag.status, tag.reason?.kind ?? null])).toEqual([
      ['unknown', 'budget'],
      ['none', null],
    ]);
    expect(world.registry.counts().manifestGets).toBe(0);
  });
});
