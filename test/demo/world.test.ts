import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startDemoWorld, type DemoWorld } from '../../src/demo/world.ts';
import { makeDemoContent } from '../../src/demo/world-images.ts';
import { parseReference } from '../../src/core/reference.ts';
import { decideNewer } from '../../src/core/versions/decide-newer.ts';
import { STANDARD_POLICY } from '../../src/core/versions/policy.ts';
import { ask } from '../helpers/ask.ts';
import { makeReference } from '../helpers/makers.ts';

const ACCEPT = ['application/vnd.oci.image.index.v1+json', 'application/vnd.oci.image.manifest.v1+json'].join(', ');

let world: DemoWorld;
beforeAll(async () => (world = await startDemoWorld()));
afterAll(() => world.close());

/** What a registry, by its name or its place, says a tag names, asked as anyone would. */
async function head(registry: string, repository: string, reference: string) {
  const location = world.locations.get(registry) ?? registry;
  const { token } = (await ask(`${location}/token?scope=repository:${repository}:pull`)).json();
  const headers = { accept: ACCEPT, authorization: `Bearer ${String(token)}` };
  const answered = await ask(`${location}/v2/${repository}/manifests/${reference}`, { method: 'HEAD', headers });
  return {
    status: answered.status,
    digest: answered.headers['docker-content-digest'] ?? null,
    remaining: answered.headers['ratelimit-remaining'] ?? null,
  };
}

async function get(registry: string, repository: string, reference: string) {
  const location = world.locations.get(registry) ?? registry;
  const { token } = (await ask(`${location}/token?scope=repository:${repository}:pull`)).json();
  return (
    await ask(`${location}/v2/${repository}/manifests/${reference}`, {
      headers: { accept: ACCEPT, authorization: `Bearer ${String(token)}` },
    })
  ).json() as {
    manifests: { digest: string; platform: { architecture: string } }[];
    layers: { digest: string }[];
  };
}

const engine = <T>(path: string): Promise<T> =>
  ask(`http://engine${path}`, { socketPath: world.engineHost.slice('unix://'.length) }).then(({ body }) => JSON.parse(body) as T);

type Listed = { Id: string; RepoTags: string[]; RepoDigests: string[] };

async function installed(name: string): Promise<{ image: Listed; digest: string }> {
  const image = (await engine<Listed[]>('/images/json')).find(({ RepoTags }) => RepoTags.includes(name));
  if (image === undefined) throw new Error(`no image ${name}`);
  return { image, digest: image.RepoDigests[0]?.split('@')[1] ?? '' };
}

describe('in the demo world', () => {
  test.each([
    ['postgres:16', 'docker.io', 'library/postgres', '16'],
    ['redis:7.2', 'docker.io', 'library/redis', '7.2'],
    ['grafana/grafana:11.2.0', 'docker.io', 'grafana/grafana', '11.2.0'],
    ['ghcr.io/acme/api:2.3.1', 'ghcr.io', 'acme/api', '2.3.1'],
  ])('%s is current', async (name, registry, repository, tag) => {
    expect(await head(registry, repository, tag)).toMatchObject({ status: 200, digest: (await installed(name)).digest });
  });

  test('nginx:1.27 is rebuilt for this platform, and shares its lowest layer with the image before', async () => {
    const { digest, image } = await installed('nginx:1.27');
    const now = await get('docker.io', 'library/nginx', '1.27');
    const candidate = now.manifests.find(({ platform }) => platform.architecture === 'amd64')!;
    const layers = (await get('docker.io', 'library/nginx', candidate.digest)).layers.map((layer) => layer.digest);
    const here = makeDemoContent().installed.find(({ tags }) => tags.includes('nginx:1.27'))!;
    expect(here.image.config.digest).toBe(image.Id);
    expect((await head('docker.io', 'library/nginx', '1.27')).digest).not.toBe(digest);
    expect(candidate.digest).not.toBe(here.image.digest);
    expect(layers.map((layer) => here.image.layers.some((known) => known.digest === layer))).toEqual([true, false, true]);
  });

  test('node:20-slim moved for arm64 only', async () => {
    const { digest } = await installed('node:20-slim');
    const now = await get('docker.io', 'library/node', '20-slim');
    const here = makeDemoContent().installed.find(({ tags }) => tags.includes('node:20-slim'))!;
    expect((await head('docker.io', 'library/node', '20-slim')).digest).not.toBe(digest);
    expect(now.manifests[0]).toMatchObject({ digest: here.image.digest, platform: { architecture: 'amd64' } });
  });

  test('bitnami/kafka:3.7 is gone, though its repository is not', async () => {
    expect(await head('docker.io', 'bitnami/kafka', '3.7')).toMatchObject({ status: 404 });
    expect(await head('docker.io', 'bitnami/kafka', 'latest')).toMatchObject({ status: 200 });
  });

  test('acme/billing:1.9 is private', async () => {
    expect((await installed('acme/billing:1.9')).digest).not.toBe('');
    expect(await head('docker.io', 'acme/billing', '1.9')).toMatchObject({ status: 401 });
  });

  test('ghcr.io/acme/api is one image with two tags, of which the registry moved one', async () => {
    expect((await installed('ghcr.io/acme/api:2.3.1')).image.Id).toBe((await installed('ghcr.io/acme/api:latest')).image.Id);
    expect((await head('ghcr.io', 'acme/api', 'latest')).digest).not.toBe((await installed('ghcr.io/acme/api:latest')).digest);
  });

  test('nothing answers for registry.example:5000', async () => {
    await expect(ask(`${world.locations.get('registry.example:5000') ?? ''}/v2/`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('my-app:dev was built here, and alpine is known by its digest alone', async () => {
    expect((await installed('my-app:dev')).image.RepoDigests).toEqual([]);
    const alpine = (await engine<Listed[]>('/images/json')).find(({ RepoDigests }) => RepoDigests[0]?.startsWith('alpine@') === true);
    expect(alpine?.RepoTags).toEqual([]);
  });

  test('the container cache runs an older image than redis:7.2 names here', async () => {
    const cache = await engine<{ Image: string; Config: { Image: string } }>('/containers/cache/json');
    expect(cache.Config.Image).toBe('redis:7.2');
    expect(cache.Image).not.toBe((await installed('redis:7.2')).image.Id);
  });

  test('every registry an image names has a place', async () => {
    const names = (await engine<Listed[]>('/images/json')).flatMap(({ RepoTags, RepoDigests }) => [...RepoTags, ...RepoDigests]);
    const registries = names.map(parseReference).map((reference) => reference.ok && reference.value.registry);
    expect(new Set(registries)).toEqual(new Set(world.locations.keys()));
  });

  test('one registry has a quota that is used in part, the other has none', async () => {
    const fresh = await startDemoWorld();
    try {
      const [hub, ghcr] = ['docker.io', 'ghcr.io'].map((name) => fresh.locations.get(name) ?? '');
      expect(await head(hub!, 'library/alpine', '3.22')).toMatchObject({ remaining: '76;w=21600' });
      expect(await head(ghcr!, 'acme/api', 'latest')).toMatchObject({ remaining: null });
    } finally {
      await fresh.close();
    }
  });
});

test.each([
  ['nginx:1.27', '1.29', null],
  ['postgres:16', null, '18'],
  ['grafana/grafana:11.2.0', '11.6.7', '12.2.1'],
  ['node:20-slim', null, '24-slim'],
  ['redis:7.2', '7.4', '8.2'],
  ['ghcr.io/acme/api:2.3.1', '2.4.0', null],
])('of %s there is the newer %s, and %s above it', (name, line, newest) => {
  const { registry, repository, tag } = makeReference(name);
  const tags = (makeDemoContent().published.get(registry) ?? []).filter((each) => each.repository === repository).map((each) => each.tag);
  const { verdict } = decideNewer(tag ?? '', { tags, firstSeen: () => null, now: 0 }, STANDARD_POLICY);
  expect(verdict).toMatchObject({ kind: 'available' });
  expect(verdict.kind === 'available' && [verdict.line?.tag ?? null, verdict.newest?.tag ?? null]).toEqual([line, newest]);
});

test('the demo is the same each time', () => {
  const digests = () => makeDemoContent().installed.map(({ target }) => target.digest);
  expect(digests()).toEqual(digests());
});

test('a world that is closed leaves nothing behind, even when it is closed twice', async () => {
  const brief = await startDemoWorld({ store: 'containerd' });
  const hub = brief.locations.get('docker.io') ?? '';
  const directory = basename(dirname(brief.engineHost.slice('unix://'.length)));
  expect(await readdir(tmpdir())).toContain(directory);
  await brief.close();
  await brief.close();
  expect(await readdir(tmpdir())).not.toContain(directory);
  await expect(ask(`${hub}/v2/`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a world without a place for its socket says so, and nothing of it keeps running', async () => {
  vi.stubEnv('TMPDIR', '/nonexistent');
  try {
    await expect(startDemoWorld()).rejects.toMatchObject({
      code: 'cannot-write',
      message: expect.stringContaining('/nonexistent') as string,
    });
  } finally {
    vi.unstubAllEnvs();
  }
});
