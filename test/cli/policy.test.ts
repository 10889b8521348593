import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedEngine, startEngine } from '../../src/demo/engine-server.ts';
import { makeImage, makeLayer } from '../../src/demo/images.ts';
import { type EmbeddedRegistry, startRegistry } from '../../src/demo/registry-server.ts';
import type { Ran } from '../helpers/processes.ts';
import { runCli } from '../helpers/run-cli.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';

/** One image of which there are newer versions, one whose tag is none, and one that was built here. */
const TAGS = ['1.25', '1.26', '1.27', '1.27.5', '1.28', '1.29', '1.29-alpine', '2.0', '2.1', '2.2-rc1', 'latest'];
const image = makeImage({ layers: [makeLayer({ files: { web: '1' }, created: '2026-11-01T08:00:00Z' })], created: '2026-11-01T08:00:00Z' });

let registry: EmbeddedRegistry;
let engine: EmbeddedEngine;
let home: TemporaryDirectory;
beforeEach(async () => {
  [registry, home] = await Promise.all([startRegistry(), makeTemporaryDirectory()]);
  for (const tag of TAGS) registry.put('acme/web', tag, image);
  const web = `${registry.host}/acme/web`;
  engine = await startEngine({
    images: [
      { image, target: image, tags: [`${web}:1.27`, `${web}:latest`], repoDigests: [`${web}@${image.digest}`] },
      { image, target: image, tags: ['dev:1'], repoDigests: [] },
    ],
  });
});
afterEach(() => Promise.all([registry.close(), engine.close(), home.remove()]));

const policy = async (...args: readonly string[]): Promise<Ran> => {
  const ran = await runCli(['policy', '-H', engine.host, ...args], { home: home.path });
  const normalize = (text: string): string =>
    text
      .replaceAll(registry.host, 'R')
      .replaceAll(engine.host, 'ENGINE')
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \(.*\)/g, 'TIME');
  return { ...ran, stdout: normalize(ran.stdout), stderr: normalize(ran.stderr) };
};

describe('imgupdate policy', () => {
  it('prints the version table of an image', async () => {
    expect(await policy('*/acme/web:1.27')).toMatchInlineSnapshot(`
      {
        "exitCode": 0,
        "stderr": "N: for each tag by itself: imgupdate policy -a -H ENGINE "*/acme/web:1.27"
      ",
        "stdout": "R/acme/web:1.27:
        Installed: 1.27 (the same image as 1.27.5)
        Candidate: 1.29 (minor)
        Newest: 2.1 (major)
        Track: major (default)
        Checked: TIME
        Version table:
           2.1   major  newest
           2.0   major  admitted
           1.29  minor  line
           1.28  minor  admitted
       *** 1.27         installed
           1.26         rejected by older: is older than 1.27
           1.25         rejected by older: is older than 1.27
           1 tag is rejected by pre-release
           1 tag is rejected by word
           1 tag is rejected by parts
           1 tag is rejected by variant
      ",
      }
    `);
  });

  it('prints every tag with its rule where all are wanted, and the same as JSON', async () => {
    const { stdout } = await policy('*/acme/web:1.27', '-a');
    const rows = stdout.split('Version table:\n')[1]?.trimEnd().split('\n') ?? [];
    expect(rows.map((line) => line.slice(5).split(' ')[0]).sort()).toEqual([...TAGS].sort());
    expect(rows.filter((line) => line.startsWith(' *** '))).toEqual([' *** 1.27                installed']);
    const path = join(home.path, 'table.json');
    const [entry] = JSON.parse((await policy('*/acme/web:1.27', '--json', '-o', `json=${path}`)).stdout) as {
      table: { tag: string; kind: string; rule: string | null }[];
    }[];
    expect(new Set(entry?.table.map(({ tag }) => tag))).toEqual(new Set(TAGS));
    expect(entry).toMatchObject({ name: 'R/acme/web:1.27', installed: '1.27', line: { tag: '1.29', level: 'minor' } });
    expect(JSON.parse(await readFile(path, 'utf8'))).toHaveLength(1);
  });

  it('follows what is configured, and says where that is', async () => {
    await writeFile(
      join(home.path, 'imgupdate.yaml'),
      'minAge: 0\nimages:\n  - match: "**/web:1.*"\n    track: minor\n    skip: 1.29\n    hold: {until: 2199-01-01, reason: wait}\n',
    );
    const { stdout } = await policy('*/acme/web:1.27');
    expect(stdout).toContain('  Candidate: 1.27\n');
    expect(stdout).toContain('  Track: minor (imgupdate.yaml:3:5)\n  Skip: 1.29 (imgupdate.yaml:3:5)\n  Hold: until 2199-01-01: wait\n');
    expect(stdout).toMatch(/^ {5}2\.1 {3}major {2}rejected by track: /m);
    expect(stdout).toMatch(/^ {5}1\.29 {2}minor {2}rejected by skip: /m);
  });

  it('prints one block for each reference, and says of what is no version that it is none', async () => {
    const { exitCode, stdout } = await policy('*/acme/web');
    expect(exitCode).toBe(0);
    expect(stdout.match(/^\S.*:$/gm)).toEqual(['R/acme/web:1.27:', 'R/acme/web:latest:']);
    expect(stdout).toMatch(
      /^ {2}Installed: latest \(the same image as 1\.27(?:\.5)?\)\n {2}Candidate: \(none\)\n {2}Why: untracked: its tag latest is no version$/m,
    );
  });

  it('takes an image in its registry, and prints the tag of the candidate alone with -q', async () => {
    expect(await policy(`docker://${registry.host}/acme/web:1.27`, '-q')).toEqual({ exitCode: 0, stdout: '1.29\n', stderr: '' });
    expect(await policy('dev', '-q')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(await policy('*/acme/web:1.27', '-qq')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });

  it('says that it does not know where the registry does not answer, and ends with 1', async () => {
    await registry.close();
    const { exitCode, stdout } = await policy('*/acme/web:1.27');
    expect(exitCode).toBe(1);
    expect(stdout).toContain('  Candidate: (unknown)\n  Why: unreachable: ');
  });

  it.each([
    [['nope'], 1, 'E: no image here matches nope\nN: list those that are: imgupdate list -H ENGINE\n'],
    [['dev', '--filter', 'status=gone'], 1, 'E: no image here matches dev and passes --filter status=gone\n'],
    [['dev', '--format', 'plain'], 64, 'E: unknown format "plain": expected table, json, quiet\nN: see \'imgupdate policy --help\'\n'],
    [['./Dockerfile'], 64, 'E: cannot read the target ./Dockerfile: expected an image, got the path of a file or a folder\n'],
    [[], 64, "E: missing required argument 'image'\n"],
  ])('refuses %j', async (args, code, message) => {
    const { exitCode, stdout, stderr } = await policy(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' });
    expect(stderr).toContain(message);
  });
});
