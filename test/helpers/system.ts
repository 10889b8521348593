import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, test } from 'vitest';

/**
 * Describes tests that drive real programs of this machine.
 *
 * They are skipped where a program is missing, but fail there when IMGUPDATE_REQUIRE_SYSTEM is 1.
 */
export function systemTest(name: string, programs: readonly string[], body: () => void): void {
  const missing = programs.filter((program) => !isInstalled(program));
  if (programs.includes('dockerd') && process.getuid?.() !== 0) missing.push('root, to run dockerd');
  if (missing.length === 0) describe(name, body);
  else if (process.env.IMGUPDATE_REQUIRE_SYSTEM !== '1') describe.skip(`${name} (needs ${missing.join(', ')})`, body);
  else
    test(name, () => {
      throw new Error(`IMGUPDATE_REQUIRE_SYSTEM is 1, but this machine has no ${missing.join(', ')}`);
    });
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
