import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EmbeddedEngine, startEngine } from '../../src/demo/engine-server.ts';
import type { StoredContainer, StoredImage } from '../../src/demo/engine-documents.ts';
import type { ImageDocument } from '../../src/demo/images.ts';
import { type EmbeddedRegistry, startRegistry } from '../../src/demo/registry-server.ts';
import type { Ran } from '../helpers/processes.ts';
import { runCli } from '../helpers/run-cli.ts';
import { AFTER, BEFORE, build, builtHere, pulled } from './base-world.ts';

/** A machine of which reports are made week after week: two registries, and an engine whose images the test changes as a user would. */
export type ReportWorld = {
  readonly registry: EmbeddedRegistry;
  /** Another one, which can be made unreachable. */
  readonly other: Switched;
  /** What the engine has from now on. */
  readonly setImages: (images: readonly StoredImage[], containers?: readonly StoredContainer[]) => Promise<void>;
  /** Runs the built command at a time: `2026-11-09T07:00`, UTC; all clocks of the process stand there. Registries are asked again each time. */
  readonly at: (time: string, args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Ran>;
  /** What a process is given that runs at a time. */
  readonly environment: (time: string) => Readonly<Record<string, string>>;
  /** Makes a transcript the same from run to run. */
  readonly normalize: (text: string) => string;
  readonly close: () => Promise<void>;
};

/** Shifts the clock of a process, so that it starts at a time. */
const SHIFT = `const start = Date.parse(process.env.STARTS_AT + ':20Z') - Date.now();
const Real = Date;
globalThis.Date = class extends Real {
  constructor(...parts) {
    if (parts.length === 0) super(Real.now() + start);
    else super(...parts);
  }
  static now() {
    return Real.now() + start;
  }
};
`;

export async function startReportWorld(home: string): Promise<ReportWorld> {
  // reports are sorted by what stands in them, ports included
  const started = await Promise.all([startSwitchedRegistry(), startSwitchedRegistry()]);
  const [registry, other] = started.toSorted((a, b) => (a.host < b.host ? -1 : 1)) as [Switched, Switched];
  let engine: EmbeddedEngine = await startEngine({ images: [] });
  const hook = join(home, 'clock.mjs');
  await writeFile(hook, SHIFT);
  const environment = (time: string): Record<string, string> => ({
    DOCKER_HOST: engine.host,
    NODE_OPTIONS: `--import=${hook}`,
    STARTS_AT: time,
  });
  return {
    registry,
    other,
    setImages: async (images, containers = []) => {
      await engine.close();
      engine = await startEngine({ images, containers });
    },
    at: (time, args, env = {}) => runCli(args, { home, env: { ...environment(time), ...env } }),
    environment,
    normalize: (text) =>
      text
        .replaceAll(registry.host, 'registry.example')
        .replaceAll(other.host, 'other.example')
        .replaceAll(engine.host, 'unix:///var/run/docker.sock')
        // which of the two a connection ends with that is dropped, and how often it is tried, the moment decides
        .replaceAll(/other\.example [^()]*\((?:UND_ERR_SOCKET|ECONNRESET)\)/g, 'other.example cannot be reached')
        .replaceAll(/\d+ requests/g, 'N requests')
        .replaceAll(/\b[a-f0-9]{64}\b/g, 'DIGEST')
        .replaceAll(/\b[a-f0-9]{12}\b/g, 'SHORTDIGEST'),
    close: async () => {
      await Promise.all([registry.close(), other.close(), engine.close()]);
    },
  };
}

type Switched = EmbeddedRegistry & { readonly setReachable: (isReachable: boolean) => void };

async function startSwitchedRegistry(): Promise<Switched> {
  let isReachable = true;
  const registry = await startRegistry({
    auth: { kind: 'token', users: [], service: 'test' },
    intercept: () => (isReachable ? null : { kind: 'reset' }),
  });
  return { ...registry, setReachable: (value) => (isReachable = value) };
}

/** An image of one layer, whose word makes it another one. */
export function word(text: string, at: string = BEFORE): ImageDocument {
  return build([`RUN echo ${text}`], { at });
}

/** A base, what it becomes, and images that are built on it, one on the other. */
export const OS = build(['ADD rootfs /', 'RUN install tools', 'CMD ["sh"]'], { at: BEFORE });
export const NEWER_OS = build(['ADD rootfs /', 'RUN install newer tools', 'CMD ["sh"]'], { at: AFTER });

export function onTop(base: ImageDocument, step: string, at: string): ImageDocument {
  return build([`COPY ${step} /srv`], { from: base, at });
}

export { builtHere, pulled };
