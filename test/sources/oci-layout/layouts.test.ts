import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BASE_NAME } from '../../../src/core/base/annotations.ts';
import { descriptor } from '../../../src/demo/blobs.ts';
import { makeIndex } from '../../../src/demo/images.ts';
import { ImgupdateError } from '../../../src/errors.ts';
import { packTar } from '../../../src/demo/tar.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../../helpers/temp.ts';
import { indexJson, blobPath, type LayoutParts, makeLayout, makeNamedImage, remake, writeLayout } from './make-layout.ts';
import { linesOf, namesIn, readPlace, type ReadOptions } from './read.ts';

const ARM64 = { os: 'linux', architecture: 'arm64' };

let folder: TemporaryDirectory;
beforeEach(async () => {
  folder = await makeTemporaryDirectory();
});
afterEach(() => folder.remove());

async function readLayout(parts: LayoutParts, options?: ReadOptions) {
  await writeLayout(folder.path, parts);
  return readPlace(folder.path, options);
}

const api = makeNamedImage('api');
const apiForArm = makeNamedImage('api', { platform: ARM64 });
const web = makeNamedImage('web');
const index = makeIndex({ children: [api, apiForArm], attested: true });

const SIGNATURE = remake(web, {
  manifest: {
    layers: web.layers.map((layer) => ({ ...descriptor(layer), mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json' })),
  },
});
const EMPTY = remake(web, { config: '{}' });

describe('a layout', () => {
  it('has its images by name, with all that their documents say', async () => {
    const inventory = await readLayout({ entries: [{ document: api, ref: '2', name: 'ghcr.io/acme/api:2' }] });
    expect(inventory).toMatchObject({
      kind: 'oci',
      location: folder.path,
      containers: [],
      insecureRegistries: [],
      warnings: [],
      failures: [],
    });
    expect(inventory.images).toHaveLength(1);
    expect(inventory.images[0]).toMatchObject({
      imageId: api.config.digest,
      configDigest: api.config.digest,
      platform: { os: 'linux', architecture: 'amd64' },
      created: '2026-11-01T10:00:00Z',
      diffIds: api.layers.map(({ diffId }) => diffId),
      contentDigests: [api.digest],
      origin: { kind: 'carried' },
      size: [api, api.config, ...api.layers].reduce((sum, { bytes }) => sum + bytes.length, 0),
    });
    const build = await inventory.readBuild(inventory.images[0]!);
    expect(build?.history?.entries.map(({ createdBy }) => createdBy)).toEqual(['COPY etc/base /', 'COPY etc/api /']);
  });

  it('has one image for each platform of an index, known by the digests of both', async () => {
    const inventory = await readLayout({ entries: [{ document: index, name: 'ghcr.io/acme/api:2' }] });
    expect(linesOf(inventory)).toEqual(['ghcr.io/acme/api:2 linux/amd64 2', 'ghcr.io/acme/api:2 linux/arm64 2']);
    expect(inventory.images.map(({ contentDigests }) => contentDigests)).toEqual([
      [index.digest, api.digest],
      [index.digest, apiForArm.digest],
    ]);
  });

  it('has only the platforms of an index that were copied', async () => {
    const without = [apiForArm.digest, apiForArm.config.digest];
    const inventory = await readLayout({ entries: [{ document: index, name: 'acme/api:2' }], without });
    expect(linesOf(inventory)).toEqual(['acme/api:2 linux/amd64 2']);
    expect(inventory.failures).toEqual([]);
  });

  it('has no platform of which the manifest was copied alone', async () => {
    const parts = { entries: [{ document: index, name: 'acme/api:2' }], without: [apiForArm.config.digest] };
    expect(linesOf(await readLayout(parts))).toEqual(['acme/api:2 linux/amd64 2']);
  });

  it('tells of an index of which nothing was copied', async () => {
    const without = [api.digest, apiForArm.digest];
    const { images, failures } = await readLayout({ entries: [{ document: index, name: 'acme/api:2' }], without });
    expect(images).toEqual([]);
    expect(failures.map(({ message }) => message)).toEqual([`cannot read oci:${folder.path}: acme/api:2: none of its 2 images is there`]);
  });

  it('has indexes in indexes', async () => {
    const inner = makeIndex({ children: [apiForArm] });
    const inventory = await readLayout({ entries: [{ document: makeIndex({ children: [api, inner] }), ref: 'acme/api:2' }] });
    expect(linesOf(inventory)).toEqual(['acme/api:2 linux/amd64 2', 'acme/api:2 linux/arm64 2']);
  });

  it('has the platforms an index says, where configs do not tell one variant from another', async () => {
    const arm = { os: 'linux', architecture: 'arm' };
    const children = ['v6', 'v7'].map((variant) => ({ ...makeNamedImage(variant, { platform: arm }), platform: { ...arm, variant } }));
    const inventory = await readLayout({ entries: [{ document: makeIndex({ children }), ref: 'acme/api:2' }] });
    expect(linesOf(inventory)).toEqual(['acme/api:2 linux/arm/v6 2', 'acme/api:2 linux/arm/v7 2']);
  });

  it('believes a config that is of another architecture than its index says', async () => {
    const child = { ...apiForArm, platform: { os: 'linux', architecture: 'amd64' } };
    expect(linesOf(await readLayout({ entries: [{ document: makeIndex({ children: [child] }), ref: 'acme/api:2' }] }))).toEqual([
      'acme/api:2 linux/arm64 2',
    ]);
  });

  it('has images in Docker’s formats', async () => {
    const image = makeNamedImage('old', { format: 'docker' });
    const list = makeIndex({ children: [image], format: 'docker' });
    const inventory = await readLayout({ entries: [{ document: list, ref: 'acme/old:1' }] });
    expect(linesOf(inventory)).toEqual(['acme/old:1 linux/amd64 2']);
  });

  it('has one image with several names where several entries are of one digest', async () => {
    const entries = [
      { document: api, ref: 'acme/api:2' },
      { document: web, ref: 'acme/web:1' },
      { document: api, ref: 'acme/api:latest' },
      { document: api },
    ];
    expect(linesOf(await readLayout({ entries }))).toEqual(['acme/api:2 acme/api:latest linux/amd64 1', 'acme/web:1 linux/amd64 1']);
  });

  it('has one image where an index and an entry of its own lead to it', async () => {
    const entries = [
      { document: index, ref: 'acme/api:2' },
      { document: api, ref: 'acme/api:2-amd64' },
    ];
    expect(linesOf(await readLayout({ entries }))).toEqual(['acme/api:2 acme/api:2-amd64 linux/amd64 2', 'acme/api:2 linux/arm64 2']);
  });

  it('has images without a name where only a tag, a digest or nothing is written', async () => {
    const entries = [
      { document: api, ref: '1.27' },
      { document: web, name: `ghcr.io/acme/web@${web.digest}` },
    ];
    const inventory = await readLayout({ entries });
    expect(linesOf(inventory)).toEqual(['(no name) linux/amd64 1', '(no name) linux/amd64 1']);
    expect(inventory.warnings).toMatchObject([{ code: 'layout', image: null }]);
    expect(inventory.warnings[0]!.message).toMatch(/^a name in oci:.* cannot be checked: ghcr\.io\/acme\/web@sha256:/);
  });

  it('tells what an index says of the base', async () => {
    const annotated = makeIndex({ children: [api], annotations: { [BASE_NAME]: 'docker.io/library/debian:12' } });
    const inventory = await readLayout({ entries: [{ document: annotated, ref: 'acme/api:2' }] });
    const build = await inventory.readBuild(inventory.images[0]!);
    expect(namesIn(build)).toEqual(['docker.io/library/debian:12']);
  });

  it('knows nothing of an image that is not its own', async () => {
    const inventory = await readLayout({ entries: [{ document: api, ref: 'acme/api:2' }] });
    expect(await inventory.readBuild({ ...inventory.images[0]!, imageId: web.config.digest })).toBeNull();
  });

  it('is the same packed, also without folders and with ./ before each name', async () => {
    const files = makeLayout({ entries: [{ document: index, name: 'acme/api:2' }] });
    const expected = await readLayout({ entries: [{ document: index, name: 'acme/api:2' }] });
    for (const prefix of ['', './']) {
      const archive = packTar(
        [...files].map(([path, content]) => ({ path: prefix + path, content, mode: 0o644 })),
        0,
      );
      await writeFile(join(folder.path, 'api.tar'), archive);
      const inventory = await readPlace('api.tar', { transport: 'oci-archive', cwd: folder.path });
      expect(inventory).toMatchObject({ kind: 'oci-archive', location: 'api.tar', failures: [], images: expected.images });
      const streamed = await readPlace('-', { transport: 'oci-archive', stdin: () => streamOf(archive) });
      expect(streamed).toMatchObject({ kind: 'oci-archive', location: '-', failures: [], images: expected.images });
    }
  });

  it('is read where symbolic links within it lead', async () => {
    await writeLayout(folder.path, { entries: [{ document: api, ref: 'acme/api:2' }], without: [api.config.digest] });
    await writeFile(join(folder.path, 'config.json'), api.config.bytes);
    await symlink('../../config.json', join(folder.path, blobPath(api.config.digest)));
    await symlink(folder.path, `${folder.path}.link`);
    try {
      expect(linesOf(await readPlace(`${folder.path}.link`))).toEqual(['acme/api:2 linux/amd64 1']);
    } finally {
      await rm(`${folder.path}.link`);
    }
  });
});

describe('what is no image in a layout', () => {
  it('is left out with a word of what it is', async () => {
    const chart = makeNamedImage('chart');
    const config = { ...descriptor(chart.config), mediaType: 'application/vnd.cncf.helm.config.v1+json' };
    const helm = remake(chart, { manifest: { config } });
    const inventory = await readLayout({
      entries: [
        { document: helm, ref: 'acme/chart:1' },
        { document: api, ref: 'acme/api:2' },
      ],
    });
    expect(linesOf(inventory)).toEqual(['acme/api:2 linux/amd64 1']);
    expect(inventory.warnings).toEqual([
      {
        code: 'layout',
        message: `acme/chart:1 in oci:${folder.path} is no image: its config is application/vnd.cncf.helm.config.v1+json`,
        image: 'docker.io/acme/chart:1',
      },
    ]);
    expect(inventory.failures).toEqual([]);
  });

  it.each([
    ['a signature, which has an image’s config', 'is no image: its layers are application/vnd.dev.cosign.simplesigning.v1+json', SIGNATURE],
    ['an artifact with an empty config', 'is no image: its config is empty', EMPTY],
    ['an index of nothing', 'is an index without images', makeIndex({ children: [] })],
  ])('such as %s', async (_what, expected, document) => {
    const inventory = await readLayout({ entries: [{ document }] });
    expect(inventory.images).toEqual([]);
    expect(inventory.warnings.map(({ message }) => message)).toEqual([`${document.digest} in oci:${folder.path} ${expected}`]);
  });

  it('such as an entry that says so itself is not even read', async () => {
    const files = { 'index.json': indexJson([{ document: api }]).replace('"size"', '"artifactType":"application/spdx+json","size"') };
    const inventory = await readLayout({ entries: [{ document: api }], without: [api.digest], files });
    expect(inventory.warnings.map(({ message }) => message)).toEqual([
      `${api.digest} in oci:${folder.path} is no image but application/spdx+json`,
    ]);
    expect(inventory.failures).toEqual([]);
  });

  it('such as attestations is no one’s business', async () => {
    const attestation = index.children.find((child) => child.kind === 'image' && child.attests !== null)!;
    const annotations = { 'vnd.docker.reference.type': 'attestation-manifest' };
    const inventory = await readLayout({
      entries: [
        { document: attestation, annotations },
        { document: api, ref: 'acme/api:2' },
      ],
    });
    expect(linesOf(inventory)).toEqual(['acme/api:2 linux/amd64 1']);
    expect([...inventory.warnings, ...inventory.failures]).toEqual([]);
  });

  it('is said where it is what was wanted', async () => {
    await writeLayout(folder.path, {
      entries: [
        { document: SIGNATURE, ref: 'sig' },
        { document: api, ref: 'acme/api:2' },
      ],
    });
    await expect(readPlace(folder.path, { image: { by: 'name', name: 'sig' } })).rejects.toMatchObject({
      code: 'no-such-image',
      message: `sig in oci:${folder.path} is no image: its layers are application/vnd.dev.cosign.simplesigning.v1+json`,
    });
  });
});

describe('one image of a layout', () => {
  const entries = [
    { document: api, ref: '2', name: 'ghcr.io/acme/api:2' },
    { document: web, ref: 'docker.io/acme/web:1' },
    { document: makeNamedImage('other'), ref: '3' },
  ];

  it.each([
    ['its tag alone, word for word', '2', 'ghcr.io/acme/api:2'],
    ['its tag where no repository is known', '3', '(no name)'],
    ['its whole name', 'ghcr.io/acme/api:2', 'ghcr.io/acme/api:2'],
    ['what is written, word for word', 'docker.io/acme/web:1', 'acme/web:1'],
    ['its short name', 'acme/web:1', 'acme/web:1'],
    ['its name and digest', `acme/web:1@${web.digest}`, 'acme/web:1'],
    ['its digest', web.digest, 'acme/web:1'],
  ])('is found by %s', async (_how, name, expected) => {
    expect(linesOf(await readLayout({ entries }, { image: { by: 'name', name } }))).toEqual([`${expected} linux/amd64 1`]);
  });

  it('is found by its position in index.json, from 0', async () => {
    expect(linesOf(await readLayout({ entries }, { image: { by: 'position', position: 1 } }))).toEqual(['acme/web:1 linux/amd64 1']);
  });

  it('is all that is read: what is wrong with the others does not matter', async () => {
    const image = { by: 'name', name: 'acme/web:1' } as const;
    const inventory = await readLayout({ entries, without: [api.config.digest] }, { image });
    expect(linesOf(inventory)).toEqual(['acme/web:1 linux/amd64 1']);
    expect(inventory.failures).toEqual([]);
  });

  it('is several where several platforms have one name', async () => {
    const both = [
      { document: api, ref: 'v1' },
      { document: apiForArm, ref: 'v1' },
    ];
    const inventory = await readLayout({ entries: both }, { image: { by: 'name', name: 'v1' } });
    expect(linesOf(inventory)).toEqual(['(no name) linux/amd64 1', '(no name) linux/arm64 1']);
  });

  const there = 'and it has ghcr.io/acme/api:2, acme/web:1, 3';
  it.each([
    ['name', { by: 'name', name: 'acme/web:2' }, `expected an image acme/web:2, ${there}`],
    ['tag of another repository', { by: 'name', name: 'acme/api:2' }, `expected an image acme/api:2, ${there}`],
    ['digest', { by: 'name', name: `acme/web:1@${api.digest}` }, `expected an image acme/web:1@${api.digest}, ${there}`],
    ['position', { by: 'position', position: 3 }, 'expected an entry at position 3 of index.json, and it has 3 entries, @0 to @2'],
  ] as const)('that is not there by its %s is said, with what there is', async (_how, image, message) => {
    await expect(readLayout({ entries }, { image })).rejects.toMatchObject({
      code: 'no-such-image',
      message: `no such image in oci:${folder.path}: ${message}`,
      hint: `list all of them: imgupdate list oci:${folder.path}`,
    });
  });

  it('that cannot be read where it is wanted is said, too', async () => {
    const files = { 'index.json': indexJson([{ document: api, ref: 'acme/api:2' }]).replace('[{', '[{},{') };
    await writeLayout(folder.path, { entries: [{ document: api }], files });
    await expect(readPlace(folder.path, { image: { by: 'position', position: 0 } })).rejects.toMatchObject({
      code: 'unreadable',
      message: expect.stringMatching(/: manifests\[0\] of index\.json: expected a descriptor/),
    });
    await expect(readPlace(folder.path, { image: { by: 'name', name: 'x' } })).rejects.toMatchObject({
      code: 'no-such-image',
      message: expect.stringMatching(/ and it has acme\/api:2, and 1 of its entries cannot be read$/),
    });
  });

  it('has the name by which it was asked for, alone', async () => {
    const named = [
      { document: api, ref: 'acme/api:2' },
      { document: api, ref: 'acme/api:latest' },
      { document: api, ref: '2', name: 'ghcr.io/acme/api:2' },
    ];
    const nameOf = async (name: string) => linesOf(await readLayout({ entries: named }, { image: { by: 'name', name } }));
    expect(await nameOf('docker.io/acme/api')).toEqual(['acme/api:latest linux/amd64 1']);
    expect(await nameOf('acme/api:2')).toEqual(['acme/api:2 linux/amd64 1']);
    expect(await nameOf('2')).toEqual(['ghcr.io/acme/api:2 linux/amd64 1']);
  });

  it('has the names that other entries give it where it was asked for by none', async () => {
    const named = [
      { document: api, ref: '2' },
      { document: api, ref: 'acme/api:2' },
      { document: web, ref: 'acme/web:1' },
    ];
    for (const image of [{ by: 'name', name: '2' } as const, { by: 'position', position: 0 } as const]) {
      expect(linesOf(await readLayout({ entries: named }, { image }))).toEqual(['acme/api:2 linux/amd64 1']);
    }
  });

  it('that is not among many is said with five of them', async () => {
    const many = Array.from({ length: 17 }, (_, at) => ({ document: makeNamedImage(`image ${at}`), ref: `acme/app:${at}` }));
    await expect(readLayout({ entries: many }, { image: { by: 'name', name: 'x' } })).rejects.toMatchObject({
      message: expect.stringMatching(
        /: expected an image x, and it has acme\/app:0, acme\/app:1, acme\/app:2, acme\/app:3, acme\/app:4 and 12 more$/,
      ),
    });
  });
});

describe('what is no layout', () => {
  it.each([
    ['an empty folder', {}, 'expected an OCI image layout, it has no file oci-layout', null],
    [
      'a dir: of skopeo',
      { 'manifest.json': '{}', version: 'Directory Transport Version: 1.1\n' },
      'expected an OCI image layout, got a dir: of skopeo',
      'make a layout of it: skopeo copy dir:DIR oci:NEW',
    ],
    [
      'an unpacked docker-archive',
      { 'manifest.json': '[]' },
      'expected an OCI image layout, got an unpacked docker-archive',
      'tar -C DIR -c . | imgupdate list docker-archive:-',
    ],
    [
      'podman’s storage',
      { 'overlay-images/images.json': '[]' },
      'expected an OCI image layout, got the storage of podman, buildah or CRI-O',
      'name it as such: containers-storage:[overlay@DIR]',
    ],
    [
      'half a layout',
      { 'index.json': '{}' },
      'expected an OCI image layout, got index.json without the file oci-layout',
      'write it again with the tool that made it: skopeo copy, buildah push, docker buildx build -o type=oci',
    ],
    [
      'a layout without its index',
      { 'oci-layout': '{"imageLayoutVersion":"1.0.0"}' },
      'expected index.json in an OCI image layout, got none',
      null,
    ],
    [
      'a layout of another version',
      { 'oci-layout': '{"imageLayoutVersion":"2.0.0"}' },
      'expected image layout version 1.0.0, got "2.0.0"',
      null,
    ],
    [
      'a layout whose version is no JSON',
      { 'oci-layout': '1.0.0' },
      'expected {"imageLayoutVersion": "1.0.0"} in its file oci-layout, got something else',
      null,
    ],
    [
      'a layout of nothing',
      { 'oci-layout': '{"imageLayoutVersion":"1.0.0"}', 'index.json': '{"schemaVersion":2,"manifests":[]}' },
      'expected images, its index.json lists none',
      null,
    ],
    [
      'a layout whose index is no JSON',
      { 'oci-layout': '{"imageLayoutVersion":"1.0.0"}', 'index.json': '{' },
      'expected JSON in index.json, got something else',
      null,
    ],
    [
      'a layout whose index is a list',
      { 'oci-layout': '{"imageLayoutVersion":"1.0.0"}', 'index.json': '[]' },
      'expected JSON in index.json, got something else',
      null,
    ],
    [
      'a layout whose index is a manifest',
      { 'oci-layout': '{"imageLayoutVersion":"1.0.0"}', 'index.json': '{"config":{}}' },
      'expected "manifests" in index.json to be a list',
      null,
    ],
    [
      'a layout whose index is too large',
      { 'oci-layout': '{"imageLayoutVersion":"1.0.0"}', 'index.json': ' '.repeat(4 * 1024 * 1024 + 1) },
      'index.json has 4194305 bytes, and at most 4194304 are read',
      null,
    ],
  ])('such as %s is refused', async (_what, files: Readonly<Record<string, string>>, message, hint) => {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(join(folder.path, path, '..'), { recursive: true });
      await writeFile(join(folder.path, path), content);
    }
    const error = await readPlace(folder.path).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ImgupdateError);
    expect(error).toMatchObject({
      code: 'unreadable',
      message: `cannot read oci:${folder.path}: ${message}`,
      hint: hint?.replace('DIR', folder.path) ?? null,
    });
  });

  it('such as a file or nothing at all is refused', async () => {
    await writeFile(join(folder.path, 'app.tar'), 'x');
    await expect(readPlace('app.tar', { cwd: folder.path })).rejects.toMatchObject({
      code: 'unreadable',
      message: 'cannot read oci:app.tar: expected a folder, got a file',
      hint: 'name it as such: oci-archive:app.tar or docker-archive:app.tar',
    });
    await expect(readPlace('nowhere', { cwd: folder.path })).rejects.toMatchObject({
      message: 'cannot read oci:nowhere: no such file or folder',
    });
  });

  it('such as a docker-archive says how to name it', async () => {
    await writeFile(join(folder.path, 'app.tar'), packTar([{ path: 'manifest.json', content: Buffer.from('[]'), mode: 0o644 }], 0));
    await expect(readPlace('app.tar', { transport: 'oci-archive', cwd: folder.path })).rejects.toMatchObject({
      message: 'cannot read oci-archive:app.tar: expected an OCI image layout, got what docker save writes',
      hint: 'name it as such: docker-archive:app.tar',
    });
  });
});

async function* streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000);
}
