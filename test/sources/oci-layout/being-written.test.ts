import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LayoutContents } from '../../../src/sources/oci-layout/read-layout.ts';
import { readSteadily } from '../../../src/sources/oci-layout/read-steadily.ts';
import { openFolder } from '../../../src/sources/oci-layout/folder-files.ts';
import { AMD64 } from '../../helpers/makers.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../../helpers/temp.ts';
import { blobPath, indexJson, makeLayout, makeNamedImage, writeLayout } from './make-layout.ts';
import { linesOf, readPlace } from './read.ts';

let folder: TemporaryDirectory;
beforeEach(async () => {
  folder = await makeTemporaryDirectory();
});
afterEach(() => folder.remove());

const old = { document: makeNamedImage('old'), ref: 'acme/old:1' };
const young = { document: makeNamedImage('young'), ref: 'acme/young:1' };

/** What is read where something is done after the first look. */
async function readDuring(pause: () => Promise<void>) {
  const signal = new AbortController().signal;
  const place = { transport: 'oci', written: `oci:${folder.path}`, path: folder.path, driver: null, image: null } as const;
  const files = await openFolder({ label: place.written, path: folder.path }, { cwd: '/', signal });
  return readSteadily(place, files, { verify: false, platform: AMD64, signal, onProgress: () => undefined, pause });
}

const linesIn = ({ images }: LayoutContents) => linesOf({ images: images.map(({ image }) => image) });

const indexPath = () => join(folder.path, 'index.json');

describe('a layout that is written to while it is read', () => {
  it('is read again when index.json was just cut to be written anew', async () => {
    await writeLayout(folder.path, { entries: [old], files: { 'index.json': '' } });
    const inventory = await readDuring(() => writeFile(indexPath(), indexJson([old])));
    expect(linesIn(inventory)).toEqual(['acme/old:1 linux/amd64 1']);
    expect(inventory.failures).toEqual([]);
  });

  it('is read again when index.json was not there for a moment', async () => {
    await writeLayout(folder.path, { entries: [old], files: { 'index.json': null } });
    const inventory = await readDuring(() => writeFile(indexPath(), indexJson([old])));
    expect(linesIn(inventory)).toEqual(['acme/old:1 linux/amd64 1']);
  });

  it('is read again when an image was taken out of it', async () => {
    await writeLayout(folder.path, { entries: [old, young] });
    await rm(join(folder.path, blobPath(old.document.config.digest)));
    const inventory = await readDuring(() => writeFile(indexPath(), indexJson([young])));
    expect(linesIn(inventory)).toEqual(['acme/young:1 linux/amd64 1']);
    expect(inventory.failures).toEqual([]);
  });

  it('says that it changed where it does not fit then, either', async () => {
    await writeLayout(folder.path, { entries: [old], without: [old.document.config.digest] });
    const inventory = await readDuring(() => writeFile(indexPath(), indexJson([old, young])));
    expect(inventory.failures).toHaveLength(2);
    for (const { hint } of inventory.failures) expect(hint).toBe('it changed while it was read: try again when nothing writes to it');
  });

  it('says that it changed where it cannot be read then, either', async () => {
    await writeLayout(folder.path, { entries: [old], files: { 'index.json': '' } });
    await expect(readDuring(() => writeFile(indexPath(), '{"manifests"'))).rejects.toMatchObject({
      message: `cannot read oci:${folder.path}: expected JSON in index.json, got something else`,
      hint: 'it changed while it was read: try again when nothing writes to it',
    });
  });

  it('is read once where index.json stays the same', async () => {
    await writeLayout(folder.path, { entries: [old], without: [old.document.config.digest] });
    const { images, failures } = await readDuring(() =>
      writeFile(join(folder.path, blobPath(old.document.config.digest)), old.document.config.bytes),
    );
    expect([images.length, failures.length]).toEqual([0, 1]);
  });

  it('does not say so of one that is broken and stays so', async () => {
    await writeLayout(folder.path, { entries: [old], without: [old.document.config.digest] });
    const { failures } = await readPlace(folder.path);
    expect(failures.map(({ hint }) => hint)).toEqual(['copy the image into it again']);
  });

  it('is never misread: each image is whole or told, however often it is replaced', async () => {
    const images = Array.from({ length: 8 }, (_, at) => ({ document: makeNamedImage(`image ${at}`), ref: `acme/app:${at}` }));
    await writeLayout(folder.path, { entries: images.slice(0, 1) });
    const stop = new AbortController();
    const writing = (async () => {
      for (let round = 1; !stop.signal.aborted; round += 1) await replace(images.slice(0, (round % images.length) + 1));
    })();
    for (let round = 0; round < 40; round += 1) {
      const inventory = await readPlace(folder.path);
      expect(inventory.failures).toEqual([]);
      for (const image of inventory.images) {
        const written = images.find(({ document }) => document.config.digest === image.imageId);
        expect([written?.ref, image.labels.get('seed')]).toEqual([`acme/app:${image.tags[0]?.tag ?? ''}`, written?.document.labels.seed]);
      }
    }
    stop.abort();
    await writing;
  });

  /** As the tools do it: blobs whole under another name first, index.json last. */
  async function replace(entries: readonly (typeof old)[]): Promise<void> {
    for (const [path, bytes] of [...makeLayout({ entries })].sort(([a]) => (a === 'index.json' ? 1 : -1))) {
      const target = join(folder.path, path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(`${target}.new`, bytes);
      await rename(`${target}.new`, target);
    }
  }
});
