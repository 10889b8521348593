import fc from 'fast-check';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeIndex } from '../../../src/demo/images.ts';
import { packTar } from '../../../src/demo/tar.ts';
import { ImgupdateError } from '../../../src/errors.ts';
import { createOciSource } from '../../../src/sources/oci-layout/source.ts';
import { readLayout } from '../../../src/sources/oci-layout/read-layout.ts';
import type { StoredFiles } from '../../../src/sources/stored/stored-files.ts';
import type { Inventory, StoredPlace } from '../../../src/check/ports.ts';
import { AMD64 } from '../../helpers/makers.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../../helpers/temp.ts';
import { type LayoutFiles, makeLayout, makeNamedImage } from './make-layout.ts';

let folder: TemporaryDirectory;
beforeEach(async () => {
  folder = await makeTemporaryDirectory();
});
afterEach(() => folder.remove());

const api = makeNamedImage('api');
const arm = makeNamedImage('api', { platform: { os: 'linux', architecture: 'arm64' } });
const web = makeNamedImage('web', { format: 'docker' });
const layout = makeLayout({
  entries: [
    { document: makeIndex({ children: [api, arm], attested: true }), ref: '2', name: 'ghcr.io/acme/api:2' },
    { document: web, ref: 'acme/web:1' },
  ],
});
const paths = [...layout.keys()].sort();
const documents = paths.filter((path) => layout.get(path)![0] === 0x7b);

/** A layout as an archive: the same code reads it, and it is one write. */
async function readFiles(files: LayoutFiles, image: StoredPlace['image'] = null): Promise<Inventory | ImgupdateError> {
  const archive = packTar(
    [...files].map(([path, content]) => ({ path, content, mode: 0o644 })),
    0,
  );
  const path = join(folder.path, 'layout.tar');
  await writeFile(path, archive);
  const place = { transport: 'oci-archive', written: 'oci-archive:layout.tar', path, driver: null, image } as const;
  const options = { cwd: '/', openStdin: () => [] as never, verify: false, platform: AMD64 };
  try {
    return await createOciSource(place, options).list({ all: false, signal: new AbortController().signal, onProgress: () => undefined });
  } catch (error) {
    if (error instanceof ImgupdateError) return error;
    throw error;
  } finally {
    await rm(path);
  }
}

const changed = (path: string, content: Uint8Array): LayoutFiles => new Map([...layout, [path, content]]);
const keyOf = ({ images }: Inventory): readonly string[] =>
  images.map((image) => `${image.imageId} ${image.platform.architecture} ${image.created ?? ''}`);

/** JSON as a layout has it, with the values of its kind at the keys of its kind. */
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom<unknown>(
      null,
      true,
      -1,
      0,
      2,
      1e300,
      '',
      'x',
      '1.27',
      'acme/x:1',
      '\u001b[2J',
      web.digest,
      web.config.digest,
      'sha256:../x',
      web.mediaType,
      web.config.mediaType,
    ),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(
      fc.constantFrom(
        'schemaVersion',
        'mediaType',
        'manifests',
        'digest',
        'size',
        'annotations',
        'config',
        'layers',
        'platform',
        'os',
        'architecture',
        'org.opencontainers.image.ref.name',
        'io.containerd.image.name',
        'artifactType',
        '__proto__',
        'imageLayoutVersion',
        'rootfs',
        'diff_ids',
        'history',
      ),
      tie('json'),
      { maxKeys: 6 },
    ),
  ),
}));

describe('a layout', () => {
  it('is read, or refused with an error of its own, whatever its documents are', async () => {
    const written = fc.oneof(
      json.map((value) => Buffer.from(JSON.stringify(value))),
      fc.uint8Array({ maxLength: 200 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...documents), written, async (path, content) => {
        const read = await readFiles(changed(path, content));
        const told = read instanceof ImgupdateError ? [read.message] : [...read.failures, ...read.warnings].map(({ message }) => message);
        for (const message of told) expect(message).not.toMatch(/[\u0000-\u001f\u007f]|\.$/);
      }),
      { numRuns: 300 },
    );
  });

  it('with one byte changed in a blob never gives another image, and does not hide that one is missing', async () => {
    const whole = await readFiles(layout);
    if (whole instanceof ImgupdateError) throw whole;
    expect(keyOf(whole)).toHaveLength(3);
    const blobs = documents.filter((path) => path.startsWith('blobs/'));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...blobs), fc.nat(), fc.integer({ min: 1, max: 255 }), async (path, at, change) => {
        const content = Uint8Array.from(layout.get(path)!);
        content[at % content.length]! ^= change;
        const read = await readFiles(changed(path, content));
        if (read instanceof ImgupdateError) throw read;
        for (const key of keyOf(read)) expect(keyOf(whole)).toContain(key);
        if (keyOf(read).length < keyOf(whole).length) expect(read.failures.length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });

  it('without some of its files never gives another image, and none is missing without a word or another platform', async () => {
    const whole = await readFiles(layout);
    if (whole instanceof ImgupdateError) throw whole;
    await fc.assert(
      fc.asyncProperty(fc.subarray(paths), async (kept) => {
        const read = await readFiles(new Map(kept.map((path) => [path, layout.get(path)!])));
        if (read instanceof ImgupdateError) return;
        for (const key of keyOf(read)) expect(keyOf(whole)).toContain(key);
        const named = new Set(read.images.flatMap(({ tags }) => tags.map(({ repository }) => repository)));
        const blamed = ['acme/api', 'acme/web'].filter((name) => !named.has(name));
        for (const name of blamed) expect(read.failures.some(({ message }) => message.includes(name))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('is searched for whatever name is wanted, and nothing else is given', async () => {
    const wanted = fc.oneof(fc.string(), fc.constantFrom('2', 'acme/web', 'ghcr.io/acme/api:2', 'acme/web:1@', '@1', web.digest));
    await fc.assert(
      fc.asyncProperty(wanted, async (name) => {
        const read = await readFiles(layout, { by: 'name', name });
        if (read instanceof ImgupdateError) expect(read.code).toBe('no-such-image');
        else expect(read.images.length).toBeGreaterThan(0);
      }),
      { numRuns: 100 },
    );
  });

  it('whose files fail in the middle of it fails with what they said, or tells of it', async () => {
    const index = layout.get('index.json')!;
    const place = { transport: 'oci-archive', written: 'oci-archive:x', path: 'x', driver: null, image: null } as const;
    const options = { verify: true, platform: AMD64, signal: new AbortController().signal, onProgress: () => undefined };
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 40 }), async (after) => {
        let left = after;
        const guard = <T>(value: T): Promise<T> =>
          (left -= 1) >= 0
            ? Promise.resolve(value)
            : Promise.reject(new ImgupdateError('unreadable', 'cannot read oci-archive:x: it breaks off'));
        const files: StoredFiles = {
          paths: () => guard(paths),
          sizeOf: (path) => guard(layout.get(path)?.length ?? null),
          read: (path) => guard(layout.get(path) ?? null),
          hash: () => guard(null),
          close: () => Promise.resolve(),
        };
        const { failures } = await readLayout(place, index, files, options);
        expect(failures.length).toBeGreaterThan(0);
      }),
    );
  });
});
