import { homedir } from 'node:os';
import { join } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import type { Keychain, Memory, Registry } from './check/ports.ts';
import type { Adapters, Demo, EngineSettings, Output, RegistrySettings } from './cli/context.ts';
import { EXIT } from './cli/exit-code.ts';
import { run } from './cli/program.ts';

const { env, platform } = process;

await main();

/** The composition root: gives the command line its streams, clock, signals and adapters, and sets the exit code once. */
async function main(): Promise<void> {
  const interruption = new AbortController();
  const interrupted: { code: number | null } = { code: null };
  const interruptWith = (code: number) => () => {
    interrupted.code = code;
    interruption.abort();
  };
  process.once('SIGINT', interruptWith(EXIT.interrupted));
  process.once('SIGTERM', interruptWith(EXIT.terminated));
  try {
    const exitCode = await run({
      argv: process.argv.slice(2),
      env,
      stdout: createOutput(process.stdout, () => interruption.abort()),
      stderr: createOutput(process.stderr, () => undefined),
      version: packageJson.version,
      now: Date.now,
      signal: interruption.signal,
      writeFile: async (path, text) => (await import('./store/write-whole.ts')).writeWhole(path, text, String(process.pid)),
      adapters: createAdapters({
        engineHost: null,
        locations: new Map(),
        openMemory,
        openKeychain: () => openKeychain(interruption.signal),
      }),
    });
    process.exitCode = interrupted.code ?? exitCode;
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    process.exitCode = interrupted.code ?? EXIT.ok;
  }
}

/** A reader that goes away (`| head -1`) ends the work quietly. */
function createOutput(stream: NodeJS.WriteStream, onClosed: () => void): Output {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    onClosed();
  });
  return {
    write: (text) => void stream.write(text),
    isTTY: stream.isTTY,
    get columns() {
      return stream.isTTY ? stream.columns : null;
    },
  };
}

/** What tells the real world from the demo's. */
type World = {
  /** The engine that is asked when no option names one; null: the one docker would ask. */
  readonly engineHost: string | null;
  readonly locations: ReadonlyMap<string, string>;
  readonly openMemory: () => Promise<Memory>;
  readonly openKeychain: () => Promise<Keychain>;
};

function createAdapters(world: World): Adapters {
  return {
    openMemory: world.openMemory,
    openEngine: (settings) => openEngine({ ...settings, host: settings.host ?? world.engineHost }),
    openRegistry: (settings) => openRegistry(settings, world),
    startDemo,
  };
}

async function openMemory(): Promise<Memory> {
  const [{ openMemory: open }, { storeDirectories }] = await Promise.all([import('./store/open-memory.ts'), import('./store/paths.ts')]);
  const { cacheDirectory } = storeDirectories({ env, home: home(), platform });
  return open({ cacheDirectory, uid: process.getuid?.() ?? null, now: Date.now });
}

async function openEngine({ host, context, facts, timeoutMs }: EngineSettings) {
  const [{ findEngine }, { createDockerSource }] = await Promise.all([
    import('./sources/docker/find-engine.ts'),
    import('./sources/docker/source.ts'),
  ]);
  const endpoint = await findEngine({ host, context, env, home: home(), platform });
  return createDockerSource({ endpoint, facts, timeoutMs, concurrency: 8, env });
}

async function openKeychain(signal: AbortSignal): Promise<Keychain> {
  const { createKeychain } = await import('./credentials/keychain.ts');
  return createKeychain({ env, home: home(), uid: process.getuid?.() ?? null, platform, signal });
}

async function openRegistry(settings: RegistrySettings, world: World): Promise<Registry> {
  const [{ createRegistry }, { setTimeout: sleep }, keychain] = await Promise.all([
    import('./registry/registry.ts'),
    import('node:timers/promises'),
    world.openKeychain(),
  ]);
  const registry = createRegistry({
    keychain,
    insecureRegistries: settings.insecureRegistries,
    locations: world.locations,
    certificateDirectories: certificateDirectories(),
    extraCaFile: env.NODE_EXTRA_CA_CERTS ?? null,
    proxy: {
      http: env.http_proxy ?? env.HTTP_PROXY ?? null,
      https: env.https_proxy ?? env.HTTPS_PROXY ?? null,
      no: env.no_proxy ?? env.NO_PROXY ?? null,
    },
    trustedRealms: settings.trustedRealms,
    floor: { remaining: 10, fraction: 0.2 },
    concurrency: settings.jobs,
    timeoutMs: settings.timeoutMs,
    runTimeoutMs: 30 * 60_000,
    maxRetryWaitMs: 30_000,
    userAgent: `imgupdate/${packageJson.version}`,
    clock: { now: Date.now, sleep: (ms, signal) => sleep(ms, undefined, { signal }), random: Math.random },
    log: settings.log,
  });
  return { ...registry, warnings: () => [...registry.warnings(), ...keychain.warnings()] };
}

/** Where docker, rootless docker and the containers tools keep certificates of registries, the user's own first. */
function certificateDirectories(): readonly string[] {
  const config = env.XDG_CONFIG_HOME ?? (home() === null ? null : join(home() ?? '', '.config'));
  const own = config === null ? [] : [join(config, 'docker', 'certs.d'), join(config, 'containers', 'certs.d')];
  return [...own, '/etc/docker/certs.d', '/etc/containers/certs.d'];
}

async function startDemo(): Promise<Demo> {
  const [{ startDemoWorld }, { createNullMemory }] = await Promise.all([import('./demo/world.ts'), import('./store/open-memory.ts')]);
  const world = await startDemoWorld();
  return {
    location: '127.0.0.1',
    adapters: createAdapters({
      engineHost: world.engineHost,
      locations: world.locations,
      openMemory: () => Promise.resolve(createNullMemory(Date.now)),
      openKeychain: () => Promise.resolve({ credentialFor: () => Promise.resolve(null), warnings: () => [] }),
    }),
    close: world.close,
  };
}

function home(): string | null {
  const directory = env.HOME ?? homedir();
  return directory === '' ? null : directory;
}
