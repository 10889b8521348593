import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type RunningRegistry, startDockerRegistry } from './docker-registry.ts';
import { readBusybox, type RunningEngine, startDockerd, startPodmanService } from './engines.ts';
import { runOrThrow } from './processes.ts';
import { makeTemporaryDirectory } from './temp.ts';

/** An image to build, and to push unless it is to stay `local`: the steps of a Dockerfile, and the directory that its COPY reads from. */
export type Order = {
  readonly reference: string;
  readonly steps: readonly string[];
  readonly context: string;
  readonly flags?: readonly string[];
  readonly local?: boolean;
};

export type Build = (order: Order) => Promise<void>;

/** An engine with its builders, a registry beside it, and a directory for what is built from. */
export type Workshop<Builder extends string> = {
  readonly engine: RunningEngine;
  readonly registry: RunningRegistry;
  readonly builders: Readonly<Record<Builder, Build>>;
  readonly pull: (reference: string) => Promise<void>;
  readonly remove: (references: readonly string[]) => Promise<void>;
  /** Copies with skopeo, from place to place in its words: `docker://127.0.0.1:5000/web:1`. */
  readonly copy: (from: string, to: string, ...flags: readonly string[]) => Promise<void>;
  /** Compresses the layers of a reference anew, by skopeo. */
  readonly recompress: (reference: string, compression: Compression) => Promise<void>;
  /** Makes a directory, or finds it: `rootfs` with a busybox that is also its shell, and a file that no other directory has: so the layers of two images never agree by chance. */
  readonly makeContext: (name: string) => Promise<string>;
  readonly close: () => Promise<void>;
};

export type Compression = { readonly format: 'gzip' | 'zstd'; readonly level: number };

/** A Docker daemon with both of its builders: the classic one, which keeps an image of each step, and its BuildKit. */
export async function startDockerWorkshop(): Promise<Workshop<'classic' | 'BuildKit'>> {
  const engine = await startDockerd();
  return furnish(engine, { classic: dockerBuild(engine, '0'), BuildKit: dockerBuild(engine, '1') }, []);
}

/** Podman's service, with podman and buildah on its store; `upstream` is the classic builder of a Docker daemon, from which the service has to pull. */
export async function startPodmanWorkshop(): Promise<Workshop<'podman' | 'buildah' | 'upstream'>> {
  const [engine, docker] = await Promise.all([startPodmanService(), startDockerd()]);
  const directory = dirname(engine.socketPath);
  const store = ['--root', join(directory, 'root'), '--runroot', join(directory, 'run'), '--storage-driver', 'vfs'];
  const build =
    (tool: (args: readonly string[]) => Promise<string>): Build =>
    async ({ reference, steps, context, flags = [], local = false }) => {
      const file = await writeDockerfile(context, steps);
      // commands run in a chroot, where a runtime may not be able to make a container
      await tool(['build', '--quiet', '--isolation', 'chroot', '--tag', reference, '--file', file, ...flags, context]);
      if (!local) await tool(['push', '--quiet', '--tls-verify=false', reference]);
    };
  const builders = {
    podman: build(engine.command),
    buildah: build((args) => runOrThrow('buildah', [...store, ...args], { env: engine.env })),
    upstream: dockerBuild(docker, '0'),
  };
  return furnish(engine, builders, ['--tls-verify=false'], docker.stop);
}

function dockerBuild(engine: RunningEngine, buildKit: '0' | '1'): Build {
  // only a client that speaks BuildKit itself can do without buildx: Debian's is in /usr/bin
  const env = { ...engine.env, PATH: `/usr/bin:${engine.env.PATH ?? ''}`, DOCKER_BUILDKIT: buildKit };
  return async ({ reference, steps, context, flags = [], local = false }) => {
    const file = await writeDockerfile(context, steps);
    await runOrThrow('docker', ['build', '--quiet', '--network', 'none', '--tag', reference, '--file', file, ...flags, context], { env });
    if (!local) await runOrThrow('docker', ['push', '--quiet', reference], { env });
  };
}

/** Beside the context, so that nothing of it gets into an image. */
async function writeDockerfile(context: string, steps: readonly string[]): Promise<string> {
  const file = `${context}.Dockerfile`;
  await writeFile(file, `${steps.join('\n')}\n`);
  return file;
}

async function furnish<Builder extends string>(
  engine: RunningEngine,
  builders: Readonly<Record<Builder, Build>>,
  transport: readonly string[],
  closeMore: () => Promise<void> = () => Promise.resolve(),
): Promise<Workshop<Builder>> {
  const registry = await startDockerRegistry();
  const directory = await makeTemporaryDirectory();
  const busybox = await readBusybox();
  const policy = join(directory.path, 'policy.json');
  await writeFile(policy, '{"default":[{"type":"insecureAcceptAnything"}]}');
  const copy = async (from: string, to: string, ...flags: readonly string[]): Promise<void> => {
    await runOrThrow('skopeo', [
      'copy',
      '--quiet',
      '--policy',
      policy,
      '--src-tls-verify=false',
      '--dest-tls-verify=false',
      ...flags,
      from,
      to,
    ]);
  };
  return {
    engine,
    registry,
    builders,
    pull: async (reference) => {
      await engine.command(['pull', '--quiet', ...transport, reference]);
    },
    remove: async (references) => {
      await engine.command(['rmi', ...references]);
    },
    copy,
    recompress: async (reference, { format, level }) => {
      const [plain, packed] = [join(directory.path, `plain-${slugOf(reference)}`), join(directory.path, `packed-${slugOf(reference)}`)];
      const flags = ['--dest-compress', '--dest-compress-format', format, '--dest-compress-level', String(level)];
      // docker's own manifests know no zstd
      const place = format === 'zstd' ? `oci:${packed}:it` : `dir:${packed}`;
      await copy(`docker://${reference}`, `dir:${plain}`, '--dest-decompress');
      await copy(`dir:${plain}`, place, ...flags);
      await copy(place, `docker://${reference}`, '--preserve-digests');
    },
    makeContext: async (name) => {
      const context = join(directory.path, slugOf(name));
      const files = { 'rootfs/bin/busybox': busybox, 'rootfs/etc/name': name, 'app.txt': `an app: ${name}` };
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(context, path)), { recursive: true });
        await writeFile(join(context, path), content, { mode: 0o755 });
      }
      await symlink('busybox', join(context, 'rootfs/bin/sh')).catch(() => undefined);
      return context;
    },
    close: async () => {
      await Promise.all([engine.stop(), closeMore()]);
      await registry.stop();
      await directory.remove();
    },
  };
}

/** A base, and what becomes of its tag. `after`: null where the tag stays. */
export type Base<Builder extends string> = {
  readonly name: string;
  readonly builder: Builder;
  readonly before: readonly string[];
  readonly after: readonly string[] | null;
  readonly afterFlags?: readonly string[];
  readonly local?: boolean;
};

/** An app that is built on the base of that name; `steps` without its FROM. */
export type App<Builder extends string> = {
  readonly name: string;
  readonly builder: Builder;
  readonly base: string;
  readonly steps: readonly string[];
  readonly flags?: readonly string[];
  readonly local?: boolean;
};

/** `127.0.0.1:5000/another-cmd:1`, for a base or an app by its name. */
export function referenceOf(workshop: Pick<Workshop<never>, 'registry'>, name: string): string {
  return `${workshop.registry.host}/${slugOf(name)}:1`;
}

const slugOf = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

/**
 * Builds all bases, then all apps, then the bases that move, each under the tag of the one before.
 *
 * In between the clock goes on by more than a second: engines tell the times of steps in seconds.
 */
export async function makeMoves<Builder extends string>(
  workshop: Workshop<Builder>,
  bases: readonly Base<Builder>[],
  apps: readonly App<Builder>[],
  beforeTheMove: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const contexts = new Map<string, string>();
  for (const { name } of [...bases, ...apps]) contexts.set(name, await workshop.makeContext(name));
  const build = async (builder: Builder, name: string, recipe: Pick<Order, 'steps' | 'flags' | 'local'>): Promise<void> => {
    await workshop.builders[builder]({ ...recipe, reference: referenceOf(workshop, name), context: contexts.get(name) ?? '' });
  };
  await inTurns(bases, ({ name, builder, before, local = false }) => build(builder, name, { steps: before, local }));
  await nextSecond();
  await inTurns(apps, ({ name, builder, base, steps, flags = [], local = false }) =>
    build(builder, name, { steps: [`FROM ${referenceOf(workshop, base)}`, ...steps], flags, local }),
  );
  await beforeTheMove();
  await nextSecond();
  await inTurns(bases, async ({ name, builder, after, afterFlags = [], local = false }) => {
    if (after !== null) await build(builder, name, { steps: after, flags: afterFlags, local });
  });
}

/** A few at a time: builders wait more than they work. */
async function inTurns<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
}

/** Waits until the clock shows another second. */
export async function nextSecond(): Promise<void> {
  await delay(1_100);
}
