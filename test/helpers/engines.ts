import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { packTar } from '../../src/demo/tar.ts';
import { baseEnvironment, run, runOrThrow, startService, type Ran, type RunOptions, type Service } from './processes.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from './temp.ts';

export type RunningEngine = {
  /** `unix:///tmp/iu-Ab12Cd/docker.sock` */
  readonly host: string;
  readonly socketPath: string;
  readonly pid: number;
  /** The environment its command line runs in, with its own configuration directory. */
  readonly env: Record<string, string>;
  /** Runs the engine's command line; throws when it fails. */
  readonly command: (args: readonly string[], options?: Pick<RunOptions, 'stdin'>) => Promise<string>;
  /** The same, and a failure is a value. */
  readonly tryCommand: (args: readonly string[], options?: Pick<RunOptions, 'stdin'>) => Promise<Ran>;
  /** Makes an image of one layer that holds these files. */
  readonly importImage: (name: string, files: Readonly<Record<string, string | Uint8Array>>, changes?: readonly string[]) => Promise<void>;
  /** Builds an image from a Dockerfile and the files beside it. */
  readonly build: (name: string, dockerfile: string, files?: Readonly<Record<string, string | Uint8Array>>) => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Starts a Docker daemon with a store of its own. Registries on loopback count as insecure for it, others are what `insecure` lists. */
export async function startDockerd(options: { readonly insecure?: readonly string[] } = {}): Promise<RunningEngine> {
  const directory = await makeTemporaryDirectory();
  const at = (name: string): string => join(directory.path, name);
  const host = `unix://${at('docker.sock')}`;
  const env = { ...baseEnvironment(), HOME: directory.path, DOCKER_HOST: host, DOCKER_CONFIG: at('config'), DOCKER_BUILDKIT: '0' };
  const flags = ['--data-root', at('data'), '--exec-root', at('exec'), '--pidfile', at('pid'), '--iptables=false', '--bridge=none'];
  const insecure = (options.insecure ?? []).flatMap((registry) => ['--insecure-registry', registry]);
  const service = await startService('dockerd', ['--host', host, ...flags, ...insecure], {
    ready: async () => (await run('docker', ['version'], { env })).exitCode === 0,
  });
  return describeEngine('docker', [], {
    host,
    env,
    pid: service.pid,
    directory: directory.path,
    stop: stopIn(directory, service),
  });
}

/** Starts podman's service, which speaks the Docker Engine API, with a store of its own. */
export async function startPodmanService(): Promise<RunningEngine> {
  const directory = await makeTemporaryDirectory();
  const at = (name: string): string => join(directory.path, name);
  const host = `unix://${at('podman.sock')}`;
  const env = await configurePodman(directory.path);
  const place = ['--root', at('root'), '--runroot', at('run'), '--tmpdir', at('tmp'), '--storage-driver', 'vfs'];
  const flags = [...place, '--cgroup-manager', 'cgroupfs', '--events-backend', 'file'];
  const service = await startService('podman', [...flags, 'system', 'service', '--time', '0', host], {
    env,
    ready: () => exists(at('podman.sock')),
  });
  return describeEngine('podman', flags, {
    host,
    env,
    pid: service.pid,
    directory: directory.path,
    stop: stopIn(directory, service),
  });
}

/** Writes a configuration in which podman and buildah find nothing of this machine's, and registries on loopback are insecure; gives the environment for it. */
export async function configurePodman(directory: string): Promise<Record<string, string>> {
  const at = (name: string): string => join(directory, name);
  await mkdir(at('config'));
  await writeFile(at('policy.json'), '{"default":[{"type":"insecureAcceptAnything"}]}');
  await writeFile(at('registries.conf'), '[[registry]]\nlocation = "127.0.0.1"\ninsecure = true\n');
  return {
    ...baseEnvironment(),
    HOME: directory,
    XDG_CONFIG_HOME: at('config'),
    XDG_RUNTIME_DIR: at('config'),
    CONTAINERS_REGISTRIES_CONF: at('registries.conf'),
  };
}

/** The busybox of this machine, statically linked: enough to run in an image made from nothing. */
export async function readBusybox(): Promise<Uint8Array> {
  return readFile((await exists('/bin/busybox')) ? '/bin/busybox' : '/usr/bin/busybox');
}

type Engine = Pick<RunningEngine, 'host' | 'env' | 'pid' | 'stop'> & { readonly directory: string };

function describeEngine(program: string, flags: readonly string[], engine: Engine): RunningEngine {
  const { directory, ...rest } = engine;
  const command: RunningEngine['command'] = (args, options) => runOrThrow(program, [...flags, ...args], { ...options, env: engine.env });
  return {
    ...rest,
    socketPath: engine.host.slice('unix://'.length),
    command,
    tryCommand: (args, options) => run(program, [...flags, ...args], { ...options, env: engine.env }),
    importImage: async (name, files, changes = []) => {
      const entries = Object.entries(files).map(([path, content]) => ({ path, content: Buffer.from(content), mode: 0o755 }));
      const directives = changes.flatMap((change) => ['--change', change]);
      await command(['import', ...directives, '-', name], { stdin: packTar(entries, 0) });
    },
    build: async (name, dockerfile, files = {}) => {
      const context = join(directory, 'context');
      await rm(context, { recursive: true, force: true });
      for (const [path, content] of Object.entries({ ...files, Dockerfile: dockerfile })) {
        await mkdir(dirname(join(context, path)), { recursive: true });
        await writeFile(join(context, path), content, { mode: 0o755 });
      }
      await command(['build', '--network', 'none', '--tag', name, context]);
    },
  };
}

/** Ends an engine, and leaves nothing of it. */
function stopIn(directory: TemporaryDirectory, service: Service): () => Promise<void> {
  return async () => {
    await service.stop();
    await unmountBelow(directory.path);
    await directory.remove();
  };
}

async function unmountBelow(directory: string): Promise<void> {
  const mounts = await readFile('/proc/mounts', 'utf8');
  const points = mounts.split('\n').map((line) => line.split(' ')[1] ?? '');
  for (const point of points.filter((path) => path.startsWith(`${directory}/`)).reverse()) await run('umount', ['-l', point]);
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
