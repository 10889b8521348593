import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cacheFile, makeDocument, makeFound, makeMemory, nginx, NOON, openRaw, remember } from './make.ts';
import { giveEachTestADirectory } from './set-up.ts';

let cache: string;
let file: string;

giveEachTestADirectory((path) => {
  cache = join(path, 'imgupdate');
  file = cacheFile(cache);
});

const documents = Array.from({ length: 100 }, (_, n) => makeDocument(`document ${n}`, 2_000));

const lists = Array.from({ length: 20 }, (_, n) => ({ registry: 'docker.io', repository: `library/listed${n}` }));
const listed = Array.from({ length: 500 }, (_, n) => `${n}.0.1-alpine`);

function fill(): void {
  remember(cache, (memory) => {
    for (const { digest, bytes } of documents) memory.writeDocument(digest, bytes);
    for (let n = 0; n < 100; n += 1) memory.writeTag(nginx, `tag-${n}`, makeFound(`tag ${n}`));
    for (const repository of lists) memory.writeTagList(repository, { tags: listed, covers: null, cut: null, observedAt: NOON });
    memory.writeFacts(new Map(documents.map(({ digest }) => [digest, `{"a":"${'x'.repeat(300)}"}`])));
  });
}

/** A run that reads everything and learns one thing. Whatever it reads is true. */
function runOnce(): readonly string[] {
  const memory = makeMemory(cache);
  for (const { digest, bytes } of documents) {
    const read = memory.readDocument(digest);
    if (read !== null) expect(Buffer.from(read).equals(bytes)).toBe(true);
  }
  for (let n = 0; n < 100; n += 1) memory.readTag(nginx, `tag-${n}`);
  memory.readTagsOf(nginx);
  memory.readTagLists(lists);
  for (const repository of lists) {
    const read = memory.readTagList(repository);
    if (read !== null) expect(read).toEqual(listed);
  }
  memory.readFacts(documents.map(({ digest }) => digest));
  memory.writeTag(nginx, 'learned', makeFound('learned'));
  expect(memory.readTag(nginx, 'learned')).toEqual(makeFound('learned'));
  memory.close();
  return memory.warnings().map(({ code, message }) => `${code}: ${message}`);
}

function expectLearned(): void {
  remember(cache, (memory) => {
    expect(memory.readTag(nginx, 'learned')).toEqual(makeFound('learned'));
    expect(memory.warnings()).toEqual([]);
  });
}

describe('a damaged cache costs one warning, is begun anew and remembers what the run learns', () => {
  it.each([
    ['cut off after 100 bytes', 100],
    ['cut off in its first page', 1_000],
    ['cut off after its first page', 4_096],
    ['cut off in the middle', 150_000],
  ])('when the file is %s', (_, size) => {
    fill();
    truncateSync(file, size);
    expect(runOnce()).toEqual([
      expect.stringMatching(/^store-damaged: the cache .*\/cache\.db is damaged \(.+\): it is deleted and begun anew$/),
    ]);
    expectLearned();
  });

  it.each([
    ['text', 'garbage '.repeat(10_000)],
    ['zeros', Buffer.alloc(40_960)],
  ])('when the file is nothing but %s', (_, content) => {
    mkdirSync(cache, { mode: 0o700 });
    writeFileSync(file, content);
    expect(runOnce()).toEqual([`store-damaged: the cache ${file} is damaged (file is not a database): it is deleted and begun anew`]);
    expectLearned();
  });

  it('when a table is missing', () => {
    fill();
    const raw = openRaw(file);
    raw.exec('drop table documents');
    raw.close();
    expect(runOnce()).toEqual([`store-damaged: the cache ${file} is damaged (no such table: documents): it is deleted and begun anew`]);
    expectLearned();
  });

  it('when a journal of another database lies beside it', () => {
    mkdirSync(cache, { mode: 0o700 });
    writeFileSync(file, 'garbage '.repeat(10_000));
    writeFileSync(`${file}-journal`, 'garbage');
    runOnce();
    expect(readdirSync(cache)).toEqual(['cache.db']);
    expectLearned();
  });

  it('when any page of the file is damaged, found at the start or midway', () => {
    fill();
    const whole = readFileSync(file);
    const pages = whole.byteLength / 4_096;
    let damaged = 0;
    for (let page = 0; page < pages; page += 1) {
      const bytes = Buffer.from(whole);
      bytes.fill(0xa5, page * 4_096, page * 4_096 + 200);
      writeFileSync(file, bytes);
      const warnings = runOnce();
      expect(warnings.filter((warning) => !warning.startsWith('store-damaged: '))).toEqual([]);
      expect(warnings.length).toBeLessThanOrEqual(1);
      damaged += warnings.length;
    }
    expect(damaged).toBeGreaterThan(pages / 2);
  });
});

describe('a cache that cannot be used is left alone, and the run goes on without it', () => {
  it('when it was written by a newer version', () => {
    fill();
    const raw = openRaw(file);
    raw.exec('pragma user_version = 7');
    raw.close();
    const before = readFileSync(file);
    expect(runOnce()).toEqual([
      `store-newer: the cache ${file} has version 7, this program knows version 2: it is left alone, nothing is remembered`,
    ]);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('when it is the database of another program', () => {
    mkdirSync(cache, { mode: 0o700 });
    const raw = openRaw(file);
    raw.exec('create table theirs (a)');
    raw.close();
    const before = readFileSync(file);
    expect(runOnce()).toEqual([
      `store-unavailable: the cache ${file} is a database of another program: it is left alone, nothing is remembered`,
    ]);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('when there is a directory in its place', () => {
    mkdirSync(file, { recursive: true, mode: 0o700 });
    expect(runOnce()).toEqual([`store-unavailable: the cache cannot be used, nothing is remembered: ${file} is not a file`]);
  });

  it('when there is a file in place of its directory', () => {
    writeFileSync(cache, '');
    expect(runOnce()).toEqual([`store-unavailable: the cache cannot be used, nothing is remembered: ${cache} is not a directory`]);
  });

  it('when there is a file in place of a directory above', () => {
    writeFileSync(cache, '');
    const memory = makeMemory(join(cache, 'below'));
    memory.close();
    expect(memory.warnings().map(({ message }) => message)).toEqual([expect.stringContaining('ENOTDIR')]);
  });

  it('when it is locked for longer than one waits', () => {
    fill();
    const raw = openRaw(file);
    raw.exec('begin exclusive');
    expect(runOnce()).toEqual([`store-unavailable: the cache ${file} cannot be used, nothing is remembered: database is locked`]);
    raw.exec('rollback');
    raw.close();
  });
});

describe('a cache that another process writes to just now', () => {
  it('is written at the end of the run, which does not wait before', () => {
    let now = NOON;
    const memory = makeMemory(cache, { now: () => now });
    memory.readTag(nginx, '1');
    const raw = openRaw(file);
    raw.exec('begin immediate');
    memory.writeTag(nginx, '1', makeFound('a'));
    now += 2_000;
    memory.writeTag(nginx, '2', makeFound('b'));
    expect(memory.readTag(nginx, '1')).toEqual(makeFound('a'));
    raw.exec('rollback');
    raw.close();
    memory.close();
    expect(memory.warnings()).toEqual([]);
    remember(cache, (next) => expect(next.readTag(nginx, '2')).toEqual(makeFound('b')));
  });
});

describe('a cache that is taken away during the run', () => {
  it('is not made again by that run, which says so', () => {
    const memory = makeMemory(cache);
    rmSync(cache, { recursive: true });
    memory.writeTag(nginx, 'learned', makeFound('learned'));
    memory.close();
    expect(memory.warnings().map(({ message }) => message)).toEqual([
      `the cache ${file} cannot be written, what this run learned is not remembered: it was taken away during the run`,
    ]);
    expect(existsSync(cache)).toBe(false);
  });

  it('and replaced by that of another run is not written into', () => {
    const memory = makeMemory(cache);
    rmSync(cache, { recursive: true });
    remember(cache, (other) => other.writeTag(nginx, 'theirs', makeFound('theirs')));
    const before = statSync(file, { bigint: true });
    memory.writeTag(nginx, 'learned', makeFound('learned'));
    memory.close();
    expect(statSync(file, { bigint: true })).toEqual(before);
    expect(readdirSync(cache)).toEqual(['cache.db']);
  });
});
