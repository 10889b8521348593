import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createNullMemory } from '../../src/store/open-memory.ts';
import { changeRaw, DAY, makeMemory, nginx, node, NOON, remember, rowIn, RUNS, stateFile } from './make.ts';
import { giveEachTestADirectory } from './set-up.ts';

let cache: string;
let file: string;

giveEachTestADirectory((path) => {
  cache = join(path, 'cache');
  file = stateFile(`${cache}-state`);
});

const tags = (count: number, name = 'tag'): readonly string[] => Array.from({ length: count }, (_, n) => `${name}-${n}`);
const batches = () => rowIn(file, 'select count(*) as n, sum(count) as tags from sightings');

describe.each(RUNS)('when a tag was first seen is known %s', (_, run) => {
  it('of each tag that was seen', () => {
    run(
      cache,
      (memory) => {
        memory.writeSightings(nginx, ['1.27', '1.28'], NOON - 5);
        memory.writeSightings(nginx, ['1.28', '1.29'], NOON - 3);
        memory.writeSightings(nginx, [], NOON);
      },
      (memory) => {
        expect(memory.readSightings(nginx, ['1.29', '1.27', '1.28', '1.30'])).toEqual(
          new Map([
            ['1.29', NOON - 3],
            ['1.27', NOON - 5],
            ['1.28', NOON - 5],
          ]),
        );
        expect(memory.readSightings(nginx, []).size).toBe(0);
        expect(memory.readSightings(node, ['1.27']).size).toBe(0);
      },
    );
  });

  it('by the earlier time, whatever is said first', () => {
    run(
      cache,
      (memory) => [NOON - 1, NOON - 7, NOON - 3].forEach((seenAt) => memory.writeSightings(nginx, ['1.27'], seenAt)),
      (memory) => expect(memory.readSightings(nginx, ['1.27'])).toEqual(new Map([['1.27', NOON - 7]])),
    );
  });

  it('of thousands of tags, of __proto__ and of numbers', () => {
    const many = [...tags(5_000), '__proto__', 'constructor', '20240110', '7'];
    run(
      cache,
      (memory) => memory.writeSightings(nginx, many, NOON),
      (memory) => expect([...memory.readSightings(nginx, many).keys()]).toEqual(many),
    );
  });

  it('not of what is no tag', () => {
    run(
      cache,
      (memory) => memory.writeSightings(nginx, ['1.27 1.28', '', '\u001b', '1.29'], NOON),
      (memory) => expect([...memory.readSightings(nginx, ['1.27', '1.28', '1.27 1.28', '', '\u001b', '1.29']).keys()]).toEqual(['1.29']),
    );
  });
});

describe('sightings of an earlier run', () => {
  beforeEach(() => remember(cache, (memory) => memory.writeSightings(nginx, ['1.27', '1.28'], NOON)));

  it('are not written again: a run that sees nothing new writes nothing', () => {
    const before = readFileSync(file);
    remember(cache, (memory) => memory.writeSightings(nginx, ['1.28', '1.27'], NOON + DAY), { now: () => NOON + DAY });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('stand when new tags come', () => {
    remember(
      cache,
      (memory) => {
        memory.writeSightings(nginx, ['1.27', '1.29'], NOON + DAY);
        expect([...memory.readSightings(nginx, ['1.27', '1.28', '1.29']).values()]).toEqual([NOON, NOON, NOON + DAY]);
      },
      { now: () => NOON + DAY },
    );
    expect(batches()).toEqual({ n: 2, tags: 3 });
  });

  it('are not believed when they are from a clock that ran ahead, and give way', () => {
    changeRaw(file, `update sightings set seen_at = ${NOON + DAY}`);
    remember(cache, (memory) => {
      expect(memory.readSightings(nginx, ['1.27']).size).toBe(0);
      memory.writeSightings(nginx, ['1.27'], NOON + 1);
      expect(memory.readSightings(nginx, ['1.27'])).toEqual(new Map([['1.27', NOON + 1]]));
    });
    remember(cache, (memory) => expect(memory.readSightings(nginx, ['1.27', '1.28'])).toEqual(new Map([['1.27', NOON + 1]])));
    expect(batches()).toEqual({ n: 1, tags: 1 });
  });

  it('that two runs add at once are kept once, by the earlier time', () => {
    const [first, second] = [makeMemory(cache), makeMemory(cache)];
    first.writeSightings(nginx, ['1.29', '1.30'], NOON + 1);
    second.writeSightings(nginx, ['1.29', '1.30', '1.31'], NOON + 2);
    first.close();
    second.close();
    remember(cache, (memory) =>
      expect([...memory.readSightings(nginx, ['1.27', '1.29', '1.30', '1.31']).values()]).toEqual([NOON, NOON + 1, NOON + 1, NOON + 2]),
    );
    expect(batches()).toEqual({ n: 3, tags: 5 });
  });

  it('are kept by the earlier time also when that is written last', () => {
    const [late, early] = [makeMemory(cache), makeMemory(cache)];
    late.writeSightings(nginx, ['1.29'], NOON + 2);
    early.writeSightings(nginx, ['1.29'], NOON + 1);
    late.close();
    early.close();
    const expectEarlier = (): void =>
      remember(cache, (memory) => expect(memory.readSightings(nginx, ['1.29'])).toEqual(new Map([['1.29', NOON + 1]])));
    expectEarlier();
    changeRaw(file, 'update sightings set id = -id');
    expectEarlier();
  });

  it('have their bound in each repository: the oldest go', () => {
    const year = { now: () => NOON + 365 * DAY };
    for (let day = 1; day <= 4; day += 1) {
      remember(cache, (memory) => memory.writeSightings(nginx, tags(66_000, `day${day}`), NOON + day * DAY), year);
    }
    remember(
      cache,
      (memory) => {
        const seen = ['1.27', 'day1-0', 'day2-0', 'day3-0', 'day4-65999'];
        expect([...memory.readSightings(nginx, seen).keys()]).toEqual(['day2-0', 'day3-0', 'day4-65999']);
      },
      year,
    );
    expect(batches()).toEqual({ n: 3, tags: 198_000 });
  });
});

describe('a run that cannot write', () => {
  it('knows what it saw, up to a bound', () => {
    const memory = createNullMemory(() => NOON);
    for (let n = 0; n < 6; n += 1) memory.writeSightings({ registry: 'docker.io', repository: `big${n}` }, tags(99_999), NOON);
    const known = [0, 4, 5].map((n) => memory.readSightings({ registry: 'docker.io', repository: `big${n}` }, tags(99_999)).size);
    expect(known).toEqual([99_999, 99_999, 5]);
    memory.close();
  });
});

describe('the state file', () => {
  it('is not made by a run that only asks when tags were seen', () => {
    remember(cache, (memory) => expect(memory.readSightings(nginx, ['1.27']).size).toBe(0));
    expect(existsSync(`${cache}-state`)).toBe(false);
  });

  it('is written midway when much was seen', () => {
    const running = makeMemory(cache);
    running.writeSightings(nginx, tags(19_999), NOON);
    expect(existsSync(file)).toBe(false);
    running.writeSightings(nginx, ['1.27'], NOON);
    expect(batches()).toEqual({ n: 1, tags: 20_000 });
    running.close();
  });
});
