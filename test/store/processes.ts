import { spawn } from 'node:child_process';
import { chmodSync, symlinkSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
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

export type ReportJob = JobOf<'look' | 'report' | 'try' | 'lockOften'>;

export type EndlessReportJob = JobOf<'stopAfterLock' | 'stopAfterPrepare' | 'stopAfterConfirm' | 'reportForever' | 'prepareForever'>;

/** What the last report told before, and what became of one that was made; each where the job finds it out. */
export type FoundReports = {
  readonly known?: readonly string[];
  readonly isPrinted?: boolean | null;
  readonly key?: number | null;
  readonly isConfirmed?: boolean;
  readonly kind?: string;
  readonly problem?: string | null;
  readonly warnings: readonly Warning[];
};

/** `directory`: of the cache and of the state. */
type JobOf<Name> = {
  readonly directory: string;
  readonly job: Name;
  readonly name: string;
  readonly uid?: number;
};

const builtins = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));
const SOURCES = {
  store: fileURLToPath(new URL('../../src/store/open-memory.ts', import.meta.url)),
  reports: fileURLToPath(new URL('../../src/store/open-report-log.ts', import.meta.url)),
};
const REPORT_WORKER = fileURLToPath(new URL('report-worker.js', import.meta.url));
const WORKER = fileURLToPath(new URL('worker.js', import.meta.url));
const NODE_MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** Bundles the store as the program is bundled. `packages`: where its packages are found; null: nowhere. */
export async function bundleStore(directory: string, packages: 'installed' | null = 'installed'): Promise<string> {
  const bundle = await rolldown({ input: SOURCES, platform: 'node', external: (id) => builtins.has(id) });
  await bundle.write({ dir: directory, format: 'esm', entryFileNames: '[name].mjs' });
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

/** Runs a job about reports in the same way. */
export async function runReportJob(bundle: string, job: ReportJob): Promise<FoundReports> {
  return JSON.parse(await runWorker(reportsBeside(bundle), job, REPORT_WORKER)) as FoundReports;
}

/** Both bundles are made at once. */
function reportsBeside(bundle: string): string {
  return join(dirname(bundle), 'reports.mjs');
}

function runWorker(bundle: string, { directory, job, name, uid }: Job | BaseJob | HoldJob | ReportJob, worker = WORKER): Promise<string> {
  const child = spawn(process.execPath, [worker, bundle, directory, job, name], uid === undefined ? {} : { uid });
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

/** A job about reports that never ends. */
export type Endless = {
  /** What it wrote so far. */
  readonly lines: () => readonly string[];
  readonly kill: () => Promise<void>;
};

/** Starts such a job, and waits until `when` says so of what it wrote. Fails when it ends before that. */
export async function startReportJob(
  bundle: string,
  { directory, job, name }: EndlessReportJob,
  when: (lines: readonly string[]) => boolean,
): Promise<Endless> {
  const child = spawn(process.execPath, [REPORT_WORKER, reportsBeside(bundle), directory, job, name]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const lines = (): readonly string[] => output.split('\n').slice(0, -1);
  while (!when(lines())) {
    if (child.exitCode !== null) throw new Error(`${job} ended by itself: ${output}`);
    await sleep(1);
  }
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  return { lines, kill };
}

/** Kills such a job as soon as `when` says so of what it wrote, and gives the lines of that. */
export async function killReportJob(
  bundle: string,
  job: EndlessReportJob,
  when: (lines: readonly string[]) => boolean,
): Promise<readonly string[]> {
  const { lines, kill } = await startReportJob(bundle, job, when);
  await kill();
  return lines();
}
