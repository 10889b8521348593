import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeWhole } from '../../src/store/write-whole.ts';
import { run } from '../helpers/processes.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';

let directory: TemporaryDirectory;
const at = (name: string): string => join(directory.path, name);
beforeEach(async () => {
  directory = await makeTemporaryDirectory();
});
afterEach(() => directory.remove());

it('makes a file that was not there, and leaves nothing else', async () => {
  await writeWhole(at('images.json'), 'new', { token: 'a' });
  expect(await readFile(at('images.json'), 'utf8')).toBe('new');
  expect(await readdir(directory.path)).toEqual(['images.json']);
});

it('replaces a file and keeps its mode', async () => {
  await writeFile(at('images.json'), 'a longer old text');
  await chmod(at('images.json'), 0o640);
  await writeWhole(at('images.json'), 'new', { token: 'a' });
  expect(await readFile(at('images.json'), 'utf8')).toBe('new');
  expect((await stat(at('images.json'))).mode & 0o777).toBe(0o640);
});

it('makes a file that others may read, where that is wanted, whatever the umask is', async () => {
  const before = process.umask(0o077);
  try {
    await writeWhole(at('images.prom'), 'new', { token: 'a', mode: 0o644 });
    await writeWhole(at('images.json'), 'new', { token: 'a' });
  } finally {
    process.umask(before);
  }
  expect((await stat(at('images.prom'))).mode & 0o777).toBe(0o644);
  expect((await stat(at('images.json'))).mode & 0o777).toBe(0o600);
});

it('writes through a link, which stays one', async () => {
  await mkdir(at('real'));
  await writeFile(at('real/images.json'), 'old');
  await symlink('real/images.json', at('link'));
  await writeWhole(at('link'), 'new', { token: 'a' });
  expect((await lstat(at('link'))).isSymbolicLink()).toBe(true);
  expect(await readFile(at('real/images.json'), 'utf8')).toBe('new');
});

it('writes to a pipe, which stays one', async () => {
  await run('mkfifo', [at('pipe')]);
  const reader = readFile(at('pipe'), 'utf8');
  await writeWhole(at('pipe'), 'new', { token: 'a' });
  expect(await reader).toBe('new');
  expect((await lstat(at('pipe'))).isFIFO()).toBe(true);
});

it.each([
  ['a folder', (path: string) => mkdir(path), ''],
  ['a folder that is not there', () => Promise.resolve(), '/images.json'],
])('says what it cannot write: %s', async (_name, prepare, rest) => {
  await prepare(at('target'));
  await expect(writeWhole(`${at('target')}${rest}`, 'new', { token: 'a' })).rejects.toMatchObject({
    code: 'cannot-write',
    message: expect.stringMatching(/^cannot write \S*target\S*: E[A-Z]+: [^,']*$/),
    hint: 'name a file in a folder you may write to',
  });
});
