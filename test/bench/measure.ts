import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EmbeddedRegistry } from '../../src/demo/registry-server.ts';
import { type Ran, run } from '../helpers/processes.ts';
import { runCli } from '../helpers/run-cli.ts';

/** A directory for homes and hooks, and the runs that are made in it. */
export type Workbench = {
  readonly newHome: () => string;
  /** Runs the built command in `home`, and fails unless it ends well. */
  readonly imgupdate: (args: readonly string[], home: string, env?: Readonly<Record<string, string>>) => Promise<Measured>;
  readonly remove: () => void;
};

/** `peakBytes`: the most memory it held. `cpuMs`: what it computed. */
export type Measured = Ran & { readonly peakBytes: number; readonly cpuMs: number };

/** The environment of whoever runs the bench, less what would lead to their own engines, credentials and memory. */
const NOT_PASSED_ON = /^(?:DOCKER|CONTAINER|REGISTRY|XDG|HOME$|NODE_OPTIONS$|.*_proxy$)/i;

const passedOn = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined || NOT_PASSED_ON.test(name) ? [] : [[name, value]])),
  );

/** A start is slower where the environment is large. */
export const ENVIRONMENTS = (): readonly (readonly [string, Record<string, string>])[] => [
  ['in this environment', passedOn()],
  ['in an empty one', {}],
];

/** What getrusage tells of memory begins with that of the process that started this one, which the bench is; what /proc tells does not. */
const TELL_USE = `import { readFileSync } from 'node:fs';
process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  let own;
  try {
    own = /VmHWM:\\s+(\\d+) kB/.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
  } catch {}
  process.stderr.write('\\nmaxRSS ' + (own ?? maxRSS) + ' cpu ' + (userCPUTime + systemCPUTime) + '\\n');
});`;

export function openWorkbench(): Workbench {
  const scratch = mkdtempSync(join(tmpdir(), 'iu-bench-'));
  const hook = join(scratch, 'use.mjs');
  writeFileSync(hook, TELL_USE);
  return {
    newHome: () => mkdtempSync(join(scratch, 'home-')),
    imgupdate: async (args, home, env = {}) => {
      const ran = await runCli(args, { home, env: { ...env, NODE_OPTIONS: `--import=${hook}` } });
      if (ran.exitCode !== 0) throw new Error(`imgupdate ${args.join(' ').slice(0, 200)} exited with ${ran.exitCode}: ${ran.stderr}`);
      const [, rss, cpu] = /maxRSS (\d+) cpu (\d+)/.exec(ran.stderr) ?? [];
      return { ...ran, peakBytes: Number(rss ?? 0) * 1024, cpuMs: Number(cpu ?? 0) / 1000 };
    },
    remove: () => rmSync(scratch, { recursive: true, force: true }),
  };
}

/** Starts node, which does nothing. */
export function bareNode(env: Readonly<Record<string, string>> = {}): Promise<unknown> {
  return run(process.execPath, ['-e', '0'], { env: { PATH: process.env.PATH ?? '', ...env } });
}

/** Lists the images of an engine as a user would, without any hook. */
export function timedList(host: string, home: string, env: Readonly<Record<string, string>> = {}): Promise<unknown> {
  return runCli(['list', '-H', host], { home, env });
}

/** What a registry was asked since it last forgot; challenges are no questions. */
export function asked(registry: EmbeddedRegistry): { readonly heads: number; readonly gets: number; readonly text: string } {
  const { manifestHeads, manifestGets, tokens, challenges, blobs } = registry.counts();
  const heads = manifestHeads - challenges;
  return {
    heads,
    gets: manifestGets,
    text: `${heads} HEAD, ${manifestGets} GET, ${tokens} tokens, ${challenges} challenges, ${blobs} blobs`,
  };
}

export async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** All in turn, so that whatever else the machine does meets all of them. */
export async function medians(runs: number, works: readonly (() => Promise<unknown>)[]): Promise<readonly number[]> {
  const times = works.map((): number[] => []);
  for (let turn = 0; turn < runs; turn += 1) {
    for (const [which, work] of works.entries()) times[which]?.push(await time(work));
  }
  return times.map(median);
}

/** Whether a program can be started. */
export async function isInstalled(program: string, ...args: readonly string[]): Promise<boolean> {
  return run(program, args).then(
    ({ exitCode }) => exitCode === 0,
    () => false,
  );
}
