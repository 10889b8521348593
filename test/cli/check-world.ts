import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ImageDocument, makeImage, makeLayer } from '../../src/demo/images.ts';
import { type EmbeddedRegistry, type RegistryOptions, startRegistry } from '../../src/demo/registry-server.ts';
import type { Ran } from '../helpers/processes.ts';
import { type CliOptions, runCli } from '../helpers/run-cli.ts';
import { makeTemporaryDirectory } from '../helpers/temp.ts';

/** A checkout, a registry, and a home that is kept from run to run. */
export type Checkout = {
  readonly registry: EmbeddedRegistry;
  readonly path: string;
  /** Writes files below the checkout; `R` in a text is the registry's host. */
  readonly write: (files: Readonly<Record<string, string>>) => Promise<void>;
  /** Runs `imgupdate` in the checkout. */
  readonly run: (args: readonly string[], options?: Omit<CliOptions, 'cwd' | 'home'>) => Promise<Ran>;
  /** The same as `check`, with what differs from run to run named: `R`, `DIGEST`. */
  readonly check: (...args: readonly string[]) => Promise<Ran>;
  readonly close: () => Promise<void>;
};

export async function startCheckout(options: RegistryOptions = {}): Promise<Checkout> {
  const [registry, checkout, home] = await Promise.all([startRegistry(options), makeTemporaryDirectory(), makeTemporaryDirectory()]);
  const run: Checkout['run'] = (args, rest = {}) => runCli(args, { ...rest, cwd: checkout.path, home: home.path });
  const normalize = (text: string): string =>
    text
      .replaceAll(registry.host, 'R')
      .replace(/\b[a-f0-9]{64}\b/g, 'DIGEST')
      .replace(/\b[a-f0-9]{12}\b/g, 'SHORT');
  return {
    registry,
    path: checkout.path,
    run,
    write: async (files) => {
      for (const [name, text] of Object.entries(files)) {
        const path = join(checkout.path, name);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, text.replaceAll('R/', `${registry.host}/`));
      }
    },
    check: async (...args) => {
      const ran = await run(['check', ...args]);
      return { ...ran, stdout: normalize(ran.stdout), stderr: normalize(ran.stderr) };
    },
    close: async () => {
      await Promise.all([registry.close(), checkout.remove(), home.remove()]);
    },
  };
}

/** An image that holds one word; another word makes another image. */
export function makeWord(word: string): ImageDocument {
  const created = '2026-11-01T08:00:00Z';
  return makeImage({ layers: [makeLayer({ files: { word }, created })], created });
}
