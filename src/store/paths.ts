import { posix, win32 } from 'node:path';

/** Where what is remembered lives; null: no such place is known. */
export type StoreDirectories = { readonly cacheDirectory: string | null; readonly stateDirectory: string | null };

/** `home`: the user's home directory, null where there is none. `platform`: as in `process.platform`. */
export type StorePlace = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string | null;
  readonly platform: string;
};

/**
 * Says where the cache and the state of this user live.
 *
 * `{ env: {}, home: '/home/ann', platform: 'linux' }` gives `/home/ann/.cache/imgupdate` and `/home/ann/.local/state/imgupdate`.
 * A variable that is unset, empty or relative counts as absent. On Windows the default is below `%LOCALAPPDATA%`.
 * Source: XDG Base Directory Specification 0.8, "Environment variables".
 */
export function storeDirectories({ env, home, platform }: StorePlace): StoreDirectories {
  const path = platform === 'win32' ? win32 : posix;
  const absolute = (value: string | null | undefined): string | null => (value != null && path.isAbsolute(value) ? value : null);
  const below = (directory: string | null, parts: readonly string[]): string | null =>
    directory === null ? null : path.join(directory, ...parts);
  const place = (variable: string, defaults: Defaults): string | null => {
    const base = absolute(env[variable]);
    if (base !== null) return path.join(base, 'imgupdate');
    if (platform !== 'win32') return below(absolute(home), defaults.unix);
    return below(absolute(env.LOCALAPPDATA) ?? below(absolute(home), ['AppData', 'Local']), defaults.windows);
  };
  return { cacheDirectory: place('XDG_CACHE_HOME', CACHE_DEFAULTS), stateDirectory: place('XDG_STATE_HOME', STATE_DEFAULTS) };
}

/** Below the home directory, and below `%LOCALAPPDATA%`. */
type Defaults = { readonly unix: readonly string[]; readonly windows: readonly string[] };

const CACHE_DEFAULTS: Defaults = { unix: ['.cache', 'imgupdate'], windows: ['imgupdate', 'cache'] };
const STATE_DEFAULTS: Defaults = { unix: ['.local', 'state', 'imgupdate'], windows: ['imgupdate', 'state'] };
