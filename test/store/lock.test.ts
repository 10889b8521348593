import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withLock } from '../../src/store/lock.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';

let directory: TemporaryDirectory;
let path: string;
beforeEach(async () => {
  directory = await makeTemporaryDirectory();
  path = join(directory.path, 'state.db');
});
afterEach(() => directory.remove());

describe('a lock', () => {
  it('is there while the work is done, and gone afterwards', () => {
    expect(withLock(path, () => existsSync(`${path}.lock`))).toEqual({ kind: 'done', value: true });
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it('is given back by work that fails', () => {
    expect(() =>
      withLock(path, () => {
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it('that another process holds keeps the work from being done', () => {
    mkdirSync(`${path}.lock`);
    const done: string[] = [];
    expect(withLock(path, () => done.push('done'))).toEqual({ kind: 'busy', problem: `${path}.lock is held by another process` });
    expect(done).toEqual([]);
  });

  it('that a killed process left behind is taken over', () => {
    mkdirSync(`${path}.lock`);
    utimesSync(`${path}.lock`, 0, 0);
    expect(withLock(path, () => 'done')).toEqual({ kind: 'done', value: 'done' });
  });

  it('whose place something else has taken is said, and left alone', () => {
    writeFileSync(`${path}.lock`, '');
    utimesSync(`${path}.lock`, 0, 0);
    expect(withLock(path, () => 'done')).toMatchObject({ kind: 'busy', problem: expect.stringContaining('ENOTDIR') });
    expect(existsSync(`${path}.lock`)).toBe(true);
  });

  it('that cannot be made is said, with why', () => {
    const locked = withLock(join(directory.path, 'nowhere', 'state.db'), () => 'done');
    expect(locked).toMatchObject({ kind: 'busy', problem: expect.stringContaining('ENOENT') });
  });
});
