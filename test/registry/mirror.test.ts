import { describe, expect, it } from 'vitest';
import type { Credential } from '../../src/check/ports.ts';
import type { RegistryOptions } from '../../src/registry/registry.ts';
import { alice, basicOfAlice, createClientOf, type Client } from './helpers/client.ts';
import {
  json,
  manifest,
  manifestDigest,
  MANIFEST_TYPE,
  serveRegistry,
  sha256,
  type FakeOptions,
  type FakeRegistry,
} from './helpers/fake-registry.ts';
import { makeRule } from './helpers/rules.ts';
import { serve, serveSockets, type Handler } from './helpers/server.ts';

const NGINX = { registry: 'docker.io', repository: 'library/nginx' };

type World = { mirror: FakeRegistry; origin: FakeRegistry; client: Client };

/** docker.io and a mirror of it, both on this machine. */
async function startWorld(
  served: { mirror?: FakeOptions; origin?: FakeOptions; path?: string } = {},
  options: Partial<RegistryOptions> = {},
  credentials: Record<string, Credential> = {},
): Promise<World> {
  const [mirror, origin] = [await serveRegistry(served.mirror), await serveRegistry(served.origin)];
  const rules = new Map([['docker.io', makeRule({ mirror: `http://${mirror.host}${served.path ?? ''}` })]]);
  return { mirror, origin, client: createClientOf(origin.host, { rules, ...options }, credentials) };
}

const resolve = ({ registry, signal }: Client, repository = NGINX, tag = '1') => registry.resolveTag(repository, tag, signal);
const fetchManifest = ({ registry, signal }: Client) =>
  registry.fetchManifest(NGINX, { digest: manifestDigest, size: manifest.length }, signal);
const codes = ({ registry }: Client) => registry.warnings().map(({ code }) => code);

/** A mirror that is none of the usual: docker.io is behind it. */
async function startWith(mirrorUrl: string, options: Partial<RegistryOptions> = {}): Promise<Omit<World, 'mirror'>> {
  const origin = await serveRegistry();
  return { origin, client: createClientOf(origin.host, { rules: new Map([['docker.io', makeRule({ mirror: mirrorUrl })]]), ...options }) };
}

const answering =
  (status: number, headers: Record<string, string> = {}): Handler =>
  (_seen, response) =>
    json(response, status, { errors: [{ code: 'UNKNOWN', message: 'no' }] }, headers);

describe('a mirror that has what is asked for', () => {
  it('is asked instead of the registry, for tags, manifests and configs, and that is said once', async () => {
    const { mirror, origin, client } = await startWorld();
    expect(await resolve(client)).toMatchObject({ kind: 'found', digest: manifestDigest });
    expect(await fetchManifest(client)).toMatchObject({ ok: true });
    expect(await client.registry.fetchConfig(NGINX, { digest: manifestDigest, size: null }, client.signal)).toMatchObject({ ok: true });
    expect(mirror.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'HEAD /v2/library/nginx/manifests/1',
      `GET /v2/library/nginx/manifests/${manifestDigest}`,
      `GET /v2/library/nginx/blobs/${manifestDigest}`,
    ]);
    expect(origin.connections()).toBe(0);
    expect(client.registry.warnings()).toEqual([
      {
        code: 'mirror',
        message: `docker.io was not asked itself but its mirror ${mirror.host} (imgupdate.yaml:3:5), which may lag behind`,
        image: null,
      },
    ]);
  });

  it('is told as the one who was asked', async () => {
    const { mirror, client } = await startWorld({ mirror: { headers: () => ({ 'ratelimit-remaining': '70;w=60' }) } });
    await resolve(client);
    await fetchManifest(client);
    const use = { requests: 2, counted: 1, limit: null, remaining: 70, windowSeconds: 60 };
    expect(client.registry.usage()).toEqual([{ registry: mirror.host, ...use }]);
  });

  it.each([
    ['/docker-hub', '/v2/docker-hub/library/nginx/manifests/1'],
    ['/v2/docker-hub', '/v2/docker-hub/library/nginx/manifests/1'],
    ['/api/docker/hub/v2', '/api/docker/hub/v2/library/nginx/manifests/1'],
  ])('at %s is asked for %s', async (path, expected) => {
    const seen: string[] = [];
    const mirror = await serve((asked, response) => {
      seen.push(asked.url);
      response.writeHead(200, { 'content-type': MANIFEST_TYPE, 'content-length': 9, 'docker-content-digest': manifestDigest }).end();
    });
    const { client } = await startWith(`http://${mirror.host}${path}`);
    expect(await resolve(client)).toMatchObject({ kind: 'found' });
    expect(seen).toEqual([`${expected}?ns=docker.io`]);
  });

  it('is one connection with a registry of its name, and with other registries it mirrors', async () => {
    const mirror = await serveRegistry({ auth: 'bearer' });
    const url = `https://${mirror.host}`;
    const { client } = await startWith(`${url}/hub`, {
      rules: new Map([
        ['docker.io', makeRule({ mirror: `${url}/hub` })],
        ['ghcr.io', makeRule({ mirror: `${url}/ghcr` })],
      ]),
    });
    const ghcr = { registry: 'ghcr.io', repository: 'acme/app' };
    const own = { registry: mirror.host, repository: 'acme/web' };
    client.registry.announce([NGINX, ghcr, own]);
    for (const repository of [NGINX, ghcr, own]) expect(await resolve(client, repository)).toMatchObject({ kind: 'found' });
    expect(mirror.unauthorized()).toBe(1);
    expect(mirror.tokens().map(({ query }) => query.getAll('scope'))).toEqual([
      ['repository:hub/library/nginx:pull', 'repository:ghcr/acme/app:pull', 'repository:acme/web:pull'],
    ]);
    expect(client.registry.usage().map(({ registry }) => registry)).toEqual([mirror.host]);
    expect(mirror.heads().map(({ query }) => query.get('ns'))).toEqual(['docker.io', 'docker.io', 'ghcr.io', null]);
  });
});

describe('credentials', () => {
  it('of the registry never reach its mirror', async () => {
    const { mirror, origin, client } = await startWorld(
      { mirror: { auth: 'basic' }, origin: { auth: 'basic' } },
      {},
      { 'docker.io': alice },
    );
    expect(await resolve(client)).toMatchObject({ kind: 'found' });
    expect(mirror.seen.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    expect(origin.seen.at(-1)?.headers.authorization).toBe(basicOfAlice);
  });

  it("of the mirror's own name do, and reach the registry not", async () => {
    const mirror = await serveRegistry({ auth: 'basic' });
    const rules = new Map([['docker.io', makeRule({ mirror: `http://${mirror.host}` })]]);
    const origin = await serveRegistry({ auth: 'basic' });
    const client = createClientOf(origin.host, { rules }, { [mirror.host]: alice });
    expect(await resolve(client)).toMatchObject({ kind: 'found' });
    expect(mirror.seen.at(-1)?.headers.authorization).toBe(basicOfAlice);
    expect(await resolve(client, NGINX, 'gone')).toMatchObject({ kind: 'unknown', reason: { kind: 'not-found-or-private' } });
    expect(origin.seen.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it('of a mirror go over plain http to this machine and to insecure registries only', async () => {
    const mirror = await serveRegistry({ auth: 'basic' });
    const proxy = { http: `http://${mirror.host}`, https: null, no: null };
    const askWith = async (insecureRegistries: string[]) => {
      const origin = await serveRegistry({ before: (_seen, response) => (json(response, 404, {}), true) });
      const rules = new Map([['docker.io', makeRule({ mirror: 'http://mirror.example' })]]);
      const client = createClientOf(origin.host, { rules, proxy, insecureRegistries }, { 'mirror.example': alice });
      await resolve(client);
      return { sent: mirror.seen.at(-1)?.headers.authorization, warned: codes(client).includes('login-withheld') };
    };
    expect(await askWith([])).toEqual({ sent: undefined, warned: true });
    expect(await askWith(['mirror.example'])).toEqual({ sent: basicOfAlice, warned: false });
  });

  it('are sent to no mirror that a project names, nor to the registry it is said to mirror', async () => {
    const [mirror, origin] = [await serveRegistry({ auth: 'basic' }), await serveRegistry({ auth: 'basic' })];
    const rules = new Map([['docker.io', makeRule({ mirror: `http://${mirror.host}` }, 'project')]]);
    const client = createClientOf(origin.host, { rules }, { [mirror.host]: alice, 'docker.io': alice });
    expect(await resolve(client)).toMatchObject({ kind: 'unknown', reason: { kind: 'not-found-or-private' } });
    expect([...mirror.seen, ...origin.seen].flatMap(({ headers }) => headers.authorization ?? [])).toEqual([]);
    expect(client.registry.warnings().filter(({ code }) => code === 'login-withheld')).toHaveLength(2);
    expect(await resolve(client, { registry: mirror.host, repository: 'acme/app' })).toMatchObject({ kind: 'found' });
    expect(mirror.seen.at(-1)?.headers.authorization).toBe(basicOfAlice);
  });
});

describe('a mirror without the answer', () => {
  it('that has no such tag leads to the registry, which alone says that it is gone', async () => {
    const { mirror, origin, client } = await startWorld();
    expect(await resolve(client, NGINX, 'gone')).toEqual({ kind: 'gone' });
    expect([mirror.seen.length, origin.seen.length]).toEqual([1, 1]);
    expect(origin.seen[0]?.url).toBe('/v2/library/nginx/manifests/gone');
    expect(codes(client)).toEqual([]);
  });

  it.each<[string, () => Promise<string>]>([
    ['that is down', () => Promise.resolve('127.0.0.1:1')],
    ['that closes every connection', async () => (await serveSockets((socket) => socket.destroy())).host],
    ['that answers 500', async () => (await serve(answering(500))).host],
    ['that answers 503', async () => (await serve(answering(503, { 'retry-after': '3600' }))).host],
    ['that answers 404 as no registry does', async () => (await serve((_seen, response) => void response.writeHead(404).end('?'))).host],
    ['that wants a login we have not', async () => (await serveRegistry({ auth: 'basic' })).host],
    ['that sends something else', async () => (await serve((_seen, response) => void response.end('<html>'))).host],
  ])('%s leads to the registry, for tags and for what has a digest', async (_what, start) => {
    const { origin, client } = await startWith(`http://${await start()}`);
    expect(await resolve(client)).toMatchObject({ kind: 'found', digest: manifestDigest });
    expect(await fetchManifest(client)).toMatchObject({ ok: true });
    expect([origin.heads().length, origin.gets().length]).toEqual([1, 1]);
  });

  it('is given up after two repositories, and that is said once', async () => {
    const mirror = await serveSockets((socket) => socket.destroy());
    const { client } = await startWith(`http://${mirror.host}`);
    for (let index = 0; index < 10; index++)
      expect(await resolve(client, { ...NGINX, repository: `acme/app-${index}` })).toMatchObject({ kind: 'found' });
    expect(mirror.connections()).toBe(6);
    expect(codes(client)).toEqual(['mirror-lost']);
    expect(client.registry.warnings()[0]?.message).toContain(`docker.io was asked itself where its mirror ${mirror.host}`);
  });

  it('that sends other content than the digest says is not believed, and the registry asked', async () => {
    const mirror = await serve((_seen, response) => {
      response.writeHead(200, { 'content-type': MANIFEST_TYPE }).end('{"schemaVersion":2}'.padEnd(manifest.length));
    });
    const { client } = await startWith(`http://${mirror.host}`);
    expect(await fetchManifest(client)).toMatchObject({ ok: true });
    expect(
      client.registry
        .warnings()
        .map(({ message }) => message)
        .join(),
    ).toContain(`came with content of digest ${sha256('{"schemaVersion":2}'.padEnd(manifest.length))}`);
  });

  it('and a registry without one: both are told', async () => {
    const mirror = await serveRegistry();
    const rules = new Map([['docker.io', makeRule({ mirror: `http://${mirror.host}/hub` })]]);
    const client = createClientOf('127.0.0.1:1', { rules });
    expect(await resolve(client, NGINX, 'gone')).toMatchObject({
      kind: 'unknown',
      reason: {
        kind: 'unreachable',
        message: `${mirror.host} has no ${mirror.host}/hub/library/nginx:gone; and 127.0.0.1:1 refused the connection (ECONNREFUSED)`,
      },
    });
  });

  it.each([
    [
      'whose quota has reached its floor',
      { headers: () => ({ 'ratelimit-limit': '100;w=60', 'ratelimit-remaining': '1;w=60' }) },
      'budget',
    ],
  ])('%s is not gone around', async (_what, options, expected) => {
    const { origin, client } = await startWorld({ mirror: options });
    await resolve(client);
    expect(await fetchManifest(client)).toMatchObject({ ok: false, reason: { kind: expected } });
    expect(origin.connections()).toBe(0);
  });

  it('that refuses its login is not gone around', async () => {
    const mirror = await serve((seen, response) => {
      const headers = { 'www-authenticate': 'Basic realm="mirror"' };
      answeringStatus(seen.headers.authorization === undefined ? 401 : 403, headers)(response);
    });
    const origin = await serveRegistry();
    const rules = new Map([['docker.io', makeRule({ mirror: `http://${mirror.host}` })]]);
    const client = createClientOf(origin.host, { rules }, { [mirror.host]: alice });
    expect(await resolve(client)).toMatchObject({ kind: 'unknown', reason: { kind: 'unauthorized' } });
    expect(origin.connections()).toBe(0);
  });

  it('that is no URL fails its registry, naming the setting', async () => {
    const { origin, client } = await startWith('mirror.corp');
    expect(await resolve(client)).toMatchObject({
      kind: 'unknown',
      reason: {
        kind: 'unreachable',
        message: 'docker.io cannot be asked: its mirror (imgupdate.yaml:3:5) is no http(s)://HOST[:PORT][/PATH]: mirror.corp',
      },
    });
    expect(origin.connections()).toBe(0);
  });
});

describe('with hosts that may be contacted', () => {
  it('a registry that is not one of them is not asked, though its mirror has nothing', async () => {
    const { mirror, origin } = await startWorld();
    const rules = new Map([['docker.io', makeRule({ mirror: `http://${mirror.host}` })]]);
    const client = createClientOf(origin.host, { rules, onlyHosts: new Set([mirror.host]) });
    expect(await resolve(client)).toMatchObject({ kind: 'found' });
    expect(await resolve(client, NGINX, 'gone')).toMatchObject({
      kind: 'unknown',
      reason: { kind: 'not-found-or-private', message: expect.stringContaining('docker.io itself may not be contacted (allowHosts)') },
    });
    expect(origin.connections()).toBe(0);
  });

  it('a mirror that is not one of them is not asked, and named', async () => {
    const { mirror, origin } = await startWorld();
    const rules = new Map([['docker.io', makeRule({ mirror: `http://${mirror.host}` })]]);
    const client = createClientOf(origin.host, { rules, onlyHosts: new Set(['docker.io']) });
    expect(await resolve(client)).toMatchObject({
      kind: 'unknown',
      reason: { kind: 'policy', message: expect.stringContaining(`${mirror.host} is not among the hosts`) },
    });
    expect([mirror.connections(), origin.connections()]).toEqual([0, 0]);
  });
});

function answeringStatus(status: number, headers: Record<string, string>): (response: Parameters<Handler>[1]) => void {
  return (response) => json(response, status, { errors: [{ code: 'DENIED', message: 'no' }] }, headers);
}
