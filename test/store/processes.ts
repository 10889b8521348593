import { spawn } from 'node:child_process';
import { chmodSync, symlinkSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import type { Warning } from '../../src/check/ports.ts';

export type Found = { readonly tag: boolean; readonly document: boolean; readonly warnings: readonly Warning[] };

export type Job = {
  readonly directory: string;
  readonly job: 'read' | 'write' | 'writeMuch' | 'writeForever' | 'seeBases' | 'seeForever';
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
export function runJob(bundle: string, { directory, job, name, uid }: Job): Promise<Found> {
  const child = spawn(process.execPath, [WORKER, bundle, directory, job, name], uid === undefined ? {} : { uid });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0 && stderr === '') resolve(JSON.parse(stdout) as Found);
      else reject(new Error(`${job} ended with ${signal ?? code}: ${stderr}`));
    });
  });
}

/** Starts a job that never ends, and kills it as soon as `when` says so. */
export async function killJob(bundle: string, { directory, job, name }: Job, when: () => boolean): Promise<void> {
  const child = spawn(process.execPath, [WORKER, bundle, directory, job, name], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const timer = setInterval(() => {
    if (when()) child.kill('SIGKILL');
  }, 1);
  await ended;
  clearInterval(timer);
}
