import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfiguration } from '../../src/config/load-configuration.ts';
import type { Configuration } from '../../src/core/configuration.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await makeTemporaryDirectory();
});
afterEach(() => directory.remove());

const at = (path: string): string => join(directory.path, path);
const write = async (files: Readonly<Record<string, string>>): Promise<void> => {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(at(path)), { recursive: true });
    await writeFile(at(path), text);
  }
};
const makeRepository = (folder = 'repo') => mkdir(at(`${folder}/.git`), { recursive: true });

type Options = {
  readonly cwd?: string;
  readonly named?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly platform?: string;
};
const load = async ({ cwd = 'repo', named, env = {}, platform = 'linux' }: Options = {}): Promise<Configuration> => {
  await mkdir(at(cwd), { recursive: true });
  return loadConfiguration({ cwd: at(cwd), home: at('home'), env, named: named ?? null, platform });
};

const USER = 'home/.config/imgupdate/config.yaml';
/** The machine's folder is /etc on most systems, which no test may write into; on Windows a variable says where it is. */
const SYSTEM = 'machine/imgupdate/config.yaml';
const onWindows = (): Options => ({ platform: 'win32', env: { ProgramData: at('machine'), XDG_CONFIG_HOME: at('home/.config') } });

describe('files are found', () => {
  it.each(['imgupdate.yaml', 'imgupdate.yml', 'imgupdate.json', '.imgupdate.yaml', '.imgupdate.yml', '.imgupdaterc'])(
    'by the name %s, up to the root of the repository',
    async (name) => {
      await makeRepository();
      await write({ [`repo/${name}`]: '{"jobs": 3}', 'imgupdate.yaml': 'jobs: 4' });
      const { files, jobs } = await load({ cwd: 'repo/a/b' });
      expect(files).toEqual([{ kind: 'project', path: `../../${name}` }]);
      expect(jobs).toEqual({ value: 3, origin: { kind: 'project', where: expect.stringMatching(/^\.\.\/\.\.\/.*:1:\d+$/) as string } });
    },
  );

  it('in a worktree, whose .git is a file', async () => {
    await write({ 'repo/.git': 'gitdir: elsewhere', 'repo/imgupdate.yaml': 'jobs: 3', 'imgupdate.yaml': 'jobs: 4' });
    expect((await load({ cwd: 'repo/a' })).jobs?.value).toBe(3);
  });

  it('in the working directory alone, outside of a repository', async () => {
    await write({ 'imgupdate.yaml': 'jobs: 4', 'here/imgupdate.yaml': 'timeout: 1s' });
    const { files, jobs, timeout } = await load({ cwd: 'here' });
    expect({ files, jobs, timeout: timeout?.value }).toEqual({
      files: [{ kind: 'project', path: 'imgupdate.yaml' }],
      jobs: null,
      timeout: 1_000,
    });
  });

  it('nearest first, those of the user and of the machine last', async () => {
    await makeRepository();
    await write({
      'repo/a/imgupdate.yaml': 'jobs: 1',
      'repo/.imgupdaterc': 'jobs: 2\ntimeout: 2s',
      [USER]: 'jobs: 3\ntimeout: 3s\nmaxAge: 3s',
      [SYSTEM]: 'jobs: 4\ntimeout: 4s\nmaxAge: 4s\nstrict: true',
    });
    const { files, jobs, timeout, maxAge, strict } = await load({ cwd: 'repo/a', ...onWindows() });
    expect(files.map(({ kind }) => kind)).toEqual(['project', 'project', 'user', 'system']);
    expect([jobs, timeout, maxAge, strict].map((said) => said?.value)).toEqual([1, 2_000, 3_000, true]);
    expect([jobs, timeout, maxAge, strict].map((said) => said?.origin.kind)).toEqual(['project', 'project', 'user', 'system']);
  });

  it('where XDG_CONFIG_HOME says, if it is absolute', async () => {
    await write({ [USER]: 'jobs: 1', 'xdg/imgupdate/config.json': '{"jobs": 2}' });
    expect((await load({ env: { XDG_CONFIG_HOME: at('xdg') } })).jobs?.value).toBe(2);
    expect((await load({ env: { XDG_CONFIG_HOME: 'xdg' } })).jobs?.value).toBe(1);
    expect((await load({ env: { XDG_CONFIG_HOME: '' } })).jobs?.origin).toEqual({
      kind: 'user',
      where: '~/.config/imgupdate/config.yaml:1:7',
    });
  });

  it('through symbolic links', async () => {
    await write({ 'dotfiles/imgupdate': 'jobs: 3' });
    await makeRepository();
    await symlink(at('dotfiles/imgupdate'), at('repo/.imgupdaterc'));
    expect((await load()).jobs?.value).toBe(3);
  });

  it('or not at all, and it is told where they would have been', async () => {
    await makeRepository();
    const { files, sought } = await load({ cwd: 'repo/a' });
    expect({ files, sought }).toEqual({
      files: [],
      sought: ['imgupdate.yaml', '../imgupdate.yaml', '~/.config/imgupdate/config.yaml', '/etc/imgupdate/config.yaml'],
    });
  });

  it('nowhere below what is no folder', async () => {
    await makeRepository();
    await write({ 'home/.config': 'a file' });
    expect(await load()).toMatchObject({ files: [], warnings: [] });
  });

  it('once in a folder: of two it cannot be told which is meant', async () => {
    await write({ 'repo/imgupdate.yaml': '', 'repo/imgupdate.json': '{}' });
    await expect(load()).rejects.toMatchObject({
      code: 'usage',
      message: 'cannot tell which configuration is meant: there are imgupdate.yaml and imgupdate.json',
    });
  });
});

describe('a file that is named', () => {
  it('is the only one, by the flag before the variable', async () => {
    await write({
      'repo/imgupdate.yaml': 'jobs: 1\ntimeout: 1s',
      [USER]: 'jobs: 2\nstrict: true',
      'repo/ci/flag': 'jobs: 3',
      'variable.json': '{"jobs": 4}',
    });
    const env = { IMGUPDATE_CONFIG: at('variable.json') };
    const flagged = await load({ named: 'ci/flag', env });
    expect(flagged).toMatchObject({
      files: [{ kind: 'named', path: 'ci/flag' }],
      jobs: { value: 3, origin: { kind: 'named', where: 'ci/flag:1:7' } },
      timeout: null,
      strict: null,
    });
    expect((await load({ env })).jobs?.value).toBe(4);
    expect((await load({ env: { IMGUPDATE_CONFIG: '' } })).jobs?.value).toBe(1);
  });

  it('yields to the other variables', async () => {
    await write({ 'repo/ci.yaml': 'jobs: 3' });
    const { jobs } = await load({ named: 'ci.yaml', env: { IMGUPDATE_JOBS: '9' } });
    expect(jobs).toEqual({ value: 9, origin: { kind: 'environment', where: 'IMGUPDATE_JOBS' } });
  });

  it('may be a device, as process substitution makes one', async () => {
    expect((await load({ named: '/dev/null' })).files).toEqual([{ kind: 'named', path: '/dev/null' }]);
  });
});

describe('what cannot be read ends the run', () => {
  it.each([
    ['a folder', () => mkdir(at('repo/imgupdate.yaml'), { recursive: true }), 'it is a folder'],
    [
      'a link to nothing but itself',
      () => symlink(at('repo/imgupdate.yaml'), at('repo/imgupdate.yaml')),
      'it is a symbolic link that leads nowhere',
    ],
    ['a device', () => symlink('/dev/zero', at('repo/imgupdate.yaml')), 'it is no regular file'],
    ['too much', () => write({ 'repo/imgupdate.yaml': `# ${'x'.repeat(1_000_000)}` }), 'expected at most 1000000 bytes'],
    ['another encoding', () => writeFile(at('repo/imgupdate.yaml'), Buffer.from([0x6a, 0xff, 0xfe])), 'expected text in UTF-8'],
  ])('%s', async (_name, make, problem) => {
    await mkdir(at('repo'), { recursive: true });
    await make();
    await expect(load()).rejects.toMatchObject({ code: 'usage', message: `cannot read imgupdate.yaml: ${problem}` });
  });

  it.each([
    ['missing.yaml', 'cannot read missing.yaml: no such file'],
    ['/nope', 'cannot read /nope: no such file'],
    ['../nope\u001b.yaml', 'cannot read ../nope\ufffd.yaml: no such file'],
    ['.', 'cannot read .: it is a folder'],
    ['/dev/zero', 'cannot read /dev/zero: expected at most 1000000 bytes'],
    ['', 'cannot read --config: expected the name of a file'],
  ])('--config %j', async (named, message) => {
    await expect(load({ named })).rejects.toMatchObject({ code: 'usage', message });
  });

  it('whichever of the files it is', async () => {
    await write({ 'repo/imgupdate.yaml': 'jobs: 1', [USER]: 'jobz: 2' });
    await expect(load()).rejects.toMatchObject({
      message: 'cannot read ~/.config/imgupdate/config.yaml: unknown key "jobz" at line 1, column 1 (did you mean "jobs"?)',
      hint: expect.stringContaining('jobs') as string,
    });
  });
});

describe('paths', () => {
  it('are relative to the file that says them, or to the home', async () => {
    await makeRepository();
    await write({
      'repo/imgupdate.yaml': 'registries: {a.example: {ca: certs/ca.pem}}',
      [USER]: 'registries: {b.example: {ca: ca.pem, clientCert: ~/me.pem}}',
    });
    const { registries } = await load({ cwd: 'repo/a' });
    expect(registries.get('a.example')?.ca?.value).toBe(at('repo/certs/ca.pem'));
    expect(registries.get('b.example')?.ca?.value).toBe(at('home/.config/imgupdate/ca.pem'));
    expect(registries.get('b.example')?.clientCert?.value).toEqual({ cert: at('home/me.pem'), key: at('home/me.pem') });
  });
});

describe('what several files say', () => {
  it('counts together: all rules of images, nearest first, and each key of each registry by itself', async () => {
    await makeRepository();
    await write({
      'repo/a/imgupdate.yaml': 'images: [{match: one}, {match: two}]\nregistries: {r.example: {concurrency: 1}}',
      'repo/imgupdate.yaml': 'images: [{match: three}]\nregistries: {r.example: {concurrency: 2, floor: 2}}',
      [USER]: 'images: [{match: four}]\nregistries: {r.example: {floor: 3, insecure: true}, s.example: {floor: 4}}\nbases: [node]',
    });
    const { images, registries, bases } = await load({ cwd: 'repo/a' });
    expect(images.map(({ value, origin }) => [value.match, origin.where])).toEqual([
      ['one', 'imgupdate.yaml:1:10'],
      ['two', 'imgupdate.yaml:1:24'],
      ['three', '../imgupdate.yaml:1:10'],
      ['four', '~/.config/imgupdate/config.yaml:1:10'],
    ]);
    const rule = registries.get('r.example');
    expect([rule?.concurrency?.value, rule?.floor?.value.remaining, rule?.insecure?.value, rule?.insecure?.origin.kind]).toEqual([
      1,
      2,
      true,
      'user',
    ]);
    expect(registries.get('s.example')?.floor?.value.remaining).toBe(4);
    expect(bases?.value).toHaveLength(1);
  });
});

describe('the file of a project, which may be anybody’s,', () => {
  const PROJECT = 'repo/imgupdate.yaml';

  it('is not believed when it says who may see credentials', async () => {
    await write({
      [PROJECT]: 'registries:\n  ghcr.io:\n    trustRealm: evil.example\n    floor: 5\n',
      [USER]: 'registries: {ghcr.io: {trustRealm: auth.example}}',
    });
    const { registries, warnings } = await load();
    expect(registries.get('ghcr.io')?.trustRealm?.value).toEqual(['auth.example']);
    expect(registries.get('ghcr.io')?.floor?.value.remaining).toBe(5);
    expect(warnings).toEqual([
      'imgupdate.yaml:3:17: a file that comes with a project may not say who sees the credentials for ghcr.io: put trustRealm into your own configuration, or name the file with --config',
    ]);
    const named = await load({ named: 'imgupdate.yaml' });
    expect([named.registries.get('ghcr.io')?.trustRealm?.value, named.warnings]).toEqual([['evil.example'], []]);
  });

  it('changes connections only in a way that shows', async () => {
    await write({
      [PROJECT]: 'registries: {r.example: {insecure: true, mirror: "http://m.example", ca: ca.pem}}',
      [USER]: 'registries: {r.example: {insecure: false}}',
    });
    const rule = (await load()).registries.get('r.example');
    expect([rule?.insecure, rule?.mirror, rule?.ca].map((said) => said?.origin.kind)).toEqual(['project', 'project', 'project']);
  });

  it.each(['insecure: true', 'mirror: https://m.example', 'ca: ca.pem'])(
    'takes the user’s certificate off a connection it changes: %s',
    async (said) => {
      await write({ [PROJECT]: 'registries: {r.example: {floor: 1}}', [USER]: 'registries: {r.example: {clientCert: me.pem}}' });
      expect((await load()).registries.get('r.example')?.clientCert).not.toBeNull();
      await write({ [PROJECT]: `registries: {r.example: {${said}}}` });
      expect((await load()).registries.get('r.example')?.clientCert).toBeNull();
    },
  );

  it.each([
    ['outside of it', 'ca: ../secret.pem', 'ca'],
    ['of the user', 'clientCert: {cert: me.pem, key: ~/me.key}', 'clientCert'],
    ['behind a link', 'clientCert: link.pem', 'clientCert'],
    ['of the machine', 'ca: /etc/passwd', 'ca'],
  ])('presents no certificates %s', async (_name, said, key) => {
    await makeRepository();
    await write({
      [PROJECT]: `registries: {r.example: {${said}, floor: 1}}`,
      'secret.pem': 'secret',
      'home/me.key': 'secret',
      'repo/me.pem': 'mine',
    });
    await symlink(at('secret.pem'), at('repo/link.pem'));
    const { registries, warnings } = await load();
    const rule = registries.get('r.example');
    expect([rule?.ca, rule?.clientCert, rule?.floor?.value.remaining]).toEqual([null, null, 1]);
    expect(warnings).toEqual([
      expect.stringContaining(`may not name certificates outside of it: put ${key} of r.example into your own configuration`) as string,
    ]);
    expect((await load({ named: 'imgupdate.yaml' })).warnings).toEqual([]);
  });

  it.each([
    ['nobody else says any', {}, {}, ['a.example', 'evil.example'], 0],
    ['the user says some', { [USER]: 'allowHosts: [a.example, b.example]' }, {}, ['a.example'], 1],
    ['the user says more', { [USER]: 'allowHosts: [a.example, b.example, evil.example]' }, {}, ['a.example', 'evil.example'], 0],
    ['the machine says none', { [SYSTEM]: 'allowHosts: []' }, {}, [], 1],
    [
      'the user says some, and the machine others',
      { [USER]: 'allowHosts: [a.example]', [SYSTEM]: 'allowHosts: [evil.example]' },
      {},
      ['a.example'],
      1,
    ],
    [
      'the environment says some',
      { [USER]: 'allowHosts: [evil.example]' },
      { IMGUPDATE_ALLOW_HOSTS: 'a.example,b.example' },
      ['a.example', 'b.example'],
      0,
    ],
  ])('narrows the hosts that may be contacted and never widens them, where %s', async (_name, files, env, hosts, warned) => {
    await write({ [PROJECT]: 'allowHosts: [a.example, evil.example]', ...files });
    const around = onWindows();
    const { allowHosts, warnings } = await load({ ...around, env: { ...around.env, ...env } });
    expect(allowHosts?.value).toEqual(hosts);
    expect(warnings).toHaveLength(warned);
  });

  it('says what it may not allow', async () => {
    await write({ [PROJECT]: 'allowHosts: [a.example, evil.example, worse.example]', [USER]: 'allowHosts: [a.example]' });
    expect((await load()).warnings).toEqual([
      'imgupdate.yaml:1:13 allows evil.example and 1 more, which ~/.config/imgupdate/config.yaml:1:13 does not: that stays forbidden',
    ]);
  });
});
