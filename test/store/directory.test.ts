import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { prepareDirectory } from '../../src/store/directory.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';

let temporary: TemporaryDirectory;
beforeEach(async () => {
  temporary = await makeTemporaryDirectory();
});
afterEach(() => temporary.remove());

const uid = process.getuid?.() ?? null;

it('a folder is made with all above it, for its owner alone', () => {
  const directory = join(temporary.path, 'a', 'b', 'imgupdate');
  expect(prepareDirectory(directory, uid)).toBeNull();
  expect(['a', 'a/b', 'a/b/imgupdate'].map((part) => statSync(join(temporary.path, part)).mode & 0o777)).toEqual([0o700, 0o700, 0o700]);
});

it.skipIf(process.platform !== 'linux')('a place where nothing can be made is said, and not tried for ever', () => {
  expect(prepareDirectory('/proc/nowhere/imgupdate', uid)).toContain('/proc/nowhere');
});
