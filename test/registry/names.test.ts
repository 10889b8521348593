import { expect, it, vi } from 'vitest';
import { createClient } from './helpers/client.ts';
import { manifestDigest, serveRegistry } from './helpers/fake-registry.ts';

/** A name server that never answers takes 10 s and more of the resolver's patience. */
vi.mock('node:dns/promises', () => ({ lookup: () => new Promise(() => undefined) }));

const insecureRegistries = ['10.0.0.0/8'];

it('a name that cannot be looked up in time is in no insecure network, and the registry is asked all the same', async () => {
  const server = await serveRegistry();
  const { registry, signal } = createClient({ insecureRegistries, timeoutMs: 200 });
  const app = { registry: `localhost:${server.port}`, repository: 'acme/app' };
  expect(await registry.resolveTag(app, '1', signal)).toMatchObject({ kind: 'found', digest: manifestDigest });
});

it('a run that is interrupted while a name is looked up ends at once', async () => {
  const server = await serveRegistry();
  const { registry } = createClient({ insecureRegistries });
  const app = { registry: `localhost:${server.port}`, repository: 'acme/app' };
  const interruption = new AbortController();
  const blob = { digest: manifestDigest, size: null };
  const answers = Promise.all([
    registry.resolveTag(app, '1', interruption.signal),
    registry.fetchManifest(app, blob, interruption.signal),
    registry.fetchConfig(app, blob, interruption.signal),
  ]);
  setTimeout(() => interruption.abort(), 50);
  const reason = { kind: 'timeout' };
  expect(await answers).toMatchObject([
    { kind: 'unknown', reason },
    { ok: false, reason },
    { ok: false, reason },
  ]);
  expect(server.seen).toEqual([]);
});
