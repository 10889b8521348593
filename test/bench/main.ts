import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Crowd, startCrowd } from '../helpers/crowd.ts';
import { type Ran, run } from '../helpers/processes.ts';
import { runCli } from '../helpers/run-cli.ts';

/**
 * Measures what `list` asks and takes, beside bare node, the ideal number of round trips and skopeo, all in one run. Requests are exact; times are medians of
 * a shared machine and only their ratios mean anything.
 */
const RUNS = 15;
const scratch = mkdtempSync(join(tmpdir(), 'iu-bench-'));
const memoryHook = join(scratch, 'memory.mjs');
writeFileSync(memoryHook, `process.on('exit', () => process.stderr.write('\\nmaxRSS ' + process.resourceUsage().maxRSS + '\\n'));`);

type Row = { readonly what: string; readonly result: string; readonly bound: string; readonly holds: boolean | null };
const rows: Row[] = [];
const report = (what: string, result: string, bound = '', holds: boolean | null = null): void => {
  rows.push({ what, result, bound, holds });
};

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const ms = (value: number): string => `${Math.round(value)} ms`;

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function medianOf(work: () => Promise<unknown>, runs: number): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < runs; turn += 1) times.push(await time(work));
  return median(times);
}

/** The environment of whoever runs the bench, less what would lead to their own engines, credentials and memory. */
const NOT_PASSED_ON = /^(?:DOCKER|CONTAINER|REGISTRY|XDG|HOME$|NODE_OPTIONS$|.*_proxy$)/i;
const passedOn = Object.entries(process.env).filter((entry): entry is [string, string] => !NOT_PASSED_ON.test(entry[0]));
const ENVIRONMENTS: readonly (readonly [string, Record<string, string>])[] = [
  ['in this environment', Object.fromEntries(passedOn)],
  ['in an empty one', {}],
];

const bareNode = (env: Record<string, string> = {}): Promise<unknown> =>
  run(process.execPath, ['-e', '0'], { env: { PATH: process.env.PATH ?? '', ...env } });
const timedList = (crowd: Crowd, home: string, env: Record<string, string> = {}): Promise<unknown> =>
  runCli(['list', '-H', crowd.engine.host], { home, env });
const list = async (crowd: Crowd, home: string, ...args: string[]): Promise<Ran> => {
  const ran = await runCli(['list', '-H', crowd.engine.host, ...args], { home, env: { NODE_OPTIONS: `--import=${memoryHook}` } });
  if (ran.exitCode !== 0 && !args.includes('--offline')) throw new Error(`list exited with ${ran.exitCode}: ${ran.stderr}`);
  return ran;
};
const newHome = (): string => mkdtempSync(join(scratch, 'home-'));
const rssOf = (stderr: string): number => Number(/maxRSS (\d+)/.exec(stderr)?.[1] ?? 0) * 1024;
const counted = (crowd: Crowd): string => {
  const { manifestHeads, manifestGets, tokens, challenges, blobs } = crowd.registry.counts();
  return `${manifestHeads - challenges} HEAD, ${manifestGets} GET, ${tokens} tokens, ${challenges} challenges, ${blobs} blobs`;
};

/** Both in turn, so that whatever else the machine does meets both. */
async function pairedMedians(runs: number, first: () => Promise<unknown>, second: () => Promise<unknown>): Promise<[number, number]> {
  const times: [number[], number[]] = [[], []];
  for (let turn = 0; turn < runs; turn += 1) {
    times[0].push(await time(first));
    times[1].push(await time(second));
  }
  return [median(times[0]), median(times[1])];
}

async function benchStart(): Promise<void> {
  for (const [name, env] of ENVIRONMENTS) {
    const [bare, version] = await pairedMedians(
      RUNS,
      () => bareNode(env),
      () => runCli(['--version'], { home: scratch, env }),
    );
    report(`imgupdate --version, ${name}`, ratio(version, bare), 'at most 1.5 x', version <= 1.5 * bare);
  }
}

const ratio = (value: number, bare: number): string => `${ms(value)} = ${(value / bare).toFixed(2)} x bare node (${ms(bare)})`;

async function benchCold(): Promise<void> {
  const crowd = await startCrowd({ tags: 200, repositories: 100 });
  const home = newHome();
  await list(crowd, home);
  const { manifestHeads, manifestGets, tokens, challenges } = crowd.registry.counts();
  const isIdeal = manifestHeads - challenges === 200 && manifestGets === 0 && tokens <= 2 && challenges <= 1;
  report('200 tags in 100 repositories, cold', counted(crowd), '200 HEAD, 0 GET, 2 tokens, 1 challenge', isIdeal);

  crowd.registry.forget();
  const walls: Row[] = [];
  for (const [name, env] of ENVIRONMENTS) {
    const [bare, warm] = await pairedMedians(
      RUNS,
      () => bareNode(env),
      () => timedList(crowd, home, env),
    );
    walls.push({ what: `  its wall, ${name}`, result: ratio(warm, bare), bound: 'at most 3 x', holds: warm <= 3 * bare });
  }
  report('the same again within max-age', `${crowd.registry.requests.length} requests`, '0', crowd.registry.requests.length === 0);
  rows.push(...walls);

  crowd.rebuild(10);
  crowd.registry.forget();
  await list(crowd, home, '--refresh');
  report('10 of them rebuilt', counted(crowd), 'at most 20 GET', crowd.registry.counts().manifestGets <= 20);
  crowd.registry.forget();
  await list(crowd, home, '--refresh');
  report('  refreshed again', counted(crowd), '0 GET', crowd.registry.counts().manifestGets === 0);
  await crowd.close();
}

async function benchLatency(): Promise<void> {
  const latencyMs = 50;
  const crowd = await startCrowd({ tags: 200, repositories: 100, latencyMs });
  const [bare, wall] = await pairedMedians(
    5,
    () => bareNode(),
    () => timedList(crowd, newHome()),
  );
  const ideal = (3 + 200 / 16) * latencyMs;
  const beside = wall - bare;
  report(
    '200 tags at 50 ms a response, cold',
    `${ms(beside)} beside the start of node = ${(beside / ideal).toFixed(2)} x ideal (${ms(ideal)})`,
    'at most 1.5 x',
    beside <= 1.5 * ideal,
  );

  crowd.registry.forget();
  const peers = crowd.registry;
  const images = 20;
  const names = Array.from({ length: images }, (_, number) => `docker://${peers.host}/acme/app-${number % 100}:v${number}`);
  const skopeo = await time(async () => {
    for (const name of names) await run('skopeo', ['inspect', '--tls-verify=false', name]);
  });
  const { manifestHeads, manifestGets, tokens, total } = peers.counts();
  const perImage = (value: number): string => String(value / images);
  report(
    `the same by skopeo inspect, a process an image (${images} measured)`,
    `${ms(skopeo / images)} an image = ${(skopeo / images / (wall / 200)).toFixed(0)} x imgupdate; ${perImage(total)} requests an image: ${perImage(manifestHeads)} HEAD, ${perImage(manifestGets)} GET, ${perImage(tokens)} tokens`,
  );
  await crowd.close();
}

async function benchOneName(): Promise<void> {
  const crowd = await startCrowd({ tags: 60, repositories: 1, sameName: true });
  await list(crowd, newHome());
  const { manifestHeads, challenges } = crowd.registry.counts();
  report('60 images of one repo:tag', counted(crowd), '1 HEAD', manifestHeads - challenges === 1);
  await crowd.close();
}

async function benchMany(): Promise<void> {
  const walls: number[] = [];
  for (const tags of [2_500, 5_000, 10_000]) {
    const crowd = await startCrowd({ tags, repositories: tags / 2 });
    const home = newHome();
    const first = await list(crowd, home);
    let again = '';
    walls.push(await medianOf(async () => (again = (await list(crowd, home)).stderr), 3));
    const peak = Math.max(rssOf(first.stderr), rssOf(again));
    const bound = 300_000_000;
    report(
      `${tags} images: peak memory, cold and warm`,
      `${Math.round(rssOf(first.stderr) / 1e6)} MB, ${Math.round(rssOf(again) / 1e6)} MB`,
      'under 300 MB',
      peak < bound,
    );
    await crowd.close();
  }
  const [small = 1, middle = 1, large = 1] = walls;
  report(
    '  wall of 2,500, 5,000, 10,000 images, remembered',
    `${walls.map(ms).join(', ')}: ${(middle / small).toFixed(2)} x and ${(large / middle).toFixed(2)} x`,
    'linear: about 2 x',
    large / middle < 2.6,
  );
}

async function main(): Promise<void> {
  const started = spawn('skopeo', ['--version']);
  const hasSkopeo = await new Promise<boolean>((resolve) => started.once('error', () => resolve(false)).once('close', () => resolve(true)));
  if (!hasSkopeo) process.stderr.write('W: skopeo is not installed: its rows mean nothing\n');
  for (const bench of [benchStart, benchCold, benchLatency, benchOneName, benchMany]) await bench();
  const width = Math.max(...rows.map(({ what }) => what.length));
  for (const { what, result, bound, holds } of rows) {
    const mark = holds === null ? '    ' : holds ? 'ok  ' : 'MISS';
    process.stdout.write(`${mark} ${what.padEnd(width)}  ${result}${bound === '' ? '' : `  [${bound}]`}\n`);
  }
  rmSync(scratch, { recursive: true, force: true });
  process.exitCode = rows.some(({ holds }) => holds === false) ? 1 : 0;
}

await main();
