import { createHash } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CACHE } from '../../src/store/cache.ts';
import { openReportLog } from '../../src/store/open-report-log.ts';
import { STATE } from '../../src/store/state.ts';
import { openStoreFile } from '../../src/store/store-file.ts';
import { run } from '../helpers/processes.ts';
import {
  cacheFile,
  changeRaw,
  makeDocument,
  makeFound,
  makeMemory,
  makeVersion,
  nginx,
  node,
  NOON,
  remember,
  rowIn,
  stateFile,
} from './make.ts';
import { runBaseJob, runHoldJob, runJob } from './processes.ts';
import { giveEachTestAStore, isRoot, requiresSystem } from './set-up.ts';

let bundle: string;
let temporary: string;
let directory: string;

giveEachTestAStore((place) => {
  ({ bundle, temporary, directory } = place);
});

const options = () => ({ stateDirectory: directory });
const version = (file: string) => rowIn(file, 'pragma user_version').user_version;
const hold = { of: 'nginx', hold: { reason: null, until: null }, heldAt: NOON };

const WITHOUT_REPORTS = 'drop table report_outcomes; drop table report_baselines; drop table reports';

/** Takes from the files what later steps put there, which is what the first step made. */
function makeFirstVersion(): void {
  changeRaw(cacheFile(directory), 'drop table tag_list_texts; drop table tag_lists; pragma user_version = 1');
  changeRaw(stateFile(directory), `drop table holds; drop table sightings; ${WITHOUT_REPORTS}; pragma user_version = 1`);
}

/** What tables a file has, in the words that made them. */
function schemaOf(file: string): unknown {
  return rowIn(file, 'select json_group_array(sql order by name) as sql from sqlite_schema').sql;
}

function fill(): void {
  const document = makeDocument('kept');
  remember(
    directory,
    (memory) => {
      memory.writeTag(nginx, '1.27', makeFound('a'));
      memory.writeDocument(document.digest, document.bytes);
      memory.writeFacts(new Map([['image', '{}']]));
      memory.writeBase(makeVersion('a'));
      memory.writeBuildNote({ imageId: 'app', base: makeVersion('a'), recordedAt: NOON });
    },
    options(),
  );
  makeFirstVersion();
}

describe('the steps from version to version', () => {
  it.each([
    ['cache', CACHE, ['2bd3ad5fd44c', '47f0c0ca49e2']],
    ['state', STATE, ['bae63fce7ca0', 'fc4e5a52288a', '65c8eee7759f']],
  ] as const)('of the %s are never changed once files were made by them', (_, { steps }, hashes) => {
    expect(steps.map((step) => createHash('sha256').update(step).digest('hex').slice(0, 12))).toEqual(hashes);
  });
});

describe('files of the first version', () => {
  it.each([
    ['cache', CACHE, cacheFile],
    ['state', STATE, stateFile],
  ] as const)('are as the first step made them: the %s of these tests', (_, kind, fileIn) => {
    fill();
    const first = openStoreFile({ ...kind, steps: kind.steps.slice(0, 1) }, { directory: temporary, uid: null, warn: () => undefined });
    first?.close();
    expect(schemaOf(fileIn(directory))).toBe(schemaOf(fileIn(temporary)));
  });

  it('keep all they hold, and hold from then on what is new', () => {
    fill();
    remember(
      directory,
      (memory) => {
        expect(memory.readTag(nginx, '1.27')).toEqual(makeFound('a'));
        expect(memory.readTagLists([nginx])).toEqual([null]);
        expect(memory.readHolds()).toEqual([]);
        expect(memory.readSightings(nginx, ['1.27']).size).toBe(0);
        memory.writeTagList(nginx, { tags: ['1.27'], covers: null, cut: null, observedAt: NOON });
        memory.writeHold(hold);
        memory.writeSightings(nginx, ['1.27'], NOON);
      },
      options(),
    );
    remember(
      directory,
      (memory) => {
        expect(memory.readTag(nginx, '1.27')).toEqual(makeFound('a'));
        expect(memory.readDocument(makeDocument('kept').digest)).not.toBeNull();
        expect(memory.readFacts(['image']).size).toBe(1);
        expect(memory.readBases(node, '20', 'linux/amd64')).toEqual([makeVersion('a')]);
        expect(memory.readBuildNote('app', 'linux/amd64')?.base).toEqual(makeVersion('a'));
        expect(memory.readTagList(nginx)).toEqual(['1.27']);
        expect(memory.readHolds()).toEqual([hold]);
        expect(memory.readSightings(nginx, ['1.27']).get('1.27')).toBe(NOON);
        expect(memory.warnings()).toEqual([]);
      },
      options(),
    );
    expect([cacheFile(directory), stateFile(directory)].map(version)).toEqual([2, 3]);
  });

  it('are brought up to date once by many processes at once', async () => {
    fill();
    const names = Array.from({ length: 8 }, (_, n) => `worker${n}`);
    const found = await Promise.all(names.map((name) => runHoldJob(bundle, { directory, job: 'hold', name })));
    expect(found.flatMap(({ warnings }) => warnings)).toEqual([]);
    expect(await runHoldJob(bundle, { directory, job: 'look', name: 'look' })).toEqual({ holds: names, seen: 50, warnings: [] });
    remember(directory, (memory) => expect(memory.readBases(node, '20', 'linux/amd64')).toEqual([makeVersion('a')]), options());
  });

  it('that cannot be written are read as they are, and what is new lasts as long as the run', async () => {
    await runJob(bundle, { directory, job: 'write', name: 'before' });
    await runBaseJob(bundle, { directory, job: 'seeBases', name: 'before' });
    makeFirstVersion();
    const files = [cacheFile(directory), stateFile(directory)];
    chmodSync(temporary, 0o755);
    if (isRoot) for (const path of [temporary, directory, ...files]) chownSync(path, 65_534, 65_534);
    for (const path of files) chmodSync(path, 0o400);
    chmodSync(directory, 0o500);
    const before = files.map((path) => readFileSync(path));
    const uid = isRoot ? { uid: 65_534 } : {};
    const read = await runJob(bundle, { directory, job: 'read', name: 'before', ...uid });
    const seen = await runBaseJob(bundle, { directory, job: 'seeAgain', name: 'before', ...uid });
    const looked = await runHoldJob(bundle, { directory, job: 'look', name: 'look', ...uid });
    const held = await runHoldJob(bundle, { directory, job: 'hold', name: 'after', ...uid });
    chmodSync(directory, 0o700);
    expect(read).toEqual({ tag: true, document: true, warnings: [] });
    expect(seen).toEqual({ shared: 50, own: 1, warnings: [] });
    expect(looked).toEqual({ holds: [], seen: 0, warnings: [] });
    expect(held).toMatchObject({ holds: ['after'], seen: 50, warnings: [{ code: 'store-unwritable' }] });
    expect(files.map((path) => readFileSync(path))).toEqual(before);
  });
});

describe('a state of the second version', () => {
  it('keeps all it holds, and has reports from then on', () => {
    fill();
    remember(
      directory,
      (memory) => {
        memory.writeHold(hold);
        memory.writeSightings(nginx, ['1.27'], NOON);
      },
      options(),
    );
    changeRaw(stateFile(directory), `${WITHOUT_REPORTS}; pragma user_version = 2`);
    const second = openStoreFile({ ...STATE, steps: STATE.steps.slice(0, 2) }, { directory: temporary, uid: null, warn: () => undefined });
    second?.close();
    expect(schemaOf(stateFile(directory))).toBe(schemaOf(stateFile(temporary)));

    const log = openReportLog({ stateDirectory: directory, uid: process.getuid?.() ?? null });
    expect(log.list('default')).toEqual([]);
    const trend = { at: NOON, images: 1, fresh: 1, stale: 0, unknown: 0 };
    const key = log.prepare('default', { at: NOON, hosts: ['h'], rows: [], trend });
    expect(log.confirm(key!)).toBe(true);
    expect(log.list('default')).toEqual([{ key, trend, isPrinted: true }]);
    log.close();
    expect(log.warnings()).toEqual([]);
    remember(
      directory,
      (memory) => {
        expect(memory.readBases(node, '20', 'linux/amd64')).toEqual([makeVersion('a')]);
        expect(memory.readBuildNote('app', 'linux/amd64')?.base).toEqual(makeVersion('a'));
        expect(memory.readHolds()).toEqual([hold]);
        expect(memory.readSightings(nginx, ['1.27']).get('1.27')).toBe(NOON);
        expect(memory.warnings()).toEqual([]);
      },
      options(),
    );
    expect(version(stateFile(directory))).toBe(3);
  });
});

describe('a disk that is full at first', () => {
  /** On a small disk of its own: what there was before, and then, with the disk full, what `work` does. */
  async function onFullDisk(prepare: () => void, work: (makeRoom: () => void) => void, skip: () => void): Promise<void> {
    mkdirSync(directory, { mode: 0o700 });
    const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=0700', 'tmpfs', directory]);
    if (mounted.exitCode !== 0 && !requiresSystem) skip();
    expect(mounted.stderr).toBe('');
    try {
      prepare();
      const ballast = join(directory, 'ballast');
      expect(() => writeFileSync(ballast, Buffer.alloc(2 * 1024 * 1024))).toThrow('ENOSPC');
      work(() => rmSync(ballast));
    } finally {
      await run('umount', ['--lazy', directory]); // a test that fails leaves files open
    }
  }

  it.skipIf(!isRoot && !requiresSystem)('leaves files as they are; once there is room they take what is new', (test) =>
    onFullDisk(
      fill,
      (makeRoom) => {
        let now = NOON;
        const memory = makeMemory(directory, { ...options(), now: () => now });
        expect(memory.readBases(node, '20', 'linux/amd64')).toEqual([makeVersion('a')]);
        expect([memory.readHolds(), memory.readTagList(nginx), memory.readTag(nginx, '1.27')]).toEqual([[], null, makeFound('a')]);
        makeRoom();
        memory.writeHold(hold);
        now += 2_000;
        memory.writeSightings(nginx, ['1.27'], NOON);
        expect(rowIn(stateFile(directory), 'select count(*) as holds from holds')).toEqual({ holds: 1 });
        expect(memory.readHolds()).toEqual([hold]);
        memory.close();
        expect(memory.warnings()).toEqual([]);
      },
      () => test.skip(),
    ),
  );

  it.skipIf(!isRoot && !requiresSystem)('writes nothing into a file that a newer program has made its own meanwhile', (test) =>
    onFullDisk(
      fill,
      (makeRoom) => {
        const memory = makeMemory(directory, options());
        expect(memory.readHolds()).toEqual([]);
        makeRoom();
        changeRaw(stateFile(directory), 'pragma user_version = 7');
        memory.writeHold(hold);
        memory.close();
        const problem = 'it has version 7, this program knows version 3';
        expect(memory.warnings().map(({ message }) => message)).toEqual([
          `the state ${stateFile(directory)} cannot be written, nothing new of bases, versions and holds is remembered: ${problem}`,
        ]);
      },
      () => test.skip(),
    ),
  );

  it.skipIf(!isRoot && !requiresSystem)('has no room for a first file either, which costs a warning', (test) =>
    onFullDisk(
      () => undefined,
      () => {
        const memory = makeMemory(directory, options());
        memory.writeHold(hold);
        expect(memory.readHolds()).toEqual([hold]);
        memory.close();
        expect(memory.warnings().map(({ message }) => message)).toEqual([
          `the cache ${cacheFile(directory)} cannot be used, nothing is remembered: database or disk is full`,
          `the state ${stateFile(directory)} cannot be used, neither bases nor holds are remembered: database or disk is full`,
        ]);
      },
      () => test.skip(),
    ),
  );
});
