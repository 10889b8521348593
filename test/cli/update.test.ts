import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../helpers/run-cli.ts';
import { type SmallWorld, startSmallWorld } from './small-world.ts';

describe('imgupdate update', () => {
  let world: SmallWorld;
  const update = async (...args: string[]) => {
    const ran = await runCli(['update', '-H', world.engineHost, ...args]);
    return { exitCode: ran.exitCode, stdout: world.normalize(ran.stdout), stderr: world.normalize(ran.stderr) };
  };
  beforeEach(async () => {
    world = await startSmallWorld();
  });
  afterEach(() => world.close());

  it('prints a line per tag and per list of tags, and what it found', async () => {
    expect(await update()).toEqual({
      exitCode: 0,
      stdout: [
        'Get:1 REGISTRY/acme/moved 1 [2 documents]',
        'Hit:2 REGISTRY/acme/same 1',
        'Ign:3 dev 1 (local)',
        'Get:4 REGISTRY/acme/moved tags [2 tags]',
        'Get:5 REGISTRY/acme/same tags [2 tags]',
        '',
      ].join('\n'),
      stderr: [
        'Checked 2 images in 0.1s (7 requests)',
        "1 image can be upgraded. Run 'imgupdate list -H ENGINE --upgradable' to see it.",
        '',
      ].join('\n'),
    });
  });

  it('prints the document instead when it is asked for one', async () => {
    const { stdout, stderr } = await update('--json', '--filter', 'status=rebuilt');
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, images: [{ tag: { status: 'rebuilt' } }] });
    expect(stderr).toMatch(/^Checked 1 image /);
  });

  it('says nothing with -q when nothing went wrong', async () => {
    expect(await update('-q')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });
});
