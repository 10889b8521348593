import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { runCli } from '../helpers/run-cli.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';
import { ROOT } from './action.ts';
import { startWorld, type World } from './world.ts';

type Hook = {
  readonly entry: string;
  readonly args: readonly string[];
  readonly files: string;
  readonly pass_filenames: boolean;
  readonly language: string;
  readonly stages: readonly string[];
  readonly verbose: boolean;
};

let hook: Hook;
let world: World;
let directory: TemporaryDirectory;
beforeAll(async () => {
  [hook] = parse(await readFile(join(ROOT, '.pre-commit-hooks.yaml'), 'utf8'));
  world = await startWorld();
});
afterAll(() => world.registry.close());
beforeEach(async () => {
  directory = await makeTemporaryDirectory();
});
afterEach(() => directory.remove());

/** Runs the hook as pre-commit does in a repository: the words of its entry, then its arguments, and no file names. */
async function runHook(args: readonly string[] = hook.args) {
  const [program, ...words] = hook.entry.split(' ');
  expect(Object.keys(packageJson.bin)).toContain(program);
  expect(hook.pass_filenames).toBe(false);
  return runCli([...words, ...args], { cwd: directory.path });
}

const write = async (name: string, text: string): Promise<void> => {
  await mkdir(join(directory.path, name, '..'), { recursive: true });
  await writeFile(join(directory.path, name), text);
};

describe('the files that start the hook', () => {
  it.each([
    'Dockerfile',
    'dockerfile',
    'Containerfile',
    'app.Dockerfile',
    'app.dockerfile',
    'Dockerfile.prod',
    'Containerfile.arm64',
    'a b/with blanks.Dockerfile',
    'deploy/compose.yaml',
    'compose.yml',
    'docker-compose.override.yml',
    'compose.prod.yaml',
    'docker-compose-dev.yml',
  ])('include %s', (name) => expect(name).toMatch(new RegExp(hook.files)));

  it.each([
    '.dockerignore',
    'a.dockerignore',
    'Dockerfile.dockerignore',
    'app.Dockerfile.dockerignore',
    'Dockerfiles/readme.txt',
    'my-Dockerfile-notes.txt',
    'decompose.yaml',
    'composer.yaml',
    'compose.yaml.txt',
    'compose/values.yaml',
    'deployment.yaml',
    'README.md',
  ])('leave out %s', (name) => expect(name).not.toMatch(new RegExp(hook.files)));
});

describe('the hook', () => {
  it('runs where the network is expected: before a push, or by hand', () => {
    expect(hook).toMatchObject({ language: 'node', stages: ['pre-push', 'manual'] });
  });

  it('fails when a base is stale, in a file with blanks in its name, too', async () => {
    await write('my app/my image.Dockerfile', `FROM ${world.moved}\n`);
    await write('Dockerfile', `FROM ${world.same}\n`);
    const ran = await runHook();
    expect(ran.exitCode).toBe(2);
    expect(ran.stdout).toContain('my app/my image.Dockerfile:1:6: error: ');
  });

  it('passes when one image could not be checked, and tells it where pre-commit hides what passes', async () => {
    await write('Dockerfile', `FROM ${world.same}\nFROM 127.0.0.1:1/acme/web:1\n`);
    const ran = await runHook();
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toContain('warning');
    expect(hook.verbose).toBe(true);
    expect((await runHook(['--on-unknown=fail'])).exitCode).toBe(3);
  });

  it('passes when no file names an image', async () => {
    await write('Dockerfile', 'FROM scratch\n');
    expect((await runHook()).exitCode).toBe(0);
  });

  it('lets the arguments of a configuration name the files', async () => {
    await write('a b/Dockerfile', `FROM ${world.same}\n`);
    await write('Dockerfile', `FROM ${world.moved}\n`);
    expect((await runHook(['--file', 'a b'])).exitCode).toBe(0);
  });
});
