import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reason } from '../../src/core/reason.ts';
import { createNullMemory } from '../../src/store/open-memory.ts';
import type { TagList } from '../../src/store/tag-list-rows.ts';
import { cacheFile, changeRaw, DAY, makeFound, makeMemory, nginx, node, NOON, remember, rowIn, RUNS } from './make.ts';
import { giveEachTestADirectory } from './set-up.ts';

let cache: string;
let file: string;

giveEachTestADirectory((path) => {
  cache = join(path, 'cache');
  file = cacheFile(cache);
});

/** The note of a list, and the list. */
function makeList(tags: readonly string[], parts: Partial<TagList> = {}): TagList {
  return { tags, covers: null, cut: null, observedAt: NOON, ...parts };
}

function noteOf({ observedAt, covers, cut }: TagList) {
  return { observedAt, covers, cut };
}

const later = (days: number) => ({ now: () => NOON + days * DAY });

describe.each(RUNS)('a list of tags is known %s', (_, run) => {
  it.each([
    ['whole', makeList(['1.27', '1.27.5', 'latest'])],
    ['without any tag', makeList([])],
    ['as far as it covers', makeList(['v1', 'v2'], { covers: ['v', 'pg14-v'] })],
    ['cut', makeList(['1.27'], { covers: [], cut: reason('timeout', 'the list was cut after 30 s', '2026-11-20T12:00:00Z') })],
    ['in the order in which it came', makeList(['b', 'a', 'c'])],
  ])('%s', (__, list) => {
    run(
      cache,
      (memory) => memory.writeTagList(nginx, list),
      (memory) => {
        expect(memory.readTagLists([node, nginx])).toEqual([null, noteOf(list)]);
        expect(memory.readTagList(nginx)).toEqual(list.tags);
        expect(memory.readTagList(node)).toBeNull();
      },
    );
  });

  it('with its last answer, whatever the order of the answers', () => {
    run(
      cache,
      (memory) => {
        memory.writeTagList(nginx, makeList(['1', '2']));
        memory.writeTagList(nginx, makeList(['1'], { observedAt: NOON - 1 }));
        memory.writeTagList(node, makeList(['20'], { observedAt: NOON - 1 }));
        memory.writeTagList(node, makeList(['20', '22']));
      },
      (memory) => {
        expect([nginx, node].map(memory.readTagList)).toEqual([
          ['1', '2'],
          ['20', '22'],
        ]);
      },
    );
  });

  it('without what is no tag', () => {
    run(
      cache,
      (memory) => memory.writeTagList(nginx, makeList(['1.27', '', 'two\nlines', '-x', 'é', 'x'.repeat(129), 'x'.repeat(128)])),
      (memory) => expect(memory.readTagList(nginx)).toEqual(['1.27', 'x'.repeat(128)]),
    );
  });

  it('unless it is larger than any that is of use', () => {
    const tags = Array.from({ length: 100_001 }, (__, n) => `build-${n}`);
    run(
      cache,
      (memory) => {
        memory.writeTagList(nginx, makeList(tags));
        memory.writeTagList(node, makeList(tags.slice(1)));
      },
      (memory) => {
        expect(memory.readTagLists([nginx])).toEqual([null]);
        expect(memory.readTagList(nginx)).toBeNull();
        expect(memory.readTagList(node)).toEqual(tags.slice(1));
      },
    );
  });

  it('beside every tag that was asked for, sorted', () => {
    const gone = { kind: 'gone', observedAt: NOON } as const;
    run(
      cache,
      (memory) => {
        memory.writeTag(nginx, 'latest', makeFound('a', NOON - 1));
        memory.writeTag(nginx, '1.9', gone);
        memory.writeTag(nginx, '1.10', makeFound('b'));
        memory.writeTag(nginx, 'latest', makeFound('c'));
        memory.writeTag(node, '20', makeFound('d'));
      },
      (memory) => {
        expect(memory.readTagsOf(nginx)).toEqual([
          { tag: '1.10', observation: makeFound('b') },
          { tag: '1.9', observation: gone },
          { tag: 'latest', observation: makeFound('c') },
        ]);
        expect(memory.readTagsOf({ registry: 'ghcr.io', repository: 'library/nginx' })).toEqual([]);
      },
    );
  });
});

describe('of what a run and an earlier one learned', () => {
  it('the later list counts, and the later answer for each tag', () => {
    remember(cache, (memory) => {
      memory.writeTagList(nginx, makeList(['1']));
      memory.writeTagList(node, makeList(['20']));
      memory.writeTag(nginx, '1', makeFound('a'));
      memory.writeTag(nginx, '2', makeFound('b'));
    });
    remember(cache, (memory) => {
      memory.writeTagList(nginx, makeList(['1', '2'], { observedAt: NOON + 1 }));
      memory.writeTag(nginx, '2', makeFound('c', NOON + 1));
      expect(memory.readTagLists([nginx, node])).toEqual([
        { observedAt: NOON + 1, covers: null, cut: null },
        { observedAt: NOON, covers: null, cut: null },
      ]);
      expect([nginx, node].map(memory.readTagList)).toEqual([['1', '2'], ['20']]);
      expect(memory.readTagsOf(nginx).map(({ observation }) => observation)).toEqual([makeFound('a'), makeFound('c', NOON + 1)]);
    });
  });

  it.each([
    ['the later list is written last', 1, 2],
    ['the later list is written first', 2, 1],
  ])('the later list stays when two runs overlap: %s', (_, firstAt, secondAt) => {
    const [first, second] = [makeMemory(cache), makeMemory(cache)];
    first.writeTagList(nginx, makeList([`at-${firstAt}`], { observedAt: NOON + firstAt, covers: ['at-'] }));
    second.writeTagList(nginx, makeList([`at-${secondAt}`], { observedAt: NOON + secondAt }));
    first.close();
    second.close();
    remember(cache, (memory) => {
      expect(memory.readTagList(nginx)).toEqual(['at-2']);
      expect(memory.readTagLists([nginx])[0]?.observedAt).toBe(NOON + 2);
    });
    expect(rowIn(file, 'select count(*) as lists, (select count(*) from tag_list_texts) as texts from tag_lists')).toEqual({
      lists: 1,
      texts: 1,
    });
  });

  it('nothing is believed that was written under a clock that ran ahead, and it gives way', () => {
    remember(
      cache,
      (memory) => {
        memory.writeTagList(nginx, makeList(['old'], { observedAt: NOON + DAY }));
        memory.writeTag(nginx, 'old', makeFound('a', NOON + DAY));
      },
      later(1),
    );
    remember(cache, (memory) => {
      expect(memory.readTagLists([nginx])).toEqual([null]);
      expect(memory.readTagList(nginx)).toBeNull();
      expect(memory.readTagsOf(nginx)).toEqual([]);
      memory.writeTagList(nginx, makeList(['new']));
    });
    remember(cache, (memory) => expect(memory.readTagList(nginx)).toEqual(['new']));
  });
});

describe('a remembered list that is damaged', () => {
  it.each([
    ['in what it covers', "update tag_lists set covers = '[1]'"],
    ['in what it covers: no JSON', "update tag_lists set covers = '['"],
    ['in why it was cut', `update tag_lists set cut = '{"kind":"constructor","message":"","retryAt":null}'`],
    ['in why it was cut: no words', `update tag_lists set cut = '{"kind":"timeout"}'`],
    ['in why it was cut: a list', "update tag_lists set cut = '[]'"],
  ])('%s is as if it were not there', (_, sql) => {
    remember(cache, (memory) => memory.writeTagList(nginx, makeList(['1'])));
    changeRaw(file, sql);
    remember(cache, (memory) => {
      expect(memory.readTagLists([nginx])).toEqual([null]);
      expect(memory.readTagList(nginx)).toBeNull();
      memory.writeTagList(nginx, makeList(['2']));
    });
    remember(cache, (memory) => expect(memory.readTagList(nginx)).toEqual(['2']));
  });

  it.each([
    ['has characters that no tag has', "update tag_list_texts set tags = '1' || char(10) || char(27) || '[2J'"],
    ['has an empty tag', "update tag_list_texts set tags = '1' || char(10)"],
    ['has a tag that is too long', "update tag_list_texts set tags = printf('%.129c', 'x')"],
    ['is gone', 'delete from tag_list_texts'],
  ])('because its text %s, is listed again', (_, sql) => {
    remember(cache, (memory) => memory.writeTagList(nginx, makeList(['1'])));
    changeRaw(file, sql);
    remember(cache, (memory) => {
      expect(memory.readTagList(nginx)).toBeNull();
      expect(memory.warnings()).toEqual([]);
    });
  });

  it('in one tag that was asked for costs that tag alone', () => {
    remember(cache, (memory) => ['1', '2'].forEach((tag) => memory.writeTag(nginx, tag, makeFound(tag))));
    changeRaw(file, "update tags set digest = 'sha256:x' where tag = '1'");
    remember(cache, (memory) => expect(memory.readTagsOf(nginx)).toEqual([{ tag: '2', observation: makeFound('2') }]));
  });
});

describe('lists of tags', () => {
  const repositories = ['a', 'b', 'c', 'd'].map((repository) => ({ registry: 'docker.io', repository }));
  const thousand = makeList(Array.from({ length: 100 }, (_, n) => `tag-${100_000 + n}`.slice(0, 9)));
  const options = (day: number) => ({ ...later(day), maxListBytes: 5_000 });

  it('go when there is no room left, the longest unused first', () => {
    remember(cache, (memory) => repositories.forEach((repository) => memory.writeTagList(repository, thousand)), options(0));
    remember(cache, (memory) => memory.readTagList(repositories[0]!), options(1));
    remember(cache, (memory) => memory.readTagLists(repositories), options(1));
    const large = { ...thousand, tags: [...thousand.tags, ...thousand.tags] };
    remember(cache, (memory) => memory.writeTagList(nginx, large), options(2));
    remember(
      cache,
      (memory) => {
        const kept = [...repositories, nginx].map((repository) => memory.readTagList(repository) !== null);
        expect(kept).toEqual([true, false, false, true, true]);
      },
      options(3),
    );
    expect(rowIn(file, 'select count(*) as n from tag_list_texts')).toEqual({ n: 3 });
  });

  it('push out no documents, and a list that is larger than all the room nothing at all', () => {
    remember(cache, (memory) => memory.writeTagList(nginx, makeList(['1'])), { maxListBytes: 100 });
    remember(cache, (memory) => memory.writeTagList(node, thousand), { maxListBytes: 100 });
    remember(cache, (memory) => expect([nginx, node].map(memory.readTagList)).toEqual([['1'], null]));
  });

  it.each([
    [89, true],
    [91, false],
  ])('go when they are old: after %i days one is kept: %s', (days, kept) => {
    remember(cache, (memory) => memory.writeTagList(nginx, thousand));
    remember(cache, (memory) => memory.writeTag(node, 'new', makeFound('b', NOON + days * DAY)), later(days));
    expect(rowIn(file, 'select count(*) as n from tag_list_texts')).toEqual({ n: kept ? 1 : 0 });
  });

  it('are noted as used once a day: the second run of a day that learns nothing writes nothing', () => {
    remember(cache, (memory) => memory.writeTagList(nginx, thousand));
    const written = readFileSync(file);
    remember(cache, (memory) => memory.readTagLists([nginx]), later(3));
    expect(readFileSync(file).equals(written)).toBe(true);
    remember(cache, (memory) => memory.readTagList(nginx), later(3));
    const used = readFileSync(file);
    expect(used.equals(written)).toBe(false);
    remember(cache, (memory) => memory.readTagList(nginx), later(3));
    expect(readFileSync(file).equals(used)).toBe(true);
  });

  it('are written midway when they are many, and fill no run that cannot write', () => {
    const big = makeList(Array.from({ length: 100_000 }, (_, n) => `${n}-`.padEnd(127, 'x')));
    const running = makeMemory(cache);
    running.writeTagList(nginx, big);
    remember(cache, (memory) => expect(memory.readTagLists([nginx])).toEqual([noteOf(big)]));
    running.close();
    const bounded = createNullMemory(() => NOON);
    const six = Array.from({ length: 6 }, (_, n) => ({ registry: 'docker.io', repository: `big${n}` }));
    for (const repository of six) bounded.writeTagList(repository, big);
    expect(six.map((repository) => bounded.readTagList(repository) !== null)).toEqual([false, true, true, true, true, true]);
    bounded.close();
  });
});
