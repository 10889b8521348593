import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Document } from '../../src/core/document.ts';
import { type Crowd, startCrowd } from '../helpers/crowd.ts';
import { runCli } from '../helpers/run-cli.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';

let crowd: Crowd;
let directory: TemporaryDirectory;
beforeEach(async () => {
  [crowd, directory] = await Promise.all([startCrowd({ tags: 1, repositories: 1 }), makeTemporaryDirectory()]);
});
afterEach(async () => {
  await Promise.all([crowd.close(), directory.remove()]);
});

async function list(env: Record<string, string>) {
  const ran = await runCli(['list', '--json', '-H', crowd.engine.host], { env, cwd: directory.path });
  return (JSON.parse(ran.stdout) as Document).images.map(({ tag }) => tag.reason ?? tag.status);
}

it.each(['NODE_EXTRA_CA_CERTS', 'XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'http_proxy', 'https_proxy', 'no_proxy', 'DOCKER_HOST'])(
  'an empty %s counts as unset',
  async (name) => {
    expect(await list({ [name]: '' })).toEqual(['current']);
  },
);

it('authorities that Node cannot read, and says so, keep no registry from being asked', async () => {
  expect(await list({ NODE_EXTRA_CA_CERTS: join(directory.path, 'missing.pem') })).toEqual(['current']);
});

it.each(['docker', 'containers'])('certificates for %s in the working directory are never used', async (tool) => {
  const folder = join(directory.path, tool, 'certs.d', crowd.registry.host);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'client.cert'), 'without its key, no registry would be asked');
  expect(await list({ XDG_CONFIG_HOME: '' })).toEqual(['current']);
});
