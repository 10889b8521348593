import { spawn } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedEngine, startEngine } from '../../src/demo/engine-server.ts';
import type { ImageDocument } from '../../src/demo/images.ts';
import { type EmbeddedRegistry, type RegistryOptions, startRegistry } from '../../src/demo/registry-server.ts';
import type { Document } from '../../src/core/document.ts';
import { baseEnvironment, type Ran } from '../helpers/processes.ts';
import { BIN, runCli } from '../helpers/run-cli.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';
import { makeWord } from './check-world.ts';

/** Newer versions as users and scripts see them: the built program, a registry that counts, an engine, and a home that stays from run to run. */
const [OLD, WEB, NEXT, MAJOR] = [makeWord('old'), makeWord('web'), makeWord('next'), makeWord('major')];
const QUOTA = { limit: 100, windowSeconds: 21_600 };

let registry: EmbeddedRegistry;
let engine: EmbeddedEngine;
let home: TemporaryDirectory;
const start = async (options: RegistryOptions = {}): Promise<void> => {
  registry = await startRegistry({ quota: QUOTA, auth: { kind: 'token', users: [], service: 'test' }, ...options });
  home = await makeTemporaryDirectory();
  registry.putTags('acme/web', ['1.25', '1.26', '1.27', '1.27.4', '1.27.5'], WEB);
  registry.putTags('acme/web', ['1.28', '1.29', '1.29.3', 'latest'], NEXT);
  registry.putTags('acme/web', ['2.1'], MAJOR);
  registry.putTags('acme/web', ['2.2-rc1', 'bookworm', '20240110', 'sha-3f2a9c0'], OLD);
  registry.putTags('acme/api', ['v2.0', 'v2.1'], WEB);
  const image = (name: string, document: ImageDocument, digest = document.digest) => ({
    image: document,
    target: document,
    tags: [`${registry.host}/${name}`],
    repoDigests: [`${registry.host}/${name.replace(/:.*/, '')}@${digest}`],
  });
  engine = await startEngine({
    images: [
      image('acme/web:1.27', WEB),
      image('acme/web:1.26', OLD),
      image('acme/web:latest', NEXT),
      image('acme/api:v2.1', WEB),
      { image: makeWord('built'), target: makeWord('built'), tags: ['dev:1.0'], repoDigests: [] },
    ],
  });
};
beforeEach(() => start());
afterEach(() => Promise.all([registry.close(), engine.close(), home.remove()]));

const restart = async (options: RegistryOptions): Promise<void> => {
  await Promise.all([registry.close(), engine.close(), home.remove()]);
  await start(options);
};
const write = (files: Readonly<Record<string, string>>): Promise<unknown> =>
  Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(home.path, name), text.replaceAll('R/', `${registry.host}/`))));
const run = async (...args: readonly string[]): Promise<Ran> => {
  registry.forget();
  const ran = await runCli(args, { home: home.path });
  expect(ran.stderr).not.toMatch(/bug in imgupdate/);
  const normalize = (text: string): string => text.replaceAll(registry.host, 'R').replaceAll(engine.host, 'ENGINE');
  return { ...ran, stdout: normalize(ran.stdout), stderr: normalize(ran.stderr) };
};
const onEngine = (verb: string, ...args: readonly string[]): Promise<Ran> => run(verb, '-H', engine.host, ...args);
const imagesOf = ({ stdout }: Ran): Readonly<Record<string, Document['images'][number]>> =>
  Object.fromEntries((JSON.parse(stdout) as Document).images.map((image) => [image.name, image]));
const lists = (): readonly string[] => registry.requests.flatMap(({ path }) => /^\/v2\/(.*)\/tags\/list/.exec(path)?.[1] ?? []).sort();
const heads = (): readonly string[] =>
  registry.requests
    .flatMap(({ method, path, status }) => (method === 'HEAD' && status === 200 ? [path.replace(/^\/v2\/(.*)\/manifests\//, '$1:')] : []))
    .sort();

describe('list', () => {
  it('shows what is newer beside what was rebuilt, from one list for each repository, at no counted request for it', async () => {
    const { exitCode, stdout } = await onEngine('list', '--json');
    expect(exitCode).toBe(0);
    const images = imagesOf({ exitCode, stdout, stderr: '' });
    const told = Object.entries(images).map(([name, { tag, newer }]) => [
      name,
      tag.status,
      newer.status,
      newer.line?.tag,
      newer.newest?.tag,
    ]);
    expect(told).toEqual([
      ['R/acme/api:v2.1', 'current', 'none', undefined, undefined],
      ['R/acme/web:1.26', 'rebuilt', 'available', '1.29', '2.1'],
      ['R/acme/web:1.27', 'current', 'available', '1.29', '2.1'],
      ['R/acme/web:latest', 'current', 'untracked', undefined, undefined],
      ['dev:1.0', 'local', 'untracked', undefined, undefined],
    ]);
    expect(lists()).toEqual(['acme/api', 'acme/web']);
    expect(registry.counts(), 'the token for the tags does for the lists').toMatchObject({ tokens: 1, challenges: 1 });
    const table = await onEngine('list');
    expect(table.stdout).toMatch(/acme\/web:1\.26 .*rebuilt.*1\.29 \(minor\), 2\.1 \(major\)/);
    expect(registry.requests).toEqual([]);
  });

  it('asks again with --refresh, and nothing at all with --offline', async () => {
    await onEngine('list');
    registry.putTags('acme/web', ['1.30'], NEXT);
    expect((await onEngine('list', '--offline')).stdout).toContain('1.29 (minor)');
    expect(registry.requests).toEqual([]);
    expect((await onEngine('list', '--refresh')).stdout).toContain('1.30 (minor)');
    expect(lists()).toEqual(['acme/api', 'acme/web']);
  });

  it('--upgradable has what has a newer version, and leaves out what has none', async () => {
    const { stdout } = await onEngine('list', '--upgradable');
    expect(stdout).toContain('acme/web:1.27');
    expect(stdout).not.toContain('acme/api');
    expect(stdout).not.toContain('acme/web:latest');
  });

  it('knows the most specific tag of an image only once it was asked for, which show does by one HEAD', async () => {
    expect(imagesOf(await onEngine('list', '--json'))['R/acme/web:1.27']?.newer).toMatchObject({ sibling: null });
    const { stdout } = await onEngine('show', '*/acme/web:1.27');
    expect(stdout).toContain('Same-As: 1.27.5\n');
    expect(heads()).toContain('acme/web:1.27.5');
    expect(heads()).not.toContain('acme/web:1.27.4');
    expect(imagesOf(await onEngine('list', '--json'))['R/acme/web:1.27']?.newer).toMatchObject({ sibling: '1.27.5' });
    expect(registry.requests).toEqual([]);
  });
});

describe('update', () => {
  it('prints a line for each list after those of the tags, and asks for all again', async () => {
    const listsOf = ({ stdout }: Ran): readonly string[] => stdout.split('\n').filter((line) => / tags( |$)/.test(line));
    expect(listsOf(await onEngine('update')).map((line) => line.replace(/ \[.*/, ''))).toEqual([
      'Get:6 R/acme/api tags',
      'Get:7 R/acme/web tags',
    ]);
    expect(listsOf(await onEngine('update')), 'what update is for').toHaveLength(2);
    expect(lists()).toEqual(['acme/api', 'acme/web']);
  });
});

describe('check', () => {
  it('exits with 2 where --fail-on reaches a newer version, and names what to write in a Dockerfile and a compose file', async () => {
    await write({
      Dockerfile: 'FROM R/acme/web:1.27\n',
      'compose.yaml': 'services:\n  api:\n    image: R/acme/api:v2.0\n',
    });
    const passed = await run('check');
    expect(passed.exitCode).toBe(0);
    const failed = await run('check', '--fail-on', 'minor');
    expect(failed.exitCode).toBe(2);
    expect(failed.stdout).toMatch(/Dockerfile:1\b.*1\.29 \(minor\)/);
    expect(failed.stdout).toContain('R/acme/web:1.29');
    expect(failed.stdout).toContain('R/acme/api:v2.1');
    expect(registry.requests, 'all of it was remembered').toEqual([]);
    expect((await run('check', '--fail-on', 'patch')).exitCode, 'who wants patches wants what replaced them').toBe(2);
    expect((await run('check', '--fail-on', 'none')).exitCode).toBe(0);
  });

  it('gives a pinned reference the digest of its new tag, by one HEAD each', async () => {
    await write({
      Dockerfile: `FROM R/acme/web:1.27@${WEB.digest}\n`,
      'compose.yaml': `services:\n  web:\n    image: R/acme/web:1.27@${WEB.digest}\n`,
    });
    const first = await run('check', '--fail-on', 'major', '--json');
    expect(heads()).toEqual(['acme/web:1.27', 'acme/web:1.29', 'acme/web:2.1']);
    const [image] = Object.values(imagesOf(first));
    expect(image?.newer).toMatchObject({ line: { tag: '1.29', digest: NEXT.digest }, newest: { tag: '2.1', digest: MAJOR.digest } });
    const { exitCode, stdout } = await run('check', '--fail-on', 'major');
    expect(exitCode).toBe(2);
    expect(stdout.split(`R/acme/web:1.29@${NEXT.digest}`).length - 1, 'in both files').toBeGreaterThanOrEqual(2);
    expect(stdout).toContain(`R/acme/web:2.1@${MAJOR.digest}`);
    expect(registry.requests).toEqual([]);
  });

  it('exits with 3 where the list could not be read, if versions matter, and says so', async () => {
    await restart({
      intercept: ({ path }) =>
        path.endsWith('/tags/list')
          ? { kind: 'answer', answer: { status: 404, headers: { 'content-type': 'text/plain' }, body: Buffer.from('no such page') } }
          : null,
    });
    await write({ Dockerfile: 'FROM R/acme/web:1.27\n' });
    const { exitCode, stdout } = await run('check', '--fail-on', 'minor');
    expect(exitCode).toBe(3);
    expect(stdout).toContain('newer versions of it were not found out');
    expect((await run('check')).exitCode, 'who does not ask for versions does not hear of them').toBe(0);
  });

  it('is silenced by a hold', async () => {
    await write({ Dockerfile: 'FROM R/acme/web:1.27\n' });
    expect((await run('check', '--fail-on', 'minor')).exitCode).toBe(2);
    expect((await run('hold', `${registry.host}/acme/web:1.27`, '--reason', 'wait')).exitCode).toBe(0);
    const held = await run('check', '--fail-on', 'minor');
    expect(held.exitCode).toBe(0);
    expect(held.stdout).toContain('held: wait');
  });

  it('follows what the configuration says of an image', async () => {
    await write({
      Dockerfile: 'FROM R/acme/web:1.27\n',
      'imgupdate.yaml': 'images:\n  - match: "**/acme/web:*"\n    skip: "1.29"\n    track: minor\n',
    });
    expect((await run('check', '--fail-on', 'minor')).exitCode).toBe(0);
    await write({ 'imgupdate.yaml': 'images:\n  - match: "**/acme/web:*"\n    exclude: "1.29"\n    track: minor\n' });
    const { exitCode, stdout } = await run('check', '--fail-on', 'minor');
    expect(exitCode).toBe(2);
    expect(stdout).toContain('R/acme/web:1.28');
  });
});

describe('a minimum age', () => {
  /** When a version was first seen, as the table of versions has it. */
  const firstSeenOf = async (tag: string): Promise<string | null | undefined> => {
    const { stdout } = await onEngine('policy', '*/acme/web:1.27', '--json');
    const [entry] = JSON.parse(stdout) as { table: { tag: string; firstSeen: string | null }[] }[];
    return entry?.table.find((row) => row.tag === tag)?.firstSeen;
  };

  it('defers what was first seen now, and counts from then though the cache is wiped', async () => {
    await write({ 'imgupdate.yaml': 'minAge: 3d\n' });
    expect(imagesOf(await onEngine('list', '--json'))['R/acme/web:1.27']?.newer).toMatchObject({ status: 'none' });
    const { stdout } = await onEngine('show', '*/acme/web:1.27');
    expect(stdout).toContain('2.1, 1.29, 1.28 wait for minAge (3d)');
    const before = await firstSeenOf('1.29');
    expect(before).toMatch(/^\d{4}-/);
    await rm(join(home.path, '.cache'), { recursive: true });
    expect(await firstSeenOf('1.29')).toBe(before);
    expect(lists()).toEqual(['acme/web']);
    await write({ 'imgupdate.yaml': 'minAge: 0\n' });
    expect(imagesOf(await onEngine('list', '--json'))['R/acme/web:1.27']?.newer).toMatchObject({ status: 'available' });
  });
});

describe('a registry', () => {
  it('sees at most two lists in the making', async () => {
    await Promise.all([engine.close(), registry.close()]);
    let most = 0;
    registry = await startRegistry({
      latencyMs: 20,
      intercept: () => {
        const waiting = registry.requests.filter(({ path, status }) => path.includes('/tags/list') && status === null);
        most = Math.max(most, waiting.length);
        return null;
      },
    });
    const images = Array.from({ length: 30 }, (_, at) => {
      registry.putTags(`acme/app-${at}`, ['1.0', '1.1'], OLD);
      const name = `${registry.host}/acme/app-${at}`;
      return { image: OLD, target: OLD, tags: [`${name}:1.0`], repoDigests: [`${name}@${OLD.digest}`] };
    });
    engine = await startEngine({ images });
    const { stdout } = await onEngine('list', '--json');
    expect(lists()).toHaveLength(30);
    expect(most).toBe(2);
    expect(Object.values(imagesOf({ exitCode: 0, stdout, stderr: '' })).map(({ newer }) => newer.line?.tag)).toEqual(
      images.map(() => '1.1'),
    );
  });

  it('that is down does not keep another from being asked', async () => {
    const down = await startRegistry();
    await write({ Dockerfile: `FROM R/acme/web:1.27\nFROM ${down.host}/acme/other:1.0\n` });
    await down.close();
    const { exitCode, stdout } = await run('check', '--fail-on', 'minor', '--json');
    expect(exitCode).toBe(2);
    const found = Object.entries(imagesOf({ exitCode, stdout, stderr: '' })).map(([name, { newer }]) => [
      name.replace(down.host, 'DOWN'),
      newer.status,
    ]);
    expect(new Map(found as [string, string][])).toEqual(
      new Map([
        ['R/acme/web:1.27', 'available'],
        ['DOWN/acme/other:1.0', 'unknown'],
      ]),
    );
  });
});

describe('two programs at once', () => {
  it('give the same answers, and leave what both can rely on', async () => {
    const runs = await Promise.all(['list', 'list', 'list'].map((verb) => runCli([verb, '-H', engine.host, '-q'], { home: home.path })));
    expect(new Set(runs.map(({ stdout }) => stdout)).size).toBe(1);
    expect(runs.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(runs.map(() => [0, '']));
    expect((await onEngine('list')).stdout).toContain('1.29 (minor)');
    expect(registry.requests).toEqual([]);
  });
});

describe('a run that is interrupted', () => {
  it('keeps the lists that were read', async () => {
    await restart({ intercept: ({ path }) => (path.includes('/acme/api/tags/list') ? { kind: 'hang' } : null) });
    const env = { ...baseEnvironment(), HOME: home.path };
    const child = spawn(process.execPath, [BIN, 'list', '-H', engine.host], { env, stdio: 'ignore' });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const isListed = (name: string, wanted: number | null): boolean =>
      registry.requests.some(({ path, status }) => path.includes(`/acme/${name}/tags/list`) && status === wanted);
    while (!isListed('web', 200) || !isListed('api', null)) await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => setTimeout(resolve, 300));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    const images = imagesOf(await onEngine('list', '--offline', '--json'));
    expect(images['R/acme/web:1.27']?.newer).toMatchObject({ status: 'available', line: { tag: '1.29' } });
    expect(images['R/acme/api:v2.1']?.newer).toMatchObject({ status: 'unknown', reason: { kind: 'offline' } });
  });
});
