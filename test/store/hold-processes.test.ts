import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../helpers/processes.ts';
import { integrityOf, remember, rowIn, stateFile } from './make.ts';
import { killJob, runHoldJob } from './processes.ts';
import { giveEachTestAStore, isRoot, requiresSystem, TEN } from './set-up.ts';

let bundle: string;
let temporary: string;
let directory: string;
let file: string;

giveEachTestAStore((place) => {
  ({ bundle, temporary, directory } = place);
  file = stateFile(directory);
});

function unwritable(message: string) {
  const text = `the state ${file} cannot be written, nothing new of bases, versions and holds is remembered: ${message}`;
  return { code: 'store-unwritable', message: text, image: null };
}

describe('several processes at once', () => {
  it('hold and see each its own, lose nothing of another, and take back what they held', async () => {
    const found = await Promise.all(TEN.map((name) => runHoldJob(bundle, { directory, job: 'hold', name })));
    expect(found.flatMap(({ warnings }) => warnings)).toEqual([]);
    const look = { directory, job: 'look', name: 'look' } as const;
    expect(await runHoldJob(bundle, look)).toEqual({ holds: TEN, seen: 50, warnings: [] });
    expect(rowIn(file, 'select sum(count) as tags from sightings')).toEqual({ tags: 50 });
    await Promise.all(TEN.slice(1).map((name) => runHoldJob(bundle, { directory, job: 'unhold', name })));
    expect(await runHoldJob(bundle, look)).toEqual({ holds: ['worker0'], seen: 50, warnings: [] });
    expect(integrityOf(file)).toEqual({ integrity_check: 'ok' });
  });
});

describe('a process that is killed while it holds', () => {
  it('costs no one what was held before', async () => {
    await runHoldJob(bundle, { directory, job: 'hold', name: 'before' });
    for (let round = 0; round < 3; round += 1) {
      const started = Date.now();
      const isWriting = (): boolean => (statSync(`${file}-journal`, { throwIfNoEntry: false })?.mtimeMs ?? 0) > started + 100 * round;
      await killJob(bundle, { directory, job: 'holdForever', name: `killed${round}` }, isWriting);
      remember(
        directory,
        (memory) => {
          expect(memory.readHolds()).toContainEqual(expect.objectContaining({ of: 'before' }));
          expect(memory.warnings()).toEqual([]);
        },
        { stateDirectory: directory },
      );
      expect(integrityOf(file)).toEqual({ integrity_check: 'ok' });
    }
  });
});

describe('a state that cannot be written', () => {
  it('is read, and a run that holds or takes back says that it did so in vain', async () => {
    await runHoldJob(bundle, { directory, job: 'hold', name: 'before' });
    const uid = isRoot ? { uid: 65_534 } : {};
    chmodSync(temporary, 0o755);
    if (isRoot) for (const path of [temporary, directory, join(directory, 'cache.db'), file]) chownSync(path, 65_534, 65_534);
    chmodSync(file, 0o400);
    chmodSync(directory, 0o500);
    const before = readFileSync(file);
    const looked = await runHoldJob(bundle, { directory, job: 'look', name: 'look', ...uid });
    const held = await runHoldJob(bundle, { directory, job: 'hold', name: 'after', ...uid });
    const freed = await runHoldJob(bundle, { directory, job: 'unhold', name: 'before', ...uid });
    chmodSync(directory, 0o700);
    const inVain = [unwritable('attempt to write a readonly database')];
    expect(looked).toEqual({ holds: ['before'], seen: 50, warnings: [] });
    expect(held).toEqual({ holds: ['after', 'before'], seen: 50, warnings: inVain });
    expect(freed).toEqual({ holds: [], seen: 50, warnings: inVain });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it.skipIf(!isRoot && !requiresSystem)('because the disk is full keeps what it had, and the run its own', async (test) => {
    mkdirSync(directory, { mode: 0o700 });
    const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=0700', 'tmpfs', directory]);
    if (mounted.exitCode !== 0 && !requiresSystem) test.skip();
    expect(mounted.stderr).toBe('');
    try {
      const before = { holds: ['before'], seen: 50, warnings: [] };
      expect(await runHoldJob(bundle, { directory, job: 'hold', name: 'before' })).toEqual(before);
      const much = await runHoldJob(bundle, { directory, job: 'holdMuch', name: 'much' });
      expect([much.holds.length, much.warnings]).toEqual([3_001, [unwritable('database or disk is full')]]);
      expect(await runHoldJob(bundle, { directory, job: 'look', name: 'look' })).toEqual(before);
      expect(readdirSync(directory).sort()).toEqual(['cache.db', 'state.db']);
    } finally {
      await run('umount', [directory]);
    }
  });
});
