import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Ran } from '../helpers/processes.ts';
import { runCli } from '../helpers/run-cli.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';
import { startSmallWorld } from './small-world.ts';

/** hold, unhold and showhold, with a state of their own. */
let home: TemporaryDirectory;
beforeEach(async () => {
  home = await makeTemporaryDirectory();
});
afterEach(() => home.remove());

const run = (...args: readonly string[]): Promise<Ran> => runCli(args, { home: home.path });
const said = async (...args: readonly string[]): Promise<string> => {
  const { exitCode, stdout, stderr } = await run(...args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout;
};
const FAR = '2199-12-15';

describe('hold says what apt-mark says', () => {
  it('of an image that was not held, and of one that was', async () => {
    expect(await said('hold', 'nginx:1.27', 'redis')).toBe('nginx:1.27 set on hold.\nredis set on hold.\n');
    expect(await said('hold', 'nginx:1.27', 'alpine')).toBe('nginx:1.27 was already set on hold.\nalpine set on hold.\n');
  });

  it('and more where a reason or a date is new; what is not said anew stays', async () => {
    await said('hold', 'nginx', '--reason', 'wait for the fix');
    expect(await said('hold', 'nginx', '--until', FAR)).toBe(`nginx was already set on hold; now until ${FAR}: wait for the fix.\n`);
    expect(await said('hold', 'nginx', '--reason', 'they asked us to')).toBe(
      `nginx was already set on hold; now until ${FAR}: they asked us to.\n`,
    );
    expect(await said('hold', 'nginx', '--until', FAR)).toBe('nginx was already set on hold.\n');
    expect(await said('showhold')).toBe(`nginx until ${FAR}: they asked us to\n`);
  });

  it.each([
    ['docker.io/library/nginx:1.27', 'nginx:1.27'],
    ['index.docker.io/nginx', 'nginx'],
    ['docker-daemon:nginx:1.27', 'nginx:1.27'],
    ['docker://nginx', 'nginx:latest'],
    ['ghcr.io/acme/*', 'ghcr.io/acme/*'],
    ['nginx:1.*', 'nginx:1.*'],
  ])('of %s by the name %s', async (word, name) => {
    expect(await said('hold', word)).toBe(`${name} set on hold.\n`);
    expect(await said('unhold', name)).toBe(`Canceled hold on ${name}.\n`);
  });

  it('once of an image that is named twice', async () => {
    expect(await said('hold', 'nginx', 'docker.io/nginx')).toBe('nginx set on hold.\n');
  });
});

describe('hold refuses, and holds nothing', () => {
  it.each([
    [['nginx', '--until', '15.12.2199'], 'cannot read --until: expected a date such as 2026-12-15, got "15.12.2199"'],
    [['nginx', '--until', '2199-02-30'], 'cannot read --until: expected a date such as 2026-12-15, got "2199-02-30"'],
    [['nginx', '--until', ''], 'cannot read --until: expected a date such as 2026-12-15, got ""'],
    [['nginx', '--until', '2020-01-01'], 'cannot read --until: expected a day to come, got 2020-01-01, which has begun'],
    [['nginx', '--reason', 'a\nb'], 'cannot read --reason: expected one line of text, got control or formatting characters'],
    [['nginx', '--reason', '\u001b[31mred'], 'cannot read --reason: expected one line of text, got control or formatting characters'],
    [['nginx', '--reason', 'x'.repeat(501)], 'cannot read --reason: expected at most 500 characters, got 501'],
    [['nginx', 'Nginx'], 'cannot read the image "Nginx": '],
    [['nginx:[1-'], 'cannot read the image "nginx:[1-": invalid pattern "nginx:[1-" at character 7: '],
    [['docker-archive:app.tar'], 'cannot read the image "docker-archive:app.tar": expected the name of an image, got a place'],
    [['docker-daemon:'], 'cannot read the image "docker-daemon:": expected the name of an image, got a place'],
    [[`${'a/'.repeat(250)}*`], `expected at most 500 characters, got 501`],
    [[], "missing required argument 'image'"],
  ])('%j', async (args, message) => {
    const ran = await run('hold', ...args);
    expect({ exitCode: ran.exitCode, stdout: ran.stdout }).toEqual({ exitCode: 64, stdout: '' });
    expect(ran.stderr).toContain(message);
    expect(ran.stderr).toMatch(/^E: [^\n]+\nN: [^\n]+\n$/);
    expect(await said('showhold')).toBe('');
  });
});

describe('unhold says what apt-mark says', () => {
  it('of an image that was held, and of one that was not', async () => {
    await said('hold', 'nginx:1.27');
    expect(await said('unhold', 'nginx:1.27', 'redis')).toBe('Canceled hold on nginx:1.27.\nredis was already not on hold.\n');
    expect(await said('showhold')).toBe('');
  });

  it('and names the hold of another name that still concerns the image', async () => {
    await said('hold', 'nginx', 'redis:7.2');
    expect(await run('unhold', 'nginx:1.27', 'redis')).toEqual({
      exitCode: 0,
      stdout: 'nginx:1.27 was already not on hold.\nredis was already not on hold.\n',
      stderr: 'N: there is a hold of nginx, which is lifted by that name\nN: there is a hold of redis:7.2, which is lifted by that name\n',
    });
  });
});

describe('showhold', () => {
  beforeEach(async () => {
    await said('hold', 'redis:7.2', 'ghcr.io/acme/*');
    await said('hold', 'nginx:1.27', '--until', FAR, '--reason', 'wait: for the fix');
  });

  it('prints one a line, the name first', async () => {
    expect(await said('showhold')).toBe(`ghcr.io/acme/*\nnginx:1.27 until ${FAR}: wait: for the fix\nredis:7.2\n`);
  });

  it.each([
    [['nginx'], 'nginx:1.27\n'],
    [['*'], 'nginx:1.27\nredis:7.2\n'],
    [['ghcr.io/acme/*'], 'ghcr.io/acme/*\n'],
    [['redis:7.2', 'nginx:1.*'], 'nginx:1.27\nredis:7.2\n'],
    [['postgres'], ''],
  ])('prints those that %j names', async (patterns, names) => {
    expect(await said('showhold', '-q', ...patterns)).toBe(names);
  });

  it('prints JSON, an array', async () => {
    expect(JSON.parse(await said('showhold', '--json', 'nginx', 'redis'))).toEqual([
      {
        image: 'nginx:1.27',
        reason: 'wait: for the fix',
        until: FAR,
        heldAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
        ended: false,
      },
      { image: 'redis:7.2', reason: null, until: null, heldAt: expect.any(String) as string, ended: false },
    ]);
    expect(JSON.parse(await said('showhold', '--json', 'postgres'))).toEqual([]);
  });
});

describe('where the state cannot be read or written', () => {
  const blocked = async (...args: readonly string[]): Promise<Ran> => {
    await writeFile(join(home.path, 'file'), '');
    return runCli(args, { home: home.path, env: { XDG_STATE_HOME: join(home.path, 'file') } });
  };

  it('hold says so and ends with 1', async () => {
    const { exitCode, stdout, stderr } = await blocked('hold', 'nginx');
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toContain('E: what is held back has not changed: the state cannot be written\nN: ');
  });

  it('showhold prints nothing, says why, and does not pass that for an answer', async () => {
    const { exitCode, stdout, stderr } = await blocked('showhold');
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/^W: /);
  });

  it('unhold does not say of an image that it is not held', async () => {
    const { exitCode, stdout, stderr } = await blocked('unhold', 'nginx');
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/^W: the state .*\nE: what is held back is not known: the state cannot be read\nN: /);
  });

  it.each([
    ['hold', 'nginx set on hold.\n'],
    ['unhold', 'nginx was already not on hold.\n'],
    ['showhold', ''],
  ])('%s works where only the cache cannot be', async (verb, stdout) => {
    await writeFile(join(home.path, 'file'), '');
    const env = { XDG_CACHE_HOME: join(home.path, 'file') };
    expect(await runCli([verb, ...(verb === 'showhold' ? [] : ['nginx'])], { home: home.path, env })).toEqual({
      exitCode: 0,
      stdout,
      stderr: '',
    });
  });
});

it('what is held is said to be in every list, and fails no check; a hold of nothing is warned of', async () => {
  const world = await startSmallWorld();
  const ask = async (verb: string): Promise<Ran> => {
    const ran = await runCli(
      [verb, '-H', world.engineHost, '--format', '{{.Image}} {{.Held}}', ...(verb === 'check' ? ['docker-daemon:'] : [])],
      {
        home: home.path,
      },
    );
    return { ...ran, stdout: world.normalize(ran.stdout) };
  };
  try {
    expect((await ask('check')).exitCode).toBe(2);
    await said('hold', '*/acme/moved', 'nowhere', '--reason', 'wait');
    const listed = await ask('list');
    expect(listed.stdout).toBe('REGISTRY/acme/moved:1 true\nREGISTRY/acme/same:1 false\ndev:1 false\n');
    expect(listed.stderr).toContain('W: hold nowhere matches no image that was looked at\n');
    expect((await ask('check')).exitCode).toBe(0);
    await said('unhold', '*/acme/moved', 'nowhere');
    expect((await ask('check')).exitCode).toBe(2);
  } finally {
    await world.close();
  }
});

it('no configuration is read, and no engine asked', async () => {
  await writeFile(join(home.path, 'imgupdate.yaml'), 'no such key: 1');
  const env = { DOCKER_HOST: 'unix:///nonexistent.sock' };
  expect(await runCli(['hold', 'nginx'], { home: home.path, env })).toEqual({ exitCode: 0, stdout: 'nginx set on hold.\n', stderr: '' });
});
