import { join, resolve } from 'node:path';
import type { StoredPlace } from '../../check/ports.ts';
import { codeOf, ImgupdateError } from '../../errors.ts';
import { listDrivers } from './drivers.ts';
import { readRegularFile } from './read-file.ts';
import { parseStorageConf, type StorageConf } from './storage-conf.ts';

export type StorageOptions = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder, where HOME does not tell it. */
  readonly home: string | null;
  /** null where there are no user ids. */
  readonly uid: number | null;
  readonly cwd: string;
  /** Where the machine's own storage.conf may be, the one that counts first. */
  readonly systemFolders?: readonly string[];
};

/** Where images are kept. */
export type FoundStorage = {
  /** The graph root, by which the storage is named. */
  readonly location: string;
  /** The graph roots whose images are there, the one that counts first. The first one is the storage itself. */
  readonly stores: readonly [string, ...string[]];
  /** The driver that was told; null: the one that is there. */
  readonly driver: string | null;
  /** The driver was named by the user, so no other one will do. */
  readonly isDriverNamed: boolean;
};

/**
 * Finds the storage of podman, buildah and CRI-O: the one that `place` names, else the one that these tools would use here.
 *
 * CONTAINERS_STORAGE_CONF names the configuration; else root's is in XDG_CONFIG_HOME, /etc or /usr/share, and another user's in XDG_CONFIG_HOME or ~/.config, with
 * what root's says of `rootless_storage_path` and `driver` as defaults. STORAGE_DRIVER and STORAGE_OPTS win over it. Within `podman unshare` root is the user.
 * A place that is named has no additional stores.
 * Source: containers-storage.conf(5); containers/storage, types/options.go and types/utils.go; containers-transports(5), containers-storage.
 * @throws ImgupdateError 'unreadable' for a storage.conf that cannot be read or understood.
 */
export async function findStorage(place: Pick<StoredPlace, 'path' | 'driver'>, options: StorageOptions): Promise<FoundStorage> {
  const driver = driverName(place.driver);
  if (place.path !== null) {
    const root = resolve(options.cwd, place.path);
    return { location: root, stores: [root], driver, isDriverNamed: driver !== null };
  }
  const uid = rootlessUid(options);
  const conf = uid === null ? await findRootConf(options) : await findUserConf(options, uid);
  const expand = (path: string): string => resolve(options.cwd, expandPath(path, options, uid ?? 0));
  const root = expand(conf.graphRoot ?? DEFAULT_ROOT);
  const additional = (options.env.STORAGE_OPTS === undefined ? conf.additionalStores : storesOfOptions(options.env.STORAGE_OPTS)).map(
    expand,
  );
  const first = conf.imageStore === null ? root : expand(conf.imageStore);
  return {
    location: root,
    stores: [first, ...new Set([root, ...additional].filter((other) => other !== first))],
    driver: driver ?? driverName(options.env.STORAGE_DRIVER ?? null) ?? driverName(conf.driver),
    isDriverNamed: driver !== null,
  };
}

/** Whether there is a storage in the usual place that ever had an image. Costs a few looks at the file system. */
export async function hasStorage(options: StorageOptions): Promise<boolean> {
  try {
    const { stores } = await findStorage({ path: null, driver: null }, options);
    for (const store of stores) if ((await listDrivers(store)).some(({ hasImages }) => hasImages)) return true;
    return false;
  } catch (error) {
    if (error instanceof ImgupdateError || codeOf(error) !== null) return false;
    throw error;
  }
}

const DEFAULT_ROOT = '/var/lib/containers/storage';
const SYSTEM_FOLDERS = ['/etc/containers', '/usr/share/containers'] as const;
const CONF = 'storage.conf';

/** More than any storage.conf has. */
const MAX_CONF_BYTES = 1024 * 1024;

const EMPTY: StorageConf = { driver: null, graphRoot: null, rootlessPath: null, imageStore: null, additionalStores: [] };

/** `overlay2` is another name of `overlay`. Source: containers/storage, types/options.go. */
function driverName(written: string | null): string | null {
  return written === 'overlay2' ? 'overlay' : written === '' ? null : written;
}

/** null: the storage is root's. Source: containers/storage, pkg/unshare, IsRootless(). */
function rootlessUid({ env, uid }: StorageOptions): number | null {
  const outer = env._CONTAINERS_USERNS_CONFIGURED === undefined ? '' : (env._CONTAINERS_ROOTLESS_UID ?? '');
  const told = /^\d{1,10}$/.test(outer) ? Number(outer) : uid;
  return told === 0 ? null : (told ?? -1);
}

async function findRootConf(options: StorageOptions): Promise<StorageConf> {
  const { env, systemFolders = SYSTEM_FOLDERS } = options;
  const named = env.CONTAINERS_STORAGE_CONF;
  if (named !== undefined && named !== '') return (await readConf(resolve(options.cwd, named))) ?? missing(named);
  const home = env.XDG_CONFIG_HOME ?? '';
  const candidates = [...(home === '' ? [] : [join(resolve(options.cwd, home), 'containers')]), ...systemFolders];
  for (const folder of candidates) {
    const conf = await readConf(join(folder, CONF));
    if (conf !== null) return conf;
  }
  return EMPTY;
}

async function findUserConf(options: StorageOptions, uid: number): Promise<StorageConf> {
  const { env, cwd } = options;
  const named = env.CONTAINERS_STORAGE_CONF ?? '';
  const home = env.HOME ?? options.home ?? '/';
  const configHome = env.XDG_CONFIG_HOME ?? '';
  const own =
    named === '' ? join(configHome === '' ? join(home, '.config') : resolve(cwd, configHome), 'containers', CONF) : resolve(cwd, named);
  const conf = await readConf(own);
  if (conf === null && named !== '') return missing(named);
  const system = named === '' ? await findRootConf({ ...options, env: { ...env, XDG_CONFIG_HOME: undefined } }) : EMPTY;
  const dataHome = env.XDG_DATA_HOME ?? '';
  const usual = join(dataHome === '' ? join(home, '.local', 'share') : resolve(cwd, dataHome), 'containers', 'storage');
  const graphRoot = conf?.graphRoot ?? conf?.rootlessPath ?? null;
  // Where the user has a configuration, nothing of root's counts but where users keep their storage.
  if (conf !== null) return { ...conf, graphRoot: graphRoot ?? system.rootlessPath ?? usual };
  const driver = ROOTLESS_DRIVERS.has(system.driver ?? '') ? system.driver : null;
  return { ...EMPTY, driver, graphRoot: expandPath(system.rootlessPath ?? usual, options, uid) };
}

const ROOTLESS_DRIVERS: ReadonlySet<string> = new Set(['btrfs', 'overlay', 'overlay2', 'vfs']);

/** null: there is no such file. */
async function readConf(path: string): Promise<StorageConf | null> {
  const fail = (problem: string, cause?: unknown): never => {
    throw new ImgupdateError('unreadable', `cannot read ${path}: ${problem}`, {
      hint: 'correct it, or name the storage: containers-storage:[overlay@/path/to/graphroot]',
      cause,
    });
  };
  const file = await readRegularFile(path, MAX_CONF_BYTES, { mayBeLink: true });
  switch (file.kind) {
    case 'absent':
      return null;
    case 'refused':
      return fail(file.why, file.cause);
    case 'read': {
      const conf = parseStorageConf(new TextDecoder().decode(file.bytes));
      return conf.ok ? conf.value : fail(conf.message);
    }
  }
}

function missing(named: string): never {
  throw new ImgupdateError(
    'unreadable',
    `cannot read ${named}: expected the storage.conf that CONTAINERS_STORAGE_CONF names, got nothing`,
    {
      hint: 'correct CONTAINERS_STORAGE_CONF, or name the storage: containers-storage:[overlay@/path/to/graphroot]',
    },
  );
}

/** `overlay.imagestore=/a,overlay.mountopt=nodev` to `/a`. Source: containers/storage, drivers/overlay/overlay.go, parseOptions(). */
function storesOfOptions(written: string): readonly string[] {
  return written.split(',').flatMap((option) => {
    const at = option.indexOf('=');
    const key = option.slice(0, Math.max(at, 0)).trim().toLowerCase();
    const isStore = /^(?:[a-z0-9]*\.)?(?:imagestore|additionalimagestore)$/.test(key);
    const path = option.slice(at + 1).trim();
    return isStore && path !== '' ? [path] : [];
  });
}

/** Longer than a path may be on Linux. */
const MAX_PATH = 4096;

/** `$HOME/storage`, `/srv/$UID`. Source: containers/storage, types/utils.go, expandEnvPath(). */
function expandPath(path: string, { env, home }: StorageOptions, uid: number): string {
  const valueOf = (name: string): string => (name === 'UID' ? String(uid) : (env[name] ?? (name === 'HOME' ? (home ?? '') : '')));
  return path
    .slice(0, MAX_PATH)
    .replaceAll(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced: string | undefined, bare: string | undefined) => valueOf(braced ?? bare ?? ''));
}
