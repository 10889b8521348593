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
export function bundleStoreOnce(tell: (bundle: string) => void): void {
  let built: TemporaryDirectory;
  beforeAll(async () => {
    built = await makeTemporaryDirectory();
    tell(await bundleStore(built.path));
  });
  afterAll(() => built.remove());
}
