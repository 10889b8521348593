import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoredImage } from '../../src/demo/engine-documents.ts';
import { type EmbeddedEngine, startEngine } from '../../src/demo/engine-server.ts';
import { type EmbeddedRegistry, startRegistry } from '../../src/demo/registry-server.ts';
import type { Ran } from '../helpers/processes.ts';
import { type CliOptions, runCli } from '../helpers/run-cli.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';
import {
  AFTER,
  APP_STEPS,
  BASE_STEPS,
  BEFORE,
  build,
  builtHere,
  type Image,
  normalize,
  onlyImage,
  pulled,
  readJson,
  startTrap,
} from './base-world.ts';

/** `base record` while the base is known, and what that is good for once it is not. */
const base = build(BASE_STEPS, { at: BEFORE });
const app = build(APP_STEPS, { from: base });
/** The base without its last steps, exactly as it was when it had no more: nothing in it tells that there was more. */
const shorter = build(BASE_STEPS.slice(0, 2), { at: BEFORE });

let registry: EmbeddedRegistry;
let engine: EmbeddedEngine;
let home: TemporaryDirectory;
let baseName: string;

beforeEach(async () => {
  [registry, home] = await Promise.all([startRegistry({ quota: { limit: 5_000, windowSeconds: 21_600 } }), makeTemporaryDirectory()]);
  baseName = `${registry.host}/base/node:20`;
  registry.put('base/node', '20', base);
  engine = await startEngine({ images: [] });
});
afterEach(() => Promise.all([registry.close(), engine.close(), home.remove()]));

const have = async (...images: readonly StoredImage[]): Promise<void> => {
  await engine.close();
  engine = await startEngine({ images });
};
const record = async (args: readonly string[], options: CliOptions = {}): Promise<Ran> => {
  registry.forget();
  const ran = await runCli(['base', 'record', '-H', engine.host, ...args], { home: home.path, ...options });
  return normalize(ran, { [registry.host]: 'R', [home.path]: 'HOME' });
};
const show = async (name: string, ...args: string[]): Promise<Image> => {
  registry.forget();
  return onlyImage(await readJson(['show', '-H', engine.host, name, ...args], { home: home.path }));
};
const RECORDED = { exitCode: 0, stdout: 'app:1: built on R/base/node:20 (2 layers, SHORT)\n', stderr: '' };

describe('recording a base that is here', () => {
  it.each([
    ['takes the one that is named', () => [baseName]],
    ['takes the one that lies below the image', () => []],
  ])('%s, without a request', async (_, args) => {
    await have(builtHere('app:1', app), pulled(baseName, base));
    expect(await record(['app:1', ...args()])).toEqual(RECORDED);
    expect(registry.requests).toEqual([]);
  });

  it('takes the version that is here, though the tag moved on', async () => {
    registry.put('base/node', '20', build(BASE_STEPS, { at: AFTER }));
    await have(builtHere('app:1', app), pulled(baseName, base));
    expect(await record(['app:1', baseName])).toEqual(RECORDED);
    expect((await show('app:1')).base).toMatchObject({ status: 'moved', recorded: base.digest, confidence: 'certain' });
  });

  it('takes the name of an image of the engine as containers-transports has it, and none of a registry', async () => {
    await have(builtHere('app:1', app), pulled(baseName, base));
    expect(await record(['docker-daemon:app:1'])).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await record(['docker://app:1'])).toEqual({
      exitCode: 64,
      stdout: '',
      stderr:
        'E: cannot record the base of docker://app:1: bases are recorded of images of the engine\n' +
        'N: name its base when it is looked at: imgupdate list --base node:20-slim docker://app:1\n',
    });
    expect(await record(['oci:app:1'])).toMatchObject({ exitCode: 64, stdout: '' });
    expect(registry.requests).toEqual([]);
  });

  it('refuses what is left of a base that the image was built on more of', async () => {
    registry.put('base/node', '20', shorter);
    await have(builtHere('app:1', app), { ...pulled(baseName, base), tags: [] }, pulled(baseName, shorter));
    expect(await record(['app:1', baseName])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr:
        'E: cannot record R/base/node:20 as the base of app:1: the image was built on another version of it, SHORT, and it moved since\n' +
        'N: build it again first; a base is recorded right after a build\n',
    });
    expect((await show('app:1')).base).toMatchObject({ status: 'moved', kind: 'upper-layers-removed' });
  });

  it('finds an image by its id', async () => {
    await have(builtHere('app:1', app), pulled(baseName, base));
    const id = app.config.digest.slice('sha256:'.length, 20);
    expect(await record([id])).toMatchObject({ exitCode: 0, stdout: `${id}: built on R/base/node:20 (2 layers, SHORT)\n` });
  });
});

describe('recording a base that is not here', () => {
  beforeEach(() => have(builtHere('app:1', app)));

  it('takes what its registry offers, where the image stands on that', async () => {
    expect(await record(['app:1', baseName])).toEqual(RECORDED);
    expect(registry.counts()).toMatchObject({ manifestHeads: 1, manifestGets: 1, blobs: 1 });
  });

  it.each<[string, () => void, () => string[], RegExp]>([
    [
      'another base',
      () => registry.put('base/node', '20', build(BASE_STEPS, { at: AFTER })),
      () => ['app:1', baseName],
      /^E: cannot record R\/base\/node:20 as the base of app:1: the image does not stand on what R\/base\/node:20 names now\nN: build it on that first, or name the base it stands on\n$/,
    ],
    [
      'a base that does not exist',
      () => undefined,
      () => ['app:1', `${registry.host}/base/node:none`],
      /^E: cannot record R\/base\/node:none as the base of app:1: R\/base\/node:none does not exist\nN: name the base as the FROM of its Dockerfile does\n$/,
    ],
    [
      'a base whose registry is not asked',
      () => undefined,
      () => ['app:1', baseName, '--offline'],
      /^E: cannot record R\/base\/node:20 as the base of app:1: .* is not remembered, and nothing is asked while offline\nN: run without --offline\n$/,
    ],
    [
      'nothing, where nothing names it',
      () => undefined,
      () => ['app:1'],
      /^E: nothing says which base app:1 was built on\nN: name it: imgupdate base record app:1 node:20-slim\n$/,
    ],
    [
      'an image that is not here',
      () => undefined,
      () => ['other:1', baseName],
      /^E: no image here matches other:1\nN: list those that are: imgupdate list\n$/,
    ],
  ])('refuses %s', async (_, prepare, args, stderr) => {
    prepare();
    const ran = await record(args());
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ran.stderr).toMatch(stderr);
    expect((await show('app:1')).base).toMatchObject({ status: 'unknown', reason: { kind: 'no-evidence' } });
  });

  it('refuses a base that cannot be read, and several images', async () => {
    expect(await record(['app:1', 'node@@'])).toMatchObject({ exitCode: 64, stdout: '' });
    await have(builtHere('app:1', app), builtHere('app:2', build(['COPY two /'], { from: base })));
    expect(await record(['app', baseName])).toEqual({
      exitCode: 64,
      stdout: '',
      stderr: 'E: 2 images match app, and a base is recorded of one\nN: name it with its tag: imgupdate base record app:1\n',
    });
    expect(await record([])).toEqual({
      exitCode: 64,
      stdout: '',
      stderr: "E: missing required argument 'image'\nN: see 'imgupdate base record --help'\n",
    });
  });

  it('asks a registry that only the image names when it is named or allowed, and not before', async () => {
    const trap = await startTrap();
    const hostile = build(APP_STEPS, { from: base, comment: `FROM ${trap.host}/base/node:20` });
    await have(builtHere('app:1', hostile));
    const refused = await record(['app:1']);
    expect(normalize(refused, { [trap.host]: 'TRAP' })).toEqual({
      exitCode: 1,
      stdout: '',
      stderr:
        'E: cannot record TRAP/base/node:20 as the base of app:1: nothing but the image names the registry TRAP, so it is not asked; --allow-host TRAP allows it\n' +
        'N: name it, if it is right: imgupdate base record app:1 TRAP/base/node:20\n',
    });
    expect(trap.connections()).toBe(0);
    expect((await record(['app:1', '--allow-host', trap.host])).exitCode).toBe(1);
    const asked = trap.connections();
    expect(asked).toBeGreaterThan(0);
    await record(['app:1', `${trap.host}/base/node:20`]);
    expect(trap.connections()).toBeGreaterThan(asked);
    await trap.close();
  });
});

describe('a state that cannot be written', () => {
  it('is said, and that nothing was recorded', async () => {
    await have(builtHere('app:1', app), pulled(baseName, base));
    await writeFile(join(home.path, 'file'), '');
    const ran = await record(['app:1', baseName], { env: { XDG_STATE_HOME: join(home.path, 'file') } });
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ran.stderr).toMatch(
      /^W: .*HOME\/file.*\nE: the base of app:1 is not recorded: the state cannot be written\nN: set XDG_STATE_HOME to a folder you may write to\n$/,
    );
  });

  it('does not let an older record pass for the new one', async () => {
    await have(builtHere('app:1', app), pulled(baseName, base));
    expect(await record(['app:1', baseName])).toEqual(RECORDED);
    await writeFile(join(home.path, 'file'), '');
    expect(await record(['app:1', baseName], { env: { XDG_STATE_HOME: join(home.path, 'file') } })).toMatchObject({
      exitCode: 1,
      stdout: '',
    });
    expect((await show('app:1')).base).toMatchObject({ status: 'current', recorded: base.digest });
  });

  it('is said where there is no place for it at all', async () => {
    await have(builtHere('app:1', app), pulled(baseName, base));
    const ran = await record(['app:1', baseName], { env: { HOME: '', XDG_STATE_HOME: '', XDG_CACHE_HOME: '' } });
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ran.stderr).toContain('E: the base of app:1 is not recorded: the state cannot be written\n');
  });
});

describe('a base that only lost its upper layers, by which it equals what it was before it had them', () => {
  it('looks current to whoever did not record it, and is said to', async () => {
    await have(builtHere('app:1', app));
    registry.put('base/node', '20', shorter);
    const { base: answer } = await show('app:1', '--base', baseName);
    expect(answer).toMatchObject({ status: 'current' });
    expect(answer.confidence).not.toBe('certain');
    expect(answer.notes.join()).toContain('imgupdate base record');
  });

  it.each([
    ['recorded from this machine', true],
    ['recorded from its registry', false],
  ])('is seen when it was %s, and the image of the base is gone', async (_, isHere) => {
    await have(builtHere('app:1', app), ...(isHere ? [pulled(baseName, base)] : []));
    expect(await record(['app:1', baseName])).toEqual(RECORDED);
    await have(builtHere('app:1', app));
    expect(await show('app:1', '--refresh')).toMatchObject({ verdict: 'fresh', base: { status: 'current', confidence: 'certain' } });
    registry.put('base/node', '20', shorter);
    expect(await show('app:1', '--refresh')).toMatchObject({
      verdict: 'stale',
      base: {
        status: 'moved',
        kind: 'upper-layers-removed',
        confidence: 'certain',
        recorded: base.digest,
        candidate: shorter.digest,
        why: `${baseName} dropped its top layer; this image still carries it`,
      },
    });
  });
});

describe('a base that moves between runs', () => {
  const versions = ['2026-10-01', '2026-11-01', '2026-11-08', '2026-11-15'].map((day) => build(BASE_STEPS, { at: `${day}T08:00:00Z` }));

  it('is counted from version to version, and its way back is seen', async () => {
    const first = versions[0]!;
    await have(builtHere('app:1', build(APP_STEPS, { from: first, at: '2026-10-08T08:00:00Z' })), pulled(baseName, first));
    const seen: (string | number | null)[][] = [];
    for (const now of [first, ...versions.slice(1), versions[0]!]) {
      registry.put('base/node', '20', now);
      const { base: answer } = await show('app:1', '--refresh');
      seen.push([answer.status, answer.kind, answer.versionsBehind]);
    }
    expect(seen).toEqual([
      ['current', null, 0],
      ['moved', 'layers-differ', 1],
      ['moved', 'layers-differ', 2],
      ['moved', 'layers-differ', 3],
      ['current', null, 0],
    ]);
  });

  it('and goes back below the version an image was built on was rolled back', async () => {
    const [first, second, third] = versions;
    await have(pulled(baseName, first!), builtHere('old:1', build(['COPY old /'], { from: first!, at: '2026-10-08T08:00:00Z' })));
    registry.put('base/node', '20', first!);
    await show('old:1', '--refresh');
    registry.put('base/node', '20', second!);
    await show('old:1', '--refresh');
    registry.put('base/node', '20', third!);
    await have(pulled(baseName, third!), builtHere('app:1', build(APP_STEPS, { from: third!, at: '2026-11-09T08:00:00Z' })));
    expect((await show('app:1', '--refresh')).base).toMatchObject({ status: 'current' });
    registry.put('base/node', '20', first!);
    const { base: answer } = await show('app:1', '--refresh');
    expect(answer).toMatchObject({ status: 'moved', kind: 'rolled-back', reference: baseName });
    expect(answer.why).toContain('was taken back to an earlier version');
  });

  it('is known by what it was when a pull left it dangling', async () => {
    const [first, second] = versions;
    const image = builtHere('app:1', build(APP_STEPS, { from: first!, at: '2026-10-08T08:00:00Z' }));
    registry.put('base/node', '20', second!);
    await have(image, { ...pulled(baseName, first!), tags: [] }, pulled(baseName, second!));
    expect((await show('app:1', '--refresh')).base).toMatchObject({
      status: 'moved',
      kind: 'layers-differ',
      reference: baseName,
      recorded: first!.digest,
    });
    await have(image, pulled(baseName, second!));
    expect((await show('app:1', '--refresh')).base).toMatchObject({ status: 'moved', reference: baseName, recorded: first!.digest });
  });
});
