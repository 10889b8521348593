import type { BaseVersion, VersionDigests } from './version.ts';
import { isSameVersion } from './version.ts';

/** How a tag went from one version to another. `behind`: changes since; null where the older one was never seen under the tag. */
export type Passage = { readonly behind: number | null; readonly isRollback: boolean };

/**
 * Finds how a tag went from the version `from` to the one it names now, in what was seen of it, oldest first.
 *
 * Only changes for the one platform count. A rollback is proven by seeing the present version before `from`.
 */
export function findPassage(seen: readonly BaseVersion[], from: VersionDigests, now: VersionDigests): Passage {
  const versions = distinctInTurn([...seen, now]);
  const last = versions.findLastIndex((version) => isSameVersion(version, from));
  if (last === -1) return { behind: null, isRollback: false };
  const isRollback = versions.slice(0, last).some((version) => isSameVersion(version, now));
  return { behind: versions.length - 1 - last, isRollback };
}

function distinctInTurn(versions: readonly VersionDigests[]): readonly VersionDigests[] {
  return versions.filter((version, position) => {
    const before = versions[position - 1];
    return before === undefined || !isSameVersion(version, before);
  });
}
