import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { renderReference } from '../../../src/core/reference.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../../helpers/temp.ts';
import { entryOf, idOf, imageOf, makeStore } from './made-store.ts';
import { listAll, storageAt } from './podman-store.ts';

const [hub, local, other, nameless] = [imageOf('hub'), imageOf('local'), imageOf('other'), imageOf('nameless')];
const NAMES = new Map([
  [hub, ['docker.io/library/app:latest', 'docker.io/acme/web:1']],
  [local, ['localhost/app:latest', 'localhost/tool:2']],
  [other, ['quay.io/team/deep/thing:1', 'quay.io/team/tool:2']],
  [nameless, []],
]);

let directory: TemporaryDirectory;
beforeAll(async () => {
  directory = await makeTemporaryDirectory();
  await makeStore(directory.path, [...NAMES.keys()], (image) => entryOf(image, NAMES.get(image) ?? []));
});
afterAll(() => directory.remove());

const select = async (name: string): Promise<readonly string[]> => {
  const { images } = await listAll(storageAt(directory.path, { image: { by: 'name', name } }), false);
  return images.map(({ labels }) => labels.get('content')!);
};

describe('an image of the storage is chosen', () => {
  it.each([
    ['docker.io/library/app:latest', 'hub', 'by its name as it is kept'],
    ['app', 'hub', 'by a short name, which is first one of docker.io'],
    ['acme/web:1', 'hub', 'by a name of docker.io without it'],
    ['localhost/app', 'local', 'by a name of this machine'],
    ['tool:2', 'local', 'by a short name of this machine'],
    ['thing:1', 'other', 'by the end of a name'],
    ['deep/thing:1', 'other', 'by more of its end'],
    [`quay.io/team/tool@${other.digest}`, 'other', 'by the digest of its manifest'],
    [idOf(nameless), 'nameless', 'by its id'],
    [`@${idOf(nameless)}`, 'nameless', 'by its id behind an @'],
    [idOf(local).slice(0, 12), 'local', 'by the beginning of its id'],
    [`sha256:${idOf(local)}`, 'local', 'by its id as a digest'],
    [`localhost/app@${idOf(local)}`, 'local', 'by a name and its id'],
  ])('%s: %s, %s', async (name, content) => {
    expect(await select(name)).toEqual([content]);
  });

  it.each([
    'nothing',
    'app:2',
    'hing:1',
    'quay.io/thing:1',
    '@ffffffffffff',
    `quay.io/other/app@${idOf(local)}`,
    `quay.io/team/tool@${hub.digest}`,
    'Not a name',
    '',
  ])('never one that %j does not name', async (name) => {
    await expect(select(name)).rejects.toMatchObject({
      code: 'no-such-image',
      hint: expect.stringMatching(/^list all of them: imgupdate list "containers-storage:\[\/.+\]"$/) as string,
    });
  });

  test('else some that are there are named', async () => {
    await expect(select('nothing:1')).rejects.toThrow(
      `no such image in containers-storage:[${directory.path}]: expected an image nothing:1, and it has docker.io/library/app:latest, docker.io/acme/web:1, localhost/app:latest, localhost/tool:2, quay.io/team/deep/thing:1 and 1 more`,
    );
  });
});

test.each([
  ['acme/web:1', ['docker.io/acme/web:1']],
  ['tool:2', ['localhost/tool:2']],
  ['thing:1', ['quay.io/team/deep/thing:1']],
  [idOf(local), ['localhost/app:latest', 'localhost/tool:2']],
  [`localhost/app@${idOf(local)}`, ['localhost/app:latest', 'localhost/tool:2']],
])('%s is listed by the names that were asked for', async (name, names) => {
  const { images } = await listAll(storageAt(directory.path, { image: { by: 'name', name } }), false);
  expect(images.flatMap(({ tags }) => tags.map(renderReference))).toEqual(names);
});
