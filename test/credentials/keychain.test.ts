import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createKeychain, type KeychainOptions } from '../../src/credentials/keychain.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'imgupdate-keychain-'));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

const ghcr = { registry: 'ghcr.io', repository: 'acme/api' };
const hub = { registry: 'docker.io', repository: 'library/nginx' };
const basic = (user: string, password: string) => Buffer.from(`${user}:${password}`).toString('base64');
const password = (username: string, secret: string) => ({ kind: 'password', username, password: secret });

function keychain(env: Record<string, string> = {}, more: Partial<KeychainOptions> = {}) {
  return createKeychain({
    env: { PATH: `${home}/bin:/usr/bin:/bin`, ...env },
    home,
    uid: null,
    platform: 'linux',
    signal: new AbortController().signal,
    ...more,
  });
}

function write(path: string, content: unknown): string {
  const full = join(home, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, typeof content === 'string' ? content : JSON.stringify(content));
  return full;
}

/** A real executable that counts its runs in a file beside it. */
function helper(suffix: string, script: string): { runs: () => string[] } {
  const path = write(`bin/docker-credential-${suffix}`, `#!/bin/sh\nread -r server\necho "$1 $server" >> "${home}/runs"\n${script}\n`);
  chmodSync(path, 0o755);
  return { runs: () => readFileSync(`${home}/runs`, 'utf8').trim().split('\n') };
}

const answer = (username: string, secret: string) => `echo '${JSON.stringify({ ServerURL: 'x', Username: username, Secret: secret })}'`;

describe('without any configuration', () => {
  it('every registry is asked anonymously and nothing is said', async () => {
    const keys = keychain();
    expect(await keys.credentialFor(ghcr)).toBeNull();
    expect(keys.warnings()).toEqual([]);
  });

  it('a machine without a home directory is no problem', async () => {
    expect(await keychain({}, { home: null }).credentialFor(ghcr)).toBeNull();
  });
});

describe('docker config.json', () => {
  it.each([
    [{ auth: basic('me', 'pass:with:colons') }, password('me', 'pass:with:colons')],
    [{ auth: Buffer.from('me:pw\0\0').toString('base64') }, password('me', 'pw')],
    [{ username: 'me', password: 'pw' }, password('me', 'pw')],
    [
      { auth: basic('00000000', ''), identitytoken: 'refresh' },
      { kind: 'token', identityToken: 'refresh' },
    ],
    [
      { registrytoken: 'raw', identitytoken: 'refresh' },
      { kind: 'bearer', registryToken: 'raw' },
    ],
    [{}, null],
  ])('the entry %j gives %j', async (entry, expected) => {
    write('.docker/config.json', { auths: { 'ghcr.io': entry } });
    const keys = keychain();
    expect(await keys.credentialFor(ghcr)).toEqual(expected);
    expect(keys.warnings()).toEqual([]);
  });

  it('Docker Hub is found under its historic address', async () => {
    write('.docker/config.json', { auths: { 'https://index.docker.io/v1/': { auth: basic('hub', 'pw') } } });
    expect(await keychain().credentialFor(hub)).toEqual(password('hub', 'pw'));
  });

  it('DOCKER_CONFIG replaces the directory, and the one in the home is not read', async () => {
    write('.docker/config.json', { auths: { 'ghcr.io': { auth: basic('home', 'pw') } } });
    write('other/config.json', { auths: {} });
    expect(await keychain({ DOCKER_CONFIG: join(home, 'other') }).credentialFor(ghcr)).toBeNull();
  });

  it('HttpHeaders are for the daemon and never become a credential', async () => {
    write('.docker/config.json', { HttpHeaders: { Authorization: 'Bearer nope' }, auths: {} });
    expect(await keychain().credentialFor(ghcr)).toBeNull();
  });

  it('a broken file is named with the place of the error, keeps its secrets, and the other files still count', async () => {
    const path = write('.docker/config.json', '{\n  "auths": { "ghcr.io": { "auth": "c2VjcmV0OnNlY3JldA==" },, }\n}');
    write('.config/containers/auth.json', { auths: { 'ghcr.io': { auth: basic('podman', 'pw') } } });
    const keys = keychain();
    expect(await keys.credentialFor(ghcr)).toEqual(password('podman', 'pw'));
    expect(keys.warnings()).toEqual([
      { code: 'credentials-file', message: `cannot use the credentials of ${path}: invalid JSON at line 2, column 60`, image: null },
    ]);
  });

  it('a config.json that is no object is named', async () => {
    const path = write('.docker/config.json', '[]');
    const keys = keychain();
    await keys.credentialFor(ghcr);
    expect(keys.warnings().map((warning) => warning.message)).toEqual([`cannot use the credentials of ${path}: expected a JSON object`]);
  });

  it('a config.json that cannot be read is named', async () => {
    mkdirSync(join(home, '.docker/config.json'), { recursive: true });
    const keys = keychain();
    expect(await keys.credentialFor(ghcr)).toBeNull();
    expect(keys.warnings().map((warning) => warning.message)).toEqual([`cannot read ${home}/.docker/config.json: it is a directory`]);
  });

  it.each(['not base64!', basic('', 'pw'), Buffer.from('nocolon').toString('base64')])(
    'the undecodable auth %j is a warning without the secret',
    async (auth) => {
      write('.docker/config.json', { auths: { 'ghcr.io': { auth }, 'quay.io': { auth: basic('me', 'pw') } } });
      const keys = keychain();
      expect(await keys.credentialFor(ghcr)).toBeNull();
      expect(await keys.credentialFor({ registry: 'quay.io', repository: 'a' })).toEqual(password('me', 'pw'));
      expect(keys.warnings()).toHaveLength(1);
      expect(keys.warnings()[0]?.message).toContain('the entry for ghcr.io has an "auth" that is not');
      expect(keys.warnings()[0]?.message).not.toContain(auth);
    },
  );

  it('control characters of a file do not reach the terminal', async () => {
    write('.docker/config.json', { auths: { '\u001b[2Jghcr.io': 7 } });
    const keys = keychain();
    await keys.credentialFor(ghcr);
    expect(keys.warnings()[0]?.message).not.toContain('\u001b');
  });
});

describe('DOCKER_AUTH_CONFIG', () => {
  const file = { auths: { 'ghcr.io': { auth: basic('file', 'pw') }, 'quay.io': { auth: basic('file', 'pw') } } };

  it('comes before the files, which answer for registries it does not name', async () => {
    write('.docker/config.json', file);
    const keys = keychain({ DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { 'ghcr.io': { auth: basic('env', 'pw') } } }) });
    expect(await keys.credentialFor(ghcr)).toEqual(password('env', 'pw'));
    expect(await keys.credentialFor({ registry: 'quay.io', repository: 'a' })).toEqual(password('file', 'pw'));
  });

  it.each([
    ['{"auths":{"ghcr.io":{"auth":"eDp5","username":"x"}}}', 'expected "auth" and no other field in each entry of "auths"'],
    ['{"auths":{},"credsStore":"x"}', 'expected "auths" and no other field'],
    ['{"auths":{}}{"auths":{}}', 'invalid JSON at line 1, column 13'],
    ['[]', 'expected an object with "auths"'],
  ])('%s is not used at all, and a warning says why', async (text, problem) => {
    write('.docker/config.json', file);
    const keys = keychain({ DOCKER_AUTH_CONFIG: text });
    expect(await keys.credentialFor(ghcr)).toEqual(password('file', 'pw'));
    expect(keys.warnings().map((warning) => warning.message)).toEqual([`cannot use the credentials of DOCKER_AUTH_CONFIG: ${problem}`]);
  });
});

describe('auth.json of podman', () => {
  it('the most specific namespace wins', async () => {
    write('.config/containers/auth.json', {
      auths: { 'ghcr.io': { auth: basic('host', 'pw') }, 'ghcr.io/acme': { auth: basic('acme', 'pw') } },
    });
    const keys = keychain();
    expect(await keys.credentialFor(ghcr)).toEqual(password('acme', 'pw'));
    expect(await keys.credentialFor({ registry: 'ghcr.io', repository: 'other/x' })).toEqual(password('host', 'pw'));
  });

  it('the runtime directory is read before the lasting file, and docker before both', async () => {
    const auths = (user: string) => ({ auths: { 'ghcr.io': { auth: basic(user, 'pw') } } });
    write('.config/containers/auth.json', auths('lasting'));
    write('run/containers/auth.json', auths('runtime'));
    const env = { XDG_RUNTIME_DIR: join(home, 'run') };
    expect(await keychain(env).credentialFor(ghcr)).toEqual(password('runtime', 'pw'));
    write('.docker/config.json', auths('docker'));
    expect(await keychain(env).credentialFor(ghcr)).toEqual(password('docker', 'pw'));
  });

  it('REGISTRY_AUTH_FILE comes first and is then the only file of podman', async () => {
    write('.config/containers/auth.json', { auths: { 'quay.io': { auth: basic('lasting', 'pw') } } });
    write('.docker/config.json', { auths: { 'ghcr.io': { auth: basic('docker', 'pw') } } });
    const chosen = write('chosen.json', { auths: { 'ghcr.io': { auth: basic('chosen', 'pw') } } });
    const keys = keychain({ REGISTRY_AUTH_FILE: chosen });
    expect(await keys.credentialFor(ghcr)).toEqual(password('chosen', 'pw'));
    expect(await keys.credentialFor({ registry: 'quay.io', repository: 'a' })).toBeNull();
  });

  it('a REGISTRY_AUTH_FILE that does not exist is worth a warning', async () => {
    const keys = keychain({ REGISTRY_AUTH_FILE: join(home, 'gone.json') });
    await keys.credentialFor(ghcr);
    expect(keys.warnings().map((warning) => warning.message)).toEqual([`cannot read ${home}/gone.json: no such file`]);
  });

  it('the legacy .dockercfg is asked last', async () => {
    write('.dockercfg', { 'ghcr.io': { auth: basic('legacy', 'pw') } });
    expect(await keychain().credentialFor(ghcr)).toEqual(password('legacy', 'pw'));
  });
});

describe('credential helpers', () => {
  it('the helper of a registry comes before the helper for all, and that before the entries of the file', async () => {
    helper('one', answer('one', 'pw'));
    helper('all', answer('all', 'pw'));
    write('.docker/config.json', {
      credHelpers: { 'ghcr.io': 'one' },
      credsStore: 'all',
      auths: { 'ghcr.io': { auth: basic('file', 'pw') }, 'quay.io': { auth: basic('file', 'pw') } },
    });
    const keys = keychain();
    expect(await keys.credentialFor(ghcr)).toEqual(password('one', 'pw'));
    expect(await keys.credentialFor({ registry: 'quay.io', repository: 'a' })).toEqual(password('all', 'pw'));
  });

  it('is asked once for each registry, by its server address, however many repositories ask at once', async () => {
    const { runs } = helper('all', answer('me', 'pw'));
    write('.docker/config.json', { credsStore: 'all' });
    const keys = keychain();
    const found = await Promise.all(['a', 'b', 'c'].map((repository) => keys.credentialFor({ registry: 'docker.io', repository })));
    await keys.credentialFor(ghcr);
    expect(found).toEqual([password('me', 'pw'), password('me', 'pw'), password('me', 'pw')]);
    expect(runs()).toEqual(['get https://index.docker.io/v1/', 'get ghcr.io']);
  });

  it('a secret of the user <token> is an identity token', async () => {
    helper('all', answer('<token>', 'refresh'));
    write('.docker/config.json', { credsStore: 'all' });
    expect(await keychain().credentialFor(ghcr)).toEqual({ kind: 'token', identityToken: 'refresh' });
  });

  it('a helper that has no credentials says nothing, and podman is asked next', async () => {
    helper('all', 'echo "credentials not found in native keychain"; exit 1');
    write('.docker/config.json', { credsStore: 'all' });
    write('.config/containers/auth.json', { auths: { 'ghcr.io': { auth: basic('podman', 'pw') } } });
    const keys = keychain();
    expect(await keys.credentialFor(ghcr)).toEqual(password('podman', 'pw'));
    expect(keys.warnings()).toEqual([]);
  });

  it.each([
    ['exits 1 with a message', 'printf "pass not initialized\\033[2J"; exit 1', 'failed with exit code 1: pass not initialized\u{fffd}[2J'],
    ['exits 3 without a word', 'exit 3', 'failed with exit code 3'],
    ['fails but prints an answer', `${answer('me', 'hunter2')}; exit 1`, 'failed with exit code 1'],
    ['prints no JSON', 'echo hunter2', 'gave no answer that can be read: expected JSON with "Username" and "Secret"'],
    [
      'prints JSON without a secret',
      `echo '{"Username":"me"}'`,
      'gave no answer that can be read: expected JSON with "Username" and "Secret"',
    ],
    ['floods its output', 'while :; do echo hunter2hunter2hunter2hunter2hunter2; done', 'gave more than 64 KiB instead of credentials'],
    ['is ended by a signal', 'kill -TERM $$', 'was ended by SIGTERM'],
  ])('a helper that %s is one warning, and the registry is asked anonymously', async (_, script, problem) => {
    helper('odd', script);
    write('.docker/config.json', { credsStore: 'odd' });
    const keys = keychain();
    expect(await keys.credentialFor(ghcr)).toBeNull();
    expect(await keys.credentialFor(hub)).toBeNull();
    expect(keys.warnings()).toEqual([
      {
        code: 'credential-helper',
        message: `docker-credential-odd ${problem}; registries that need it are asked without credentials`,
        image: null,
      },
    ]);
    expect(JSON.stringify(keys.warnings())).not.toContain('hunter2');
  });

  it('a helper that is missing is named', async () => {
    write('.docker/config.json', { credsStore: 'desktop' });
    const keys = keychain();
    expect(await keys.credentialFor(ghcr)).toBeNull();
    expect(keys.warnings()[0]?.message).toBe(
      'docker-credential-desktop is not on the PATH; registries that need it are asked without credentials',
    );
  });

  it('a helper without the executable bit is named', async () => {
    helper('noexec', 'exit 0');
    chmodSync(join(home, 'bin/docker-credential-noexec'), 0o644);
    write('.docker/config.json', { credsStore: 'noexec' });
    const keys = keychain({ PATH: join(home, 'bin') });
    expect(await keys.credentialFor(ghcr)).toBeNull();
    expect(keys.warnings()[0]?.message).toMatch(/^docker-credential-noexec is not executable;/);
  });

  it('a helper that leads in a circle is one warning', async () => {
    mkdirSync(join(home, 'bin'));
    symlinkSync('docker-credential-circle', join(home, 'bin/docker-credential-circle'));
    write('.docker/config.json', { credsStore: 'circle' });
    const keys = keychain();
    expect(await keys.credentialFor(ghcr)).toBeNull();
    expect(keys.warnings()[0]?.message).toMatch(/^docker-credential-circle cannot be run \(ELOOP\);/);
  });

  it('a hanging helper is killed, even when a child of it keeps the pipes open', async () => {
    helper('hang', `sleep 60 & echo $! > "${home}/child"; wait`);
    write('.docker/config.json', { credsStore: 'hang' });
    const keys = keychain({}, { helperTimeoutMs: 300 });
    expect(await keys.credentialFor(ghcr)).toBeNull();
    expect(keys.warnings()[0]?.message).toMatch(/^docker-credential-hang gave no answer within 0.3 s;/);
    process.kill(Number(readFileSync(`${home}/child`, 'utf8')), 'SIGKILL');
  });

  it('an interrupted run ends a hanging helper without a warning', async () => {
    helper('hang', 'exec sleep 60');
    write('.docker/config.json', { credsStore: 'hang' });
    const controller = new AbortController();
    const keys = keychain({}, { signal: controller.signal });
    const asked = keys.credentialFor(ghcr);
    setTimeout(() => controller.abort(), 100);
    expect(await asked).toBeNull();
    expect(keys.warnings()).toEqual([]);
  });

  it.each(['../evil', 'a;touch x', '.hidden', 'a b', ''])('a helper named %j is never run', async (suffix) => {
    write('.docker/config.json', { credHelpers: { 'ghcr.io': suffix } });
    const keys = keychain();
    expect(await keys.credentialFor(ghcr)).toBeNull();
    expect(keys.warnings()).toHaveLength(suffix === '' ? 0 : 1);
  });

  it('a registry whose name needs quoting in a shell reaches the helper as it is', async () => {
    const { runs } = helper('all', answer('me', 'pw'));
    write('.docker/config.json', { credsStore: 'all' });
    await keychain().credentialFor({ registry: 'x$(id).example:5000', repository: 'a' });
    expect(runs()).toEqual(['get x$(id).example:5000']);
  });
});
