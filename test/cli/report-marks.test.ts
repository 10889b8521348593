import { spawn } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BIN } from '../helpers/run-cli.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';
import { pulled, type ReportWorld, startReportWorld, word } from './report-world.ts';

/** What becomes of marks when processes meet, end early, or have nowhere to keep them. */

let root: TemporaryDirectory;
let world: ReportWorld;
let homes = 0;
let home = '';

beforeAll(async () => {
  root = await makeTemporaryDirectory();
  world = await startReportWorld(root.path);
  world.registry.put('acme/web', '1', word('web'));
  world.registry.put('acme/api', '1.0.0', word('api'));
  await world.setImages([
    pulled(`${world.registry.host}/acme/web:1`, word('web')),
    pulled(`${world.registry.host}/acme/api:1.0.0`, word('api')),
  ]);
});
afterAll(async () => {
  await world.close();
  await root.remove();
});
beforeEach(async () => {
  homes += 1;
  home = join(root.path, `home-${homes}`);
  await mkdir(home);
  world.registry.put('acme/web', '1', word('web'));
});

/** Each test has a state of its own. */
const report = (time: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) =>
  world.at(time, ['report', '--refresh', '--host-name', 'build01', ...args], {
    XDG_STATE_HOME: join(home, 'state'),
    XDG_CACHE_HOME: join(home, 'cache'),
    ...env,
  });

/** A first report that is marked; then `acme/web:1` is rebuilt. */
async function markAndMove(): Promise<void> {
  expect(await report('2026-11-02T07:00', ['--mark'])).toMatchObject({ exitCode: 0, stderr: '' });
  world.registry.put('acme/web', '1', word('web rebuilt'));
}

const AT_PRINTING = {
  before: `process.kill(process.pid, 'SIGKILL');`,
  after: `write(text); process.kill(process.pid, 'SIGKILL');`,
  slowly: `write(text); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_000);`,
} as const;

/** Does something when the report is written: ends the process by SIGKILL, before or after that, or takes its time. */
async function print(how: keyof typeof AT_PRINTING): Promise<{ readonly NODE_OPTIONS: string }> {
  const hook = join(home, `${how}.mjs`);
  await writeFile(
    hook,
    `const write = process.stdout.write.bind(process.stdout);
process.stdout.write = (text, ...rest) => {
  if (typeof text !== 'string' || text === '') return write(text, ...rest);
  ${AT_PRINTING[how]}
  return true;
};
`,
  );
  return { NODE_OPTIONS: `--import=${join(root.path, 'clock.mjs')} --import=${hook}` };
}

const NEWS = /^New since 2 Nov/m;
const NEWS_OF_9 = /^New since 9 Nov/m;
const INTERRUPTED = /The report of 9 Nov may not have arrived/;

describe('a process that ends between print and mark', () => {
  it.each(['before', 'after'] as const)('%s it has printed: nothing is lost, and nothing is told twice as new', async (moment) => {
    await markAndMove();
    const killed = await report('2026-11-09T07:00', ['--mark'], await print(moment));
    expect(killed.exitCode).toBeNull();
    expect(killed.stdout).toMatch(moment === 'after' ? NEWS : /^$/);

    const next = await report('2026-11-16T07:00', ['--mark']);
    expect(next).toMatchObject({ exitCode: 0, stderr: '' });
    expect(next.stdout).toMatch(INTERRUPTED);
    expect(next.stdout).toContain('acme/web:1');
    expect(next.stdout).not.toMatch(NEWS_OF_9);

    const last = await report('2026-11-23T07:00', ['--mark']);
    expect(last.stdout).not.toMatch(/may not have arrived/);
    expect(last.stdout).toMatch(/^Still pending/m);
  });

  it('is told of even where nothing has changed and nothing would be printed', async () => {
    await markAndMove();
    await report('2026-11-09T07:00', ['--mark'], await print('before'));
    expect((await report('2026-11-16T07:00', ['--mark', '--if-changed'])).stdout).toMatch(INTERRUPTED);
    expect((await report('2026-11-16T08:00', ['--mark', '--if-changed'])).stdout).toBe('');
  });

  it('leaves no lock behind', async () => {
    await markAndMove();
    await report('2026-11-09T07:00', ['--mark'], await print('before'));
    expect(await report('2026-11-09T07:01', ['--mark'])).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

describe('a reader that goes away', () => {
  it('has been told nothing: the next report tells the same as new', async () => {
    await markAndMove();
    await reportInto('2026-11-09T07:00');
    const next = await report('2026-11-16T07:00', ['--mark']);
    expect(next.stdout).toMatch(NEWS);
    expect(next.stdout).not.toMatch(/may not have arrived/);
  });
});

/** A report whose standard output is closed before it is written. */
async function reportInto(time: string): Promise<void> {
  const child = spawn('sh', ['-c', `"$0" "$@" | true`, process.execPath, BIN, 'report', '--refresh', '--host-name', 'build01', '--mark'], {
    env: { ...world.environment(time), XDG_STATE_HOME: join(home, 'state'), XDG_CACHE_HOME: join(home, 'cache'), PATH: process.env.PATH },
    stdio: 'ignore',
  });
  await new Promise((resolve) => child.once('close', resolve));
}

describe('several processes at once', () => {
  it('tell what is new once', async () => {
    await markAndMove();
    const told = await Promise.all(Array.from({ length: 4 }, () => report('2026-11-09T07:00', ['--mark', '--if-changed'])));
    expect(told.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
    expect(told.filter(({ stdout }) => NEWS.test(stdout))).toHaveLength(1);
    expect(told.filter(({ stdout }) => stdout === '')).toHaveLength(3);
  });

  it('one that only looks takes no report for interrupted that is being printed', async () => {
    await markAndMove();
    const printing = world.at('2026-11-09T07:00', ['report', '--refresh', '--host-name', 'build01', '--mark'], {
      XDG_STATE_HOME: join(home, 'state'),
      XDG_CACHE_HOME: join(home, 'cache'),
      ...(await print('slowly')),
    });
    let looked = '';
    for (let turn = 0; turn < 50 && !/^Still pending/m.test(looked); turn += 1) looked = (await report('2026-11-09T07:01')).stdout;
    expect(looked).toMatch(/^Still pending/m);
    expect(looked).not.toMatch(/may not have arrived/);
    expect((await printing).stdout).toMatch(NEWS);
  });

  it('tell of an image that the configuration leaves out that it is ignored now, and nothing after that', async () => {
    await markAndMove();
    expect((await report('2026-11-09T07:00', ['--mark'])).stdout).toMatch(NEWS);
    const config = join(home, 'imgupdate.yaml');
    await writeFile(config, `images:\n  - match: ${world.registry.host}/acme/web\n    ignore: true\n`);
    const left = await report('2026-11-16T07:00', ['--mark', '--config', config]);
    expect(world.normalize(left.stdout)).toMatch(/^\* registry\.example\/acme\/web:1: ignored now; was pending: rebuilt$/m);
    expect((await report('2026-11-23T07:00', ['--config', config, '--if-changed'])).stdout).toBe('');
  });

  it('of what was looked at elsewhere know nothing, so nothing is taken for gone that was not looked at', async () => {
    await markAndMove();
    const file = join(home, 'images.txt');
    await writeFile(file, `${world.registry.host}/acme/api:1.0.0\n`);
    const ofFile = await report('2026-11-09T07:00', ['--mark', '-f', file]);
    expect([ofFile.exitCode, ofFile.stdout]).toEqual([0, expect.stringMatching(/^First report on build01/)]);
    const again = await report('2026-11-16T07:00', ['-f', `${home}/state/../images.txt`, '--if-changed']);
    expect(again).toMatchObject({ exitCode: 0, stdout: '' });
    expect((await report('2026-11-16T07:00')).stdout).toMatch(NEWS);
  });

  it('of different ids know nothing of each other', async () => {
    await markAndMove();
    const ids = ['a', 'b', '../../etc', 'ä \u4e16'];
    const told = await Promise.all(ids.map((id) => report('2026-11-09T07:00', ['--mark', '--id', id])));
    for (const { exitCode, stdout } of told) expect([exitCode, stdout.startsWith('First report on build01')]).toEqual([0, true]);
  });
});

describe('a state that cannot be written', () => {
  it.skipIf(process.getuid?.() === 0 && process.platform !== 'linux')('is said, and the report is printed all the same', async () => {
    await markAndMove();
    const blocked = join(home, 'blocked');
    await writeFile(blocked, '');
    await chmod(blocked, 0o400);
    const ran = await report('2026-11-09T07:00', ['--mark'], { XDG_STATE_HOME: blocked });
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).toContain('acme/web:1');
    expect(ran.stderr).toMatch(/^E: cannot mark the report "default": .*\nN: .*the next report tells the same again$/m);
  });
});
