import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ReportLog } from '../../src/check/ports.ts';
import { openReportLog } from '../../src/store/open-report-log.ts';
import { run } from '../helpers/processes.ts';
import { changeRaw, integrityOf, stateFile } from './make.ts';
import { killReportJob, runHoldJob, runReportJob, startReportJob } from './processes.ts';
import { giveEachTestAStore, isRoot, requiresSystem, TEN } from './set-up.ts';

let bundle: string;
let temporary: string;
let directory: string;
let file: string;

giveEachTestAStore((place) => {
  ({ bundle, temporary, directory } = place);
  file = stateFile(directory);
});

const ID = 'weekly';

function withLog<T>(work: (log: ReportLog) => T): T {
  const log = openReportLog({ stateDirectory: directory, uid: process.getuid?.() ?? null });
  const result = work(log);
  log.close();
  expect(log.warnings()).toEqual([]);
  return result;
}

const kept = () => withLog((log) => log.list(ID).map(({ key, isPrinted }) => `${isPrinted ? 'confirmed' : 'prepared'} ${key}`));

describe('ten processes that make a report at once', () => {
  it('do so one after the other, each on top of the one before, and leave no lock', async () => {
    const found = await Promise.all(TEN.map((name) => runReportJob(bundle, { directory, job: 'report', name })));
    expect(found.flatMap(({ warnings }) => warnings)).toEqual([]);
    expect(found.every(({ isConfirmed }) => isConfirmed)).toBe(true);
    const inOrder = [...found].sort((a, b) => (a.known ?? []).length - (b.known ?? []).length);
    expect(inOrder.map(({ known }) => known?.length)).toEqual(TEN.map((_, n) => n));
    for (const [n, { known, isPrinted }] of inOrder.entries()) {
      expect(known).toEqual(inOrder.at(-1)?.known?.slice(0, n));
      expect(isPrinted).toBe(n === 0 ? null : true);
    }
    expect([...(await runReportJob(bundle, { directory, job: 'look', name: '' })).known!].sort()).toEqual(TEN);
    expect(readdirSync(directory).sort()).toEqual(['reports.lock', 'state.db']);
    expect(integrityOf(file)).toEqual({ integrity_check: 'ok' });
  });

  it('do so beside others that write other things to the state', async () => {
    const holding = TEN.map((name) => runHoldJob(bundle, { directory, job: 'hold', name }));
    const reporting = TEN.map((name) => runReportJob(bundle, { directory, job: 'report', name }));
    const found = [...(await Promise.all(holding)), ...(await Promise.all(reporting))];
    expect(found.flatMap(({ warnings }) => warnings)).toEqual([]);
    expect(withLog((log) => log.list(ID).length)).toBe(10);
  });
});

describe('processes that take a lock again and again', () => {
  it('never have it two at a time, though each takes its file away', async () => {
    const found = await Promise.all(TEN.map((name) => runReportJob(bundle, { directory, job: 'lockOften', name })));
    expect(found).toEqual(TEN.map(() => ({ warnings: [] })));
    expect(readdirSync(directory)).toEqual(['reports.lock']);
  });
});

describe('a process that is killed', () => {
  it.each([
    ['when it has the lock', 'stopAfterLock', ['before'], true],
    ['when its report is prepared', 'stopAfterPrepare', ['before', 'killed'], false],
    ['when its report is confirmed', 'stopAfterConfirm', ['before', 'killed'], true],
  ] as const)('%s leaves no lock, and what it had done', async (_, job, known, isPrinted) => {
    await runReportJob(bundle, { directory, job: 'report', name: 'before' });
    const { kill } = await startReportJob(bundle, { directory, job, name: 'killed' }, (lines) => lines.includes('stopped'));
    const tried = await runReportJob(bundle, { directory, job: 'try', name: '' });
    await kill();
    expect(tried).toEqual({ kind: 'busy', problem: null, warnings: [] });
    expect(await runReportJob(bundle, { directory, job: 'try', name: '' })).toEqual({ kind: 'held', problem: null, warnings: [] });
    expect(await runReportJob(bundle, { directory, job: 'report', name: 'after' })).toMatchObject({ known, isPrinted, warnings: [] });
    expect(await runReportJob(bundle, { directory, job: 'look', name: '' })).toMatchObject({ known: [...known, 'after'], isPrinted: true });
    expect(readdirSync(directory).sort()).toEqual(['reports.lock', 'state.db']);
  });

  it('in the middle of a transaction costs nothing that was prepared before', async () => {
    await runReportJob(bundle, { directory, job: 'report', name: 'before' });
    const prepared: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const isWriting = (lines: readonly string[]): boolean => lines.length > round && existsSync(`${file}-journal`);
      prepared.push(...(await killReportJob(bundle, { directory, job: 'prepareForever', name: 'killed' }, isWriting)));
      const found = kept();
      expect(found.slice(0, 1)).toEqual(['confirmed 1']);
      expect(found).toEqual(expect.arrayContaining(prepared));
      expect(withLog((log) => log.list(ID).map(({ key }) => log.read(key)?.baseline.rows[0]?.name))).toEqual([
        'before',
        ...found.slice(1).map(() => 'killed'),
      ]);
      expect(integrityOf(file)).toEqual({ integrity_check: 'ok' });
    }
  });

  it('at any moment costs nothing of which it had been told that it is kept', async () => {
    const words: string[] = [];
    for (let round = 0; round < 8; round += 1) {
      words.push(
        ...(await killReportJob(bundle, { directory, job: 'reportForever', name: 'killed' }, (lines) => lines.length >= 3 + round)),
      );
      const found = kept();
      expect(found).toEqual(expect.arrayContaining(words.filter((word) => word.startsWith('confirmed'))));
      const keys = found.map((word) => Number(word.split(' ')[1]));
      for (const word of words) expect(keys).toContain(Number(word.split(' ')[1]));
      expect(keys).toEqual([...keys].sort((a, b) => a - b));
      expect(await runReportJob(bundle, { directory, job: 'try', name: '' })).toMatchObject({ kind: 'held', warnings: [] });
    }
    expect(integrityOf(file)).toEqual({ integrity_check: 'ok' });
  });
});

/** Gives all that is there to a user who is not root, for whom alone permissions mean something. */
function giveAway(): { readonly uid?: number } {
  chmodSync(temporary, 0o755);
  if (!isRoot) return {};
  for (const path of [temporary, directory, ...readdirSync(directory).map((name) => join(directory, name))])
    chownSync(path, 65_534, 65_534);
  return { uid: 65_534 };
}

const WITHOUT_REPORTS = 'drop table report_outcomes; drop table report_baselines; drop table reports';
const AS_VERSION_1 = `${WITHOUT_REPORTS}; drop table holds; drop table sightings; pragma user_version = 1`;

describe('a state that cannot be written', () => {
  const unwritable = (message: string) => ({
    code: 'store-unwritable',
    message: `the state ${file} cannot be written, nothing is remembered of this report: ${message}`,
    image: null,
  });

  it('is read; it cannot be locked in a folder that cannot be either, and says why', async () => {
    await runReportJob(bundle, { directory, job: 'report', name: 'before' });
    const uid = giveAway();
    chmodSync(file, 0o400);
    chmodSync(directory, 0o500);
    const before = readFileSync(file);
    const looked = await runReportJob(bundle, { directory, job: 'look', name: '', ...uid });
    const tried = await runReportJob(bundle, { directory, job: 'try', name: '', ...uid });
    chmodSync(directory, 0o700);
    const reported = await runReportJob(bundle, { directory, job: 'report', name: 'after', ...uid });
    expect(looked).toEqual({ known: ['before'], isPrinted: true, warnings: [] });
    expect(tried).toMatchObject({ kind: 'unavailable', problem: expect.stringMatching(/^EACCES: permission denied, open '.*\.lock'$/) });
    const inVain = [unwritable('attempt to write a readonly database')];
    expect(reported).toEqual({ known: ['before'], isPrinted: true, key: null, isConfirmed: false, warnings: inVain });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it.each([
    ['the first', AS_VERSION_1],
    ['the second', `${WITHOUT_REPORTS}; pragma user_version = 2`],
  ])('and is of %s version is as if no report had been made', async (_, sql) => {
    await runHoldJob(bundle, { directory, job: 'hold', name: 'before' });
    changeRaw(file, sql);
    const uid = giveAway();
    chmodSync(file, 0o400);
    const before = readFileSync(file);
    const looked = await runReportJob(bundle, { directory, job: 'look', name: '', ...uid });
    const reported = await runReportJob(bundle, { directory, job: 'report', name: 'after', ...uid });
    expect(looked).toEqual({ known: [], isPrinted: null, warnings: [] });
    expect(reported).toMatchObject({ known: [], key: null, warnings: [unwritable('attempt to write a readonly database')] });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it.skipIf(!isRoot && !requiresSystem)('because it is on a disk for reading alone is read, and cannot be locked', async (test) => {
    await runReportJob(bundle, { directory, job: 'report', name: 'before' });
    const mounted = await run('mount', ['--bind', directory, directory]);
    if (mounted.exitCode !== 0 && !requiresSystem) test.skip();
    expect(mounted.stderr).toBe('');
    try {
      expect((await run('mount', ['-o', 'remount,bind,ro', directory])).stderr).toBe('');
      const tried = await runReportJob(bundle, { directory, job: 'try', name: '' });
      expect(tried).toMatchObject({ kind: 'unavailable', problem: expect.stringMatching(/^EROFS: read-only file system, /) });
      expect(await runReportJob(bundle, { directory, job: 'look', name: '' })).toEqual({
        known: ['before'],
        isPrinted: true,
        warnings: [],
      });
    } finally {
      await run('umount', ['--lazy', directory]); // this process may still have files open
    }
  });

  it.skipIf(!isRoot && !requiresSystem)('because the disk is full keeps what it had, and none of the report', async (test) => {
    mkdirSync(directory, { mode: 0o700 });
    const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=0700', 'tmpfs', directory]);
    if (mounted.exitCode !== 0 && !requiresSystem) test.skip();
    expect(mounted.stderr).toBe('');
    try {
      await runReportJob(bundle, { directory, job: 'report', name: 'before' });
      const ballast = join(directory, 'ballast');
      expect(() => writeFileSync(ballast, Buffer.alloc(2 * 1024 * 1024))).toThrow('ENOSPC');
      const inVain = { key: null, isConfirmed: false, warnings: [unwritable('database or disk is full')] };
      expect(await runReportJob(bundle, { directory, job: 'report', name: 'lost' })).toEqual({
        known: ['before'],
        isPrinted: true,
        ...inVain,
      });
      expect(kept()).toEqual(['confirmed 1']);
      rmSync(ballast);
      expect(await runReportJob(bundle, { directory, job: 'report', name: 'after' })).toMatchObject({ known: ['before'], key: 2 });
      expect(readdirSync(directory).filter((name) => name.startsWith('state'))).toEqual(['state.db']);
    } finally {
      await run('umount', ['--lazy', directory]); // this process may still have files open
    }
  });
});
