import type { Inventory, StoredPlace } from '../../../src/check/ports.ts';
import type { BuildRecord } from '../../../src/core/installed.ts';
import { renderPlatform } from '../../../src/core/platform.ts';
import { renderFamiliar, renderReference } from '../../../src/core/reference.ts';
import { createOciSource } from '../../../src/sources/oci-layout/source.ts';
import { AMD64 } from '../../helpers/makers.ts';

export type ReadOptions = {
  readonly image?: StoredPlace['image'];
  readonly transport?: 'oci' | 'oci-archive';
  readonly verify?: boolean;
  readonly cwd?: string;
  readonly stdin?: () => AsyncIterable<unknown>;
  readonly signal?: AbortSignal;
};

/** What a layout tells. */
export function readPlace(path: string, options: ReadOptions = {}): Promise<Inventory> {
  const transport = options.transport ?? 'oci';
  const place = { transport, written: `${transport}:${path}`, path, driver: null, image: options.image ?? null };
  const source = createOciSource(place, {
    cwd: options.cwd ?? '/',
    openStdin: options.stdin ?? noStdin,
    verify: options.verify ?? false,
    platform: AMD64,
  });
  return source.list({ all: false, signal: options.signal ?? new AbortController().signal, onProgress: () => undefined });
}

/** Each image in a line: names, platform, and how many digests it is known by. */
export function linesOf({ images }: Pick<Inventory, 'images'>): readonly string[] {
  return images.map(({ tags, platform, contentDigests }) => {
    const names = tags.length === 0 ? '(no name)' : tags.map(renderFamiliar).join(' ');
    return `${names} ${renderPlatform(platform)} ${contentDigests.length}`;
  });
}

/** What is recorded of an image's base: each name with the digests that are recorded with it. */
export function namesIn(build: BuildRecord | null): readonly string[] {
  return (build?.recorded?.claims ?? []).map(({ reference, digests }) =>
    [reference === null ? 'no name' : renderReference(reference), ...digests].join(' '),
  );
}

function noStdin(): never {
  throw new Error('standard input is not wanted');
}
