import { spawn } from 'node:child_process';
import { chmodSync, symlinkSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import type { Warning } from '../../src/check/ports.ts';

export type Found = { readonly tag: boolean; readonly document: boolean; readonly warnings: readonly Warning[] };

/** How many versions a run knows of the tag that all see, and of its own. */
export type FoundBases = { readonly shared: number; readonly own: number; readonly warnings: readonly Warning[] };

/** What is held in the state, and how many of the tags that all see are known. */
export type FoundHolds = { readonly holds: readonly string[]; readonly seen: number; readonly warnings: readonly Warning[] };

export type Job = JobOf<'read' | 'write' | 'writeMuch' | 'writeForever'>;

export type BaseJob = JobOf<'seeBases' | 'seeAgain' | 'seeMuch' | 'seeForever'>;

export type HoldJob = JobOf<'look' | 'hold' | 'unhold' | 'holdMuch' | 'holdForever'>;

/** `directory`: of the cache and of the state. */
type JobOf<Name> = {
  readonly directory: string;
  readonly job: Name;
  readonly name: string;
  readonly uid?: number;
};

const builtins = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));
const SOURCE = fileURLToPath(new URL('../../src/store/open-memory.ts', import.meta.url));
const WORKER = fileURLToPath(new URL('worker.js', import.meta.url));
const NODE_MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** Bundles the store as the program is bundled. `packages`: where its packages are found; null: nowhere. */
export async function bundleStore(directory: string, packages: 'installed' | null = 'installed'): Promise<string> {
  const bundle = await rolldown({ input: SOURCE, platform: 'node', external: (id) => builtins.has(id) });
  await bundle.write({ dir: directory, format: 'esm', entryFileNames: 'store.mjs' });
  await bundle.close();
  chmodSync(directory, 0o755);
  if (packages !== null) symlinkSync(NODE_MODULES, join(directory, 'node_modules'));
  return join(directory, 'store.mjs');
}

/** Runs a job in a process of its own. Fails with what it wrote when it ends in any way but well. */
export async function runJob(bundle: string, job: Job): Promise<Found> {
  return JSON.parse(await runWorker(bundle, job)) as Found;
}

/** Runs a job about bases in the same way. */
export async function runBaseJob(bundle: string, job: BaseJob): Promise<FoundBases> {
  return JSON.parse(await runWorker(bundle, job)) as FoundBases;
}

/** Runs a job about holds and sightings in the same way. */
export async function runHoldJob(bundle: string, job: HoldJob): Promise<FoundHolds> {
  return JSON.parse(await runWorker(bundle, job)) as FoundHolds;
}

function runWorker(bundle: string, { directory, job, name, uid }: Job | BaseJob | HoldJob): Promise<string> {
  const child = spawn(process.execPath, [WORKER, bundle, directory, job, name], uid === undefined ? {} : { uid });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0 && stderr === '') resolve(stdout);
      else reject(new Error(`${job} ended with ${signal ?? code}: ${stderr}`));
    });
  });
}

/** Starts a job that never ends, and kills it as soon as `when` says so. */
export async function killJob(bundle: string, { directory, job, name }: Job | BaseJob | HoldJob, when: () => boolean): Promise<void> {
  const child = spawn(process.execPath, [WORKER, bundle, directory, job, name], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const timer = setInterval(() => {
    if (when()) child.kill('SIGKILL');
  }, 1);
  await ended;
  clearInterval(timer);
}
