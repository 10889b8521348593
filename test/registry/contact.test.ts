import { describe, expect, it } from 'vitest';
import type { Repository } from '../../src/core/reference.ts';
import { parseReference } from '../../src/core/reference.ts';
import type { RegistryOptions } from '../../src/registry/registry.ts';
import { alice, createClient } from './helpers/client.ts';
import { json, manifestDigest, serveRegistry } from './helpers/fake-registry.ts';
import { makeRule } from './helpers/rules.ts';
import { serve, serveSockets } from './helpers/server.ts';

/** Asks through proxies that lead to a trap, with a login for whoever it may be, and tells whether anything came there. */
async function askTrapped(repository: Repository, options: Partial<RegistryOptions> = {}) {
  const trap = await serveSockets((socket) => socket.destroy());
  const asked: string[] = [];
  const { registry, signal, log } = createClient({
    proxy: { http: `http://${trap.host}`, https: `http://${trap.host}`, no: null },
    insecureRegistries: ['0.0.0.0/0'],
    keychain: { credentialFor: ({ registry: name }) => (asked.push(name), Promise.resolve(alice)), warnings: () => [] },
    ...options,
  });
  registry.announce([repository]);
  const blob = { digest: manifestDigest, size: null };
  const answers = [
    await registry.resolveTag(repository, '1', signal),
    await registry.fetchManifest(repository, blob, signal),
    await registry.fetchConfig(repository, blob, signal),
  ];
  return { answers, trap: trap.connections(), asked, log, usage: registry.usage() };
}

describe('with hosts that may be contacted', () => {
  const only = (host: string): Partial<RegistryOptions> => ({ onlyHosts: new Set([host]) });

  it('another registry is never asked, nor its name looked up, nor a login sought for it', async () => {
    const found = await askTrapped({ registry: 'registry.example', repository: 'acme/app' }, only('docker.io'));
    for (const answer of found.answers) {
      expect(answer).toHaveProperty('reason', {
        kind: 'policy',
        message:
          'registry.example is not among the hosts that may be contacted (allowHosts); add it there, or give --allow-host registry.example',
        retryAt: null,
      });
    }
    expect(found).toMatchObject({ trap: 0, asked: [], log: [], usage: [] });
  });

  it.each([
    ['registry.example', 'registry.example:443'],
    ['registry.example:5000', 'registry.example'],
    ['docker.io', 'registry-1.docker.io'],
    ['registry.example', 'evil.registry.example'],
    ['registry.example', 'REGISTRY.example'],
  ])('%s does not allow %s', async (allowed, registry) => {
    expect(await askTrapped({ registry, repository: 'acme/app' }, only(allowed))).toMatchObject({ trap: 0, asked: [] });
  });

  it('the token server and the storage an allowed registry sends us to are asked', async () => {
    const elsewhere = await serveRegistry({ auth: 'bearer' });
    const server = await serve((seen, response) => {
      if (seen.headers.authorization === undefined)
        json(response, 401, {}, { 'www-authenticate': `Bearer realm="http://${elsewhere.host}/token"` });
      else json(response, 307, {}, { location: `http://${storage.host}${seen.path}` });
    });
    const storage = await serveRegistry();
    const { registry, signal } = createClient({ onlyHosts: new Set([server.host]) });
    expect(await registry.resolveTag({ registry: server.host, repository: 'acme/app' }, '1', signal)).toMatchObject({ kind: 'found' });
    expect([elsewhere.tokens().length, storage.heads().length]).toEqual([1, 1]);
  });

  it('none of which there are, nothing is asked', async () => {
    expect(await askTrapped({ registry: 'docker.io', repository: 'library/nginx' }, { onlyHosts: new Set() })).toMatchObject({ trap: 0 });
  });
});

describe("a cloud's metadata service", () => {
  const SPELLINGS = [
    '169.254.169.254',
    '169.254.169.254:80',
    '169.254.170.2',
    '169.254.0.1:5000',
    '[::ffff:a9fe:a9fe]',
    '[::ffff:169.254.169.254]',
    '[::a9fe:a9fe]:80',
    '[64:ff9b::a9fe:a9fe]',
    '[2002:a9fe:a9fe::]',
    '[fd00:ec2::254]',
    '[fe80::1]:5000',
    '2852039166',
    '2852039166:80',
    '0xa9fea9fe',
    '0xA9.0xFE.0xA9.0xFE:80',
    '0251.0376.0251.0376',
    '169.254.43518',
    '169.254.169.254.',
    '169。254。169。254',
    '100.100.100.200',
    '192.0.0.192',
    '168.63.129.16',
    'metadata.google.internal',
    'METADATA.google.internal.:80',
    'metadata.goog',
    'metadata:80',
  ];

  it.each(SPELLINGS)('is never asked as the registry %s', async (registry) => {
    const found = await askTrapped({ registry, repository: 'latest/meta-data' });
    for (const answer of found.answers) {
      expect(answer).toHaveProperty('reason.kind', 'policy');
      expect(answer).toHaveProperty('reason.message', `${registry} is a cloud's metadata service or link-local, never a registry`);
    }
    expect(found).toMatchObject({ trap: 0, asked: [], log: [], usage: [] });
  });

  it.each(SPELLINGS)('is never asked as the mirror %s, and the registry not in its stead', async (host) => {
    const rules = new Map([['docker.io', makeRule({ mirror: `http://${host}/latest` })]]);
    const found = await askTrapped({ registry: 'docker.io', repository: 'library/nginx' }, { rules });
    expect(found.answers[0]).toHaveProperty('reason.kind', 'policy');
    expect(found).toMatchObject({ trap: 0, asked: [] });
  });

  it.each([
    'http://169.254.169.254/token',
    'http://2852039166/token',
    'http://[::ffff:169.254.169.254]/token',
    'http://metadata.google.internal/token',
  ])('is never asked as the token server %s, trusted or not', async (realm) => {
    const trap = await serveSockets((socket) => socket.destroy());
    const server = await serve((_seen, response) => json(response, 401, {}, { 'www-authenticate': `Bearer realm="${realm}"` }));
    for (const trustedRealms of [new Map(), new Map([[server.host, [new URL(realm).host]]])]) {
      const { registry, signal } = createClient(
        { trustedRealms, proxy: { http: `http://${trap.host}`, https: null, no: null } },
        { [server.host]: alice },
      );
      expect(await registry.resolveTag({ registry: server.host, repository: 'acme/app' }, '1', signal)).toMatchObject({ kind: 'unknown' });
    }
    expect(trap.connections()).toBe(0);
  });

  it('may be named by a Dockerfile', () => {
    expect(parseReference('169.254.169.254/latest/meta-data')).toMatchObject({ ok: true, value: { registry: '169.254.169.254' } });
    expect(parseReference('2852039166:80/latest/meta-data')).toMatchObject({ ok: true, value: { registry: '2852039166:80' } });
  });

  it('is what no other registry is taken for', async () => {
    const proxy = await serve((_seen, response) => json(response, 404, { errors: [{ code: 'MANIFEST_UNKNOWN', message: '' }] }));
    const hosts = ['169.253.169.254', '169.255.0.1', '[fd00:ec3::254]', '[64:ff9b::a9ff:1]', 'metadata.example', 'metadata-registry.corp'];
    const locations = new Map(hosts.map((host) => [host, `http://${host}`]));
    const { registry, signal } = createClient({ locations, proxy: { http: `http://${proxy.host}`, https: null, no: null } });
    for (const host of hosts)
      expect(await registry.resolveTag({ registry: host, repository: 'acme/app' }, '1', signal)).toEqual({ kind: 'gone' });
    expect(new Set(proxy.seen.map(({ url }) => new URL(url).hostname))).toEqual(new Set(hosts));
  });
});
