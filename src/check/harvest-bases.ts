import { fitBase, type KnownBase } from '../core/base/known-base.ts';
import type { BaseVersion, VersionDigests } from '../core/base/version.ts';
import type { ImageContents } from '../core/image-contents.ts';
import type { BaseMemory } from './base-memory.ts';

type HarvestPorts = { readonly bases: BaseMemory; readonly now: () => number };

type Harvest = {
  readonly here: readonly KnownBase[];
  readonly remembered: readonly BaseVersion[];
  readonly contents: ImageContents;
  readonly platform: string;
};

/**
 * Keeps what this machine still knows of bases, as an image that a moved tag left behind is the first to be cleaned away.
 *
 * It is not known when a registry named them so; they join the versions of a tag only where that has none yet, or where the name is only this machine's. Digests
 * of what only this machine has are no registry's and are left out, by which it is known again for local.
 */
export function harvestBases({ here, remembered, contents, platform }: Harvest, { bases, now }: HarvestPorts): void {
  for (const base of here) {
    if (fitBase(contents, base.contents) === null) continue;
    const seenAt = now();
    const version = {
      platform,
      firstSeen: seenAt,
      lastSeen: seenAt,
      ...digestsOf(base),
      contents: base.contents,
    };
    const names = base.references.filter((reference) => base.isLocal || bases.seen(reference, version.platform).length === 0);
    for (const { registry, repository, tag } of names) bases.writeBase({ ...version, repository: { registry, repository }, tag });
    const [repository] = base.repositories;
    const isKept = remembered.some((each) => each.topDigest !== null && each.topDigest === base.topDigest);
    if (names.length === 0 && repository !== undefined && !isKept) bases.writeBase({ ...version, repository, tag: null });
  }
}

function digestsOf({ isLocal, topDigest, manifestDigest, configDigest }: KnownBase): VersionDigests {
  return isLocal ? { topDigest: null, manifestDigest: null, configDigest } : { topDigest, manifestDigest, configDigest };
}
