import { readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_STATEMENT_BYTES } from '../../../src/core/base/provenance.ts';
import type { Digest } from '../../../src/core/digest.ts';
import { descriptor, makeBlob, makeJsonBlob, MEDIA_TYPES } from '../../../src/demo/blobs.ts';
import { type ImageDocument, type IndexDocument, makeIndex } from '../../../src/demo/images.ts';
import { createDockerArchiveSource } from '../../../src/sources/docker-archive/source.ts';
import { makeTar } from '../archive/make-tar.ts';
import { AMD64 } from '../../helpers/makers.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../../helpers/temp.ts';
import { blobPath, type LayoutParts, makeLayout, makeNamedImage, writeLayout } from './make-layout.ts';
import { namesIn, readPlace } from './read.ts';

let folder: TemporaryDirectory;
beforeEach(async () => {
  folder = await makeTemporaryDirectory();
});
afterEach(() => folder.remove());

const ARM64 = { os: 'linux', architecture: 'arm64' };
const BASE = 'b'.repeat(64);
const api = makeNamedImage('api');
const apiForArm = makeNamedImage('api', { platform: ARM64 });
const attest = (children: readonly ImageDocument[] = [api], uri = 'pkg:docker/debian@12'): IndexDocument =>
  makeIndex({ children, attested: { slsa: 'v1', shape: 'artifact', materials: [{ uri, digest: { sha256: BASE } }] } });
const DEBIAN = `docker.io/library/debian:12 sha256:${BASE}`;

const attestationIn = (index: IndexDocument): ImageDocument => {
  const found = index.children.find((child) => child.kind === 'image' && child.attests !== null);
  if (found?.kind !== 'image') throw new Error('no attestation');
  return found;
};

async function readRecorded(parts: LayoutParts) {
  await writeLayout(folder.path, parts);
  const { images, readBuild, failures } = await readPlace(folder.path);
  expect(failures).toEqual([]);
  const build = await readBuild(images[0]!);
  return { names: namesIn(build), whys: (build?.recorded?.rejected ?? []).map(({ why }) => why) };
}

/** The same index with another attestation manifest, or another statement. */
function replace(
  index: IndexDocument,
  change: { readonly statement?: Uint8Array; readonly subject?: Digest; readonly size?: number },
): IndexDocument {
  const attestation = attestationIn(index);
  const [layer] = attestation.layers;
  const statement = change.statement === undefined ? layer! : { ...layer!, ...makeBlob('application/vnd.in-toto+json', change.statement) };
  const written = JSON.parse(Buffer.from(attestation.bytes).toString()) as { layers: object[] };
  const manifest = makeJsonBlob(MEDIA_TYPES.oci.manifest, {
    ...written,
    layers: [{ ...written.layers[0], ...descriptor(statement), ...(change.size === undefined ? {} : { size: change.size }) }],
    ...(change.subject === undefined ? {} : { subject: { ...descriptor(api), digest: change.subject } }),
  });
  const entries = (JSON.parse(Buffer.from(index.bytes).toString()) as { manifests: { digest: string }[] }).manifests;
  const manifests = entries.map((entry) => (entry.digest === attestation.digest ? { ...entry, ...descriptor(manifest) } : entry));
  const bytes = makeJsonBlob(MEDIA_TYPES.oci.index, { schemaVersion: 2, mediaType: MEDIA_TYPES.oci.index, manifests });
  const children = index.children.map((child) => (child === attestation ? { ...attestation, ...manifest, layers: [statement] } : child));
  return { ...index, ...bytes, children };
}

describe('the provenance of an image in a layout', () => {
  it('names the images that its build used', async () => {
    expect(await readRecorded({ entries: [{ document: attest(), ref: 'acme/api:1' }] })).toEqual({ names: [DEBIAN], whys: [] });
  });

  it('is of the image it attests, for each platform its own', async () => {
    const entries = [{ document: makeIndex({ children: [attest([api]), attest([apiForArm], 'pkg:docker/alpine@3')] }), ref: 'acme/api:1' }];
    await writeLayout(folder.path, { entries });
    const { images, readBuild } = await readPlace(folder.path);
    expect(images.map(({ platform }) => platform.architecture)).toEqual(['amd64', 'arm64']);
    const names = await Promise.all(images.map(async (image) => namesIn(await readBuild(image))));
    expect(names).toEqual([[DEBIAN], [`docker.io/library/alpine:3 sha256:${BASE}`]]);
  });

  it('is read when it is asked for, once', async () => {
    const document = attest();
    await writeLayout(folder.path, { entries: [{ document, ref: 'acme/api:1' }] });
    const { images, readBuild } = await readPlace(folder.path);
    expect(namesIn(await readBuild(images[0]!))).toEqual([DEBIAN]);
    await rm(join(folder.path, 'blobs'), { recursive: true });
    expect(namesIn(await readBuild(images[0]!))).toEqual([DEBIAN]);
    const { readBuild: readLater } = await readPlaceWithoutStatement(document);
    expect((await readLater(images[0]!))?.recorded?.rejected).toMatchObject([
      { why: expect.stringContaining('did not come with the image') },
    ]);
  });

  /** The statement is taken away after the layout was listed. */
  async function readPlaceWithoutStatement(document: IndexDocument) {
    await writeLayout(folder.path, { entries: [{ document, ref: 'acme/api:1' }] });
    const inventory = await readPlace(folder.path);
    await rm(join(folder.path, blobPath(attestationIn(document).layers[0]!.digest)));
    return inventory;
  }

  it('is read of archives, too, until they are closed', async () => {
    const document = attest();
    const files = makeLayout({ entries: [{ document, ref: 'acme/api:1' }] });
    const manifest = [
      { Config: blobPath(api.config.digest), RepoTags: ['acme/api:1'], Layers: api.layers.map(({ digest }) => blobPath(digest)) },
    ];
    const archive = makeTar(
      [...files, ['manifest.json', JSON.stringify(manifest)] as const].map(([path, contents]) => ({ path, contents })),
    );
    const path = join(folder.path, 'api.tar');
    await writeFile(path, archive);
    const stdin = async function* () {
      await Promise.resolve();
      yield archive;
    };
    const place = { transport: 'docker-archive', written: `docker-archive:${path}`, path, driver: null, image: null } as const;
    const options = { cwd: '/', openStdin: stdin, verify: false, platform: AMD64 };
    const signal = new AbortController().signal;
    const inventories = [
      await readPlace(path, { transport: 'oci-archive' }),
      await readPlace('-', { transport: 'oci-archive', stdin }),
      await createDockerArchiveSource(place, options).list({ all: false, signal, onProgress: () => undefined }),
    ];
    for (const { images, readBuild, close } of inventories) {
      expect(namesIn(await readBuild(images[0]!))).toEqual([DEBIAN]);
      close();
      close();
    }
    expect(await openFiles()).not.toContain(path);
  });

  it('holds no archive open that has none', async () => {
    const path = join(folder.path, 'api.tar');
    await writeFile(
      path,
      makeTar([...makeLayout({ entries: [{ document: api, ref: 'acme/api:1' }] })].map(([name, contents]) => ({ path: name, contents }))),
    );
    await readPlace(path, { transport: 'oci-archive' });
    expect(await openFiles()).not.toContain(path);
  });
});

describe('provenance that cannot be read is told with its reason', () => {
  const index = attest();
  const statement = attestationIn(index).layers[0]!;

  it.each<[string, LayoutParts, RegExp]>([
    [
      'as it was not copied',
      { entries: [{ document: index }], without: [attestationIn(index).digest] },
      /^sha256:\S+ did not come with the image$/,
    ],
    [
      'as its statement was not copied',
      { entries: [{ document: index }], without: [statement.digest] },
      /^sha256:\S+ did not come with the image$/,
    ],
    [
      'as its statement is another one',
      { entries: [{ document: index }], files: { [blobPath(statement.digest)]: Buffer.alloc(statement.bytes.length, ' ') } },
      /^what is stored as sha256:\S+ is sha256:/,
    ],
    [
      'as its statement is cut',
      { entries: [{ document: index }], files: { [blobPath(statement.digest)]: statement.bytes.subarray(1) } },
      /^sha256:\S+ has \d+ bytes, its descriptor says \d+$/,
    ],
    [
      'as its statement is no JSON',
      { entries: [{ document: replace(index, { statement: Buffer.from('{"a": \u001b[31m') }) }] },
      /expected a provenance statement in JSON/,
    ],
    [
      'as its statement is too large',
      { entries: [{ document: replace(index, { size: MAX_STATEMENT_BYTES + 1 }) }] },
      /^it has 2097153 bytes, and at most 2097152 are read$/,
    ],
    [
      'as it is about another image',
      {
        entries: [
          {
            document: replace(attest(), {
              statement: Buffer.from(JSON.stringify({ predicateType: 'https://slsa.dev/provenance/v1', subject: [] })),
            }),
          },
        ],
      },
      /^it is about another image$/,
    ],
  ])('%s', async (_, parts, why) => {
    const { names, whys } = await readRecorded(parts);
    expect(names).toEqual([]);
    expect(whys).toEqual([expect.stringMatching(why)]);
  });

  it('is no provenance of this image where its subject is another one', async () => {
    const document = replace(index, { subject: makeNamedImage('other').digest });
    expect(await readRecorded({ entries: [{ document }] })).toEqual({ names: [], whys: [] });
  });
});

async function openFiles(): Promise<readonly string[]> {
  const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''));
  return Promise.all(links);
}
