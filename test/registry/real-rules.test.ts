import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { makeImage, makeLayer } from '../../src/demo/images.ts';
import { startDockerRegistry } from '../helpers/docker-registry.ts';
import { startPublisher } from '../helpers/publisher.ts';
import { systemTest } from '../helpers/system.ts';
import { startTokenServer } from '../helpers/token-server.ts';
import { createAuthority, type Authority } from './helpers/certificates.ts';
import { createClient, createClientOf } from './helpers/client.ts';
import { startRealRegistry, type RealOptions } from './helpers/real-registry.ts';
import { makeRule } from './helpers/rules.ts';

const created = '2026-11-01T00:00:00Z';
const image = makeImage({ layers: [makeLayer({ files: { 'etc/base': 'base' }, created })], created });

systemTest('a docker-registry', ['docker-registry', 'skopeo', 'openssl'], () => {
  let authority: Authority;
  let folder: string;
  beforeAll(() => {
    authority = createAuthority();
    folder = mkdtempSync(join(tmpdir(), 'imgupdate-real-'));
  });
  afterAll(() => {
    authority.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  const start = async (options: RealOptions = {}) => {
    const registry = await startRealRegistry(options);
    onTestFinished(registry.stop);
    return registry;
  };

  it('that wants client certificates answers with the one of its rule, and to nobody without', async () => {
    const { host } = await start({ tls: authority.issue('server'), clientCa: authority.ca });
    const client = authority.issue('client');
    const ca = write('ca.pem', authority.ca);
    const clientCert = { cert: write('client.pem', client.cert), key: write('client.key', client.key) };
    const askWith = (rule: ReturnType<typeof makeRule>) => {
      const { registry, signal } = createClient({ rules: new Map([[host, rule]]) });
      return registry.resolveTag({ registry: host, repository: 'acme/app' }, '1', signal);
    };
    expect(await askWith(makeRule({ insecure: false, ca, clientCert }))).toEqual({ kind: 'gone' });
    expect(await askWith(makeRule({ insecure: false, ca }))).toMatchObject({ kind: 'unknown' });
    expect(await askWith(makeRule({ insecure: false, clientCert }))).toMatchObject({ kind: 'unknown', reason: { kind: 'tls' } });
  });

  it('that is a pull-through cache answers for the registry it caches, with one request for each question', async () => {
    const publisher = await startPublisher();
    onTestFinished(publisher.close);
    const origin = await start();
    await publisher.publish(`${origin.host}/library/nginx:1`, image);
    const cache = await start({ remoteUrl: `http://${origin.host}` });
    const rules = new Map([['docker.io', makeRule({ mirror: `http://${cache.host}` })]]);
    const { registry, signal, log } = createClientOf('127.0.0.1:1', { rules, onlyHosts: new Set([cache.host]) });
    const nginx = { registry: 'docker.io', repository: 'library/nginx' };
    const answer = await registry.resolveTag(nginx, '1', signal);
    expect(answer).toMatchObject({ kind: 'found', digest: image.digest });
    expect(await registry.fetchManifest(nginx, { digest: image.digest, size: null }, signal)).toMatchObject({ ok: true });
    expect(log).toHaveLength(2);
    expect(registry.usage()).toMatchObject([{ registry: cache.host, requests: 2, counted: 1 }]);
    expect(await registry.resolveTag(nginx, 'none', signal)).toMatchObject({ kind: 'unknown', reason: { kind: 'not-found-or-private' } });
    await expect
      .poll(cache.requests)
      .toEqual([
        'HEAD /v2/library/nginx/manifests/1',
        `GET /v2/library/nginx/manifests/${image.digest}`,
        'HEAD /v2/library/nginx/manifests/none',
      ]);
  });

  it('that is a cache of a registry which is down answers from memory, which is why the mirror is named', async () => {
    const publisher = await startPublisher();
    onTestFinished(publisher.close);
    const origin = await startRealRegistry();
    await publisher.publish(`${origin.host}/library/nginx:1`, image);
    const cache = await start({ remoteUrl: `http://${origin.host}` });
    const rules = new Map([['docker.io', makeRule({ mirror: `http://${cache.host}` })]]);
    const askAnew = async (tag: string) => {
      const { registry, signal } = createClientOf('127.0.0.1:1', { rules });
      const answer = await registry.resolveTag({ registry: 'docker.io', repository: 'library/nginx' }, tag, signal);
      return { kind: answer.kind, warned: registry.warnings().map(({ code }) => code) };
    };
    try {
      expect(await askAnew('1')).toEqual({ kind: 'found', warned: ['mirror'] });
    } finally {
      await origin.stop();
    }
    expect(await askAnew('1')).toEqual({ kind: 'found', warned: ['mirror'] });
    expect(await askAnew('2')).toMatchObject({ kind: 'unknown' });
  });

  it('that is a mirror with tokens gives one for its own login, where its token server is trusted', async () => {
    const login = { username: 'tester', password: 'mirror secret' };
    const tokens = await startTokenServer({ users: { [login.username]: login.password }, grants: (user) => user !== null });
    onTestFinished(tokens.stop);
    const mirror = await startDockerRegistry({ token: tokens });
    onTestFinished(mirror.stop);
    const publisher = await startPublisher();
    onTestFinished(publisher.close);
    await publisher.publish(`${mirror.host}/hub/library/nginx:1`, image, login);
    const before = tokens.requests.length;
    const askWith = (trusted: string[]) => {
      const rules = new Map([
        ['docker.io', makeRule({ mirror: `http://${mirror.host}/hub` })],
        [mirror.host, makeRule({ trustRealm: trusted })],
      ]);
      const credentials = { [mirror.host]: { kind: 'password', ...login } } as const;
      const { registry, signal } = createClientOf('127.0.0.1:1', { rules, onlyHosts: new Set([mirror.host]) }, credentials);
      return registry.resolveTag({ registry: 'docker.io', repository: 'library/nginx' }, '1', signal);
    };
    expect(await askWith([new URL(tokens.realm).host])).toMatchObject({ kind: 'found', digest: image.digest });
    expect(tokens.requests.length - before).toBe(1);
    expect(await askWith([])).toMatchObject({ kind: 'unknown', reason: { kind: 'not-found-or-private' } });
  });
});
