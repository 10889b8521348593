import { describe, expect, it } from 'vitest';
import { storeDirectories } from '../../src/store/paths.ts';

const linux = { home: '/home/ann', platform: 'linux' };
const windows = { home: 'C:\\Users\\ann', platform: 'win32' };

describe('what is remembered lives', () => {
  it.each([
    ['in the home directory', { ...linux, env: {} }, '/home/ann/.cache/imgupdate', '/home/ann/.local/state/imgupdate'],
    [
      'there on a Mac, too',
      { home: '/Users/ann', platform: 'darwin', env: {} },
      '/Users/ann/.cache/imgupdate',
      '/Users/ann/.local/state/imgupdate',
    ],
    [
      'where XDG_CACHE_HOME says',
      { ...linux, env: { XDG_CACHE_HOME: '/big/cache' } },
      '/big/cache/imgupdate',
      '/home/ann/.local/state/imgupdate',
    ],
    ['where XDG_STATE_HOME says', { ...linux, env: { XDG_STATE_HOME: '/var/ann/' } }, '/home/ann/.cache/imgupdate', '/var/ann/imgupdate'],
    [
      'not where a relative variable says',
      { ...linux, env: { XDG_CACHE_HOME: 'cache', XDG_STATE_HOME: './s' } },
      '/home/ann/.cache/imgupdate',
      '/home/ann/.local/state/imgupdate',
    ],
    [
      'not where an empty variable says',
      { ...linux, env: { XDG_CACHE_HOME: '', XDG_STATE_HOME: '' } },
      '/home/ann/.cache/imgupdate',
      '/home/ann/.local/state/imgupdate',
    ],
    ['nowhere without a home', { ...linux, home: null, env: {} }, null, null],
    ['nowhere with a relative home', { ...linux, home: 'ann', env: {} }, null, null],
    ['nowhere with an empty home', { ...linux, home: '', env: {} }, null, null],
    ['only where a variable says without a home', { ...linux, home: null, env: { XDG_CACHE_HOME: '/c' } }, '/c/imgupdate', null],
    [
      'in LOCALAPPDATA on Windows',
      { ...windows, env: { LOCALAPPDATA: 'D:\\Data' } },
      'D:\\Data\\imgupdate\\cache',
      'D:\\Data\\imgupdate\\state',
    ],
    [
      'in its default place on Windows',
      { ...windows, env: {} },
      'C:\\Users\\ann\\AppData\\Local\\imgupdate\\cache',
      'C:\\Users\\ann\\AppData\\Local\\imgupdate\\state',
    ],
    [
      'where XDG_CACHE_HOME says on Windows',
      { ...windows, env: { XDG_CACHE_HOME: 'D:\\c' } },
      'D:\\c\\imgupdate',
      'C:\\Users\\ann\\AppData\\Local\\imgupdate\\state',
    ],
  ])('%s', (_, place, cacheDirectory, stateDirectory) => {
    expect(storeDirectories(place)).toEqual({ cacheDirectory, stateDirectory });
  });
});
