import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeIndex } from '../../src/demo/images.ts';
import { baseEnvironment, run } from '../helpers/processes.ts';
import { BIN } from '../helpers/run-cli.ts';
import { type Checkout, makeWord, startCheckout } from './check-world.ts';
import { ARM64, build } from './base-world.ts';

let world: Checkout;
const OLD = makeWord('old');
beforeEach(async () => {
  world = await startCheckout();
  world.registry.put('base/node', '20', OLD);
  world.registry.put('base/node', '20', makeWord('new'));
  world.registry.put('base/php', '8', makeWord('php'));
});
afterEach(() => world.close());

const PINNED = `FROM R/base/node:20@${OLD.digest} AS build\nFROM R/base/php:8\n`;

describe('check, in a checkout', () => {
  it('says of each line what is stale, and exits 2', async () => {
    await world.write({ Dockerfile: PINNED });
    expect(await world.check()).toMatchObject({
      exitCode: 2,
      stdout:
        'Dockerfile:1:6: error: R/base/node:20 was rebuilt for linux/amd64 (SHORT -> SHORT); pin it to R/base/node:20@sha256:DIGEST [stale/rebuilt]\n',
      stderr: '2 images in 1 file: 1 error, 1 without a digest\nE: 1 image fails the check (fails on: base, rebuilt, gone)\n',
    });
  });

  it('says nothing but how much it looked at when nothing is stale', async () => {
    await world.write({ Dockerfile: 'FROM R/base/php:8\n' });
    expect(await world.check()).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: '1 image in 1 file: nothing stale (1 without a digest)\n',
    });
  });

  it('finds that a tag is gone though nothing is installed to compare with, and which version there is now', async () => {
    await world.write({ Dockerfile: 'FROM R/base/php:7\n' });
    expect(await world.check()).toMatchObject({
      exitCode: 2,
      stdout:
        'Dockerfile:1:6: error: R/base/php:7 is gone: R/base/php has no tag 7; name another tag, or hold it [stale/gone]\n' +
        'Dockerfile:1:6: warning: R/base/php:7 has a newer version: 8 (major); write R/base/php:8 [stale/major]\n',
    });
  });

  it('calls a pin current when its tag moved for other platforms only', async () => {
    const onArm = (word: string) => build([`ADD ${word} /`], { platform: ARM64 });
    const [before, after] = ['arm', 'newer arm'].map((word) => makeIndex({ children: [OLD, onArm(word)] }));
    world.registry.put('base/multi', '1', before!);
    world.registry.put('base/multi', '1', after!);
    await world.write({ Dockerfile: `FROM R/base/multi:1@${before!.digest}\n` });
    expect(await world.check('--platform', 'linux/amd64')).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await world.check('--platform', 'linux/arm64')).toMatchObject({ exitCode: 2 });
  });

  it('exits 3 when something could not be told and nothing is stale, and goes on with the rest', async () => {
    await world.write({ Dockerfile: 'FROM R/base/php:8\nFROM ${NOPE}\n' });
    expect(await world.check()).toMatchObject({
      exitCode: 3,
      stdout: expect.stringMatching(/^Dockerfile:2:6: warning: \$\{NOPE\} was not checked: .*NOPE.* \[unknown\/reference\]\n$/) as string,
    });
    expect(await world.check('--on-unknown', 'warn')).toMatchObject({ exitCode: 0 });
    expect(await world.check('--on-unknown=warn', '--strict')).toMatchObject({ exitCode: 0 });
  });

  it('warns of an argument that no Dockerfile declares, and of a target that chooses nothing', async () => {
    await world.write({ Dockerfile: 'ARG PHP=8\nFROM R/base/php:${PHP}\n' });
    expect(await world.check('--build-arg', 'PPH=8', '--target', 'web')).toMatchObject({
      exitCode: 0,
      stderr:
        'W: --build-arg PPH is used by no Dockerfile (did you mean PHP?)\n' +
        'W: --target web has no effect: no Dockerfile was named, as with -f Dockerfile\n' +
        '1 image in 1 file: nothing stale (1 without a digest)\n',
    });
  });

  it('exits 3 when there is nothing to check, and says what was looked for', async () => {
    expect(await world.check()).toMatchObject({
      exitCode: 3,
      stdout: '',
      stderr:
        'E: no images found in . (looked for Dockerfile*, Containerfile*, compose*.yaml and Kubernetes manifests)\n' +
        'N: name files or folders with -f, or images in registries as docker://REF; with --allow-empty this is no failure\n',
    });
    expect(await world.check('--allow-empty')).toMatchObject({ exitCode: 0 });
  });

  it('exits 1 when no look-up gave an answer, whatever is let pass', async () => {
    await world.write({ Dockerfile: 'FROM 127.0.0.1:1/base/php:8\n' });
    expect(await world.check('--exit-zero', '--on-unknown', 'warn')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('E: no image could be checked') as string,
    });
  });

  it.each([
    [['--fail-on', 'gone'], 0],
    [['--fail-on', 'none'], 0],
    [['--fail-on', 'rebuilt'], 2],
    [['--fail-on', 'any'], 2],
    [['--exit-zero'], 0],
  ])('with %j exits %i', async (args, exitCode) => {
    await world.write({ Dockerfile: PINNED });
    expect((await world.check(...args)).exitCode).toBe(exitCode);
  });

  it.each([
    [['--fail-on', 'bases'], /^E: cannot read --fail-on bases: expected a comma list .* \(did you mean "base"\?\)\nN: /],
    [['-f', 'nowhere'], /^E: cannot read nowhere: no such file or folder\nN: /],
    [['--build-arg', '=x'], /^E: cannot read --build-arg =x: expected NAME=VALUE\nN: /],
    [['--format', 'sariff'], /^E: unknown format "sariff": expected text, sarif, .* \(did you mean "sarif"\?\)\nN: /],
    [['-o', 'sarif'], /^E: cannot read -o sarif: expected FORMAT=PATH\nN: /],
    [
      ['Dockerfile'],
      /^E: cannot read the target Dockerfile: expected an image, got the path of a file or a folder\nN: .* check -f Dockerfile\n/,
    ],
    [['--base', 'node:20'], /^E: --base node:20 names the base of an image, and no image is named\nN: name the image: /],
    [
      ['--platform', 'lnux/amd64'],
      /^E: cannot read --platform lnux\/amd64: there is no such platform \(did you mean "linux\/amd64"\?\)\nN: /,
    ],
    [['--on-unknown', 'skip'], /^E: option '--on-unknown <what>' argument 'skip': expected one of fail, warn\nN: /],
  ])('with %j is wrong usage', async (args, message) => {
    const { exitCode, stdout, stderr } = await world.check(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it.each([
    ['minor', 'minor'],
    ['base,patch,major', 'patch, major'],
    ['any', 'patch, minor, major'],
  ])('says with --fail-on %s that it can fail nothing where no tag is a version', async (failOn, words) => {
    world.registry.put('base/php', 'latest', makeWord('php'));
    await world.write({ Dockerfile: 'FROM R/base/php:latest\n' });
    expect(await world.check('--fail-on', failOn, '-q')).toMatchObject({
      exitCode: 0,
      stderr: `W: no image here has a version that is followed, so ${words} can fail nothing\n`,
    });
    expect((await world.check('-q')).stderr).toBe('');
    await world.write({ Dockerfile: 'FROM R/base/php:latest\nFROM R/base/php:8\n' });
    expect(await world.check('--fail-on', failOn, '-q')).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('prints with -q what fails only, and with -qq nothing', async () => {
    await world.write({ Dockerfile: `${PINNED}FROM \${NOPE}\n` });
    const [all, quiet, silent] = [await world.check(), await world.check('-q'), await world.check('-qq')];
    expect(all.stdout.split('\n')).toHaveLength(3);
    expect(quiet).toMatchObject({ exitCode: 2, stdout: expect.stringMatching(/^Dockerfile:1:6: error: .*\n$/) as string });
    expect(silent).toMatchObject({ exitCode: 2, stdout: '', stderr: '' });
  });

  it('reads standard input', async () => {
    const stdin = PINNED.replaceAll('R/', `${world.registry.host}/`);
    const ran = await world.run(['check', '-f', '-'], { stdin });
    expect(ran.exitCode).toBe(2);
    expect(ran.stdout).toMatch(/^-:1:6: error: /);
  });

  it('takes what an ARG has from the command line', async () => {
    await world.write({ Dockerfile: 'ARG VERSION\nFROM R/base/node:${VERSION}\n' });
    expect(await world.check('--build-arg', 'VERSION=20')).toMatchObject({ exitCode: 0 });
    expect(await world.check('--build-arg', 'VERSION=19')).toMatchObject({ exitCode: 2 });
    expect((await world.run(['check', '--build-arg', 'VERSION'], { env: { VERSION: '19' } })).exitCode).toBe(2);
  });

  it('keeps what is held from failing, and says so', async () => {
    await world.write({ Dockerfile: `# imgupdate: hold until=2999-01-01 reason="wait for the fix"\n${PINNED}` });
    expect(await world.check()).toMatchObject({
      exitCode: 0,
      stdout:
        'Dockerfile:2:6: note: R/base/node:20 was rebuilt for linux/amd64 (SHORT -> SHORT); held until 2999-01-01: wait for the fix [stale/rebuilt]\n',
    });
  });

  it('fails again on a hold that has ended, and says that it did', async () => {
    await world.write({ Dockerfile: `# imgupdate: hold until=2020-01-01\n${PINNED}` });
    const { exitCode, stdout } = await world.check();
    expect(exitCode).toBe(2);
    expect(stdout.split('\n').map((line) => /\[(.*)\]/.exec(line)?.[1])).toEqual(['stale/rebuilt', 'hold/expired', undefined]);
  });
});

it('the summary of a check comes after its findings, however many there are, where both go to one pipe', async () => {
  await world.write({ Dockerfile: 'FROM R/base/php:none\n'.repeat(3_000) });
  const args = [BIN, 'check', '--config', '/dev/null'];
  const shell = `"$@" 2>&1 | { sleep 1; cat; }`;
  const { stdout } = await run('bash', ['-c', shell, 'bash', process.execPath, ...args], {
    cwd: world.path,
    env: { ...baseEnvironment(), HOME: world.path },
  });
  const lines = stdout.trimEnd().split('\n');
  expect(lines.findIndex((line) => !line.startsWith('Dockerfile:'))).toBe(3_000);
  expect(lines.slice(0, 3_000).every((line) => line.endsWith('[stale/gone]'))).toBe(true);
});

describe('check, with a configuration', () => {
  it('obeys what it says of images, and reports what matches none', async () => {
    await world.write({
      Dockerfile: PINNED,
      'imgupdate.yaml': [
        'images:',
        '  - match: R/base/node',
        '    hold: { reason: not now, until: 2999-01-01 }',
        '  - match: R/base/php',
        '    ignore: true',
        '  - match: R/base/ruby',
        '    ignore: true',
        '',
      ].join('\n'),
    });
    const { exitCode, stdout, stderr } = await world.check();
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout:
        'Dockerfile:1:6: note: R/base/node:20 was rebuilt for linux/amd64 (SHORT -> SHORT); held until 2999-01-01: not now [stale/rebuilt]\n',
    });
    expect(stderr).toMatch(/^W: imgupdate\.yaml:6:\d+: "R\/base\/ruby" matches no image that was looked at$/m);
    expect(stderr).toMatch(/1 ignored/);
  });

  it('contacts nobody whom allowHosts does not name, with the variable as with the file', async () => {
    await world.write({ Dockerfile: PINNED });
    world.registry.forget();
    const ran = await world.run(['check'], { env: { IMGUPDATE_ALLOW_HOSTS: 'ghcr.io' } });
    expect(ran.exitCode).toBe(3);
    expect(ran.stdout).toMatch(/\[unknown\/policy\]/);
    expect(world.registry.requests).toEqual([]);
    await world.write({ 'imgupdate.yaml': 'allowHosts: [ghcr.io]\n' });
    expect((await world.check()).exitCode).toBe(3);
    expect(world.registry.requests).toEqual([]);
    expect((await world.check('--allow-host', world.registry.host)).exitCode).toBe(2);
  });

  it('lets flags win over variables, and these over files', async () => {
    await world.write({ Dockerfile: PINNED, 'imgupdate.yaml': 'failOn: none\n' });
    expect((await world.check()).exitCode).toBe(0);
    expect((await world.run(['check'], { env: { IMGUPDATE_FAIL_ON: 'rebuilt' } })).exitCode).toBe(2);
    expect((await world.run(['check', '--fail-on', 'gone'], { env: { IMGUPDATE_FAIL_ON: 'rebuilt' } })).exitCode).toBe(0);
  });
});

describe('artefacts of a check', () => {
  it('are all fed by one run, and one that cannot be written keeps no other from being written', async () => {
    await world.write({ Dockerfile: PINNED });
    world.registry.forget();
    const names = ['sarif', 'junit', 'github', 'github-output', 'gitlab', 'markdown', 'json', 'html', 'text'];
    const args = names.flatMap((name) => ['-o', `${name}=out.${name}`]);
    const { exitCode, stderr } = await world.check('-o', 'sarif=nowhere/else.sarif', ...args);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^2 images in 1 file: 1 error, .*\n(?:.*\n)*E: cannot write nowhere\/else\.sarif: .*\nN: .*\n$/);
    for (const name of names) {
      const text = await readFile(join(world.path, `out.${name}`), 'utf8');
      expect(text, name).toContain(name === 'github-output' ? 'stale=1' : 'base/node:20');
    }
    expect(world.registry.counts()).toMatchObject({ manifestHeads: 2 });
  });

  it('are refused before anything is asked when two would be written to one file', async () => {
    await world.write({ Dockerfile: PINNED });
    const ran = await world.check('-o', 'json=out.json', '-o', 'sarif=./out.json');
    expect(ran).toMatchObject({
      exitCode: 64,
      stdout: '',
      stderr: expect.stringMatching(/^E: cannot write two formats to one file: \.\/out\.json\n/) as string,
    });
    expect(world.registry.requests).toHaveLength(0);
  });

  it('on stdout stand there alone, unless another format is asked for as well', async () => {
    await world.write({ Dockerfile: PINNED });
    const { stdout } = await world.check('-o', 'sarif=-');
    expect(JSON.parse(stdout)).toMatchObject({ version: '2.1.0' });
    expect((await world.check('-o', 'github=-', '--format', 'text')).stdout).toMatch(/^Dockerfile:1:6: .*\n::error /);
    expect((await world.run(['list', `docker://${world.registry.host}/base/php:8`, '-o', 'quiet=-'])).stdout).toBe(
      `${world.registry.host}/base/php:8\n`,
    );
  });

  it('of GitHub are added to what a step before has written', async () => {
    await world.write({ Dockerfile: PINNED });
    const [output, summary] = ['output', 'summary'].map((name) => join(world.path, name));
    await writeFile(output!, 'before=1\n');
    await writeFile(summary!, '# before\n');
    const env = { GITHUB_OUTPUT: output!, GITHUB_STEP_SUMMARY: summary! };
    await world.run(['check', '-o', `github-output=${output}`, '-o', `markdown=${summary}`], { env });
    expect(await readFile(output!, 'utf8')).toMatch(/^before=1\n(?:.*\n)*exit-code=2\n/);
    expect(await readFile(summary!, 'utf8')).toMatch(/^# before\n\n?#/);
  });

  it('that are bound to files leave out what is in none, which is said', async () => {
    await world.write({ Dockerfile: PINNED });
    const { stderr } = await world.check('-f', '.', `docker://${world.registry.host}/base/node:gone`, '-o', 'sarif=out.sarif');
    expect(stderr).toMatch(/^N: 1 finding of no file here is left out of sarif$/m);
  });
});
