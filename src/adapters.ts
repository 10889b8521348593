import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { ImageSource, Keychain, Memory, MemoryPart, Registry, ReportLog, StoredPlace } from './check/ports.ts';
import type { Adapters, Demo, EngineSettings, RegistrySettings, StoredSettings } from './cli/context.ts';
import { loadConfiguration, nothingConfigured } from './config/load-configuration.ts';
import type { Configuration } from './core/configuration.ts';
import type { Platform } from './core/platform.ts';
import { findEngine } from './sources/docker/find-engine.ts';
import { createDockerSource } from './sources/docker/source.ts';
import { createNullMemory, openMemory } from './store/open-memory.ts';
import { storeDirectories } from './store/paths.ts';

/** What the adapters must know of this process; `uid` is null where there are none. */
export type Machine = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly uid: number | null;
  readonly version: string;
  readonly cwd: string;
  readonly openStdin: () => AsyncIterable<unknown>;
  readonly signal: AbortSignal;
};

/** The adapters of this machine: its engine, its memory, its credentials, and the registries themselves. */
export function createAdapters(machine: Machine): Adapters {
  return compose(machine, {
    configuration: () => readConfiguration(machine, null),
    engineHost: null,
    locations: new Map(),
    openMemory: (part) => openMachineMemory(machine, part),
    openReportLog: () => openMachineReportLog(machine),
    openKeychain: () => openKeychain(machine),
  });
}

/** What tells the real world from the demo's. */
type World = {
  /** What counts where no option names a file. */
  readonly configuration: () => Promise<Configuration>;
  /** The engine that is asked when no option names one; null: the one docker would ask. */
  readonly engineHost: string | null;
  readonly locations: ReadonlyMap<string, string>;
  readonly openMemory: (part?: MemoryPart) => Memory;
  readonly openReportLog: () => Promise<ReportLog>;
  readonly openKeychain: () => Promise<Keychain>;
};

function compose(machine: Machine, world: World): Adapters {
  return {
    readConfiguration: (named) => (named === null ? world.configuration() : readConfiguration(machine, named)),
    openMemory: (part) => Promise.resolve(world.openMemory(part)),
    openReportLog: () => world.openReportLog(),
    openEngine: (settings) => openEngine(machine, { ...settings, host: settings.host ?? world.engineHost }),
    openStored: async (place, settings) => withLateSignal(place, await openStored(machine, place, settings)),
    openFiles: async () => (await import('./sources/files/file-source.ts')).createFileSource(machine),
    readText: async (path, maxBytes) => {
      const { collectText, readText } = await import('./sources/files/read-text.ts');
      if (path === '-') return collectText(machine.openStdin(), maxBytes);
      return readText(resolve(machine.cwd, path), { maxBytes, isNamed: true, signal: machine.signal });
    },
    openRegistry: (settings) => openRegistry(machine, settings, world),
    startDemo: () => startDemo(machine),
  };
}

function readConfiguration({ env, platform, cwd }: Machine, named: string | null): Promise<Configuration> {
  return loadConfiguration({ cwd, home: homeOf(env), env, platform, named });
}

function openMachineMemory({ env, platform, uid }: Machine, part: MemoryPart = 'all'): Memory {
  return openMemory({ ...storeDirectories({ env, home: homeOf(env), platform }), part, uid, now: Date.now });
}

async function openMachineReportLog({ env, platform, uid }: Machine): Promise<ReportLog> {
  const { openReportLog } = await import('./store/open-report-log.ts');
  return openReportLog({ ...storeDirectories({ env, home: homeOf(env), platform }), uid });
}

async function openEngine(
  machine: Machine,
  { host, context, facts, platform: imagePlatform, timeoutMs, mayBeStorage }: EngineSettings,
): Promise<ImageSource> {
  const { env, platform } = machine;
  const endpoint = await findEngine({ host, context, env, home: homeOf(env), platform });
  const storage =
    endpoint.isAssumed && mayBeStorage ? await openStorageInstead(machine, { location: endpoint.location, platform: imagePlatform }) : null;
  return storage ?? createDockerSource({ endpoint, facts, timeoutMs, concurrency: 8, env });
}

/** podman needs no service, so where nobody named an engine and none is there, the images it keeps are meant; null where it keeps none. */
async function openStorageInstead(
  machine: Machine,
  { location, platform }: { readonly location: string; readonly platform: Platform },
): Promise<ImageSource | null> {
  const { hasStorage } = await import('./sources/containers-storage/find-storage.ts');
  if (!(await hasStorage({ ...machine, home: homeOf(machine.env) }))) return null;
  const place = { transport: 'containers-storage', written: 'containers-storage:', path: null, driver: null, image: null } as const;
  const { list } = await openStored(machine, place, { verify: false, platform });
  return {
    list: async (options) => {
      const inventory = await list(options);
      const message = `no engine is at ${location}; these are the images that podman and buildah keep in ${inventory.location}`;
      return { ...inventory, warnings: [...inventory.warnings, { code: 'no-engine', message, image: null }] };
    },
  };
}

async function openStored(machine: Machine, place: StoredPlace, { verify, platform }: StoredSettings): Promise<ImageSource> {
  const { env, uid, cwd, openStdin } = machine;
  switch (place.transport) {
    case 'docker-archive': {
      const { createDockerArchiveSource } = await import('./sources/docker-archive/source.ts');
      return createDockerArchiveSource(place, { cwd, openStdin, verify, platform });
    }
    case 'oci':
    case 'oci-archive': {
      const { createOciSource } = await import('./sources/oci-layout/source.ts');
      return createOciSource(place, { cwd, openStdin, verify, platform });
    }
    case 'containers-storage': {
      const { createContainersStorageSource } = await import('./sources/containers-storage/source.ts');
      return createContainersStorageSource(place, { env, home: homeOf(env), uid, cwd, platform });
    }
  }
}

/** How long a signal may take that has ended the writer of a pipe, which is what is seen first. */
const SIGNAL_MS = 100;

/** Takes a pipe that breaks off because everything in it is being ended for that, and not for a broken archive. */
function withLateSignal({ path }: StoredPlace, { list }: ImageSource): ImageSource {
  if (path !== '-') return { list };
  return {
    list: async (options) => {
      try {
        return await list(options);
      } catch (error) {
        const { setTimeout: sleep } = await import('node:timers/promises');
        await sleep(SIGNAL_MS, undefined, { signal: options.signal });
        throw error;
      }
    },
  };
}

async function openKeychain({ env, platform, uid, signal }: Machine): Promise<Keychain> {
  const { createKeychain } = await import('./credentials/keychain.ts');
  return createKeychain({ env, home: homeOf(env), uid, platform, signal });
}

async function openRegistry({ env, version }: Machine, settings: RegistrySettings, world: World): Promise<Registry> {
  const [{ createRegistry }, { setTimeout: sleep }, keychain] = await Promise.all([
    import('./registry/registry.ts'),
    import('node:timers/promises'),
    world.openKeychain(),
  ]);
  const registry = createRegistry({
    keychain,
    insecureRegistries: settings.insecureRegistries,
    locations: world.locations,
    certificateDirectories: certificateDirectories(env),
    extraCaFile: firstOf(env.NODE_EXTRA_CA_CERTS),
    proxy: {
      http: firstOf(env.http_proxy, env.HTTP_PROXY),
      https: firstOf(env.https_proxy, env.HTTPS_PROXY),
      no: firstOf(env.no_proxy, env.NO_PROXY),
    },
    trustedRealms: settings.trustedRealms,
    rules: settings.rules,
    onlyHosts: settings.onlyHosts,
    floor: { remaining: 10, fraction: 0.2 },
    concurrency: settings.jobs,
    timeoutMs: settings.timeoutMs,
    runTimeoutMs: 30 * 60_000,
    maxRetryWaitMs: 30_000,
    userAgent: `imgupdate/${version}`,
    clock: { now: Date.now, sleep: (ms, signal) => sleep(ms, undefined, { signal }), random: Math.random },
    log: settings.log,
  });
  return { ...registry, warnings: () => [...registry.warnings(), ...keychain.warnings()] };
}

/** Where docker, rootless docker and the containers tools keep certificates of registries, the user's own first; never below the working directory. */
function certificateDirectories(env: Machine['env']): readonly string[] {
  const home = homeOf(env);
  const chosen = firstOf(env.XDG_CONFIG_HOME);
  const config = chosen !== null && isAbsolute(chosen) ? chosen : home === null ? null : join(home, '.config');
  const own = config === null ? [] : [join(config, 'docker', 'certs.d'), join(config, 'containers', 'certs.d')];
  return [...own, '/etc/docker/certs.d', '/etc/containers/certs.d'];
}

async function startDemo(machine: Machine): Promise<Demo> {
  const { startDemoWorld } = await import('./demo/world.ts');
  const world = await startDemoWorld();
  return {
    location: '127.0.0.1',
    adapters: compose(machine, {
      configuration: () => Promise.resolve(nothingConfigured()),
      engineHost: world.engineHost,
      locations: world.locations,
      openMemory: () => createNullMemory(Date.now),
      openReportLog: async () => (await import('./store/open-report-log.ts')).createPassingReportLog(),
      openKeychain: () => Promise.resolve({ credentialFor: () => Promise.resolve(null), warnings: () => [] }),
    }),
    close: world.close,
  };
}

/** The first variable that holds anything: an empty one counts as unset. */
function firstOf(...values: readonly (string | undefined)[]): string | null {
  return values.find((value) => value !== undefined && value !== '') ?? null;
}

function homeOf(env: Machine['env']): string | null {
  const directory = env.HOME ?? homedir();
  return directory === '' ? null : directory;
}
