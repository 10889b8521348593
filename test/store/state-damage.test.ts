import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../helpers/processes.ts';
import {
  integrityOf,
  keysOfImage,
  makeFound,
  makeMemory,
  makeVersion,
  nginx,
  node,
  NOON,
  openRaw,
  outline,
  remember,
  stateFile,
} from './make.ts';
import { bundleStore, killJob, runBaseJob } from './processes.ts';
import { giveEachTestAStore, isRoot, requiresSystem, TEN } from './set-up.ts';

let bundle: string;
let temporary: string;
let directory: string;
let file: string;

giveEachTestAStore((place) => {
  ({ bundle, temporary, directory } = place);
  file = stateFile(directory);
});

const BASES = Array.from({ length: 100 }, (_, n) => makeVersion(`base ${n}`, { tag: `tag-${n}` }));
const BY_TAG = new Map(BASES.map((base) => [base.tag, base]));
const learned = makeVersion('learned');

const HELD = BASES.map(({ tag }) => ({ of: `node:${tag}`, hold: { reason: 'waits for the fix '.repeat(10), until: null }, heldAt: NOON }));
const SEEN = Array.from({ length: 2_000 }, (_, n) => `${n}.0.1-alpine`);

function fill(): void {
  remember(
    directory,
    (memory) => {
      BASES.forEach(memory.writeBase);
      HELD.forEach(memory.writeHold);
      memory.writeSightings(node, SEEN, NOON);
    },
    { stateDirectory: directory },
  );
}

/** A run that asks for everything and learns one thing. Whatever it is told is true. */
function runOnce(): readonly string[] {
  const memory = makeMemory(directory, { stateDirectory: directory });
  for (const base of BASES) {
    for (const found of memory.findBases(keysOfImage(base.contents))) expect(found).toEqual(BY_TAG.get(found.tag));
    for (const found of memory.readBases(node, base.tag, 'linux/amd64')) expect(found).toEqual(BY_TAG.get(found.tag));
  }
  const held = new Map(HELD.map((hold) => [hold.of, hold]));
  for (const hold of memory.readHolds()) expect(hold).toEqual(held.get(hold.of));
  for (const seenAt of memory.readSightings(node, SEEN).values()) expect(seenAt).toBe(NOON);
  memory.writeBase(learned);
  expect(memory.findBases(keysOfImage(learned.contents))).toEqual([learned]);
  memory.writeTag(nginx, '1.27', makeFound('a'));
  memory.close();
  return memory.warnings().map(({ code, message }) => `${code}: ${message}`);
}

/** What the next run knows, the cache included: it is a file of its own. */
function expectLearned(): void {
  remember(
    directory,
    (memory) => {
      expect(memory.findBases(keysOfImage(learned.contents))).toEqual([learned]);
      expect(memory.readTag(nginx, '1.27')).toEqual(makeFound('a'));
      expect(memory.warnings()).toEqual([]);
    },
    { stateDirectory: directory },
  );
}

describe('a damaged state costs one warning, is kept, and begun anew', () => {
  it.each([
    ['cut off after 100 bytes', 100],
    ['cut off after its first page', 4_096],
    ['cut off in the middle', 60_000],
  ])('when the file is %s', (_, size) => {
    fill();
    truncateSync(file, size);
    const damaged = readFileSync(file);
    expect(runOnce()).toEqual([
      expect.stringMatching(
        /^store-damaged: the state .*\/state\.db is damaged \(.+\): it is kept as .*\/state\.db\.damaged and begun anew$/,
      ),
    ]);
    expect(readFileSync(`${file}.damaged`).equals(damaged)).toBe(true);
    expectLearned();
  });

  it('when a table is missing', () => {
    fill();
    const raw = openRaw(file);
    raw.exec('drop table versions');
    raw.close();
    expect(runOnce()).toEqual([
      `store-damaged: the state ${file} is damaged (no such table: versions): it is kept as ${file}.damaged and begun anew`,
    ]);
    expectLearned();
  });

  it('when any page of the file is damaged: nothing false is told, and what is learned is kept', () => {
    fill();
    const whole = readFileSync(file);
    const pages = whole.byteLength / 4_096;
    let damaged = 0;
    for (let page = 0; page < pages; page += 1) {
      for (const name of readdirSync(directory)) if (name.startsWith('state.db.')) writeFileSync(join(directory, name), '');
      const bytes = Buffer.from(whole);
      bytes.fill(0xa5, page * 4_096, page * 4_096 + 200);
      writeFileSync(file, bytes);
      const warnings = runOnce();
      expect(warnings.filter((warning) => !warning.startsWith('store-damaged: '))).toEqual([]);
      damaged += warnings.length;
    }
    expect(damaged).toBeGreaterThan(pages / 2);
  });
});

describe('a state that cannot be used is left alone, and bases are remembered until the end of the run', () => {
  it('when it was written by a newer version', () => {
    fill();
    const raw = openRaw(file);
    raw.exec('pragma user_version = 7');
    raw.close();
    const before = readFileSync(file);
    expect(runOnce()).toEqual([
      `store-newer: the state ${file} has version 7, this program knows version 3: it is left alone, neither bases nor holds are remembered`,
    ]);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('when there is a directory in its place', () => {
    mkdirSync(file, { recursive: true, mode: 0o700 });
    expect(runOnce()).toEqual([
      `store-unavailable: the state cannot be used, neither bases nor holds are remembered: ${file} is not a file`,
    ]);
  });

  it('when it is a cache', () => {
    remember(directory, (memory) => memory.writeTag(nginx, '1.27', makeFound('a')));
    writeFileSync(file, readFileSync(join(directory, 'cache.db')));
    const before = readFileSync(file);
    expect(runOnce()).toEqual([
      `store-unavailable: the state ${file} is a database of another program: it is left alone, neither bases nor holds are remembered`,
    ]);
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});

describe('without its database package', () => {
  it('a run remembers bases until its end, and says once for cache and state why', async () => {
    const alone = await bundleStore(join(temporary, 'dist'), null);
    expect(await runBaseJob(alone, { directory, job: 'seeBases', name: 'w' })).toEqual({
      shared: 50,
      own: 1,
      warnings: [{ code: 'store-unavailable', message: expect.stringMatching(/^nothing is remembered: the package/), image: null }],
    });
    expect(existsSync(directory)).toBe(false);
  });
});

describe('a state that another process writes to just now', () => {
  it('is written at the end of the run, which does not wait before', () => {
    fill();
    let now = NOON;
    const memory = makeMemory(directory, { now: () => now, stateDirectory: directory });
    memory.findBases(keysOfImage(learned.contents));
    const raw = openRaw(file);
    raw.exec('begin immediate');
    memory.writeBase(learned);
    now += 2_000;
    memory.writeBase(makeVersion('other', { at: NOON + 1 }));
    expect(outline(memory.readBases(node, '20', 'linux/amd64'), ['learned', 'other'])).toBe('learned 0-0, other 1-1');
    raw.exec('rollback');
    raw.close();
    memory.close();
    expect(memory.warnings()).toEqual([]);
    remember(directory, (next) => expect(next.readBases(node, '20', 'linux/amd64')).toHaveLength(2), { stateDirectory: directory });
  });
});

describe('several processes at once', () => {
  it('make the state together, and write once what all of them see', async () => {
    const found = await Promise.all(TEN.map((name) => runBaseJob(bundle, { directory, job: 'seeBases', name })));
    expect(found.map(({ own, warnings }) => ({ own, warnings }))).toEqual(TEN.map(() => ({ own: 1, warnings: [] })));
    const later = await Promise.all(TEN.map((name) => runBaseJob(bundle, { directory, job: 'seeAgain', name })));
    expect(later).toEqual(TEN.map(() => ({ shared: 50, own: 1, warnings: [] })));
    expect(integrityOf(file)).toEqual({ integrity_check: 'ok' });
  });

  it('get over a damaged state, which is kept', async () => {
    mkdirSync(directory, { mode: 0o700 });
    writeFileSync(file, 'garbage '.repeat(10_000));
    const found = await Promise.all(TEN.map((name) => runBaseJob(bundle, { directory, job: 'seeBases', name })));
    expect(found.map(({ own }) => own)).toEqual(TEN.map(() => 1));
    expect(readFileSync(`${file}.damaged`, 'utf8')).toBe('garbage '.repeat(10_000));
    expect(await runBaseJob(bundle, { directory, job: 'seeBases', name: 'next' })).toEqual({ shared: 50, own: 1, warnings: [] });
  });
});

describe('a process that is killed while it writes', () => {
  it('costs no one what was remembered before', async () => {
    fill();
    for (let round = 0; round < 3; round += 1) {
      await killJob(bundle, { directory, job: 'seeForever', name: `killed${round}` }, () => existsSync(`${file}-journal`));
      remember(
        directory,
        (memory) => {
          for (const base of BASES) expect(memory.readBases(node, base.tag, 'linux/amd64')).toEqual([base]);
          expect(memory.warnings()).toEqual([]);
        },
        { stateDirectory: directory },
      );
      expect(integrityOf(file)).toEqual({ integrity_check: 'ok' });
    }
  });
});

describe('a state that cannot be written', () => {
  const unwritable = (message: string) => ({
    code: 'store-unwritable',
    message: `the state ${file} cannot be written, nothing new of bases, versions and holds is remembered: ${message}`,
    image: null,
  });

  it('is read, and a run that learned something new says so', async () => {
    await runBaseJob(bundle, { directory, job: 'seeBases', name: 'before' });
    const uid = isRoot ? { uid: 65_534 } : {};
    chmodSync(temporary, 0o755);
    if (isRoot) for (const path of [temporary, directory, join(directory, 'cache.db'), file]) chownSync(path, 65_534, 65_534);
    chmodSync(file, 0o400);
    chmodSync(directory, 0o500);
    const before = readFileSync(file);
    const again = await runBaseJob(bundle, { directory, job: 'seeAgain', name: 'before', ...uid });
    const anew = await runBaseJob(bundle, { directory, job: 'seeBases', name: 'after', ...uid });
    chmodSync(directory, 0o700);
    expect(again).toEqual({ shared: 50, own: 1, warnings: [] });
    expect(anew).toEqual({ shared: 50, own: 1, warnings: [unwritable('attempt to write a readonly database')] });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it.skipIf(!isRoot && !requiresSystem)('because the disk is full keeps what it had, and the run its own', async (test) => {
    mkdirSync(directory, { mode: 0o700 });
    const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=0700', 'tmpfs', directory]);
    if (mounted.exitCode !== 0 && !requiresSystem) test.skip();
    expect(mounted.stderr).toBe('');
    try {
      expect(await runBaseJob(bundle, { directory, job: 'seeBases', name: 'before' })).toEqual({ shared: 50, own: 1, warnings: [] });
      expect(await runBaseJob(bundle, { directory, job: 'seeMuch', name: 'much' })).toEqual({
        shared: 50,
        own: 0,
        warnings: [unwritable('database or disk is full')],
      });
      expect(await runBaseJob(bundle, { directory, job: 'seeAgain', name: 'before' })).toEqual({ shared: 50, own: 1, warnings: [] });
      expect(readdirSync(directory).sort()).toEqual(['cache.db', 'state.db']);
    } finally {
      await run('umount', [directory]);
    }
  });
});
