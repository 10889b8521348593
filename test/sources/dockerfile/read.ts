import type { FileReference } from '../../../src/core/file-reference.ts';
import { parsePlatform, type Platform, renderPlatform } from '../../../src/core/platform.ts';
import { renderReference } from '../../../src/core/reference.ts';
import { type DockerfileContents, type DockerfileOptions, parseDockerfile } from '../../../src/sources/dockerfile/parse-dockerfile.ts';

export function platform(text: string): Platform {
  const result = parsePlatform(text);
  if (!result.ok) throw new Error(result.message);
  return result.value;
}

/** Reads a Dockerfile on linux/amd64 for linux/arm64, with what is told besides. */
export function read(text: string, options: Partial<DockerfileOptions> = {}): DockerfileContents {
  return parseDockerfile(text, {
    path: 'Dockerfile',
    buildArgs: new Map(),
    target: null,
    platforms: { build: platform('linux/amd64'), target: platform('linux/arm64') },
    contexts: new Map(),
    at: (place) => place,
    ...options,
  });
}

/** `docker.io/library/node:20`, or why it is none. */
export function nameOf({ reference }: FileReference): string {
  return reference.ok ? renderReference(reference.value) : reference.message;
}

export function namesIn(text: string, options: Partial<DockerfileOptions> = {}): readonly string[] {
  return read(text, options).references.map(nameOf);
}

/** `3:6-3:13 node:20 -> docker.io/library/node:20 (linux/amd64)`. */
export function describeReference(reference: FileReference): string {
  const { line, column, endLine, endColumn } = reference.place;
  const on = reference.platform === null ? '' : ` (${renderPlatform(reference.platform)})`;
  const arrow = reference.kind === 'dockerfile-frontend' ? '=>' : '->';
  return `${line}:${column}-${endLine}:${endColumn} ${reference.written} ${arrow} ${nameOf(reference)}${on}`;
}

export function problemsIn(text: string, options: Partial<DockerfileOptions> = {}): readonly string[] {
  return read(text, options).problems.map(({ kind, line, column, message }) => `${kind} ${line}:${column} ${message}`);
}

export function baseIn(text: string, options: Partial<DockerfileOptions> = {}): string {
  const { base } = read(text, options);
  switch (base.kind) {
    case 'reference':
      return nameOf(base.reference);
    case 'scratch':
      return `scratch at ${base.place.line}:${base.place.column}`;
    case 'untold':
      return `untold: ${base.message}`;
  }
}
