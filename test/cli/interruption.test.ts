import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Crowd, startCrowd } from '../helpers/crowd.ts';
import { baseEnvironment } from '../helpers/processes.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';

const BIN = fileURLToPath(new URL('../../bin/imgupdate', import.meta.url));

let crowd: Crowd;
let home: TemporaryDirectory;
beforeEach(async () => {
  home = await makeTemporaryDirectory();
});
afterEach(async () => {
  await Promise.all([crowd.close(), home.remove()]);
});

/** Runs `list`, sends the signal when the registry has seen its first request, and tells how it ended. */
async function interrupt(signal: NodeJS.Signals) {
  const child = spawn(process.execPath, [BIN, 'list', '-H', crowd.engine.host], { env: { ...baseEnvironment(), HOME: home.path } });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk));
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => child.once('exit', (code, by) => resolve(by ?? code)));
  while (crowd.registry.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  await new Promise((resolve) => setTimeout(resolve, 200));
  child.kill(signal);
  return { end: await ended, output: Buffer.concat(output).toString() };
}

it.each([
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends a run that waits for a registry at once, with exit code %i and without a word', async (signal, code) => {
  crowd = await startCrowd({ tags: 1, repositories: 1, latencyMs: 5_000 });
  const { end, output } = await interrupt(signal);
  expect({ end, output }).toEqual({ end: code, output: '' });
  expect(
    crowd.registry.requests.map(({ status }) => status),
    'it did not wait for the answer',
  ).toEqual([null]);
});

it('SIGINT ends even a run in which the system holds a call that nothing can call off', async () => {
  crowd = await startCrowd({ tags: 1, repositories: 1 });
  mkdirSync(join(home.path, '.docker'));
  execFileSync('mkfifo', [join(home.path, '.docker/config.json')]);
  const { end } = await interrupt('SIGINT');
  expect(end).toBe('SIGINT');
});
