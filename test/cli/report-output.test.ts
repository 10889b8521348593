import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../helpers/processes.ts';
import { BIN } from '../helpers/run-cli.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';
import { pulled, type ReportWorld, startReportWorld, word } from './report-world.ts';

/** What a report is made of, where it goes to, and what is said when it cannot be. */

let home: TemporaryDirectory;
let world: ReportWorld;
const at = (name: string): string => join(home.path, name);
const report = (time: string, ...args: readonly string[]) => world.at(time, ['report', '--host-name', 'build01', ...args]);

beforeAll(async () => {
  home = await makeTemporaryDirectory();
  world = await startReportWorld(home.path);
  world.registry.put('acme/web', '1', word('web rebuilt'));
  await world.setImages([pulled(`${world.registry.host}/acme/web:1`, word('web'))]);
  await writeFile(at('build01.json'), (await world.at('2026-11-02T06:00', ['list', '--json'])).stdout);
  await writeFile(at('empty.json'), '\n');
  await writeFile(at('inspect.json'), '[{"Id":"sha256:0"}]');
});
afterAll(async () => {
  await world.close();
  await home.remove();
});

describe('what a report is compared with', () => {
  it.each([
    ['2026-02-30', 'there is no such day'],
    ['2026-13-01', 'there is no such day'],
    ['2027-01-01', 'it is still to come'],
    ['""', 'expected last, a duration, a day, or a document', ''],
  ])('a day that is none is refused: %s', async (shown, problem, typed = shown) => {
    const ran = await report('2026-11-02T07:00', '--since', typed);
    expect(ran).toEqual({
      exitCode: 64,
      stdout: '',
      stderr: `E: cannot read --since ${shown}: ${problem}\nN: for example: --since 7d, or --since last\n`,
    });
  });

  it('a word that is neither a time nor a document: what it may be is said', async () => {
    const ran = await report('2026-11-02T07:00', '--since', 'yesterday');
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ran.stderr).toBe(
      'E: yesterday cannot be read: no such file or folder\n' +
        'N: --since takes last, a duration such as 7d, a day such as 2026-11-09, or what imgupdate printed with --json\n',
    );
  });
});

describe('documents of other machines', () => {
  it.each([
    ['a file that is not there', 'none.json', 'none.json cannot be read: no such file or folder'],
    ['an empty file', 'empty.json', 'empty.json is no document of imgupdate: it is empty'],
    ['nothing on standard input', '-', 'standard input is no document of imgupdate: it is empty'],
    ['what docker prints', 'inspect.json', 'inspect.json is no document of imgupdate: expected an object, got a list of 1'],
  ])('%s is refused', async (_, path, problem) => {
    const ran = await report('2026-11-02T07:00', path);
    expect(ran).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `E: ${problem}\nN: make one on each machine: imgupdate list --json > build01.json\n`,
    });
  });

  it.each([
    ['--host', 'unix:///var/run/docker.sock'],
    ['--context', 'build01'],
    ['--file', 'Dockerfile'],
    ['--refresh', null],
    ['--deep', null],
  ])('%s is refused with them, as they are asked nothing', async (option, value) => {
    const ran = await report('2026-11-02T07:00', 'build01.json', option, ...(value === null ? [] : [value]));
    expect(ran).toMatchObject({ exitCode: 64, stdout: '' });
    expect(ran.stderr).toMatch(`E: ${option} says what to ask, and of documents nothing is asked\n`);
  });

  it('a single one is given a name, several are not', async () => {
    const document = await readFile(at('build01.json'), 'utf8');
    await writeFile(at('edge.json'), document);
    expect((await report('2026-11-02T07:00', 'edge.json')).stdout).toMatch(/^First report on build01: 1 update pending\.$/m);
    expect((await world.at('2026-11-02T07:00', ['report', 'edge.json'])).stdout).toMatch(/^First report on edge: /m);
    const several = await report('2026-11-02T07:00', 'build01.json', 'edge.json');
    expect(several).toMatchObject({ exitCode: 64, stdout: '' });
    expect(several.stderr).toMatch('E: --host-name names one machine, and the documents are of 2\n');
  });
});

describe('files of a report', () => {
  it('are written also when nothing has changed and nothing is printed', async () => {
    const args = ['--mark', '--if-changed', '-o', `prom=${at('imgupdate.prom')}`, '-o', 'text=-'];
    const checkedAt = async () => /^imgupdate_last_check_timestamp_seconds (\d+)$/m.exec(await readFile(at('imgupdate.prom'), 'utf8'))?.[1];
    const first = await report('2026-11-02T07:00', ...args);
    expect(first.stdout).toMatch(/^First report on build01/);
    expect(await checkedAt()).toBe(String(Date.parse('2026-11-02T07:00:20Z') / 1000));
    expect(await report('2026-11-09T07:00', ...args)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(await checkedAt()).toBe(String(Date.parse('2026-11-09T07:00:20Z') / 1000));
  });

  it('are as the umask has it, but metrics can be read by all, as another user collects them', async () => {
    const env = { ...world.environment('2026-11-09T07:00'), PATH: process.env.PATH ?? '', HOME: home.path };
    const script = 'umask 077; exec "$0" "$@" >/dev/null';
    const files = ['-o', `prom=${at('new.prom')}`, '-o', `html=${at('new.html')}`];
    expect(await run('sh', ['-c', script, process.execPath, BIN, 'report', ...files], { env })).toMatchObject({ exitCode: 0, stderr: '' });
    const modeOf = async (name: string) => ((await stat(at(name))).mode & 0o777).toString(8);
    expect([await modeOf('new.prom'), await modeOf('new.html')]).toEqual(['644', '600']);
  });
});
