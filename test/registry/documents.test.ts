import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createClientOf } from './helpers/client.ts';
import { json, manifest, manifestDigest, MANIFEST_TYPE, serveRegistry, sha256 } from './helpers/fake-registry.ts';
import type { Seen } from './helpers/server.ts';

const app = { registry: 'docker.io', repository: 'acme/app' };
const accept =
  'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json';

type Answering = (seen: Seen, response: ServerResponse) => void;

/** A client of a registry that answers manifests this way. */
async function against(answering: Answering, auth: 'none' | 'bearer' = 'none') {
  const server = await serveRegistry({
    auth,
    before: (seen, response) => {
      if (seen.path === '/token' || (auth === 'bearer' && seen.headers.authorization === undefined)) return false;
      answering(seen, response);
      return true;
    },
  });
  return { server, ...createClientOf(server.host) };
}

const send = (response: ServerResponse, seen: Seen, headers: Record<string, string | number>, body: Uint8Array | string = manifest) => {
  response.writeHead(200, { 'content-type': MANIFEST_TYPE, ...headers });
  response.end(seen.method === 'HEAD' ? undefined : body);
};

describe('a tag', () => {
  it('is asked for by HEAD with exactly the four manifest types and without compression', async () => {
    const { registry, signal, server } = await against((seen, response) =>
      send(response, seen, { 'content-length': 7, 'docker-content-digest': manifestDigest }),
    );
    expect(await registry.resolveTag(app, '1.2', signal)).toEqual({
      kind: 'found',
      digest: manifestDigest,
      mediaType: MANIFEST_TYPE,
      body: null,
    });
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]).toMatchObject({
      method: 'HEAD',
      url: '/v2/acme/app/manifests/1.2',
      headers: { accept, 'accept-encoding': 'identity', 'user-agent': 'imgupdate-test' },
    });
  });

  it.each<[string, Answering]>([
    ['is refused (405)', (_seen, response) => void response.writeHead(405).end()],
    ['is refused (501)', (_seen, response) => void response.writeHead(501).end()],
    ['lacks the digest', (seen, response) => send(response, seen, { 'content-length': manifest.length })],
    [
      'has a digest that is none',
      (seen, response) => send(response, seen, { 'content-length': manifest.length, 'docker-content-digest': 'sha256:zz' }),
    ],
    ['lacks the length', (seen, response) => send(response, seen, { 'docker-content-digest': manifestDigest })],
  ])('whose HEAD %s is asked for by GET and hashed', async (_name, head) => {
    const { registry, signal, server } = await against((seen, response) =>
      seen.method === 'HEAD' ? head(seen, response) : send(response, seen, {}),
    );
    const answer = await registry.resolveTag(app, '1', signal);
    expect(answer).toMatchObject({ kind: 'found', digest: manifestDigest, mediaType: MANIFEST_TYPE });
    expect(answer.kind === 'found' && Buffer.from(answer.body ?? [])).toEqual(manifest);
    expect(server.seen[1]).toMatchObject({ method: 'GET', headers: { accept } });
    expect(registry.usage()[0]).toMatchObject({ requests: 2, counted: 1 });
  });

  it('of a registry whose digest header is wrong is asked for by GET from then on, with one warning', async () => {
    const wrong = `sha256:${'0'.repeat(64)}`;
    const { registry, signal, server } = await against((seen, response) => send(response, seen, { 'docker-content-digest': wrong }));
    for (const tag of ['1', '2', '3'])
      expect(await registry.resolveTag(app, tag, signal)).toMatchObject({ kind: 'found', digest: manifestDigest });
    expect(server.seen.map(({ method }) => method)).toEqual(['HEAD', 'GET', 'GET', 'GET']);
    expect(registry.warnings().map(({ code }) => code)).toEqual(['wrong-digest-header']);
  });

  it.each<[string, Answering, 'none' | 'bearer', number]>([
    [
      'names the API version',
      (_seen, response) => void response.writeHead(404, { 'docker-distribution-api-version': 'registry/2.0' }).end(),
      'none',
      1,
    ],
    ['is JSON', (_seen, response) => void response.writeHead(404, { 'content-type': 'application/json; charset=utf-8' }).end(), 'none', 1],
    ['answers to a token', (_seen, response) => void response.writeHead(404).end(), 'bearer', 3],
    [
      'says so when asked again by GET',
      (seen, response) =>
        seen.method === 'HEAD'
          ? void response.writeHead(404).end()
          : void response.writeHead(404, { 'content-type': 'text/plain' }).end('{"errors":[{"code":"NAME_UNKNOWN","message":"unknown"}]}'),
      'none',
      2,
    ],
  ])('is gone when a 404 %s', async (_name, answering, auth, requests) => {
    const { registry, signal } = await against(answering, auth);
    expect(await registry.resolveTag(app, '1', signal)).toEqual({ kind: 'gone' });
    expect(registry.usage()[0]?.requests).toBe(requests);
  });

  it.each<[string, Answering, 'none' | 'bearer']>([
    [
      'is an HTML page',
      (_seen, response) => void response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not Found</h1>'),
      'none',
    ],
    [
      'is an HTML page, token or not',
      (_seen, response) => void response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>No</h1>'),
      'bearer',
    ],
    ['is bare text', (_seen, response) => void response.writeHead(404).end('Not found'), 'none'],
  ])('is unknown, not gone, when a 404 %s', async (_name, answering, auth) => {
    const { registry, signal } = await against(answering, auth);
    expect(await registry.resolveTag(app, '1', signal)).toMatchObject({ kind: 'unknown', reason: { kind: 'bad-response' } });
  });

  it('is found when HEAD says 404 without a sign of a registry and GET finds it', async () => {
    const { registry, signal } = await against((seen, response) =>
      seen.method === 'HEAD' ? void response.writeHead(404).end() : send(response, seen, {}),
    );
    expect(await registry.resolveTag(app, '1', signal)).toMatchObject({ kind: 'found', digest: manifestDigest });
  });

  it.each<[string, string, Answering]>([
    ['bad-response', 'a login page in place of a HEAD', (seen, response) => send(response, seen, { 'content-type': 'text/html' })],
    ['bad-response', 'something that is no manifest', (seen, response) => send(response, seen, {}, 'hello')],
    ['bad-response', 'truncated JSON', (seen, response) => send(response, seen, {}, manifest.subarray(0, 20))],
    ['bad-response', 'an empty body', (seen, response) => send(response, seen, { 'content-length': 0 }, '')],
    [
      'unsupported',
      'schema1 by its type',
      (seen, response) => send(response, seen, { 'content-type': 'application/vnd.docker.distribution.manifest.v1+prettyjws' }),
    ],
    [
      'unsupported',
      'schema1 by its body',
      (seen, response) => send(response, seen, { 'content-type': 'text/plain' }, '{"schemaVersion":1}'),
    ],
    ['bad-response', 'a body of 5 MiB', (seen, response) => send(response, seen, {}, Buffer.alloc(5 * 1024 * 1024))],
    [
      'bad-response',
      'an announced body of 5 GB',
      (seen, response) => send(response, seen, seen.method === 'GET' ? { 'content-length': 5e9 } : {}),
    ],
    [
      'bad-response',
      'gzip where identity was asked',
      (seen, response) => send(response, seen, { 'content-encoding': 'gzip' }, gzipSync(manifest)),
    ],
    ['bad-response', '418', (_seen, response) => void response.writeHead(418).end()],
    ['unauthorized|not-found-or-private', '403', (_seen, response) => json(response, 403, { errors: [{ code: 'DENIED', message: 'no' }] })],
  ])('is unknown (%s) when the answer is %s', async (kind, _name, answering) => {
    const { registry, signal } = await against(answering);
    const answer = await registry.resolveTag(app, '1', signal);
    expect(answer.kind === 'unknown' && kind.split('|').includes(answer.reason.kind), JSON.stringify(answer)).toBe(true);
  });

  it('with hostile text in its refusal is reported without control characters', async () => {
    const { registry, signal } = await against((seen, response) => {
      if (seen.method === 'HEAD') response.writeHead(405).end();
      else json(response, 403, { errors: [{ code: '\u001b]52;c;AAAA\u0007', message: `\r\n\u202E${'x'.repeat(5_000)}` }] });
    });
    const answer = await registry.resolveTag(app, '1', signal);
    const message = answer.kind === 'unknown' ? answer.reason.message : '';
    expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(message.length).toBeGreaterThan(50);
    expect(message.length).toBeLessThan(500);
  });

  it("with a registry's Warning header warns once", async () => {
    const { registry, signal } = await against((seen, response) =>
      send(response, seen, {
        'content-length': 7,
        'docker-content-digest': manifestDigest,
        warning: '299 - "this repository \\"moves\\" soon"',
      }),
    );
    await registry.resolveTag(app, '1', signal);
    await registry.resolveTag(app, '2', signal);
    expect(registry.warnings()).toEqual([
      { code: 'registry-warning', message: 'docker.io says: this repository "moves" soon', image: null },
    ]);
  });
});

describe('a document', () => {
  const blob = { digest: manifestDigest, size: manifest.length };

  it('is fetched by its digest, and costs one counted request once the quota is known', async () => {
    const server = await serveRegistry();
    const { registry, signal } = createClientOf(server.host);
    await registry.resolveTag(app, '1', signal);
    expect(await registry.fetchManifest(app, blob, signal)).toEqual({ ok: true, value: manifest });
    expect(await registry.fetchConfig(app, blob, signal)).toEqual({ ok: true, value: manifest });
    expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'HEAD /v2/acme/app/manifests/1',
      `GET /v2/acme/app/manifests/${manifestDigest}`,
      `GET /v2/acme/app/blobs/${manifestDigest}`,
    ]);
    expect(registry.usage()[0]).toMatchObject({ requests: 3, counted: 1 });
  });

  it('with a sha512 digest is verified by that', async () => {
    const server = await serveRegistry();
    const { registry, signal } = createClientOf(server.host);
    const { digestOf } = await import('../../src/core/digest.ts');
    const { parseDigest } = await import('../../src/core/digest.ts');
    const sha512 = digestOf(manifest, parseDigest(`sha512:${'0'.repeat(128)}`));
    expect(await registry.fetchConfig(app, { digest: sha512, size: null }, signal)).toEqual({ ok: true, value: manifest });
  });

  it.each<[string, string, Answering, number | null]>([
    ['digest-mismatch', 'other bytes', (seen, response) => send(response, seen, {}, Buffer.from(manifest).fill(32, 0, 1)), manifest.length],
    ['digest-mismatch', 'other bytes of unknown size', (seen, response) => send(response, seen, {}, 'x'), null],
    ['bad-response', 'another size than its descriptor says', (seen, response) => send(response, seen, {}, 'x'), manifest.length],
    [
      'bad-response',
      'gzip where identity was asked',
      (seen, response) => send(response, seen, { 'content-encoding': 'gzip' }, gzipSync(manifest)),
      null,
    ],
    [
      'not-found-or-private',
      '404',
      (_seen, response) => json(response, 404, { errors: [{ code: 'MANIFEST_UNKNOWN', message: 'unknown' }] }),
      null,
    ],
  ])('is refused (%s) when it comes with %s', async (kind, _name, answering, size) => {
    const { registry, signal } = await against(answering);
    expect(await registry.fetchManifest(app, { digest: manifestDigest, size }, signal)).toMatchObject({ ok: false, reason: { kind } });
    expect(await registry.fetchConfig(app, { digest: manifestDigest, size }, signal)).toMatchObject({ ok: false, reason: { kind } });
  });

  it('that never ends is cut off at 4 MiB', async () => {
    const { registry, signal, server } = await against((_seen, response) => {
      response.writeHead(200);
      const feed = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', feed);
      feed();
    });
    expect(await registry.fetchConfig(app, { digest: manifestDigest, size: null }, signal)).toEqual({
      ok: false,
      reason: { kind: 'bad-response', message: `${server.host} sent more than the 4194304 bytes accepted`, retryAt: null },
    });
  });

  it('that claims more than 4 MiB is not asked for at all', async () => {
    const server = await serveRegistry();
    const { registry, signal } = createClientOf(server.host);
    expect(await registry.fetchManifest(app, { digest: sha256('x'), size: 5_000_000 }, signal)).toMatchObject({
      ok: false,
      reason: { kind: 'unsupported' },
    });
    expect(server.seen).toHaveLength(0);
  });
});
