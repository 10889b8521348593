import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { decideRedirect } from '../../src/registry/redirect.ts';
import { createTransport } from '../../src/registry/transport.ts';
import { createClientOf, alice } from './helpers/client.ts';
import { json, manifest, manifestDigest, serveRegistry } from './helpers/fake-registry.ts';
import { serve } from './helpers/server.ts';

const app = { registry: 'docker.io', repository: 'acme/app' };
const blob = { digest: manifestDigest, size: null };

describe('a redirect', () => {
  it('to another host is followed without the token, cookies and all', async () => {
    const cdn = await serve((_seen, response) => void response.end(manifest));
    const server = await serveRegistry({
      auth: 'bearer',
      before: (seen, response) => {
        if (!seen.path.includes('/blobs/') || seen.headers.authorization === undefined) return false;
        response.writeHead(307, { location: `http://${cdn.host}/blob?X-Amz-Signature=abc`, 'set-cookie': 'a=b' }).end();
        return true;
      },
    });
    const { registry, signal, log } = createClientOf(server.host, {}, { 'docker.io': alice });
    expect(await registry.fetchConfig(app, blob, signal)).toEqual({ ok: true, value: manifest });
    expect(cdn.seen[0]?.headers).not.toHaveProperty('authorization');
    expect(cdn.seen[0]?.headers).not.toHaveProperty('cookie');
    expect(log.join('\n')).not.toContain('abc');
  });

  it.each([301, 302, 303, 307, 308])('of a HEAD (%i) stays a HEAD and keeps the token on the same host', async (status) => {
    const server = await serveRegistry({
      auth: 'bearer',
      before: (seen, response) => {
        if (!seen.path.endsWith('/moved') || seen.headers.authorization === undefined) return false;
        response.writeHead(status, { location: '/v2/acme/app/manifests/1' }).end();
        return true;
      },
    });
    const { registry, signal } = createClientOf(server.host);
    expect(await registry.resolveTag(app, 'moved', signal)).toMatchObject({ kind: 'found', digest: manifestDigest });
    expect(server.seen.at(-1)).toMatchObject({ method: 'HEAD', path: '/v2/acme/app/manifests/1' });
    expect(server.seen.at(-1)?.headers.authorization).toBe('Bearer token-0');
  });

  it('that never ends is given up after five', async () => {
    const server = await serve((seen, response) => void response.writeHead(307, { location: `${seen.path}x` }).end());
    const { registry, signal } = createClientOf(server.host);
    expect(await registry.resolveTag(app, '1', signal)).toMatchObject({
      reason: { kind: 'bad-response', message: `${server.host} redirected more than 5 times` },
    });
    expect(server.seen).toHaveLength(6);
  });

  it('to a host that asks for a login does not get the registry blamed or a token wasted', async () => {
    const other = await serve((_seen, response) => json(response, 401, {}, { 'www-authenticate': 'Bearer realm="/token"' }));
    const server = await serve((_seen, response) => void response.writeHead(307, { location: `http://${other.host}/` }).end());
    const { registry, signal } = createClientOf(server.host);
    expect(await registry.resolveTag(app, '1', signal)).toMatchObject({
      reason: { kind: 'bad-response', message: 'docker.io redirected docker.io/acme/app:1 to a host that answered 401' },
    });
    expect(other.seen).toHaveLength(1);
  });

  it('to a host that is down names that host', async () => {
    const server = await serve((_seen, response) => void response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end());
    const { registry, signal } = createClientOf(server.host);
    expect(await registry.resolveTag(app, '1', signal)).toMatchObject({
      reason: { kind: 'unreachable', message: `${server.host} redirected to 127.0.0.1:1, which refused the connection (ECONNREFUSED)` },
    });
  });
});

describe('a redirect is decided by where it leads:', () => {
  const isInternal = (host: string) => host === '10.0.0.1' || host === '169.254.169.254';
  const decide = (from: string, location: string | null, followed = 0) =>
    decideRedirect({ from: new URL(from), status: 307, location, followed, isInternal });

  it.each([
    ['https://r.example/a', 'http://r.example/a', 'redirected from https to http, at r.example'],
    ['https://r.example/a', 'https://10.0.0.1/a', 'redirected from a public to a private address, 10.0.0.1'],
    ['https://r.example/a', '//169.254.169.254/latest', 'redirected to a link-local address, 169.254.169.254'],
    ['http://10.0.0.1/a', 'http://169.254.169.254/latest', 'redirected to a link-local address, 169.254.169.254'],
    ['http://127.0.0.1/a', 'http://metadata.google.internal/', 'redirected to a link-local address, metadata.google.internal'],
    ['https://r.example/a', 'file:///etc/passwd', 'redirected to something that is no http(s) URL'],
    ['https://r.example/a', 'https://u:p@cdn.example/', 'redirected to cdn.example with a login in the URL'],
    ['https://r.example/a', 'https://[', 'redirected (307) without saying where to'],
    ['https://r.example/a', null, 'redirected (307) without saying where to'],
  ])('from %s to %s it is refused', (from, location, message) => {
    expect(decide(from, location)).toEqual({ kind: 'refuse', message });
  });

  it.each([
    ['https://r.example/a', 'https://cdn.example/b', false],
    ['https://r.example/a', '/b', true],
    ['https://r.example/a', 'https://r.example:8443/b', false],
    ['http://r.example/a', 'https://r.example/a', false],
    ['http://10.0.0.1/a', 'http://10.0.0.1:9000/a', false],
  ])('from %s to %s it is followed', (from, location, sameOrigin) => {
    expect(decide(from, location)).toMatchObject({ kind: 'follow', sameOrigin });
  });
});

it.each(['localhost', hostname()])('a name that resolves to a private address is not connected to for a public host: %s', async (name) => {
  const server = await serve((_seen, response) => void response.end());
  const transport = createTransport({
    certificateDirectories: [],
    extraCaFile: null,
    proxy: { http: null, https: null, no: null },
    connections: 1,
    timeoutMs: 1_000,
  });
  const url = new URL(`http://${name}:${server.port}/`);
  const sent = await transport.send({
    method: 'GET',
    url,
    headers: {},
    body: null,
    maxBytes: 10,
    insecure: false,
    publicOnly: true,
    networks: null,
    certificates: { ca: null, clientCert: null },
    signal: new AbortController().signal,
  });
  expect(sent).toMatchObject({ kind: 'failed', failure: { kind: 'bad-response' } });
  expect(server.seen).toHaveLength(0);
  expect(transport.isInternal(name)).toBe(true);
  await transport.close();
});
