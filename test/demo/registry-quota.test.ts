import { afterEach, expect, test } from 'vitest';
import { makeImage, makeLayer } from '../../src/demo/images.ts';
import { startRegistry, type EmbeddedRegistry } from '../../src/demo/registry-server.ts';
import { ask } from '../helpers/ask.ts';

const created = '2026-11-01T08:00:00Z';
const image = makeImage({ layers: [makeLayer({ files: { a: 'b' }, created })], created });
const accept = { accept: '*/*' };
const clock = { ms: 0 };

let registry: EmbeddedRegistry;
afterEach(() => registry.close());

async function start(used: number): Promise<string> {
  clock.ms = Date.parse('2026-11-20T12:00:00Z');
  registry = await startRegistry({ quota: { limit: 100, windowSeconds: 21_600, used }, now: () => clock.ms });
  registry.put('library/web', '1.0', image);
  return `${registry.url}/v2/library/web`;
}

const remaining = (left: number) => ({
  'ratelimit-limit': '100;w=21600',
  'ratelimit-remaining': `${left};w=21600`,
  'docker-ratelimit-source': '127.0.0.1',
});

test('a GET of a manifest costs one pull, a HEAD says what is left and costs none', async () => {
  const web = await start(0);
  expect(await ask(`${web}/manifests/1.0`, { method: 'HEAD', headers: accept })).toMatchObject({ headers: remaining(100) });
  expect(await ask(`${web}/manifests/1.0`, { headers: accept })).toMatchObject({ status: 200, headers: remaining(99) });
  expect(await ask(`${web}/manifests/${image.digest}`, { headers: accept })).toMatchObject({ status: 200, headers: remaining(98) });
  expect(await ask(`${web}/manifests/1.0`, { method: 'HEAD', headers: accept })).toMatchObject({ headers: remaining(98) });
});

test('blobs, tags and what does not exist cost nothing', async () => {
  const web = await start(0);
  const blob = await ask(`${web}/blobs/${image.config.digest}`);
  const tags = await ask(`${web}/tags/list`);
  for (const answered of [blob, tags]) expect(answered.headers['ratelimit-remaining']).toBeUndefined();
  expect(await ask(`${web}/manifests/missing`, { headers: accept })).toMatchObject({ status: 404, headers: remaining(100) });
});

test('beyond the limit GETs are refused and HEADs go on, until the window ends', async () => {
  const web = await start(99);
  expect(await ask(`${web}/manifests/1.0`, { headers: accept })).toMatchObject({ status: 200, headers: remaining(0) });
  const refused = await ask(`${web}/manifests/1.0`, { headers: accept });
  expect(refused).toMatchObject({ status: 429, headers: remaining(0) });
  expect(refused.json()).toEqual({
    errors: [{ code: 'TOOMANYREQUESTS', message: expect.stringContaining('You have reached your pull rate limit') }],
  });
  expect(await ask(`${web}/manifests/1.0`, { method: 'HEAD', headers: accept })).toMatchObject({ status: 200, headers: remaining(0) });
  clock.ms += 21_600_000;
  expect(await ask(`${web}/manifests/1.0`, { headers: accept })).toMatchObject({ status: 200, headers: remaining(99) });
});
