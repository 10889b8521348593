import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedEngine, startEngine } from '../../src/demo/engine-server.ts';
import { makeImage, makeLayer } from '../../src/demo/images.ts';
import { type EmbeddedRegistry, startRegistry } from '../../src/demo/registry-server.ts';
import { runCli } from '../helpers/run-cli.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';
import { startTokenServer } from '../helpers/token-server.ts';

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await makeTemporaryDirectory();
});
afterEach(() => directory.remove());

const write = async (path: string, text: string): Promise<string> => {
  const whole = join(directory.path, path);
  await mkdir(dirname(whole), { recursive: true });
  await writeFile(whole, text);
  return whole;
};

describe('--config', () => {
  it.each([
    ['a file that is not there', null, 'no such file'],
    ['what is no host', '{"registries": {"a/b": {}}}', 'registries: expected a registry such as ghcr.io, got "a/b" at line 1, column 18'],
    [
      'a host that is none',
      '{"allowHosts": ["http://a"]}',
      'allowHosts: expected a registry such as ghcr.io or registry.example.com:5000, got "http://a" at line 1, column 18',
    ],
    ['an unknown key', '{\n  "image": {}}', 'unknown key "image" at line 2, column 4 (did you mean "images"?)'],
    [
      'what is no reference',
      '{"bases": ["node:20:slim"]}',
      'bases: invalid reference format "node:20:slim": tag "20:slim" is not 1 to 128 letters, digits, "_", "." or "-", the first no "." or "-" at line 1, column 13',
    ],
  ])('names %s, before anything is asked', async (_name, text, problem) => {
    const path = join(directory.path, 'config.json');
    if (text !== null) await writeFile(path, text);
    const ran = await runCli(['list', '--config', path, '-H', 'unix:///nowhere']);
    expect(ran).toMatchObject({ exitCode: 64, stdout: '' });
    const [error, hint] = ran.stderr.split('\n');
    expect(error).toBe(`E: cannot read ${path}: ${problem}`);
    expect(hint).toMatch(
      text === null ? /^N: name a file that can be read: --config FILE$/ : /^N: (?:see 'imgupdate config --help'|the keys there are)/,
    );
  });
});

describe('a login that a token server elsewhere wants', () => {
  let tokens: Awaited<ReturnType<typeof startTokenServer>>;
  let registry: EmbeddedRegistry;
  let engine: EmbeddedEngine;
  const auth = Buffer.from('owner:secret').toString('base64');
  beforeEach(async () => {
    tokens = await startTokenServer({ users: { owner: 'secret' }, grants: (user) => user !== null });
    registry = await startRegistry({ auth: { kind: 'token', users: [], realm: tokens.realm } });
    const image = makeImage({
      layers: [makeLayer({ files: { a: 'a' }, created: '2026-11-01T08:00:00Z' })],
      created: '2026-11-01T08:00:00Z',
    });
    registry.put('acme/a', '1', image);
    const name = `${registry.host}/acme/a`;
    engine = await startEngine({ images: [{ image, target: image, tags: [`${name}:1`], repoDigests: [`${name}@${image.digest}`] }] });
    await write('docker/config.json', JSON.stringify({ auths: { [registry.host]: { auth } } }));
  });
  afterEach(() => Promise.all([engine.close(), registry.close(), tokens.stop()]));

  const trust = () => JSON.stringify({ registries: { [registry.host]: { trustRealm: new URL(tokens.realm).host } } });
  const list = async (...args: string[]): Promise<string> => {
    const env = { DOCKER_CONFIG: join(directory.path, 'docker'), XDG_CONFIG_HOME: join(directory.path, 'xdg') };
    return (await runCli(['list', '-H', engine.host, ...args], { env, cwd: directory.path })).stderr;
  };
  const isSeen = (): boolean => tokens.requests.some(({ headers }) => headers.authorization === `Basic ${auth}`);

  it('is not shown to it without a word', async () => {
    await list();
    expect(isSeen()).toBe(false);
  });

  it('is shown to it where a named file says so', async () => {
    await list('--config', await write('ci.json', trust()));
    expect(isSeen()).toBe(true);
  });

  it('is shown to it where the user’s file says so', async () => {
    await write('xdg/imgupdate/config.yaml', trust());
    await list();
    expect(isSeen()).toBe(true);
  });

  it('is not shown to it because the file of a project says so, and that is said', async () => {
    await write('imgupdate.yaml', trust());
    const stderr = await list();
    expect(isSeen()).toBe(false);
    expect(stderr).toMatch(/^W: imgupdate\.yaml:1:\d+: a file that comes with a project may not say who sees the credentials for /m);
  });
});

describe('what applies', () => {
  let registry: EmbeddedRegistry;
  let engine: EmbeddedEngine;
  beforeEach(async () => {
    registry = await startRegistry();
    const image = makeImage({
      layers: [makeLayer({ files: { a: 'a' }, created: '2026-11-01T08:00:00Z' })],
      created: '2026-11-01T08:00:00Z',
    });
    registry.put('acme/a', '1', image);
    const name = `${registry.host}/acme/a`;
    engine = await startEngine({ images: [{ image, target: image, tags: [`${name}:1`], repoDigests: [`${name}@${image.digest}`] }] });
  });
  afterEach(() => Promise.all([engine.close(), registry.close()]));

  const countRequests = async (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<number> => {
    registry.forget();
    await runCli(['list', '-H', engine.host, ...args], { cwd: directory.path, home: directory.path, env });
    return registry.requests.length;
  };

  it('is the flag, then the variable, then the file: here by how old an answer may be', async () => {
    await write('imgupdate.yaml', 'maxAge: 0');
    expect(await countRequests([])).toBeGreaterThan(0);
    expect(await countRequests([])).toBeGreaterThan(0);
    expect(await countRequests([], { IMGUPDATE_MAX_AGE: '1h' })).toBe(0);
    expect(await countRequests(['--max-age', '0'], { IMGUPDATE_MAX_AGE: '1h' })).toBeGreaterThan(0);
    await write('imgupdate.yaml', '');
    expect(await countRequests([])).toBe(0);
  });

  it('is what allowHosts says for every look-up, and what --allow-host adds to it', async () => {
    await write('imgupdate.yaml', 'allowHosts: [ghcr.io]');
    expect(await countRequests([])).toBe(0);
    const ran = await runCli(['list', '-H', engine.host, '--json'], { cwd: directory.path, home: directory.path });
    const [image] = (JSON.parse(ran.stdout) as { images: { tag: { status: string; reason: { kind: string } } }[] }).images;
    expect(image?.tag).toMatchObject({ status: 'unknown', reason: { kind: 'policy' } });
    expect(await countRequests(['--allow-host', registry.host])).toBeGreaterThan(0);
    expect(await countRequests(['--refresh', `docker://${registry.host}/acme/a:1`])).toBeGreaterThan(0);
    expect(await countRequests(['--refresh'], { IMGUPDATE_ALLOW_HOSTS: registry.host })).toBeGreaterThan(0);
  });
});

describe('a variable that is nearly one of ours', () => {
  it('is warned of', async () => {
    const ran = await runCli(['config'], { env: { IMGUPDATE_FAILON: 'base' } });
    expect(ran.exitCode).toBe(0);
    expect(ran.stderr).toBe('W: the variable IMGUPDATE_FAILON has no effect (did you mean IMGUPDATE_FAIL_ON?)\n');
  });
});
