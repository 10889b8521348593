import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Document } from '../../src/core/document.ts';
import { runCli } from '../helpers/run-cli.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';
import { type SmallWorld, startSmallWorld } from './small-world.ts';

/** What a configuration holds back, in a list of an engine's images. */
let world: SmallWorld;
let project: TemporaryDirectory;
beforeAll(async () => {
  world = await startSmallWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  project = await makeTemporaryDirectory();
  return () => project.remove();
});

const list = async (until: string, ...args: string[]) => {
  await writeFile(
    join(project.path, 'imgupdate.yaml'),
    `images:\n  - match: ${world.registryHost}/acme/moved\n    hold: { until: ${until} }\n`,
  );
  return runCli(['list', '-H', world.engineHost, ...args], { cwd: project.path });
};

it('a rebuilt image that is held is marked, and fails no --exit-code', async () => {
  const held = await list('2999-01-01', '--exit-code');
  expect(held.exitCode).toBe(0);
  expect(held.stdout).toMatch(/acme\/moved:1 .* rebuilt,held /);
  const { images } = JSON.parse((await list('2999-01-01', '--json')).stdout) as Document;
  expect(images.find(({ name }) => name.endsWith('acme/moved:1'))).toMatchObject({
    verdict: 'stale',
    held: { reason: null, until: '2999-01-01' },
  });
});

it('a hold that has ended is reported, and holds nothing', async () => {
  const ended = await list('2020-01-01', '--exit-code');
  expect(ended.exitCode).toBe(2);
  expect(ended.stderr).toMatch(/^W: .*acme\/moved:1: its hold ended 2020-01-01$/m);
});
