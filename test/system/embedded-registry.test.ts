import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { filler, makeImage, makeIndex, makeLayer } from '../../src/demo/images.ts';
import { startRegistry, type EmbeddedRegistry } from '../../src/demo/registry-server.ts';
import type { AuthOptions } from '../../src/demo/registry-auth.ts';
import { startDemoWorld } from '../../src/demo/world.ts';
import { makeDemoContent } from '../../src/demo/world-images.ts';
import { startDockerd, type RunningEngine } from '../helpers/engines.ts';
import { run, runOrThrow } from '../helpers/processes.ts';
import { systemTest } from '../helpers/system.ts';
import { makeTemporaryDirectory } from '../helpers/temp.ts';

const created = '2026-11-01T08:00:00Z';
const user = { username: 'ada', password: 'p:w' };
const modes: readonly AuthOptions[] = [
  { kind: 'none' },
  { kind: 'token', users: [user], service: 'registry.docker.io' },
  { kind: 'basic', users: [user] },
];
const formats = ['oci', 'docker'] as const;
const cases = modes.flatMap((auth) => formats.map((format) => ({ auth, format, mode: auth.kind })));

/** `seed` makes the layers unlike those of other tests, so that an engine has to fetch them. */
function makeWeb(format: 'oci' | 'docker', seed = '') {
  const base = makeLayer({ files: { 'etc/base': `base ${seed}`, 'usr/big': filler('base', 150_000) }, created, format });
  const images = ['amd64', 'arm64'].map((architecture) => {
    const layers = [base, makeLayer({ files: { 'srv/index.html': `${architecture} ${seed}` }, created, format })];
    return makeImage({ layers, created, format, platform: { os: 'linux', architecture }, labels: { arch: architecture } });
  });
  return { images, index: makeIndex({ children: images, format, attested: format === 'oci' }) };
}

systemTest('skopeo and the embedded registry', ['skopeo'], () => {
  test.each(cases)('skopeo reads and copies a $format index from a registry with $mode authentication', async ({ auth, format }) => {
    const registry = await startRegistry({ auth });
    const directory = await makeTemporaryDirectory();
    const { index, images } = makeWeb(format);
    registry.put('library/web', '1.0', index);
    const reference = `docker://${registry.host}/library/web:1.0`;
    const login = auth.kind === 'basic' ? ['--creds', 'ada:p:w'] : [];
    try {
      const inspected = JSON.parse(
        await runOrThrow('skopeo', ['inspect', '--tls-verify=false', '--override-arch', 'amd64', ...login, reference]),
      );
      expect(inspected).toMatchObject({ Digest: index.digest, Labels: { arch: 'amd64' }, RepoTags: ['1.0'] });

      await runOrThrow('skopeo', [
        'copy',
        '--policy',
        await acceptAnything(directory.path),
        '--src-tls-verify=false',
        '--all',
        '--preserve-digests',
        ...sourceLogin(login),
        reference,
        `dir:${directory.path}/all`,
      ]);
      const raw = await runOrThrow('skopeo', ['inspect', '--raw', `dir:${directory.path}/all`]);
      expect(raw).toBe(Buffer.from(index.bytes).toString());

      const child = JSON.parse(
        await runOrThrow('skopeo', ['inspect', '--tls-verify=false', '--config', '--override-arch', 'arm64', ...login, reference]),
      );
      expect(child).toMatchObject({ architecture: 'arm64', rootfs: { diff_ids: images[1]!.layers.map((layer) => layer.diffId) } });
    } finally {
      await registry.close();
      await directory.remove();
    }
  });

  test('skopeo pushes an image back under another name, and it has the same digest', async () => {
    const registry = await startRegistry({ auth: { kind: 'token', users: [user] } });
    const directory = await makeTemporaryDirectory();
    const { index } = makeWeb('oci');
    registry.put('library/web', '1.0', index);
    try {
      const tls = ['--src-tls-verify=false', '--dest-tls-verify=false', '--dest-creds', 'ada:p:w'];
      const target = `docker://${registry.host}/copies/web:new`;
      await runOrThrow('skopeo', [
        'copy',
        '--policy',
        await acceptAnything(directory.path),
        ...tls,
        '--all',
        `docker://${registry.host}/library/web:1.0`,
        target,
      ]);
      const inspected = JSON.parse(
        await runOrThrow('skopeo', ['inspect', '--tls-verify=false', '--creds', 'ada:p:w', '--override-arch', 'amd64', target]),
      );
      expect(inspected.Digest).toBe(index.digest);
    } finally {
      await registry.close();
      await directory.remove();
    }
  });

  test('skopeo is refused a private repository without its password, and told so', async () => {
    const registry = await startRegistry({ auth: { kind: 'token', users: [user] }, privateTo: new Map([['acme/secret', ['ada']]]) });
    registry.put('acme/secret', '1.0', makeWeb('oci').index);
    const args = ['inspect', '--tls-verify=false', '--override-arch', 'amd64', `docker://${registry.host}/acme/secret:1.0`];
    try {
      const refused = await run('skopeo', args);
      expect(refused).toMatchObject({ exitCode: 1 });
      expect(refused.stderr).toMatch(/unauthorized|denied|authentication required/i);
      expect(await run('skopeo', [...args, '--creds', 'ada:p:w'])).toMatchObject({ exitCode: 0 });
    } finally {
      await registry.close();
    }
  });
});

systemTest('dockerd and the embedded registry', ['dockerd', 'docker'], () => {
  let engine: RunningEngine;
  const registries: EmbeddedRegistry[] = [];

  beforeAll(async () => (engine = await startDockerd()));
  afterAll(async () => {
    await engine.stop();
    for (const registry of registries) await registry.close();
  });

  test.each(cases)('dockerd pulls a $format index from a registry with $mode authentication', async ({ auth, format, mode }) => {
    const registry = await startRegistry({ auth });
    registries.push(registry);
    const { index, images } = makeWeb(format, `${mode} ${format}`);
    registry.put('library/web', '1.0', index);
    const reference = `${registry.host}/library/web:1.0`;
    if (auth.kind === 'basic')
      await engine.command(['login', '--username', user.username, '--password-stdin', registry.host], { stdin: user.password });

    await engine.command(['pull', '--quiet', '--platform', 'linux/amd64', reference]);
    const [inspected] = JSON.parse(await engine.command(['image', 'inspect', reference]));
    const amd64 = images[0]!;
    expect(inspected).toMatchObject({
      Id: amd64.config.digest,
      RepoDigests: [`${registry.host}/library/web@${index.digest}`],
      Architecture: 'amd64',
      Config: { Labels: { arch: 'amd64' } },
      RootFS: { Layers: amd64.layers.map((layer) => layer.diffId) },
    });
    const fetched = registry.requests.filter(({ path, status }) => path.includes('/blobs/') && status === 200);
    expect(fetched).toHaveLength(1 + amd64.layers.length);
  });

  test("dockerd pulls the demo's rebuilt image, and fetches what is above the layers that stayed in place", async () => {
    const world = await startDemoWorld();
    const hub = world.registries.get('docker.io')!;
    const content = makeDemoContent();
    const before = content.installed.find(({ tags }) => tags.includes('nginx:1.27'))!;
    const index = content.published.get('docker.io')!.find(({ repository }) => repository === 'library/nginx')!.image;
    const now = index.children.find((child) => child.kind === 'image')!;
    hub.put('library/nginx', 'before', before.target);
    try {
      await engine.command(['pull', '--quiet', '--platform', 'linux/amd64', `${hub.host}/library/nginx:before`]);
      const [pulled] = JSON.parse(await engine.command(['image', 'inspect', `${hub.host}/library/nginx:before`]));
      expect(pulled.Id).toBe(before.image.config.digest);
      hub.forget();
      await engine.command(['pull', '--quiet', '--platform', 'linux/amd64', `${hub.host}/library/nginx:1.27`]);
      const fetched = hub.requests
        .filter(({ path, status }) => path.includes('/blobs/') && status === 200)
        .map(({ path }) => path.split('/').at(-1));
      expect(fetched.sort()).toEqual([now.config, ...now.layers.slice(1)].map(({ digest }) => digest).sort());
    } finally {
      await world.close();
    }
  });

  test('dockerd pushes an image it imported, and skips the layers that are already there', async () => {
    const registry = await startRegistry();
    registries.push(registry);
    await engine.importImage(`${registry.host}/built/app:dev`, { 'app/run': 'echo hello' }, ['LABEL made=here']);
    await engine.command(['push', '--quiet', `${registry.host}/built/app:dev`]);
    const [inspected] = JSON.parse(await engine.command(['image', 'inspect', `${registry.host}/built/app:dev`]));
    const head = await fetch(`${registry.url}/v2/built/app/manifests/dev`, { method: 'HEAD' });
    expect(inspected.RepoDigests).toEqual([`${registry.host}/built/app@${head.headers.get('docker-content-digest')}`]);

    registry.forget();
    await engine.command(['tag', `${registry.host}/built/app:dev`, `${registry.host}/built/app:again`]);
    await engine.command(['push', '--quiet', `${registry.host}/built/app:again`]);
    expect(registry.requests.filter(({ method, path }) => method === 'POST' && path.includes('/uploads'))).toEqual([]);
  });
});

async function acceptAnything(directory: string): Promise<string> {
  const path = `${directory}/policy.json`;
  await writeFile(path, '{"default":[{"type":"insecureAcceptAnything"}]}');
  return path;
}

const sourceLogin = (login: readonly string[]): string[] => login.map((part) => (part === '--creds' ? '--src-creds' : part));
