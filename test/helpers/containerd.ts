import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { baseEnvironment, run, runOrThrow, startService } from './processes.ts';
import { makeTemporaryDirectory } from './temp.ts';

export type RunningContainerd = {
  /** Runs `ctr` in a namespace of its own; throws when it fails. */
  readonly ctr: (...args: readonly string[]) => Promise<string>;
  /** The words of a shell that run the same `ctr`. */
  readonly shell: string;
  /** The path of a file in a directory that goes with it. */
  readonly at: (name: string) => string;
  readonly stop: () => Promise<void>;
};

/** Starts a containerd with a store of its own, and without what runs containers. */
export async function startContainerd(): Promise<RunningContainerd> {
  const directory = await makeTemporaryDirectory();
  const at = (name: string): string => join(directory.path, name);
  const address = at('containerd.sock');
  await mkdir(at('config'));
  await writeFile(
    at('config.toml'),
    `version = 2
root = "${at('root')}"
state = "${at('state')}"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]
[grpc]
address = "${address}"
[ttrpc]
address = "${address}.ttrpc"
`,
  );
  const env = { ...baseEnvironment(), HOME: directory.path };
  const flags = ['--address', address, '--namespace', 'test'];
  const service = await startService('containerd', ['--config', at('config.toml')], {
    env,
    ready: async () => (await run('ctr', [...flags, 'version'], { env })).exitCode === 0,
  });
  return {
    ctr: (...args) => runOrThrow('ctr', [...flags, ...args], { env }),
    shell: ['ctr', ...flags].join(' '),
    at,
    stop: async () => {
      await service.stop();
      await directory.remove();
    },
  };
}
