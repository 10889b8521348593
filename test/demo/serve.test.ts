import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { answer, withHeaders, withoutHeaders } from '../../src/demo/answer.ts';
import { serve, type Intervention, type Served, type ServedRequest } from '../../src/demo/serve.ts';
import { ask } from '../helpers/ask.ts';

let served: Served;
afterEach(() => served.close());

const BODY = 'the ordinary answer';

async function start(intercept: (request: ServedRequest) => Intervention | null): Promise<string> {
  served = await serve({ handle: () => answer(200, { 'x-kind': 'ordinary' }, BODY), intercept, latencyMs: 0, tls: null, socketPath: null });
  return `http://127.0.0.1:${served.port}`;
}

/** Sends a request by hand, and gives all that came until the other side closed or `until` was there. */
function talk(port: number, until: string | null): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      if (until !== null && received.includes(until)) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
  });
}

test('without an intervention the ordinary answer comes', async () => {
  const url = await start(() => null);
  expect(await ask(`${url}/a?b=c`)).toMatchObject({ status: 200, body: BODY, headers: { 'content-length': `${BODY.length}` } });
  expect(served.requests).toMatchObject([{ method: 'GET', path: '/a?b=c', status: 200 }]);
});

test('an intervention sees the request and may answer in its place', async () => {
  const url = await start((request) => (request.path === '/bad' ? { kind: 'answer', answer: answer(503, { 'retry-after': '7' }) } : null));
  expect(await ask(`${url}/bad`)).toMatchObject({ status: 503, headers: { 'retry-after': '7' } });
  expect(await ask(`${url}/good`)).toMatchObject({ status: 200 });
  expect(served.requests.map(({ status }) => status)).toEqual([503, 200]);
});

test('an intervention may change the headers of the ordinary answer', async () => {
  const url = await start(() => ({
    kind: 'alter',
    alter: (ordinary) => withoutHeaders(withHeaders(ordinary, { 'x-more': ['1', '2'] }), ['x-kind', 'content-length']),
  }));
  const { headers } = await ask(url);
  expect(headers).toMatchObject({ 'x-more': ['1', '2'], 'transfer-encoding': 'chunked' });
  expect(headers['x-kind']).toBeUndefined();
});

test('a body can be longer than announced', async () => {
  await start(() => ({ kind: 'alter', alter: (ordinary) => withHeaders(ordinary, { 'content-length': '3' }) }));
  expect(await talk(served.port, BODY)).toContain(`\r\n\r\n${BODY}`);
});

test('a connection can be dropped without a word', async () => {
  await start(() => ({ kind: 'reset' }));
  expect(await talk(served.port, null)).toBe('');
  expect(served.requests).toMatchObject([{ status: null }]);
});

test.each([0, 4])('a connection can be dropped after %i bytes of the body', async (afterBytes) => {
  const url = await start(() => ({ kind: 'cut', afterBytes, then: 'reset' }));
  const received = await talk(served.port, null);
  expect(received).toContain(`content-length: ${BODY.length}`);
  expect(received.slice(received.indexOf('\r\n\r\n') + 4)).toBe(BODY.slice(0, afterBytes));
  await expect(ask(url)).rejects.toThrow();
});

test('an answer can stop in its middle while the connection stays', async () => {
  await start(() => ({ kind: 'cut', afterBytes: 4, then: 'hang' }));
  const received = await talk(served.port, BODY.slice(0, 4));
  expect(received.endsWith(BODY.slice(0, 4))).toBe(true);
});

test('a request can be left without an answer, and closing the server ends it', async () => {
  await start(() => ({ kind: 'hang' }));
  const asked = talk(served.port, null);
  while (served.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await served.close();
  expect(await asked).toBe('');
});

test('a body can drip', async () => {
  const url = await start(() => ({ kind: 'slow', chunkBytes: 5, everyMs: 1 }));
  expect(await ask(url)).toMatchObject({ status: 200, body: BODY });
});

test('the peak says how many requests waited at one moment', async () => {
  const url = await start((request) => (request.path === '/' ? { kind: 'hang' } : null));
  await ask(`${url}/one`);
  await ask(`${url}/after-another`);
  expect(served.peak()).toBe(1);
  served.forget();
  const waiting = Array.from({ length: 5 }, () => talk(served.port, null));
  while (served.requests.length < 5) await new Promise((resolve) => setImmediate(resolve));
  expect(served.peak()).toBe(5);
  await served.close();
  await Promise.all(waiting);
});

test('a mistake in the logic of the server is answered with 500', async () => {
  served = await serve({
    handle: () => {
      throw new Error('no such thing');
    },
    intercept: () => null,
    latencyMs: 0,
    tls: null,
    socketPath: null,
  });
  expect(await ask(`http://127.0.0.1:${served.port}`)).toMatchObject({ status: 500, body: 'Error: no such thing' });
  expect(served.requests).toMatchObject([{ status: 500 }]);
});
