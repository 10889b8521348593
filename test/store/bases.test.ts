import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Memory } from '../../src/check/ports.ts';
import type { BaseVersion } from '../../src/core/base/version.ts';
import { openMemory } from '../../src/store/open-memory.ts';
import {
  changeRaw,
  DAY,
  keysOfImage,
  makeContents,
  makeFound,
  makeMemory,
  makeVersion,
  nginx,
  node,
  NOON,
  outline,
  remember,
  rowIn,
  RUNS,
  stateFile,
} from './make.ts';
import { giveEachTestADirectory } from './set-up.ts';

let cache: string;
let state: string;
let file: string;

giveEachTestADirectory((path) => {
  cache = join(path, 'cache');
  state = `${cache}-state`;
  file = stateFile(state);
});

const a = makeVersion('a');
const b = makeVersion('b', { at: NOON + 1 });
const NAMES = ['a', 'b', 'c'];

function show(memory: Memory, tag: string | null = '20'): string {
  return outline(memory.readBases(node, tag, 'linux/amd64'), NAMES);
}

const ALL_RUNS: typeof RUNS = [
  ...RUNS,
  [
    'in a run on top of what an earlier one learned in part',
    (directory, learn, ask) => {
      remember(directory, (memory) => memory.writeBase(a));
      remember(directory, (memory) => {
        learn(memory);
        ask(memory);
      });
    },
  ],
];

describe.each(ALL_RUNS)('a base that was seen is known %s', (_, run) => {
  it('by its tag, with every version it had', () => {
    run(
      cache,
      (memory) => [a, b, makeVersion('a', { at: NOON + 2 }), makeVersion('a', { at: NOON + 9 })].forEach(memory.writeBase),
      (memory) => {
        expect(show(memory)).toBe('a 0-0, b 1-1, a 2-9');
        expect(memory.readBases(node, '20', 'linux/amd64')[1]).toEqual(b);
        expect(memory.readBases(node, '20', 'linux/arm64')).toEqual([]);
        expect(memory.readBases(node, '21', 'linux/amd64')).toEqual([]);
        expect(memory.readBases(node, null, 'linux/amd64')).toEqual([]);
        expect(memory.readBases(nginx, '20', 'linux/amd64')).toEqual([]);
      },
    );
  });

  it('from an image built on it, by its layers or by its history', () => {
    const debian = makeVersion('debian', { tag: '12', contents: makeContents('debian') });
    const other = makeVersion('other', { tag: 'other', contents: makeContents('debian', 'other') });
    const app = keysOfImage(makeContents('debian', 'a', 'app'));
    run(
      cache,
      (memory) => [a, debian, other].forEach(memory.writeBase),
      (memory) => {
        for (const keys of [app, { ...app, historyHashes: [] }, { ...app, chainIds: [] }]) {
          const found = memory.findBases(keys);
          expect(found).toHaveLength(2);
          expect(found).toEqual(expect.arrayContaining([a, debian]));
        }
        expect(memory.findBases({ chainIds: [], historyHashes: [] })).toEqual([]);
        expect(memory.findBases(keysOfImage(makeContents('a', 'debian')))).toEqual([]);
      },
    );
  });

  it('without its tag, which moved on', () => {
    const left = { ...b, tag: null, manifestDigest: null, configDigest: null };
    run(
      cache,
      (memory) => [left, { ...a, tag: null }, left].forEach(memory.writeBase),
      (memory) => {
        expect(show(memory, null)).toBe('b 1-1, a 0-0');
        expect(memory.findBases(keysOfImage(b.contents))).toEqual([left]);
      },
    );
  });

  it('without its tag, when two versions differ in nothing but their settings', () => {
    const plain = { ...a, tag: null };
    const changed = { ...b, tag: null, contents: { ...a.contents, settings: new Map([['Cmd', '["sh"]']]) } };
    run(
      cache,
      (memory) => [plain, changed, plain, changed].forEach(memory.writeBase),
      (memory) => {
        expect(memory.readBases(node, null, 'linux/amd64')).toEqual([plain, changed]);
        expect(memory.findBases(keysOfImage(a.contents)).filter(({ tag }) => tag === null)).toEqual([plain, changed]);
      },
    );
  });

  it('once, when all that is known of its history came later', () => {
    const bare = { ...a, contents: { ...a.contents, history: null, settings: null } };
    run(
      cache,
      (memory) => [bare, { ...a, lastSeen: NOON + 5 }].forEach(memory.writeBase),
      (memory) => {
        const whole = [{ ...a, lastSeen: NOON + 5 }];
        expect(memory.readBases(node, '20', 'linux/amd64')).toEqual(whole);
        expect(memory.findBases({ chainIds: [], historyHashes: keysOfImage(a.contents).historyHashes })).toEqual(whole);
      },
    );
  });

  it('as the user had it recorded for an image, the last time', () => {
    const note = { imageId: 'sha256:app', base: b, recordedAt: NOON };
    run(
      cache,
      (memory) => {
        memory.writeBuildNote({ ...note, base: a, recordedAt: NOON - 1 });
        memory.writeBuildNote(note);
        memory.writeBuildNote({ ...note, base: a, recordedAt: NOON - 2 });
      },
      (memory) => {
        expect(memory.readBuildNote('sha256:app', 'linux/amd64')).toEqual(note);
        expect(memory.readBuildNote('sha256:app', 'linux/arm64')).toBeNull();
        expect(memory.readBuildNote('sha256:other', 'linux/amd64')).toBeNull();
      },
    );
  });

  it('with texts made of quotes, zeros and __proto__', () => {
    const settings = new Map([
      ['__proto__', '\u0000"\''],
      ['\u{1f433}', '\\'],
    ]);
    const odd = makeVersion('a', { tag: 'it\'s "quoted"', contents: { diffIds: [], history: null, created: null, settings } });
    run(
      cache,
      (memory) => memory.writeBase(odd),
      (memory) => expect(memory.readBases(node, odd.tag, 'linux/amd64')).toEqual([odd]),
    );
  });

  it('unless it tells more of itself than any image does', () => {
    const boastful = makeVersion('c', { contents: { ...a.contents, settings: new Map([['Env', 'x'.repeat(1024 * 1024)]]) } });
    run(
      cache,
      (memory) => {
        memory.writeBase(a);
        memory.writeBase(boastful);
        memory.writeBuildNote({ imageId: 'app', base: boastful, recordedAt: NOON });
      },
      (memory) => {
        expect(show(memory)).toBe('a 0-0');
        expect(memory.readBuildNote('app', 'linux/amd64')).toBeNull();
      },
    );
  });
});

describe('two runs at once', () => {
  it('that see the same new version write it once', () => {
    const [first, second] = [makeMemory(cache), makeMemory(cache)];
    first.writeBase(a);
    second.writeBase({ ...a, firstSeen: NOON + 1, lastSeen: NOON + 1 });
    first.close();
    second.close();
    remember(cache, (memory) => expect(show(memory)).toBe('a 0-1'));
  });

  it('of which one takes an older answer: it appends nothing, whoever writes first', () => {
    remember(cache, (memory) => memory.writeBase(a));
    const [late, early] = [makeMemory(cache), makeMemory(cache)];
    late.writeBase(makeVersion('c', { at: NOON + 5 }));
    early.writeBase(makeVersion('b', { at: NOON + 2 }));
    late.close();
    early.close();
    remember(cache, (memory) => expect(show(memory)).toBe('a 0-0, c 5-5'));
  });

  it('see a version that came back, though each saw only one of the changes', () => {
    const runs = ['a', 'b', 'a'].map((name, at) => [makeMemory(cache), makeVersion(name, { at: NOON + at })] as const);
    for (const [memory, version] of runs) memory.writeBase(version);
    for (const [memory] of runs) memory.close();
    remember(cache, (memory) => expect(show(memory)).toBe('a 0-0, b 1-1, a 2-2'));
  });

  it('tell whether there are any notes at all', () => {
    remember(cache, (memory) => {
      expect(memory.hasBuildNotes()).toBe(false);
      memory.writeBase(a);
      expect(memory.hasBuildNotes()).toBe(false);
      memory.writeBuildNote({ imageId: 'app', base: a, recordedAt: NOON });
      expect(memory.hasBuildNotes()).toBe(true);
    });
    remember(cache, (memory) => expect(memory.hasBuildNotes()).toBe(true));
  });

  it('leave the later of two notes, unless it is from a future that cannot be', () => {
    const note = (recordedAt: number, base: BaseVersion) => ({ imageId: 'app', base, recordedAt });
    const [first, second] = [makeMemory(cache), makeMemory(cache)];
    first.writeBuildNote(note(NOON, a));
    second.writeBuildNote(note(NOON - 1, b));
    first.close();
    second.close();
    remember(cache, (memory) => expect(memory.readBuildNote('app', 'linux/amd64')).toEqual(note(NOON, a)));
    changeRaw(file, `update build_notes set recorded_at = ${NOON + DAY}`);
    remember(cache, (memory) => memory.writeBuildNote(note(NOON + 1, b)));
    remember(cache, (memory) => expect(memory.readBuildNote('app', 'linux/amd64')).toEqual(note(NOON + 1, b)));
  });
});

describe('the state file', () => {
  it('is not there for a run that has nothing to do with bases, nor for one that only asks for them', () => {
    remember(cache, (memory) => {
      memory.writeTag(nginx, '1.27', makeFound('a'));
      memory.findBases(keysOfImage(a.contents));
      memory.readBases(node, '20', 'linux/amd64');
      memory.readBuildNote('app', 'linux/amd64');
    });
    expect(existsSync(state)).toBe(false);
  });

  it('is not opened by a run that has nothing to do with bases', () => {
    remember(cache, (memory) => memory.writeBase(a));
    changeRaw(file, 'pragma user_version = 7');
    remember(cache, (memory) => {
      memory.writeTag(nginx, '1.27', makeFound('a'));
      memory.close();
      expect(memory.warnings()).toEqual([]);
    });
  });

  it('is found when another run makes it meanwhile', () => {
    remember(cache, (memory) => {
      expect(show(memory)).toBe('');
      remember(cache, (other) => other.writeBase(a));
      expect(show(memory)).toBe('a 0-0');
    });
  });

  it('survives the cache', () => {
    remember(cache, (memory) => {
      memory.writeTag(nginx, '1.27', makeFound('a'));
      memory.writeBase(a);
    });
    rmSync(cache, { recursive: true });
    remember(cache, (memory) => {
      expect(memory.readTag(nginx, '1.27')).toBeNull();
      expect(show(memory)).toBe('a 0-0');
    });
  });

  it('can be read by its user alone', () => {
    remember(cache, (memory) => memory.writeBase(a));
    expect([state, file].map((path) => (statSync(path).mode & 0o777).toString(8))).toEqual(['700', '600']);
  });

  it('is not written when nothing is new', () => {
    remember(cache, (memory) => {
      memory.writeBase(a);
      memory.writeBase({ ...b, tag: null });
    });
    const before = readFileSync(file);
    remember(cache, (memory) => {
      memory.writeBase(a);
      memory.writeBase({ ...b, tag: null });
    });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('holds what images are made of once, whatever the number of tags and notes', () => {
    remember(cache, (memory) => {
      for (const tag of ['20', '20.11', 'lts', null]) memory.writeBase({ ...a, tag });
      memory.writeBuildNote({ imageId: 'app', base: a, recordedAt: NOON });
    });
    remember(cache, (memory) => memory.writeBase({ ...a, tag: 'iron' }));
    expect(rowIn(file, 'select count(*) as contents, (select count(*) from versions) as versions from contents')).toEqual({
      contents: 1,
      versions: 5,
    });
  });

  it('is written now and then, so that a kill costs little', () => {
    let now = NOON;
    const running = makeMemory(cache, { now: () => now });
    running.writeBase(a);
    expect(existsSync(file)).toBe(false);
    now += 2_000;
    running.writeBase(b);
    remember(cache, (memory) => expect(show(memory)).toBe('a 0-0, b 1-1'));
    for (let n = 0; n < 1_000; n += 1) running.writeBase(makeVersion('a', { tag: `t${n}` }));
    expect(rowIn(file, 'select count(*) as versions from versions')).toEqual({ versions: 1_002 });
    running.close();
  });

  it('that has no place costs a warning, once there is something to write', () => {
    const memory = openMemory({ cacheDirectory: cache, stateDirectory: null, uid: process.getuid?.() ?? null, now: () => NOON });
    memory.readTag(nginx, '1.27');
    expect(memory.warnings()).toEqual([]);
    memory.writeBase(a);
    expect(show(memory)).toBe('a 0-0');
    memory.close();
    expect(memory.warnings()).toEqual([
      {
        code: 'store-unavailable',
        message: 'neither bases nor holds are remembered: neither a home directory nor XDG_STATE_HOME is known',
        image: null,
      },
    ]);
  });
});

describe('a remembered version that is damaged', () => {
  const damaged = { code: 'store-damaged', message: 'what is remembered of node:20 was damaged: it is ignored', image: null };

  it.each([
    ['in what it is made of', "update contents set json = '{' where id = 1", damaged],
    ['because what it is made of is gone', 'pragma foreign_keys = off; delete from contents where id = 1', damaged],
    [
      'in a digest',
      "update versions set config_digest = 'sha256:x' where id = 1",
      { ...damaged, message: 'a remembered base was damaged: it is ignored' },
    ],
  ])('%s is ignored with a warning; the others stand', (_, sql, warning) => {
    remember(cache, (memory) => [a, b].forEach(memory.writeBase));
    changeRaw(file, sql);
    remember(cache, (memory) => {
      expect(show(memory)).toBe('b 1-1');
      expect(memory.findBases(keysOfImage(makeContents('debian', 'a', 'app')))).toEqual([]);
      expect(memory.warnings()).toEqual([warning]);
    });
    remember(cache, (memory) => expect(memory.findBases(keysOfImage(b.contents))).toEqual([b]));
  });

  it('is mended when it is seen again', () => {
    remember(cache, (memory) => memory.writeBase(a));
    changeRaw(file, "update contents set json = '{', chain_id = null");
    remember(cache, (memory) => memory.writeBase(makeVersion('a', { tag: 'lts' })));
    remember(cache, (memory) => {
      expect(show(memory)).toBe('a 0-0');
      expect(memory.findBases(keysOfImage(a.contents))).toEqual([a, { ...a, tag: 'lts' }]);
      expect(memory.warnings()).toEqual([]);
    });
  });

  it('costs a note its base, and no more', () => {
    remember(cache, (memory) => memory.writeBuildNote({ imageId: 'app', base: a, recordedAt: NOON }));
    changeRaw(file, "update contents set json = '[]'");
    remember(cache, (memory) => {
      expect(memory.readBuildNote('app', 'linux/amd64')).toBeNull();
      expect(memory.warnings()).toEqual([damaged]);
    });
  });
});
