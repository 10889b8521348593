import { expect, it } from 'vitest';

import { listLocations } from '../../src/credentials/locations.ts';

const paths = (changes: Partial<Parameters<typeof listLocations>[0]>) =>
  listLocations({ env: {}, home: '/home/me', uid: 1000, platform: 'linux', ...changes }).map(({ path }) => path);

it.each([
  [
    'on Linux',
    {},
    ['/home/me/.docker/config.json', '/run/containers/1000/auth.json', '/home/me/.config/containers/auth.json', '/home/me/.dockercfg'],
  ],
  [
    'with a runtime and a configuration directory',
    { env: { XDG_RUNTIME_DIR: '/run/user/1000', XDG_CONFIG_HOME: '/cfg' } },
    ['/home/me/.docker/config.json', '/run/user/1000/containers/auth.json', '/cfg/containers/auth.json', '/home/me/.dockercfg'],
  ],
  [
    'on macOS',
    { platform: 'darwin', env: { XDG_CONFIG_HOME: '/cfg' } },
    ['/home/me/.docker/config.json', '/home/me/.config/containers/auth.json', '/cfg/containers/auth.json', '/home/me/.dockercfg'],
  ],
  [
    'with DOCKER_CONFIG and REGISTRY_AUTH_FILE',
    { env: { DOCKER_CONFIG: '/ci/docker', REGISTRY_AUTH_FILE: '/ci/auth.json', XDG_RUNTIME_DIR: '/run/user/1000' } },
    ['/ci/auth.json', '/ci/docker/config.json', '/home/me/.dockercfg'],
  ],
  ['without a home, in a container of root', { home: null, uid: 0 }, ['/run/containers/0/auth.json']],
  ['with empty variables', { home: null, uid: null, env: { DOCKER_CONFIG: '', REGISTRY_AUTH_FILE: '' } }, []],
])('%s the files are asked in their order', (_, changes, expected) => {
  expect(paths(changes)).toEqual(expected);
});
