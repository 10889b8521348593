import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';
import { bundleStore } from './processes.ts';

/** Makes a directory for each test of a file, tells where it is, and takes it away again. */
export function giveEachTestADirectory(tell: (path: string) => void): void {
  let temporary: TemporaryDirectory;
  beforeEach(async () => {
    temporary = await makeTemporaryDirectory();
    tell(temporary.path);
  });
  afterEach(() => temporary.remove());
}

/** Bundles the store once for a file's other processes, tells where it is, and takes it away again. */
function bundleStoreOnce(tell: (bundle: string) => void): void {
  let built: TemporaryDirectory;
  beforeAll(async () => {
    built = await makeTemporaryDirectory();
    tell(await bundleStore(built.path));
  });
  afterAll(() => built.remove());
}

/** Where processes of a test keep their store: `bundle` is what they run, `directory` is imgupdate's own, which is not there yet. */
export type StorePlace = { readonly bundle: string; readonly temporary: string; readonly directory: string };

/** Bundles the store for the processes of a file's tests, and gives each test a place of its own. */
export function giveEachTestAStore(tell: (place: StorePlace) => void): void {
  let bundle = '';
  bundleStoreOnce((path) => {
    bundle = path;
  });
  giveEachTestADirectory((temporary) => {
    tell({ bundle, temporary, directory: join(temporary, 'imgupdate') });
  });
}

/** Whether what only root may do can be tried, and whether it has to be. */
export const isRoot = process.getuid?.() === 0;
export const requiresSystem = process.env.IMGUPDATE_REQUIRE_SYSTEM === '1';

/** Names of processes. */
export const TEN: readonly string[] = Array.from({ length: 10 }, (_, n) => `worker${n}`);
