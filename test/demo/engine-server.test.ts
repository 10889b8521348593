import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { StoredImage } from '../../src/demo/engine-documents.ts';
import { startEngine, type EmbeddedEngine, type EngineOptions } from '../../src/demo/engine-server.ts';
import { filler, makeImage, makeIndex, makeLayer } from '../../src/demo/images.ts';
import { ask, type Asked } from '../helpers/ask.ts';
import { run } from '../helpers/processes.ts';
import { systemTest } from '../helpers/system.ts';

const created = '2026-11-01T08:00:00Z';
const layer = makeLayer({ files: { a: 'some bytes' }, created });
const amd = makeImage({ layers: [layer], created, labels: { maintainer: 'ada' } });
const arm = makeImage({ layers: [layer], created, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } });
const index = makeIndex({ children: [amd, arm], attested: true });
const local = makeImage({ layers: [layer], created, labels: { made: 'here' } });
const old = makeImage({ layers: [layer], created: '2026-10-01T08:00:00Z' });

const nginx: StoredImage = {
  image: amd,
  target: index,
  tags: ['nginx:1.27', 'ghcr.io/acme/web:2'],
  repoDigests: [`nginx@${index.digest}`],
};
const built: StoredImage = { image: local, target: local, tags: ['my-app:dev'], repoDigests: [] };
const dangling: StoredImage = { image: old, target: old, tags: [], repoDigests: [] };
const images = [nginx, built, dangling];
const containers = [
  { name: 'web', running: true, image: nginx, reference: 'nginx:1.27', created },
  { name: 'behind', running: true, image: dangling, reference: 'nginx:1.27', created },
  { name: 'stopped', running: false, image: built, reference: 'my-app:dev', created },
];

let engine: EmbeddedEngine;
afterEach(() => engine.close());

async function start(options: Partial<EngineOptions> = {}): Promise<void> {
  engine = await startEngine({ images, containers, ...options });
}

const get = (path: string): Promise<Asked> =>
  engine.host.startsWith('unix://')
    ? ask(`http://engine${path}`, { socketPath: engine.host.slice('unix://'.length) })
    : ask(`${engine.host.replace('tcp:', 'http:')}${path}`);

describe('the classic store', () => {
  test('lists images by the digest of their config document', async () => {
    await start();
    expect((await get('/v1.48/images/json')).json()).toMatchObject([
      {
        Id: amd.config.digest,
        RepoTags: ['nginx:1.27', 'ghcr.io/acme/web:2'],
        RepoDigests: [`nginx@${index.digest}`],
        Created: 1793520000,
        Labels: { maintainer: 'ada' },
        Size: layer.unpackedBytes,
      },
      { Id: local.config.digest, RepoTags: ['my-app:dev'], RepoDigests: [] },
      { Id: old.config.digest, RepoTags: [], RepoDigests: [], Labels: null },
    ]);
  });

  test('has no descriptors and no manifests, even when asked', async () => {
    await start();
    const inspected = (await get('/v1.48/images/nginx:1.27/json?manifests=1')).json();
    for (const name of ['Descriptor', 'Manifests']) expect(inspected).not.toHaveProperty(name);
  });

  test.each([
    ['its name', 'nginx:1.27'],
    ['its full name', 'docker.io/library/nginx:1.27'],
    ['its name escaped', encodeURIComponent('ghcr.io/acme/web:2')],
    ['its digest', `nginx@${index.digest}`],
    ['its id', amd.config.digest],
    ['the beginning of its id', amd.config.digest.slice(7, 19)],
  ])('an image is found by %s', async (_what, name) => {
    await start();
    expect((await get(`/images/${name}/json`)).json()).toMatchObject({
      Id: amd.config.digest,
      Architecture: 'amd64',
      Os: 'linux',
      Created: created,
      RootFS: { Type: 'layers', Layers: [layer.diffId] },
      Config: { Labels: { maintainer: 'ada' } },
    });
  });

  test.each([
    ['nginx', 'nginx:latest'],
    ['nginx:1.28', 'nginx:1.28'],
    ['docker.io/library/zz', 'zz:latest'],
    [`nginx@sha256:${'0'.repeat(64)}`, `nginx@sha256:${'0'.repeat(64)}`],
  ])('there is no image %s', async (name, asked) => {
    await start();
    const answered = await get(`/images/${name}/json`);
    expect(answered.status).toBe(404);
    expect(answered.json()).toEqual({ message: `No such image: ${asked}` });
  });

  test.each([
    ['{"dangling":["true"]}', [old.config.digest]],
    ['{"dangling":{"true":true}}', [old.config.digest]],
    ['{"dangling":["false"]}', [amd.config.digest, local.config.digest]],
  ])('the filter %s is obeyed', async (filters, ids) => {
    await start();
    const listed = (await get(`/images/json?filters=${encodeURIComponent(filters)}`)).json();
    expect(listed).toEqual(ids.map((Id): unknown => expect.objectContaining({ Id })));
  });
});

describe('the containerd store', () => {
  test('lists images by the digest their tag named, with a digest for each name, pulled or not', async () => {
    await start({ store: 'containerd' });
    expect((await get('/v1.48/images/json')).json()).toMatchObject([
      {
        Id: index.digest,
        RepoDigests: [`nginx@${index.digest}`, `ghcr.io/acme/web@${index.digest}`],
        Descriptor: { mediaType: index.mediaType, digest: index.digest, size: index.bytes.length },
      },
      { Id: local.digest, RepoDigests: [`my-app@${local.digest}`], Descriptor: { digest: local.digest } },
      { Id: old.digest, RepoDigests: [] },
    ]);
  });

  test('tells what the index holds and what of it is here, when asked', async () => {
    await start({ store: 'containerd' });
    expect((await get('/v1.48/images/nginx:1.27/json')).json()).not.toHaveProperty('Manifests');
    const { Manifests } = (await get('/v1.48/images/nginx:1.27/json?manifests=true')).json();
    expect(Manifests).toMatchObject([
      { ID: amd.digest, Available: true, Kind: 'image', ImageData: { Platform: { os: 'linux', architecture: 'amd64' } } },
      { ID: arm.digest, Available: false, Kind: 'image', ImageData: { Platform: { variant: 'v8' } } },
      { Kind: 'attestation', Available: false, AttestationData: { For: amd.digest } },
      { Kind: 'attestation', Available: false, AttestationData: { For: arm.digest } },
    ]);
    expect((await get('/v1.48/images/json?manifests=1')).json()[0].Manifests).toEqual(Manifests);
  });

  test.each([
    ['1.46', false, false],
    ['1.47', true, false],
    ['1.48', true, true],
  ])('in version %s of the API, manifests in lists: %s, descriptors: %s', async (version, manifests, descriptors) => {
    await start({ store: 'containerd' });
    const [listed] = (await get(`/v${version}/images/json?manifests=1`)).json() as unknown as object[];
    const container = (await get(`/v${version}/containers/web/json`)).json();
    expect(['Manifests' in listed!, 'Descriptor' in listed!, 'ImageManifestDescriptor' in container]).toEqual([
      manifests,
      descriptors,
      descriptors,
    ]);
  });

  test('tells the manifest a container runs', async () => {
    await start({ store: 'containerd' });
    expect((await get('/containers/web/json')).json()).toMatchObject({
      Image: index.digest,
      ImageManifestDescriptor: { digest: amd.digest },
    });
    expect((await get('/info')).json()).toMatchObject({ DriverStatus: [['driver-type', 'io.containerd.snapshotter.v1']] });
  });
});

describe('the history of an image', () => {
  const wide = makeLayer({ files: { b: filler('b', 5000) }, created });
  const baseSteps = [
    { created: '2026-10-01T08:00:00.123456789Z', created_by: 'ADD rootfs.tar / # buildkit', comment: 'buildkit.dockerfile.v0' },
    { created: '2026-10-01T08:00:00.9Z', created_by: 'CMD ["sh"]', comment: 'buildkit.dockerfile.v0', empty_layer: true },
  ];
  const base = makeImage({ layers: [layer], created, history: baseSteps });
  const app = makeImage({
    layers: [layer, wide],
    created,
    history: [...baseSteps, { created_by: 'COPY b /' }, { created: '0001-01-01T00:00:00Z', created_by: 'USER app', empty_layer: true }],
  });
  const storedBase: StoredImage = { image: base, target: base, tags: ['base:1', 'base:2'], repoDigests: [] };
  const storedApp: StoredImage = { image: app, target: app, tags: ['app:1'], repoDigests: [], parent: storedBase };

  test('is told newest first, in whole seconds, with the size of each layer and the ids of what it was made of', async () => {
    await start({ images: [storedApp, storedBase] });
    expect((await get('/v1.41/images/app:1/history')).json()).toEqual([
      { Id: app.config.digest, Created: -62135596800, CreatedBy: 'USER app', Comment: '', Size: 0, Tags: ['app:1'] },
      { Id: '<missing>', Created: 0, CreatedBy: 'COPY b /', Comment: '', Size: wide.unpackedBytes, Tags: null },
      {
        Id: base.config.digest,
        Created: 1790841600,
        CreatedBy: 'CMD ["sh"]',
        Comment: 'buildkit.dockerfile.v0',
        Size: 0,
        Tags: ['base:1', 'base:2'],
      },
      {
        Id: '<missing>',
        Created: 1790841600,
        CreatedBy: 'ADD rootfs.tar / # buildkit',
        Comment: 'buildkit.dockerfile.v0',
        Size: layer.unpackedBytes,
        Tags: null,
      },
    ]);
  });

  test("is of an image that names what it was made of, in the builder's own store", async () => {
    await start({ images: [storedApp, storedBase] });
    expect((await get('/images/app:1/json')).json().Parent).toBe(base.config.digest);
    expect((await get('/images/json')).json()).toMatchObject([{ ParentId: base.config.digest }, { ParentId: '' }]);
  });

  test('has the ids of its store', async () => {
    await start({ images: [storedApp, storedBase], store: 'containerd' });
    const told = (await get('/v1.48/images/app:1/history')).json() as unknown as { Id: string }[];
    expect(told.map(({ Id }) => Id)).toEqual([app.digest, '<missing>', base.digest, '<missing>']);
  });

  test('is empty for an image that says nothing of its making, and refused for one that says too much', async () => {
    const silent = makeImage({ layers: [layer], created, history: [] });
    const boastful = makeImage({ layers: [], created, history: [{ created_by: 'RUN true' }] });
    await start({
      images: [silent, boastful].map((image, index) => ({ image, target: image, tags: [`odd:${index}`], repoDigests: [] })),
    });
    expect((await get('/images/odd:0/history')).json()).toEqual([]);
    expect(await get('/images/odd:1/history')).toMatchObject({ status: 500 });
    expect(await get('/images/odd:2/history')).toMatchObject({ status: 404 });
  });
});

describe('containers', () => {
  test('are listed while they run, and with all=1 in any state', async () => {
    await start();
    const names = async (query: string) =>
      ((await get(`/containers/json${query}`)).json() as { Names: string[] }[]).map(({ Names }) => Names[0]);
    expect(await names('')).toEqual(['/web', '/behind']);
    expect(await names('?all=1')).toEqual(['/web', '/behind', '/stopped']);
  });

  test('whose name moved on are listed by id, and still know the name they were made with', async () => {
    await start();
    expect((await get('/containers/json')).json()).toMatchObject([
      { Image: 'nginx:1.27', ImageID: amd.config.digest },
      { Image: old.config.digest, ImageID: old.config.digest },
    ]);
    const behind = (await get('/containers/behind/json')).json();
    expect(behind).toMatchObject({ Name: '/behind', Image: old.config.digest, Config: { Image: 'nginx:1.27' }, State: { Running: true } });
    expect(await get(`/containers/${String(behind.Id).slice(0, 12)}/json`)).toMatchObject({ status: 200 });
    expect(await get('/containers/none/json')).toMatchObject({ status: 404 });
  });
});

describe('versions', () => {
  test.each(['/_ping', '/v1.40/_ping'])('%s tells the newest one in a header', async (path) => {
    await start({ apiVersion: '1.47' });
    expect(await get(path)).toMatchObject({ status: 200, body: 'OK', headers: { 'api-version': '1.47', ostype: 'linux' } });
  });

  test.each([
    ['1.99', 'client version 1.99 is too new. Maximum supported API version is 1.48'],
    ['1.12', 'client version 1.12 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version'],
  ])('%s is refused', async (version, message) => {
    await start();
    const refused = await get(`/v${version}/info`);
    expect(refused.status).toBe(400);
    expect(refused.json()).toEqual({ message });
  });

  test('what it does not know is not found', async () => {
    await start();
    expect(await get('/v1.48/swarm')).toMatchObject({ status: 404 });
  });
});

test('the insecure registries are told by name and by network', async () => {
  await start({ insecureRegistries: ['registry.example:5000', '10.0.0.0/8'] });
  expect((await get('/info')).json().RegistryConfig).toMatchObject({
    InsecureRegistryCIDRs: ['::1/128', '127.0.0.0/8', '10.0.0.0/8'],
    IndexConfigs: { 'docker.io': { Secure: true, Official: true }, 'registry.example:5000': { Secure: false } },
  });
});

test('it listens on TCP where there are no Unix sockets', async () => {
  await start({ transport: 'tcp' });
  expect(engine.host).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
  expect(await get('/_ping')).toMatchObject({ body: 'OK' });
});

test('every call is noted, and one can be made to fail', async () => {
  await start({ intercept: (request) => (request.path.endsWith('/info') ? { kind: 'reset' } : null) });
  await get('/_ping');
  await expect(get('/v1.48/info')).rejects.toThrow();
  expect(engine.calls).toMatchObject([
    { method: 'GET', path: '/_ping', status: 200 },
    { method: 'GET', path: '/v1.48/info', status: null },
  ]);
});

test('after closing, neither socket nor directory is left', async () => {
  await start({ transport: 'unix' });
  const socket = engine.host.slice('unix://'.length);
  expect((await stat(socket)).isSocket()).toBe(true);
  await engine.close();
  await expect(stat(dirname(socket))).rejects.toMatchObject({ code: 'ENOENT' });
});

systemTest('docker and the embedded engine', ['docker'], () => {
  const docker = (args: readonly string[]) =>
    run('docker', ['--host', engine.host, ...args], { env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent' } });

  test.each(['classic', 'containerd'] as const)("docker's command line lists and inspects the images of a %s store", async (store) => {
    await start({ store });
    const id = store === 'classic' ? amd.config.digest : index.digest;
    const listed = await docker(['images', '--no-trunc', '--digests', '--format', '{{.Repository}}:{{.Tag}} {{.ID}}']);
    expect(listed.stdout.split('\n')).toContain(`nginx:1.27 ${id}`);
    expect(
      await docker(['image', 'inspect', '--format', '{{.Id}} {{.Architecture}} {{index .Config.Labels "maintainer"}}', 'nginx:1.27']),
    ).toMatchObject({ stdout: `${id} amd64 ada\n` });
    expect((await docker(['history', '--format', '{{.CreatedBy}} {{.Size}}', 'nginx:1.27'])).stdout).toBe('COPY a / 2.05kB\n');
    expect((await docker(['ps', '--all', '--format', '{{.Names}} {{.Image}} {{.State}}'])).stdout).toContain('web nginx:1.27 running\n');
    expect(await docker(['info', '--format', '{{.ServerVersion}} {{.Driver}}'])).toMatchObject({ exitCode: 0 });
  });
});
