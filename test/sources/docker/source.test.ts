import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Inventory } from '../../../src/check/ports.ts';
import type { InstalledImage } from '../../../src/core/installed.ts';
import { renderPlatform } from '../../../src/core/platform.ts';
import { renderReference, renderRepository } from '../../../src/core/reference.ts';
import { planTagCheck } from '../../../src/core/tag-check.ts';
import { createDockerSource, type DockerSourceOptions } from '../../../src/sources/docker/source.ts';
import { readReplies, startFakeEngine, type FakeEngine, type Misbehaviour, type Replies } from './fake-engine.ts';

let directory: string;
let socket: string;
let engine: FakeEngine | null = null;
const opened: Inventory[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'iu-'));
  socket = join(directory, 'engine.sock');
});
afterEach(async () => {
  for (const inventory of opened.splice(0)) inventory.close();
  await engine?.close();
  engine = null;
  rmSync(directory, { recursive: true, force: true });
});

type ListChanges = { readonly all?: boolean; readonly signal?: AbortSignal; readonly facts?: Map<string, string> };

async function start(replies: Replies, misbehave?: Misbehaviour): Promise<void> {
  engine = await startFakeEngine(socket, replies, misbehave);
}

async function list(changes: ListChanges = {}, options: Partial<DockerSourceOptions> = {}): Promise<Inventory> {
  const kept = changes.facts ?? new Map<string, string>();
  const source = createDockerSource({
    endpoint: { location: `unix://${socket}`, address: { kind: 'socket', path: socket } },
    facts: {
      readFacts: (keys) => new Map([...kept].filter(([key]) => keys.includes(key))),
      writeFacts: (facts) => {
        for (const [key, text] of facts) kept.set(key, text);
      },
    },
    timeoutMs: 5000,
    concurrency: 4,
    env: {},
    ...options,
  });
  const signal = changes.signal ?? new AbortController().signal;
  const inventory = await source.list({ all: changes.all ?? false, signal, onProgress: () => undefined });
  opened.push(inventory);
  return inventory;
}

/** What an inventory says, without what it can be asked. */
const told = (inventory: Inventory) => ({ ...inventory, readBuild: null, readLayerSizes: null, close: null });

const byName = ({ images }: Inventory, name: string): InstalledImage[] =>
  images.filter((image) => image.tags.some((reference) => renderReference(reference) === name));
const only = <T>(values: readonly T[]): T => {
  expect(values).toHaveLength(1);
  return values[0]!;
};
const inspections = () => engine!.requests.filter((path) => path.includes('/images/sha256'));

describe('the classic image store', () => {
  beforeEach(() => start(readReplies('classic-20.10')));

  it('an image has every tag and every digest of each repository, its config digest, layers, labels and platform', async () => {
    const image = only(byName(await list(), 'registry.example:5000/acme/web:1.27'));
    expect(image.tags.map(renderReference)).toEqual([
      'registry.example:5000/acme/web:1.27',
      'registry.example:5000/acme/web:stable',
      'registry.example:5000/mirror/web:1.27',
    ]);
    expect(image.repoDigests.map(({ repository }) => repository)).toEqual(['acme/web', 'mirror/web']);
    expect(image.configDigest).toBe(image.imageId);
    expect(image.contentDigests).toEqual([]);
    expect(image.origin).toEqual({ kind: 'repo-digests' });
    expect(image.diffIds).toHaveLength(1);
    expect(image.created).toMatch(/^2026-11-20T\d\d:\d\d:\d\dZ$/);
    expect(renderPlatform(image.platform)).toBe('linux/amd64');
    expect([...image.labels]).toEqual([
      ['__proto__', 'hostile'],
      ['org.opencontainers.image.version', '1.27.0'],
    ]);
  });

  it('an image pulled by digest is listed, and one without any name only on request', async () => {
    const usual = await list();
    expect(usual.images.filter((image) => image.tags.length === 0).map((image) => image.repoDigests.length)).toEqual([1]);
    const all = await list({ all: true });
    expect(all.images).toHaveLength(6);
    expect(all.images.filter((image) => image.tags.length === 0 && image.repoDigests.length === 0)).toHaveLength(2);
  });

  it('a container keeps the name it was created with when the tag has moved on, and only that one is inspected', async () => {
    const { containers, images } = await list();
    const found = new Map(containers.map((container) => [container.name, container]));
    const current = only(images.filter((image) => image.tags.some((tag) => tag.repository === 'acme/api')));
    expect(renderReference(found.get('old-api')!.reference!)).toBe('registry.example:5000/acme/api:2');
    expect(found.get('old-api')!.imageId).not.toBe(current.imageId);
    expect(found.get('new-api')!.imageId).toBe(current.imageId);
    expect(found.get('by-id')).toMatchObject({ reference: null, running: false, imageId: current.imageId });
    expect(engine!.requests.filter((path) => /containers\/[0-9a-f]/.test(path))).toHaveLength(1);
  });

  it('the registries that the engine trusts without TLS are known', async () => {
    expect((await list()).insecureRegistries).toEqual(['10.9.0.0/16', '127.0.0.0/8', 'reg.internal:5000']);
  });

  it('each image is inspected once in its life', async () => {
    const facts = new Map<string, string>();
    const first = await list({ facts });
    expect(inspections()).toHaveLength(4);
    const second = await list({ facts });
    expect(inspections()).toHaveLength(4);
    expect(told(second)).toEqual(told(first));
    expect([...facts.keys()].every((key) => /^engine-image:classic:sha256:[0-9a-f]{64}$/.test(key))).toBe(true);
  });

  it('the engine is known for itself, and a copy of its machine under another name is not', async () => {
    expect((await list()).engineId).toBeUndefined();
    const idOf = async (Name: string): Promise<string | undefined> => {
      await engine!.close();
      await start(readReplies('classic-20.10', { '/info': { status: 200, body: { ID: 'AB12:CD34', Name } } }));
      return (await list()).engineId;
    };
    const first = await idOf('alpha');
    expect(first).toBe('AB12:CD34 alpha');
    expect(await idOf('alpha')).toBe(first);
    expect(await idOf('beta')).not.toBe(first);
  });

  it('remembered facts that cannot be read are asked for again', async () => {
    const facts = new Map<string, string>();
    const first = await list({ facts });
    for (const key of facts.keys()) facts.set(key, '{"labels":7');
    expect(told(await list({ facts }))).toEqual(told(first));
  });

  it('every request is a GET in the version that was agreed on', () =>
    list().then(() => {
      expect(engine!.requests[0]).toBe('/_ping');
      expect(engine!.requests.slice(1).every((path) => path.startsWith('/v1.41/'))).toBe(true);
      expect(engine!.requests).toContain('/v1.41/images/json?all=false');
    }));
});

describe('podman', () => {
  beforeEach(() => start(readReplies('podman-4.3')));

  it('an image that was only built here is told by its name, for its digests prove nothing', async () => {
    const inventory = await list();
    const built = only(byName(inventory, 'localhost/tools/local:dev'));
    expect(built.origin).toEqual({ kind: 'podman' });
    expect(built.repoDigests).toHaveLength(1);
    expect(built.configDigest).toBe(built.imageId);
    expect(byName(inventory, 'registry.example:5000/acme/web:stable')).toHaveLength(1);
  });

  it('the registries that registries.conf trusts without TLS are known, but not by a part of them', async () => {
    await engine!.close();
    const IndexConfigs = {
      'reg.internal:5000': { Secure: false },
      'quay.io/team': { Secure: false },
      '*.lan': { Secure: false },
      'quay.io': { Secure: true },
    };
    await start(
      readReplies('podman-4.3', { '/info': { status: 200, body: { RegistryConfig: { InsecureRegistryCIDRs: [], IndexConfigs } } } }),
    );
    expect((await list()).insecureRegistries).toEqual(['reg.internal:5000']);
  });

  it('an id that it makes up anew with each answer is none', async () => {
    await engine!.close();
    await start(readReplies('podman-4.3', { '/info': { status: 200, body: { ID: 'e5b1', Name: 'alpha' } } }));
    expect((await list()).engineId).toBeUndefined();
  });

  it('a container is shown with the image it runs although its name stands for another by now', async () => {
    const { containers, images } = await list({ all: true });
    const old = only(containers.filter((container) => container.name === 'old-api'));
    const image = only(images.filter((candidate) => candidate.imageId === old.imageId));
    expect(renderReference(old.reference!)).toBe('registry.example:5000/acme/api:2');
    expect(image.tags).toEqual([]);
  });

  it('ids without an algorithm are completed', async () => {
    await engine!.close();
    const text = JSON.stringify(readReplies('podman-4.3')).replaceAll(/"(Id|ImageID)":"sha256:/g, '"$1":"');
    await start(JSON.parse(text) as Replies);
    const inventory = await list();
    expect(inventory.images.every((image) => image.imageId === image.configDigest)).toBe(true);
    expect(inventory.containers.every((container) => container.imageId.startsWith('sha256:'))).toBe(true);
  });
});

describe('the containerd image store', () => {
  it('an image is known by its index and by the manifest of its own platform, and by no other', async () => {
    await start(readReplies('containerd-28'));
    const inventory = await list();
    const nginx = only(byName(inventory, 'docker.io/library/nginx:1.27'));
    const listed = readReplies('containerd-28')['/images/json']!.body as { Manifests: { ID: string }[] }[];
    const [amd64, arm64] = listed[0]!.Manifests.map((manifest) => manifest.ID);
    expect(nginx.contentDigests).toEqual([nginx.imageId, amd64]);
    expect(nginx.contentDigests).not.toContain(arm64);
    expect(nginx.configDigest).toBeNull();
    expect(nginx.size).toBe(50_000_000);
    expect(nginx.diffIds).toHaveLength(2);
    expect([...nginx.labels]).toEqual([['maintainer', 'NGINX']]);
  });

  it.each(['containerd-28', 'containerd-29'])(
    'each platform that is here is an image of its own, with its own layers (%s)',
    async (name) => {
      await start(readReplies(name));
      const images = byName(await list(), 'ghcr.io/acme/multi:2');
      expect(images.map((image) => renderPlatform(image.platform))).toEqual(['linux/amd64', 'linux/arm/v7']);
      expect(images[0]!.imageId).toBe(images[1]!.imageId);
      expect(images[0]!.diffIds).not.toEqual(images[1]!.diffIds);
      expect(images[1]!.size).toBe(40_000_000);
    },
  );

  it('an engine that cannot be asked about one platform leaves the layers of the other unknown instead of wrong', async () => {
    await start(readReplies('containerd-28', { '/_ping': { status: 200, headers: { 'Api-Version': '1.48' }, body: 'OK' } }));
    const images = byName(await list(), 'ghcr.io/acme/multi:2');
    expect(images.map((image) => image.diffIds === null)).toEqual([false, true]);
    expect(inspections().some((path) => path.includes('platform'))).toBe(false);
  });

  it('an engine that lists each name of an image by itself (Engine 24) has one image with all names', async () => {
    const id = `sha256:${'a'.repeat(64)}`;
    const entry = (name: string) => ({
      Id: id,
      RepoTags: [`docker.io/acme/${name}`],
      RepoDigests: [`docker.io/acme/${name.replace(/:.*/, '')}@${id}`],
      Created: 1_700_000_000,
      Size: 1,
    });
    const body = [entry('api:1'), entry('api:2'), entry('web:1'), entry('api:1')];
    const ping = { status: 200, headers: { 'Api-Version': '1.43' }, body: 'OK' };
    const inspected = { status: 200, body: { Id: id, Os: 'linux', Architecture: 'amd64' } };
    await start(readReplies('containerd-28', { '/_ping': ping, '/images/json': { status: 200, body }, [`/images/${id}/json`]: inspected }));
    const image = only((await list()).images);
    expect(image.tags.map(renderReference)).toEqual(['docker.io/acme/api:1', 'docker.io/acme/api:2', 'docker.io/acme/web:1']);
    expect(image.repoDigests.map(({ repository }) => repository)).toEqual(['acme/api', 'acme/web']);
  });

  it('before the engine keeps a record, nothing is claimed about where an image is from', async () => {
    await start(readReplies('containerd-28'));
    const { images } = await list({ all: true });
    expect(new Set(images.map((image) => image.origin.kind))).toEqual(new Set(['unrecorded']));
  });

  it('the engine tells apart what was pulled, from where, what was built here, and what it does not know', async () => {
    await start(readReplies('containerd-29'));
    const inventory = await list();
    expect(only(byName(inventory, 'docker.io/library/nginx:1.27')).origin).toEqual({
      kind: 'identity',
      pulledFrom: [{ registry: 'docker.io', repository: 'library/nginx' }],
      built: false,
    });
    expect(only(byName(inventory, 'docker.io/acme/app:dev')).origin).toEqual({ kind: 'identity', pulledFrom: [], built: true });
    expect(only(byName(inventory, 'quay.io/acme/loaded:1')).origin).toEqual({ kind: 'identity', pulledFrom: [], built: false });
  });

  const PINNED = 'sha256:efb90cea830201bd1690e6dc0869c33345581fc8da4121035a943d49501ac240';

  it('the record of a real engine keeps no port, and tells pushes like pulls', async () => {
    await start(readReplies('containerd-api-1.56'));
    const inventory = await list();
    const origins = inventory.images.map(({ tags, origin }) => [
      tags.map(renderReference).join(),
      origin.kind === 'identity' ? origin.pulledFrom.map(renderRepository) : null,
    ]);
    expect(Object.fromEntries(origins)).toEqual({
      'docker.io/library/imported:dev': [],
      'registry.example:5000/acme/pushed:1': ['registry.example/acme/pushed'],
      [`registry.example:5000/acme/pinned@${PINNED}`]: ['registry.example/acme/pinned'],
      'registry.example:5000/acme/api:1': ['registry.example/acme/api'],
      'registry.example:5000/acme/renamed:1': ['registry.example/acme/api'],
    });
    const plans = inventory.images.flatMap((image) => image.tags.map((tag) => [renderReference(tag), planTagCheck(image, tag)] as const));
    expect(plans.map(([name, plan]) => [name, plan.kind === 'ask' ? 'ask' : plan.verdict.kind])).toEqual([
      ['docker.io/library/imported:dev', 'local'],
      ['registry.example:5000/acme/pushed:1', 'ask'],
      [`registry.example:5000/acme/pinned@${PINNED}`, 'pinned'],
      ['registry.example:5000/acme/api:1', 'ask'],
      ['registry.example:5000/acme/renamed:1', 'local'],
    ]);
    expect(inventory.containers.map(({ name, reference }) => [name, reference === null ? null : renderReference(reference)])).toEqual([
      ['current', 'registry.example:5000/acme/api:1'],
      ['outdated', 'registry.example:5000/acme/api:1'],
    ]);
  });

  it('with API 1.53 the record is read from each image, even when its layers are remembered', async () => {
    await start(
      readReplies('containerd-29', { '/_ping': { status: 200, headers: { 'Api-Version': '1.53' }, body: 'OK' } }),
      (path, _, response) => {
        if (!path.startsWith('/images/json')) return false;
        const images = readReplies('containerd-28')['/images/json'];
        response.writeHead(200).end(JSON.stringify(images!.body));
        return true;
      },
    );
    const facts = new Map<string, string>();
    await list({ facts });
    const inventory = await list({ facts });
    expect(only(byName(inventory, 'docker.io/acme/app:dev')).origin).toEqual({ kind: 'identity', pulledFrom: [], built: true });
  });

  it('a date that stands for none is none of the image, and that of the list is taken', async () => {
    await start(readReplies('containerd-28'));
    expect(only(byName(await list(), 'docker.io/acme/app:dev')).created).toBe('2025-11-01T12:26:40Z');
  });

  it('a container is tied to the manifest it runs, and its own name is not an alias of a link', async () => {
    await start(readReplies('containerd-29'));
    const { containers } = await list();
    expect(containers.map(({ name, running }) => [name, running])).toEqual([
      ['web', true],
      ['old-web', true],
    ]);
    expect(containers.map((container) => renderReference(container.reference!))).toEqual(Array(2).fill('docker.io/library/nginx:1.27'));
    expect(containers.every((container) => container.manifestDigest !== null)).toBe(true);
  });

  it('a name that is no reference is a warning without control characters, and its image stays in the list', async () => {
    await start(readReplies('containerd-28'));
    const { images, warnings } = await list();
    expect(images.filter((image) => image.tags.length === 0)).toHaveLength(1);
    const message = only(warnings).message;
    expect(message).toMatch(/^image [0-9a-f]{12} has a name that cannot be used: /);
    expect(message).not.toContain('\u001b');
  });

  it.each([
    ['1.41', '/v1.41/images/json?all=false'],
    ['1.51', '/v1.51/images/json?all=false&manifests=true'],
    ['1.54', '/v1.54/images/json?all=false&manifests=true&identity=true'],
    ['1.99', '/v1.54/images/json?all=false&manifests=true&identity=true'],
  ])('an engine of API %s is asked for %s', async (version, path) => {
    await start(readReplies('containerd-28', { '/_ping': { status: 200, headers: { 'Api-Version': version }, body: 'OK' } }));
    await list();
    expect(engine!.requests).toContain(path);
  });
});

describe('an inspection', () => {
  const inspections = (): readonly string[] =>
    engine!.requests.filter((path) => /^\/v1\.\d+\/images\/sha256:/.test(path)).map((path) => path.slice(0, '/v1.52'.length));

  it.each([
    ['1.52', '/v1.52'],
    ['1.53', '/v1.53'],
    ['1.54', '/v1.52'],
    ['1.56', '/v1.52'],
  ])('of an engine of API %s is asked for by %s, which makes it verify no signature it need not', async (version, expected) => {
    await start(readReplies('containerd-api-1.56', { '/_ping': { status: 200, headers: { 'Api-Version': version }, body: 'OK' } }));
    await list();
    expect(new Set(inspections())).toEqual(new Set([expected]));
  });

  it('is asked for by the newest version of an engine that speaks no older one', async () => {
    await start(readReplies('containerd-api-1.56'), (path, request, response) => {
      if (!(request.url ?? '').startsWith('/v1.52/') || path === '') return false;
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ message: 'client version 1.52 is too old. Minimum supported API version is 1.54' }));
      return true;
    });
    const { images, warnings } = await list();
    expect(warnings).toEqual([]);
    expect(images.every((image) => image.diffIds !== null)).toBe(true);
    expect(new Set(inspections())).toEqual(new Set(['/v1.52', '/v1.54']));
  });
});

describe('an engine with faults', () => {
  const web = Object.keys(readReplies('classic-20.10')).find((path) => path.startsWith('/images/sha256:2aac'))!;

  it('nothing at the socket', async () => {
    await expect(list()).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: `no container engine answers at unix://${socket}`,
      hint: 'start it, name another with -H or --context, or name images elsewhere: docker://REF, docker-archive:FILE, oci:FOLDER',
    });
  });

  it('something else than an engine at the address', async () => {
    await start({ '/_ping': { status: 200, body: '<html>' } });
    await expect(list()).rejects.toThrow(
      `the container engine at unix://${socket} answered GET /_ping with status 200 and no version of the Engine API`,
    );
  });

  it.each(['/images/json', '/info', web])('it dies in the middle of its answer to GET %s', async (victim) => {
    let dead = false;
    await start(readReplies('classic-20.10'), (path, request, response) => {
      dead ||= path.startsWith(victim);
      if (!dead) return false;
      if (path.startsWith(victim)) response.writeHead(200, { 'content-length': '100000' }).write('[');
      setTimeout(() => request.socket.destroy(), 20);
      return true;
    });
    await expect(list()).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: `the container engine at unix://${socket} closed the connection before its answer was complete`,
    });
  });

  it('it closes the connection without an answer', async () => {
    await start(readReplies('classic-20.10'), (_, request) => {
      request.socket.destroy();
      return true;
    });
    await expect(list()).rejects.toThrow(`the container engine at unix://${socket} closed the connection before its answer was complete`);
  });

  it('it accepts the connection and never answers', async () => {
    await start(readReplies('classic-20.10'), (path) => path.startsWith('/images/json'));
    await expect(list({}, { timeoutMs: 200 })).rejects.toThrow(
      `the container engine at unix://${socket} gave no whole answer to GET /v1.41/images/json?all=false within 0.2 s`,
    );
  });

  it('one answer breaks off: the others are neither waited for nor asked for again', async () => {
    let closed = false;
    await start(readReplies('classic-20.10'), (path, request, response) => {
      if (path.startsWith('/_ping')) return false;
      if (path.startsWith('/images/json')) setTimeout(() => response.writeHead(200, { 'content-length': '99' }).destroy(), 50);
      else request.socket.once('close', () => (closed = true));
      return true;
    });
    await expect(list()).rejects.toMatchObject({ code: 'engine-unavailable' });
    const asked = engine!.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(closed).toBe(true);
    expect(engine!.requests.slice(asked)).toEqual([]);
  });

  it('a deadline longer than any timer is none that has passed', async () => {
    await start(readReplies('classic-20.10'), (path, _request, response) => {
      if (path.startsWith('/_ping')) return false;
      setTimeout(() => response.end('[]'), 20);
      return true;
    });
    await expect(list({}, { timeoutMs: 30 * 86_400_000 })).resolves.toMatchObject({ images: [] });
  });

  it('a run that is interrupted ends at once', async () => {
    await start(readReplies('classic-20.10'), (path) => path.startsWith('/images/json'));
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    await expect(list({ signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });

  it.each([
    ['<html>', 'GET /images/json was answered with something other than JSON'],
    ['{"message":"x"}', 'GET /images/json was answered with something other than a list'],
  ])('it lists its images as %s', async (body, problem) => {
    await start(readReplies('classic-20.10', { '/images/json': { status: 200, body } }));
    await expect(list()).rejects.toThrow(`the container engine at unix://${socket} does not list its images: ${problem}`);
  });

  it('it refuses to list its images, in words that are made safe', async () => {
    await start(readReplies('classic-20.10', { '/images/json': { status: 403, body: { message: 'no\u001b[31m' } } }));
    await expect(list()).rejects.toThrow('does not list its images: GET /images/json was answered with status 403: no\u{fffd}[31m');
  });

  it('it refuses to tell of itself and of its containers, and the images are listed all the same', async () => {
    const refused = { status: 403, body: { message: 'denied' } };
    await start(readReplies('classic-20.10', { '/info': refused, '/containers/json': refused }));
    const { images, containers, warnings } = await list();
    expect(images).toHaveLength(4);
    expect(containers).toEqual([]);
    expect(warnings.map((warning) => warning.message).sort()).toEqual([
      'containers are not known: GET /containers/json was answered with status 403: denied',
      'what the engine says of itself is not known: GET /info was answered with status 403: denied',
    ]);
  });

  it('an image is deleted while the list is made: it is left out without a word', async () => {
    await start(readReplies('classic-20.10', { [web]: { status: 404, body: { message: 'no such image' } } }));
    const { images, warnings } = await list();
    expect(images).toHaveLength(3);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['refused', { status: 500, body: { message: 'layer does not exist' } }, 'was answered with status 500: layer does not exist'],
    ['garbage', { status: 200, body: 'oops' }, 'was answered with something other than JSON'],
  ])('the inspection of one image is %s: it is listed with what is known, and a warning', async (_, reply, problem) => {
    await start(readReplies('classic-20.10', { [web]: reply }));
    const inventory = await list();
    const image = only(byName(inventory, 'registry.example:5000/acme/web:1.27'));
    expect(image).toMatchObject({ diffIds: null, platform: { os: 'linux', architecture: 'amd64' } });
    expect(image.repoDigests).toHaveLength(2);
    expect(image.labels.get('org.opencontainers.image.version')).toBe('1.27.0');
    expect(only(inventory.warnings).message).toContain(problem);
  });

  const moved = Object.keys(readReplies('classic-20.10')).find((path) => path.startsWith('/containers/7c04'))!;

  it('a container whose image cannot be named is kept, and a warning says so', async () => {
    await start(readReplies('classic-20.10', { [moved]: { status: 500, body: { message: 'busy' } } }));
    const { containers, warnings } = await list();
    expect(only(containers.filter((container) => container.name === 'old-api')).reference).toBeNull();
    expect(only(warnings).message).toMatch(/^the name of the image of container old-api is not known: GET .* status 500: busy$/);
  });

  it('a container that is removed meanwhile is left out', async () => {
    await start(readReplies('classic-20.10', { [moved]: { status: 404, body: {} } }));
    const { containers, warnings } = await list();
    expect(containers.map((container) => container.name)).toEqual(['by-id', 'new-api', 'old-web']);
    expect(warnings).toEqual([]);
  });

  it('one inspection breaks off while the engine lives on: that image is listed with a warning', async () => {
    await start(readReplies('classic-20.10'), (path, request, response) => {
      if (path !== web) return false;
      response.writeHead(200, { 'content-length': '9' }).write('{');
      setTimeout(() => request.socket.destroy(), 10);
      return true;
    });
    const inventory = await list();
    expect(only(byName(inventory, 'registry.example:5000/acme/web:1.27')).diffIds).toBeNull();
    expect(only(inventory.warnings).message).toContain('closed the connection before its answer was complete');
  });

  it('a kept connection that the engine closes just before it is used again costs nothing', async () => {
    const seen = new Set<unknown>();
    await start(readReplies('classic-20.10'), (_, request) => {
      const reused = seen.has(request.socket);
      seen.add(request.socket);
      if (reused) request.socket.destroy();
      return reused;
    });
    const { images, warnings } = await list({}, { concurrency: 1 });
    expect(images).toHaveLength(4);
    expect(warnings).toEqual([]);
  });

  it('hostile shapes in every document are taken for absence', async () => {
    await start(
      readReplies('classic-20.10', {
        '/info': { status: 200, body: { DriverStatus: 7, RegistryConfig: { IndexConfigs: [], InsecureRegistryCIDRs: [null, {}] } } },
        '/images/json': {
          status: 200,
          body: [null, 7, [], { Id: 7 }, { Id: 'x', RepoTags: 'a', RepoDigests: [1], Labels: [], Size: 'big', Manifests: {} }],
        },
        '/containers/json': { status: 200, body: [null, { Id: 'a' }, { Id: 'b', ImageID: 'x', Names: 7, Image: 9 }] },
        '/images/x/json': { status: 200, body: { RootFS: 'none', Config: 1, Created: 'yesterday', Architecture: 3 } },
      }),
    );
    const { images, containers, insecureRegistries } = await list({ all: true });
    expect(images).toMatchObject([{ imageId: 'x', tags: [], repoDigests: [], size: null, diffIds: null, created: null }]);
    expect(containers).toMatchObject([{ name: 'b', reference: null }]);
    expect(insecureRegistries).toEqual([]);
  });
});
