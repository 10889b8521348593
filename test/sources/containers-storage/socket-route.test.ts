import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Inventory } from '../../../src/check/ports.ts';
import { makeImage, makeIndex, makeLayer } from '../../../src/demo/images.ts';
import { type RunningRegistry, startDockerRegistry } from '../../helpers/docker-registry.ts';
import { type Publisher, startPublisher } from '../../helpers/publisher.ts';
import { systemTest } from '../../helpers/system.ts';
import { listAll, type PodmanStore, startPodmanStore, storageAt, tellInventory } from './podman-store.ts';

const BASE = ['FROM scratch', 'COPY rootfs /', 'ENV LANG=C', 'CMD ["sh"]'];

function publishedImage(
  content: string,
  platform: { os: string; architecture: string; variant?: string },
  format: 'oci' | 'docker' = 'oci',
) {
  const created = '2026-01-02T03:04:05Z';
  const layers = [makeLayer({ files: { 'etc/content': content }, created, createdBy: `COPY ${content}`, format })];
  return makeImage({ platform, created, layers, labels: { content }, format });
}

systemTest(
  'the storage of podman, read from its files and through its socket',
  ['podman', 'buildah', 'docker-registry', 'skopeo', 'busybox'],
  () => {
    let registry: RunningRegistry;
    let publisher: Publisher;
    beforeAll(async () => {
      [registry, publisher] = await Promise.all([startDockerRegistry(), startPublisher()]);
    });
    afterAll(async () => {
      await Promise.all([registry.stop(), publisher.close()]);
    });

    describe.each(['vfs', 'overlay'])('with the driver %s', (driver) => {
      let store: PodmanStore;
      let socket: Inventory;
      let files: Inventory;

      beforeAll(async () => {
        store = await startPodmanStore(driver);
        await fill(store);
        socket = await listAll(store.viaSocket);
        files = await listAll(storageAt(store.root));
      });
      afterAll(async () => {
        (socket as Inventory | undefined)?.close();
        await store.close();
      });

      const fill = async ({ podman, buildah, build }: PodmanStore): Promise<void> => {
        const at = (name: string): string => `${registry.host}/acme/${driver}/${name}`;
        const push = (name: string) => podman('push', '--quiet', '--tls-verify=false', at(name));
        const pull = (name: string) => podman('pull', '--quiet', '--tls-verify=false', name);
        // built here from steps that are kept, pushed, and pulled again as another image under its tag
        await build(at('base:1'), BASE);
        await push('base:1');
        await build(at('app:1'), [`FROM ${at('base:1')}`, 'COPY app.txt /app', 'ENV APP=1', 'LABEL a=b', 'CMD ["/app"]']);
        await push('app:1');
        await build('localhost/only-here:1', [`FROM ${at('base:1')}`, 'LABEL here=yes']);
        await publisher.publish(at('base:1'), publishedImage('newer', { os: 'linux', architecture: 'amd64' }, 'docker'));
        await pull(at('base:1'));
        await podman('tag', at('app:1'), 'docker.io/library/app:again', 'quay.io/team/app:1');
        // several platforms; by digest; other platforms than this machine's
        const children = [
          publishedImage('one', { os: 'linux', architecture: 'amd64' }),
          publishedImage('two', { os: 'linux', architecture: 'arm', variant: 'v7' }),
        ];
        const index = makeIndex({ children });
        await publisher.publish(at('multi:1'), index);
        await pull(at('multi:1'));
        await pull(`${at('multi')}@${children[0]!.digest}`);
        await podman('pull', '--quiet', '--tls-verify=false', '--arch', 'arm', '--variant', 'v7', at('multi:1'));
        // a tag that moved, whose old image has no name any more
        await publisher.publish(at('moving:1'), publishedImage('before', { os: 'linux', architecture: 'amd64' }));
        await pull(at('moving:1'));
        await publisher.publish(at('moving:1'), publishedImage('after', { os: 'linux', architecture: 'amd64' }));
        await pull(at('moving:1'));
        await build('localhost/untagged:1', ['FROM scratch', 'COPY app.txt /untagged']);
        await podman('untag', 'localhost/untagged:1');
        // podman 4.3 takes a list of manifests for an image without layers, and then cannot list either
        if (driver === 'vfs') await build('localhost/empty:1', ['FROM scratch', 'ENV NOTHING=1', 'LABEL nothing=1']);
        else {
          await podman('manifest', 'create', 'localhost/list:1');
          await podman('manifest', 'add', '--tls-verify=false', 'localhost/list:1', `docker://${at('multi:1')}`);
        }
        const container = await buildah('from', '--quiet', at('app:1'));
        await buildah('config', '--annotation', 'org.example.note=hello', '--author', 'Someone', container);
        await buildah('commit', '--quiet', '--squash', container, 'localhost/squashed:1');
      };

      test('all images are told as its service tells them', async () => {
        expect(await tellInventory(files)).toEqual(await tellInventory(socket));
        expect(files.images.length).toBeGreaterThan(7);
        expect(files.failures).toEqual([]);
        const list = 'localhost/list:1 is a list of manifests, and no image of it is here';
        expect(files.warnings.map(({ message }) => message)).toEqual(driver === 'vfs' ? [] : [list]);
      });

      test('without those that are not asked for, they are the same images', async () => {
        const [few, theirs] = [await listAll(storageAt(store.root), false), await listAll(store.viaSocket, false)];
        theirs.close();
        const ids = (inventory: Inventory) => inventory.images.map(({ imageId }) => imageId).sort();
        expect(ids(few)).toEqual(ids(theirs));
        expect(ids(few).length).toBeLessThan(files.images.length);
      });
    });
  },
);
