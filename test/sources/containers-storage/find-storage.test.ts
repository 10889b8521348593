import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { findStorage, hasStorage, type StorageOptions } from '../../../src/sources/containers-storage/find-storage.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../../helpers/temp.ts';

let home: TemporaryDirectory;
beforeEach(async () => {
  home = await makeTemporaryDirectory();
});
afterEach(() => home.remove());

const at = (...parts: readonly string[]): string => join(home.path, ...parts);

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(at(path)), { recursive: true });
  await writeFile(at(path), text);
}

function optionsOf(env: StorageOptions['env'] = {}, uid: number | null = 1000): StorageOptions {
  return { env, home: at('home'), uid, cwd: at('cwd'), systemFolders: [at('etc'), at('usr')] };
}

const usual = { path: null, driver: null } as const;
const find = (env: StorageOptions['env'] = {}, uid: number | null = 1000) => findStorage(usual, optionsOf(env, uid));

describe('the storage of a user', () => {
  test('is in the home folder where nothing is configured', async () => {
    const found = await find();
    expect(found).toEqual({
      location: at('home/.local/share/containers/storage'),
      stores: [at('home/.local/share/containers/storage')],
      driver: null,
      isDriverNamed: false,
    });
  });

  it.each([
    ['XDG_DATA_HOME moves it', { XDG_DATA_HOME: '/data' }, '/data/containers/storage'],
    ['HOME wins over what the system knows', { HOME: '/elsewhere' }, '/elsewhere/.local/share/containers/storage'],
  ])('%s', async (_, env, location) => {
    expect((await find(env)).location).toBe(location);
  });

  it.each([
    ['its own graph root', '[storage]\ngraphroot = "/own"\ndriver = "vfs"', '/own', 'vfs'],
    ['a path for users', '[storage]\nrootless_storage_path = "$HOME/$UID/s"\ndriver = "overlay2"', '/h/1000/s', 'overlay'],
    ['only the driver', '[storage]\ndriver = "btrfs"', '/h/.local/share/containers/storage', 'btrfs'],
  ])('is what ~/.config/containers/storage.conf says: %s', async (_, conf, location, driver) => {
    await write('config/containers/storage.conf', conf);
    expect(await find({ HOME: '/h', XDG_CONFIG_HOME: at('config') })).toMatchObject({ location, driver });
  });

  test("is where root's configuration puts it, of which nothing else counts", async () => {
    await write(
      'etc/storage.conf',
      '[storage]\ndriver = "overlay"\ngraphroot = "/var/roots"\nrootless_storage_path = "/srv/${USER}/$UID"\n[storage.options]\nadditionalimagestores = ["/more"]',
    );
    expect(await find({ USER: 'ann' })).toEqual({
      location: '/srv/ann/1000',
      stores: ['/srv/ann/1000'],
      driver: 'overlay',
      isDriverNamed: false,
    });
  });

  test('is theirs too inside podman unshare, where they are root', async () => {
    const env = { HOME: '/h', _CONTAINERS_USERNS_CONFIGURED: 'done', _CONTAINERS_ROOTLESS_UID: '1000' };
    expect((await find(env, 0)).location).toBe('/h/.local/share/containers/storage');
  });
});

describe('the storage of root', () => {
  test('is in /var/lib where nothing is configured', async () => {
    expect((await find({}, 0)).stores).toEqual(['/var/lib/containers/storage']);
  });

  test("is what the machine's own configuration says, before the distribution's", async () => {
    await write('usr/storage.conf', '[storage]\ngraphroot = "/usr-says"');
    expect((await find({}, 0)).location).toBe('/usr-says');
    await write('etc/storage.conf', '[storage]\ngraphroot = "/etc-says"');
    expect((await find({}, 0)).location).toBe('/etc-says');
  });

  test('counts additional stores after it, and a store of images apart before it', async () => {
    await write(
      'etc/storage.conf',
      '[storage]\ngraphroot = "/root"\nimagestore = "/images"\n[storage.options]\nadditionalimagestores = ["/a", "/b", "/root"]',
    );
    expect(await find({}, 0)).toMatchObject({ location: '/root', stores: ['/images', '/root', '/a', '/b'] });
  });

  test('is told by the environment before the configuration', async () => {
    await write('etc/storage.conf', '[storage]\ndriver = "overlay"\n[storage.options]\nadditionalimagestores = ["/a"]');
    const env = { STORAGE_DRIVER: 'vfs', STORAGE_OPTS: 'vfs.imagestore=/b,vfs.mountopt=nodev,additionalimagestore=/c' };
    expect(await find(env, 0)).toMatchObject({ driver: 'vfs', stores: ['/var/lib/containers/storage', '/b', '/c'] });
  });
});

describe('a configuration that is named', () => {
  test('is the only one that counts', async () => {
    await write('etc/storage.conf', '[storage]\ngraphroot = "/etc-says"\nrootless_storage_path = "/users"');
    await write('my.conf', '[storage]\ngraphroot = "/mine"');
    expect((await find({ CONTAINERS_STORAGE_CONF: at('my.conf') }, 0)).location).toBe('/mine');
    expect((await find({ CONTAINERS_STORAGE_CONF: '../my.conf' })).location).toBe('/mine');
  });

  test('has to be there', async () => {
    await expect(find({ CONTAINERS_STORAGE_CONF: '/no/such.conf' })).rejects.toMatchObject({
      code: 'unreadable',
      message: 'cannot read /no/such.conf: expected the storage.conf that CONTAINERS_STORAGE_CONF names, got nothing',
    });
  });

  it.each([
    ['no TOML', '[storage\nx', 'invalid TOML at line 1, column 9'],
    ['a number for a path', '[storage]\ngraphroot = 5', 'expected "graphroot" of [storage] to be a text'],
    [
      'a text for a list',
      '[storage.options]\nadditionalimagestores = "/a"',
      'expected "additionalimagestores" of [storage.options] to be a list of texts',
    ],
  ])('is refused by its name when it holds %s', async (_, text, problem) => {
    await write('my.conf', text);
    await expect(find({ CONTAINERS_STORAGE_CONF: at('my.conf') })).rejects.toMatchObject({
      code: 'unreadable',
      message: `cannot read ${at('my.conf')}: ${problem}`,
    });
  });

  test('may not be a folder', async () => {
    await mkdir(at('etc/storage.conf'), { recursive: true });
    await expect(find({}, 0)).rejects.toThrow(/storage.conf: expected a regular file, got a folder$/);
  });
});

describe('a storage that is named', () => {
  test('is that one alone, with the driver that is named', async () => {
    await write('etc/storage.conf', '[storage]\ndriver = "overlay"\n[storage.options]\nadditionalimagestores = ["/a"]');
    const found = await findStorage({ path: 'here/root', driver: 'vfs' }, optionsOf({}, 0));
    expect(found).toEqual({ location: at('cwd/here/root'), stores: [at('cwd/here/root')], driver: 'vfs', isDriverNamed: true });
  });
});

describe('whether there is a storage', () => {
  test('depends on a list of images, of any driver', async () => {
    const env = { XDG_DATA_HOME: at('data') };
    expect(await hasStorage(optionsOf(env))).toBe(false);
    await mkdir(at('data/containers/storage/vfs-images'), { recursive: true });
    expect(await hasStorage(optionsOf(env))).toBe(false);
    await write('data/containers/storage/vfs-images/images.json', '[]');
    expect(await hasStorage(optionsOf(env))).toBe(true);
  });

  test('is denied where the configuration cannot be understood', async () => {
    await write('my.conf', '[');
    expect(await hasStorage(optionsOf({ CONTAINERS_STORAGE_CONF: at('my.conf') }))).toBe(false);
  });
});
