import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { baseEnvironment, run, runOrThrow } from '../helpers/processes.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';
import { ROOT } from './action.ts';
import { startWorld, type World } from './world.ts';

/** What `npm install imgupdate` puts in place: the package as it is packed, and what it depends on. */
let directory: TemporaryDirectory;
let files: readonly string[];
let world: World;
beforeAll(async () => {
  world = await startWorld();
  directory = await makeTemporaryDirectory();
  const options = ['--ignore-scripts', '--silent', '--offline', '--no-update-notifier', `--pack-destination=${directory.path}`];
  const name = (await runOrThrow('npm', ['pack', ...options], { cwd: ROOT, env: { ...baseEnvironment(), HOME: directory.path } })).trim();
  await runOrThrow('tar', ['-xzf', join(directory.path, name), '-C', directory.path]);
  for (const dependency of Object.keys(packageJson.dependencies)) {
    const place = join(directory.path, 'package/node_modules', dependency);
    await mkdir(dirname(place), { recursive: true });
    await symlink(join(ROOT, 'node_modules', dependency), place);
  }
  files = await readdir(join(directory.path, 'package'), { recursive: true });
});
afterAll(async () => {
  await world.registry.close();
  await directory.remove();
});

describe('the package', () => {
  it('has what it names: programs, exports and licences', async () => {
    const named = [...Object.values(packageJson.bin), ...Object.values(packageJson.exports)].map((path) => path.replace(/^\.\//, ''));
    expect(named.filter((path) => !files.includes(path))).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'dist/THIRD-PARTY-LICENCES.txt']));
    expect(await readFile(join(directory.path, 'package/bin/imgupdate'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it('has no sources, tests or fixtures', () => {
    const own = files.filter((path) => !path.startsWith('node_modules'));
    expect(own.filter((path) => /\.ts$|^(?:test|fixtures|templates)\b/.test(path))).toEqual([]);
  });

  it('checks files with nothing beside it but its dependencies', async () => {
    await writeFile(join(directory.path, 'Dockerfile'), `FROM ${world.moved}\n`);
    const program = join(directory.path, 'package/bin/imgupdate');
    const ran = await run(process.execPath, [program, 'check'], {
      cwd: directory.path,
      env: { ...baseEnvironment(), HOME: directory.path },
    });
    expect(ran).toMatchObject({ exitCode: 2, stdout: expect.stringContaining('Dockerfile:1:6: error: ') });
    expect(ran.stderr).not.toMatch(/^W: /m);
  });
});
