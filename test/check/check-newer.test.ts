import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Registry } from '../../src/check/ports.ts';
import { DAY, globOf, HOUR, MINUTE, type NewerWorld, startNewerWorld, tell } from './newer-world.ts';

const WEB = ['1.25', '1.26', '1.27', '1.28', '1.29', '2.0', '2.1', '2.2-rc1', 'latest'];
const NOTHING = { lists: [], heads: [] };

let world: NewerWorld;
beforeEach(async () => {
  world = await startNewerWorld();
});
afterEach(() => world.close());

const tellAll = async (...args: Parameters<NewerWorld['newer']>) =>
  Object.fromEntries(Object.entries(await world.newer(...args)).map(([name, report]) => [name, tell(report)]));

describe('one list', () => {
  it('does for a repository, however many images, tags and families of it there are, and whatever names them', async () => {
    const web = world.publish('acme/web', [...WEB, 'v1.0', 'v1.1', '1.27-alpine', '1.28-alpine', '3.0']);
    const images = [
      world.pulled(web, 'acme/web:1.27'),
      world.pulled(web, 'acme/web:1.26', 'acme/web:2.0'),
      world.pulled(web, 'acme/web:v1.0'),
      world.pulled(web, 'acme/web:1.27-alpine'),
    ];
    const files = ['acme/web:1.25', `acme/web:2.1@${web}`];
    expect(await tellAll({ images, files })).toEqual({
      'acme/web:1.25': '1.29 (minor), 3.0 (major)',
      'acme/web:1.26': '1.29 (minor), 3.0 (major)',
      'acme/web:1.27': '1.29 (minor), 3.0 (major)',
      'acme/web:1.27-alpine': '1.28-alpine (minor)',
      'acme/web:2.0': '2.1 (minor), 3.0 (major)',
      [`acme/web:2.1@${web}`]: '3.0 (major)',
      'acme/web:v1.0': 'v1.1 (minor)',
    });
    expect(world.asked().lists).toEqual(['acme/web']);
  });

  it('is asked for by no tag that is no version, no image that is pinned by digest alone, built here or only followed by its digest', async () => {
    const web = world.publish('acme/web', WEB);
    const local = { ...world.pulled(web, 'acme/local:1.0'), repoDigests: [] };
    const byDigest = { ...world.pulled(web, 'acme/web:1.0'), tags: [] };
    const images = [world.pulled(web, 'acme/web:latest'), world.pulled(web, 'acme/web:1.27'), local, byDigest];
    const answers = await world.newer({ images, rules: { '**/web:1.27': { track: 'digest' } } });
    expect(new Set(Object.values(answers).map(({ verdict }) => verdict.kind))).toEqual(new Set(['untracked']));
    expect(Object.keys(answers)).toHaveLength(4);
    expect(world.asked()).toEqual({ lists: [], heads: ['acme/web:1.27', 'acme/web:latest'] });
  });

  it('is not asked for about what the configuration ignores', async () => {
    const web = world.publish('acme/web', WEB);
    expect(await tellAll({ images: [world.pulled(web, 'acme/web:1.27')], rules: { '**/web:*': { ignore: true } } })).toEqual({});
    expect(world.asked()).toEqual(NOTHING);
  });

  it('is asked for once within its age, again after it and when a fresh one is wanted, and of any age while offline', async () => {
    const images = [world.pulled(world.publish('acme/web', WEB), 'acme/web:1.27')];
    const expected = { 'acme/web:1.27': '1.29 (minor), 2.1 (major)' };
    expect(await tellAll({ images })).toEqual(expected);
    expect(world.asked().lists).toEqual(['acme/web']);
    world.publish('acme/web', ['1.30']);
    world.clock.now += HOUR - 1;
    expect(await tellAll({ images })).toEqual(expected);
    expect(world.asked()).toEqual(NOTHING);
    world.clock.now += 30 * DAY;
    expect(await tellAll({ images, offline: true })).toEqual(expected);
    expect(world.asked()).toEqual(NOTHING);
    expect(await tellAll({ images })).toEqual({ 'acme/web:1.27': '1.30 (minor), 2.1 (major)' });
    expect(world.asked().lists).toEqual(['acme/web']);
    world.publish('acme/web', ['1.31']);
    expect(await tellAll({ images, maxAgeMs: 0 })).toEqual({ 'acme/web:1.27': '1.31 (minor), 2.1 (major)' });
    expect(world.asked().lists).toEqual(['acme/web']);
  });

  it('that was never asked for is unknown while offline', async () => {
    const images = [world.pulled(world.publish('acme/web', WEB), 'acme/web:1.27')];
    expect(await tellAll({ images, offline: true })).toEqual({ 'acme/web:1.27': 'unknown: offline' });
    expect(world.asked()).toEqual(NOTHING);
  });

  it('that is gone from the memory by the time it is needed is asked for again, never taken for an empty one', async () => {
    const images = [world.pulled(world.publish('acme/web', WEB), 'acme/web:1.27')];
    await world.newer({ images, rules: { '**/web:*': { track: 'digest' } } });
    await world.newer({ images });
    world.asked();
    const memory = (own: ReturnType<NewerWorld['openMemory']>) => ({ ...own, readTagList: () => null });
    // another policy, so that nothing was decided about it before
    const rules = { '**/web:*': { track: 'minor' as const } };
    expect(await tellAll({ images, rules, memory })).toEqual({ 'acme/web:1.27': '1.29 (minor)' });
    expect(world.asked().lists).toEqual(['acme/web']);
    expect(await tellAll({ images, rules: { '**/web:*': { track: 'patch' } }, memory, offline: true })).toEqual({
      'acme/web:1.27': 'unknown: offline',
    });
  });
});

describe('a list for one prefix', () => {
  const many = [...Array.from({ length: 1200 }, (_, at) => `a${at}`), ...Array.from({ length: 1200 }, (_, at) => `m${at}`)];

  it('is asked for again for another prefix, and for both at once where both are wanted', async () => {
    const web = world.publish('acme/web', [...many, '1.0', '1.1', 'v2.0', 'v2.1']);
    const [plain, prefixed] = [world.pulled(web, 'acme/web:1.0'), world.pulled(web, 'acme/web:v2.0')];
    expect(await tellAll({ images: [plain] })).toEqual({ 'acme/web:1.0': '1.1 (minor)' });
    world.asked();
    expect(await tellAll({ images: [prefixed] })).toEqual({ 'acme/web:v2.0': 'v2.1 (minor)' });
    expect(world.asked().lists.length).toBeGreaterThan(0);
    expect(await tellAll({ images: [plain, prefixed] })).toEqual({ 'acme/web:1.0': '1.1 (minor)', 'acme/web:v2.0': 'v2.1 (minor)' });
    world.asked();
    expect(await tellAll({ images: [plain, prefixed] })).toEqual({ 'acme/web:1.0': '1.1 (minor)', 'acme/web:v2.0': 'v2.1 (minor)' });
    expect(await tellAll({ images: [prefixed] })).toEqual({ 'acme/web:v2.0': 'v2.1 (minor)' });
    expect(world.asked()).toEqual(NOTHING);
  });
});

describe('a list that was cut', () => {
  const cut = { kind: 'timeout', message: 'the list of tags of R/acme/web was cut after 30 s', retryAt: null } as const;
  const cutting = (client: Registry): Registry => ({
    ...client,
    listTags: async (...args) => {
      const answer = await client.listTags(...args);
      return answer.kind === 'found' ? { ...answer, covers: [], cut } : answer;
    },
  });

  it('leaves open whether there is a newer version where it has none', async () => {
    const images = [world.pulled(world.publish('acme/web', WEB), 'acme/web:2.1')];
    const answers = await world.newer({ images, client: cutting });
    expect(answers['acme/web:2.1']).toMatchObject({ verdict: { kind: 'unknown', reason: cut, why: cut.message }, notes: [] });
    expect((await world.newer({ images }))['acme/web:2.1']?.verdict, 'from what is remembered').toMatchObject({
      kind: 'unknown',
      reason: cut,
    });
    expect(world.asked().lists).toHaveLength(1);
  });

  it('still tells the newer versions that it has, and that there may be more', async () => {
    const images = [world.pulled(world.publish('acme/web', WEB), 'acme/web:1.27')];
    for (const wish of [{ images, client: cutting }, { images }]) {
      const answer = (await world.newer(wish))['acme/web:1.27'];
      expect(tell(answer)).toBe('1.29 (minor), 2.1 (major)');
      expect(answer?.notes).toEqual([cut.message]);
    }
  });
});

describe('a registry that failed about a tag', () => {
  it('is not asked for the list', async () => {
    await world.close();
    world = await startNewerWorld({
      intercept: ({ method }) =>
        method === 'HEAD' ? { kind: 'answer', answer: { status: 403, headers: {}, body: new Uint8Array() } } : null,
    });
    const images = [world.pulled(world.publish('acme/web', WEB), 'acme/web:1.27')];
    const answer = await tellAll({ images });
    expect(answer['acme/web:1.27']).toMatch(/^unknown: /);
    expect(world.asked().lists).toEqual([]);
  });

  it('is asked for the list where it answered about another tag of the repository', async () => {
    await world.close();
    world = await startNewerWorld({
      intercept: ({ method, path }) =>
        method === 'HEAD' && path.endsWith('/1.26')
          ? { kind: 'answer', answer: { status: 403, headers: {}, body: new Uint8Array() } }
          : null,
    });
    const web = world.publish('acme/web', WEB);
    expect(await tellAll({ images: [world.pulled(web, 'acme/web:1.26'), world.pulled(web, 'acme/web:1.27')] })).toEqual({
      'acme/web:1.26': '1.29 (minor), 2.1 (major)',
      'acme/web:1.27': '1.29 (minor), 2.1 (major)',
    });
    expect(world.asked().lists).toEqual(['acme/web']);
  });

  it('does not stop another: each repository has its own answer', async () => {
    const other = await startNewerWorld();
    const [web, api] = [world.publish('acme/web', WEB), other.publish('acme/api', WEB)];
    const images = [world.pulled(web, 'acme/web:1.27'), other.pulled(api, 'acme/api:1.27')];
    await other.registry.close();
    const answers = await tellAll({ images });
    expect(answers['acme/web:1.27']).toBe('1.29 (minor), 2.1 (major)');
    expect(answers[`${other.registry.host}/acme/api:1.27`]).toBe('unknown: unreachable');
    await other.close();
  });

  it('says why, and tells the tag all the same, where only the list is refused', async () => {
    await world.close();
    world = await startNewerWorld({
      intercept: ({ path }) =>
        path.endsWith('/tags/list') ? { kind: 'answer', answer: { status: 403, headers: {}, body: new Uint8Array() } } : null,
    });
    const { images } = await world.check({ images: [world.pulled(world.publish('acme/web', WEB), 'acme/web:1.27')] });
    expect(images[0]).toMatchObject({
      tag: { verdict: { kind: 'current' } },
      newer: { verdict: { kind: 'unknown' }, checkedAt: null },
      verdict: 'fresh',
    });
  });
});

describe('beside the answer about the tag', () => {
  it('a tag that is gone still has its newer versions told', async () => {
    const web = world.publish('acme/web', WEB);
    const { images } = await world.check({ images: [world.pulled(web, 'acme/web:1.24')] });
    expect(images[0]?.tag.verdict.kind).toBe('gone');
    expect(tell(images[0]?.newer)).toBe('1.29 (minor), 2.1 (major)');
  });

  it('a tag that was rebuilt has its newer versions told, too', async () => {
    const web = world.publish('acme/web', WEB);
    const other = world.publish('acme/web', ['1.27'], 'rebuilt');
    const { images } = await world.check({ images: [world.pulled(web, 'acme/web:1.27')] });
    expect(images[0]?.tag.verdict).toMatchObject({ kind: 'rebuilt', candidate: other });
    expect(tell(images[0]?.newer)).toBe('1.29 (minor), 2.1 (major)');
  });
});

describe('what was decided before', () => {
  /** Runs a check and says whether it read tags. */
  const readsTags = async (wish: Parameters<NewerWorld['newer']>[0]): Promise<{ reads: number; told: Record<string, string> }> => {
    let reads = 0;
    const told = await tellAll({
      ...wish,
      memory: (own) => ({
        ...own,
        readTagList: (repository) => {
          reads += 1;
          return own.readTagList(repository);
        },
      }),
    });
    return { reads, told };
  };

  it('is not decided again, but is for another policy and with a minimum age, and gives the same answer', async () => {
    const web = world.publish('acme/web', WEB);
    const images = [world.pulled(web, 'acme/web:1.27'), world.pulled(web, 'acme/web:2.0')];
    const told = { 'acme/web:1.27': '1.29 (minor), 2.1 (major)', 'acme/web:2.0': '2.1 (minor)' };
    expect(await readsTags({ images })).toEqual({ reads: 0, told });
    expect(await readsTags({ images })).toEqual({ reads: 0, told });
    const rules = { '**/web:1.27': { skip: ['1.29'] } };
    expect(await readsTags({ images, rules })).toMatchObject({ reads: 1, told: { 'acme/web:1.27': '2.1 (major)' } });
    expect(await readsTags({ images, rules })).toMatchObject({ reads: 0, told: { 'acme/web:1.27': '2.1 (major)' } });
    expect(await readsTags({ images })).toEqual({ reads: 0, told });
    expect(await readsTags({ images, versions: { minAgeMs: MINUTE } })).toMatchObject({ reads: 1 });
    expect(await readsTags({ images, versions: { minAgeMs: MINUTE } })).toMatchObject({ reads: 1 });
    expect(world.asked().lists).toEqual(['acme/web']);
  });

  it('is decided anew about a new list', async () => {
    const images = [world.pulled(world.publish('acme/web', WEB), 'acme/web:1.27')];
    await readsTags({ images });
    world.publish('acme/web', ['1.30']);
    world.clock.now += 2 * HOUR;
    expect((await readsTags({ images })).told).toEqual({ 'acme/web:1.27': '1.30 (minor), 2.1 (major)' });
    expect(await readsTags({ images })).toEqual({ reads: 0, told: { 'acme/web:1.27': '1.30 (minor), 2.1 (major)' } });
  });

  it('is decided for an image that came later without another list', async () => {
    const web = world.publish('acme/web', WEB);
    await readsTags({ images: [world.pulled(web, 'acme/web:1.27')] });
    world.asked();
    expect(await readsTags({ images: [world.pulled(web, 'acme/web:1.27'), world.pulled(web, 'acme/web:1.28')] })).toMatchObject({
      reads: 1,
      told: { 'acme/web:1.28': '1.29 (minor), 2.1 (major)' },
    });
    expect(world.asked().lists).toEqual([]);
  });
});

describe('a minimum age', () => {
  const aged = { versions: { minAgeMs: 3 * DAY } };

  it('counts from the first sighting, whatever becomes of the cache, and the versions that wait are told until they are due', async () => {
    const images = [world.pulled(world.publish('acme/web', ['1.27', '1.28']), 'acme/web:1.27')];
    const first = (await world.newer({ images, ...aged }))['acme/web:1.27'];
    expect(first?.verdict).toEqual({ kind: 'none', why: '1.28 is above, but is not yet as old as minAge asks' });
    world.clock.now += 2 * DAY;
    world.publish('acme/web', ['1.29']);
    await world.wipe('cache');
    const second = (await world.newer({ images, ...aged }))['acme/web:1.27'];
    expect(tell(second)).toBe('none');
    expect(second?.notes).toEqual(['1.29, 1.28 wait for minAge (3d)']);
    world.clock.now += DAY;
    const third = (await world.newer({ images, ...aged }))['acme/web:1.27'];
    expect(tell(third)).toBe('1.28 (minor)');
    expect(third?.notes).toEqual(['1.29 waits for minAge (3d)']);
    world.clock.now += 2 * DAY;
    expect(tell((await world.newer({ images, ...aged }))['acme/web:1.27'])).toBe('1.29 (minor)');
  });

  it('counts from runs that asked for none, and comes due without another list', async () => {
    const images = [world.pulled(world.publish('acme/web', ['1.27', '1.28']), 'acme/web:1.27')];
    expect(await tellAll({ images })).toEqual({ 'acme/web:1.27': '1.28 (minor)' });
    world.clock.now += 3 * DAY - 1;
    const long = { ...aged, maxAgeMs: 10 * DAY };
    expect(await tellAll({ images, ...long })).toEqual({ 'acme/web:1.27': 'none' });
    world.clock.now += 1;
    expect(await tellAll({ images, ...long })).toEqual({ 'acme/web:1.27': '1.28 (minor)' });
    expect(world.asked().lists).toEqual(['acme/web']);
  });
});

describe('the wishes of each image', () => {
  it('skip, include, exclude, track and variant count for the images they are said of', async () => {
    const tags = [
      '1.27',
      '1.28',
      '1.29',
      '2.0',
      '1.27-alpine3.19',
      '1.28-alpine3.19',
      '1.29-alpine3.20',
      '1.27-slim',
      '1.28-slim',
      '2.0-slim',
    ];
    const web = world.publish('acme/web', tags);
    const names = ['acme/web:1.27', 'acme/web:1.27-alpine3.19', 'acme/web:1.27-slim'];
    const wish = { images: names.map((name) => world.pulled(web, name)) };
    const ofPlain = async (policy: object) => (await tellAll({ ...wish, rules: { '**/web:1.27': policy } }))['acme/web:1.27'];
    expect(await ofPlain({})).toBe('1.29 (minor), 2.0 (major)');
    expect(await ofPlain({ skip: ['1.29'] })).toBe('2.0 (major)');
    expect(await ofPlain({ skip: ['2.0'] })).toBe('1.29 (minor)');
    expect(await ofPlain({ exclude: [globOf('1.29'), globOf('2.*')] })).toBe('1.28 (minor)');
    expect(await ofPlain({ include: [globOf('1.*')] })).toBe('1.29 (minor)');
    expect(await ofPlain({ track: 'minor' })).toBe('1.29 (minor)');
    expect(await ofPlain({ track: 'patch' })).toBe('none');
    expect(await tellAll({ ...wish, rules: { '**/web:*alpine*': { variant: 'newer' }, '**/web:*-slim': { track: 'minor' } } })).toEqual({
      'acme/web:1.27': '1.29 (minor), 2.0 (major)',
      'acme/web:1.27-alpine3.19': '1.29-alpine3.20 (minor)',
      'acme/web:1.27-slim': '1.28-slim (minor)',
    });
    expect(world.asked().lists).toEqual(['acme/web']);
  });

  it('a newer variant is told apart from a newer version', async () => {
    const web = world.publish('acme/web', ['1.27-alpine3.19', '1.28-alpine3.19', '1.29-alpine3.20']);
    const answer = (await world.newer({ images: [world.pulled(web, 'acme/web:1.27-alpine3.19')] }))['acme/web:1.27-alpine3.19'];
    expect(tell(answer)).toBe('1.28-alpine3.19 (minor)');
    expect(answer?.variant).toEqual({ tag: '1.29-alpine3.20', level: 'minor', digest: null });
  });
});

describe('whatever the order', () => {
  it('the answers are the same for any order of images and of tags', async () => {
    const orders = [WEB, [...WEB].reverse(), [...WEB].sort()];
    const told = [];
    for (const [at, tags] of orders.entries()) {
      const repository = `acme/web-${at}`;
      const digest = world.publish(repository, tags);
      const images = ['1.25', '1.27', '2.0'].map((tag) => world.pulled(digest, `${repository}:${tag}`));
      told.push(Object.values(await tellAll({ images: at === 0 ? images : [...images].reverse() })));
    }
    expect(told).toEqual(told.map(() => ['1.29 (minor), 2.1 (major)', '1.29 (minor), 2.1 (major)', '2.1 (minor)']));
  });
});

describe('two processes', () => {
  it('that list one repository for different prefixes at the same time never take the list of the other for their own', async () => {
    const many = [...Array.from({ length: 1200 }, (_, at) => `a${at}`), ...Array.from({ length: 1200 }, (_, at) => `m${at}`)];
    const web = world.publish('acme/web', [...many, '1.0', '1.1', 'v2.0', 'v2.1']);
    const [plain, prefixed] = [world.pulled(web, 'acme/web:1.0'), world.pulled(web, 'acme/web:v2.0')];
    await world.newer({ images: [plain] });
    let isReplaced = false;
    const answer = await tellAll({
      images: [plain],
      rules: { '**': { track: 'minor' } },
      memory: (own) => ({
        ...own,
        readTagList: (repository) => {
          // what another process writes between this one's looking at the note and at the tags
          if (!isReplaced) {
            world.clock.now += 1;
            own.writeTagList(repository, { observedAt: world.clock.now, covers: ['v'], cut: null, tags: ['v2.0', 'v2.1'] });
          }
          isReplaced = true;
          return own.readTagList(repository);
        },
      }),
    });
    expect(answer).toEqual({ 'acme/web:1.0': '1.1 (minor)' });
    expect(await tellAll({ images: [prefixed] })).toEqual({ 'acme/web:v2.0': 'v2.1 (minor)' });
  });

  it('that run at once leave a memory that both can rely on', async () => {
    const web = world.publish('acme/web', WEB);
    const images = [world.pulled(web, 'acme/web:1.27')];
    const expected = { 'acme/web:1.27': '1.29 (minor), 2.1 (major)' };
    expect(await Promise.all([tellAll({ images }), tellAll({ images }), tellAll({ images })])).toEqual([expected, expected, expected]);
    world.asked();
    expect(await tellAll({ images })).toEqual(expected);
    expect(world.asked()).toEqual(NOTHING);
  });
});

describe('a run that is interrupted', () => {
  it('keeps the lists that came before', async () => {
    const stop = new AbortController();
    const [web, api] = [world.publish('acme/web', WEB), world.publish('acme/api', WEB)];
    const images = [world.pulled(web, 'acme/web:1.27'), world.pulled(api, 'acme/api:1.27')];
    const interrupting = (client: Registry): Registry => ({
      ...client,
      listTags: async (repository, wanted, signal) => {
        if (repository.repository === 'acme/web') return client.listTags(repository, wanted, signal);
        while (!world.registry.requests.some(({ path, status }) => path.includes('acme/web/tags') && status === 200))
          await new Promise((resolve) => setTimeout(resolve, 5));
        await new Promise((resolve) => setTimeout(resolve, 50));
        stop.abort(new Error('interrupted'));
        throw new Error('interrupted');
      },
    });
    await expect(world.newer({ images, client: interrupting, signal: stop.signal })).rejects.toThrow('interrupted');
    world.asked();
    expect(await tellAll({ images })).toEqual({
      'acme/api:1.27': '1.29 (minor), 2.1 (major)',
      'acme/web:1.27': '1.29 (minor), 2.1 (major)',
    });
    expect(world.asked().lists).toEqual(['acme/api']);
  });
});

describe('the table of versions', () => {
  it('has every tag of the list with the rule that rejects it, also where it was decided about before', async () => {
    const images = [world.pulled(world.publish('acme/web', WEB), 'acme/web:1.27')];
    await world.newer({ images });
    world.asked();
    const answer = (await world.newer({ images, tables: true }))['acme/web:1.27'];
    expect(answer?.table?.rows.map(({ tag, kind, rule }) => `${tag} ${rule ?? kind}`)).toEqual([
      '2.2-rc1 pre-release',
      '2.1 newest',
      '2.0 admitted',
      '1.29 line',
      '1.28 admitted',
      '1.27 installed',
      '1.26 older',
      '1.25 older',
      'latest word',
    ]);
    expect(world.asked()).toEqual(NOTHING);
  });
});
