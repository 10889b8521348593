import { access } from 'node:fs/promises';
import { join } from 'node:path';

import { ImgupdateError } from '../../errors.ts';
import { readContext, readCurrentContext, readTls } from './contexts.ts';
import { defaultLocation, parseEndpoint, type EngineEndpoint, type EngineTls } from './endpoint.ts';

export type FindEngineOptions = {
  /** The flag `--host`; null when it was not given. */
  readonly host: string | null;
  /** The flag `--context`. */
  readonly context: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The home directory; null when there is none. */
  readonly home: string | null;
  /** As in process.platform. */
  readonly platform: string;
};

/**
 * Finds the engine as the docker command line does, and podman's where docker has none.
 *
 * `--context`, `--host`, DOCKER_HOST, DOCKER_CONTEXT, the current context of config.json; then the first socket that exists: docker's, that of a rootless
 * docker, podman's. Where none exists it is docker's default, so that the error names what docker's would.
 * Source: docker/cli, cli/command/cli.go, resolveContextName() and resolveDefaultDockerEndpoint(); podman-system-service(1).
 * @throws ImgupdateError 'usage' for both flags at once, an unknown context, an address that cannot be read.
 */
export async function findEngine(options: FindEngineOptions): Promise<EngineEndpoint> {
  const { env, host, context, home, platform } = options;
  if (host !== null && context !== null) {
    throw new ImgupdateError('usage', 'conflicting options: cannot specify both --host and --context');
  }
  const config = textOf(env.DOCKER_CONFIG) ?? (home === null ? null : join(home, '.docker'));
  const wantedHost = host ?? (context === null || context === 'default' ? textOf(env.DOCKER_HOST) : null);
  if (wantedHost !== null) return parseEndpoint(wantedHost, { tls: await environmentTls(env, config), platform, cli: 'docker' });

  const name = context ?? textOf(env.DOCKER_CONTEXT) ?? (config === null ? null : await readCurrentContext(config));
  if (name !== null && name !== 'default') {
    const chosen = await readContext(config ?? '', name);
    return parseEndpoint(chosen.host, { tls: chosen.tls, platform, cli: 'docker' });
  }
  return findSocket(options);
}

/** DOCKER_TLS_VERIFY and DOCKER_TLS count when they hold anything at all, even `0`. */
async function environmentTls(env: FindEngineOptions['env'], config: string | null): Promise<EngineTls | null> {
  const verify = textOf(env.DOCKER_TLS_VERIFY) !== null;
  if (!verify && textOf(env.DOCKER_TLS) === null) return null;
  const directory = textOf(env.DOCKER_CERT_PATH) ?? config;
  const tls = directory === null ? null : await readTls(directory, verify);
  return tls ?? { ca: null, cert: null, key: null, verify };
}

async function findSocket(options: FindEngineOptions): Promise<EngineEndpoint> {
  const { platform } = options;
  for (const { location, cli } of platform === 'win32' ? [] : listCandidates(options)) {
    const path = location.startsWith('unix://') ? location.slice('unix://'.length) : null;
    if (path === null || (await exists(path))) return parseEndpoint(location, { tls: null, platform, cli });
  }
  return parseEndpoint(defaultLocation(platform), { tls: null, platform, cli: 'docker' });
}

/** An engine that nobody named, and whose command line that is. */
export type Candidate = { readonly location: string; readonly cli: 'docker' | 'podman' };

/**
 * Lists where engines listen by default, in the order in which they are looked for: docker's own sockets, rootless and Desktop's, then podman's.
 * Source: docker docs, "Rootless mode"; Docker Desktop; podman-system-service(1); podman-remote's CONTAINER_HOST.
 */
export function listCandidates({ env, home }: Pick<FindEngineOptions, 'env' | 'home'>): readonly Candidate[] {
  const runtime = textOf(env.XDG_RUNTIME_DIR);
  const docker = [
    '/var/run/docker.sock',
    under(runtime, 'docker.sock'),
    under(home, '.docker/run/docker.sock'),
    under(home, '.docker/desktop/docker.sock'),
  ];
  const podman = [under(runtime, 'podman/podman.sock'), '/run/podman/podman.sock'];
  const named = textOf(env.CONTAINER_HOST);
  return [
    ...docker.flatMap((path) => (path === null ? [] : [{ location: `unix://${path}`, cli: 'docker' as const }])),
    ...(named === null ? [] : [{ location: named, cli: 'podman' as const }]),
    ...podman.flatMap((path) => (path === null ? [] : [{ location: `unix://${path}`, cli: 'podman' as const }])),
  ];
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function under(directory: string | null, name: string): string | null {
  return directory === null ? null : join(directory, name);
}

/** An empty variable counts as unset, as in docker. */
function textOf(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : value;
}
