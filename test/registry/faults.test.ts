import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createClient, createClientOf } from './helpers/client.ts';
import { manifestDigest, serveRegistry } from './helpers/fake-registry.ts';
import { serveSockets, type Seen } from './helpers/server.ts';

const app = { registry: 'docker.io', repository: 'acme/app' };
const blob = { digest: manifestDigest, size: null };

/** A registry whose every connection behaves like this once a request has come. */
const onRequest = (act: (socket: Socket) => void) => serveSockets((socket) => void socket.once('data', () => act(socket)));

describe('a registry that', () => {
  it.each<[string, string, string, (socket: Socket) => void, number]>([
    ['resets', 'unreachable', 'closed the connection without an answer', (socket) => void socket.resetAndDestroy(), 3],
    ['closes without a word', 'unreachable', 'closed the connection without an answer', (socket) => void socket.end(), 3],
    [
      'speaks something else',
      'bad-response',
      'sent something that is no HTTP answer',
      (socket) => void socket.end('SSH-2.0-OpenSSH_9.9\r\n'),
      1,
    ],
    [
      'sends endless headers',
      'bad-response',
      'sent more than 16 KiB of headers',
      (socket) => void socket.write(`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(40_000)}`),
      1,
    ],
    ['hangs', 'timeout', 'did not answer within 0.2 s', () => undefined, 1],
    [
      'stops in the middle of its headers',
      'timeout',
      'did not answer within 0.2 s',
      (socket) => void socket.write('HTTP/1.1 200 OK\r\n'),
      1,
    ],
  ])('%s is told apart (%s)', async (_name, kind, message, act, connections) => {
    let count = 0;
    const server = await onRequest((socket) => {
      count++;
      act(socket);
    });
    const { registry, signal } = createClientOf(server.host, { timeoutMs: 200 });
    const answer = await registry.resolveTag(app, '1', signal);
    expect(answer).toMatchObject({ kind: 'unknown', reason: { kind } });
    expect(answer.kind === 'unknown' && answer.reason.message).toContain(`${server.host} ${message}`);
    expect(count).toBe(connections);
  });

  it.each<[string, string, string, (socket: Socket) => void]>([
    [
      'announces more than it sends',
      'bad-response',
      'cut its answer short',
      (socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"a":1}'),
    ],
    [
      'resets in the middle of a body',
      'bad-response',
      'cut its answer short',
      (socket) =>
        void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{', () => setTimeout(() => socket.resetAndDestroy(), 20)),
    ],
    [
      'sends more than it announced',
      'digest-mismatch',
      'came with content of digest',
      (socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{"a":1}'),
    ],
    [
      'stops in the middle of a body',
      'timeout',
      'did not answer within 0.3 s',
      (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{'),
    ],
    [
      'trickles a body',
      'timeout',
      'did not answer within 0.3 s',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n');
        const timer = setInterval(() => socket.write(' '), 20);
        socket.on('close', () => clearInterval(timer));
      },
    ],
    [
      'breaks its chunks',
      'bad-response',
      'is no HTTP answer',
      (socket) => void socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'),
    ],
  ])('%s is told apart (%s)', async (_name, kind, message, act) => {
    const server = await onRequest(act);
    const { registry, signal } = createClientOf(server.host, { timeoutMs: 300 });
    const outcome = await registry.fetchConfig(app, blob, signal);
    expect(outcome).toMatchObject({ ok: false, reason: { kind } });
    expect(!outcome.ok && outcome.reason.message).toContain(message);
  });

  it('resets once is asked again', async () => {
    let count = 0;
    const server = await serveRegistry({
      before: (_seen, response) => {
        count++;
        if (count > 1) return false;
        response.socket?.resetAndDestroy();
        return true;
      },
    });
    const { registry, signal, slept } = createClientOf(server.host);
    expect(await registry.resolveTag(app, '1', signal)).toMatchObject({ kind: 'found' });
    expect(slept).toEqual([500]);
  });

  it('refuses connections is asked twice, however many tags it has, and no other registry suffers', async () => {
    const server = await serveRegistry();
    const closed = await serveSockets(() => undefined);
    const { registry, signal, log } = createClient({
      locations: new Map([
        ['docker.io', `http://${server.host}`],
        ['down.example', 'http://127.0.0.1:1'],
      ]),
    });
    expect(closed.port).toBeGreaterThan(0);
    const tags = Array.from({ length: 20 }, (_, index) => `${index}`);
    const [down, up] = await Promise.all([
      Promise.all(tags.map((tag) => registry.resolveTag({ registry: 'down.example', repository: 'a/b' }, tag, signal))),
      Promise.all(tags.map((tag) => registry.resolveTag(app, tag, signal))),
    ]);
    for (const answer of down)
      expect(answer).toEqual({
        kind: 'unknown',
        reason: { kind: 'unreachable', message: '127.0.0.1:1 refused the connection (ECONNREFUSED)', retryAt: null },
      });
    for (const answer of up) expect(answer.kind).toBe('found');
    expect(log.filter((line) => line.includes('127.0.0.1:1/'))).toHaveLength(2);
  });

  it('has no address is unreachable', async () => {
    const { registry, signal } = createClient({ locations: new Map([['docker.io', 'http://registry.invalid']]) });
    expect(await registry.resolveTag(app, '1', signal)).toMatchObject({ kind: 'unknown', reason: { kind: 'unreachable' } });
  });

  it('sends a body with the answer to a HEAD is asked all the same', async () => {
    const server = await serveSockets((socket) => {
      socket.on('data', () => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 9\r\nDocker-Content-Digest: ${manifestDigest}\r\n\r\n`);
        setTimeout(() => socket.write('{"a":123}'), 5);
      });
    });
    const { registry, signal } = createClientOf(server.host, { concurrency: 1 });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => registry.resolveTag(app, `${index}`, signal)));
    expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['found']));
  });

  it('fails for one tag fails for no other', async () => {
    const server = await serveRegistry({
      before: (seen, response) => {
        if (!seen.path.endsWith('/bad')) return false;
        response.socket?.destroy();
        return true;
      },
    });
    const { registry, signal } = createClientOf(server.host);
    const answers = await Promise.all(['bad', '1', '2', 'gone'].map((tag) => registry.resolveTag(app, tag, signal)));
    expect(answers.map(({ kind }) => kind)).toEqual(['unknown', 'found', 'found', 'gone']);
  });
});

describe('a registry that never answers about one repository', () => {
  const serveSilent = (isSilent: (path: string) => boolean) =>
    serveRegistry({
      before: (seen, response) => {
        if (isSilent(seen.path)) response.socket?.destroy();
        return isSilent(seen.path);
      },
    });

  it('is asked about the others, and about that one no more than twice', async () => {
    const server = await serveSilent((path) => path.startsWith('/v2/acme/silent/'));
    const { registry, signal } = createClientOf(server.host);
    const silent = { registry: 'docker.io', repository: 'acme/silent' };
    const answers = await Promise.all([
      ...['1', '2', '3', '4'].map((tag) => registry.resolveTag(silent, tag, signal)),
      registry.resolveTag(app, '1', signal),
    ]);
    expect(answers.map(({ kind }) => kind)).toEqual(['unknown', 'unknown', 'unknown', 'unknown', 'found']);
    expect(new Set(server.seen.filter(({ path }) => path.includes('silent')).map(({ path }) => path)).size).toBe(2);
  });

  it('is taken to be down when it is silent about a second one', async () => {
    const server = await serveSilent(() => true);
    const { registry, signal } = createClientOf(server.host);
    const names = ['a', 'a', 'a', 'b', 'b', 'c', 'd'].map((name) => ({ registry: 'docker.io', repository: `acme/${name}` }));
    await Promise.all(names.map((name, tag) => registry.resolveTag(name, `${tag}`, signal)));
    expect(new Set(server.seen.map(({ path }) => path)).size).toBe(3);
  });
});

describe('the run', () => {
  it('ends when its time is up, whatever is still open', async () => {
    const server = await onRequest(() => undefined);
    const { registry, signal } = createClientOf(server.host, { runTimeoutMs: 150 });
    const answers = await Promise.all(['1', '2', '3'].map((tag) => registry.resolveTag(app, tag, signal)));
    for (const answer of answers) expect(answer).toMatchObject({ kind: 'unknown', reason: { kind: 'timeout' } });
  });

  it('that is interrupted gets its answers at once', async () => {
    const server = await onRequest(() => undefined);
    const { registry } = createClientOf(server.host);
    const interruption = new AbortController();
    const answers = Promise.all(['1', '2', '3'].map((tag) => registry.resolveTag(app, tag, interruption.signal)));
    setTimeout(() => interruption.abort(), 50);
    for (const answer of await answers) expect(answer).toMatchObject({ kind: 'unknown', reason: { kind: 'timeout' } });
  });

  it.each<[string, (seen: Seen, response: ServerResponse) => boolean]>([
    [
      'the base endpoint is asked for a challenge',
      (seen, response) => {
        if (seen.method === 'HEAD') response.writeHead(401).end();
        return true;
      },
    ],
    ['a token is asked for', (seen) => seen.path === '/token'],
    [
      'a throttled request waits',
      (_seen, response) => {
        response.writeHead(429, { 'retry-after': '20' }).end();
        return true;
      },
    ],
    [
      'a failed request waits for its next try',
      (_seen, response) => {
        response.writeHead(500).end();
        return true;
      },
    ],
  ])('that is interrupted while %s ends at once', async (_name, before) => {
    const server = await serveRegistry({ auth: 'bearer', before });
    const { registry } = createClientOf(server.host, {
      clock: { now: Date.now, random: () => 0.99, sleep: (ms, signal) => sleep(ms, undefined, { signal }) },
    });
    const interruption = new AbortController();
    const answer = registry.resolveTag(app, '1', interruption.signal);
    await sleep(150);
    const interruptedAt = Date.now();
    interruption.abort();
    expect(await answer).toMatchObject({ kind: 'unknown', reason: { kind: 'timeout' } });
    expect(Date.now() - interruptedAt).toBeLessThan(500);
  });

  it('writes one line per request, without tokens, query values or logins', async () => {
    const server = await serveRegistry({ auth: 'bearer' });
    const { registry, signal, log } = createClientOf(
      server.host,
      {},
      { 'docker.io': { kind: 'password', username: 'alice', password: 's3cret' } },
    );
    await registry.resolveTag(app, '1', signal);
    expect(log.map((line) => line.replace(/\(\d+ ms\)/, '(n ms)'))).toEqual([
      `HEAD http://${server.host}/v2/acme/app/manifests/1 -> 401 (n ms)`,
      `GET http://${server.host}/token?service=***&scope=*** -> 200 (n ms)`,
      `HEAD http://${server.host}/v2/acme/app/manifests/1 -> 200 (n ms)`,
    ]);
  });
});
