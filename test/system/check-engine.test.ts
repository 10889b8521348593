import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDockerWorkshop, type Workshop } from '../helpers/base-lab.ts';
import { runCli } from '../helpers/run-cli.ts';
import { systemTest } from '../helpers/system.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';

/** The image that a job just built, on a real engine, beside the Dockerfile it was built from. */
systemTest('a check of what an engine built', ['dockerd', 'docker', 'docker-registry', 'skopeo', 'busybox'], () => {
  let shop: Workshop<'classic' | 'BuildKit'>;
  let checkout: TemporaryDirectory;
  let base: string;
  beforeAll(async () => {
    [shop, checkout] = await Promise.all([startDockerWorkshop(), makeTemporaryDirectory()]);
    base = `${shop.registry.host}/base/shell:1`;
    const context = await shop.makeContext('base');
    await shop.builders.classic({ reference: base, steps: ['FROM scratch', 'COPY rootfs /', 'CMD ["sh"]'], context });
    const app = await shop.makeContext('app');
    for (const builder of ['classic', 'BuildKit'] as const) {
      const reference = `app-${builder.toLowerCase()}:dev`;
      await shop.builders[builder]({ reference, steps: [`FROM ${base}`, 'COPY app.txt /app'], context: app, local: true });
    }
    await mkdir(join(checkout.path, 'app'));
    await writeFile(join(checkout.path, 'app/Dockerfile'), `# the base\nFROM ${base}\nCOPY app.txt /app\n`);
  });
  afterAll(() => Promise.all([shop.close(), checkout.remove()]));

  const check = async (...args: readonly string[]) => {
    const { exitCode, stdout, stderr } = await runCli(['check', '-H', shop.engine.host, ...args], { cwd: checkout.path });
    return { exitCode, stdout: stdout.replaceAll(shop.registry.host, 'R').replace(/\b[a-f0-9]{12}\b/g, 'SHORT'), stderr };
  };

  it('passes while the base is what it was, and fails at the line of its FROM when that moved', async () => {
    for (const name of ['app-classic:dev', 'app-buildkit:dev']) {
      expect(await check('-f', 'app/Dockerfile', name)).toMatchObject({ exitCode: 0, stdout: '' });
    }
    const other = await shop.makeContext('base, rebuilt');
    await shop.builders.classic({ reference: base, steps: ['FROM scratch', 'COPY rootfs /', 'CMD ["sh"]'], context: other });
    for (const name of ['app-classic:dev', 'app-buildkit:dev']) {
      const told = await check('--refresh', '-f', 'app/Dockerfile', name);
      expect(told.exitCode, told.stdout + told.stderr).toBe(2);
      expect(told.stdout).toMatch(
        new RegExp(`^app/Dockerfile:2:6: error: ${name} stands on an outdated base: R/base/shell:1 moved \\(.*\\); .* \\[stale/base\\]\n$`),
      );
    }
  });

  it('finds the base without the Dockerfile too, and names the images that a pattern means', async () => {
    const { exitCode, stdout } = await check('app-*:dev');
    expect(exitCode).toBe(2);
    expect(stdout.match(/app-(?:classic|buildkit):dev stands on an outdated base: R\/base\/shell:1 moved/g)).toHaveLength(2);
  });

  it('does not pass for what was named and is not there', async () => {
    const args = ['-f', 'app/Dockerfile', 'app-classic:dev', 'app-clasic:dev', '--fail-on', 'none'];
    const warning = expect.stringMatching(/^W: no image of the engine matches app-clasic:dev\n2 images in 1 file: /) as string;
    expect(await check(...args)).toMatchObject({ exitCode: 3, stderr: warning });
    for (const pass of ['--on-unknown=warn', '--allow-empty']) {
      expect(await check(...args, pass)).toMatchObject({ exitCode: 0, stderr: warning });
    }
  });

  it('that matches no image is no check that passed', async () => {
    expect(await check('nothing-*')).toMatchObject({
      exitCode: 3,
      stdout: '',
      stderr:
        'W: no image of the engine matches nothing-*\nE: no images found\n' +
        "N: name images as 'imgupdate list' does, or in registries as docker://REF; with --allow-empty this is no failure\n",
    });
  });
});
