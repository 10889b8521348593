import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ImageDocument, type ImageOrIndex, makeIndex } from '../../src/demo/images.ts';
import { type EmbeddedRegistry, startRegistry } from '../../src/demo/registry-server.ts';
import { makeTar } from '../sources/archive/make-tar.ts';
import { blobPath, type Entry, makeLayout, writeLayout } from '../sources/oci-layout/make-layout.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';
import {
  APP_STEPS,
  attest,
  BASE_STEPS,
  BEFORE,
  build,
  type Image,
  MOVES,
  named,
  NO_ENGINE,
  onlyImage,
  purl,
  readJson,
} from './base-world.ts';

/** An image in a registry, and the same image where it was copied to. */
let registry: EmbeddedRegistry;
let baseName: string;
let folder: TemporaryDirectory;
const base = build(BASE_STEPS, { at: BEFORE });
const baseIndex = makeIndex({ children: [base] });
const moved = makeIndex({ children: [MOVES['layers-differ']] });
const app = (annotations: Readonly<Record<string, string>> = {}): ImageDocument => build(APP_STEPS, { from: base, annotations });

beforeAll(async () => {
  registry = await startRegistry({ auth: { kind: 'token', users: [], service: 'test' } });
  baseName = `${registry.host}/base/node:20`;
});
afterAll(() => registry.close());
beforeEach(async () => {
  folder = await makeTemporaryDirectory();
  registry.put('base/node', '20', baseIndex);
});
afterEach(() => folder.remove());

const look = async (...args: string[]): Promise<Image> => onlyImage(await readJson(['list', ...args], NO_ENGINE));

const nameOf = (): string => `${registry.host}/acme/app:1`;

/** As `docker save` of the containerd store writes it, which is a layout and a docker-archive. */
async function saveBoth(entry: Entry): Promise<string> {
  const path = join(folder.path, 'app.tar');
  const { document } = entry;
  const image = document.kind === 'index' ? document.children[0] : document;
  if (image?.kind !== 'image') throw new Error('an image has to come first');
  const manifest = [
    { Config: blobPath(image.config.digest), RepoTags: [entry.name], Layers: image.layers.map((layer) => blobPath(layer.digest)) },
  ];
  const files = new Map(makeLayout({ entries: [entry] })).set('manifest.json', Buffer.from(JSON.stringify(manifest)));
  await writeFile(path, makeTar([...files].map(([name, contents]) => ({ path: name, contents }))));
  return path;
}

/** Where the image was copied to, by target. */
async function copy(document: ImageOrIndex, annotations: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  const entry = { document, name: nameOf(), annotations };
  const layout = join(folder.path, 'layout');
  await mkdir(layout);
  await writeLayout(layout, { entries: [entry] });
  const archive = await saveBoth(entry);
  return [`oci:${layout}`, `oci-archive:${archive}`, `docker-archive:${archive}`];
}

/** What was asked about the image itself, and answered. */
const asked = (): readonly string[] =>
  registry.requests
    .filter(({ path, status }) => path.includes('/acme/app/') && status !== 401)
    .map(({ method, path }) => `${method} ${path.split('/').slice(-2).join('/')}`);

describe('the base of an image that was copied out of its registry', () => {
  it.each<[string, () => ImageOrIndex]>([
    ['its provenance, SLSA v1', () => attest(app(), [{ uri: purl(baseName), digest: base.digest }])],
    [
      'its provenance, SLSA v0.2',
      () => attest(app(), [{ uri: purl(baseName), digest: baseIndex.digest }], { slsa: 'v0.2', shape: 'artifact' }),
    ],
    [
      'its provenance, beside annotations of its manifest',
      () => attest(app(named('docker.io/library/other:1')), [{ uri: purl(baseName), digest: base.digest }]),
    ],
    ['annotations of its manifest', () => app(named(baseName, base.digest))],
    ['annotations of its index', () => makeIndex({ children: [app()], annotations: named(baseName, baseIndex.digest) })],
    [
      'annotations of its index and of the descriptor in it, each with a digest',
      () =>
        makeIndex({
          children: [app()],
          annotations: named(baseName, baseIndex.digest),
          entryAnnotations: new Map([[app().digest, named(baseName, base.digest)]]),
        }),
    ],
    [
      'annotations of its index before others of its manifest',
      () => makeIndex({ children: [app(named('docker.io/library/other:1'))], annotations: named(baseName) }),
    ],
    ['nothing', () => makeIndex({ children: [app()] })],
  ])('is told by %s, as it is told there', async (_, make) => {
    const document = make();
    registry.put('acme/app', '1', document);
    registry.put('base/node', '20', moved);
    const there = await look(`docker://${nameOf()}`);
    for (const target of await copy(document)) {
      const here = await look(target);
      expect({ ...here.base, checkedAt: null }).toEqual({ ...there.base, checkedAt: null });
      expect(here.tag.status).toBe('current');
    }
  });

  it('is found by its provenance without a request for the image itself but those for its tag and the list of tags', async () => {
    const document = attest(app(), [{ uri: purl(baseName), digest: base.digest }]);
    registry.put('acme/app', '1', document);
    for (const target of await copy(document)) {
      registry.forget();
      expect((await look(target)).base).toMatchObject({ status: 'current', evidence: ['provenance'], confidence: 'certain' });
      expect(asked()).toEqual(['HEAD manifests/1', 'GET tags/list?n=1000']);
    }
  });

  it('is found by its provenance where its registry does not have it, and again from what is remembered', async () => {
    const document = attest(app(), [{ uri: purl(baseName), digest: base.digest }]);
    const entry = { document, name: 'localhost/acme/app:1' };
    const layout = join(folder.path, 'local');
    await mkdir(layout);
    await writeLayout(layout, { entries: [entry] });
    for (const args of [[], [], ['--offline']]) {
      const { images } = await readJson(['list', `oci:${layout}`, '--allow-host', registry.host, ...args], {
        ...NO_ENGINE,
        home: folder.path,
      });
      expect(images[0]).toMatchObject({
        tag: { status: 'local' },
        base: { status: 'current', evidence: expect.arrayContaining(['provenance']) },
      });
    }
  });
});

describe('the tag of an image that was copied with a record of where it is from', () => {
  const from = (): Readonly<Record<string, string>> => ({
    'containerd.io/distribution.source.127.0.0.1': 'acme/app',
    [`containerd.io/distribution.source.${registry.host}`]: 'acme/app',
  });

  it('is gone by a HEAD and no document where its registry has nothing of it any more', async () => {
    registry.put('acme/app', '1', app());
    registry.remove('acme/app', '1');
    const document = build(['ADD other /']);
    for (const target of await copy(document, from())) {
      registry.forget();
      expect((await look(target)).tag).toMatchObject({ status: 'gone', digests: [document.digest] });
      expect(asked()).toEqual(['HEAD manifests/1', 'GET tags/list?n=1000']);
    }
  });

  it('is unknown then without the record', async () => {
    registry.put('acme/app', '1', app());
    registry.remove('acme/app', '1');
    for (const target of await copy(build(['ADD other /']))) {
      expect((await look(target)).tag).toMatchObject({ status: 'unknown', digests: [] });
    }
  });

  it('is rebuilt, and tells the digest it had', async () => {
    registry.put('acme/app', '1', app());
    const document = build(['ADD other /']);
    for (const target of await copy(document, from())) {
      expect((await look(target)).tag).toMatchObject({ status: 'rebuilt', digests: [document.digest], candidate: app().digest });
    }
  });
});
