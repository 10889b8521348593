import type { FileContents } from '../../../src/core/file-reference.ts';
import { normalizePlatform, renderPlatform } from '../../../src/core/platform.ts';
import { renderFamiliar } from '../../../src/core/reference.ts';

export const LINUX = normalizePlatform({ os: 'linux', architecture: 'amd64' });

/** What was found as lines: `path:line:column-end reference`, and `kind path:line:column message`. */
export function show<T extends FileContents>(contents: T): T & { readonly images: readonly string[]; readonly told: readonly string[] } {
  return {
    ...contents,
    images: contents.references.map(
      ({ place, reference, platform, kind }) =>
        `${place.path}:${place.line}:${place.column}-${place.endColumn} ${reference.ok ? renderFamiliar(reference.value) : reference.message}` +
        (platform === null ? '' : ` for ${renderPlatform(platform)}`) +
        (kind === 'compose' ? '' : ` (${kind})`),
    ),
    told: contents.problems.map(({ kind, path, line, column, message }) => `${kind} ${path}:${line ?? '-'}:${column ?? '-'} ${message}`),
  };
}
