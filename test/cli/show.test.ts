import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEngine } from '../../src/demo/engine-server.ts';
import { makeImage } from '../../src/demo/images.ts';
import type { Document } from '../../src/core/document.ts';
import { runCli } from '../helpers/run-cli.ts';
import { makeTemporaryDirectory } from '../helpers/temp.ts';
import { type SmallWorld, startSmallWorld } from './small-world.ts';

describe('imgupdate show', () => {
  let world: SmallWorld;
  const show = async (...args: string[]) => {
    const ran = await runCli(['show', '-H', world.engineHost, ...args]);
    return { exitCode: ran.exitCode, stdout: world.normalize(ran.stdout), stderr: world.normalize(ran.stderr) };
  };
  beforeEach(async () => {
    world = await startSmallWorld();
  });
  afterEach(() => world.close());

  it('prints the fields of an image, and writes other formats where -o says', async () => {
    const directory = await makeTemporaryDirectory();
    const path = join(directory.path, 'image.tsv');
    const { exitCode, stdout, stderr } = await show('dev:1', '-o', `quiet=${path}`);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(
      ['Image: docker.io/library/dev:1', 'Status: local', 'Why: it was never pulled from or pushed to docker.io/library/dev', ''].join(
        '\n',
      ),
    );
    expect(await readFile(path, 'utf8')).toBe('dev:1\n');
    await directory.remove();
  });

  it('asks about no image but the one whose id it is given', async () => {
    const { stdout } = await runCli(['show', '-H', world.engineHost, 'dev:1', '--json']);
    const [image] = (JSON.parse(stdout) as Document).images;
    const { exitCode, stdout: shown, stderr } = await show(image!.imageId!, '-v');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(shown).toContain('Image: docker.io/library/dev:1\n');
    expect((await show(image!.imageId!.slice('sha256:'.length, 20), '-q')).stdout).toBe('dev:1\n');
  });

  it('takes a name for a name, though it may be read as the beginning of an id', async () => {
    const image = makeImage({ layers: [], created: '2026-11-01T08:00:00Z' });
    const engine = await startEngine({ images: [{ image, target: image, tags: ['facade:1'], repoDigests: [] }] });
    const { exitCode, stdout } = await runCli(['show', '-q', '-H', engine.host, 'facade']);
    await engine.close();
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'facade:1\n' });
  });

  it('prints names only with -q, and nothing with -qq', async () => {
    expect(await show('*/acme/*', '-q')).toEqual({ exitCode: 0, stdout: 'REGISTRY/acme/moved:1\nREGISTRY/acme/same:1\n', stderr: '' });
    expect(await show('*/acme/*', '-qq')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });

  it('shows only images that pass the filters', async () => {
    expect(await show('*/acme/*', '-q', '--filter', 'status=rebuilt')).toEqual({
      exitCode: 0,
      stdout: 'REGISTRY/acme/moved:1\n',
      stderr: '',
    });
    expect(await show('dev', '--filter', 'status=gone')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'E: no image here matches dev and passes --filter status=gone\nN: list those that are: imgupdate list -H ENGINE\n',
    });
    expect(await show('dev', '--filter', 'colour=red')).toMatchObject({ exitCode: 64, stdout: '' });
  });

  it('says which name is not here', async () => {
    expect(await show('nope')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'E: no image here matches nope\nN: list those that are: imgupdate list -H ENGINE\n',
    });
  });
});
