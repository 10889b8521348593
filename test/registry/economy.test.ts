import { expect, it } from 'vitest';
import { createClientOf } from './helpers/client.ts';
import { manifestDigest, serveRegistry } from './helpers/fake-registry.ts';

const repositories = Array.from({ length: 100 }, (_, index) => ({ registry: 'docker.io', repository: `acme/app-${index}` }));

it('200 tags in 100 repositories cost 200 HEADs, one wasted challenge, two token requests and no GET', async () => {
  const server = await serveRegistry({ auth: 'bearer' });
  const { registry, signal } = createClientOf(server.host);
  registry.announce(repositories);
  const answers = await Promise.all(
    repositories.flatMap((repository) => ['1', '2'].map((tag) => registry.resolveTag(repository, tag, signal))),
  );
  expect(new Set(answers.map((answer) => answer.kind === 'found' && answer.digest))).toEqual(new Set([manifestDigest]));
  expect(server.unauthorized()).toBe(1);
  expect(server.heads()).toHaveLength(201);
  expect(server.tokens().map(({ query }) => query.getAll('scope').length)).toEqual([50, 50]);
  expect(server.gets()).toHaveLength(0);
  expect(server.connections()).toBeLessThanOrEqual(17);
  expect(registry.usage()).toEqual([
    { registry: 'docker.io', requests: 203, counted: 0, limit: null, remaining: null, windowSeconds: null },
  ]);
});

it('a registry that asks for no token is asked for none', async () => {
  const server = await serveRegistry();
  const { registry, signal } = createClientOf(server.host);
  registry.announce(repositories);
  await Promise.all(repositories.map((repository) => registry.resolveTag(repository, '1', signal)));
  expect(server.seen).toHaveLength(100);
  expect(server.seen.every(({ headers }) => headers.authorization === undefined)).toBe(true);
});

it('no more than 16 requests are in flight at one registry', async () => {
  let inFlight = 0;
  let most = 0;
  const server = await serveRegistry({
    before: (_seen, response) => {
      inFlight++;
      most = Math.max(most, inFlight);
      setTimeout(() => {
        inFlight--;
        response.writeHead(404, { 'docker-distribution-api-version': 'registry/2.0' }).end();
      }, 5);
      return true;
    },
  });
  const { registry, signal } = createClientOf(server.host);
  await Promise.all(repositories.map((repository) => registry.resolveTag(repository, '1', signal)));
  expect(most).toBe(16);
});
