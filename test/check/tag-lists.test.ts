import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Memory, Registry, TagsAnswer, TagsWanted } from '../../src/check/ports.ts';
import { createTagLists } from '../../src/check/tag-lists.ts';
import { reason } from '../../src/core/reason.ts';
import { openMemory } from '../../src/store/open-memory.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';
import { createClient } from '../registry/helpers/client.ts';
import { startRegistry } from '../../src/demo/registry-server.ts';
import { makeWord } from '../cli/check-world.ts';

const HOUR = 3_600_000;
const API = { registry: 'r.example', repository: 'acme/api' };
const UNREACHABLE = reason('unreachable', 'nobody is there');

let directory: TemporaryDirectory;
let memory: Memory;
const clock = { now: 0 };
beforeEach(async () => {
  clock.now = Date.parse('2026-11-20T12:00:00Z');
  directory = await makeTemporaryDirectory();
  memory = open();
});
afterEach(async () => {
  memory.close();
  await directory.remove();
});

const open = (): Memory =>
  openMemory({ cacheDirectory: directory.path, stateDirectory: directory.path, uid: process.getuid?.() ?? null, now: () => clock.now });

/** Lists over the memory, and what was wanted of the registry. */
const openLists = (answer: TagsAnswer, policy = { maxAgeMs: HOUR, offline: false }, signal = new AbortController().signal) => {
  const wanted: TagsWanted[] = [];
  const registry: Registry = {
    ...createClient().registry,
    listTags: (_, tags) => {
      wanted.push(tags);
      return Promise.resolve(answer);
    },
  };
  const lists = createTagLists({ memory, openRegistry: () => Promise.resolve(registry), now: () => clock.now, signal }, policy);
  const recall = (prefixes: readonly string[] | null) => lists.recallAll([{ repository: API, prefixes }])[0] ?? null;
  return { wanted, ask: (prefixes: readonly string[] | null) => lists.ask({ repository: API, prefixes }), recall };
};

const foundAs = (covers: readonly string[] | null): TagsAnswer => ({ kind: 'found', tags: ['v1', 'v2'], covers, cut: null });

describe('a remembered list', () => {
  it.each([
    [null, ['v'], true],
    [null, null, true],
    [['v'], ['v'], true],
    [['', 'v'], ['v'], true],
    [['v'], [''], false],
    [['v'], ['', 'v'], false],
    [['v'], null, false],
  ])('that covers %j does for %j: %j', async (covers, prefixes, does) => {
    await openLists(foundAs(covers)).ask(covers);
    expect(openLists(foundAs(null)).recall(prefixes) !== null).toBe(does);
  });

  it('that was cut is all there is within its age, whatever is wanted', async () => {
    const cut = reason('timeout', 'the list was cut');
    await openLists({ kind: 'found', tags: ['v1'], covers: [], cut }).ask(['v']);
    expect(openLists(foundAs(null)).recall([''])?.note).toMatchObject({ cut });
    clock.now += HOUR;
    expect(openLists(foundAs(null)).recall([''])).toBeNull();
  });

  it.each([
    [HOUR - 1, false, true],
    [HOUR, false, false],
    [-1, false, false],
    [100 * HOUR, true, true],
  ])('is trusted after %i ms, offline %j: %j', async (later, offline, isTrusted) => {
    await openLists(foundAs(null)).ask(null);
    clock.now += later;
    expect(openLists(foundAs(null), { maxAgeMs: HOUR, offline }).recall(null) !== null).toBe(isTrusted);
  });

  it('keeps its tags, its time and what it covers over runs', async () => {
    await openLists(foundAs(['v'])).ask(['v']);
    memory.close();
    memory = open();
    const list = openLists(foundAs(null)).recall(['v']);
    expect(list).toMatchObject({ note: { observedAt: clock.now, covers: ['v'], cut: null }, asked: false });
    expect(list?.tags()).toEqual(['v1', 'v2']);
  });

  it('has no tags, rather than another list, once it was replaced', async () => {
    await openLists(foundAs(['v'])).ask(['v']);
    const list = openLists(foundAs(null)).recall(['v']);
    clock.now += 1;
    memory.writeTagList(API, { observedAt: clock.now, covers: ['w'], cut: null, tags: ['w1'] });
    expect(list?.tags()).toBeNull();
  });
});

describe('a list that is asked for', () => {
  it('is wanted by its prefixes, and whole where there are none', async () => {
    const lists = openLists(foundAs(null));
    await lists.ask(['', 'v']);
    await lists.ask(null);
    expect(lists.wanted).toEqual([{ prefixes: ['', 'v'] }, { prefixes: [] }]);
  });

  it('is not remembered where the registry gave none', async () => {
    expect(await openLists({ kind: 'unknown', reason: UNREACHABLE }).ask(null)).toEqual({ ok: false, reason: UNREACHABLE });
    expect(openLists(foundAs(null)).recall(null)).toBeNull();
  });

  it('leaves the remembered one as it is where the registry gives none now', async () => {
    await openLists(foundAs(null)).ask(null);
    await openLists({ kind: 'unknown', reason: UNREACHABLE }).ask(null);
    expect(openLists(foundAs(null)).recall(null)?.tags()).toEqual(['v1', 'v2']);
  });

  it('is never asked for while offline', async () => {
    const lists = openLists(foundAs(null), { maxAgeMs: HOUR, offline: true });
    expect(await lists.ask(null)).toMatchObject({
      ok: false,
      reason: { kind: 'offline', message: 'the tags of r.example/acme/api are not remembered, and nothing is asked while offline' },
    });
    expect(lists.wanted).toEqual([]);
  });

  it('is not remembered once the run is called off', async () => {
    const stop = new AbortController();
    stop.abort(new Error('called off'));
    await expect(openLists(foundAs(null), { maxAgeMs: HOUR, offline: false }, stop.signal).ask(null)).rejects.toThrow('called off');
    expect(openLists(foundAs(null)).recall(null)).toBeNull();
  });

  it('comes from a real registry page by page, and only that of the wanted prefix', async () => {
    const registry = await startRegistry();
    const tags = [
      ...Array.from({ length: 4000 }, (_, at) => `a${at}`),
      'v1.0',
      'v1.1',
      ...Array.from({ length: 4000 }, (_, at) => `w${at}`),
    ];
    registry.putTags('acme/api', tags, makeWord('api'));
    const client = createClient();
    const lists = createTagLists(
      { memory, openRegistry: () => Promise.resolve(client.registry), now: () => clock.now, signal: client.signal },
      { maxAgeMs: HOUR, offline: false },
    );
    const repository = { registry: registry.host, repository: 'acme/api' };
    const answer = await lists.ask({ repository, prefixes: ['v'] });
    expect(answer.ok && answer.value.note).toEqual({ observedAt: clock.now, covers: ['v'], cut: null });
    expect(answer.ok && answer.value.tags()?.filter((tag) => tag.startsWith('v'))).toEqual(['v1.0', 'v1.1']);
    expect(registry.counts().tags).toBeLessThan(6);
    await registry.close();
  });
});
