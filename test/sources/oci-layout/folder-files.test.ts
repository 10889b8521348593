import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rename, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../../src/core/digest.ts';
import { openFolder } from '../../../src/sources/oci-layout/folder-files.ts';
import { run } from '../../helpers/processes.ts';
import { makeDigest } from '../../helpers/makers.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../../helpers/temp.ts';

let folder: TemporaryDirectory;
let root: string;
beforeEach(async () => {
  folder = await makeTemporaryDirectory();
  root = join(folder.path, 'root');
  await mkdir(join(root, 'blobs/sha512'), { recursive: true });
  await writeFile(join(folder.path, 'secret'), 'secret');
  await writeFile(join(root, 'index.json'), '{}');
  await writeFile(join(root, 'blobs/one'), 'one');
});
afterEach(() => folder.remove());

const open = (signal = new AbortController().signal) => openFolder({ label: 'oci:root', path: 'root' }, { cwd: folder.path, signal });

describe('the files of a folder', () => {
  it('are its regular files, by their paths in it', async () => {
    const files = await open();
    expect([...(await files.paths())].sort()).toEqual(['blobs/one', 'index.json']);
    expect(await files.sizeOf('blobs/one')).toBe(3);
    expect(Buffer.from((await files.read('blobs/one', 3))!).toString()).toBe('one');
    expect(await files.hash('blobs/one')).toEqual({ digest: makeDigest('one'), diffId: makeDigest('one') });
    await files.close();
  });

  it.each([
    '../secret',
    'blobs/../../secret',
    '/etc/passwd',
    '',
    '.',
    './index.json',
    'blobs//one',
    'blobs',
    'blobs/',
    'nothing',
    'index.json/x',
    'a\0b',
  ])('do not have the path %j', async (path) => {
    const files = await open();
    expect([await files.sizeOf(path), await files.read(path, 100), await files.hash(path)]).toEqual([null, null, null]);
  });

  it('are not what a symbolic link leads to outside', async () => {
    await symlink('../secret', join(root, 'out'));
    await symlink('/etc/passwd', join(root, 'far'));
    await symlink(folder.path, join(root, 'above'));
    await symlink('loop', join(root, 'loop'));
    await symlink('gone', join(root, 'dangling'));
    await symlink(`${root}.other`, join(root, 'beside'));
    await mkdir(`${root}.other`);
    await writeFile(`${root}.other/file`, 'other');
    const files = await open();
    expect([...(await files.paths())].sort()).toEqual(['blobs/one', 'index.json']);
    for (const path of ['out', 'far', 'above/secret', 'above/root/index.json/..', 'loop', 'dangling', 'beside/file']) {
      expect([path, await files.sizeOf(path), await files.read(path, 9999), await files.hash(path)]).toEqual([path, null, null, null]);
    }
  });

  it('are what a symbolic link leads to inside', async () => {
    await symlink('blobs/one', join(root, 'link'));
    await symlink('blobs', join(root, 'folder'));
    const files = await open();
    expect(await files.sizeOf('link')).toBe(3);
    expect(Buffer.from((await files.read('folder/one', 10))!).toString()).toBe('one');
    expect([...(await files.paths())].sort()).toEqual(['blobs/one', 'index.json', 'link']);
  });

  it('are no pipes, sockets or devices: these are never waited for', async () => {
    expect((await run('mkfifo', [join(root, 'pipe')])).exitCode).toBe(0);
    await symlink('pipe', join(root, 'to-pipe'));
    await symlink('/dev/zero', join(root, 'zero'));
    const server = createServer().listen(join(root, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    const files = await open();
    expect([...(await files.paths())].sort()).toEqual(['blobs/one', 'index.json']);
    for (const path of ['pipe', 'to-pipe', 'zero', 'socket'])
      expect([await files.sizeOf(path), await files.read(path, 9)]).toEqual([null, null]);
    await new Promise((resolve) => server.close(resolve));
  });

  it('are read up to a bound, whatever their size', async () => {
    await truncate(join(root, 'index.json'), 10_000_000_000);
    const files = await open();
    expect(await files.sizeOf('index.json')).toBe(10_000_000_000);
    await expect(files.read('index.json', 1000)).rejects.toMatchObject({
      code: 'unreadable',
      message: 'cannot read oci:root: index.json has 10000000000 bytes, and at most 1000 are read',
    });
  });

  it('are hashed by what they are decompressed, too', async () => {
    const layer = Buffer.from('a layer'.repeat(100_000));
    const packed = gzipSync(layer);
    await writeFile(join(root, 'layer'), packed);
    await writeFile(join(root, 'broken'), packed.subarray(0, 100));
    const files = await open();
    expect(await files.hash('layer')).toEqual({ digest: digestOf(packed), diffId: digestOf(layer) });
    expect(await files.hash('broken')).toEqual({ digest: digestOf(packed.subarray(0, 100)), diffId: null });
  });

  it('are hashed by sha512 where their path says so', async () => {
    const sha512 = digestOf(Buffer.from('one'), digestOfKind('sha512'));
    await writeFile(join(root, 'blobs/sha512/x'), 'one');
    expect(await (await open()).hash('blobs/sha512/x')).toEqual({ digest: sha512, diffId: makeDigest('one') });
  });

  it('are not there any more once the folder above them was exchanged for a link', async () => {
    const files = await open();
    await mkdir(join(folder.path, 'elsewhere'));
    await writeFile(join(folder.path, 'elsewhere/one'), 'stolen');
    await rename(join(root, 'blobs'), join(root, 'before'));
    await symlink(join(folder.path, 'elsewhere'), join(root, 'blobs'));
    expect([await files.sizeOf('blobs/one'), await files.read('blobs/one', 100)]).toEqual([null, null]);
  });

  it('are never read through a folder that keeps changing into a link', async () => {
    await mkdir(join(folder.path, 'elsewhere'));
    await writeFile(join(folder.path, 'elsewhere/one'), 'stolen');
    await symlink(join(folder.path, 'elsewhere'), join(root, 'link'));
    const files = await open();
    const swapper = spawn(process.execPath, ['-e', SWAP], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    await once(swapper.stdout, 'data');
    const seen = new Set<string>();
    for (let round = 0; round < 3000; round += 1) {
      const bytes = await files.read('blobs/one', 100);
      if (bytes !== null) seen.add(Buffer.from(bytes).toString());
    }
    swapper.kill();
    await once(swapper, 'close');
    expect([...seen]).toEqual(['one']);
  });

  it('are not read any more once aborted', async () => {
    const controller = new AbortController();
    const files = await open(controller.signal);
    controller.abort(new Error('stopped'));
    await expect(files.sizeOf('index.json')).rejects.toThrow('stopped');
    await expect(files.read('index.json', 10)).rejects.toThrow('stopped');
    await expect(files.paths()).rejects.toThrow('stopped');
  });

  it('are found where the folder itself is a link', async () => {
    await symlink(root, join(folder.path, 'link'));
    const files = await openFolder({ label: 'oci:link', path: 'link' }, { cwd: folder.path, signal: new AbortController().signal });
    expect(await files.sizeOf('index.json')).toBe(2);
  });

  it.each([
    ['nowhere', 'no such file or folder'],
    ['secret', 'expected a folder, got a file'],
    ['secret/x', 'no such file or folder'],
    ['x'.repeat(5000), 'its name is too long'],
  ])('are refused of %.20s', async (path, what) => {
    const opening = openFolder({ label: 'oci:PATH', path }, { cwd: folder.path, signal: new AbortController().signal });
    await expect(opening).rejects.toMatchObject({ code: 'unreadable', message: `cannot read oci:PATH: ${what}` });
  });
});

/** The folder and the link have the one name in turn. */
const SWAP = `
  const { renameSync } = require('node:fs');
  console.log('begun');
  for (;;) {
    renameSync('blobs', 'aside');
    renameSync('link', 'blobs');
    renameSync('blobs', 'link');
    renameSync('aside', 'blobs');
  }
`;

function digestOfKind(kind: 'sha512') {
  return digestOf(Buffer.alloc(0), `${kind}:${'0'.repeat(128)}` as ReturnType<typeof digestOf>);
}
