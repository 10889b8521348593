import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { renderFamiliar } from '../../../src/core/reference.ts';
import type { Inventory } from '../../../src/check/ports.ts';
import { makeTar, type Written } from '../archive/make-tar.ts';
import { packZstd } from '../archive/make-zstd.ts';
import { listArchive, makeImage, makeLayer, oldEntries, sha256 } from './make-archive.ts';

const [base, upper] = [makeLayer('base'), makeLayer('upper')];
const app = { ...makeImage([base, upper]), tags: ['acme/app:1', 'acme/app:latest'] };
const web = { ...makeImage([base], { os: 'windows', architecture: 'amd64', 'os.version': '10.0.20348.1' }), tags: ['nginx:1.27'] };
const bare = { ...makeImage([upper]), tags: null };

const entries = oldEntries([app, web, bare]);
const without = (path: RegExp): Written[] => entries.filter((entry) => !path.test(entry.path));
const replaced = (path: RegExp, contents: string | Uint8Array): Written[] =>
  entries.map((entry) => (path.test(entry.path) ? { ...entry, contents } : entry));

const namesOf = ({ images }: Inventory): string[] => images.map(({ tags }) => tags.map(renderFamiliar).join(' '));
const listTar = (written: readonly Written[], options: Parameters<typeof listArchive>[1] = {}): Promise<Inventory> =>
  listArchive({ bytes: makeTar(written) }, options);

const manifestOf = (rows: unknown): string => JSON.stringify(rows);

describe('the images of an archive', () => {
  it('are what their configs say', async () => {
    const { images, kind, location, containers, insecureRegistries, failures } = await listTar(entries);
    expect({ kind, location, containers, insecureRegistries, failures }).toEqual({
      kind: 'docker-archive',
      location: '-',
      containers: [],
      insecureRegistries: [],
      failures: [],
    });
    expect(images[0]).toMatchObject({
      imageId: app.configDigest,
      configDigest: app.configDigest,
      platform: { os: 'linux', architecture: 'arm64' },
      created: '2026-11-20T10:00:00Z',
      size: base.contents.length + upper.contents.length,
      diffIds: [base.diffId, upper.diffId],
      labels: new Map([['made', 'here']]),
      repoDigests: [],
      contentDigests: [],
      origin: { kind: 'carried' },
    });
    expect(images[1]?.platform).toMatchObject({ os: 'windows', osVersion: '10.0.20348.1' });
  });

  it('are listed with all their names, and also without one', async () => {
    expect(namesOf(await listTar(entries))).toEqual(['acme/app:1 acme/app:latest', 'nginx:1.27', '']);
  });

  it('that are there twice are one with the names of both', async () => {
    const row = { Config: `${web.configDigest.slice(7)}.json`, Layers: [`${base.diffId.slice(7)}/layer.tar`] };
    const rows = [
      { ...row, RepoTags: ['a:1', 'b:2'] },
      { ...row, RepoTags: ['b:2', 'c:3'] },
    ];
    expect(namesOf(await listTar(replaced(/^manifest/, manifestOf(rows))))).toEqual(['a:1 b:2 c:3']);
  });

  it.each([
    ['config.json', app.config],
    ['images/one/config', app.config],
    [`sha256:${sha256(app.config)}`, app.config],
    [`blobs/sha256/${sha256(app.config)}`, app.config],
  ])('may have their config in %s', async (path, config) => {
    const rows = [{ Config: path, RepoTags: ['a:1'], Layers: ['1.tar.gz', './2.tar'] }];
    const written = [
      { path, contents: config },
      { path: '1.tar.gz', contents: gzipSync(base.contents) },
      { path: '2.tar', contents: packZstd(upper.contents) },
      { path: 'manifest.json', contents: manifestOf(rows) },
    ];
    const { images, failures } = await listTar(written, { verify: true });
    expect(failures).toEqual([]);
    expect(images).toMatchObject([{ imageId: app.configDigest, size: null }]);
  });

  it('may share layers by links', async () => {
    const rows = [
      { Config: `${app.configDigest.slice(7)}.json`, RepoTags: ['a:1'], Layers: ['x/layer.tar', `${upper.diffId.slice(7)}/layer.tar`] },
    ];
    const link = { path: 'x/layer.tar', type: '2', link: `../${base.diffId.slice(7)}/layer.tar` };
    const { images, failures } = await listTar([link, ...replaced(/^manifest/, manifestOf(rows))], { verify: true });
    expect(failures).toEqual([]);
    expect(images[0]?.size).toBe(base.contents.length + upper.contents.length);
  });

  it('have the platform that was asked for where their config has none', async () => {
    const image = { ...makeImage([base], { os: undefined, architecture: undefined }), tags: ['a:1'] };
    const { images } = await listTar(oldEntries([image]));
    expect(images[0]?.platform).toMatchObject({ os: 'linux', architecture: 'amd64' });
  });

  it('tell how they were made', async () => {
    const { images, readBuild } = await listTar(entries);
    const build = images[0] === undefined ? null : await readBuild(images[0]);
    expect(build?.history).toMatchObject({ precision: 'exact', entries: [{ createdBy: 'step 0' }, { createdBy: 'step 1' }] });
  });
});

describe('a name in an archive', () => {
  it.each(['UPPER:1', 'no-tag', `a@sha256:${'0'.repeat(64)}`, `a:1@sha256:${'0'.repeat(64)}`, 'a:1\u001b[2J', ''])(
    '%j, which docker could not load, is warned of',
    async (name) => {
      const image = { ...app, tags: [name, 'good:1'] };
      const inventory = await listTar(oldEntries([image]));
      expect(namesOf(inventory)).toEqual(['good:1']);
      expect(inventory.warnings).toEqual([
        {
          code: 'archive',
          message: `docker-archive:-: "${name.replace('\u001b', '\ufffd')}" is no name with a tag, and docker could not load it`,
          image: null,
        },
      ]);
    },
  );

  it('is warned of five times at most', async () => {
    const { warnings } = await listTar(oldEntries([{ ...app, tags: Array.from({ length: 9000 }, () => 'BAD') }]));
    expect(warnings.map(({ message }) => message).slice(4)).toEqual([
      'docker-archive:-: "BAD" is no name with a tag, and docker could not load it',
      'docker-archive:-: 8995 more names are none',
    ]);
  });
});

describe('the image that is wanted', () => {
  it.each([
    ['acme/app:1', 'acme/app:1'],
    ['acme/app', 'acme/app:latest'],
    ['docker.io/acme/app:1', 'acme/app:1'],
    ['docker.io/library/nginx:1.27', 'nginx:1.27'],
  ])('by the name %s is %s', async (name, expected) => {
    expect(namesOf(await listTar(entries, { image: { by: 'name', name } }))).toEqual([expected]);
  });

  it.each([
    [0, 'acme/app:1 acme/app:latest'],
    [2, ''],
  ])('by position @%i is that of manifest.json', async (position, expected) => {
    expect(namesOf(await listTar(entries, { image: { by: 'position', position } }))).toEqual([expected]);
  });

  it('is not kept back by another that is broken', async () => {
    const { failures } = await listTar(without(new RegExp(web.configDigest.slice(7))), { image: { by: 'position', position: 0 } });
    expect(failures).toEqual([]);
  });

  it.each([
    [{ by: 'name', name: 'other:1' }, 'expected an image other:1, and it has acme/app:1, acme/app:latest, nginx:1.27, @2 without a name'],
    [{ by: 'name', name: 'acme/app@sha256:1' }, 'invalid reference format "acme/app@sha256:1": invalid checksum digest format "sha256:1"'],
    [{ by: 'position', position: 3 }, 'expected an image at position 3, and it has 3 images, @0 to @2'],
  ] as const)('and is not there (%j) is said with those that are', async (image, message) => {
    await expect(listTar(entries, { image })).rejects.toMatchObject({
      code: 'no-such-image',
      message: `no such image in docker-archive:-: ${message}`,
      hint: 'list all of them: imgupdate list docker-archive:-',
    });
  });

  it('is said with five of many', async () => {
    const many = oldEntries([{ ...app, tags: Array.from({ length: 17 }, (_, index) => `a:${index}`) }]);
    await expect(listTar(many, { image: { by: 'name', name: 'b' } })).rejects.toThrow('it has a:0, a:1, a:2, a:3, a:4 and 12 more');
  });
});

describe('what is wrong with one image', () => {
  const hex = app.configDigest.slice(7);
  const upperPath = `${upper.diffId.slice(7)}/layer.tar`;
  const other = makeLayer('other');
  const rowOf = (row: unknown): Written[] =>
    replaced(
      /^manifest/,
      manifestOf([
        row,
        { Config: `${web.configDigest.slice(7)}.json`, RepoTags: ['nginx:1.27'], Layers: [`${base.diffId.slice(7)}/layer.tar`] },
      ]),
    );

  it.each([
    ['its config is not there', without(new RegExp(hex)), `expected its config ${hex}.json, and there is no such file`],
    [
      'its config is outside',
      rowOf({ Config: '../etc/passwd', RepoTags: ['acme/app:1'], Layers: [] }),
      'expected its config ../etc/passwd, and there is no such file',
    ],
    [
      'its config is another',
      replaced(new RegExp(hex), app.config.replace('A=b', 'A=c')),
      `expected its config to have the digest ${app.configDigest}, got sha256:${sha256(app.config.replace('A=b', 'A=c'))}`,
    ],
    [
      'its config is another, in a file that is called by its digest as ko and kaniko do',
      rowOf({ Config: `sha256:${hex}`, RepoTags: ['acme/app:1'], Layers: [] }).concat({ path: `sha256:${hex}`, contents: web.config }),
      `expected its config to have the digest ${app.configDigest}, got ${web.configDigest}`,
    ],
    ['a layer is not there', without(new RegExp(upper.diffId.slice(7))), `expected its layer ${upperPath}, and there is no such file`],
    [
      'a layer is not named',
      rowOf({ Config: `${hex}.json`, RepoTags: ['acme/app:1'], Layers: [upperPath] }),
      'expected as many layers as its config has, 2, got 1',
    ],
    [
      'a layer is another',
      replaced(new RegExp(upperPath), other.contents),
      `expected its layer ${upperPath} to be ${upper.diffId}, got ${other.diffId}`,
    ],
    [
      'a layer cannot be decompressed',
      replaced(new RegExp(upperPath), gzipSync(upper.contents).subarray(0, 50)),
      `expected its layer ${upperPath} to be ${upper.diffId}, and it cannot be decompressed`,
    ],
  ])('because %s is a failure, and the others are listed', async (_what, written, message) => {
    const { images, failures } = await listTar(written, { verify: true });
    expect(failures[0]).toEqual({
      code: 'unreadable',
      message: `cannot read acme/app:1 in docker-archive:-: ${message}`,
      hint: 'save the image again; the others in the archive are not affected',
    });
    expect(images.map(({ imageId }) => imageId)).toContain(web.configDigest);
    expect(images.map(({ imageId }) => imageId)).not.toContain(app.configDigest);
  });

  it.each([
    ['is too long', ' '.repeat(4_194_305), `expected at most 4 MiB of ${hex}.json, got 4194305 bytes`],
    ['is no document', 'a text', `expected a JSON document in ${hex}.json, got something else`],
  ])('because its config %s is a failure, and the others are listed', async (_what, contents, message) => {
    const { images, failures } = await listTar(replaced(new RegExp(hex), contents));
    expect(failures).toEqual([{ code: 'unreadable', message: `cannot read docker-archive:-: ${message}`, hint: null }]);
    expect(images).toHaveLength(2);
  });

  it.each([
    [7, 'expected an object with "Config", "RepoTags" and "Layers"'],
    [{ RepoTags: ['acme/app:1'] }, 'expected "Config" to be the path of a file'],
    [{ Config: 'a', RepoTags: 'acme/app:1' }, 'expected "RepoTags" to be a list of at most 10000 names'],
    [{ Config: 'a', Layers: [1] }, 'expected "Layers" to be a list of at most 1000 paths'],
  ])('because its entry is %j is a failure, and the others are listed', async (row, message) => {
    const { images, failures } = await listTar(rowOf(row));
    expect(failures.map((failure) => failure.message)).toEqual([`cannot read the image at @0 in docker-archive:-: ${message}`]);
    expect(images).toHaveLength(1);
  });
});

describe('an archive without images', () => {
  it.each([
    ['that is empty', [], 'expected manifest.json, got an archive without files'],
    ['of files', [{ path: 'etc/passwd', contents: 'root' }], 'expected manifest.json, got other files'],
    [
      'of Docker before 1.10',
      without(/^manifest/).concat({ path: 'repositories', contents: '{}' }),
      'expected manifest.json, got an archive of Docker before 1.10, which has none',
    ],
    ['whose manifest.json is empty', replaced(/^manifest/, '[]'), 'expected at least one image in manifest.json, got none'],
    ['whose manifest.json is an object', replaced(/^manifest/, '{}'), 'expected manifest.json to be a list of images, got something else'],
    ['whose manifest.json is cut', replaced(/^manifest/, '[{'), 'expected manifest.json to be JSON, got something else'],
    [
      'with too many images',
      replaced(/^manifest/, manifestOf(Array(10_001).fill(0))),
      'expected at most 10000 images in manifest.json, got 10001',
    ],
    [
      'whose manifest.json is larger than 4 MiB',
      replaced(/^manifest/, `[${' '.repeat(4_194_304)}]`),
      'expected at most 4 MiB of manifest.json, got 4194306 bytes',
    ],
    [
      'whose manifest.json leads out',
      without(/^manifest/).concat({ path: 'manifest.json', type: '2', link: '/etc/passwd' }),
      'expected manifest.json, got other files',
    ],
  ])('%s is refused', async (_what, written, message) => {
    await expect(listTar(written)).rejects.toMatchObject({ code: 'unreadable', message: `cannot read docker-archive:-: ${message}` });
  });
});
