import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync, linkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromChunks } from '../../../src/sources/archive/byte-source.ts';
import { walkEntries, walkTar } from '../../../src/sources/archive/read-tar.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../../helpers/temp.ts';
import { END, inChunks, makeEntry, makePax, makeTar } from './make-tar.ts';

type Seen = { path: string | null; kind: string; link: string | null; text: string };

async function walk(bytes: Uint8Array, chunk = 700): Promise<Seen[]> {
  const seen: Seen[] = [];
  for await (const entry of walkTar(inChunks(bytes, chunk), 'docker-archive:a.tar')) {
    const text = Buffer.from(await entry.read(100_000_000_000)).toString();
    seen.push({ path: entry.path, kind: entry.kind, link: entry.linkTarget, text });
  }
  return seen;
}

const messageOf = (bytes: Uint8Array): Promise<string> =>
  walk(bytes).then(
    () => 'read',
    (error: unknown) => (error instanceof Error ? `${'code' in error ? String(error.code) : error.name}: ${error.message}` : 'no error'),
  );

const LONG = 'a'.repeat(120);

describe('an archive of GNU tar', () => {
  let directory: TemporaryDirectory;
  beforeAll(async () => {
    directory = await makeTemporaryDirectory();
    const tree = join(directory.path, 'tree');
    mkdirSync(join(tree, 'folder', LONG), { recursive: true });
    writeFileSync(join(tree, 'folder', 'file'), 'one');
    writeFileSync(join(tree, 'folder', 'empty'), '');
    writeFileSync(join(tree, 'folder', 'block'), 'x'.repeat(1024));
    symlinkSync('../folder/file', join(tree, 'folder', 'symbolic'));
    linkSync(join(tree, 'folder', 'file'), join(tree, 'hard'));
  });
  afterAll(() => directory.remove());

  it.each(['v7', 'ustar', 'gnu', 'oldgnu', 'posix'])('of format %s is walked entry by entry, as tar lists it', async (format) => {
    const names =
      format === 'v7' || format === 'ustar' ? ['folder/file', 'folder/empty', 'folder/block', 'folder/symbolic', 'hard'] : ['.'];
    if (format === 'gnu' || format === 'oldgnu' || format === 'posix') {
      writeFileSync(join(directory.path, 'tree', 'folder', LONG, `${LONG}-é`), 'long');
    }
    const tree = join(directory.path, 'tree');
    const bytes = execFileSync('tar', ['-c', `--format=${format}`, '-C', tree, ...names]);
    const seen = await walk(bytes);
    const listed = execFileSync('tar', ['-t', '--quoting-style=literal'], { input: bytes }).toString().trim().split('\n');
    const cleaned = listed.map((name) => name.replace(/^\.\//, '').replace(/\/$/, '') || null);
    expect(seen.map(({ path }) => path)).toEqual(cleaned);
    const byPath = new Map(seen.map((each) => [each.path, each]));
    expect(byPath.get('folder/block')?.text).toBe('x'.repeat(1024));
    expect(byPath.get('folder/symbolic')).toMatchObject({ kind: 'symbolic link', link: 'folder/file' });
    const [file, hard] = [byPath.get('folder/file'), byPath.get('hard')];
    const kept = file?.kind === 'file' ? [file, hard, 'folder/file'] : [hard, file, 'hard'];
    expect(kept[0]).toMatchObject({ kind: 'file', text: 'one' });
    expect(kept[1]).toMatchObject({ kind: 'hard link', link: kept[2] });
    if (names[0] === '.') expect(byPath.get(`folder/${LONG}/${LONG}-é`)?.text).toBe('long');
  });

  it('with a sparse file is walked to its end', async () => {
    const tree = join(directory.path, 'sparse');
    mkdirSync(tree);
    const script =
      'for i in $(seq 0 40); do printf x | dd of=holes bs=1 seek=$((i*65536)) conv=notrunc status=none; done; echo after > next';
    execFileSync('sh', ['-c', script], { cwd: tree });
    const bytes = execFileSync('tar', ['-cS', '--format=gnu', 'holes', 'next'], { cwd: tree });
    expect((await walk(bytes)).map(({ path, kind }) => [path, kind])).toEqual([
      ['holes', 'other'],
      ['next', 'file'],
    ]);
  });
});

describe('the name of an entry', () => {
  it.each([
    ['./a//b', 'a/b'],
    ['/etc/passwd', 'etc/passwd'],
    ['a/../b', 'b'],
    ['../b', null],
    ['a/../../b', null],
    ['..', null],
    ['.', null],
    ['a\0b', 'a'],
    ['a\0\nb', 'a'],
    ['a\nb', 'a\nb'],
  ])('%j is the path %j within the archive', async (written, path) => {
    expect(await walk(makeTar([{ path: written, contents: 'x' }]))).toMatchObject([{ path, text: 'x' }]);
  });

  it('is that of the extended header before it, whatever the prefix in its own', async () => {
    const entry = makeEntry({ path: 'short', contents: 'x', patch: (header) => header.write('prefix', 345) });
    expect(await walk(Buffer.concat([entry, makePax({ path: 'with\nnew line' }), entry, END]))).toMatchObject([
      { path: 'prefix/short' },
      { path: 'with\nnew line' },
    ]);
  });

  it('is not that of an extended header of the entry before', async () => {
    const file = makeEntry({ path: 'file' });
    expect(await walk(Buffer.concat([makePax({ path: 'first' }), file, file, END]))).toMatchObject([{ path: 'first' }, { path: 'file' }]);
  });
});

describe('the size of an entry', () => {
  it('may be written in base 256', async () => {
    const patch = (header: Buffer): void => {
      header.fill(0, 124, 136);
      header[124] = 0x80;
      header[135] = 3;
    };
    expect(await walk(makeTar([{ path: 'a', contents: 'abc', patch }, { path: 'b' }]))).toMatchObject([{ text: 'abc' }, { path: 'b' }]);
  });

  it('is that of the extended header', async () => {
    const entry = makeEntry({ path: 'a', contents: 'abc', size: 0 });
    expect(await walk(Buffer.concat([makePax({ size: '3' }), entry, END]))).toMatchObject([{ text: 'abc' }]);
  });

  it('is none of a link, whatever is written', async () => {
    const bytes = makeTar([
      { path: 'a', type: '1', link: 'b', size: 512 },
      { path: 'b', contents: 'x' },
    ]);
    expect(await walk(bytes)).toMatchObject([{ kind: 'hard link', link: 'b' }, { text: 'x' }]);
  });
});

describe('a link', () => {
  it.each([
    ['2', 'folder/link', '../file', 'file'],
    ['2', 'folder/link', '../../file', null],
    ['2', 'folder/link', '/etc/passwd', null],
    ['1', 'folder/link', 'folder/file', 'folder/file'],
    ['1', 'folder/link', '../file', null],
    ['2', 'link', '', null],
  ])('of type %s at %s to %s leads to %s', async (type, path, link, target) => {
    expect(await walk(makeTar([{ path, type, link }]))).toMatchObject([{ link: target }]);
  });
});

describe('an archive that is wrong', () => {
  const good = makeTar([{ path: 'a', contents: 'abc' }]);
  it.each([
    ['ends within a header', good.subarray(0, 100), 'expected 512 bytes of a tar header at byte 0, got 100: it breaks off'],
    ['ends within contents', good.subarray(0, 514), 'expected 3 bytes of a, got 2: it breaks off'],
    ['ends within padding', good.subarray(0, 600), 'expected 509 bytes of padding after a, and it breaks off'],
    ['ends without its end', good.subarray(0, 1024), 'expected the blocks of zeros that end a tar archive at byte 1024, and it breaks off'],
    ['ends within the second block of zeros', good.subarray(0, -1), 'expected 512 zeros at byte 1536, got 511 bytes: it breaks off'],
    [
      'promises 10 GB and has none',
      makeEntry({ path: 'a', patch: (header) => header.write('112402762000\0', 124) }),
      'expected 10000000000 bytes of a, got 0: it breaks off',
    ],
    [
      'has a wrong checksum',
      Buffer.concat([Buffer.from('b'), good.subarray(1)]),
      'expected a tar header at byte 0, got a block that is none: its checksum is wrong',
    ],
    [
      'has a negative size',
      makeTar([{ path: 'a', patch: (header) => void header.fill(0xff, 124, 136) }]),
      'expected a tar header at byte 0, got a block that is none: its size is no number that can be',
    ],
    [
      'goes on after one block of zeros',
      Buffer.concat([makeEntry({ path: 'a' }), Buffer.alloc(512), makeEntry({ path: 'b' }), END]),
      'expected a second block of zeros at byte 1024, got something else',
    ],
    [
      'promises an extended header of 2 MiB',
      makeEntry({ path: 'x', type: 'x', size: 2 * 1024 * 1024 }),
      'expected at most 1 MiB of an extended header, got 2 MiB',
    ],
    [
      'has a record of a wrong length',
      Buffer.concat([makeEntry({ path: 'x', type: 'x', contents: '99 path=b\n' }), good]),
      'expected an entry before byte 1024 that can be read: its extended header has a record that is none',
    ],
    [
      'has a size that is none',
      Buffer.concat([makePax({ size: '1e9' }), good]),
      'expected an entry before byte 1024 that can be read: its size is no number that can be',
    ],
  ])('because it %s is refused', async (_what, bytes, message) => {
    expect(await messageOf(bytes)).toBe(`unreadable: cannot read docker-archive:a.tar: ${message}`);
  });

  it('keeps what a terminal would obey out of the message', async () => {
    expect(await messageOf(makeEntry({ path: 'a\u001b[2J', contents: 'abc' }).subarray(0, 514))).toContain('3 bytes of a\ufffd[2J');
  });
});

describe('walking', () => {
  it('ends at the second block of zeros, whatever follows', async () => {
    const bytes = Buffer.concat([makeTar([{ path: 'a', contents: 'x' }]), Buffer.from('rubbish')]);
    expect(await walk(bytes)).toMatchObject([{ path: 'a' }]);
  });

  it.each([1, 511, 512, 513, 100_000])('is the same for chunks of %i bytes', async (chunk) => {
    const bytes = makeTar([
      { path: 'a', contents: 'x'.repeat(513) },
      { path: 'b', contents: 'y' },
    ]);
    expect(await walk(bytes, chunk)).toMatchObject([{ text: 'x'.repeat(513) }, { text: 'y' }]);
  });

  it('passes over what is not read, and leaves what is read in part', async () => {
    const bytes = makeTar([
      { path: 'a', contents: 'x'.repeat(5000) },
      { path: 'b', contents: 'y'.repeat(5000) },
      { path: 'c', contents: 'z' },
    ]);
    const seen: string[] = [];
    for await (const entry of walkTar(inChunks(bytes), 'it')) {
      if (entry.path === 'b') for await (const chunk of entry.chunks()) if (chunk.length > 0) break;
      seen.push(`${entry.path}: ${Buffer.from(await entry.peek(2)).toString()}`);
    }
    expect(seen).toEqual(['a: xx', 'b: yy', 'c: z']);
  });

  it('that is left closes what it reads from', async () => {
    let isClosed = false;
    const bytes = makeTar([{ path: 'a', contents: 'x'.repeat(5000) }]);
    const chunks = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
      try {
        yield* inChunks(bytes);
      } finally {
        isClosed = true;
      }
    };
    for await (const entry of walkTar(chunks(), 'it')) if (entry.path === 'a') break;
    expect(isClosed).toBe(true);
  });

  it('refuses an archive that has no end', async () => {
    const entry = Buffer.concat(Array.from({ length: 1000 }, () => makeEntry({ path: 'a' })));
    const endless = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
      for (;;) yield await Promise.resolve(entry);
    };
    const walking = (async () => {
      for await (const { kind } of walkEntries(fromChunks(endless()), 'it', 20_000)) if (kind !== 'file') break;
    })();
    await expect(walking).rejects.toThrow('cannot read it: expected at most 20000 entries, got more');
  });
});
