import { stat } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseDigest } from '../../src/core/digest.ts';
import { ask } from './ask.ts';
import { makeCertificate } from './certificate.ts';
import { HTPASSWD_USER, startDockerRegistry, type DockerRegistryOptions } from './docker-registry.ts';
import { readBusybox, startDockerd, startPodmanService, type RunningEngine } from './engines.ts';
import { systemTest } from './system.ts';
import { startTokenServer } from './token-server.ts';

const { username, password } = HTPASSWD_USER;

systemTest('a real dockerd', ['dockerd', 'docker', 'docker-registry', 'openssl', 'busybox'], () => {
  let engine: RunningEngine;
  beforeAll(async () => {
    engine = await startDockerd();
    await engine.importImage('base:1', { 'bin/busybox': await readBusybox() }, ['LABEL from=import']);
  });
  afterAll(() => engine.stop());

  const inspect = async (name: string) =>
    JSON.parse(await engine.command(['image', 'inspect', name])) as { RepoDigests: string[]; Config: { Labels: object } }[];

  test('builds an image on one it imported, and runs commands in it', async () => {
    await engine.build(
      'app:dev',
      'FROM base:1\nLABEL made=here\nCOPY app /app\nRUN ["/bin/busybox", "sh", "-c", "echo built > /built"]\n',
      { app: 'hello' },
    );
    expect((await inspect('app:dev'))[0]).toMatchObject({ RepoDigests: [], Config: { Labels: { from: 'import', made: 'here' } } });
    expect(await engine.command(['run', '--rm', '--network', 'none', 'app:dev', '/bin/busybox', 'cat', '/app', '/built'])).toBe(
      'hellobuilt\n',
    );
  });

  const kinds: Record<string, () => Promise<{ options: DockerRegistryOptions; login: boolean; stop?: () => Promise<void> }>> = {
    'without authentication': () => Promise.resolve({ options: {}, login: false }),
    'with a password file': () => Promise.resolve({ options: { htpasswd: true }, login: true }),
    'with TLS': async () => ({ options: { tls: await makeCertificate() }, login: false }),
    'with tokens': async () => {
      const token = await startTokenServer({ users: { [username]: password } });
      return { options: { token }, login: true, stop: token.stop };
    },
  };

  test.each(Object.keys(kinds))('pushes to and pulls from a docker-registry %s', async (kind) => {
    const { options, login, stop } = await kinds[kind]!();
    const registry = await startDockerRegistry(options);
    const reference = `${registry.host}/team/app:1`;
    try {
      await engine.command(['tag', 'base:1', reference]);
      if (login) {
        expect(await engine.tryCommand(['push', reference])).toMatchObject({ exitCode: 1 });
        await engine.command(['login', '--username', username, '--password-stdin', registry.host], { stdin: password });
      }
      await engine.command(['push', '--quiet', reference]);
      const [pushed] = await inspect(reference);
      const named = pushed?.RepoDigests.filter((name) => name.startsWith(registry.host));
      expect(named).toHaveLength(1);
      await engine.command(['image', 'rm', reference]);
      await engine.command(['pull', '--quiet', reference]);
      expect((await inspect(reference))[0]?.RepoDigests).toEqual(expect.arrayContaining(named ?? []));
    } finally {
      await registry.stop();
      await stop?.();
    }
  });

  test('leaves no process and no directory behind', async () => {
    const other = await startDockerd();
    await other.stop();
    expect(() => process.kill(other.pid, 0)).toThrow(expect.objectContaining({ code: 'ESRCH' }));
    await expect(stat(other.socketPath)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

systemTest("podman's service", ['podman', 'docker-registry'], () => {
  test('speaks the Docker Engine API, pushes and pulls', async () => {
    const engine = await startPodmanService();
    const registry = await startDockerRegistry();
    const reference = `${registry.host}/team/app:1`;
    try {
      await engine.importImage(reference, { 'etc/motd': 'hello' }, ['LABEL made=here']);
      await engine.command(['push', '--quiet', '--tls-verify=false', reference]);
      await engine.command(['rmi', reference]);
      await engine.command(['pull', '--quiet', '--tls-verify=false', reference]);
      const listed = (await ask('http://engine/images/json', { socketPath: engine.socketPath })).json();
      expect(listed).toMatchObject([{ RepoTags: [reference], Labels: { made: 'here' } }]);
      const digest = String(listed[0].RepoDigests[0]).split('@')[1];
      const head = await ask(`${registry.url}/v2/team/app/manifests/1`, {
        method: 'HEAD',
        headers: { accept: 'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json' },
      });
      expect(parseDigest(digest)).not.toBeNull();
      expect(head.headers['docker-content-digest']).toBe(digest);
    } finally {
      await engine.stop();
      await registry.stop();
    }
  });
});
