import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { TagsAnswer } from '../../src/check/ports.ts';
import { makeImage, makeLayer } from '../../src/demo/images.ts';
import { startRegistry, type EmbeddedRegistry, type RegistryOptions as Served } from '../../src/demo/registry-server.ts';
import { errorAnswer, jsonAnswer, type Answer } from '../../src/demo/answer.ts';
import type { RegistryOptions } from '../../src/registry/registry.ts';
import { createClient, createClientOf, type Client } from './helpers/client.ts';
import { json } from './helpers/fake-registry.ts';
import { makeRule } from './helpers/rules.ts';
import { serve } from './helpers/server.ts';

const created = '2026-11-01T00:00:00Z';
const image = makeImage({ layers: [makeLayer({ files: { 'etc/base': 'base' }, created })], created });
const API = { registry: 'docker.io', repository: 'acme/api' };
const ALL = { prefixes: [] };

const numbered = (count: number, name: (index: number) => string): string[] => Array.from({ length: count }, (_, index) => name(index));
const padded = (prefix: string, count: number): string[] => numbered(count, (index) => `${prefix}${String(index).padStart(6, '0')}`);

async function startWith(tags: readonly string[], served: Served = {}, options: Partial<RegistryOptions> = {}) {
  const origin = await startRegistry(served);
  onTestFinished(origin.close);
  origin.putTags('acme/api', tags, image);
  return { origin, client: createClientOf(origin.host, options) };
}

const list = ({ registry, signal }: Client, prefixes: readonly string[] = []) => registry.listTags(API, { prefixes }, signal);
const tagsOf = (answer: TagsAnswer) => (answer.kind === 'found' ? answer.tags : answer.reason);
const pagesOf = (origin: EmbeddedRegistry) => origin.requests.map(({ path }) => path.replace('/v2/acme/api/tags/list', ''));

/** The same page, its tags the other way round. */
function reversed(page: Answer): Answer {
  const { name, tags } = JSON.parse(Buffer.from(page.body).toString()) as { name: string; tags: string[] };
  return jsonAnswer(200, { name, tags: tags.toReversed() }, page.headers.link === undefined ? {} : { link: page.headers.link });
}

describe('a list of tags', () => {
  it('is whole after one page, with the tags as they came', async () => {
    const { client, origin } = await startWith(['1.1', '1.0', 'latest']);
    expect(await list(client)).toEqual({ kind: 'found', tags: ['1.0', '1.1', 'latest'], covers: null, cut: null });
    expect(pagesOf(origin)).toEqual(['?n=1000']);
    expect(client.registry.usage()).toMatchObject([{ registry: 'docker.io', requests: 1, counted: 0 }]);
    expect(client.log.join()).not.toContain('1000');
  });

  it.each<[string, NonNullable<Served['tagListing']>, number]>([
    ['a relative link', { pageSize: 100 }, 3],
    ['an absolute link', { pageSize: 100, link: 'absolute' }, 3],
    ['a link to another host, of which only the parameters are taken', { pageSize: 100, link: 'other-host' }, 3],
    ['a link that lacks a part of the path', { pageSize: 100, link: 'other-path' }, 3],
    ['no link, where a page is as long as registries usually cut them', { pageSize: 100, link: 'none' }, 3],
    ['a link, oldest first', { pageSize: 100, order: 'age' }, 3],
    ['everything at once, whatever is asked', { ignores: ['n', 'last'] }, 1],
  ])('comes in pages with %s', async (_name, tagListing, pages) => {
    const tags = numbered(240, (index) => `${240 - index}.0`);
    const { client, origin } = await startWith(tags, { tagListing });
    const answer = await list(client);
    expect(answer).toMatchObject({ kind: 'found', covers: null, cut: null });
    expect([...(tagsOf(answer) as string[])].sort()).toEqual([...tags].sort());
    expect(origin.counts().tags).toBe(pages);
  });

  it('that ignores `last` and happens to be as long as a page is whole', async () => {
    const { client, origin } = await startWith(padded('1.', 100), { tagListing: { ignores: ['n', 'last'], link: 'none' } });
    expect(await list(client)).toMatchObject({ covers: null, cut: null });
    expect(origin.counts().tags).toBe(2);
  });

  it('whose link leads back is cut, and what was read is kept', async () => {
    const { client, origin } = await startWith(padded('1.', 300), { tagListing: { pageSize: 70, link: 'loop' } });
    const answer = await list(client);
    expect(answer).toMatchObject({
      covers: [],
      cut: { kind: 'bad-response', message: 'the list of tags of docker.io/acme/api was cut: its pages lead back to tags that were read' },
    });
    expect(tagsOf(answer)).toHaveLength(140);
    expect(origin.counts().tags).toBe(2);
  });

  it.each([[null], [[]]])('that holds %j is empty', async (tags) => {
    const { client } = await startWith(['1'], {
      intercept: () => ({ kind: 'answer', answer: jsonAnswer(200, { name: 'acme/api', tags }) }),
    });
    expect(await list(client)).toEqual({ kind: 'found', tags: [], covers: null, cut: null });
  });

  it('leaves out what is no tag, says so once, and names nothing twice', async () => {
    const tags = ['1.0', '1.0', '', '-x', 'a b', '\u001b[31m', 7, null, 'x'.repeat(129), '1.1'];
    const { client } = await startWith(['1'], {
      intercept: () => ({ kind: 'answer', answer: jsonAnswer(200, { name: 'acme/api', tags }) }),
    });
    expect(tagsOf(await list(client))).toEqual(['1.0', '1.1']);
    expect(client.registry.warnings()).toEqual([
      { code: 'no-tags', message: 'the list of tags of docker.io/acme/api holds 7 names that are no tags, left out', image: null },
    ]);
  });

  it('of a registry that takes a smaller page only is asked for in smaller pages', async () => {
    const { client, origin } = await startWith(padded('1.', 250), {
      intercept: ({ query }) =>
        Number(query.get('n')) > 100
          ? { kind: 'answer', answer: errorAnswer(400, { code: 'PAGINATION_NUMBER_INVALID', message: 'invalid' }) }
          : null,
    });
    expect(await list(client)).toMatchObject({ kind: 'found', cut: null });
    expect(origin.counts().tags).toBe(4);
  });

  it('is asked for with a token to pull', async () => {
    const { client, origin } = await startWith(padded('1.', 2500), { auth: { kind: 'token', users: [] } });
    expect(await list(client)).toMatchObject({ kind: 'found', covers: null, cut: null });
    expect(origin.counts()).toMatchObject({ tokens: 1, challenges: 1, tags: 4 });
  });
});

describe('a repository whose tags cannot be listed', () => {
  it.each<[number, unknown, string, string]>([
    [404, { errors: [{ code: 'NAME_UNKNOWN', message: 'unknown' }] }, 'not-found-or-private', 'docker.io has no docker.io/acme/api: 404'],
    [404, {}, 'unsupported', 'docker.io does not list the tags of docker.io/acme/api: it answered 404'],
    [405, {}, 'unsupported', 'docker.io does not list the tags of docker.io/acme/api: it answered 405'],
    [403, { errors: [{ code: 'DENIED', message: 'no' }] }, 'not-found-or-private', 'docker.io/acme/api is missing or private'],
    [500, {}, 'bad-response', 'answered 500, 3 times'],
    [200, ['1.0'], 'bad-response', 'answered with something that is no list of tags'],
    [200, { name: 'acme/api', tags: '1.0' }, 'bad-response', 'answered with something that is no list of tags'],
  ])('answers %i %j, and that is said', async (status, body, kind, message) => {
    const { client } = await startWith(['1'], { intercept: () => ({ kind: 'answer', answer: jsonAnswer(status, body) }) });
    const answer = await list(client);
    expect(answer).toMatchObject({ kind: 'unknown', reason: { kind } });
    expect(answer.kind === 'unknown' && answer.reason.message).toContain(message);
  });
});

describe('a list that does not end', () => {
  it('is cut at the most tags', async () => {
    const { client } = await startWith(padded('1.', 700), { tagListing: { pageSize: 100 } }, { tagLists: { tags: 250 } });
    const answer = await list(client);
    expect(answer).toMatchObject({
      covers: [],
      cut: { kind: 'unsupported', message: 'the list of tags of docker.io/acme/api was cut after 250 tags' },
    });
    expect(tagsOf(answer)).toHaveLength(250);
  });

  it('is cut at twice the most tags where it is read in parts, or brings nothing but names that are no tags', async () => {
    let page = 0;
    const { client, origin } = await startWith(
      ['1'],
      {
        intercept: () => {
          const names = [`v${1000 + page++}`, ...padded('-', 99)];
          return { kind: 'answer', answer: jsonAnswer(200, { tags: names }, { link: `</?last=${names[0]}>; rel="next"` }) };
        },
      },
      { tagLists: { tags: 250 } },
    );
    expect(await list(client, ['v'])).toMatchObject({
      covers: [],
      cut: { kind: 'unsupported', message: 'the list of tags of docker.io/acme/api was cut after 600 names' },
    });
    expect(origin.counts().tags).toBe(6);
  });

  it('is cut at the most pages', async () => {
    const { client, origin } = await startWith(padded('1.', 700), { tagListing: { pageSize: 100 } }, { tagLists: { pages: 3 } });
    expect(await list(client)).toMatchObject({
      covers: [],
      cut: { message: 'the list of tags of docker.io/acme/api was cut after 3 pages' },
    });
    expect(origin.counts().tags).toBe(3);
  });

  it('is cut when its time is up, with the tags so far', async () => {
    const { client } = await startWith(
      padded('1.', 300),
      { tagListing: { pageSize: 100 }, intercept: ({ query }) => (query.has('last') ? { kind: 'hang' } : null) },
      { tagLists: { timeoutMs: 500 } },
    );
    const answer = await list(client);
    expect(answer).toMatchObject({
      covers: [],
      cut: { kind: 'timeout', message: 'the list of tags of docker.io/acme/api was cut after 0.5 s' },
    });
    expect(tagsOf(answer)).toHaveLength(100);
  });

  it('is unknown when not even its first page came in time', async () => {
    const { client } = await startWith(['1'], { intercept: () => ({ kind: 'hang' }) }, { tagLists: { timeoutMs: 200 } });
    expect(await list(client)).toMatchObject({
      kind: 'unknown',
      reason: { kind: 'timeout', message: 'the list of tags of docker.io/acme/api did not come within 0.2 s' },
    });
  });

  it('is cut by a failure of a later page, for that reason', async () => {
    const { client } = await startWith(padded('1.', 300), {
      tagListing: { pageSize: 100 },
      intercept: ({ query }) => (query.has('last') ? { kind: 'answer', answer: jsonAnswer(500, {}) } : null),
    });
    const answer = await list(client);
    expect(answer).toMatchObject({ kind: 'found', covers: [], cut: { kind: 'bad-response' } });
    expect(answer.kind === 'found' && answer.cut?.message).toContain('was cut after 100 tags: ');
  });

  it('is no longer waited for when whoever asked has gone', async () => {
    const { client } = await startWith(['1'], { intercept: () => ({ kind: 'hang' }) });
    const asking = new AbortController();
    const answer = client.registry.listTags(API, ALL, asking.signal);
    asking.abort();
    expect(await answer).toMatchObject({ kind: 'unknown', reason: { kind: 'timeout' } });
  });

  it('keeps at most two requests in flight at a registry', async () => {
    const { client, origin } = await startWith([], { latencyMs: 10 });
    for (let index = 0; index < 8; index++) origin.putTags(`acme/app-${index}`, padded('1.', 10), image);
    const names = numbered(8, (index) => `acme/app-${index}`);
    await Promise.all(names.map((repository) => client.registry.listTags({ ...API, repository }, ALL, client.signal)));
    expect(origin.counts()).toMatchObject({ tags: 8, peak: 2 });
  });
});

describe('a very long list in lexical order', () => {
  const versions = numbered(1500, (index) => `v1.${index}.0`);
  const tags = [...padded('commit-', 150_000), ...padded('pr-', 30_000), ...padded('sha-', 20_669), ...versions];
  let origin: EmbeddedRegistry;
  beforeAll(async () => {
    origin = await startRegistry();
    origin.putTags('acme/api', tags, image);
  });
  afterAll(() => origin.close());

  it('of 202,169 tags costs three pages for those of one prefix', async () => {
    expect(tags).toHaveLength(202_169);
    origin.forget();
    const answer = await list(createClientOf(origin.host), ['v']);
    expect(answer).toMatchObject({ kind: 'found', covers: ['v'], cut: null });
    const found = new Set(tagsOf(answer) as string[]);
    expect(versions.filter((tag) => !found.has(tag))).toEqual([]);
    expect(pagesOf(origin)).toEqual(['?n=1000', '?n=1000&last=v.', '?n=1000&last=v1.548.0']);
  });
});

describe('a long list', () => {
  const versions = numbered(150, (index) => `v1.${index}`);
  const tags = ['RELEASE.2024-01-01', ...padded('commit-', 3000), ...versions, ...padded('web-', 3000)].sort();

  it('is read no further than the wanted tags', async () => {
    const { client, origin } = await startWith(tags, { tagListing: { pageSize: 100 } });
    const answer = await list(client, ['v']);
    expect(answer).toMatchObject({ covers: ['v'], cut: null });
    expect((tagsOf(answer) as string[]).filter((tag) => tag.startsWith('v'))).toEqual([...versions].sort());
    expect(origin.counts().tags).toBe(3);
  });

  it('is read in several stretches for several prefixes, and not at all where there is nothing between', async () => {
    const { client, origin } = await startWith(tags, { tagListing: { pageSize: 100 } });
    expect(await list(client, ['v', 'RELEASE.', 'v1.', ''])).toMatchObject({ covers: ['v', 'RELEASE.', 'v1.', ''], cut: null });
    expect(origin.counts().tags).toBe(3);
  });

  it.each<[string, Served]>([
    ['lists by age, in whatever order its first page looks', { tagListing: { pageSize: 100, order: 'age' } }],
    [
      'answers a `last` that is no tag with nothing',
      {
        tagListing: { pageSize: 100 },
        intercept: ({ query }) => (query.get('last') === 'v.' ? { kind: 'answer', answer: jsonAnswer(200, { tags: [] }) } : null),
      },
    ],
    [
      'refuses a `last` that is no tag',
      {
        tagListing: { pageSize: 100 },
        intercept: ({ query }) => (query.get('last') === 'v.' ? { kind: 'answer', answer: jsonAnswer(404, {}) } : null),
      },
    ],
    [
      'answers a jump out of order',
      {
        tagListing: { pageSize: 100 },
        intercept: ({ query }) =>
          query.get('last') === 'v.' ? { kind: 'answer', answer: jsonAnswer(200, { tags: ['v2', 'v1', 'zzz'] }) } : null,
      },
    ],
    [
      'goes on out of order after a jump',
      {
        tagListing: { pageSize: 100 },
        intercept: ({ query }) => (query.get('last')?.startsWith('v1.') === true ? { kind: 'alter', alter: reversed } : null),
      },
    ],
  ])('of a registry that %s is read whole', async (_name, served) => {
    const { client } = await startWith(tags, served);
    const answer = await list(client, ['v']);
    expect(answer).toMatchObject({ covers: null, cut: null });
    expect([...(tagsOf(answer) as string[])].sort()).toEqual(tags);
  });

  it('of a registry known to list by age is never jumped in, even if it would answer', async () => {
    const { origin } = await startWith(tags, { tagListing: { pageSize: 500 } });
    const client = createClient({ locations: new Map([['ghcr.io', origin.url]]) });
    const answer = await client.registry.listTags({ ...API, registry: 'ghcr.io' }, { prefixes: ['v'] }, client.signal);
    expect(answer).toMatchObject({ covers: null, cut: null });
    expect(origin.counts().tags).toBe(13);
  });
});

describe('a mirror', () => {
  const startMirrored = async (mirrorHost: string) => {
    const origin = await startRegistry();
    onTestFinished(origin.close);
    origin.putTags('acme/api', ['1.0', '1.1'], image);
    return {
      origin,
      client: createClientOf(origin.host, { rules: new Map([['docker.io', makeRule({ mirror: `http://${mirrorHost}` })]]) }),
    };
  };

  it('is asked for the list instead of the registry', async () => {
    const mirror = await startRegistry();
    onTestFinished(mirror.close);
    mirror.putTags('acme/api', ['1.0'], image);
    const { origin, client } = await startMirrored(mirror.host);
    expect(await list(client)).toMatchObject({ tags: ['1.0'] });
    expect(origin.requests).toEqual([]);
    expect(mirror.requests.map(({ path }) => path)).toEqual(['/v2/acme/api/tags/list?ns=docker.io&n=1000']);
  });

  it.each([404, 405])('that has no lists (%i) leaves the question to the registry', async (status) => {
    const mirror = await serve((_seen, response) => json(response, status, {}));
    const { client } = await startMirrored(mirror.host);
    expect(await list(client)).toMatchObject({ tags: ['1.0', '1.1'], cut: null });
  });
});
