import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CACHE } from '../../src/store/cache.ts';
import { run } from '../helpers/processes.ts';
import { cacheFile, DAY, integrityOf, makeDocument, makeFound, nginx, openRaw, remember } from './make.ts';
import { bundleStore, killJob, runJob } from './processes.ts';
import { giveEachTestAStore, isRoot, requiresSystem, TEN } from './set-up.ts';

let bundle: string;
let temporary: string;
let cache: string;
let file: string;

giveEachTestAStore((place) => {
  ({ bundle, temporary, directory: cache } = place);
  file = cacheFile(cache);
});

const worker = { registry: 'docker.io', repository: 'library/worker' };

describe('several processes at once', () => {
  it('make the cache together and keep what each of them learned', async () => {
    const found = await Promise.all(TEN.map((name) => runJob(bundle, { directory: cache, job: 'write', name })));
    expect(found).toEqual(TEN.map(() => ({ tag: true, document: true, warnings: [] })));
    const later = await Promise.all(TEN.map((name) => runJob(bundle, { directory: cache, job: 'read', name })));
    expect(later).toEqual(TEN.map(() => ({ tag: true, document: true, warnings: [] })));
    expect(integrityOf(file)).toEqual({ integrity_check: 'ok' });
  });

  it('wait for one that is just making it', async () => {
    mkdirSync(cache, { mode: 0o700 });
    const raw = openRaw(file);
    raw.exec('begin immediate');
    const waiting = runJob(bundle, { directory: cache, job: 'write', name: 'w' });
    await delay(1_000);
    for (const step of CACHE.steps) raw.exec(step);
    raw.exec(`pragma application_id = ${CACHE.applicationId}; pragma user_version = ${CACHE.steps.length}; commit`);
    raw.close();
    expect(await waiting).toEqual({ tag: true, document: true, warnings: [] });
  });

  it('get over a damaged cache, each with a warning at most', async () => {
    mkdirSync(cache, { mode: 0o700 });
    writeFileSync(file, 'garbage '.repeat(10_000));
    const found = await Promise.all(TEN.map((name) => runJob(bundle, { directory: cache, job: 'write', name })));
    expect(found.map(({ tag, document }) => tag && document)).toEqual(TEN.map(() => true));
    expect(found.flatMap(({ warnings }) => warnings.map(({ code }) => code))).toContain('store-damaged');
    expect(integrityOf(file)).toEqual({ integrity_check: 'ok' });
    expect(await runJob(bundle, { directory: cache, job: 'write', name: 'next' })).toEqual({ tag: true, document: true, warnings: [] });
  });

  it('can read while one of them writes much', async () => {
    remember(cache, (memory) => memory.writeTag(nginx, '1.27', makeFound('a')));
    const writer = runJob(bundle, { directory: cache, job: 'writeMuch', name: 'w' });
    const ended = writer.then(() => 'ended');
    let reads = 0;
    do {
      remember(cache, (memory) => {
        expect(memory.readTag(nginx, '1.27')).toEqual(makeFound('a'));
        expect(memory.warnings()).toEqual([]);
      });
      reads += 1;
    } while ((await Promise.race([ended, delay(1, 'writing')])) === 'writing');
    expect(reads).toBeGreaterThan(1);
    expect(await writer).toEqual({ tag: true, document: true, warnings: [] });
  });
});

describe('a process that is killed while it writes', () => {
  it('costs no one what was remembered before', async () => {
    const document = makeDocument('kept');
    for (let round = 0; round < 3; round += 1) {
      remember(cache, (memory) => {
        memory.writeDocument(document.digest, document.bytes);
        memory.writeTag(nginx, '1.27', makeFound('a'));
      });
      await killJob(bundle, { directory: cache, job: 'writeForever', name: `killed${round}` }, () => existsSync(`${file}-journal`));
      remember(cache, (memory) => {
        expect(Buffer.from(memory.readDocument(document.digest)!)).toEqual(document.bytes);
        expect(memory.readTag(nginx, '1.27')).toEqual(makeFound('a'));
        expect(memory.warnings()).toEqual([]);
      });
      expect(integrityOf(file)).toEqual({ integrity_check: 'ok' });
    }
  });
});

describe('a cache that cannot be written', () => {
  const learned = 'the cache .* cannot be written, what this run learned is not remembered: ';

  it('is read, and the run says once that it learned in vain', async () => {
    const tenDaysAgo = Date.now() - 10 * DAY;
    const document = makeDocument('before');
    remember(
      cache,
      (memory) => {
        memory.writeDocument(document.digest, document.bytes);
        memory.writeTag(worker, 'before-0', { kind: 'found', digest: document.digest, mediaType: null, observedAt: tenDaysAgo });
      },
      { now: () => tenDaysAgo },
    );
    const uid = isRoot ? { uid: 65_534 } : {};
    chmodSync(temporary, 0o755);
    if (isRoot) for (const path of [temporary, cache, file]) chownSync(path, 65_534, 65_534);
    chmodSync(file, 0o400);
    chmodSync(cache, 0o500);
    const before = readFileSync(file);
    const reader = await runJob(bundle, { directory: cache, job: 'read', name: 'before', ...uid });
    const writer = await runJob(bundle, { directory: cache, job: 'write', name: 'after', ...uid });
    chmodSync(cache, 0o700);
    expect(reader).toEqual({ tag: true, document: true, warnings: [] });
    expect(writer).toEqual({
      tag: true,
      document: true,
      warnings: [{ code: 'store-unwritable', message: expect.stringMatching(learned), image: null }],
    });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('and not made either costs a warning, not the run', async () => {
    chmodSync(temporary, 0o500);
    if (isRoot) chownSync(temporary, 65_534, 65_534);
    const found = await runJob(bundle, { directory: cache, job: 'write', name: 'w', ...(isRoot ? { uid: 65_534 } : {}) });
    chmodSync(temporary, 0o700);
    expect(found).toEqual({
      tag: true,
      document: true,
      warnings: [
        {
          code: 'store-unavailable',
          message: expect.stringMatching(/^the cache cannot be used, nothing is remembered: EACCES/),
          image: null,
        },
      ],
    });
  });

  it.skipIf(!isRoot && !requiresSystem)('because the disk is full keeps what it had, and the run its own', async (test) => {
    mkdirSync(cache, { mode: 0o700 });
    const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=0700', 'tmpfs', cache]);
    if (mounted.exitCode !== 0 && !requiresSystem) test.skip();
    expect(mounted.stderr).toBe('');
    try {
      const whole = { tag: true, document: true, warnings: [] };
      const full = `the cache ${file} cannot be written, what this run learned is not remembered: database or disk is full`;
      expect(await runJob(bundle, { directory: cache, job: 'write', name: 'before' })).toEqual(whole);
      expect(await runJob(bundle, { directory: cache, job: 'writeMuch', name: 'much' })).toEqual({
        ...whole,
        warnings: [{ code: 'store-unwritable', message: full, image: null }],
      });
      expect(await runJob(bundle, { directory: cache, job: 'read', name: 'before' })).toEqual(whole);
      expect(readdirSync(cache)).toEqual(['cache.db']);
    } finally {
      await run('umount', [cache]);
    }
  });
});

describe('without its database package', () => {
  it.each([
    ['that is not installed', null, /^nothing is remembered: the package @photostructure\/sqlite cannot be loaded: Cannot find module/],
    ['that has no binary for this machine', "throw new Error('No native build was found for platform=plan9');", /plan9$/],
    ['that is another one', 'module.exports = {};', /cannot be loaded: it has no DatabaseSync$/],
  ])('%s, a run remembers until its end and says why', async (_, code, message) => {
    const elsewhere = join(temporary, 'dist');
    const alone = await bundleStore(elsewhere, null);
    if (code !== null) {
      const folder = join(elsewhere, 'node_modules', '@photostructure', 'sqlite');
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'index.js'), code);
    }
    expect(await runJob(alone, { directory: cache, job: 'write', name: 'w' })).toEqual({
      tag: true,
      document: true,
      warnings: [{ code: 'store-unavailable', message: expect.stringMatching(message), image: null }],
    });
    expect(existsSync(cache)).toBe(false);
  });
});
