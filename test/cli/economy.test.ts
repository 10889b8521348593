import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Document } from '../../src/core/document.ts';
import { type Crowd, startCrowd } from '../helpers/crowd.ts';
import { runCli } from '../helpers/run-cli.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';

/** What a look at many images may cost. Requests are counted where they arrive, at the registry. */
describe('200 tags in 100 repositories of one registry', () => {
  let crowd: Crowd;
  let home: TemporaryDirectory;
  const list = async (...args: string[]): Promise<Document> => {
    crowd.registry.forget();
    const ran = await runCli(['list', '--json', '-H', crowd.engine.host, ...args], { home: home.path });
    expect(ran.stderr).not.toMatch(/^[EW]: /m);
    expect(ran.exitCode).toBe(0);
    return JSON.parse(ran.stdout) as Document;
  };
  const count = (document: Document, status: string): number => document.images.filter(({ tag }) => tag.status === status).length;

  beforeEach(async () => {
    [crowd, home] = await Promise.all([startCrowd({ tags: 200, repositories: 100 }), makeTemporaryDirectory()]);
  });
  afterEach(async () => {
    await Promise.all([crowd.close(), home.remove()]);
  });

  it('cost a HEAD each, a list of tags for each repository, two tokens and one challenge when nothing is remembered', async () => {
    const document = await list();
    expect(count(document, 'current')).toBe(200);
    expect(crowd.registry.counts()).toMatchObject({
      manifestHeads: 201,
      manifestGets: 0,
      blobs: 0,
      tags: 100,
      root: 0,
      tokens: 2,
      challenges: 1,
      total: 303,
    });
    expect(crowd.registry.counts().peak).toBeLessThanOrEqual(16);
    // one more was tried: on loopback HTTPS goes before HTTP, as in every engine
    expect(document.registries).toMatchObject([{ requests: 304, counted: 0, limit: 5000, remaining: 5000 }]);
  });

  it('cost nothing again within the hour', async () => {
    await list();
    const document = await list();
    expect(count(document, 'current')).toBe(200);
    expect(crowd.registry.requests).toEqual([]);
  });

  it('cost two counted documents for each rebuilt one, once', async () => {
    crowd.rebuild(10);
    const first = await list();
    expect(count(first, 'rebuilt')).toBe(10);
    expect(crowd.registry.counts()).toMatchObject({ manifestHeads: 201, manifestGets: 20, blobs: 10 });
    const again = await list('--refresh');
    expect(count(again, 'rebuilt')).toBe(10);
    expect(crowd.registry.counts()).toMatchObject({ manifestHeads: 201, manifestGets: 0, blobs: 0 });
    const third = await list();
    expect(count(third, 'rebuilt')).toBe(10);
    expect(crowd.registry.requests).toEqual([]);
  });
});

describe('60 images of one name', () => {
  it('cost one HEAD', async () => {
    const crowd = await startCrowd({ tags: 60, repositories: 1, sameName: true });
    try {
      const ran = await runCli(['list', '--json', '-H', crowd.engine.host]);
      expect((JSON.parse(ran.stdout) as Document).images).toHaveLength(60);
      expect(crowd.registry.counts()).toMatchObject({ manifestHeads: 2, challenges: 1, tokens: 1 });
    } finally {
      await crowd.close();
    }
  });
});
