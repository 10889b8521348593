import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ImageSource, Inventory, StoredPlace } from '../../../src/check/ports.ts';
import type { BuildRecord, InstalledImage } from '../../../src/core/installed.ts';
import { normalizePlatform } from '../../../src/core/platform.ts';
import { createContainersStorageSource } from '../../../src/sources/containers-storage/source.ts';
import { createDockerSource } from '../../../src/sources/docker/source.ts';
import { configurePodman, readBusybox } from '../../helpers/engines.ts';
import { run, runOrThrow, startService } from '../../helpers/processes.ts';
import { makeTemporaryDirectory } from '../../helpers/temp.ts';

export const AMD64 = normalizePlatform({ os: 'linux', architecture: 'amd64' });

/** A real storage with podman and its service on it. */
export type PodmanStore = {
  readonly directory: string;
  readonly root: string;
  readonly podman: (...args: readonly string[]) => Promise<string>;
  readonly buildah: (...args: readonly string[]) => Promise<string>;
  /** Builds from the steps of a Dockerfile, keeping an image of each step. */
  readonly build: (name: string, steps: readonly string[]) => Promise<void>;
  /** What podman's service tells. */
  readonly viaSocket: ImageSource;
  readonly close: () => Promise<void>;
};

/** `more`: flags of podman, `--storage-opt`. */
export async function startPodmanStore(driver: string, more: readonly string[] = []): Promise<PodmanStore> {
  const directory = await makeTemporaryDirectory();
  const at = (name: string): string => join(directory.path, name);
  const env = await configurePodman(directory.path);
  const place = ['--root', at('root'), '--runroot', at('run'), '--storage-driver', driver, ...more];
  const flags = [...place, '--tmpdir', at('tmp'), '--cgroup-manager', 'cgroupfs', '--events-backend', 'file'];
  const host = `unix://${at('podman.sock')}`;
  const service = await startService('podman', [...flags, 'system', 'service', '--time', '0', host], {
    env,
    ready: () =>
      stat(at('podman.sock')).then(
        () => true,
        () => false,
      ),
  });
  const podman = async (...args: readonly string[]): Promise<string> => (await runOrThrow('podman', [...flags, ...args], { env })).trim();
  return {
    directory: directory.path,
    root: at('root'),
    podman,
    buildah: async (...args) => (await runOrThrow('buildah', [...place, ...args], { env })).trim(),
    build: async (name, steps) => {
      const context = at('context');
      await mkdir(join(context, 'rootfs/bin'), { recursive: true });
      await writeFile(join(context, 'rootfs/bin/sh'), await readBusybox(), { mode: 0o755 });
      await writeFile(join(context, 'app.txt'), 'an app');
      await writeFile(at('Dockerfile'), `${steps.join('\n')}\n`);
      await podman('build', '--quiet', '--isolation', 'chroot', '--tag', name, '--file', at('Dockerfile'), context);
    },
    viaSocket: createDockerSource({
      endpoint: { location: host, address: { kind: 'socket', path: at('podman.sock') } },
      facts: { readFacts: () => new Map(), writeFacts: () => undefined },
      timeoutMs: 60_000,
      concurrency: 4,
      env,
    }),
    close: async () => {
      await service.stop();
      const mounts = await readFile('/proc/mounts', 'utf8');
      const points = mounts.split('\n').map((line) => line.split(' ')[1] ?? '');
      for (const point of points.filter((path) => path.startsWith(`${directory.path}/`)).reverse()) await run('umount', ['-l', point]);
      await directory.remove();
    },
  };
}

/** The source for a graph root, or for what `place` says more of it. */
export function storageAt(root: string, place: Partial<StoredPlace> = {}): ImageSource {
  const written = `containers-storage:[${root}]`;
  return createContainersStorageSource(
    { transport: 'containers-storage', written, path: root, driver: null, image: null, ...place },
    { env: {}, home: '/home/nobody', uid: 0, cwd: dirname(root), platform: AMD64 },
  );
}

/** Lists a source without more ado. */
export function listAll(source: ImageSource, all = true): Promise<Inventory> {
  return source.list({ all, signal: new AbortController().signal, onProgress: () => undefined });
}

/** What can be compared of a list: in one order, with how each image was made. */
export async function tellInventory(inventory: Inventory): Promise<readonly object[]> {
  const told = inventory.images.map(async (image) => ({ ...tellImage(image), build: tellBuild(await inventory.readBuild(image)) }));
  return (await Promise.all(told)).sort((a, b) => (a.imageId < b.imageId ? -1 : 1));
}

/** A service tells no fingerprint. */
function tellImage(image: InstalledImage) {
  const byText = (a: object, b: object): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
  return {
    ...image,
    fingerprint: null,
    labels: Object.fromEntries(image.labels),
    tags: [...image.tags].sort(byText),
    repoDigests: [...image.repoDigests].sort(byText),
  };
}

function tellBuild(build: BuildRecord | null): object | null {
  return build === null ? null : { ...build, annotations: Object.fromEntries(build.annotations) };
}
