import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createContainersStorageSource } from '../../../src/sources/containers-storage/source.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../../helpers/temp.ts';
import { systemTest } from '../../helpers/system.ts';
import { AMD64, listAll, type PodmanStore, startPodmanStore, storageAt, tellInventory } from './podman-store.ts';

systemTest('a storage of podman with another one beside it', ['podman', 'busybox'], () => {
  let shared: PodmanStore;
  let store: PodmanStore;
  let home: TemporaryDirectory;
  beforeAll(async () => {
    home = await makeTemporaryDirectory();
    shared = await startPodmanStore('overlay');
    await shared.build('localhost/shared:1', ['FROM scratch', 'COPY rootfs /', 'ENV SHARED=1']);
    await shared.build('localhost/both:1', ['FROM scratch', 'COPY app.txt /both']);
    store = await startPodmanStore('overlay', ['--storage-opt', `overlay.imagestore=${shared.root}`]);
    await store.build('localhost/own:1', ['FROM localhost/shared:1', 'COPY app.txt /app', 'LABEL own=1']);
    await store.podman('tag', 'localhost/both:1', 'localhost/both:here');
    await mkdir(join(home.path, 'containers'));
  });
  afterAll(async () => {
    await store.close();
    await shared.close();
    await home.remove();
  });

  test('has the images of both, as its service tells them', async () => {
    const conf = `[storage]\ndriver = "overlay"\ngraphroot = "${store.root}"\n[storage.options]\nadditionalimagestores = ["${shared.root}"]\n`;
    await writeFile(join(home.path, 'containers/storage.conf'), conf);
    const source = createContainersStorageSource(
      { transport: 'containers-storage', written: 'containers-storage:', path: null, driver: null, image: null },
      { env: { XDG_CONFIG_HOME: home.path }, home: '/root', uid: 0, cwd: '/', platform: AMD64 },
    );
    const [files, socket] = [await listAll(source), await listAll(store.viaSocket)];
    expect(await tellInventory(files)).toEqual(await tellInventory(socket));
    expect(files.location).toBe(store.root);
    expect(files.images.length).toBeGreaterThan(2);
    expect(files.failures).toEqual([]);
    socket.close();
  });

  test('is read without it where it is not there, and it is said', async () => {
    const gone = join(home.path, 'gone');
    await writeFile(gone, 'no folder');
    const conf = `[storage]\ndriver = "overlay"\ngraphroot = "${shared.root}"\n[storage.options]\nadditionalimagestores = ["${gone}", "${gone}-too"]\n`;
    await writeFile(join(home.path, 'storage.conf'), conf);
    const source = createContainersStorageSource(
      { transport: 'containers-storage', written: 'containers-storage:', path: null, driver: null, image: null },
      { env: { CONTAINERS_STORAGE_CONF: join(home.path, 'storage.conf') }, home: null, uid: 0, cwd: '/', platform: AMD64 },
    );
    const { images, failures } = await listAll(source);
    expect(images.length).toBeGreaterThan(1);
    expect(failures.map(({ message }) => message)).toEqual(
      [gone, `${gone}-too`].map((path) => expect.stringContaining(`${path}: expected an additional store`) as string),
    );
  });
});

systemTest('a storage that is written to', ['podman', 'busybox'], () => {
  let store: PodmanStore;
  beforeAll(async () => {
    store = await startPodmanStore('vfs');
    await store.build('localhost/stays:1', ['FROM scratch', 'COPY app.txt /stays', 'LABEL stays=1']);
  });
  afterAll(() => store.close());

  test('is read 50 times and more meanwhile, and never wrongly', async () => {
    const writing = { goesOn: true, rounds: 0 };
    const write = async (): Promise<void> => {
      while (writing.goesOn) {
        writing.rounds += 1;
        const name = `localhost/comes:${writing.rounds}`;
        await store.build(name, [
          'FROM localhost/stays:1',
          `ENV ROUND=${writing.rounds}`,
          'COPY app.txt /comes',
          `LABEL round=${writing.rounds}`,
        ]);
        await store.podman('rmi', '--force', name);
      }
    };
    const writer = write();
    const seen = new Set<string>();
    try {
      for (let reading = 0; reading < 50 || (seen.size < 3 && reading < 5_000); reading += 1) {
        const { images, failures } = await listAll(storageAt(store.root));
        expect(failures).toEqual([]);
        const named = images.flatMap((image) => image.tags.map(({ repository, tag }) => [`${repository}:${tag}`, image] as const));
        expect(images.map(({ diffIds }) => diffIds)).not.toContain(null);
        expect(named.map(([name]) => name)).toContain('stays:1');
        for (const [name, { labels, diffIds }] of named) {
          seen.add(name);
          expect(name).toBe(labels.has('round') ? `comes:${labels.get('round')}` : 'stays:1');
          expect(diffIds?.length).toBe(labels.has('round') ? 2 : 1);
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    } finally {
      writing.goesOn = false;
      await writer;
    }
    expect(seen.size).toBeGreaterThan(2);
  });
});
