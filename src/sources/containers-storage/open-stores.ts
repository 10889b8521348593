import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sanitizeText } from '../../core/text.ts';
import { codeOf, ImgupdateError } from '../../errors.ts';
import { describeFailure } from '../failure-text.ts';
import { listDrivers, type UsedDriver } from './drivers.ts';
import type { FoundStorage } from './find-storage.ts';

/** Folders of one graph root, for one driver. */
export type Store = { readonly root: string; readonly images: string; readonly layers: string };

export type OpenedStorage = {
  readonly driver: string;
  readonly stores: readonly Store[];
  /** Drivers with images of their own beside it. */
  readonly otherDrivers: readonly string[];
};

/**
 * Looks at what is there, and settles which driver's images count.
 * @throws ImgupdateError 'unreadable' for a graph root that is not there, may not be read, or is something else.
 */
export async function openStores(found: FoundStorage, label: string): Promise<OpenedStorage> {
  const used = await lookAt(found.stores, label);
  const driver = chooseDriver(used, found);
  if (driver === null) throw await notStorage(found, used, label);
  const stores = found.stores.map((root) => ({ root, images: join(root, `${driver}-images`), layers: join(root, `${driver}-layers`) }));
  return { driver, stores, otherDrivers: used.filter((each) => each.driver !== driver && each.hasImages).map((each) => each.driver) };
}

/** What is in the first store that has been used: where images are kept apart, that may be another than the graph root. */
async function lookAt([first, ...others]: FoundStorage['stores'], label: string): Promise<readonly UsedDriver[]> {
  try {
    const used = await listDrivers(first);
    if (used.length > 0) return used;
  } catch (error) {
    throw unreadableRoot(error, first, label);
  }
  for (const other of others) {
    const used = await listDrivers(other).catch(() => []);
    if (used.length > 0) return used;
  }
  return [];
}

/** The told one, where it has been used; else whichever has, unless the user named it. */
function chooseDriver(used: readonly UsedDriver[], { driver, isDriverNamed }: FoundStorage): string | null {
  if (used.some((each) => each.driver === driver)) return driver;
  return isDriverNamed ? null : (used[0]?.driver ?? null);
}

/** Says why a root or what is in it cannot be read. */
export function unreadableRoot(error: unknown, path: string, label: string): ImgupdateError {
  const problem = PROBLEMS.get(codeOf(error) ?? '') ?? { why: describeFailure(error), hint: NAME_IT };
  return new ImgupdateError('unreadable', `cannot read ${label}: ${problem.why} at ${sanitizeText(path, 300)}`, {
    hint: problem.hint,
    cause: error,
  });
}

const NAME_IT = 'name the storage: containers-storage:[overlay@/path/to/graphroot]';
const DENIED = {
  why: 'permission denied',
  hint: 'run this with sudo for the storage of root, or within podman unshare for your own',
};
const PROBLEMS: ReadonlyMap<string, { readonly why: string; readonly hint: string }> = new Map([
  ['EACCES', DENIED],
  ['EPERM', DENIED],
  [
    'ENOTDIR',
    {
      why: 'expected a folder of container storage, got a file',
      hint: 'name it as such: docker-archive:FILE or oci-archive:FILE',
    },
  ],
]);

/** Says what is at the root instead. */
async function notStorage(found: FoundStorage, used: readonly UsedDriver[], label: string): Promise<ImgupdateError> {
  const where = sanitizeText(found.location, 300);
  const fail = (problem: string, hint: string): ImgupdateError =>
    new ImgupdateError('unreadable', `cannot read ${label}: ${problem}`, { hint });
  if (used.length > 0) {
    const others = used.map(({ driver }) => sanitizeText(driver, 50));
    const driver = sanitizeText(found.driver ?? '', 50);
    return fail(
      `expected storage of the driver ${driver} at ${where}, got that of ${others.join(', ')}`,
      `name that: containers-storage:[${others[0] ?? driver}@${where}]`,
    );
  }
  const names = await namesIn(found.location);
  if (names === null) return fail(`expected container storage at ${where}, got nothing`, NAME_IT);
  const other = OTHERS.find(({ marks }) => marks.every((mark) => names.has(mark)));
  if (other !== undefined) return fail(`expected container storage at ${where}, got ${other.what}`, other.hint(where));
  return fail(`expected container storage at ${where}, got no folder of images of any driver (overlay-images)`, NAME_IT);
}

type Other = { readonly what: string; readonly marks: readonly string[]; readonly hint: (where: string) => string };

/** What else people keep images in, told by files it always has. */
const OTHERS: readonly Other[] = [
  {
    what: "docker's own storage",
    marks: ['image', 'containers'],
    hint: () => 'ask its engine, which alone can read it: imgupdate list -H unix:///var/run/docker.sock',
  },
  {
    what: "docker's own storage",
    marks: ['buildkit', 'containers'],
    hint: () => 'ask its engine, which alone can read it: imgupdate list -H unix:///var/run/docker.sock',
  },
  {
    what: "containerd's own storage",
    marks: ['io.containerd.metadata.v1.bolt'],
    hint: () => 'export its images: ctr images export images.tar NAME, then oci-archive:images.tar',
  },
  { what: 'an OCI image layout', marks: ['oci-layout'], hint: (where) => `name it as such: oci:${where}` },
];

async function namesIn(root: string): Promise<ReadonlySet<string> | null> {
  try {
    return new Set(await readdir(root));
  } catch {
    return null;
  }
}
