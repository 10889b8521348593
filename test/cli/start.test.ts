import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { type CliOptions, runCli } from '../helpers/run-cli.ts';
import { makeTemporaryDirectory } from '../helpers/temp.ts';

/** The files of imgupdate itself that a run loads, by what node's coverage says it ran. */
async function loadedFiles(args: readonly string[], options: CliOptions = {}): Promise<readonly string[]> {
  const directory = await makeTemporaryDirectory();
  try {
    await runCli(args, { ...options, env: { NODE_V8_COVERAGE: directory.path } });
    const [report = ''] = await readdir(directory.path);
    const coverage = JSON.parse(await readFile(join(directory.path, report), 'utf8')) as { result: { url: string }[] };
    return coverage.result
      .filter(({ url }) => url.startsWith('file:') && !url.includes('/node_modules/'))
      .map(({ url }) => fileURLToPath(url));
  } finally {
    await directory.remove();
  }
}

const namesIn = async (files: readonly string[]): Promise<readonly string[]> => {
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  // words that only these libraries' own code holds
  const marks = {
    undici: 'UND_ERR_SOCKET',
    dockerode: '/containers/json',
    commander: 'commander.unknownOption',
    demo: 'bitnami/kafka',
    yaml: 'BLOCK_AS_IMPLICIT_KEY',
  };
  return Object.entries(marks).flatMap(([name, mark]) => (texts.some((text) => text.includes(mark)) ? [name] : []));
};

it.each([
  [['--version'], []],
  [['--help'], ['commander']],
  [['list', '--help'], ['commander']],
  [['list', '--bogus'], ['commander']],
])('%j loads no more than it needs', async (args, expected) => {
  const files = await loadedFiles(args);
  expect(files.length).toBeGreaterThan(0);
  expect(await namesIn(files)).toEqual(expected);
});

it('a list that asks no registry loads no registry client, and the demo loads all', async () => {
  expect(await namesIn(await loadedFiles(['list', '-H', 'unix:///nowhere.sock']))).toEqual(['dockerode', 'commander']);
  expect(await namesIn(await loadedFiles(['demo', '-qq']))).toEqual(['undici', 'dockerode', 'commander', 'demo']);
});

it('a configuration is parsed only where there is one', async () => {
  const directory = await makeTemporaryDirectory();
  try {
    expect(await namesIn(await loadedFiles(['config'], { cwd: directory.path }))).toEqual(['dockerode', 'commander']);
    await writeFile(join(directory.path, 'imgupdate.yaml'), 'jobs: 4');
    expect(await namesIn(await loadedFiles(['config'], { cwd: directory.path }))).toEqual(['dockerode', 'commander', 'yaml']);
  } finally {
    await directory.remove();
  }
});
