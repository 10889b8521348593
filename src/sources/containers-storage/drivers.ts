import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { compareText } from '../../core/reference.ts';
import { codeOf } from '../../errors.ts';

/** A storage driver that has been used below a graph root. */
export type UsedDriver = { readonly driver: string; readonly hasImages: boolean };

const SUFFIX = '-images';

/** Of several drivers the first counts. Source: containers/storage, drivers/driver_linux.go, Priority. */
const PRIORITY: readonly string[] = ['overlay', 'btrfs', 'zfs', 'vfs'];

/** More than one machine has. */
const MAX_DRIVERS = 20;

/**
 * The drivers whose folders of images are below a graph root, the ones that have an images.json first; none where there is no such root.
 * Rejects with the system's error where it may not be read.
 */
export async function listDrivers(root: string): Promise<readonly UsedDriver[]> {
  const names = await namesIn(root);
  const drivers = names.filter((name) => name.endsWith(SUFFIX) && name.length > SUFFIX.length).map((name) => name.slice(0, -SUFFIX.length));
  const used = drivers
    .slice(0, MAX_DRIVERS)
    .map(async (driver) => ({ driver, hasImages: await isThere(join(root, `${driver}${SUFFIX}`, 'images.json')) }));
  return (await Promise.all(used)).sort(
    (a, b) => Number(b.hasImages) - Number(a.hasImages) || rank(a.driver) - rank(b.driver) || compareText(a.driver, b.driver),
  );
}

const rank = (driver: string): number => (PRIORITY.includes(driver) ? PRIORITY.indexOf(driver) : PRIORITY.length);

async function namesIn(root: string): Promise<readonly string[]> {
  try {
    return await readdir(root);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (codeOf(error) === null) throw error;
    return false;
  }
}
