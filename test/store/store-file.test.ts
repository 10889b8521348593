import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStoreFile, type StoreKind } from '../../src/store/store-file.ts';
import { createWarnings } from '../../src/store/warnings.ts';
import { giveEachTestADirectory } from './set-up.ts';

let temporary: string;
let path: string;

giveEachTestADirectory((given) => {
  temporary = given;
  path = join(given, 'state.db');
});

const STEPS = [
  'create table holds (reference text primary key) strict',
  "alter table holds add column reason text not null default 'unknown'",
];

function makeKind(versions: number, steps = STEPS): StoreKind {
  return {
    name: 'state',
    fileName: 'state.db',
    applicationId: 7,
    whenDamaged: 'keep',
    whenUnusable: 'nothing is remembered',
    whenUnwritable: 'what this run learned is not remembered',
    steps: steps.slice(0, versions),
  };
}

function open(kind: StoreKind) {
  const warnings = createWarnings();
  const file = openStoreFile(kind, { directory: temporary, uid: process.getuid?.() ?? null, warn: warnings.warn });
  return { file, messages: () => warnings.all().map(({ message }) => message) };
}

describe('a file of an older version', () => {
  it('is brought up to date with all it holds', () => {
    const old = open(makeKind(1)).file!;
    old.database.exec("insert into holds values ('nginx:1.27')");
    old.close();
    const { file, messages } = open(makeKind(2));
    expect(file!.database.prepare('select * from holds').get()).toEqual({ reference: 'nginx:1.27', reason: 'unknown' });
    file!.close();
    expect(messages()).toEqual([]);
    expect(open(makeKind(1)).messages()).toEqual([
      `the state ${path} has version 2, this program knows version 1: it is left alone, nothing is remembered`,
    ]);
  });

  it('stays as it was, and is read as it is, when that fails halfway for want of room', () => {
    open(makeKind(1)).file!.close();
    const before = readFileSync(path);
    const full = { ...makeKind(2), steps: [...STEPS, 'pragma max_page_count = 1; create table more (a)'] };
    const { file, messages } = open(full);
    expect(file!.version()).toBe(1);
    expect(file!.database.prepare('select * from holds').get()).toBeUndefined();
    expect(() => file!.update()).toThrow('database or disk is full');
    file!.close();
    expect(messages()).toEqual([]);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('that had no room at first is brought up to date as soon as there is some', () => {
    open(makeKind(1)).file!.close();
    const steps = [...STEPS.slice(0, 1), 'pragma max_page_count = 1; create table more (a)'];
    const file = open({ ...makeKind(1), steps }).file!;
    expect(file.version()).toBe(1);
    steps[1] = 'pragma max_page_count = 100; create table more (a)';
    expect(file.update()).toBeNull();
    expect(file.version()).toBe(2);
    expect(file.database.prepare('select * from more').get()).toBeUndefined();
    file.close();
  });

  it('is not written any more when a newer program was at it meanwhile', () => {
    open(makeKind(1)).file!.close();
    const steps = [...STEPS.slice(0, 1), 'pragma max_page_count = 1; create table more (a)'];
    const { file } = open({ ...makeKind(1), steps });
    open({ ...makeKind(2), steps: [...STEPS, 'create table newest (a)'] }).file!.close();
    expect(file!.update()).toBe('it has version 3, this program knows version 2');
    file!.close();
  });
});

describe('a damaged file that can be asked of no one', () => {
  it('is kept under another name, and begun anew', () => {
    writeFileSync(path, 'garbage '.repeat(1_000));
    const { file, messages } = open(makeKind(2));
    file!.close();
    expect(messages()).toEqual([`the state ${path} is damaged (file is not a database): it is kept as ${path}.damaged and begun anew`]);
    expect(readFileSync(`${path}.damaged`, 'utf8')).toBe('garbage '.repeat(1_000));
    expect(existsSync(path)).toBe(true);
  });

  it('leaves in place what was kept of an earlier damage', () => {
    for (const damage of ['first ', 'second ']) {
      writeFileSync(path, damage.repeat(1_000));
      open(makeKind(2)).file!.close();
    }
    expect(readFileSync(`${path}.damaged`, 'utf8')).toMatch(/^first/);
    expect(readFileSync(`${path}.damaged.1`, 'utf8')).toMatch(/^second/);
  });

  it('is not taken away a second time in the same run', () => {
    const { file, messages } = open(makeKind(2));
    const second = file!.replace('damage one')!;
    expect(second.replace('damage two')).toBeNull();
    expect(messages()).toEqual([
      `the state ${path} is damaged (damage one): it is kept as ${path}.damaged and begun anew`,
      `the state ${path} is damaged (damage two), nothing is remembered: it was made anew in this run already`,
    ]);
  });

  it('is left to the process that replaced it first', () => {
    const slow = open(makeKind(2));
    const fast = open(makeKind(2));
    const replaced = fast.file!.replace('damage')!;
    replaced.database.exec("insert into holds values ('nginx:1.27', 'mine')");
    replaced.close();
    const { database, close } = slow.file!.replace('damage')!;
    expect(database.prepare('select reason from holds').get()).toEqual({ reason: 'mine' });
    close();
    expect(slow.messages()).toEqual([]);
  });
});
