import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { renderFamiliar } from '../../../src/core/reference.ts';
import { openArchive } from '../../../src/sources/archive/open-archive.ts';
import { packZstd } from '../archive/make-zstd.ts';
import { namesIn } from '../oci-layout/read.ts';
import { listArchive } from './make-archive.ts';

const FOLDER = fileURLToPath(new URL('../../../fixtures/archives', import.meta.url));

const WEB = '0b6713ddf20f';
const JOB = '3be340264ffb';
const ON_WEB = '14fdc70d1ec2';
const INDEX = '72ef9c0a1450';

/** `names config`, in the order of manifest.json. */
const HELD: Readonly<Record<string, readonly string[]>> = {
  'buildkit-docker.tar': ['acme/kit:1 f45c08b62238'],
  'ctr-1.6-platforms.tar': [`127.0.0.1:5000/acme/index:1 ${INDEX}`],
  'ctr-1.6.tar': [
    `127.0.0.1:5000/acme/web:1,web:latest ${WEB}`,
    `127.0.0.1:5000/acme/job:1 ${JOB}`,
    `acme/on-web:on-web ${ON_WEB}`,
    `127.0.0.1:5000/acme/index:1 ${INDEX}`,
  ],
  'ctr-2-platforms.tar': [`127.0.0.1:5000/acme/index:1 ${INDEX}`],
  'ctr-2.tar': [
    `127.0.0.1:5000/acme/job:1 ${JOB}`,
    `acme/on-web:on-web ${ON_WEB}`,
    `127.0.0.1:5000/acme/index:1 ${INDEX}`,
    `127.0.0.1:5000/acme/web:1,web:latest ${WEB}`,
  ],
  'docker-20.10-index.tar': [`127.0.0.1:5000/acme/index:1 ${INDEX}`],
  'docker-20.10-unnamed.tar': [` ${JOB}`],
  'docker-20.10.tar': ['acme/mine:dev e20f95fca34d', `127.0.0.1:5000/acme/web:1,web:latest ${WEB}`, `127.0.0.1:5000/acme/job:1 ${JOB}`],
  'docker-29-classic-index.tar': [`127.0.0.1:5000/acme/index:1 ${INDEX}`],
  'docker-29-classic-unnamed.tar': [` ${JOB}`],
  'docker-29-classic.tar': [
    `127.0.0.1:5000/acme/web:1,web:latest ${WEB}`,
    `127.0.0.1:5000/acme/job:1 ${JOB}`,
    'acme/mine:dev c9cda866f844',
  ],
  'docker-29-containerd-index.tar': [`127.0.0.1:5000/acme/index:1 ${INDEX}`],
  'docker-29-containerd-unnamed.tar': [` ${JOB}`],
  'docker-29-containerd.tar': [
    `127.0.0.1:5000/acme/web:1,web:latest ${WEB}`,
    `127.0.0.1:5000/acme/job:1 ${JOB}`,
    'acme/mine:dev 6f45e5c4b567',
  ],
  'podman-docker.tar': [
    `127.0.0.1:5000/acme/web:1,web:latest ${WEB}`,
    `127.0.0.1:5000/acme/job:1 ${JOB}`,
    `localhost/acme/on-web:1 ${ON_WEB}`,
  ],
  'skopeo-docker-unnamed.tar': [` ${WEB}`],
};

describe('an archive that a real tool wrote', () => {
  it.each(Object.entries(HELD))('%s has its images, whole to the last layer', async (file, expected) => {
    const { images, failures, warnings } = await listArchive({ path: file, cwd: FOLDER }, { verify: true });
    expect({ failures, warnings }).toEqual({ failures: [], warnings: [] });
    expect(images.map(({ tags, imageId }) => `${tags.map(renderFamiliar).join()} ${imageId.slice(7, 19)}`)).toEqual(expected);
  });

  it.each(Object.keys(HELD))('%s says the same from standard input, plain, by gzip and by zstd', async (file) => {
    const bytes = readFileSync(join(FOLDER, file));
    const { images } = await listArchive({ path: file, cwd: FOLDER });
    for (const form of [bytes, gzipSync(bytes), packZstd(bytes)]) {
      for (const verify of [false, true]) expect(await listArchive({ bytes: form }, { verify })).toMatchObject({ images, failures: [] });
    }
  });

  it.each(readdirSync(FOLDER).filter((file) => file.includes('oci')))('%s is a layout, and says so', async (file) => {
    await expect(listArchive({ path: file, cwd: FOLDER })).rejects.toMatchObject({
      code: 'unreadable',
      message: `cannot read docker-archive:${file}: expected manifest.json, got an OCI layout`,
      hint: `name it as such: oci-archive:${file}`,
    });
  });

  it('tells the digests of an index that is in it too', async () => {
    const { images } = await listArchive({ path: 'docker-29-containerd-index.tar', cwd: FOLDER });
    const [index, manifest] = images[0]?.contentDigests ?? [];
    const layout: unknown = JSON.parse(await entryOf('docker-29-containerd-index.tar', 'index.json'));
    expect(layout).toMatchObject({ manifests: [{ digest: index }] });
    const inner: unknown = JSON.parse(await entryOf('docker-29-containerd-index.tar', `blobs/${String(index).replace(':', '/')}`));
    expect(inner).toMatchObject({ manifests: expect.arrayContaining([expect.objectContaining({ digest: manifest })]) });
  });

  it('tells how an image was made', async () => {
    const { images, readBuild } = await listArchive({ path: 'ctr-1.6.tar', cwd: FOLDER });
    const onWeb = images.find(({ imageId }) => imageId.includes(ON_WEB));
    const build = onWeb === undefined ? null : await readBuild(onWeb);
    expect(build?.history?.entries.length).toBeGreaterThan(1);
    expect(namesIn(build)).toEqual([expect.stringMatching(/^127\.0\.0\.1:5000\/acme\/web:1 sha256:/)]);
  });
});

async function entryOf(file: string, path: string): Promise<string> {
  const options = { cwd: FOLDER, openStdin: () => new ReadableStream(), verify: false, signal: new AbortController().signal };
  const files = await openArchive({ label: file, path: file }, options);
  const bytes = await files.read(path, 100_000);
  await files.close();
  return Buffer.from(bytes ?? []).toString();
}
