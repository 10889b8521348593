import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { TLSSocket } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createAuthority, type Authority, type Pair } from './helpers/certificates.ts';
import { createClient, type Client } from './helpers/client.ts';
import { manifest, manifestDigest, MANIFEST_TYPE, serveRegistry } from './helpers/fake-registry.ts';
import { serve, serveSockets, type Handler } from './helpers/server.ts';
import { serveTunnel } from './helpers/tunnel.ts';

let authority: Authority;
let good: Pair;
let expired: Pair;
let other: Pair;
let client: Pair;

beforeAll(() => {
  authority = createAuthority();
  good = authority.issue('good');
  expired = authority.issue('expired', -1);
  other = authority.issue('other', 30, 'DNS:other.example');
  client = authority.issue('client');
});
afterAll(() => authority.remove());

const answer: Handler = (seen, response) => {
  response.writeHead(200, { 'content-type': MANIFEST_TYPE, 'content-length': manifest.length, 'docker-content-digest': manifestDigest });
  response.end(seen.method === 'HEAD' ? undefined : manifest);
};

/** A folder like /etc/docker/certs.d with one host in it. */
function certificateFolder(host: string, files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'imgupdate-certs-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, host));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, host, name), text);
  return root;
}

const resolve = ({ registry, signal }: Client, name = 'registry.example') =>
  registry.resolveTag({ registry: name, repository: 'a/b' }, '1', signal);

describe('a registry on the network', () => {
  const behindTunnel = async (pair: Pair, options: Parameters<typeof createClient>[0] = {}) => {
    const server = await serve(answer, pair);
    const tunnel = await serveTunnel(server.port);
    return { server, tunnel, client: createClient({ proxy: { http: null, https: tunnel.url, no: null }, ...options }) };
  };

  it('is reached through a proxy by CONNECT, with TLS end to end and its authority in certs.d', async () => {
    const folder = certificateFolder('registry.example', { 'ca.crt': authority.ca });
    const { tunnel, client: ours } = await behindTunnel(good, { certificateDirectories: ['/nonexistent', folder] });
    expect(await resolve(ours)).toMatchObject({ kind: 'found', digest: manifestDigest });
    expect(tunnel.asked[0]).toMatch(/^CONNECT registry\.example:443 HTTP\/1\.1\r\n/);
    expect(tunnel.asked[0]?.toLowerCase()).not.toContain('authorization');
  });

  it('is reached through a proxy that wants a login, which is sent to the proxy alone', async () => {
    const { tunnel, server, client: ours } = await behindTunnel(good, { extraCaFile: join(authority.folder, 'ca.crt') });
    const withLogin = createClient({
      extraCaFile: join(authority.folder, 'ca.crt'),
      proxy: { http: null, https: tunnel.url.replace('//', '//me:p%40ss@'), no: null },
    });
    expect(await resolve(ours)).toMatchObject({ kind: 'found' });
    expect(await resolve(withLogin)).toMatchObject({ kind: 'found' });
    expect(tunnel.asked[1]).toContain(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
    expect(server.seen[1]?.headers).not.toHaveProperty('proxy-authorization');
  });

  it('is trusted by an authority of NODE_EXTRA_CA_CERTS', async () => {
    const { client: ours } = await behindTunnel(good, { extraCaFile: join(authority.folder, 'ca.crt') });
    expect(await resolve(ours)).toMatchObject({ kind: 'found' });
  });

  it.each<[string, () => Pair, boolean, string]>([
    ['of an unknown authority', () => good, false, 'presented a certificate of an unknown authority'],
    ['that has expired', () => expired, true, 'presented an expired certificate (CERT_HAS_EXPIRED)'],
    ['for another name', () => other, true, 'presented a certificate for another name'],
  ])('with a certificate %s is a tls failure, and is not asked over http', async (_name, pair, isKnown, message) => {
    const { server, client: ours } = await behindTunnel(pair(), { extraCaFile: isKnown ? join(authority.folder, 'ca.crt') : null });
    const outcome = await resolve(ours);
    expect(outcome).toMatchObject({ kind: 'unknown', reason: { kind: 'tls' } });
    expect(outcome.kind === 'unknown' && outcome.reason.message).toContain(`registry.example ${message}`);
    expect(server.seen).toHaveLength(0);
  });

  it('is not verified when it is configured insecure', async () => {
    const { client: ours } = await behindTunnel(expired, { insecureRegistries: ['registry.example'] });
    expect(await resolve(ours)).toMatchObject({ kind: 'found' });
  });

  it('is shown the client certificate of certs.d', async () => {
    const folder = certificateFolder('registry.example', { 'ca.crt': authority.ca, 'me.cert': client.cert, 'me.key': client.key });
    const server = await serve(
      (seen, response) => {
        const socket = response.socket as TLSSocket;
        names.push(String(socket.getPeerCertificate().subject.CN));
        void answer(seen, response);
      },
      { ...good, requestCert: true, rejectUnauthorized: true },
    );
    const names: string[] = [];
    const tunnel = await serveTunnel(server.port);
    const proxy = { http: null, https: tunnel.url, no: null };
    expect(await resolve(createClient({ proxy, certificateDirectories: [folder] }))).toMatchObject({ kind: 'found' });
    expect(names).toEqual(['client']);
    expect(await resolve(createClient({ proxy, extraCaFile: join(authority.folder, 'ca.crt') }))).toMatchObject({ kind: 'unknown' });
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    ['a key without its certificate', { 'me.key': 'x' }, /no client certificate .*me\.cert for its key/],
    ['a certificate without its key', { 'me.cert': 'x' }, /no key .*me\.key for its client certificate/],
  ])('with %s in certs.d is not asked at all', async (_name, files: Record<string, string>, message) => {
    const { server, client: ours } = await behindTunnel(good, { certificateDirectories: [certificateFolder('registry.example', files)] });
    const outcome = await resolve(ours);
    expect(outcome).toMatchObject({ kind: 'unknown', reason: { kind: 'tls' } });
    expect(outcome.kind === 'unknown' && outcome.reason.message).toMatch(message);
    expect(server.seen).toHaveLength(0);
  });

  it('behind a proxy that refuses is unreachable', async () => {
    const proxy = await serveSockets((socket) => void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
    const ours = createClient({ proxy: { http: null, https: `http://${proxy.host}`, no: null } });
    expect(await resolve(ours)).toMatchObject({ kind: 'unknown', reason: { kind: 'unreachable' } });
  });

  it('without TLS that is configured insecure is asked through the proxy over http', async () => {
    const proxy = await serve((seen, response) =>
      seen.url.startsWith('http://') ? answer(seen, response) : void response.writeHead(403).end(),
    );
    const url = `http://${proxy.host}`;
    const ours = createClient({
      locations: new Map([['registry.example', 'http://registry.example:5000']]),
      proxy: { http: url, https: null, no: null },
    });
    expect(await resolve(ours)).toMatchObject({ kind: 'found' });
    expect(proxy.seen[0]?.url).toBe('http://registry.example:5000/v2/a/b/manifests/1');
  });

  it('may not send us to a private address', async () => {
    const inside = await serve(answer);
    const server = await serve((seen, response) => {
      const target = seen.path.endsWith('/1') ? `https://127.0.0.1:${inside.port}/` : `https://localhost:${inside.port}/`;
      response.writeHead(307, { location: target }).end();
    }, good);
    const tunnel = await serveTunnel(server.port);
    const ours = createClient({ proxy: { http: null, https: tunnel.url, no: null }, extraCaFile: join(authority.folder, 'ca.crt') });
    const name = { registry: 'registry.example', repository: 'a/b' };
    for (const tag of ['1', '2']) {
      expect(await ours.registry.resolveTag(name, tag, ours.signal)).toMatchObject({ reason: { kind: 'bad-response' } });
    }
    expect(inside.seen).toHaveLength(0);
  });

  it('may not name a token server at a private address', async () => {
    const inside = await serve(answer);
    const server = await serve((_seen, response) => {
      response.writeHead(401, { 'www-authenticate': `Bearer realm="https://127.0.0.1:${inside.port}/token"` }).end();
    }, good);
    const tunnel = await serveTunnel(server.port);
    const ours = createClient({ proxy: { http: null, https: tunnel.url, no: null }, extraCaFile: join(authority.folder, 'ca.crt') });
    expect(await resolve(ours)).toMatchObject({
      reason: { kind: 'bad-response', message: `registry.example names a token server at a private address, 127.0.0.1:${inside.port}` },
    });
    expect(inside.seen).toHaveLength(0);
  });

  it('may not name a token server without TLS', async () => {
    const server = await serve((_seen, response) => {
      response.writeHead(401, { 'www-authenticate': 'Bearer realm="http://registry.example/token"' }).end();
    }, good);
    const tunnel = await serveTunnel(server.port);
    const ours = createClient({ proxy: { http: null, https: tunnel.url, no: null }, extraCaFile: join(authority.folder, 'ca.crt') });
    expect(await resolve(ours)).toMatchObject({
      reason: { message: 'registry.example names a token server without TLS, registry.example; expected https' },
    });
  });
});

describe('a registry on this machine', () => {
  it.each(['127.0.0.1', 'localhost'])('is asked over https first, without verifying: %s', async (host) => {
    const server = await serve(answer, expired);
    const ours = createClient();
    expect(await resolve(ours, `${host}:${server.port}`)).toMatchObject({ kind: 'found' });
    expect(ours.log).toHaveLength(1);
    expect(ours.log[0]).toContain('HEAD https://');
  });

  it('is asked over http when it does not speak TLS, and that is remembered', async () => {
    const server = await serveRegistry();
    const ours = createClient();
    const name = { registry: `localhost:${server.port}`, repository: 'a/b' };
    const answers = await Promise.all(['1', '2', '3', '4'].map((tag) => ours.registry.resolveTag(name, tag, ours.signal)));
    expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['found']));
    expect(ours.log.filter((line) => line.includes('https://'))).toHaveLength(1);
    expect(server.heads()).toHaveLength(4);
  });

  it('that hangs up on TLS is asked over http', async () => {
    const server = await serveSockets((socket) => {
      socket.once('data', (head) => {
        if (!head.toString().startsWith('HEAD ')) socket.end();
        else socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 9\r\nDocker-Content-Digest: ${manifestDigest}\r\n\r\n`);
      });
    });
    expect(await resolve(createClient(), server.host)).toMatchObject({ kind: 'found' });
  });

  it('that refuses the connection is not asked over http', async () => {
    const ours = createClient();
    expect(await resolve(ours, '127.0.0.1:1')).toMatchObject({ kind: 'unknown', reason: { kind: 'unreachable' } });
    expect(ours.log.some((line) => line.includes('http://'))).toBe(false);
  });

  it('gets a login over http', async () => {
    const server = await serveRegistry({ auth: 'basic' });
    const name = `127.0.0.1:${server.port}`;
    expect(await resolve(createClient({}, { [name]: { kind: 'password', username: 'a', password: 'b' } }), name)).toMatchObject({
      kind: 'found',
    });
  });
});
