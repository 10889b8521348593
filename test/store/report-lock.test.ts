import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ReportLock } from '../../src/check/ports.ts';
import { lockReport, type LockOptions } from '../../src/store/report-lock.ts';
import { giveEachTestADirectory } from './set-up.ts';

let directory: string;

giveEachTestADirectory((path) => {
  directory = join(path, 'imgupdate');
});

const uid = process.getuid?.() ?? null;
const signal = new AbortController().signal;
const busy = { kind: 'busy' };

function lock(id: string, options: Partial<LockOptions> = {}): Promise<ReportLock> {
  return lockReport({ directory, uid, id, timeoutMs: 0, signal, ...options });
}

async function lockForSure(id: string, options: Partial<LockOptions> = {}): Promise<() => void> {
  const taken = await lock(id, options);
  if (taken.kind !== 'held') throw new Error(taken.kind);
  return taken.release;
}

/** The files of locks that are held, or were left behind. */
const left = () => readdirSync(directory).filter((name) => name.startsWith('report-'));

describe('the lock of a report', () => {
  it('is had by one at a time, and after that by the next', async () => {
    const release = await lockForSure('default');
    expect(await lock('default')).toEqual(busy);
    expect(await lock('default', { timeoutMs: 120 })).toEqual(busy);
    release();
    (await lockForSure('default'))();
  });

  it('is another for each id, of whatever text', async () => {
    const ids = ['default', 'DEFAULT', '', '../../etc/passwd', 'a\0b', '\ud800', 'x'.repeat(100_000)];
    const releases = await Promise.all(ids.map((id) => lockForSure(id, { timeoutMs: 60_000 })));
    expect(await Promise.all(ids.map((id) => lock(id)))).toEqual(ids.map(() => busy));
    expect(left()).toHaveLength(ids.length);
    releases.forEach((release) => {
      release();
    });
    expect(readdirSync(directory)).toEqual(['reports.lock']);
  });

  it('is waited for, while everything else goes on', async () => {
    const release = await lockForSure('default');
    const events: string[] = [];
    const waiting = lockForSure('default', { timeoutMs: 60_000 }).then((releaseSecond) => {
      events.push('second');
      releaseSecond();
    });
    await sleep(150);
    events.push('first');
    release();
    await waiting;
    expect(events).toEqual(['first', 'second']);
  });

  it('is had by each of many that wait for it in one process, and never by two', async () => {
    let held = 0;
    const most: number[] = [];
    const work = async (): Promise<void> => {
      const release = await lockForSure('default', { timeoutMs: 60_000 });
      held += 1;
      most.push(held);
      await sleep(5);
      held -= 1;
      release();
    };
    await Promise.all(Array.from({ length: 8 }, work));
    expect(most).toEqual(Array.from({ length: 8 }, () => 1));
    expect(left()).toEqual([]);
  });

  it('that is given back twice is not taken from the next', async () => {
    const release = await lockForSure('default');
    release();
    const releaseNext = await lockForSure('default');
    release();
    expect(await lock('default')).toEqual(busy);
    releaseNext();
  });

  it('is waited for no longer when all is to end', async () => {
    await expect(lock('default', { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
    expect(existsSync(directory)).toBe(false);
    const release = await lockForSure('default');
    const ending = new AbortController();
    const waiting = lock('default', { timeoutMs: 60_000, signal: ending.signal });
    await sleep(20);
    ending.abort();
    await expect(waiting).rejects.toThrow('aborted');
    release();
    (await lockForSure('default'))();
  });

  it('is had where a killed process left its file behind', async () => {
    const release = await lockForSure('default');
    const [name] = left();
    release();
    writeFileSync(join(directory, name!), '');
    (await lockForSure('default'))();
    expect(left()).toEqual([]);
  });

  it('writes nothing while it is held', async () => {
    const release = await lockForSure('default');
    expect(readdirSync(directory)).toEqual([...left(), 'reports.lock']);
    release();
  });
});

describe('a lock that cannot be had says why', () => {
  it('when something else is in the place of its folder, of its gate, or of its file', async () => {
    writeFileSync(directory, '');
    expect(await lock('default')).toEqual({ kind: 'unavailable', problem: `${directory} is not a directory` });
    const below = join(directory, 'below');
    expect(await lock('default', { directory: below })).toMatchObject({ kind: 'unavailable', problem: expect.stringContaining('ENOTDIR') });
    const other = `${directory}-other`;
    mkdirSync(join(other, 'reports.lock'), { recursive: true, mode: 0o700 });
    expect(await lock('default', { directory: other })).toEqual({
      kind: 'unavailable',
      problem: `${join(other, 'reports.lock')} is not a file`,
    });
  });

  it('when its file is none that can be locked', async () => {
    const release = await lockForSure('default');
    const file = join(directory, left()[0]!);
    release();
    writeFileSync(file, 'garbage '.repeat(1_000));
    expect(await lock('default')).toEqual({ kind: 'unavailable', problem: `${file} cannot be locked: file is not a database` });
  });
});
