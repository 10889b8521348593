import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArchiveFiles, openArchive } from '../../../src/sources/archive/open-archive.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../../helpers/temp.ts';
import { inChunks, makeTar, noise } from './make-tar.ts';
import { packZstd, zstdBomb, zstdHeader } from './make-zstd.ts';

let directory: TemporaryDirectory;
beforeAll(async () => {
  directory = await makeTemporaryDirectory();
});
afterAll(() => directory.remove());

const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

type Way = 'a file' | 'standard input';

async function open(bytes: Uint8Array, way: Way = 'standard input', verify = false): Promise<ArchiveFiles> {
  const path = way === 'a file' ? 'archive' : '-';
  if (way === 'a file') writeFileSync(join(directory.path, path), bytes);
  return openPath(path, () => inChunks(bytes, 5000), verify);
}

const openPath = (
  path: string,
  openStdin: () => AsyncIterable<unknown> = () => inChunks(Buffer.alloc(0)),
  verify = false,
): Promise<ArchiveFiles> =>
  openArchive({ label: `docker-archive:${path}`, path }, { cwd: directory.path, openStdin, verify, signal: new AbortController().signal });

const errorOf = (opening: Promise<unknown>): Promise<{ code: unknown; message: string; hint: unknown }> =>
  opening.then(
    () => ({ code: 'none', message: 'read', hint: null }),
    (error: unknown) => {
      if (!(error instanceof Error)) throw new TypeError('no error');
      return { code: Reflect.get(error, 'code'), message: error.message, hint: Reflect.get(error, 'hint') };
    },
  );

const layer = makeTar([{ path: 'etc/os-release', contents: noise(3000) }]);
const packed = gzipSync(layer);
const archive = makeTar([
  { path: 'layer.tar', contents: layer },
  { path: 'folder/', type: '5' },
  { path: 'folder/link', type: '2', link: '../layer.tar' },
  { path: 'folder/out', type: '2', link: '../../layer.tar' },
  { path: 'round', type: '2', link: 'about' },
  { path: 'about', type: '2', link: 'round' },
  { path: 'later', type: '1', link: 'layer.tar.gz' },
  { path: 'layer.tar.gz', contents: packed },
  { path: '../outside.json', contents: '{}' },
  { path: 'config.json', contents: '{"first":1}' },
  { path: './config.json', contents: '{"second":2}' },
  { path: 'broken.gz', contents: packed.subarray(0, 500) },
]);

const forms: readonly (readonly [string, (bytes: Buffer) => Uint8Array])[] = [
  ['plain', (bytes) => bytes],
  ['gzip', (bytes) => gzipSync(bytes)],
  ['gzip of several members', (bytes) => Buffer.concat([gzipSync(bytes.subarray(0, 700)), gzipSync(bytes.subarray(700))])],
  ['gzip with zeros behind it', (bytes) => Buffer.concat([gzipSync(bytes), Buffer.alloc(1000)])],
  ['zstd', (bytes) => packZstd(bytes)],
  [
    'zstd of several frames, skippable ones between',
    (bytes) => Buffer.concat([packZstd(bytes.subarray(0, 700)), zstdHeader.skippable, packZstd(bytes.subarray(700))]),
  ],
];

const ways = forms.flatMap(([form, pack]) => (['a file', 'standard input'] as const).map((way) => [form, way, pack] as const));

describe('an archive', () => {
  it.each(ways)('that is %s, from %s, has its files and links', async (_form, way, pack) => {
    const files = await open(pack(archive), way);
    expect([...(await files.paths())].sort()).toEqual(['broken.gz', 'config.json', 'folder/link', 'later', 'layer.tar', 'layer.tar.gz']);
    expect(await files.sizeOf('folder/link')).toBe(layer.length);
    expect(await files.sizeOf('folder/out')).toBeNull();
    expect(await files.sizeOf('round')).toBeNull();
    expect(await files.sizeOf('folder')).toBeNull();
    expect(Buffer.from((await files.read('config.json', 100)) ?? []).toString()).toBe('{"second":2}');
    expect(await files.read('outside.json', 100)).toBeNull();
    expect(await files.compressionOf('later')).toBe('gzip');
    expect(await files.compressionOf('layer.tar')).toBeNull();
    await expect(files.read('config.json', 5)).rejects.toThrow('expected at most 5 bytes of config.json, got 12 bytes');
    await files.close();
  });

  it.each(ways)('that is %s, from %s, is hashed where that is asked for', async (_form, way, pack) => {
    const files = await open(pack(archive), way, true);
    const [whole, diffId] = [digestOf(packed), digestOf(layer)];
    expect(await files.hash('layer.tar')).toEqual({ digest: diffId, diffId });
    expect(await files.hash('later')).toEqual({ digest: whole, diffId });
    expect(await files.hash('broken.gz')).toEqual({ digest: digestOf(packed.subarray(0, 500)), diffId: null });
    expect(await files.hash('nothing')).toBeNull();
    await files.close();
  });

  it('of standard input keeps no layer', async () => {
    const files = await open(archive);
    await expect(files.read('layer.tar', 1_000_000)).rejects.toThrow('expected a JSON document in layer.tar, got something else');
  });

  it('of standard input keeps 64 MiB of documents, and says so of the next', async () => {
    const document = `{${' '.repeat(4 * 1024 * 1024 - 2)}}`;
    const files = await open(makeTar(Array.from({ length: 17 }, (_, index) => ({ path: `${index}.json`, contents: document }))));
    expect((await files.read('15.json', 5_000_000))?.length).toBe(document.length);
    expect(await errorOf(files.read('16.json', 5_000_000))).toEqual({
      code: 'unreadable',
      message: 'cannot read docker-archive:-: expected at most 64 MiB of documents before 16.json, got more',
      hint: 'decompress it into a file and name that: nothing has to be kept of it then',
    });
  });

  it('is read from a pipe that has a name', async () => {
    execFileSync('mkfifo', [join(directory.path, 'pipe')]);
    writeFileSync(join(directory.path, 'source'), archive);
    const opening = openPath('pipe');
    const writer = spawn('sh', ['-c', 'cat source > pipe'], { cwd: directory.path });
    expect(await (await opening).sizeOf('layer.tar')).toBe(layer.length);
    writer.kill();
  });

  it('that never comes is waited for until the run ends', async () => {
    const ending = new AbortController();
    const never = async function* (): AsyncGenerator<unknown, void, undefined> {
      yield archive.subarray(0, 600);
      await new Promise(() => undefined);
    };
    const opening = openArchive(
      { label: 'docker-archive:-', path: '-' },
      { cwd: '/', openStdin: never, verify: false, signal: ending.signal },
    );
    setImmediate(() => ending.abort());
    await expect(opening).rejects.toThrow('aborted');
  });

  it.each([
    ['is no archive', Buffer.from('FROM nginx\n'.repeat(100)), 'expected a tar archive, got a text'],
    ['is no archive in gzip', gzipSync(noise(9000).toString('base64')), 'expected gzip of a tar archive, got gzip of a text'],
    ['is no archive in zstd', packZstd(Buffer.alloc(9000, 'FROM')), 'expected zstd of a tar archive, got zstd of a text'],
  ])('that %s is left at once, though more may come', async (_what, bytes, message) => {
    let isLeft = false;
    const idle = new Readable({ read: () => undefined, destroy: () => void (isLeft = true) });
    idle.push(bytes);
    expect((await errorOf(openPath('-', () => idle))).message).toBe(`cannot read docker-archive:-: ${message}`);
    expect(isLeft).toBe(true);
  });

  it('that is cut short after it was opened is said to break off', async () => {
    const files = await open(archive, 'a file');
    truncateSync(join(directory.path, 'archive'), 1000);
    expect((await errorOf(files.read('config.json', 100))).message).toBe(
      'cannot read docker-archive:archive: expected 12 bytes of config.json, got 0: it breaks off',
    );
    await files.close();
  });

  it('with holes of 20 GB is read at its headers only', async () => {
    const path = join(directory.path, 'holes');
    const [start, end] = [
      makeTar([{ path: 'layer.tar', patch: (header) => void header.write('240000000000\0', 124) }]),
      makeTar([{ path: 'a.json', contents: '{}' }]),
    ];
    writeFileSync(path, start.subarray(0, 512));
    truncateSync(path, 512 + 0o240000000000);
    appendFileSync(path, end);
    const files = await openPath('holes');
    expect([await files.sizeOf('layer.tar'), await files.sizeOf('a.json')]).toEqual([0o240000000000, 2]);
    await files.close();
  });
});

describe('what is no archive', () => {
  it.each([
    ['an empty file', '', 'expected a tar archive, got an empty file', null],
    ['a picture', '\u0089PNG\r\n', 'expected a tar archive, got a PNG picture of 6 bytes', null],
    ['a program', `\u007fELF${'\0'.repeat(1000)}`, 'expected a tar archive, got an ELF executable', null],
    ['a document', '{"a":1}', 'expected a tar archive, got a JSON document of 7 bytes', null],
    ['a text', 'FROM nginx\n'.repeat(100), 'expected a tar archive, got a text', null],
    ['rubbish', '\u0001\u0002'.repeat(600), 'expected a tar archive, got something else', null],
    ['gzip of a text', gzipSync('hello'.repeat(300)), 'expected gzip of a tar archive, got gzip of a text', null],
    ['gzip of nothing', gzipSync(''), 'expected gzip of a tar archive, got gzip of nothing', null],
    ['gzip of gzip', gzipSync(gzipSync(noise(2000))), 'expected gzip of a tar archive, got gzip of gzip', null],
    [
      'xz',
      '\u00fd7zXZ\0',
      'expected a tar archive that is plain or compressed by gzip or zstd, got xz',
      'decompress it: xz -dc archive | imgupdate list docker-archive:-',
    ],
    [
      'bzip2',
      'BZh91AY',
      'expected a tar archive that is plain or compressed by gzip or zstd, got bzip2',
      'decompress it: bzip2 -dc archive | imgupdate list docker-archive:-',
    ],
  ])('as %s is called what it is', async (_what, contents, message, hint) => {
    const bytes = typeof contents === 'string' ? Buffer.from(contents, 'latin1') : contents;
    expect(await errorOf(open(bytes, 'a file'))).toEqual({
      code: 'unreadable',
      message: `cannot read docker-archive:archive: ${message}`,
      hint,
    });
  });

  it('as a folder with a layout in it is told how to be named', async () => {
    mkdirSync(join(directory.path, 'layout'));
    writeFileSync(join(directory.path, 'layout', 'oci-layout'), '{}');
    expect(await errorOf(openPath('layout'))).toEqual({
      code: 'unreadable',
      message: 'cannot read docker-archive:layout: expected an archive, got a folder',
      hint: 'it is an OCI layout: imgupdate list oci:layout',
    });
  });

  it.each([
    ['nowhere', 'no such file or folder'],
    ['/dev/null', 'expected an archive, got a device'],
  ])('as %s is refused', async (path, message) => {
    expect(await errorOf(openPath(path))).toMatchObject({ code: 'unreadable', message: `cannot read docker-archive:${path}: ${message}` });
  });
});

describe('compression that is wrong', () => {
  const zipped = gzipSync(archive);
  it.each([
    ['gzip that breaks off', zipped.subarray(0, -4), 'expected the archive in whole gzip: it breaks off'],
    [
      'gzip with a wrong sum',
      Buffer.concat([zipped.subarray(0, -8), Buffer.alloc(8)]),
      'expected the archive in whole gzip: incorrect data check',
    ],
    ['zstd that breaks off', packZstd(archive).subarray(0, -3), 'expected the archive in whole zstd: the zstd frame breaks off'],
    [
      'a zstd window of 1 GiB',
      zstdHeader.window(20),
      'expected the archive in whole zstd: expected a zstd window of at most 134217728 bytes, got 1073741824',
    ],
    [
      'a zstd frame of 5 GB in one piece',
      zstdHeader.single(5_000_000_000n),
      'expected the archive in whole zstd: expected a zstd window of at most 134217728 bytes, got 5000000000',
    ],
    ['a zstd frame with a dictionary', zstdHeader.dictionary, 'expected the archive in whole zstd: it needs a zstd dictionary'],
    [
      'zstd with something behind it',
      Buffer.concat([packZstd(archive), Buffer.from('more')]),
      'expected the archive in whole zstd: expected a zstd frame after the last one, got something else',
    ],
  ])('as in %s is an error', async (_what, bytes, message) => {
    expect((await errorOf(open(bytes))).message).toBe(`cannot read docker-archive:-: ${message}`);
  });

  it('is not what is said where the stream itself fails', async () => {
    const cut = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
      yield* inChunks(zipped.subarray(0, 2000));
      throw new Error('the network is gone');
    };
    expect((await errorOf(openPath('-', cut))).message).toBe('the network is gone');
  });

  it.each(['a file', 'standard input'] as const)(
    'is no matter of how well zeros are packed: those of some MiB are read from %s',
    async (way) => {
      const zeros = Buffer.alloc(8 * 1024 * 1024);
      const files = await open(gzipSync(makeTar([{ path: 'layer.tar', contents: zeros }])), way);
      expect(await files.sizeOf('layer.tar')).toBe(zeros.length);
      await files.close();
    },
  );

  it('as a bomb is refused', async () => {
    const gib = 1024 ** 3;
    const head = makeTar([{ path: 'layer.tar', patch: (header) => void header.write('777777777777', 124) }]).subarray(0, 512);
    const opening = openPath('-', () => zstdBomb(head, 10 * gib));
    expect((await errorOf(opening)).message).toMatch(
      /^cannot read docker-archive:-: expected the archive in whole zstd: expected at most 100 times the \d+ bytes that came, got more$/,
    );
  }, 120_000);
});

describe('an archive that says twice what is in it', () => {
  it.each(['manifest.json', 'index.json', 'oci-layout'])(
    'differently by %s is refused, because tools take the first or the last',
    async (path) => {
      const twice = makeTar([
        { path, contents: '[1]' },
        { path: `./${path}`, contents: '[2]' },
      ]);
      expect((await errorOf(open(twice, 'a file'))).message).toBe(
        `cannot read docker-archive:archive: expected one ${path}, got two that differ`,
      );
      expect((await errorOf(open(gzipSync(twice)))).message).toBe(
        `cannot read docker-archive:-: expected one ${path}, got two that differ`,
      );
    },
  );

  it('in the same words is read', async () => {
    const twice = makeTar([
      { path: 'manifest.json', contents: '[1]' },
      { path: 'manifest.json', contents: '[1]' },
    ]);
    expect(await (await open(twice)).sizeOf('manifest.json')).toBe(3);
  });

  it('by a file and a link is refused', async () => {
    const twice = makeTar([
      { path: 'other', contents: '[1]' },
      { path: 'manifest.json', contents: '[1]' },
      { path: 'manifest.json', type: '2', link: 'other' },
    ]);
    expect((await errorOf(open(twice))).message).toContain('expected one manifest.json, got two that differ');
  });
});

describe('any cut of an archive', () => {
  const small = makeTar([
    { path: 'layer.tar', contents: layer },
    { path: 'a.json', contents: '{}' },
  ]);
  it.each([
    ['plain, from a file', small, 'a file'],
    ['plain, from standard input', small, 'standard input'],
    ['gzip', gzipSync(small), 'standard input'],
    ['zstd', packZstd(small), 'standard input'],
  ] as const)('that is %s is an error, or the end of it is there', async (_what, bytes, way) => {
    for (let length = 0; length < bytes.length; length += 32) {
      const cut = bytes.subarray(0, length);
      const { code } = await errorOf(open(cut, way));
      // Where one block of zeros is left, nothing is missing but the other.
      const isWhole = bytes === small && length === small.length - 512;
      expect([length, code]).toEqual([length, isWhole ? 'none' : 'unreadable']);
    }
  });
});

describe('a terminal', () => {
  it('is not waited for, since nobody types an archive', async () => {
    const terminal = Object.assign(Readable.from([]), { isTTY: true });
    expect(await errorOf(openPath('-', () => terminal))).toEqual({
      code: 'unreadable',
      message: 'cannot read docker-archive:-: expected an archive on standard input, got a terminal',
      hint: 'send it there: imgupdate list docker-archive:- < FILE',
    });
  });
});
