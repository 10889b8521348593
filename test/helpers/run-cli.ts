import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { baseEnvironment, run, type Ran } from './processes.ts';
import { makeTemporaryDirectory } from './temp.ts';

export type CliOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string;
  /** A home directory to keep from run to run; a new one, removed afterwards, without. */
  readonly home?: string;
};

/** Runs the built `imgupdate` as a user would, but with an environment in which it finds nothing of this machine's. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<Ran> {
  const directory = options.home === undefined ? await makeTemporaryDirectory() : null;
  const home = directory?.path ?? options.home ?? '';
  try {
    const env = { ...baseEnvironment(), ...(await makeHome(home)), ...options.env };
    return await run(process.execPath, [BIN, ...args], { env, cwd: options.cwd ?? home, stdin: options.stdin ?? '' });
  } finally {
    await directory?.remove();
  }
}

/** The built program. */
export const BIN = fileURLToPath(new URL('../../bin/imgupdate', import.meta.url));

async function makeHome(home: string): Promise<Record<string, string>> {
  const at = (name: string): string => join(home, name);
  await mkdir(at('runtime'), { recursive: true, mode: 0o700 });
  return {
    HOME: home,
    XDG_CONFIG_HOME: at('.config'),
    XDG_CACHE_HOME: at('.cache'),
    XDG_STATE_HOME: at('.local/state'),
    XDG_DATA_HOME: at('.local/share'),
    XDG_RUNTIME_DIR: at('runtime'),
  };
}
