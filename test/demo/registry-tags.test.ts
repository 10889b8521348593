import { expect, onTestFinished, test } from 'vitest';
import { makeImage, makeLayer } from '../../src/demo/images.ts';
import { startRegistry } from '../../src/demo/registry-server.ts';
import type { TagListing } from '../../src/demo/registry-tags.ts';
import { ask } from '../helpers/ask.ts';

const created = '2026-11-01T00:00:00Z';
const image = makeImage({ layers: [makeLayer({ files: { 'etc/base': 'base' }, created })], created });

test.each<[TagListing, string, string[], string | undefined]>([
  [{}, '?n=2', ['a', 'b'], '</v2/acme/api/tags/list?last=b&n=2>; rel="next"'],
  [{ pageSize: 1 }, '?n=2', ['a'], '</v2/acme/api/tags/list?last=a&n=1>; rel="next"'],
  [{ order: 'age' }, '?n=2', ['c', 'a'], '</v2/acme/api/tags/list?last=a&n=2>; rel="next"'],
  [{ order: 'age' }, '?last=c', ['a', 'b'], undefined],
  [{ order: 'age' }, '?last=none', ['c', 'a', 'b'], undefined],
  [{ ignores: ['n'] }, '?n=1', ['a', 'b', 'c'], undefined],
  [{ ignores: ['last'] }, '?last=b', ['a', 'b', 'c'], undefined],
  [{ link: 'none' }, '?n=1', ['a'], undefined],
  [{ link: 'loop' }, '?n=1', ['a'], '</v2/acme/api/tags/list?n=1>; rel="next"'],
  [{ link: 'other-host' }, '?n=1', ['a'], '<http://registry.invalid/v2/acme/api/tags/list?last=a&n=1>; rel="next"'],
  [{ link: 'other-path' }, '?n=1', ['a'], '</v2/api/tags/list?last=a&n=1>; rel="next"'],
])('a registry that lists as %j answers %s with %j', async (tagListing, query, tags, link) => {
  const registry = await startRegistry({ tagListing });
  onTestFinished(registry.close);
  registry.putTags('acme/api', ['c', 'a', 'b'], image);
  const page = await ask(`${registry.url}/v2/acme/api/tags/list${query}`);
  expect(page.json()).toEqual({ name: 'acme/api', tags });
  expect(page.headers.link).toBe(link);
});

test('a repository without tags may list null', async () => {
  const registry = await startRegistry({ tagListing: { emptyIsNull: true } });
  onTestFinished(registry.close);
  registry.putTags('acme/api', [], image);
  expect((await ask(`${registry.url}/v2/acme/api/tags/list`)).json()).toEqual({ name: 'acme/api', tags: null });
});
