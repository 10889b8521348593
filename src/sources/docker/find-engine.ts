import { realpath } from 'node:fs/promises';
import { join } from 'node:path';

import { readContext, readCurrentContext, readTls } from './contexts.ts';
import { defaultLocation, parseEndpoint, type EngineEndpoint, type EngineTls } from './endpoint.ts';

export type FindEngineOptions = {
  /** What one `--host` names; null for an engine that none does. */
  readonly host: string | null;
  /** What one `--context` names, in place of a host. */
  readonly context: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The home directory; null when there is none. */
  readonly home: string | null;
  /** As in process.platform. */
  readonly platform: string;
};

/** An engine, and how it was come by. */
export type FoundEngine = EngineEndpoint & {
  /** Nothing names an engine and none of the usual sockets exists: it is only where docker would look. */
  readonly isAssumed: boolean;
  /** Engines that nobody named and that are not asked, for this one came first: those of the usual sockets that exist. */
  readonly others: readonly Candidate[];
};

/**
 * Finds the engine as the docker command line does, and podman's where docker has none.
 *
 * `--host` or `--context`, DOCKER_HOST, DOCKER_CONTEXT, the current context of config.json; then the first socket that exists: docker's, that of a rootless
 * docker, podman's. Where none exists it is docker's default, so that the error names what docker's would.
 * Source: docker/cli, cli/command/cli.go, resolveContextName() and resolveDefaultDockerEndpoint(); podman-system-service(1).
 * @throws ImgupdateError 'usage' for an unknown context, an address that cannot be read.
 */
export async function findEngine(options: FindEngineOptions): Promise<FoundEngine> {
  const { env, host, context, home, platform } = options;
  const config = textOf(env.DOCKER_CONFIG) ?? (home === null ? null : join(home, '.docker'));
  const wantedHost = host ?? (context === null || context === 'default' ? textOf(env.DOCKER_HOST) : null);
  if (wantedHost !== null) return named(parseEndpoint(wantedHost, { tls: await environmentTls(env, config), platform, cli: 'docker' }));

  const name = context ?? textOf(env.DOCKER_CONTEXT) ?? (config === null ? null : await readCurrentContext(config));
  if (name !== null && name !== 'default') {
    const chosen = await readContext(config ?? '', name);
    return named(parseEndpoint(chosen.host, { tls: chosen.tls, platform, cli: 'docker' }));
  }
  return findSocket(options);
}

const named = (endpoint: EngineEndpoint): FoundEngine => ({ ...endpoint, isAssumed: false, others: [] });

/** DOCKER_TLS_VERIFY and DOCKER_TLS count when they hold anything at all, even `0`. */
async function environmentTls(env: FindEngineOptions['env'], config: string | null): Promise<EngineTls | null> {
  const verify = textOf(env.DOCKER_TLS_VERIFY) !== null;
  if (!verify && textOf(env.DOCKER_TLS) === null) return null;
  const directory = textOf(env.DOCKER_CERT_PATH) ?? config;
  const tls = directory === null ? null : await readTls(directory, verify);
  return tls ?? { ca: null, cert: null, key: null, verify };
}

async function findSocket(options: FindEngineOptions): Promise<FoundEngine> {
  const { platform } = options;
  const candidates = platform === 'win32' ? [] : listCandidates(options);
  const paths = await Promise.all(candidates.map(({ location }) => resolve(socketPath(location))));
  const there = candidates.flatMap((candidate, index) => {
    const path = socketPath(candidate.location) === null ? candidate.location : (paths[index] ?? null);
    return path === null ? [] : [{ candidate, path }];
  });
  const [first] = there;
  if (first === undefined) {
    return {
      ...parseEndpoint(defaultLocation(platform), { tls: null, platform, cli: 'docker' }),
      isAssumed: platform !== 'win32',
      others: [],
    };
  }
  // a link leads to a socket that has a name of its own: podman-docker makes one at docker's place
  const others = there.filter(({ path }, index) => there.findIndex((each) => each.path === path) === index).slice(1);
  const { location, cli } = first.candidate;
  return { ...parseEndpoint(location, { tls: null, platform, cli }), isAssumed: false, others: others.map(({ candidate }) => candidate) };
}

function socketPath(location: string): string | null {
  return location.startsWith('unix://') ? location.slice('unix://'.length) : null;
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

/** What a path is without symbolic links; null when nothing is there. */
async function resolve(path: string | null): Promise<string | null> {
  return path === null ? null : realpath(path).catch(() => null);
}

function under(directory: string | null, name: string): string | null {
  return directory === null ? null : join(directory, name);
}

/** An empty variable counts as unset, as in docker. */
function textOf(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : value;
}
