import { existsSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StoredImage } from '../../src/demo/engine-documents.ts';
import { type EmbeddedEngine, startEngine } from '../../src/demo/engine-server.ts';
import { makeImage, makeLayer } from '../../src/demo/images.ts';
import { type EmbeddedRegistry, startRegistry } from '../../src/demo/registry-server.ts';
import type { Document } from '../../src/core/document.ts';
import { runCli } from '../helpers/run-cli.ts';
import { type Named, writeStored } from '../helpers/stored-crowd.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';

const CREATED = '2026-11-01T08:00:00Z';

let registry: EmbeddedRegistry;
let [one, two]: EmbeddedEngine[] = [];
let folder: TemporaryDirectory;
let archive: string;
let layout: string;
let storage: string;

const imageOf = (word: string) => makeImage({ layers: [makeLayer({ files: { word }, created: CREATED })], created: CREATED });
const [web, job, mine] = ['web', 'job', 'mine'].map(imageOf) as [
  ReturnType<typeof imageOf>,
  ReturnType<typeof imageOf>,
  ReturnType<typeof imageOf>,
];

/** An image as an engine has it that pulled it. */
function pulled(repository: string, image: ReturnType<typeof imageOf>): StoredImage {
  const name = `${registry.host}/${repository}`;
  return { image, target: image, tags: [`${name}:1`], repoDigests: [`${name}@${image.digest}`] };
}

beforeAll(async () => {
  registry = await startRegistry({});
  registry.put('acme/web', '1', web);
  registry.put('acme/job', '1', imageOf('job, rebuilt'));
  const container = (name: string, image: StoredImage) => ({
    name,
    running: true,
    reference: image.tags[0] ?? '',
    image,
    created: CREATED,
  });
  const there = [pulled('acme/web', web), pulled('acme/job', job)];
  one = await startEngine({ images: there, containers: [container('front', there[0]!)] });
  two = await startEngine({ images: [pulled('acme/web', web)] });
  folder = await makeTemporaryDirectory();
  const named: readonly Named[] = [
    { name: `${registry.host}/acme/web:1`, image: web },
    { name: `${registry.host}/acme/job:1`, image: job },
    { name: 'localhost/mine:1', image: mine },
  ];
  archive = await writeStored('docker save before 25', folder.path, named);
  layout = await writeStored('oci', folder.path, named);
  storage = await writeStored('containers-storage', folder.path, named);
});

afterAll(async () => {
  await Promise.all([registry.close(), one?.close(), two?.close()]);
  await folder.remove();
});

beforeEach(() => registry.forget());

/** Runs it, and takes what differs from run to run out of what it says. */
async function run(args: readonly string[], home?: string) {
  const { exitCode, stdout, stderr } = await runCli(args, { cwd: folder.path, ...(home === undefined ? {} : { home }) });
  const steady = (text: string): string =>
    text
      .replaceAll(registry.host, 'R')
      .replaceAll(folder.path, 'DIR')
      .replaceAll(one?.host.replace('unix://', '') ?? '', 'ONE')
      .replaceAll(two?.host.replace('unix://', '') ?? '', 'TWO')
      .replaceAll(/\b[a-f0-9]{64}\b/g, 'DIGEST')
      .replaceAll(/\b[a-f0-9]{12}\b/g, 'SHORT');
  return { exitCode, stdout: steady(stdout), stderr: steady(stderr) };
}

const cells = (stdout: string): readonly string[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/\s+/).join(' '));

async function imagesOf(...targets: readonly string[]): Promise<Document['images']> {
  const { stdout } = await runCli(['list', '--json', ...targets], { cwd: folder.path });
  return (JSON.parse(stdout) as Document).images;
}

const heads = (): number => registry.counts().manifestHeads;

describe('several engines', () => {
  it('are one list, with a row for each image, where it is, and one question for each tag', async () => {
    const ran = await run(['list', '-H', one!.host, '-H', two!.host]);
    expect(cells(ran.stdout)).toEqual([
      'IMAGE CURRENT CANDIDATE UPDATE DOWNLOAD WHERE USED BY',
      expect.stringMatching(/^R\/acme\/job:1 SHORT SHORT rebuilt \S+ ONE -$/),
      'R/acme/web:1 SHORT SHORT current - ONE,TWO front',
    ]);
    expect(ran.exitCode).toBe(0);
    expect(heads()).toBe(2);
  });

  it('are told whole in plain lines and in JSON', async () => {
    const { stdout } = await run(['list', '-H', one!.host, '-H', two!.host, '--format', 'plain', 'acme/web', `${registry.host}/acme/web`]);
    expect(stdout.trimEnd().split('\t')[14]).toBe('ONE,TWO');
    const images = await imagesOf('-H', one!.host, '-H', two!.host);
    expect(images.map(({ sources }) => sources.map(({ kind, location }) => [kind, location]))).toEqual([
      [['docker-daemon', one!.host]],
      [
        ['docker-daemon', one!.host],
        ['docker-daemon', two!.host],
      ],
    ]);
  });

  it('that are one engine are looked at once', async () => {
    const link = join(folder.path, 'again.sock');
    await (await import('node:fs/promises')).symlink(one!.host.replace('unix://', ''), link);
    const ran = await run(['list', '-q', '-H', one!.host, '-H', `unix://${link}`]);
    expect(ran).toEqual({
      exitCode: 0,
      stdout: 'R/acme/job:1\nR/acme/web:1\n',
      stderr: 'W: the engine at unix://DIR/again.sock is the one at unix://ONE\n',
    });
  });

  it('of which one is not there are told of the others, and it is no success', async () => {
    const ran = await run(['list', '-q', '-H', 'tcp://127.0.0.1:1', '-H', two!.host]);
    expect(ran).toMatchObject({ exitCode: 1, stdout: 'R/acme/web:1\n' });
    expect(ran.stderr).toMatch(/^E: no container engine answers at tcp:\/\/127\.0\.0\.1:1\nN: /);
    const checked = await run(['check', '-H', 'tcp://127.0.0.1:1', '-H', two!.host, '**']);
    expect(checked.exitCode).toBe(1);
  });

  it('are checked where they are named beside archives, and their absence is no success', async () => {
    const checked = await run(['check', '--format', 'plain', '-H', two!.host, archive]);
    expect(checked.stdout).toMatch(/^R\/acme\/web:1\t.*\tTWO,docker-archive:\S+\t-\t-\tnone$/m);
    expect(await run(['check', '-H', 'tcp://127.0.0.1:1', `${archive}:${registry.host}/acme/web:1`])).toMatchObject({ exitCode: 1 });
    expect(await run(['check', `${archive}:${registry.host}/acme/web:1`])).toMatchObject({ exitCode: 0 });
  });

  it('are too many for what is recorded of one image', async () => {
    const ran = await run(['base', 'record', '-H', one!.host, '-H', two!.host, 'x', 'node:20']);
    expect(ran).toMatchObject({ exitCode: 64, stdout: '' });
    expect(ran.stderr).toContain('E: only one engine can be asked here, and 2 are named');
  });
});

describe('images in files', () => {
  it('have the answers that an engine gives', async () => {
    const drop = ({ name, sources, size, containers, tag, newer, ...image }: Document['images'][number]) =>
      name.endsWith('/acme/web:1')
        ? { ...image, tag: { ...tag, checkedAt: null }, newer: { ...newer, checkedAt: null }, dropped: [sources, size, containers].length }
        : tag.status;
    const [ofEngine, ...others] = await Promise.all([['-H', one!.host], [archive], [layout], [storage]].map((words) => imagesOf(...words)));
    for (const images of others) {
      expect(images.filter(({ name }) => !name.startsWith('localhost')).map(drop)).toEqual(ofEngine?.map(drop));
      expect(images.find(({ name }) => name.startsWith('localhost'))?.tag.status).toBe('local');
    }
  });

  it('are joined with those of an engine, and their tags are asked for once', async () => {
    const images = await imagesOf('-H', one!.host, archive, layout, storage);
    expect(images.map(({ name, sources }) => [name.replace(registry.host, 'R'), sources.map(({ kind }) => kind).join(' ')])).toEqual([
      ['R/acme/job:1', 'docker-daemon docker-archive oci containers-storage'],
      ['R/acme/web:1', 'docker-daemon docker-archive oci containers-storage'],
      ['localhost/mine:1', 'docker-archive oci containers-storage'],
    ]);
    expect(heads()).toBe(2);
  });

  it('are looked at without any engine', async () => {
    const ran = await run(['list', '-q', archive]);
    expect(ran).toEqual({ exitCode: 0, stdout: 'R/acme/job:1\nR/acme/web:1\nlocalhost/mine:1\n', stderr: '' });
  });

  it('are shown one by one, with how to have the newer one', async () => {
    const ran = await run(['show', `${layout}:${registry.host}/acme/job:1`]);
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toMatch(/^Image: R\/acme\/job:1\n/);
    expect(ran.stdout).toContain('\nFound-In: oci DIR/oci\n');
    expect(ran.stdout).toContain('\nUpgrade: skopeo copy docker://R/acme/job:1 oci:DIR/oci:R/acme/job:1\n');
  });

  it('are named as they have to be typed where more can be seen of them', async () => {
    const { stderr } = await run(['list', archive]);
    expect(stderr).toContain("Run 'imgupdate show docker-archive:DIR/docker-save-before-25.tar:R/acme/job:1' to see what changed");
  });

  it('fail a check as any other', async () => {
    const ran = await run(['check', layout]);
    expect(ran.exitCode).toBe(2);
    expect(ran.stdout).toMatch(
      /^imgupdate: error: R\/acme\/job:1 \(oci:DIR\/oci\) was rebuilt for linux\/amd64 \([^)]*\); write DIR\/oci again with the present one \[stale\/rebuilt\]\n$/,
    );
  });
});

describe('a check of several archives', () => {
  it('says of each finding in which of them it is', async () => {
    const { stdout } = await run(['check', '--format', 'markdown', archive, `${layout}:${registry.host}/acme/web:1`]);
    expect(stdout).toContain('| `R/acme/job:1` | `docker-archive:DIR/docker-save-before-25.tar` | was rebuilt for linux/amd64');
  });
});

describe('a place that cannot be read', () => {
  it.each([
    ['docker-archive:none.tar', /^E: cannot read docker-archive:none\.tar: no such file/],
    ['oci:none', /^E: cannot read oci:none: no such/],
    ['oci-archive:broken.tar', /^E: cannot read oci-archive:broken\.tar: /],
    ['containers-storage:[/none]', /^E: cannot read containers-storage:\[\/none\]: /],
  ])('%s says so, and leaves the others alone', async (target, message) => {
    await writeFile(join(folder.path, 'broken.tar'), 'no archive');
    const alone = await run(['list', target]);
    expect(alone).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringMatching(message) as string });
    const beside = await run(['list', '-q', target, archive]);
    expect(beside).toMatchObject({ exitCode: 1, stdout: 'R/acme/job:1\nR/acme/web:1\nlocalhost/mine:1\n' });
    expect(beside.stderr).toMatch(message);
  });

  it('is a finding of a check, which is not complete without it', async () => {
    await mkdir(join(folder.path, 'current'), { recursive: true });
    const current = await writeStored('oci', join(folder.path, 'current'), [{ name: `${registry.host}/acme/web:1`, image: web }]);
    const ran = await run(['check', 'oci:none', current]);
    expect(ran.exitCode).toBe(3);
    expect(ran.stdout).toMatch(/^imgupdate: warning: cannot read oci:none: .* \[unknown\/place\]\n$/);
    expect(ran.stderr).toContain('W: 1 place could not be checked');
    expect((await run(['check', 'oci:none', layout])).exitCode).toBe(2);
    expect((await run(['check', 'oci:none', 'oci:nowhere'])).exitCode).toBe(1);
  });

  it('is told in JSON among the warnings', async () => {
    const { stdout } = await runCli(['list', '--json', 'oci:none', archive], { cwd: folder.path });
    expect((JSON.parse(stdout) as Document).warnings).toEqual([
      { code: 'unreadable', message: expect.stringContaining('cannot read oci:none') as string, image: null },
    ]);
  });

  it('is not misread for an image that is not in it', async () => {
    const ran = await run(['list', `${archive}:acme/other:1`]);
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ran.stderr).toMatch(/^E: .*acme\/other:1.*R\/acme\/web:1/s);
  });

  it('are verified where there are any, and it is wrong usage where there are none', async () => {
    expect(await run(['list', '-q', '--verify', archive])).toMatchObject({ exitCode: 0, stderr: '' });
    for (const places of [['-H', one!.host], [storage], ['docker://acme/web:1']]) {
      const ran = await run(['list', '--verify', ...places]);
      expect(ran).toMatchObject({ exitCode: 64, stdout: '' });
      expect(ran.stderr).toContain('E: --verify is for archives and layouts, and none is named\n');
    }
  });

  it('by a target that is none is wrong usage', async () => {
    for (const target of ['docker-archive:', 'oci::x', 'containers-storage:[x]y']) {
      expect(await run(['list', target])).toMatchObject({ exitCode: 64, stdout: '' });
    }
    const file = await run(['list', 'app.tar']);
    expect(file.stderr).toContain('N: say what it is: imgupdate list docker-archive:app.tar, or oci-archive:app.tar\n');
  });
});

/** A machine that has an engine at one of the usual places cannot show what happens without. */
const hasEngine = ['/var/run/docker.sock', '/run/podman/podman.sock'].some((path) => existsSync(path));

describe.skipIf(hasEngine)('where no engine is named and none is there', () => {
  it('the storage of podman is looked at, and that is said', async () => {
    const home = await makeTemporaryDirectory();
    const root = join(home.path, 'root');
    await cp(storage.slice('containers-storage:[vfs@'.length, -1), root, { recursive: true });
    await writeFile(join(home.path, 'storage.conf'), `[storage]\ndriver = "vfs"\ngraphroot = "${root}"\nrunroot = "${home.path}/run"\n`);
    const env = { CONTAINERS_STORAGE_CONF: join(home.path, 'storage.conf') };
    const ran = await runCli(['list', '-q'], { home: home.path, env });
    expect(ran.stdout.replaceAll(registry.host, 'R')).toBe('R/acme/job:1\nR/acme/web:1\nlocalhost/mine:1\n');
    expect(ran.stderr).toMatch(
      /^W: no engine is at unix:\/\/\/var\/run\/docker\.sock; these are the images that podman and buildah keep in /,
    );
    await home.remove();
  });
});

describe('places that could not be read', () => {
  it.each([['--format', 'table'], ['--format', 'plain'], ['--format', 'github'], ['--format', '{{.Image}}'], ['-q']])(
    'are told of a check whatever it prints (%s %s)',
    async (...options) => {
      const { stdout, stderr } = await run(['check', ...options, archive, 'docker-archive:none.tar']);
      expect(stdout).not.toContain('none.tar');
      expect(stderr).toContain('E: cannot read docker-archive:none.tar: ');
    },
  );

  it('are told of a check once where its findings are printed', async () => {
    const { stdout, stderr } = await run(['check', archive, 'docker-archive:none.tar']);
    expect(stdout).toContain('cannot read docker-archive:none.tar: ');
    expect(stderr).not.toContain('cannot read docker-archive:none.tar: ');
  });

  it('but where the engine itself is named, nothing else will do', async () => {
    const home = await makeTemporaryDirectory();
    const root = storage.slice('containers-storage:[vfs@'.length, -1);
    await writeFile(join(home.path, 'storage.conf'), `[storage]\ndriver = "vfs"\ngraphroot = "${root}"\nrunroot = "${home.path}/run"\n`);
    const env = { CONTAINERS_STORAGE_CONF: join(home.path, 'storage.conf') };
    const ran = await runCli(['list', 'docker-daemon:'], { home: home.path, env });
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ran.stderr).toMatch(/^E: no container engine answers at unix:/);
    await home.remove();
  });
});

describe('update', () => {
  it('asks about the images of the places that are named', async () => {
    const ran = await run(['update', archive]);
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toMatch(
      /^Get:1 R\/acme\/job 1 .*\n(?:Hit|Get):2 R\/acme\/web 1 ?.*\nIgn:3 localhost\/mine 1 \(local\)\nGet:4 R\/acme\/job tags .*\nGet:5 R\/acme\/web tags .*\n$/,
    );
    const typed = await run(['update', 'app.tar']);
    expect(typed.stderr).toContain('N: say what it is: imgupdate update docker-archive:app.tar');
  });
});
