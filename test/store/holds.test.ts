import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { KeptHold, Memory } from '../../src/check/ports.ts';
import { openMemory } from '../../src/store/open-memory.ts';
import { changeRaw, DAY, makeMemory, makeVersion, node, NOON, openRaw, remember, RUNS, stateFile } from './make.ts';
import { giveEachTestADirectory } from './set-up.ts';

let cache: string;
let file: string;

giveEachTestADirectory((path) => {
  cache = join(path, 'cache');
  file = stateFile(`${cache}-state`);
});

function makeKept(of: string, parts: Partial<KeptHold['hold']> = {}, heldAt = NOON): KeptHold {
  return { of, hold: { reason: null, until: null, ...parts }, heldAt };
}

/** A memory of a user who has a place for the cache alone. */
function makeHomeless(): Memory {
  return openMemory({ cacheDirectory: cache, stateDirectory: null, uid: process.getuid?.() ?? null, now: () => NOON });
}

const postgres = makeKept('postgres:16', { reason: 'waits for the fix', until: '2026-12-15' });
const nginx = makeKept('nginx');

describe.each(RUNS)('what the user holds back is known %s', (_, run) => {
  it('with reason and end, sorted by what it is of', () => {
    const acme = makeKept('ghcr.io/acme/*', { until: '2026-12-15T08:00Z' });
    run(
      cache,
      (memory) => [postgres, nginx, acme].forEach(memory.writeHold),
      (memory) => expect(memory.readHolds()).toEqual([acme, nginx, postgres]),
    );
  });

  it('once for each name: a later word replaces an earlier', () => {
    const changed = makeKept('postgres:16', { reason: 'for good' }, NOON - 5);
    run(
      cache,
      (memory) => [postgres, changed].forEach(memory.writeHold),
      (memory) => expect(memory.readHolds()).toEqual([changed]),
    );
  });

  it('until it is taken back, which can be done once', () => {
    run(
      cache,
      (memory) => {
        [postgres, nginx].forEach(memory.writeHold);
        expect([memory.removeHold('nginx'), memory.removeHold('nginx'), memory.removeHold('postgres')]).toEqual([true, false, false]);
        expect(memory.readHolds()).toEqual([postgres]);
      },
      (memory) => {
        expect(memory.readHolds()).toEqual([postgres]);
        memory.writeHold(nginx);
        expect(memory.readHolds()).toEqual([nginx, postgres]);
      },
    );
  });

  it('under names made of quotes and __proto__', () => {
    const odd = ['\u{1f433}', '__proto__', 'it\'s "quoted"'].map((of) => makeKept(of)).sort((a, b) => (a.of < b.of ? -1 : 1));
    run(
      cache,
      (memory) => odd.forEach(memory.writeHold),
      (memory) => {
        expect(memory.readHolds()).toEqual(odd);
        expect(odd.map(({ of }) => memory.removeHold(of))).toEqual(odd.map(() => true));
      },
    );
  });
});

describe('holds of an earlier run', () => {
  beforeEach(() => remember(cache, (memory) => [postgres, nginx].forEach(memory.writeHold)));

  it('are replaced and taken back, at once and for the next run', () => {
    const changed = makeKept('postgres:16');
    remember(cache, (memory) => {
      memory.writeHold(changed);
      expect(memory.readHolds()).toEqual([nginx, changed]);
      expect(memory.removeHold('nginx')).toBe(true);
      expect(memory.removeHold('nginx')).toBe(false);
      expect(memory.readHolds()).toEqual([changed]);
    });
    remember(cache, (memory) => expect(memory.readHolds()).toEqual([changed]));
  });

  it('stay when the same run sets and takes back another', () => {
    remember(cache, (memory) => {
      memory.writeHold(makeKept('redis'));
      expect(memory.removeHold('redis')).toBe(true);
    });
    remember(cache, (memory) => expect(memory.readHolds()).toEqual([nginx, postgres]));
  });

  it('are not written when nobody says anything', () => {
    const before = readFileSync(file);
    remember(cache, (memory) => {
      memory.readHolds();
      memory.removeHold('redis');
    });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('give way to the last word of two runs at once', () => {
    const [first, second] = [makeMemory(cache), makeMemory(cache)];
    first.writeHold(makeKept('nginx', { reason: 'first' }, NOON + 9));
    second.removeHold('postgres:16');
    second.writeHold(makeKept('nginx', { reason: 'second' }));
    first.close();
    second.close();
    remember(cache, (memory) => expect(memory.readHolds()).toEqual([makeKept('nginx', { reason: 'second' }, NOON + 9)]));
  });

  it('forget a time that a wrong clock gave them as soon as they are set anew', () => {
    changeRaw(file, `update holds set held_at = ${NOON + DAY}`);
    remember(cache, (memory) => memory.writeHold(nginx));
    remember(cache, (memory) => expect(memory.readHolds().map(({ heldAt }) => heldAt - NOON)).toEqual([0, DAY]));
  });

  it('stand beside bases, which are damaged or not', () => {
    remember(cache, (memory) => memory.writeBase(makeVersion('a')));
    changeRaw(file, "update contents set json = '{'");
    remember(cache, (memory) => {
      expect(memory.readHolds()).toEqual([nginx, postgres]);
      expect(memory.warnings()).toEqual([]);
      expect(memory.readBases(node, '20', 'linux/amd64')).toEqual([]);
    });
  });

  it.each([
    ['an end that is no date', "update holds set until = '2026-02-31' where pattern = 'nginx'"],
    ['an end that is a trap', `update holds set until = char(27) || '[2J' where pattern = 'nginx'`],
  ])('with %s are ignored with a warning; the others stand', (_, sql) => {
    changeRaw(file, sql);
    remember(cache, (memory) => {
      expect(memory.readHolds()).toEqual([postgres]);
      expect(memory.warnings()).toEqual([{ code: 'store-damaged', message: 'a remembered hold was damaged: it is ignored', image: null }]);
    });
  });

  it('tell their reason in a line that can be printed', () => {
    changeRaw(file, "update holds set reason = char(27) || '[2J'");
    remember(cache, (memory) => expect(memory.readHolds().map(({ hold }) => hold.reason)).toEqual(['\u{fffd}[2J', '\u{fffd}[2J']));
  });
});

describe('the state file', () => {
  it('is not made by a run that only asks for holds, or takes back what is not held', () => {
    remember(cache, (memory) => {
      expect(memory.readHolds()).toEqual([]);
      expect(memory.removeHold('nginx')).toBe(false);
    });
    expect(existsSync(`${cache}-state`)).toBe(false);
  });

  it('that has no place is not missed by a run that only asks', () => {
    const memory = makeHomeless();
    expect([memory.readHolds(), memory.readBases(node, '20', 'linux/amd64'), memory.removeHold('nginx')]).toEqual([[], [], false]);
    memory.close();
    expect(memory.warnings()).toEqual([]);
  });

  it('that is locked for longer than one waits costs a hold a warning', () => {
    remember(cache, (memory) => memory.writeHold(nginx));
    const raw = openRaw(file);
    const memory = makeMemory(cache);
    memory.readHolds();
    raw.exec('begin immediate');
    memory.writeHold(postgres);
    memory.close();
    raw.exec('rollback');
    raw.close();
    expect(memory.warnings()).toEqual([
      {
        code: 'store-unwritable',
        message: `the state ${file} cannot be written, nothing new of bases, versions and holds is remembered: database is locked`,
        image: null,
      },
    ]);
    remember(cache, (next) => expect(next.readHolds()).toEqual([nginx]));
  });

  it('that has no place, or cannot be one, costs a hold a warning', () => {
    const memory = makeHomeless();
    memory.writeHold(nginx);
    expect(memory.readHolds()).toEqual([nginx]);
    memory.close();
    expect(memory.warnings().map(({ message }) => message)).toEqual([
      'neither bases nor holds are remembered: neither a home directory nor XDG_STATE_HOME is known',
    ]);
    mkdirSync(file, { recursive: true, mode: 0o700 });
    const blocked = makeMemory(cache);
    blocked.writeHold(nginx);
    blocked.close();
    expect(blocked.warnings().map(({ code }) => code)).toEqual(['store-unavailable']);
  });
});
