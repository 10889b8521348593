import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEngine } from '../../src/demo/engine-server.ts';
import { makeImage } from '../../src/demo/images.ts';
import { runCli } from '../helpers/run-cli.ts';
import { makeTemporaryDirectory } from '../helpers/temp.ts';
import { type SmallWorld, startSmallWorld } from './small-world.ts';

/** Docker Hub, which is always asked, is behind a proxy that is not there. */
const NO_INTERNET = { HTTPS_PROXY: 'http://127.0.0.1:1', HTTP_PROXY: 'http://127.0.0.1:1', NO_PROXY: '127.0.0.1' };

describe('imgupdate limits', () => {
  let world: SmallWorld;
  beforeEach(async () => {
    world = await startSmallWorld();
  });
  afterEach(() => world.close());

  it('does not call a registry unlimited that could not be asked', async () => {
    const ran = await runCli(['limits', '-H', world.engineHost], { env: NO_INTERNET });
    const lines = world.normalize(ran.stdout).split('\n');
    expect(ran.exitCode).toBe(0);
    expect(lines.find((line) => line.startsWith('docker.io '))).toMatch(/ could not be asked$/);
    expect(lines.filter((line) => line.endsWith('none announced'))).toHaveLength(1);
    expect(ran.stderr).toMatch(/^W: docker\.io: [^\n]*\n$/);
  });

  it('fails when no registry could be asked, one whose name is no host included', async () => {
    const image = makeImage({ layers: [], created: '2026-11-01T08:00:00Z' });
    const digest = `999.999.999.999/x@${image.digest}`;
    const engine = await startEngine({ images: [{ image, target: image, tags: ['999.999.999.999/x:1'], repoDigests: [digest] }] });
    const ran = await runCli(['limits', '-H', engine.host], { env: NO_INTERNET });
    await engine.close();
    expect(ran.stderr.match(/^W: [\d.a-z]+/gm)).toEqual(['W: 999.999.999.999', 'W: docker.io']);
    expect(ran.exitCode).toBe(1);
  });

  it('prints the same array with --json and --format json, and colours as it is told', async () => {
    const ask = (...args: string[]) => runCli(['limits', '-H', world.engineHost, ...args], { env: NO_INTERNET });
    const array = await ask('--json');
    expect(JSON.parse(array.stdout)).toMatchObject([{ registry: world.registryHost }, { registry: 'docker.io' }]);
    expect((await ask('--format', 'json')).stdout).toBe(array.stdout);
    expect((await ask('--color', 'always')).stdout).toContain('\u001b[1mREGISTRY');
    expect((await ask()).stdout).not.toContain('\u001b');
  });

  it('takes the options of output as the other verbs do', async () => {
    const directory = await makeTemporaryDirectory();
    const path = join(directory.path, 'limits.json');
    const ask = (...args: string[]) => runCli(['limits', '-H', world.engineHost, ...args], { env: NO_INTERNET });
    const one = await ask('--filter', `registry=${world.registryHost}`, '-o', `json=${path}`, '--no-trunc');
    expect(one.stdout.split('\n').map((line) => line.split(' ')[0])).toEqual(['REGISTRY', world.registryHost, '']);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject([{ registry: world.registryHost }]);
    await directory.remove();
    expect((await ask('-q')).stdout).toBe(`${world.registryHost}\ndocker.io\n`);
    expect(await ask('-qq')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });

  it.each([
    [['--format', 'yaml'], 'unknown format "yaml": expected table, json, quiet'],
    [['-o', 'json'], 'cannot read -o json: expected FORMAT=PATH'],
    [['--filter', 'status=gone'], 'invalid filter "status=gone": expected registry=HOST'],
  ])('refuses %j before anything is asked', async (args, message) => {
    const ran = await runCli(['limits', '-H', world.engineHost, ...args]);
    expect(ran).toMatchObject({ exitCode: 64, stdout: '' });
    expect(ran.stderr.split('\n')[0]).toBe(`E: ${message}`);
  });

  it.each(['limits', 'update'])('%s is not for --offline', async (verb) => {
    expect(await runCli([verb, '--offline', '-H', world.engineHost])).toMatchObject({
      exitCode: 64,
      stdout: '',
      stderr: `E: ${verb} asks registries, which --offline forbids\nN: see what is remembered: imgupdate list --offline\n`,
    });
  });
});
