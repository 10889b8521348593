import { join } from 'node:path';

import type { KeyStyle } from './keys.ts';

/** A file that may hold credentials. `required`: named by the user, so that its absence is worth a word. */
export type Location = { readonly path: string; readonly style: KeyStyle; readonly legacy: boolean; readonly required: boolean };

export type Environment = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The home directory; null when there is none. */
  readonly home: string | null;
  /** null on systems without user ids. */
  readonly uid: number | null;
  /** As in process.platform. */
  readonly platform: string;
};

/**
 * Lists the credentials files of this user in the order in which they are asked.
 *
 * What the environment names comes before what is merely found: a REGISTRY_AUTH_FILE first, and then it is the only file of the containers tools.
 * docker's file comes before podman's as in the default keychain of crane; podman's fall back to docker's and its pre-2015 form comes last.
 * Source: docker/cli, cli/config; containers-auth.json(5); containers/image, pkg/docker/config; google/go-containerregistry, pkg/authn.
 */
export function listLocations(environment: Environment): readonly Location[] {
  const { env, home } = environment;
  const chosen = textOf(env.REGISTRY_AUTH_FILE);
  const dockerDirectory = textOf(env.DOCKER_CONFIG) ?? under(home, '.docker');
  const found = chosen === null ? containersFiles(environment) : [];
  return [
    ...one(chosen, { style: 'containers', legacy: false, required: true }),
    ...one(under(dockerDirectory, 'config.json'), { style: 'docker', legacy: false, required: false }),
    ...found.flatMap((path) => one(path, { style: 'containers', legacy: false, required: false })),
    ...one(under(home, '.dockercfg'), { style: 'docker', legacy: true, required: false }),
  ];
}

/** The runtime directory's auth.json, where `podman login` writes on Linux, then the one that outlives the session. */
function containersFiles({ env, home, uid, platform }: Environment): readonly (string | null)[] {
  const runtime = under(textOf(env.XDG_RUNTIME_DIR), 'containers/auth.json');
  const login = runtime ?? (uid === null ? null : `/run/containers/${uid}/auth.json`);
  const config = textOf(env.XDG_CONFIG_HOME) ?? under(home, '.config');
  const lasting = under(config, 'containers/auth.json');
  const elsewhere = under(home, '.config/containers/auth.json');
  return platform === 'linux' ? [login, lasting] : [...new Set([elsewhere, lasting])];
}

function one(path: string | null, rest: Omit<Location, 'path'>): readonly Location[] {
  return path === null ? [] : [{ path, ...rest }];
}

function under(directory: string | null, name: string): string | null {
  return directory === null ? null : join(directory, name);
}

/** An empty variable counts as unset, as in docker and podman. */
function textOf(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : value;
}
