import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeImage, makeLayer } from '../../src/demo/images.ts';
import { createClient } from '../registry/helpers/client.ts';
import { ask } from '../helpers/ask.ts';
import { startDockerRegistry, type RunningRegistry } from '../helpers/docker-registry.ts';
import { startPublisher } from '../helpers/publisher.ts';
import { systemTest } from '../helpers/system.ts';

const created = '2026-11-01T00:00:00Z';
const image = makeImage({ layers: [makeLayer({ files: { 'etc/base': 'base' }, created })], created });

/** As many as some registries give at most, so that the end of the list has to be made sure of. */
const tags = Array.from({ length: 50 }, (_, index) => `v1.${index}`);

systemTest('the tags of a docker-registry', ['docker-registry', 'skopeo'], () => {
  let registry: RunningRegistry;
  beforeAll(async () => {
    registry = await startDockerRegistry();
    const publisher = await startPublisher();
    await publisher.publish(`${registry.host}/acme/api:${tags[0]}`, image);
    await publisher.close();
    for (const tag of tags.slice(1))
      await ask(`${registry.url}/v2/acme/api/manifests/${tag}`, {
        method: 'PUT',
        body: Buffer.from(image.bytes).toString(),
        headers: { 'content-type': image.mediaType },
      });
  });
  afterAll(() => registry.stop());

  it('come all at once, whatever it is asked for', async () => {
    const answer = await ask(`${registry.url}/v2/acme/api/tags/list?n=10&last=v1.30`);
    expect(answer.headers.link).toBeUndefined();
    expect(answer.json().tags).toHaveLength(50);
  });

  it('are listed whole, with one request to make sure', async () => {
    const client = createClient();
    const answer = await client.registry.listTags({ registry: registry.host, repository: 'acme/api' }, { prefixes: ['v'] }, client.signal);
    expect(answer).toMatchObject({ kind: 'found', covers: null, cut: null });
    expect(answer.kind === 'found' && [...answer.tags].sort()).toEqual([...tags].sort());
    expect(client.log.filter((line) => line.includes('/tags/list')).length).toBeGreaterThanOrEqual(2);
    expect(client.registry.usage()).toMatchObject([{ counted: 0 }]);
  });

  it('of a repository it does not have are not found', async () => {
    const client = createClient();
    expect(
      await client.registry.listTags({ registry: registry.host, repository: 'acme/none' }, { prefixes: [] }, client.signal),
    ).toMatchObject({
      kind: 'unknown',
      reason: { kind: 'not-found-or-private' },
    });
  });
});
