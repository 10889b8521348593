import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ImgupdateError } from '../../../src/errors.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../../helpers/temp.ts';
import { linesOf, pod, problemsOf, readFiles, writeTree } from './tree.ts';

let home: TemporaryDirectory;
let cwd: string;
beforeEach(async () => {
  home = await makeTemporaryDirectory();
  cwd = home.path;
});
afterEach(() => home.remove());

async function failureOf(
  paths: readonly string[],
  stdin?: () => AsyncIterable<unknown>,
): Promise<{ code: string; message: string; hint: string | null }> {
  const error: unknown = await readFiles(cwd, paths, stdin === undefined ? {} : { stdin }).catch((thrown: unknown) => thrown);
  if (!(error instanceof ImgupdateError)) throw new Error(`expected a refusal, got ${String(error)}`);
  return { code: error.code, message: error.message, hint: error.hint };
}

describe('a named path', () => {
  it.each([
    ['missing', 'cannot read missing: no such file or folder'],
    ['', 'cannot read "": no such file or folder'],
    ['Dockerfile/x', 'cannot read Dockerfile/x: no such file or folder'],
    ['loop', 'cannot read loop: its symbolic links lead nowhere'],
    ['n'.repeat(300), `cannot read ${'n'.repeat(199)}…: its name is too long`],
    ['a\u001b[2J\n', 'cannot read a\ufffd[2J\ufffd: no such file or folder'],
    ['a\0b', 'cannot read a\ufffdb: '],
    ['socket', 'cannot read socket: expected a file or a folder, got a socket or a disk'],
  ])('%j that cannot be read is wrong usage', async (path, message) => {
    await writeTree(cwd, { Dockerfile: 'FROM a' });
    await symlink('loop', join(cwd, 'loop'));
    const server = createServer().listen(join(cwd, 'socket'));
    await once(server, 'listening');
    const failure = await failureOf([path]);
    server.close();
    expect(failure).toMatchObject({ code: 'usage', message: expect.stringContaining(message) });
    expect(failure.hint).toBe('name files or folders that are there, or - for standard input');
  });

  it('that is not there ends the run before anything is read', async () => {
    let wasRead = false;
    const stdin = () => {
      wasRead = true;
      return Readable.from([]);
    };
    expect((await failureOf(['-', 'missing'], stdin)).message).toBe('cannot read missing: no such file or folder');
    expect(wasRead).toBe(false);
  });

  it('is shown relative to the working directory where it lies below it, else absolute', async () => {
    await writeTree(cwd, { 'work/app/Dockerfile': 'FROM a:1', 'work/..b/Dockerfile': 'FROM b:1', 'other/Dockerfile': 'FROM c:1' });
    const inventory = await readFiles(join(cwd, 'work'), ['./app/../app/Dockerfile', '../work/..b/Dockerfile', '../other/Dockerfile']);
    expect(linesOf(inventory)).toEqual(['..b/Dockerfile:1 b:1', `${cwd}/other/Dockerfile:1 c:1`, 'app/Dockerfile:1 a:1'].sort());
  });

  it('that is named twice, or by a link as well, is read once', async () => {
    await writeTree(cwd, { Dockerfile: 'FROM a:1' });
    await symlink('Dockerfile', join(cwd, 'Dockerfile.link'));
    const inventory = await readFiles(cwd, ['Dockerfile', './Dockerfile', 'Dockerfile.link', '.']);
    expect(linesOf(inventory)).toEqual(['Dockerfile:1 a:1']);
    expect(inventory.files).toBe(1);
  });
});

describe('what a file is', () => {
  it.each([
    ['Dockerfile', 'FROM a:1', 'dockerfile'],
    ['containerfile', 'FROM a:1', 'dockerfile'],
    ['prod.Dockerfile', 'FROM a:1', 'dockerfile'],
    ['Dockerfile.prod', 'ARG V=1\nFROM a:$V', 'dockerfile'],
    ['build', '# syntax=docker/dockerfile:1\n\n# hi\nARG V=1\nfrom a:$V\nRUN <<E\nkind: x\napiVersion: v1\nE', 'dockerfile'],
    ['build', 'RUN true\nFROM a:1', 'dockerfile'],
    ['anything', pod('a:1'), 'kubernetes'],
    ['anything.json', JSON.stringify({ kind: 'Pod', apiVersion: 'v1', spec: { containers: [{ image: 'a:1' }] } }), 'kubernetes'],
    ['anything', '{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"image":"a:1"}]}}', 'kubernetes'],
    ['flow.yaml', '{"apiVersion": v1, "kind": Pod, spec: {containers: [{image: a:1}]}}', 'kubernetes'],
    ['bom.yaml', `\ufeff${pod('a:1').replaceAll('\n', '\r\n')}`, 'kubernetes'],
    ['compose.yaml', 'services: {web: {image: a:1}}', 'compose'],
    ['stack.yml', 'name: x\nservices:\n  web:\n    image: a:1', 'compose'],
    ['stack.json', '{"services": {"web": {"image": "a:1"}}}', 'compose'],
    ['images.txt', '# ours\na:1\n', 'list'],
    ['rancher-images.txt', 'a:1', 'list'],
    ['prod.list', 'a:1', 'list'],
    ['anything', 'docker.io/library/a:1\r\n', 'list'],
    ['word', 'a:1', 'list'],
  ])('%s is told by its name, else by its contents', async (name, text, kind) => {
    await writeTree(cwd, { [name]: text });
    const inventory = await readFiles(cwd, [name]);
    expect(inventory.references.filter((found) => found.kind !== 'dockerfile-frontend')).toMatchObject([
      { kind, place: { path: name }, reference: { ok: true, value: { repository: 'library/a', tag: '1' } } },
    ]);
    expect(inventory.files).toBe(1);
  });

  it.each([
    ['notes.txt', 'nginx\nDear all', 'is no Dockerfile, compose file, Kubernetes manifest or list of images: line 2 is no image'],
    ['values.yaml', 'image: {tag: 1}', 'is no Dockerfile, compose file, Kubernetes manifest or list of images: line 1 is no image'],
    ['empty', ' \n', 'is empty: expected a Dockerfile, a compose file, a Kubernetes manifest or a list of images'],
    ['comment', '# Dear all\n', 'is no Dockerfile, compose file, Kubernetes manifest or list of images: no line names an image'],
    ['openapi.json', '{"a": {"apiVersion": 1}, "b": {"kind": 2}}', 'is no Dockerfile, compose file, Kubernetes manifest or list of images'],
    ['binary', Uint8Array.of(70, 82, 79, 77, 0, 97), 'is no text: it has NUL characters'],
    ['Dockerfile', new TextEncoder().encode(`FROM a\n${'#'.repeat(16 * 1024 * 1024)}`), 'is longer than the 16 MiB that are read'],
    ['pod.yaml', 'apiVersion: v1\nkind: Pod\nspec: [', 'is not read: '],
  ])('%s that names no images, or cannot be read, makes the check incomplete', async (name, text, message) => {
    await writeTree(cwd, { [name]: text, Containerfile: 'FROM still:read' });
    const inventory = await readFiles(cwd, [name, 'Containerfile']);
    expect(inventory.problems).toMatchObject([{ kind: 'unread', path: name, message: expect.stringContaining(message) }]);
    expect(linesOf(inventory)).toEqual(['Containerfile:1 still:read']);
  });

  it('may be of several kinds at once', async () => {
    await writeTree(cwd, { Dockerfile: 'FROM a:1', 'compose.yaml': 'services: {web: {image: b:1}}', 'pod.yaml': pod('c:1') });
    const inventory = await readFiles(cwd, ['pod.yaml', 'compose.yaml', 'Dockerfile']);
    expect(linesOf(inventory)).toEqual(['Dockerfile:1 a:1', 'compose.yaml:1 b:1', 'pod.yaml:5 c:1']);
    expect(inventory.files).toBe(3);
  });

  it('is read though a few bytes are no UTF-8', async () => {
    await writeTree(cwd, { Dockerfile: Buffer.from('# caf\xe9\nFROM a:1', 'latin1') });
    expect(linesOf(await readFiles(cwd, ['Dockerfile']))).toEqual(['Dockerfile:2 a:1']);
  });
});

describe('a Dockerfile that is named', () => {
  it('is read with the arguments of the build, whose values may be the environment’s', async () => {
    await writeTree(cwd, { Dockerfile: 'ARG A=1\nARG B=1\nARG C=1\nFROM a:$A\nFROM b:$B\nFROM c:$C\nFROM d:$constructor' });
    const buildArgs = new Map([
      ['A', '2'],
      ['B', null],
      ['C', null],
      ['constructor', null],
    ]);
    const inventory = await readFiles(cwd, ['Dockerfile'], { buildArgs, env: { A: '9', B: '3' } });
    expect(linesOf(inventory).slice(0, 3)).toEqual(['Dockerfile:4 a:2', 'Dockerfile:5 b:3', 'Dockerfile:6 c:1']);
    expect(inventory.references[3]?.reference.ok).toBe(false);
  });

  it('tells what it builds on, up to the stage that is wanted', async () => {
    await writeTree(cwd, { Dockerfile: 'FROM a:1 AS one\nFROM b:1 AS two', 'sub/Dockerfile': 'FROM scratch' });
    const all = await readFiles(cwd, ['Dockerfile', 'sub']);
    expect(all.builds).toMatchObject([{ path: 'Dockerfile', base: { kind: 'reference', reference: { written: 'b:1' } } }]);
    const one = await readFiles(cwd, ['Dockerfile'], { target: 'one' });
    expect(one.builds).toMatchObject([{ path: 'Dockerfile', base: { kind: 'reference', reference: { written: 'a:1' } } }]);
    expect(linesOf(one)).toEqual(['Dockerfile:1 a:1']);
  });
});

describe('compose files that are named', () => {
  it('are one project when they lie in one folder, merged in the order they are named', async () => {
    await writeTree(cwd, {
      'a.yaml': 'services:\n  web:\n    image: web:1\n  db:\n    image: db:1\n',
      'b.yaml': 'services:\n  web:\n    image: web:2\n',
      'other/c.yaml': 'services:\n  web:\n    image: web:3\n',
    });
    expect(linesOf(await readFiles(cwd, ['a.yaml', 'other/c.yaml', 'b.yaml']))).toEqual([
      'a.yaml:5 db:1',
      'b.yaml:3 web:2',
      'other/c.yaml:3 web:3',
    ]);
    expect(linesOf(await readFiles(cwd, ['b.yaml', 'a.yaml']))).toEqual(['a.yaml:3 web:1', 'a.yaml:5 db:1']);
  });

  it('are not merged with an override that is not named', async () => {
    await writeTree(cwd, { 'compose.yaml': 'services: {web: {image: a:1}}', 'compose.override.yaml': 'services: {web: {image: a:2}}' });
    expect(linesOf(await readFiles(cwd, ['compose.yaml']))).toEqual(['compose.yaml:1 a:1']);
  });
});

it('a hold behind the image of a manifest has no effect, which is said', async () => {
  const text =
    'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: a:1 # imgupdate: hold\n    # imgupdate: hold\n    - image: "b:1" # why\n';
  await writeTree(cwd, { 'pod.yaml': text });
  const { references, problems } = await readFiles(cwd, ['pod.yaml']);
  expect(references.map(({ hold }) => hold !== null)).toEqual([false, true]);
  expect(problems).toEqual([
    {
      kind: 'ignored',
      path: 'pod.yaml',
      line: 5,
      column: 18,
      message: 'a hold behind the image has no effect: put it on a line of its own, directly above',
    },
  ]);
});

it('paths that compose joins are shown as those that are named', async () => {
  await writeTree(cwd, {
    'work/deploy/compose.yaml': 'services:\n  one: {build: ../app}\n  two: {build: ../../lib}\n',
    'work/app/Dockerfile': 'FROM a:1',
    'lib/Dockerfile': 'FROM b:1',
    '.git/HEAD': '',
  });
  const work = join(cwd, 'work');
  const expected = [`${cwd}/lib/Dockerfile:1 b:1`, 'app/Dockerfile:1 a:1'];
  expect(linesOf(await readFiles(work, ['deploy/compose.yaml', '../lib', 'app/Dockerfile']))).toEqual(expected);
  expect(linesOf(await readFiles(work, ['.']))).toEqual(expected);
});

describe('standard input', () => {
  it.each([
    ['a manifest', pod('a:1'), ['-:5 a:1']],
    ['JSON of kubectl', '{"apiVersion":"v1","items":[{"spec":{"containers":[{"image":"a:1"}]}}],"kind":"List"}', ['-:1 a:1']],
    [
      'JSON objects one after the other',
      '{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"image":"a:1"}]}}\n'.repeat(2),
      ['-:1 a:1', '-:2 a:1'],
    ],
    ['a Dockerfile behind a byte order mark', '\ufeffFROM a:1', ['-:1 a:1']],
    [
      'a compose file, whose paths are of the working directory',
      'services: {web: {image: b:1}, app: {build: app}}',
      ['-:1 b:1', 'app/Dockerfile:1 a:1'],
    ],
  ])('may be %s', async (_, stdin, lines) => {
    await writeTree(cwd, { 'app/Dockerfile': 'FROM a:1' });
    const inventory = await readFiles(cwd, ['-'], { stdin });
    expect(linesOf(inventory)).toEqual(lines);
    expect(inventory.problems).toEqual([]);
  });

  it('is read once, by whatever names', async () => {
    let times = 0;
    const stdin = () => {
      times += 1;
      return Readable.from([Buffer.from('FROM a:1')]);
    };
    const inventory = await readFiles(cwd, ['-', '/dev/stdin', '-'], { stdin });
    expect(linesOf(inventory)).toEqual(['-:1 a:1']);
    expect(times).toBe(1);
    expect(inventory.builds).toMatchObject([{ path: '-' }]);
  });

  it('that never ends is left when the run ends, and one that fails is a failure', async () => {
    const controller = new AbortController();
    const reading = readFiles(cwd, ['-'], { stdin: () => new PassThrough(), signal: controller.signal });
    setTimeout(() => controller.abort(new Error('the run ends')), 20);
    await expect(reading).rejects.toThrow('the run ends');
    await expect(readFiles(cwd, ['-'], { stdin: () => new PassThrough().destroy(new Error('EIO')) })).rejects.toThrow('EIO');
  });

  it('is not confused with a file named -', async () => {
    await writeTree(cwd, { '-': 'FROM a:1' });
    expect(linesOf(await readFiles(cwd, ['./-']))).toEqual(['./-:1 a:1']);
  });

  it('that is no text makes the check incomplete', async () => {
    expect(problemsOf(await readFiles(cwd, ['-'], { stdin: 'FROM a\0' }))).toEqual(['unread - is no text: it has NUL characters']);
  });

  it('without anything in it makes the check incomplete', async () => {
    expect(problemsOf(await readFiles(cwd, ['-'], { stdin: '' }))).toEqual([
      'unread - is empty: expected a Dockerfile, a compose file, a Kubernetes manifest or a list of images (did the command before it fail?)',
    ]);
  });
});

describe('a pipe', () => {
  it('is read to its end, as from <(kubectl get pods -o json)', async () => {
    const pipe = join(cwd, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const writer = spawn('sh', ['-c', `sleep 0.1; cat > ${pipe}`], { stdio: ['pipe', 'ignore', 'ignore'] });
    writer.stdin.end(`${'# a comment\n'.repeat(100_000)}${pod('a:1')}`);
    expect(linesOf(await readFiles(cwd, ['pipe']))).toEqual(['pipe:100005 a:1']);
  });

  it('that nobody writes to is left when the run ends', async () => {
    execFileSync('mkfifo', [join(cwd, 'pipe')]);
    const controller = new AbortController();
    const reading = readFiles(cwd, ['pipe'], { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('the run ends')), 50);
    await expect(reading).rejects.toThrow('the run ends');
  });

  it('is left alone where nobody named it', async () => {
    await mkdir(join(cwd, 'app'));
    execFileSync('mkfifo', [join(cwd, 'Dockerfile'), join(cwd, 'app/Dockerfile')]);
    await writeFile(join(cwd, 'compose.yaml'), 'services: {app: {build: app}}');
    const inventory = await readFiles(cwd, ['.']);
    expect(inventory.references).toEqual([]);
    expect(problemsOf(inventory)).toEqual([
      'unread Dockerfile is no regular file',
      'unread app/Dockerfile is no regular file',
      'unread compose.yaml Dockerfile app/Dockerfile is no regular file',
    ]);
  });

  it('without an end is read up to the limit', async () => {
    expect(problemsOf(await readFiles(cwd, ['/dev/zero']))).toEqual(['unread /dev/zero is no text: it has NUL characters']);
  });
});

it('leaves no file open', async () => {
  await writeTree(cwd, Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`${index}/Dockerfile`, 'FROM a:1'])));
  const before = await open(cwd);
  await readFiles(cwd, ['.', '0/Dockerfile']);
  const after = await open(cwd);
  expect(after.fd - before.fd).toBeLessThan(5);
  await before.close();
  await after.close();
  await rm(cwd, { recursive: true });
});
