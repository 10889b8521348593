import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../../helpers/temp.ts';
import { entryOf, idOf, imageOf, makeStore, type MadeStore } from './made-store.ts';
import { listAll, storageAt } from './podman-store.ts';

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await makeTemporaryDirectory();
});
afterEach(() => directory.remove());

const at = (...parts: readonly string[]): string => join(directory.path, ...parts);
const [good, bad] = [imageOf('good'), imageOf('bad')];
const makeBoth = (): Promise<MadeStore> => makeStore(at('root'), [good, bad]);
const list = (root = at('root')) => listAll(storageAt(root));

describe('an image that cannot be read', () => {
  const config = bad.config.digest;
  type Harm = (store: MadeStore) => Promise<unknown>;
  const harms: readonly (readonly [string, Harm, RegExp])[] = [
    ['its config is gone', ({ fileOf }) => rm(fileOf(bad, config)), /expected the document sha256:\w+, got nothing$/],
    ['its folder is gone', ({ folderOf }) => rm(folderOf(bad), { recursive: true }), /expected a folder of its documents, got none$/],
    [
      'its config is cut',
      ({ fileOf }) => truncate(fileOf(bad, config), 20),
      /expected the document sha256:\w+ to be sha256:\w+, got sha256:\w+$/,
    ],
    ["its config is another one's", ({ fileOf }) => writeFile(fileOf(bad, config), good.config.bytes), /to be sha256:\w+, got sha256:\w+$/],
    ['its config is a symbolic link', ({ fileOf }) => relink(fileOf(bad, config), '/etc/passwd'), /got a symbolic link$/],
    ['its config is a FIFO', ({ fileOf }) => makeFifo(fileOf(bad, config)), /expected a regular file, got something else$/],
    ['its config is a folder', ({ fileOf }) => makeFolder(fileOf(bad, config)), /expected a regular file, got a folder$/],
    ['its config is of 10 GB', ({ fileOf }) => truncate(fileOf(bad, config), 10e9), /expected at most 4194304 bytes, got 10000000000$/],
    [
      'its folder is a symbolic link',
      async ({ folderOf }) => {
        await rm(folderOf(bad), { recursive: true });
        await symlink(folderOf(good), folderOf(bad));
      },
      /expected a folder of its documents, got none$/,
    ],
    [
      'its list names no document',
      ({ writeList }) => writeList([entryOf(good, ['localhost/made:0']), entryOf(bad, ['localhost/made:1'], { 'big-data-names': [] })]),
      /expected a document manifest, its list has none$/,
    ],
  ];

  it.each(harms)('%s: it is listed by its names, the other as ever, and it is said', async (_, harm, problem) => {
    await harm(await makeBoth());
    const { images, failures } = await list();
    expect(images.map(({ tags, diffIds }) => [tags[0]!.tag, diffIds?.length ?? null])).toEqual([
      ['0', 1],
      ['1', null],
    ]);
    expect(images[1]).toMatchObject({ imageId: config, fingerprint: null });
    expect(failures).toHaveLength(1);
    expect(failures[0]!.message).toMatch(/^cannot read image [a-f0-9]{12} \(localhost\/made:1\): /);
    expect(failures[0]!.message).toMatch(problem);
  });

  test('its making is not told, and that of the others is', async () => {
    const { fileOf } = await makeBoth();
    await rm(fileOf(bad, config));
    const { images, readBuild } = await list();
    expect(await Promise.all(images.map((image) => readBuild(image)))).toMatchObject([{ history: { precision: 'exact' } }, null]);
  });

  test('nothing is said of it where another one is wanted', async () => {
    const { fileOf } = await makeBoth();
    await rm(fileOf(bad, config));
    const wanted = async (name: string) => listAll(storageAt(at('root'), { image: { by: 'name', name } }));
    expect((await wanted('localhost/made:0')).failures).toEqual([]);
    expect((await wanted('localhost/made:1')).failures).toHaveLength(1);
  });

  test('an image that is being made is left out', async () => {
    await makeStore(at('root'), [good, bad], (image) =>
      entryOf(image, [], image === bad ? { flags: { incomplete: true }, 'big-data-names': [] } : {}),
    );
    const { images, failures } = await list();
    expect([images.length, failures]).toEqual([1, []]);
  });

  test('of many only some are named', async () => {
    const many = Array.from({ length: 30 }, (_, index) => imageOf(String(index)));
    const { folderOf } = await makeStore(at('root'), many);
    for (const image of many) await rm(folderOf(image), { recursive: true });
    const { failures } = await list();
    expect([failures.length, failures.at(-1)!.message]).toEqual([21, 'cannot read 10 more images']);
  });
});

describe('a list that is hostile', () => {
  it.each(['../../../etc', '..', '/etc', 'a/b', '', 'A'.repeat(64), '0'.repeat(63), `${'0'.repeat(64)}\n`])(
    'no path is made of the id %j',
    async (id) => {
      const store = await makeBoth();
      await store.writeList([entryOf(good, []), { ...entryOf(bad, ['localhost/made:1']), id }]);
      const { images, failures } = await list();
      expect(images).toHaveLength(1);
      expect(failures.map(({ message }) => message)).toEqual([
        `cannot read 1 entries of ${at('root/overlay-images/images.json')}: expected an id of 64 hexadecimal digits`,
      ]);
    },
  );

  it.each(['../../../../etc/passwd', '..', '.', 'a/../../b', 'x'.repeat(5000)])('no document %j is looked for', async (name) => {
    const store = await makeBoth();
    await store.writeList([{ ...entryOf(good, ['localhost/made:0']), 'big-data-names': [name, good.config.digest], 'big-data-sizes': {} }]);
    expect((await list()).images[0]).toMatchObject({ size: null, diffIds: [good.layers[0]!.diffId] });
  });

  test('a name that is none costs a warning, without its control characters', async () => {
    await makeStore(at('root'), [good], (image) => entryOf(image, ['localhost/fine:1', 'Not\u001b[31m A name']));
    const { images, warnings } = await list();
    expect(images[0]!.tags).toHaveLength(1);
    expect(warnings[0]!.message).toContain('has a name that cannot be used');
    expect(warnings[0]!.message).not.toContain('\u001b');
  });

  test('a name that two images have is the last one’s', async () => {
    await makeStore(at('root'), [good, bad], (image) => entryOf(image, ['localhost/same:1']));
    expect((await list()).images.map(({ imageId, tags }) => [imageId, tags.length])).toEqual([
      [good.config.digest, 0],
      [bad.config.digest, 1],
    ]);
  });

  test('many names and many digests are not all combined', async () => {
    const names = Array.from({ length: 2000 }, (_, index) => `localhost/name${index}:1`);
    const digests = Array.from({ length: 2000 }, (_, index) => [`manifest-${index}`, `sha256:${String(index).padStart(64, '0')}`] as const);
    await makeStore(at('root'), [good], (image) => {
      const documents = Object.fromEntries(digests);
      return {
        ...entryOf(image, names),
        'big-data-names': [image.config.digest, ...Object.keys(documents)],
        'big-data-digests': documents,
      };
    });
    expect((await list()).images[0]!.repoDigests).toHaveLength(10_000);
  });

  test('layers that go round in a circle are each counted once', async () => {
    const store = await makeStore(at('root'), [good]);
    const [id, other] = [entryOf(good, []).layer, 'b'.repeat(64)];
    const circle = [
      { id, parent: other, 'diff-digest': id, 'diff-size': 1 },
      { id: other, parent: id, 'diff-digest': id, 'diff-size': 2 },
    ];
    await writeFile(join(store.root, 'overlay-layers/layers.json'), JSON.stringify(circle));
    const documents = good.config.bytes.length + 2 * good.bytes.length;
    expect((await list()).images[0]!.size).toBe(documents + 3);
  });

  test('100,000 entries without documents are told as a few failures', async () => {
    const store = await makeStore(at('root'), []);
    await store.writeList(
      Array.from({ length: 100_000 }, (_, index) => ({ id: String(index).padStart(64, '0'), names: [`localhost/n:${index}`] })),
    );
    const { images, failures } = await list();
    expect([images.length, failures.length]).toEqual([100_000, 21]);
  });
});

describe('a place that is no storage, or a broken one', () => {
  const where = (problem: string) => `cannot read containers-storage:[${at('root')}]: ${problem}`;

  test('nothing is there', async () => {
    await expect(list()).rejects.toMatchObject({
      code: 'unreadable',
      message: where(`expected container storage at ${at('root')}, got nothing`),
      hint: 'name the storage: containers-storage:[overlay@/path/to/graphroot]',
    });
  });

  test('it is a file', async () => {
    await writeFile(at('root'), 'x');
    await expect(list()).rejects.toMatchObject({ message: where(`expected a folder of container storage, got a file at ${at('root')}`) });
  });

  it.each([
    [['image', 'containers', 'overlay2'], "docker's own storage", /^ask its engine/],
    [['oci-layout', 'blobs'], 'an OCI image layout', /^name it as such: oci:/],
    [['io.containerd.metadata.v1.bolt'], "containerd's own storage", /^export its images/],
    [['pictures'], 'no folder of images of any driver (overlay-images)', /^name the storage/],
  ])('it holds %j', async (names, found, hint) => {
    for (const name of names) await mkdir(at('root', name), { recursive: true });
    await expect(list()).rejects.toMatchObject({
      message: where(`expected container storage at ${at('root')}, got ${found}`),
      hint: expect.stringMatching(hint),
    });
  });

  test('the driver that is named was never used there', async () => {
    await makeBoth();
    await expect(listAll(storageAt(at('root'), { driver: 'vfs' }))).rejects.toMatchObject({
      message: where(`expected storage of the driver vfs at ${at('root')}, got that of overlay`),
      hint: `name that: containers-storage:[overlay@${at('root')}]`,
    });
  });

  it.each([
    ['cut', '[{"id":', /images\.json: invalid JSON at line 1, column 8$/],
    ['no list', '{}', /images\.json: expected a list of images$/],
  ])('its list is %s', async (_, text, problem) => {
    await (await makeBoth()).writeList(text);
    await expect(list()).rejects.toThrow(problem);
  });

  test('its list is larger than any', async () => {
    const { images } = await makeBoth();
    await truncate(join(images, 'images.json'), 3e9);
    await expect(list()).rejects.toThrow(/images\.json: expected at most 268435456 bytes, got 3000000000$/);
  });

  test('its list is a symbolic link', async () => {
    const { images } = await makeBoth();
    await relink(join(images, 'images.json'), '/etc/passwd');
    await expect(list()).rejects.toThrow(/got a symbolic link/);
  });

  test('a storage without any image is an empty one', async () => {
    await mkdir(at('root/vfs-images'), { recursive: true });
    expect((await list()).images).toEqual([]);
  });

  test('a list of layers that is broken costs the sizes, and it is said', async () => {
    const { root } = await makeBoth();
    await writeFile(join(root, 'overlay-layers/layers.json'), '[');
    const { images, failures } = await list();
    expect(images.map(({ size, diffIds }) => [size, diffIds?.length])).toEqual([
      [null, 1],
      [null, 1],
    ]);
    expect(failures.map(({ message }) => message)).toEqual([where(`${root}/overlay-layers/layers.json: invalid JSON at line 1, column 2`)]);
  });

  test('of several drivers the others are named', async () => {
    const { root } = await makeBoth();
    await mkdir(join(root, 'vfs-images'));
    await writeFile(join(root, 'vfs-images/images.json'), '[]');
    const { images, warnings } = await list();
    expect(images).toHaveLength(2);
    expect(warnings.map(({ message }) => message)).toEqual([
      `the storage at ${root} has images of the driver vfs too, and only those of overlay are read: name the others with containers-storage:[vfs@${root}]`,
    ]);
  });
});

describe('reading', () => {
  test('changes nothing in the storage', async () => {
    const { root, images } = await makeBoth();
    const tell = async (): Promise<unknown> => {
      const names = (await readdir(root, { recursive: true })).sort();
      return Promise.all(names.map(async (name) => [name, (await stat(join(root, name))).mtimeMs]));
    };
    const before = await tell();
    const { readBuild, images: listed } = await list();
    await Promise.all(listed.map((image) => readBuild(image)));
    expect(await tell()).toEqual(before);
    expect((await readdir(images)).sort()).toEqual([idOf(bad), idOf(good), 'images.json'].sort());
  });

  test('ends when it is aborted', async () => {
    await makeBoth();
    const listing = storageAt(at('root')).list({ all: true, signal: AbortSignal.abort(), onProgress: () => undefined });
    await expect(listing).rejects.toThrow(/aborted/);
  });
});

async function relink(path: string, target: string): Promise<void> {
  await rm(path);
  await symlink(target, path);
}

async function makeFifo(path: string): Promise<void> {
  await rm(path);
  execFileSync('mkfifo', [path]);
}

async function makeFolder(path: string): Promise<void> {
  await rm(path);
  await mkdir(path);
}
