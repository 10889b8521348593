import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/core/digest.ts';
import { answer, errorAnswer, jsonAnswer, withHeaders } from '../../src/demo/answer.ts';
import { startEngine } from '../../src/demo/engine-server.ts';
import { makeImage, makeLayer } from '../../src/demo/images.ts';
import { startRegistry } from '../../src/demo/registry-server.ts';
import type { Intervention, ServedRequest } from '../../src/demo/serve.ts';
import type { Document, ImageEntry } from '../../src/core/document.ts';
import { runCli } from '../helpers/run-cli.ts';

const CREATED = '2026-11-01T08:00:00Z';
const makeWord = (word: string) => makeImage({ layers: [makeLayer({ files: { word }, created: CREATED })], created: CREATED });

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Two images of one registry; whatever happens to the requests about `acme/faulty`, which has moved, `acme/fine` has not. */
async function listWith(intercept: (request: ServedRequest) => Intervention | null, ...args: string[]) {
  const registry = await startRegistry({ auth: { kind: 'token', users: [], service: 'test' }, intercept });
  closers.push(registry.close);
  const installed = ['faulty', 'fine'].map((name) => {
    const image = makeWord(name);
    registry.put(`acme/${name}`, '1', image);
    const repository = `${registry.host}/acme/${name}`;
    return { image, target: image, tags: [`${repository}:1`], repoDigests: [`${repository}@${image.digest}`] };
  });
  registry.put('acme/faulty', '1', makeWord('moved'));
  const engine = await startEngine({ images: installed });
  closers.push(engine.close);
  const ran = await runCli(['list', '--json', '-H', engine.host, '--timeout', '2s', ...args]);
  const document = JSON.parse(ran.stdout) as Document;
  const row = (name: string): ImageEntry | undefined => document.images.find(({ reference }) => reference.includes(`/acme/${name}:`));
  return { ran, registry, faulty: row('faulty')!, fine: row('fine')! };
}

const about = (part: string) => (request: ServedRequest) =>
  request.path.startsWith('/v2/acme/faulty/') && request.path.includes(part) && request.headers.authorization !== undefined;
const onGet = (fault: Intervention) => (request: ServedRequest) =>
  request.method === 'GET' && about('/manifests/')(request) ? fault : null;
const onAny = (fault: Intervention) => (request: ServedRequest) => (about('/')(request) ? fault : null);
const onToken = (fault: Intervention) => (request: ServedRequest) => (request.path.startsWith('/token') ? fault : null);
const says = (status: number, body = '', headers: Record<string, string> = {}): Intervention => ({
  kind: 'answer',
  answer: answer(status, headers, body),
});

const BROKEN = '{"schemaVersion": 2, "mani';
const BROKEN_HEADERS = {
  'docker-content-digest': digestOf(Buffer.from(BROKEN)),
  'content-type': 'application/vnd.oci.image.index.v1+json',
};
const HTML = '<!doctype html><title>Welcome</title>';
const QUOTA =
  'You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limits';

describe('a registry that fails for one image', () => {
  it.each<[string, (request: ServedRequest) => Intervention | null, string, RegExp]>([
    ['resets', onAny({ kind: 'reset' }), 'unreachable', /^127\.0\.0\.1:\d+ closed the connection without an answer/],
    ['hangs', onAny({ kind: 'hang' }), 'timeout', / did not answer within 2 s$/],
    ['answers 500', onAny(says(500)), 'bad-response', / answered 500, 3 times$/],
    ['answers 503 for long', onAny(says(503, '', { 'retry-after': '3600' })), 'rate-limited', / asks to be left alone \(503\)$/],
    [
      'answers 429 with its quota used up',
      onGet({ kind: 'answer', answer: errorAnswer(429, { code: 'TOOMANYREQUESTS', message: QUOTA }) }),
      'rate-limited',
      /^the pull quota of 127\.0\.0\.1:\d+ is used up \(TOOMANYREQUESTS: You have reached your pull rate limit\./,
    ],
    [
      'answers 429 in plain text',
      onAny(says(429, 'Too Many Requests', { 'retry-after': '3600' })),
      'rate-limited',
      / asks to be left alone \(429\)$/,
    ],
    [
      'answers 429 with a Go duration',
      onGet(says(429, 'toomanyrequests: retry-after: 1h2m3s, allowed: 44000/minute')),
      'rate-limited',
      / asks to be left alone \(429\)$/,
    ],
    [
      'answers HTML',
      onAny(says(200, HTML, { 'content-type': 'text/html' })),
      'bad-response',
      / was answered with HTML; expected a manifest$/,
    ],
    [
      'answers an HTML 404',
      onAny(says(404, HTML, { 'content-type': 'text/html' })),
      'bad-response',
      / answered 404 for .*, but not as a registry does: nothing is known of the tag$/,
    ],
    ['cuts a document short', onGet({ kind: 'cut', afterBytes: 20, then: 'reset' }), 'bad-response', / cut its answer short$/],
    [
      'sends another document',
      onGet(says(200, '{}', { 'content-type': 'application/vnd.oci.image.manifest.v1+json' })),
      'digest-mismatch',
      /acme\/faulty@sha256:[a-f0-9]{64} came with content of digest sha256:[a-f0-9]{64}$/,
    ],
    [
      'sends broken JSON under its right digest',
      (request) => (about('/manifests/')(request) ? says(200, BROKEN, BROKEN_HEADERS) : null),
      'bad-response',
      /^sha256:[a-f0-9]{64}: expected a manifest in JSON, got something else$/,
    ],
    [
      'compresses unasked',
      onGet({
        kind: 'alter',
        alter: (ordinary) => withHeaders({ ...ordinary, body: gzipSync(ordinary.body) }, { 'content-encoding': 'gzip' }),
      }),
      'bad-response',
      / encoded its answer as gzip where identity was asked$/,
    ],
    [
      'redirects for ever',
      onAny(says(302, '', { location: '/v2/acme/faulty/manifests/1' })),
      'bad-response',
      / redirected more than 5 times$/,
    ],
    [
      'forbids',
      onAny(says(403)),
      'not-found-or-private',
      /acme\/faulty:1 is missing or private, answered 403: docker login 127\.0\.0\.1:\d+$/,
    ],
  ])('%s', async (_name, intercept, kind, message) => {
    const { ran, faulty, fine } = await listWith(intercept);
    expect(fine.tag.status).toBe('current');
    expect(faulty).toMatchObject({ verdict: 'unknown', tag: { status: 'unknown', reason: { kind } } });
    expect(faulty.tag.reason?.message).toMatch(message);
    expect(ran.exitCode).toBe(0);
    expect(ran.stderr).toMatch(/^W: /m);
  });
});

describe('a token server that fails', () => {
  it.each<[string, (request: ServedRequest) => Intervention | null, string, RegExp]>([
    [
      'is down',
      onToken({ kind: 'reset' }),
      'unreachable',
      /^token server 127\.0\.0\.1:\d+ of 127\.0\.0\.1:\d+ closed the connection without an answer/,
    ],
    ['answers 500', onToken(says(500)), 'bad-response', /^token server .* answered 500, 3 times$/],
    [
      'answers without a token',
      onToken({ kind: 'answer', answer: jsonAnswer(200, {}) }),
      'bad-response',
      /^token server .* answered without a token$/,
    ],
    [
      'answers HTML',
      onToken(says(200, HTML, { 'content-type': 'text/html' })),
      'bad-response',
      /^token server .* answered with something that is no JSON object$/,
    ],
    [
      'refuses',
      onToken(says(401)),
      'not-found-or-private',
      / is missing or private, token refused with 401: docker login 127\.0\.0\.1:\d+$/,
    ],
  ])('%s', async (_name, intercept, kind, message) => {
    const { ran, faulty, fine } = await listWith(intercept);
    for (const row of [faulty, fine]) {
      expect(row.tag).toMatchObject({ status: 'unknown', reason: { kind } });
      expect(row.tag.reason?.message).toMatch(message);
    }
    expect(ran.exitCode, 'every look-up failed').toBe(1);
    expect(ran.stderr).toMatch(/^E: no image could be checked$/m);
  });
});
