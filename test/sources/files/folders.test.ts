import { chmod, mkdir, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../../helpers/temp.ts';
import { linesOf, pod, problemsOf, readFiles, writeTree } from './tree.ts';

const FIXTURES = fileURLToPath(new URL('../../../fixtures/files/kubernetes', import.meta.url));

let home: TemporaryDirectory;
let cwd: string;
beforeEach(async () => {
  home = await makeTemporaryDirectory();
  cwd = home.path;
});
afterEach(() => home.remove());

/** A signal that calls back each time the run asks whether it is to end. */
function signalThat(callback: (times: number) => void): AbortSignal {
  let times = 0;
  return Object.assign(new AbortController().signal, { throwIfAborted: () => callback((times += 1)) });
}

describe('in a folder', () => {
  it('what is named as a Dockerfile is read, and nothing else with FROM in it', async () => {
    const names = [
      'Dockerfile',
      'Containerfile',
      'sub/DOCKERFILE',
      'Dockerfile.prod',
      'web.Dockerfile',
      'web.dockerfile',
      'Containerfile.el9',
      'Dockerfile-dev',
      'Dockerfile_windows',
      'dockerfile.prod',
      'DockerfileWorker',
    ];
    const others = ['Dockerfile.dockerignore', 'web.Dockerfile.dockerignore', 'notes.txt', 'Dockerfile~', 'from'];
    await writeTree(cwd, Object.fromEntries([...names, ...others].map((name, index) => [name, `FROM a:${index}`])));
    const inventory = await readFiles(cwd, ['.']);
    expect(linesOf(inventory)).toEqual(names.toSorted().map((name) => `${name}:1 a:${names.indexOf(name)}`));
    expect(inventory).toMatchObject({ problems: [], builds: [], files: names.length });
  });

  it('what only seems to be a Dockerfile is said to be none', async () => {
    await writeTree(cwd, { 'Dockerfile.md': '# How to build\nFirst, run make.' });
    expect(problemsOf(await readFiles(cwd, ['.']))).toEqual(['ignored Dockerfile.md is named like a Dockerfile, but has no FROM']);
  });

  it.each([
    ['Dockerfile.md', '# Build\n\nThe images are made\nFROM the file below', 'is named like a Dockerfile, but does not begin like one'],
    ['Dockerfile.tmLanguage', '<?xml version="1.0"?>\n<dict>\n  FROM x', 'is named like a Dockerfile, but does not begin like one'],
    [
      'Dockerfile.template',
      '{{\n\tdef v: 1\n-}}\nFROM alpine:{{ v }}\n',
      'is a template of a Dockerfile, and not read: check what it makes',
    ],
    ['Dockerfile.j2', 'FROM {{ base }}\nRUN x', 'is a template of a Dockerfile, which is still to fill in an image: check what it makes'],
    [
      'Dockerfile-debian.template',
      'FROM php:%%V%%\n',
      'is a template of a Dockerfile, which is still to fill in an image: check what it makes',
    ],
  ])('%s is left out, and that is said once', async (name, text, message) => {
    await writeTree(cwd, { [name]: text });
    const inventory = await readFiles(cwd, ['.']);
    expect(problemsOf(inventory)).toEqual([`ignored ${name} ${message}`]);
    expect(linesOf(inventory)).toEqual([]);
  });

  it('an argument without a value is no template', async () => {
    await writeTree(cwd, { 'Dockerfile.prod': 'ARG V\nFROM node:${V%%-*}\n' });
    expect(linesOf(await readFiles(cwd, ['.']))).toEqual(['Dockerfile.prod:2 ARG V has no value: give it with --build-arg V=...']);
  });

  it('what a template of a Dockerfile names in full is read', async () => {
    await writeTree(cwd, { 'Dockerfile.in': 'FROM golang:1.26 AS build\nFROM @BASE@\nCOPY --from=build /x /x\n' });
    expect(linesOf(await readFiles(cwd, ['.']))).toEqual(['Dockerfile.in:1 golang:1.26']);
  });

  it('compose files are told from others that only have such a name', async () => {
    await writeTree(cwd, {
      'dev-compose.yml': 'services: {a: {image: "a:1"}}\n',
      'docker_compose.yaml': 'services: {b: {image: "b:1"}}\n',
      'compose.yaml': 'services: {c: {image: "c:1"}}\n',
      'mydocker-compose.prod.yml': 'name: x\nservices:\n  d: {image: "d:1"}\n',
      'pod-compose.yaml': pod('e:1'),
      'test-compose.yml': 'jobs: {x: {services: {y: {image: "no:1"}}}}\n',
      'composer.yml': 'services: {f: {image: "no:1"}}\n',
    });
    const inventory = await readFiles(cwd, ['.']);
    expect(linesOf(inventory)).toEqual([
      'compose.yaml:1 c:1',
      'dev-compose.yml:1 a:1',
      'docker_compose.yaml:1 b:1',
      'mydocker-compose.prod.yml:3 d:1',
      'pod-compose.yaml:5 e:1',
    ]);
    expect(inventory).toMatchObject({ problems: [], files: 5 });
  });

  it('a program or a text about Dockerfiles is none, and no word is lost on it', async () => {
    await writeTree(cwd, {
      'dockerfile.py': 'from pathlib import Path\n',
      'dockerfile_parse.py': '# a licence\nfrom os import (path)\nFROM = 1\n',
      'dockerfile.vim': '" syntax\nFROM x\n',
      'parse-dockerfile.ts': "import { a } from 'a';\n",
      'dockerfile-notes.txt': 'From the start\n',
      'mydockerfile.bin': new Uint8Array([70, 82, 79, 77, 32, 0, 97]),
      'dockerfile-lint.yaml': pod('a:1'),
    });
    const inventory = await readFiles(cwd, ['.']);
    expect(linesOf(inventory)).toEqual(['dockerfile-lint.yaml:5 a:1']);
    expect(inventory).toMatchObject({ problems: [], files: 1 });
  });

  it('a Dockerfile that begins with what may not stand there is still read', async () => {
    await writeTree(cwd, { 'Dockerfile.old': 'MAINTAINER me\nFROM a:1\n', 'dockerfile-low': 'from b:1 as x\n' });
    expect(linesOf(await readFiles(cwd, ['.']))).toEqual(['Dockerfile.old:2 a:1', 'dockerfile-low:1 b:1']);
  });

  it('Kubernetes objects are told from other YAML and JSON by a look at them', async () => {
    await writeTree(cwd, {
      'a.yaml': pod('a:1'),
      'b.yml': `# a licence\n---\n${pod('b:1')}`,
      'c.json': '{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"image": "c:1"}]}}',
      'workflow.yaml': 'jobs:\n  x:\n    container: {image: "x:1"}\n    services: {db: {image: "y:1"}}\n',
      'openapi.json': '{"components": {"kind": 1, "apiVersion": 2, "containers": [{"image": "x:1"}]}}',
      'values.yaml': 'apiVersion: v1\nimage: x:1\n',
      'indented.yaml': 'data:\n  apiVersion: v1\n  kind: Pod\n',
      'package.json': '{"name": "x"}',
      'pod.txt': pod('x:1'),
      'broken.yaml': 'a: [1, 2',
    });
    const inventory = await readFiles(cwd, ['.']);
    expect(linesOf(inventory)).toEqual(['a.yaml:5 a:1', 'b.yml:7 b:1', 'c.json:1 c:1']);
    expect(inventory).toMatchObject({ problems: [], files: 3 });
  });

  it('a manifest that cannot be read is said with its place', async () => {
    await writeTree(cwd, { 'pod.yaml': `${pod('a:1')}  bad: [\n`, 'jinja.yaml': 'apiVersion: v1\nkind: Pod\n{% if x %}\nname: {{ x }}\n' });
    const { problems } = await readFiles(cwd, ['.']);
    expect(problems).toMatchObject([
      { kind: 'unread', path: 'jinja.yaml', line: 3, message: expect.stringContaining('it is a template: check what it renders to') },
      { kind: 'unread', path: 'pod.yaml', line: expect.any(Number), message: expect.stringMatching(/^is not read: /) },
    ]);
  });

  it('.git and node_modules are not entered, unless they are named', async () => {
    await writeTree(cwd, {
      '.git/Dockerfile': 'FROM a:1',
      'x/node_modules/y/Dockerfile': 'FROM b:1',
      '.devcontainer/Dockerfile': 'FROM c:1',
    });
    expect(linesOf(await readFiles(cwd, ['.']))).toEqual(['.devcontainer/Dockerfile:1 c:1']);
    expect(linesOf(await readFiles(cwd, ['x/node_modules']))).toEqual(['x/node_modules/y/Dockerfile:1 b:1']);
  });

  it('everything comes in order of path, line and column', async () => {
    await writeTree(cwd, {
      'b/Dockerfile': 'FROM z:1\nFROM a:1',
      'B/Dockerfile': 'FROM y:1',
      'a.yaml': pod('x:1'),
      'b.Dockerfile': 'FROM w:1',
    });
    const expected = ['B/Dockerfile:1 y:1', 'a.yaml:5 x:1', 'b.Dockerfile:1 w:1', 'b/Dockerfile:1 z:1', 'b/Dockerfile:2 a:1'];
    expect(linesOf(await readFiles(cwd, ['.']))).toEqual(expected);
    expect(linesOf(await readFiles(cwd, ['b', '.', 'B']))).toEqual(expected);
  });

  it('a file that is named as well, by whatever name, is read once', async () => {
    await writeTree(cwd, { 'sub/Dockerfile': 'FROM a:1' });
    await symlink('sub/Dockerfile', join(cwd, 'link'));
    const inventory = await readFiles(cwd, ['link', 'sub']);
    expect({ lines: linesOf(inventory), files: inventory.files }).toEqual({ lines: ['link:1 a:1'], files: 1 });
  });

  it('the templates of a chart are left out in the folder of the chart itself, too', async () => {
    await writeTree(cwd, { 'Chart.yaml': 'apiVersion: v2\nname: a\n', 'templates/pod.yaml': pod('{{ .Values.image }}') });
    expect(problemsOf(await readFiles(cwd, ['.']))).toEqual([
      'ignored Chart.yaml 1 template of this chart was not read: check what is rendered, helm template . | imgupdate check -f -',
    ]);
  });

  it('nothing to read is no problem of its own', async () => {
    expect(await readFiles(cwd, ['.'])).toEqual({ references: [], problems: [], files: 0, builds: [], warnings: [] });
  });

  it('the fixtures of Kubernetes are read, but for the templates of a chart', async () => {
    const inventory = await readFiles(FIXTURES, ['.']);
    expect(problemsOf(inventory)).toEqual([
      'ignored chart/Chart.yaml 2 templates of this chart were not read: check what is rendered, helm template chart | imgupdate check -f -',
      'ignored kustomize/kustomization.yaml these changes of images were not made: check what is rendered, kubectl kustomize DIR | imgupdate check -f -',
    ]);
    expect(linesOf(inventory).filter((line) => line.startsWith('chart/'))).toEqual(['chart/crds/plain.yaml:8 ghcr.io/acme/hook:1']);
    expect(linesOf(await readFiles(FIXTURES, ['chart/templates']))).toEqual([]);
    expect(problemsOf(await readFiles(FIXTURES, ['chart/templates']))).toEqual([
      'ignored chart/Chart.yaml 2 templates of this chart were not read: check what is rendered, helm template chart | imgupdate check -f -',
    ]);
  });
});

describe('compose files in a folder', () => {
  it('are what compose takes there, merged with its override, and each other one by itself', async () => {
    await writeTree(cwd, {
      'compose.yaml': 'services:\n  web: {image: "web:1"}\n  db: {image: "db:1"}\n',
      'compose.override.yaml': 'services:\n  web: {image: "web:2"}\n',
      'compose.prod.yaml': 'services:\n  web: {image: "web:3"}\n',
      'old/docker-compose.yml': 'services:\n  web: {image: "web:4"}\n',
      'alone/docker-compose.override.yml': 'services:\n  web: {image: "web:5"}\n',
    });
    const inventory = await readFiles(cwd, ['.']);
    expect(linesOf(inventory)).toEqual([
      'alone/docker-compose.override.yml:2 web:5',
      'compose.override.yaml:2 web:2',
      'compose.prod.yaml:2 web:3',
      'compose.yaml:3 db:1',
      'old/docker-compose.yml:2 web:4',
    ]);
    expect(inventory.files).toBe(5);
  });

  it('say how the Dockerfiles they build are read; stages that they do not need are still told', async () => {
    await writeTree(cwd, {
      'compose.yaml': 'services:\n  app:\n    build: {context: app, target: final, args: {V: "2"}}\n',
      'app/Dockerfile': 'ARG V\nFROM a:$V AS final\nFROM b:1 AS tests\n',
    });
    const inventory = await readFiles(cwd, ['.']);
    expect(linesOf(inventory)).toEqual(['app/Dockerfile:2 a:2', 'app/Dockerfile:3 b:1']);
    expect(inventory).toMatchObject({ problems: [], files: 2 });
  });

  it('that build one Dockerfile differently keep what each of them builds on', async () => {
    await writeTree(cwd, {
      'compose.yaml': 'services:\n  one: {build: {context: app, args: {V: "1"}}}\n  two: {build: {context: app, args: {V: "2"}}}\n',
      'app/compose.yaml': 'services:\n  three: {build: {context: ., args: {V: "3"}}}\n  again: {build: {context: ., args: {V: "2"}}}\n',
      'app/Dockerfile': 'ARG V\nFROM a:$V\n',
    });
    expect([...linesOf(await readFiles(cwd, ['.']))].sort()).toEqual([
      'app/Dockerfile:2 a:1',
      'app/Dockerfile:2 a:2',
      'app/Dockerfile:2 a:3',
    ]);
  });

  it('that another project includes are told once', async () => {
    await writeTree(cwd, {
      'compose.yaml': 'include: [compose.db.yaml]\nservices: {}\n',
      'compose.db.yaml': 'services:\n  db:\n    image: db:1\n',
    });
    const inventory = await readFiles(cwd, ['.']);
    expect(linesOf(inventory)).toEqual(['compose.db.yaml:3 db:1']);
    expect(inventory.files).toBe(2);
  });

  it('and a Dockerfile that is named as well are both told', async () => {
    await writeTree(cwd, {
      'compose.yaml': 'services: {app: {build: {context: ., args: {V: "2"}}}}\n',
      Dockerfile: 'ARG V=1\nFROM a:$V\nFROM b:1',
    });
    expect(linesOf(await readFiles(cwd, ['Dockerfile', 'compose.yaml']))).toEqual([
      'Dockerfile:2 a:1',
      'Dockerfile:2 a:2',
      'Dockerfile:3 b:1',
    ]);
  });
});

describe('symbolic links', () => {
  it('to files are followed inside the folder, and each file is read once', async () => {
    await writeTree(cwd, { 'in/Dockerfile': 'FROM a:1', 'in/image.txt': 'FROM b:1' });
    await symlink('Dockerfile', join(cwd, 'in/Containerfile'));
    await symlink('image.txt', join(cwd, 'in/Dockerfile.b'));
    await symlink('image.txt', join(cwd, 'in/Dockerfile.c'));
    const inventory = await readFiles(cwd, ['in']);
    expect(linesOf(inventory)).toEqual(['in/Dockerfile:1 a:1', 'in/Dockerfile.b:1 b:1']);
    expect(inventory.problems).toEqual([]);
  });

  it('out of the folder, to nothing and in circles are not followed, and that is said', async () => {
    await writeTree(cwd, { 'out/Dockerfile': 'FROM secret:1', 'in/x': '', 'inside/Dockerfile': 'FROM b:1' });
    await symlink('../out/Dockerfile', join(cwd, 'in/Dockerfile'));
    await symlink('../inside/Dockerfile', join(cwd, 'in/Dockerfile.near'));
    await symlink('missing', join(cwd, 'in/compose.yaml'));
    await symlink('Containerfile', join(cwd, 'in/Containerfile'));
    await symlink('missing', join(cwd, 'in/tsconfig.json'));
    const inventory = await readFiles(cwd, ['in']);
    expect(inventory.references).toEqual([]);
    expect(problemsOf(inventory)).toEqual([
      'unread in/Containerfile is a symbolic link that cannot be followed: its symbolic links lead nowhere',
      'unread in/Dockerfile is a symbolic link that leads out of in; name it itself to have it read',
      'unread in/Dockerfile.near is a symbolic link that leads out of in; name it itself to have it read',
      'unread in/compose.yaml is a symbolic link that cannot be followed: no such file or folder',
    ]);
  });

  it('to folders are not entered, so that loops end', async () => {
    await writeTree(cwd, { 'a/b/Dockerfile': 'FROM a:1' });
    await symlink('..', join(cwd, 'a/b/up'));
    await symlink('/', join(cwd, 'a/root'));
    await symlink('b', join(cwd, 'a/Dockerfile'));
    const inventory = await readFiles(cwd, ['a']);
    expect(linesOf(inventory)).toEqual(['a/b/Dockerfile:1 a:1']);
    expect(inventory.problems).toEqual([]);
  });

  it('may be named themselves', async () => {
    await writeTree(cwd, { 'real/Dockerfile': 'FROM a:1' });
    await symlink('real', join(cwd, 'link'));
    expect(linesOf(await readFiles(cwd, ['link']))).toEqual(['link/Dockerfile:1 a:1']);
    expect(linesOf(await readFiles(cwd, ['link', 'real']))).toEqual(['link/Dockerfile:1 a:1']);
  });
});

describe('hostile folders', () => {
  it('are entered 64 levels deep, and what is below is said not to be looked at', async () => {
    await mkdir(join(cwd, ...Array.from({ length: 1_000 }, () => 'd')), { recursive: true });
    const at = (level: number): string => `${'d/'.repeat(level)}Dockerfile`;
    await writeTree(cwd, { [at(64)]: 'FROM a:1', [at(65)]: 'FROM b:1' });
    const inventory = await readFiles(cwd, ['.']);
    expect(inventory.references.map(({ written }) => written)).toEqual(['a:1']);
    expect(inventory.problems).toMatchObject([
      { kind: 'unread', path: 'd/'.repeat(64).slice(0, -1), message: 'is 64 folders deep; the folders in it were not looked at' },
    ]);
  });

  it('may have a folder that only its owner reads', async () => {
    await writeTree(cwd, {
      'app/Dockerfile': 'FROM a:1',
      'closed/Dockerfile': 'FROM b:1',
      'open/secret/Dockerfile': 'FROM c:1',
      'closed.yaml': '',
    });
    await chmod(cwd, 0o755);
    for (const path of ['closed', 'open/secret/Dockerfile', 'closed.yaml']) await chmod(join(cwd, path), 0);
    // No mode keeps root out.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      const inventory = await readFiles(cwd, ['.']);
      expect(linesOf(inventory)).toEqual(['app/Dockerfile:1 a:1']);
      expect(problemsOf(inventory)).toEqual([
        'unread closed cannot be read: permission denied',
        'unread closed.yaml cannot be read: permission denied',
        'unread open/secret/Dockerfile cannot be read: permission denied',
      ]);
      await expect(readFiles(cwd, ['closed'])).rejects.toMatchObject({ code: 'usage', message: 'cannot read closed: permission denied' });
      await expect(readFiles(cwd, ['closed/Dockerfile'])).rejects.toMatchObject({
        message: 'cannot read closed/Dockerfile: permission denied',
      });
    } finally {
      if (isRoot) process.seteuid?.(0);
      await chmod(join(cwd, 'closed'), 0o755);
    }
  });

  it('may lose files and folders while they are read', async () => {
    await writeTree(cwd, { 'a/Dockerfile': 'FROM a:1', 'b/Dockerfile': 'FROM b:1', 'c/Dockerfile': 'FROM c:1', 'd/pod.yaml': pod('d:1') });
    // The folder itself is asked for once, then each of the four in it, then each file.
    const removed: Promise<void>[] = [];
    const signal = signalThat((times) => {
      if (times === 6) removed.push(rm(join(cwd, 'b'), { recursive: true }), rm(join(cwd, 'd'), { recursive: true }));
    });
    const inventory = await readFiles(cwd, ['.'], { signal });
    await Promise.all(removed);
    expect(removed).toHaveLength(2);
    expect(linesOf(inventory)).toEqual(expect.arrayContaining(['a/Dockerfile:1 a:1', 'c/Dockerfile:1 c:1']));
    const seen = [...linesOf(inventory), ...problemsOf(inventory)].join('\n');
    expect(seen).toMatch(/b\/Dockerfile/);
    expect(seen).toMatch(/d\/pod\.yaml/);
  });

  it('may have names that would move a cursor, and sockets', async () => {
    const name = 'a\u001b[31m\nb/Dockerfile';
    await writeTree(cwd, { [name]: 'FROM a:1\nFROM B:1' });
    const server = createServer().listen(join(cwd, 'Containerfile'));
    await once(server, 'listening');
    const inventory = await readFiles(cwd, ['.']);
    server.close();
    expect(inventory.references.map(({ place }) => place.path)).toEqual([name, name]);
    expect(problemsOf(inventory)).toEqual(['unread Containerfile is no regular file']);
  });

  it('may have a YAML of 10 MB that is no manifest, and one that is', async () => {
    const rows = `  ${'x'.repeat(100)}\n`.repeat(100_000);
    await writeTree(cwd, {
      'data.yaml': `rows: |\n${rows}`,
      'map.yaml': `apiVersion: v1\nkind: ConfigMap\nrows: |\n${rows}---\n${pod('a:1')}`,
    });
    const inventory = await readFiles(cwd, ['.']);
    expect(linesOf(inventory)).toEqual(['map.yaml:100009 a:1']);
    expect(inventory).toMatchObject({ problems: [], files: 1 });
  });

  it('may have aliases that make a billion of nine', async () => {
    const levels = Array.from(
      { length: 9 },
      (_, level) => `l${level + 1}: &l${level + 1} [${Array.from({ length: 10 }, () => `*l${level}`).join(', ')}]`,
    );
    await writeTree(cwd, {
      'bomb.yaml': `apiVersion: v1\nkind: List\nl0: &l0 {containers: [{image: "a:1"}]}\n${levels.join('\n')}\n`,
      Dockerfile: 'FROM b:1',
    });
    const inventory = await readFiles(cwd, ['.']);
    expect(linesOf(inventory)).toEqual(['Dockerfile:1 b:1']);
    expect(inventory.problems).toMatchObject([{ kind: 'unread', path: 'bomb.yaml' }]);
  });

  it('end with the run', async () => {
    await writeTree(cwd, { Dockerfile: 'FROM a:1' });
    await expect(readFiles(cwd, ['.'], { signal: AbortSignal.abort(new Error('the run ends')) })).rejects.toThrow('the run ends');
  });
});

describe('a Dockerfile that a compose file builds', () => {
  it('is told as compose has it: its build contexts are no images', async () => {
    await writeTree(cwd, {
      'compose.yaml': 'services: {web: {build: {context: ., additional_contexts: {shared: ./shared, base: "docker-image://alpine:3"}}}}',
      Dockerfile: 'FROM base\nCOPY --from=shared /a /a\nCOPY --from=busybox:1 /b /b\n',
    });
    expect(linesOf(await readFiles(cwd, ['.']))).toEqual(['Dockerfile:3 busybox:1', 'compose.yaml:1 alpine:3']);
  });

  it('keeps the stages that no service needs', async () => {
    await writeTree(cwd, {
      'compose.yaml': 'services: {web: {build: {context: ., target: web}}}',
      Dockerfile: 'FROM alpine:3 AS web\nFROM busybox:1 AS tests\n',
    });
    expect(linesOf(await readFiles(cwd, ['.']))).toEqual(['Dockerfile:1 alpine:3', 'Dockerfile:2 busybox:1']);
  });
});
