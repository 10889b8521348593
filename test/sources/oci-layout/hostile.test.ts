import { mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { descriptor, makeBlob, makeJsonBlob, MEDIA_TYPES } from '../../../src/demo/blobs.ts';
import { type ImageOrIndex, makeIndex } from '../../../src/demo/images.ts';
import { createBlobs } from '../../../src/sources/oci-layout/blobs.ts';
import { readNames } from '../../../src/sources/oci-layout/names.ts';
import { readRoot } from '../../../src/sources/oci-layout/read-root.ts';
import { openFolder } from '../../../src/sources/oci-layout/folder-files.ts';
import { run } from '../../helpers/processes.ts';
import { AMD64, makeDescriptor, makeDigest } from '../../helpers/makers.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../../helpers/temp.ts';
import { blobPath, type LayoutParts, makeNamedImage, remake, writeLayout } from './make-layout.ts';
import { linesOf, readPlace, type ReadOptions } from './read.ts';

let folder: TemporaryDirectory;
beforeEach(async () => {
  folder = await makeTemporaryDirectory();
});
afterEach(() => folder.remove());

const good = makeNamedImage('good');
const bad = makeNamedImage('bad');
const GOOD = 'acme/good:1 linux/amd64 1';

/** A layout of two images, one of them good; what is said of the other. */
async function readBeside(bad: ImageOrIndex, parts: Omit<LayoutParts, 'entries'> = {}, options?: ReadOptions) {
  await writeLayout(folder.path, {
    entries: [
      { document: bad, ref: 'acme/bad:1' },
      { document: good, ref: 'acme/good:1' },
    ],
    ...parts,
  });
  return flawsOf(options);
}

async function flawsOf(options?: ReadOptions) {
  const inventory = await readPlace(folder.path, options);
  expect(linesOf(inventory)).toEqual([GOOD]);
  expect(inventory.warnings).toEqual([]);
  const prefix = `cannot read oci:${folder.path}: `;
  return inventory.failures.map(({ code, message }) => {
    expect(code).toBe('unreadable');
    expect(message.startsWith(prefix)).toBe(true);
    return message.slice(prefix.length);
  });
}

const other = Buffer.from('{"not":"it"}');
const longer = (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.from(' ')]);
const flipped = (bytes: Uint8Array) => Buffer.from(bytes.map((byte, at) => (at === 40 ? byte ^ 1 : byte)));

describe('one image that is not what it should be leaves the others, and is told', () => {
  it.each([
    [
      'its manifest is another document',
      blobPath(bad.digest),
      other,
      `acme/bad:1: ${bad.digest} has 12 bytes, its descriptor says ${bad.bytes.length}`,
    ],
    [
      'its manifest is longer',
      blobPath(bad.digest),
      longer(bad.bytes),
      `acme/bad:1: ${bad.digest} has ${bad.bytes.length + 1} bytes, its descriptor says ${bad.bytes.length}`,
    ],
    [
      'a bit of its manifest flipped',
      blobPath(bad.digest),
      flipped(bad.bytes),
      new RegExp(`^acme/bad:1: what is stored as ${bad.digest} is sha256:`),
    ],
    [
      'a bit of its config flipped',
      blobPath(bad.config.digest),
      flipped(bad.config.bytes),
      new RegExp(`^acme/bad:1: its config: what is stored as ${bad.config.digest} is sha256:`),
    ],
    ['its config is gone', blobPath(bad.config.digest), null, `acme/bad:1: its config ${bad.config.digest} is not there`],
    ['its manifest is gone', blobPath(bad.digest), null, `acme/bad:1: ${bad.digest} is not there`],
    ['a layer is gone', blobPath(bad.layers[1]!.digest), null, `acme/bad:1: layer ${bad.layers[1]!.digest} is not there`],
    [
      'a layer was cut',
      blobPath(bad.layers[1]!.digest),
      Buffer.alloc(9),
      `acme/bad:1: layer ${bad.layers[1]!.digest} has 9 bytes, its descriptor says ${bad.layers[1]!.bytes.length}`,
    ],
  ])('where %s', async (_what, path, content, expected) => {
    const [flaw, ...others] = await readBeside(bad, { files: { [path]: content } });
    expect(others).toEqual([]);
    if (typeof expected === 'string') expect(flaw).toBe(expected);
    else expect(flaw).toMatch(expected);
  });

  it('where all of its layers are gone', async () => {
    const alone = makeNamedImage('bad', { layers: [bad.layers[1]!] });
    expect(await readBeside(alone, { without: [alone.layers[0]!.digest] })).toEqual(['acme/bad:1: none of its layers is there']);
  });

  it('where a platform of an index is not whole, though another is', async () => {
    const arm = makeNamedImage('arm', { platform: { os: 'linux', architecture: 'arm64' } });
    await writeLayout(folder.path, {
      entries: [{ document: makeIndex({ children: [good, arm] }), ref: 'acme/api:1' }],
      files: { [blobPath(arm.layers[1]!.digest)]: 'cut' },
    });
    const { images, failures } = await readPlace(folder.path);
    expect(linesOf({ images })).toEqual(['acme/api:1 linux/amd64 2']);
    expect(failures.map(({ message }) => message)).toEqual([
      `cannot read oci:${folder.path}: acme/api:1 for linux/arm64: layer ${arm.layers[1]!.digest} has 3 bytes, its descriptor says ${arm.layers[1]!.bytes.length}`,
    ]);
  });

  it.each([
    ['its manifest is one of schema 1', makeManifest({ schemaVersion: 1, name: 'x' }), 'schema 1 manifests are not supported'],
    ['its manifest is no JSON', makeManifest('nonsense'), 'expected a manifest in JSON, got something else'],
    [
      'its manifest is an index, too',
      makeManifest({ ...JSON.parse(text(bad)), manifests: [] }),
      'expected either "manifests" or "config" and "layers"',
    ],
    ['its config is no JSON', remake(bad, { config: '['.repeat(100_000) }), 'expected an image config in JSON, got something else'],
    [
      'its config has other layers',
      remake(bad, { config: '{"rootfs":{"diff_ids":[]}}' }),
      'its manifest has 2 layers, its config 0 diff_ids',
    ],
    [
      'its manifest names a config by a path',
      remake(bad, { manifest: { config: { ...descriptor(bad.config), digest: 'sha256:../../index.json' } } }),
      'expected a descriptor with a sha256 or sha512 digest',
    ],
    [
      'its config is said to be huge',
      remake(bad, { manifest: { config: { ...descriptor(bad.config), size: 2 ** 50 } } }),
      `bytes, its descriptor says ${2 ** 50}`,
    ],
    [
      'a layer is said to be huge',
      remake(bad, { manifest: { layers: bad.layers.map((layer) => ({ ...descriptor(layer), size: 2 ** 50 })) } }),
      `bytes, its descriptor says ${2 ** 50}`,
    ],
    [
      'a size is negative',
      remake(bad, { manifest: { config: { ...descriptor(bad.config), size: -1 } } }),
      'expected a descriptor with a size in bytes',
    ],
  ])('where %s', async (_what, document, expected) => {
    const flaws = await readBeside(document);
    expect(flaws).toHaveLength(1);
    expect(flaws[0]).toContain(expected);
  });

  it('where a document really is huge', async () => {
    const size = 5 * 1024 * 1024;
    const entry = { ...descriptor(bad), size };
    await writeLayout(folder.path, {
      entries: [],
      files: { 'index.json': JSON.stringify({ manifests: [entry, descriptor(good)] }), [blobPath(bad.digest)]: 'x' },
    });
    await truncate(join(folder.path, blobPath(bad.digest)), size);
    const { failures } = await readPlace(folder.path);
    expect(failures[0]!.message).toContain(`${blobPath(bad.digest)} has ${size} bytes, and at most 4194304 are read`);
  });

  it('where a blob is a link out of the layout, a pipe or a folder', async () => {
    for (const make of [
      (path: string) => symlink('/etc/passwd', path),
      (path: string) => symlink('../../../../../../etc/passwd', path),
      async (path: string) => expect((await run('mkfifo', [path])).exitCode).toBe(0),
      (path: string) => mkdir(path),
    ]) {
      await writeLayout(folder.path, {
        entries: [
          { document: bad, ref: 'acme/bad:1' },
          { document: good, ref: 'acme/good:1' },
        ],
      });
      const path = join(folder.path, blobPath(bad.digest));
      await rm(path);
      await make(path);
      expect(await flawsOf()).toEqual([`acme/bad:1: ${bad.digest} is not there`]);
      await rm(path, { recursive: true });
    }
  });

  it('where the same bytes lie outside, and a link leads to them', async () => {
    const outside = await makeTemporaryDirectory();
    await writeFile(join(outside.path, 'manifest'), bad.bytes);
    await writeLayout(folder.path, {
      entries: [
        { document: bad, ref: 'acme/bad:1' },
        { document: good, ref: 'acme/good:1' },
      ],
      without: [bad.digest],
    });
    await symlink(join(outside.path, 'manifest'), join(folder.path, blobPath(bad.digest)));
    expect(await flawsOf()).toEqual([`acme/bad:1: ${bad.digest} is not there`]);
    await outside.remove();
  });

  it.each([
    ['no descriptor', 'x', 'expected a descriptor'],
    [
      'a digest that is a path',
      { ...descriptor(bad), digest: 'sha256:../../../etc/passwd' },
      'expected a descriptor with a sha256 or sha512 digest',
    ],
    ['no size', { ...descriptor(bad), size: null }, 'expected a descriptor with a size in bytes'],
  ])('where index.json has %s', async (_what, entry, expected) => {
    await writeLayout(folder.path, { entries: [{ document: good }] });
    await writeFile(
      join(folder.path, 'index.json'),
      JSON.stringify({ manifests: [entry, { ...descriptor(good), annotations: { 'org.opencontainers.image.ref.name': 'acme/good:1' } }] }),
    );
    expect(await flawsOf()).toEqual([`manifests[0] of index.json: ${expected}`]);
  });
});

describe('--verify', () => {
  const layer = bad.layers[1]!;

  it('finds a layer that is as long as it should be, and another', async () => {
    const files = { [blobPath(layer.digest)]: Buffer.alloc(layer.bytes.length, 'x') };
    const [flaw] = await readBeside(bad, { files }, { verify: true });
    expect(flaw).toMatch(new RegExp(`^acme/bad:1: what is stored as layer ${layer.digest} is sha256:[a-f0-9]{64}$`));
    const { images, failures } = await readPlace(folder.path);
    expect([images.length, failures.length], 'without it, layers are only looked up').toEqual([2, 0]);
  });

  it('finds a layer that holds something else than the config says', async () => {
    const config = text(bad.config).replace(layer.diffId, makeDigest('something else'));
    expect(await readBeside(remake(bad, { config }), {}, { verify: true })).toEqual([
      `acme/bad:1: layer ${layer.digest} is ${layer.diffId} when decompressed, the config says ${makeDigest('something else')}`,
    ]);
  });

  it('finds nothing wrong with what is right', async () => {
    await writeLayout(folder.path, { entries: [{ document: good, ref: 'acme/good:1' }] });
    expect(await flawsOf({ verify: true })).toEqual([]);
  });

  it.each([
    ['says nothing of what is encrypted', '+encrypted', []],
    [
      'finds wrong what is not, and is another',
      '',
      [expect.stringMatching(/acme\/good:1: layer sha256:\w+ is sha256:\w+ when decompressed/)],
    ],
  ])('%s', async (_, suffix, flaws) => {
    const others = good.layers.slice(1);
    const other = makeBlob(`application/vnd.oci.image.layer.v1.tar${suffix}`, Buffer.from('no one can read this'));
    const document = remake(good, { manifest: { layers: [other, ...others].map((layer) => descriptor(layer)) } });
    await writeLayout(folder.path, {
      entries: [{ document, ref: 'acme/good:1' }],
      files: { [blobPath(other.digest)]: other.bytes },
    });
    const { failures } = await readPlace(folder.path, { verify: true });
    expect(failures.map(({ message }) => message)).toEqual(flaws);
  });
});

describe('a layout made to exhaust its reader', () => {
  it('has an index in an index in an index, and no deeper', async () => {
    const nest = (depth: number): ImageOrIndex => (depth === 0 ? bad : makeIndex({ children: [nest(depth - 1)] }));
    const tooDeep = ['acme/bad:1: its indexes are nested more than 3 levels deep'];
    expect(await readBeside(nest(200))).toEqual(tooDeep);
    expect(await readBeside(nest(4))).toEqual(tooDeep);
    await writeLayout(folder.path, { entries: [{ document: nest(3), ref: 'acme/bad:1' }] });
    expect(linesOf(await readPlace(folder.path))).toEqual(['acme/bad:1 linux/amd64 2']);
  });

  it('has an index whose entries all lead to one', async () => {
    const inner = makeIndex({ children: Array.from({ length: 900 }, () => good) });
    const middle = makeIndex({ children: Array.from({ length: 900 }, () => inner) });
    await writeLayout(folder.path, {
      entries: [{ document: makeJson({ manifests: Array.from({ length: 900 }, () => descriptor(middle)) }), ref: 'acme/good:1' }],
    });
    for (const document of [inner, middle, good, good.config, ...good.layers])
      await writeFile(join(folder.path, blobPath(document.digest)), document.bytes);
    expect(linesOf(await readPlace(folder.path))).toEqual(['acme/good:1 linux/amd64 2']);
  });

  it('has indexes of more entries than are followed, and says so', async () => {
    const images = ['a', 'b', 'c', 'd'].map((architecture) => makeNamedImage('many', { platform: { os: 'linux', architecture } }));
    const document = makeIndex({ children: images });
    await writeLayout(folder.path, { entries: [{ document }] });
    let left = 2;
    const signal = new AbortController().signal;
    const blobs = createBlobs(await openFolder({ label: 'oci:x', path: folder.path }, { cwd: '/', signal }), '');
    const root = {
      descriptor: { ...makeDescriptor(document.digest), size: document.bytes.length, mediaType: document.mediaType },
      names: readNames(new Map()),
      origins: [],
    };
    const answer = await readRoot(root, { blobs, verify: false, platform: AMD64, mayFollow: () => (left -= 1) >= 0 });
    expect(answer.images.map(({ image }) => image.platform.architecture)).toEqual(['a', 'b']);
    expect(answer.flaws).toEqual([{ kind: 'flawed', platform: null, flaw: 'the layout has more entries than are followed' }]);
  });

  it('has a hundred thousand entries', async () => {
    await writeLayout(folder.path, { entries: [] });
    const entry = JSON.stringify(descriptor(good));
    await writeFile(join(folder.path, 'index.json'), `{"manifests":[${`${entry},`.repeat(99_999)}${entry}]}`);
    await expect(readPlace(folder.path)).rejects.toMatchObject({ message: expect.stringContaining('and at most 4194304 are read') });
    await writeFile(join(folder.path, 'index.json'), `{"manifests":[${'{},'.repeat(99_999)}{}]}`);
    await expect(readPlace(folder.path)).rejects.toMatchObject({
      message: expect.stringContaining('expected at most 10000 entries in index.json, got 100000'),
    });
  });

  it('has ten thousand entries of which none is right, and tells of a hundred', async () => {
    await writeLayout(folder.path, { entries: [] });
    await writeFile(join(folder.path, 'index.json'), `{"manifests":[${'{},'.repeat(9999)}{}]}`);
    const { failures } = await readPlace(folder.path);
    expect(failures).toHaveLength(101);
    expect(failures.at(-1)!.message).toBe(`cannot read oci:${folder.path}: 9900 more of it`);
  });

  it('has names of a megabyte with control characters in them', async () => {
    const ref = `\u001b]8;;evil\u0007${'\u202e/'.repeat(500_000)}`;
    await writeLayout(folder.path, { entries: [{ document: bad, ref, name: ref }], without: [bad.config.digest] });
    const { failures, images } = await readPlace(folder.path);
    expect(images).toEqual([]);
    expect(failures.map(({ message }) => message.length < 1000 && !/[\u0000-\u001f\u202e]/.test(message))).toEqual([true]);
    await writeLayout(folder.path, { entries: [{ document: bad, ref, name: ref }] });
    const { warnings } = await readPlace(folder.path);
    expect(warnings.map(({ message }) => message.length < 1000 && !/[\u0000-\u001f\u202e]/.test(message))).toEqual([true]);
  });

  it('has a config of ten thousand steps', async () => {
    const history = Array.from({ length: 10_000 }, (_, at) => ({ created_by: `RUN ${at}`, empty_layer: true }));
    const inventory = await readLong(history);
    const build = await inventory.readBuild(inventory.images[0]!);
    expect(build?.history?.entries).toHaveLength(10_000);
  });
});

async function readLong(history: readonly object[]) {
  await writeLayout(folder.path, { entries: [{ document: makeNamedImage('long', { history: [...history] }), ref: 'acme/long:1' }] });
  return readPlace(folder.path);
}

function text(document: { readonly bytes: Uint8Array }): string {
  return Buffer.from(document.bytes).toString();
}

function makeManifest(content: unknown): ImageOrIndex {
  return { ...bad, ...makeJsonBlob(MEDIA_TYPES.oci.manifest, content as object) };
}

function makeJson(content: object): ImageOrIndex {
  return { kind: 'index', children: [], ...makeJsonBlob(MEDIA_TYPES.oci.index, content) };
}
