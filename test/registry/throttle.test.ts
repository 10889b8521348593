import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createClientOf } from './helpers/client.ts';
import { json, manifestDigest, serveRegistry } from './helpers/fake-registry.ts';

const app = { registry: 'docker.io', repository: 'acme/app' };
const blob = { digest: manifestDigest, size: null };
const quota = (remaining: number, limit = 100) => ({
  'ratelimit-limit': `${limit};w=21600`,
  'ratelimit-remaining': `${remaining};w=21600`,
});
const quotaBody = {
  errors: [
    {
      code: 'TOOMANYREQUESTS',
      message: 'You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit',
    },
  ],
};

it('a time to be left alone that no date can hold ends nothing but that question', async () => {
  const server = await serveRegistry({
    before: (_seen, response) => {
      response.writeHead(429, { 'retry-after': '999999999h999999999h999999999h' }).end();
      return true;
    },
  });
  const { registry, signal } = createClientOf(server.host);
  await expect(registry.resolveTag(app, '1', signal)).resolves.toMatchObject({ kind: 'unknown', reason: { kind: 'rate-limited' } });
});

describe('the quota', () => {
  it('is shown as the headers said last', async () => {
    const server = await serveRegistry({ headers: () => ({ ...quota(76), 'docker-ratelimit-source': '192.0.2.1' }) });
    const { registry, signal, log } = createClientOf(server.host);
    await registry.resolveTag(app, '1', signal);
    expect(registry.usage()).toEqual([
      { registry: 'docker.io', requests: 1, counted: 0, limit: 100, remaining: 76, windowSeconds: 21_600 },
    ]);
    expect(log.join()).not.toContain('192.0.2.1');
  });

  it.each([
    [21, 100, true],
    [20, 100, false],
    [11, 20, true],
    [10, 20, false],
    [0, 100, false],
  ])('with %i of %i left lets a counted request through: %s', async (remaining, limit, allowed) => {
    const server = await serveRegistry({ headers: () => quota(remaining, limit) });
    const { registry, signal } = createClientOf(server.host);
    await registry.resolveTag(app, '1', signal);
    const outcome = await registry.fetchManifest(app, blob, signal);
    expect(outcome.ok ? 'ok' : outcome.reason.kind).toBe(allowed ? 'ok' : 'budget');
    expect(server.gets()).toHaveLength(allowed ? 1 : 0);
    expect((await registry.fetchConfig(app, blob, signal)).ok).toBe(true);
  });

  it('is not overdrawn by requests that run together', async () => {
    let left = 25;
    const server = await serveRegistry({
      delayMs: 5,
      headers: (seen) => {
        if (seen.method === 'GET') left--;
        return quota(left);
      },
    });
    const { registry, signal } = createClientOf(server.host);
    await registry.resolveTag(app, '1', signal);
    const outcomes = await Promise.all(Array.from({ length: 30 }, () => registry.fetchManifest(app, blob, signal)));
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(5);
    expect(left).toBe(20);
  });

  it('that nobody has told yet is asked for by one HEAD before the first counted request', async () => {
    const server = await serveRegistry({ auth: 'bearer', headers: () => quota(15) });
    const { registry, signal } = createClientOf(server.host);
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => registry.fetchManifest(app, blob, signal)));
    expect(new Set(outcomes.map((outcome) => outcome.ok || outcome.reason.kind))).toEqual(new Set(['budget']));
    expect(outcomes[0]).toMatchObject({
      reason: {
        message: `docker.io has 15 of 100 pulls left and 20 are kept for other use: none was spent on docker.io/acme/app@${manifestDigest}`,
      },
    });
    expect(server.gets()).toHaveLength(0);
    expect(server.heads()).toHaveLength(2);
  });

  it('keeps a HEAD that needs a GET from having one', async () => {
    const server = await serveRegistry({ headers: () => ({ ...quota(5), 'docker-content-digest': '' }) });
    const { registry, signal } = createClientOf(server.host);
    expect(await registry.resolveTag(app, '1', signal)).toMatchObject({ kind: 'unknown', reason: { kind: 'budget' } });
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['in JSON', (response) => json(response, 429, quotaBody)],
    ['in text', (response) => void response.writeHead(429).end('You have reached your pull rate limit.')],
    [
      'by remaining 0',
      (response) => void response.writeHead(429, { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '0;w=21600' }).end(),
    ],
  ])('used up, said %s, is not asked again: no GET follows, HEADs go on', async (_name, refuse) => {
    const server = await serveRegistry({
      before: (seen, response) => {
        if (seen.method === 'HEAD' || seen.path.includes('/blobs/')) return false;
        refuse(response);
        return true;
      },
    });
    const { registry, signal, slept } = createClientOf(server.host);
    await registry.resolveTag(app, '1', signal);
    expect(await registry.fetchManifest(app, blob, signal)).toMatchObject({ ok: false, reason: { kind: 'rate-limited', retryAt: null } });
    expect(await registry.fetchManifest(app, blob, signal)).toMatchObject({ ok: false, reason: { kind: 'rate-limited' } });
    expect(await registry.resolveTag(app, '2', signal)).toMatchObject({ kind: 'found' });
    expect((await registry.fetchConfig(app, blob, signal)).ok).toBe(true);
    expect(server.gets()).toHaveLength(1);
    expect(slept).toEqual([]);
  });

  it('used up at a HEAD, which has no body, is known by its headers and says when it is back', async () => {
    const server = await serveRegistry({
      before: (_seen, response) => {
        response.writeHead(429, { ...quota(0), 'ratelimit-reset': '3600' }).end();
        return true;
      },
    });
    const { registry, signal } = createClientOf(server.host);
    expect(await registry.resolveTag(app, '1', signal)).toEqual({
      kind: 'unknown',
      reason: { kind: 'rate-limited', message: 'the pull quota of docker.io is used up', retryAt: '2026-11-20T13:00:00.000Z' },
    });
    expect(server.seen).toHaveLength(1);
  });
});

describe('a throttle', () => {
  const throttleOnce = (headers: Record<string, string>, body = '', status = 429) => {
    let done = false;
    return (_seen: unknown, response: ServerResponse) => {
      if (done) return false;
      done = true;
      response.writeHead(status, headers).end(body);
      return true;
    };
  };

  it.each([
    ['Retry-After in seconds', { 'retry-after': '2' }, '', 429, 2_100],
    ['Retry-After as a date', { 'retry-after': 'Fri, 20 Nov 2026 12:00:10 GMT' }, '', 429, 10_500],
    ['Retry-After in the past', { 'retry-after': 'Fri, 20 Nov 2026 11:00:00 GMT' }, '', 429, 500],
    ['nothing', {}, 'Too Many Requests', 429, 500],
    ['a quota that is not used up', { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '50;w=21600' }, '', 429, 500],
    ['503', { 'retry-after': '1' }, '', 503, 1_050],
  ])('with %s is waited for', async (_name, headers, body, status, ms) => {
    const server = await serveRegistry({ before: throttleOnce(headers, body, status) });
    const { registry, signal, slept } = createClientOf(server.host);
    expect(await registry.resolveTag(app, '1', signal)).toMatchObject({ kind: 'found' });
    expect(slept).toEqual([ms]);
  });

  it("with a Go duration in GHCR's body is waited for, at least 100 ms", async () => {
    const server = await serveRegistry({ before: throttleOnce({}, 'toomanyrequests: retry-after: 880.092µs, allowed: 44000/minute') });
    const { registry, signal, slept } = createClientOf(server.host);
    expect((await registry.fetchConfig(app, blob, signal)).ok).toBe(true);
    expect(slept).toEqual([100]);
  });

  it('longer than the cap is not waited for, and the answer says until when', async () => {
    const server = await serveRegistry({ before: throttleOnce({ 'retry-after': '120' }) });
    const { registry, signal, slept } = createClientOf(server.host);
    expect(await registry.resolveTag(app, '1', signal)).toEqual({
      kind: 'unknown',
      reason: { kind: 'rate-limited', message: `${server.host} asks to be left alone (429)`, retryAt: '2026-11-20T12:02:00.000Z' },
    });
    expect(slept).toEqual([]);
  });

  it.each([
    [429, 'rate-limited', 'asks to be left alone (429, 3 times)'],
    [503, 'bad-response', 'answered 503, 3 times'],
    [500, 'bad-response', 'answered 500, 3 times'],
    [502, 'bad-response', 'answered 502, 3 times'],
  ])('without end is given up after three tries: %i', async (status, kind, message) => {
    const server = await serveRegistry({
      before: (_seen, response) => {
        response.writeHead(status).end();
        return true;
      },
    });
    const { registry, signal } = createClientOf(server.host);
    expect(await registry.resolveTag(app, '1', signal)).toMatchObject({
      reason: { kind, message: `${server.host} ${message}`, retryAt: null },
    });
    expect(server.seen).toHaveLength(3);
  });

  it('holds every request to the host, and only half as many go on together afterwards', async () => {
    let release = (): void => undefined;
    let inFlight = 0;
    let most = 0;
    let isThrottled = false;
    const server = await serveRegistry({
      before: (seen, response) => {
        if (seen.path.endsWith('/0')) return false;
        if (!isThrottled) {
          isThrottled = true;
          response.writeHead(429, { 'retry-after': '5' }).end();
          return true;
        }
        inFlight++;
        most = Math.max(most, inFlight);
        setTimeout(() => {
          inFlight--;
          response.writeHead(404, { 'docker-distribution-api-version': 'registry/2.0' }).end();
        }, 5);
        return true;
      },
    });
    const waits: number[] = [];
    const { registry, signal } = createClientOf(server.host, {
      concurrency: 8,
      clock: {
        now: () => 0,
        random: () => 0,
        sleep: (ms) => {
          waits.push(ms);
          return new Promise((resolve) => {
            release = resolve;
          });
        },
      },
    });
    await registry.resolveTag(app, '0', signal);
    const first = registry.resolveTag(app, '1', signal);
    while (waits.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const others = Array.from({ length: 4 }, (_, index) => registry.resolveTag(app, `${index + 2}`, signal));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(server.seen).toHaveLength(2);
    release();
    await Promise.all([first, ...others]);
    expect(waits).toEqual([5_000]);
    expect(most).toBe(4);
  });
});
