import { Readable } from 'node:stream';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { renderFamiliar } from '../../../src/core/reference.ts';
import type { FileInventory, FileOptions } from '../../../src/check/ports.ts';
import { parsePlatform, type Platform } from '../../../src/core/platform.ts';
import { createFileSource } from '../../../src/sources/files/file-source.ts';

/** Writes files below a folder; a text by its path. */
export async function writeTree(root: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

function platform(text: string): Platform {
  const found = parsePlatform(text);
  if (!found.ok) throw new Error(found.message);
  return found.value;
}

export type ReadSettings = Partial<FileOptions> & {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string | (() => AsyncIterable<unknown>);
};

/** Reads paths as a run in `cwd` does. */
export function readFiles(cwd: string, paths: readonly string[], settings: ReadSettings = {}): Promise<FileInventory> {
  const { env = {}, stdin = '', ...options } = settings;
  const source = createFileSource({ cwd, env, openStdin: typeof stdin === 'string' ? () => Readable.from([Buffer.from(stdin)]) : stdin });
  return source.read({
    paths,
    buildArgs: new Map(),
    target: null,
    platforms: { build: platform('linux/amd64'), target: platform('linux/amd64') },
    signal: new AbortController().signal,
    ...options,
  });
}

/** `path:line image` of each reference. */
export function linesOf({ references }: FileInventory): readonly string[] {
  return references.map(({ place, reference }) => {
    const image = reference.ok ? renderFamiliar(reference.value) : reference.message;
    return `${place.path}:${place.line} ${image}`;
  });
}

/** `kind path message` of each problem. */
export function problemsOf({ problems }: FileInventory): readonly string[] {
  return problems.map(({ kind, path, message }) => `${kind} ${path} ${message}`);
}

export const pod = (image: string): string => `apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: ${image}\n`;
