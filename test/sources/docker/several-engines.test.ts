import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import type { Inventory } from '../../../src/check/ports.ts';
import { renderReference } from '../../../src/core/reference.ts';
import { findEngine } from '../../../src/sources/docker/find-engine.ts';
import { createDockerSource } from '../../../src/sources/docker/source.ts';
import { readReplies, startFakeEngine } from './fake-engine.ts';

let directory: string;
const closing: (() => Promise<void> | void)[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'iu-'));
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  rmSync(directory, { recursive: true, force: true });
});

/** An engine on a machine of this name. */
async function startHost(host: string, recording: string, ID: string): Promise<void> {
  const info = { status: 200, body: { ...(readReplies(recording)['/info']?.body as object), ID, Name: host } };
  const engine = await startFakeEngine(join(directory, `${host}.sock`), readReplies(recording, { '/info': info }));
  closing.push(engine.close);
}

/** Stands for ssh: joins its standard input and output to the socket of the machine that is named, and knows no other. */
function writeSsh(): Record<string, string> {
  const joined = 'const s=require("net").connect(process.argv[1]);process.stdin.pipe(s);s.pipe(process.stdout)';
  const script = [
    '#!/bin/sh',
    'while [ "$1" != -- ]; do shift; done',
    `echo "$2" >> "${directory}/hosts"`,
    `[ -S "${directory}/$2.sock" ] || { echo "ssh: connect to host $2 port 22: No route to host" >&2; exit 255; }`,
    `exec "${process.execPath}" -e '${joined}' "${directory}/$2.sock"`,
  ];
  writeFileSync(join(directory, 'ssh'), `${script.join('\n')}\n`);
  chmodSync(join(directory, 'ssh'), 0o755);
  return { PATH: `${directory}:/usr/bin:/bin` };
}

async function list(host: string, env: Record<string, string>): Promise<Inventory> {
  const endpoint = await findEngine({ host, context: null, env, home: directory, platform: 'linux' });
  const facts = { readFacts: () => new Map<string, string>(), writeFacts: () => undefined };
  const source = createDockerSource({ endpoint, facts, timeoutMs: 10_000, concurrency: 8, env });
  const inventory = await source.list({ all: false, signal: new AbortController().signal, onProgress: () => undefined });
  closing.unshift(inventory.close);
  return inventory;
}

const namesOf = ({ images }: Inventory): readonly string[] => images.flatMap(({ tags }) => tags.map(renderReference));

it('engines on several machines answer side by side, and one that is dead holds up none of them', async () => {
  await startHost('alpha', 'classic-20.10', 'AA:AA');
  await startHost('beta', 'containerd-29', 'BB:BB');
  await startHost('gamma', 'podman-4.3', 'made up');
  const env = writeSsh();
  const hosts = ['ssh://alpha', 'ssh://dead', 'ssh://me@beta:2222', `unix://${directory}/gamma.sock`];
  const results = await Promise.allSettled(hosts.map((host) => list(host, env)));
  const inventories = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  expect(results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []))).toEqual([
    'ImgupdateError: the connection to the container engine at ssh://dead failed: ssh ended with exit code 255: ssh: connect to host dead port 22: No route to host',
  ]);
  expect(inventories.map(({ location }) => location)).toEqual(hosts.filter((host) => host !== 'ssh://dead'));
  expect(inventories.map(({ engineId }) => engineId)).toEqual(['AA:AA alpha', 'BB:BB beta', undefined]);
  expect(inventories.map((inventory) => namesOf(inventory).length > 0)).toEqual([true, true, true]);
  expect(new Set(readFileSync(join(directory, 'hosts'), 'utf8').trim().split('\n'))).toEqual(new Set(['alpha', 'beta', 'dead']));
});

it('an engine that is reached by two addresses is known to be one', async () => {
  await startHost('alpha', 'classic-20.10', 'AA:AA');
  const env = writeSsh();
  const [near, far] = await Promise.all([list(`unix://${directory}/alpha.sock`, env), list('ssh://alpha', env)]);
  expect(far.engineId).toBe(near.engineId);
  expect(namesOf(far)).toEqual(namesOf(near));
});
