import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { findEngine, listCandidates, type FindEngineOptions } from '../../../src/sources/docker/find-engine.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'iu-'));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

function find(changes: Partial<FindEngineOptions> = {}) {
  return findEngine({ host: null, context: null, env: {}, home, platform: 'linux', ...changes });
}

function write(path: string, content: unknown): void {
  const full = join(home, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, typeof content === 'string' ? content : JSON.stringify(content));
}

function writeContext(name: string, host: string, tls: Readonly<Record<string, string>> = {}, skip = false): void {
  const id = createHash('sha256').update(name).digest('hex');
  write(`.docker/contexts/meta/${id}/meta.json`, { Name: name, Metadata: {}, Endpoints: { docker: { Host: host, SkipTLSVerify: skip } } });
  for (const [file, text] of Object.entries(tls)) write(`.docker/contexts/tls/${id}/docker/${file}`, text);
}

describe('what is named comes before what is found, in the order of the docker command line', () => {
  beforeEach(() => {
    writeContext('flag', 'tcp://flag:1');
    writeContext('env', 'tcp://env:1');
    writeContext('current', 'tcp://current:1');
    write('.docker/config.json', { currentContext: 'current' });
  });

  it.each([
    ['--context', { context: 'flag', env: { DOCKER_HOST: 'tcp://host:1', DOCKER_CONTEXT: 'env' } }, 'tcp://flag:1'],
    ['--host', { host: 'tcp://given:1', env: { DOCKER_HOST: 'tcp://host:1', DOCKER_CONTEXT: 'env' } }, 'tcp://given:1'],
    ['DOCKER_HOST', { env: { DOCKER_HOST: 'tcp://host:1', DOCKER_CONTEXT: 'env' } }, 'tcp://host:1'],
    ['DOCKER_CONTEXT', { env: { DOCKER_CONTEXT: 'env' } }, 'tcp://env:1'],
    ['the current context', {}, 'tcp://current:1'],
    ['DOCKER_HOST for --context default', { context: 'default', env: { DOCKER_HOST: 'tcp://host:1' } }, 'tcp://host:1'],
    ['the current context where a variable is empty', { env: { DOCKER_HOST: '', DOCKER_CONTEXT: '' } }, 'tcp://current:1'],
  ])('%s', async (_, changes, location) => {
    expect((await find(changes)).location).toBe(location);
  });

  it('an unknown context is refused, and those there are are named', async () => {
    await expect(find({ context: 'prod\u001b[2J' })).rejects.toMatchObject({
      code: 'usage',
      message: 'no docker context is named "prod\u{fffd}[2J": there are default, current, env, flag',
    });
    await expect(find({ context: 'x', env: { DOCKER_CONFIG: join(home, 'none') } })).rejects.toThrow('there is default');
  });

  it('DOCKER_CONFIG moves the contexts', async () => {
    await expect(find({ env: { DOCKER_CONFIG: join(home, 'none'), DOCKER_CONTEXT: 'env' } })).rejects.toMatchObject({ code: 'usage' });
  });

  it('a broken config.json means the default, as for docker', async () => {
    write('.docker/config.json', '{');
    expect((await find()).location).not.toBe('tcp://current:1');
  });
});

describe('certificates', () => {
  it('those of a context are used, and verified unless it says otherwise', async () => {
    writeContext('tls', 'tcp://engine.example:2376', { 'ca.pem': 'CA', 'cert.pem': 'CERT', 'key.pem': 'KEY' });
    writeContext('skip', 'tcp://engine.example:2376', {}, true);
    expect((await find({ context: 'tls' })).address).toMatchObject({ tls: { ca: 'CA', cert: 'CERT', key: 'KEY', verify: true } });
    expect((await find({ context: 'skip' })).address).toMatchObject({ tls: { ca: null, verify: false } });
  });

  it.each([
    [{ DOCKER_TLS_VERIFY: '1' }, { ca: 'HOME', verify: true }],
    [{ DOCKER_TLS_VERIFY: '0' }, { ca: 'HOME', verify: true }],
    [{ DOCKER_TLS: '1' }, { ca: 'HOME', verify: false }],
    [{ DOCKER_TLS_VERIFY: '' }, null],
  ])('%j', async (env, tls) => {
    write('.docker/ca.pem', 'HOME');
    const { address } = await find({ env: { DOCKER_HOST: 'tcp://engine.example', ...env } });
    expect(address).toMatchObject({ kind: 'tcp', port: tls === null ? 2375 : 2376, tls });
  });

  it('DOCKER_CERT_PATH names their directory', async () => {
    write('certs/ca.pem', 'OTHER');
    const { address } = await find({
      host: 'tcp://engine.example',
      env: { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: join(home, 'certs') },
    });
    expect(address).toMatchObject({ tls: { ca: 'OTHER' } });
  });
});

describe('sockets', () => {
  it('docker, rootless docker, Docker Desktop and podman are looked for in this order', () => {
    expect(
      listCandidates({
        env: { XDG_RUNTIME_DIR: '/run/user/1000', CONTAINER_HOST: 'ssh://core@vm/run/podman/podman.sock' },
        home: '/home/me',
      }),
    ).toEqual([
      { location: 'unix:///var/run/docker.sock', cli: 'docker' },
      { location: 'unix:///run/user/1000/docker.sock', cli: 'docker' },
      { location: 'unix:///home/me/.docker/run/docker.sock', cli: 'docker' },
      { location: 'unix:///home/me/.docker/desktop/docker.sock', cli: 'docker' },
      { location: 'ssh://core@vm/run/podman/podman.sock', cli: 'podman' },
      { location: 'unix:///run/user/1000/podman/podman.sock', cli: 'podman' },
      { location: 'unix:///run/podman/podman.sock', cli: 'podman' },
    ]);
  });

  it('without a home and a runtime directory only the system sockets are left', () => {
    expect(listCandidates({ env: {}, home: null }).map(({ location }) => location)).toEqual([
      'unix:///var/run/docker.sock',
      'unix:///run/podman/podman.sock',
    ]);
  });

  const locationsOf = async (changes: Partial<FindEngineOptions>): Promise<string[]> => {
    const { location, others } = await find(changes);
    return [location, ...others.map((other) => other.location)].filter((each) => each.includes(home));
  };

  it("docker's comes before podman's, and those that are not asked are known", async () => {
    for (const path of ['run/podman/podman.sock', '.docker/run/docker.sock']) write(path, '');
    const env = { XDG_RUNTIME_DIR: join(home, 'run') };
    expect((await find({ env })).isAssumed).toBe(false);
    expect(await locationsOf({ env })).toEqual([`unix://${home}/.docker/run/docker.sock`, `unix://${home}/run/podman/podman.sock`]);
    expect((await find({ env, host: 'tcp://given:1' })).others).toEqual([]);
  });

  it("a link at docker's place to podman's socket is one engine, not two", async () => {
    write('run/podman/podman.sock', '');
    symlinkSync(join(home, 'run/podman/podman.sock'), join(home, 'run/docker.sock'));
    expect(await locationsOf({ env: { XDG_RUNTIME_DIR: join(home, 'run') } })).toEqual([`unix://${home}/run/docker.sock`]);
  });

  it('a link that leads nowhere is no engine', async () => {
    mkdirSync(join(home, 'run'));
    symlinkSync(join(home, 'nothing'), join(home, 'run/docker.sock'));
    expect(await locationsOf({ env: { XDG_RUNTIME_DIR: join(home, 'run') } })).toEqual([]);
  });

  it.runIf(!existsSync('/var/run/docker.sock') && !existsSync('/run/podman/podman.sock'))(
    "where none exists, docker's place is only assumed, but what is named never is",
    async () => {
      expect(await find()).toMatchObject({ location: 'unix:///var/run/docker.sock', isAssumed: true, others: [] });
      expect((await find({ host: 'unix:///var/run/docker.sock' })).isAssumed).toBe(false);
    },
  );

  it('on Windows it is the named pipe', async () => {
    expect(await find({ platform: 'win32' })).toMatchObject({
      isAssumed: false,
      location: 'npipe:////./pipe/docker_engine',
      address: { kind: 'socket', path: '//./pipe/docker_engine' },
    });
  });
});

describe('addresses', () => {
  it.each([
    ['unix:///tmp/x.sock', { kind: 'socket', path: '/tmp/x.sock' }],
    ['unix://', { kind: 'socket', path: '/var/run/docker.sock' }],
    ['engine.example:2375', { kind: 'tcp', host: 'engine.example', port: 2375, pathPrefix: '', tls: null }],
    ['tcp://[::1]:4000/prefix/', { kind: 'tcp', host: '::1', port: 4000, pathPrefix: '/prefix' }],
    ['https://engine.example', { kind: 'tcp', port: 2376, tls: { verify: true } }],
    ['ssh://me@engine.example:2222', { kind: 'ssh', user: 'me', host: 'engine.example', port: '2222', path: null, cli: 'docker' }],
    ['ssh://alias/run/user/1000/docker.sock', { kind: 'ssh', user: null, host: 'alias', path: '/run/user/1000/docker.sock' }],
  ])('%s', async (host, address) => {
    expect((await find({ host })).address).toMatchObject(address);
  });

  it.each([
    ['npipe:////./pipe/docker_engine', 'invalid engine address "npipe:////./pipe/docker_engine": named pipes exist on Windows only'],
    ['fd://', 'invalid engine address "fd://": expected unix://, tcp://, ssh:// or npipe://'],
    ['tcp://', 'invalid engine address "tcp://": expected a host name'],
    ['/run/docker.sock', 'invalid engine address "/run/docker.sock": expected unix://, tcp:// or ssh:// before it'],
    ['ssh:/build01', 'invalid engine address "ssh:/build01": expected unix://, tcp:// or ssh:// before it'],
    ['ssh//build01', 'invalid engine address "ssh//build01": expected unix://, tcp:// or ssh:// before it'],
    ['unix:/run/docker.sock', 'invalid engine address "unix:/run/docker.sock": expected unix://, tcp:// or ssh:// before it'],
    ['tcp://host:99999', 'invalid engine address "tcp://host:99999": expected a host name'],
    ['ssh://me:secret@host', 'invalid engine address: a password in it is not supported'],
    ['tcp://me:secret@host', 'invalid engine address: expected only a host, a port and a path'],
    ['ssh://host?x=1', 'invalid engine address "ssh://host?x=1": expected no query and no fragment'],
  ])('%s is refused', async (host, message) => {
    await expect(find({ host })).rejects.toMatchObject({ code: 'usage', message });
  });
});
