import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Inventory } from '../../../src/check/ports.ts';
import { makeIndex } from '../../../src/demo/images.ts';
import { startPodmanService, readBusybox, type RunningEngine } from '../../helpers/engines.ts';
import { baseEnvironment, runOrThrow } from '../../helpers/processes.ts';
import { systemTest } from '../../helpers/system.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../../helpers/temp.ts';
import { makeNamedImage, writeLayout } from './make-layout.ts';
import { linesOf, readPlace, type ReadOptions } from './read.ts';

let folder: TemporaryDirectory;
const at = (name: string): string => join(folder.path, name);
const skopeo = (...args: readonly string[]) =>
  runOrThrow('skopeo', ['--insecure-policy', ...args], { env: { ...baseEnvironment(), HOME: folder.path, XDG_RUNTIME_DIR: folder.path } });

/** Layers are read through, too: real ones have to be what they say. */
const read = (path: string, options: ReadOptions = {}): Promise<Inventory> =>
  readPlace(path, { verify: true, cwd: folder.path, ...options });

systemTest('layouts that skopeo writes', ['skopeo'], () => {
  const arm = { os: 'linux', architecture: 'arm64' };
  const both = makeIndex({ children: [makeNamedImage('api'), makeNamedImage('api', { platform: arm })] });

  beforeAll(async () => {
    folder = await makeTemporaryDirectory();
    await writeLayout(at('from'), {
      entries: [
        { document: both, ref: 'both' },
        { document: makeNamedImage('web'), ref: 'web' },
      ],
    });
  });
  afterAll(() => folder.remove());

  it('have all names under which images were copied into them', async () => {
    await skopeo('copy', 'oci:' + at('from:web'), 'oci:' + at('many:ghcr.io/acme/web:1'));
    await skopeo('copy', 'oci:' + at('from:web'), 'oci:' + at('many:acme/web:2'));
    await skopeo('copy', 'oci:' + at('from:web'), 'oci:' + at('many:1.27'));
    await skopeo('copy', 'oci:' + at('from:web'), 'oci:' + at('many'));
    const inventory = await read('many');
    expect(linesOf(inventory)).toEqual(['ghcr.io/acme/web:1 acme/web:2 linux/amd64 1']);
    expect([...inventory.warnings, ...inventory.failures]).toEqual([]);
    expect(linesOf(await read('many', { image: { by: 'name', name: '1.27' } }))).toEqual(['ghcr.io/acme/web:1 acme/web:2 linux/amd64 1']);
    expect(linesOf(await read('many', { image: { by: 'name', name: 'ghcr.io/acme/web:1' } }))).toEqual([
      'ghcr.io/acme/web:1 linux/amd64 1',
    ]);
  });

  it('have every platform that was copied, as folder and as archive', async () => {
    for (const transport of ['oci', 'oci-archive'] as const) {
      await skopeo('copy', '--all', 'oci:' + at('from:both'), `${transport}:${at(transport)}:acme/api:2`);
      const inventory = await read(transport, { transport });
      expect(linesOf(inventory)).toEqual(['acme/api:2 linux/amd64 2', 'acme/api:2 linux/arm64 2']);
      expect(inventory.images[0]?.contentDigests[0]).toBe(both.digest);
    }
  });

  it('have one platform where one was copied', async () => {
    await skopeo('copy', '--override-arch', 'arm64', 'oci:' + at('from:both'), 'oci:' + at('one:acme/api:2'));
    expect(linesOf(await read('one'))).toEqual(['acme/api:2 linux/arm64 1']);
  });

  it('have an image in Docker’s formats, or converted from these, that is known by what its config says', async () => {
    await skopeo('copy', '--format', 'v2s2', 'oci:' + at('from:web'), 'oci:' + at('docker:acme/web:1'));
    await skopeo('copy', 'oci:' + at('from:web'), `docker-archive:${at('between.tar')}:acme/web:1`);
    await skopeo('copy', `docker-archive:${at('between.tar')}`, 'oci:' + at('converted:acme/web:1'));
    const [original] = (await read('from', { image: { by: 'name', name: 'web' } })).images;
    for (const folder of ['docker', 'converted']) {
      const [image] = (await read(folder)).images;
      expect([folder, image?.fingerprint, image?.contentDigests.length]).toEqual([folder, original?.fingerprint, 1]);
      expect(image?.contentDigests).not.toEqual(original?.contentDigests);
    }
  });

  it('are not what skopeo calls dir:', async () => {
    await skopeo('copy', 'oci:' + at('from:web'), 'dir:' + at('dir'));
    await expect(read('dir')).rejects.toMatchObject({
      message: 'cannot read oci:dir: expected an OCI image layout, got a dir: of skopeo',
      hint: 'make a layout of it: skopeo copy dir:dir oci:NEW',
    });
    // What the hint says to do works.
    await runOrThrow('skopeo', ['--insecure-policy', 'copy', 'dir:dir', 'oci:NEW'], { cwd: folder.path });
    expect(linesOf(await read('NEW'))).toEqual(['(no name) linux/amd64 1']);
  });

  it('are not what skopeo calls docker-archive:', async () => {
    await skopeo('copy', 'oci:' + at('from:web'), `docker-archive:${at('web.tar')}:acme/web:1`);
    await expect(read('web.tar', { transport: 'oci-archive' })).rejects.toMatchObject({ hint: 'name it as such: docker-archive:web.tar' });
  });
});

systemTest('layouts that podman and buildah write', ['podman', 'buildah'], () => {
  let podman: RunningEngine;

  beforeAll(async () => {
    folder = await makeTemporaryDirectory();
    podman = await startPodmanService();
    await podman.build('localhost/acme/app:1', 'FROM scratch\nCOPY busybox /bin/busybox\nLABEL made=here\nCMD ["/bin/busybox"]\n', {
      busybox: await readBusybox(),
    });
    await podman.command(['tag', 'localhost/acme/app:1', 'quay.io/acme/app:1']);
  }, 60_000);
  afterAll(async () => {
    await podman.stop();
    await folder.remove();
  });

  it('have the image by its whole name and its id, in a folder and in an archive', async () => {
    const id = (await podman.command(['inspect', '--format', '{{.Id}}', 'localhost/acme/app:1'])).trim();
    for (const [format, transport] of [
      ['oci-dir', 'oci'],
      ['oci-archive', 'oci-archive'],
    ] as const) {
      await podman.command(['save', '--format', format, '-o', at(transport), 'quay.io/acme/app:1']);
      const inventory = await read(transport, { transport });
      expect(linesOf(inventory)).toEqual(['quay.io/acme/app:1 linux/amd64 1']);
      expect(inventory.images[0]).toMatchObject({ imageId: `sha256:${id}`, labels: new Map([['made', 'here'], ...builtBy(inventory)]) });
      expect(inventory.failures).toEqual([]);
    }
  });

  it('are not what podman calls docker-dir', async () => {
    await podman.command(['save', '--format', 'docker-dir', '-o', at('docker-dir'), 'quay.io/acme/app:1']);
    await expect(read('docker-dir')).rejects.toMatchObject({ hint: 'make a layout of it: skopeo copy dir:docker-dir oci:NEW' });
  });

  it('have the image by what buildah was told to call it', async () => {
    await mkdir(at('context'));
    await writeFile(at('context/Containerfile'), 'FROM scratch\nCOPY Containerfile /\n');
    const place = ['--root', at('root'), '--runroot', at('run'), '--storage-driver', 'vfs'];
    const env = { ...baseEnvironment(), HOME: folder.path, XDG_RUNTIME_DIR: folder.path };
    const signed = ['--signature-policy', at('policy.json')];
    await writeFile(at('policy.json'), '{"default":[{"type":"insecureAcceptAnything"}]}');
    await runOrThrow('buildah', [...place, 'build', ...signed, '--isolation', 'chroot', '-t', 'app', at('context')], { env });
    await runOrThrow('buildah', [...place, 'push', ...signed, 'app', `oci:${at('buildah')}:quay.io/acme/tiny:1`], { env });
    await runOrThrow('buildah', [...place, 'push', ...signed, 'app', `oci-archive:${at('buildah.tar')}`], { env });
    expect(linesOf(await read('buildah'))).toEqual(['quay.io/acme/tiny:1 linux/amd64 1']);
    expect(linesOf(await read('buildah.tar', { transport: 'oci-archive' }))).toEqual(['(no name) linux/amd64 1']);
  });

  /** buildah says which version of it built an image. */
  function builtBy({ images }: Inventory): readonly (readonly [string, string])[] {
    return [...(images[0]?.labels ?? [])].filter(([key]) => key === 'io.buildah.version');
  }
});
