import { type BaseVersion, isSameVersion } from '../core/base/version.ts';
import type { Digest } from '../core/digest.ts';
import { countCommonLayers, hasSameLayers } from '../core/image-contents.ts';
import { chainIds } from '../core/layers.ts';
import { renderRepository, type Repository } from '../core/reference.ts';
import type { BaseKeys, Memory } from './ports.ts';

/** What is remembered of bases, as one run asks for it: about many images at once, and about each tag once, until something new is seen of it. */
export type BaseMemory = {
  /** Looks up what lies below any of these stacks of layers, what was seen by then included; `below` knows of no others. */
  readonly lookUp: (stacks: readonly (readonly Digest[])[]) => void;
  /** Versions whose layers are the lowest of a stack, the lowest first: as they were looked up, so that no answer depends on which image was looked at first. */
  readonly below: (diffIds: readonly Digest[], platform: string) => readonly BaseVersion[];
  /** What a tag named over time, oldest first. */
  readonly seen: (repository: Repository & { readonly tag: string | null }, platform: string) => readonly BaseVersion[];
  readonly find: (keys: BaseKeys) => readonly BaseVersion[];
  readonly writeBase: (version: BaseVersion) => void;
  /** Whether the layers of a version that its tag was seen to name in this run for the first time are the lowest of a stack. */
  readonly isNewsBelow: (diffIds: readonly Digest[], platform: string) => boolean;
};

export function createBaseMemory(memory: Pick<Memory, 'findBases' | 'readBases' | 'writeBase'>): BaseMemory {
  const byTopLayer = new Map<Digest, BaseVersion[]>();
  const newsByTopLayer = new Map<Digest, BaseVersion[]>();
  const byPlace = new Map<string, readonly BaseVersion[]>();
  const beforehand = new Map<string, readonly BaseVersion[]>();
  const written = new Map<string, number>();

  const show = (version: BaseVersion, shown: Map<Digest, BaseVersion[]>): void => {
    const top = version.contents.diffIds.at(-1);
    if (top === undefined) return;
    const alike = shown.get(top);
    if (alike === undefined) shown.set(top, [version]);
    else if (!alike.some((each) => isSame(each, version))) alike.push(version);
  };
  const seen: BaseMemory['seen'] = (repository, platform) => {
    const key = placeKey({ repository, tag: repository.tag, platform });
    const known = byPlace.get(key) ?? memory.readBases(repository, repository.tag, platform);
    byPlace.set(key, known);
    return known;
  };
  return {
    lookUp: (stacks) => {
      byTopLayer.clear();
      const wanted = new Set(stacks.flatMap(chainIds));
      for (const version of memory.findBases({ chainIds: [...wanted], historyHashes: [] })) show(version, byTopLayer);
    },
    below: (diffIds, platform) => (byTopLayer.size === 0 ? [] : findBelow(diffIds, platform, byTopLayer)),
    seen,
    find: memory.findBases,
    writeBase: (version) => {
      const { repository, tag, platform, contents } = version;
      const place = placeKey(version);
      const key = `${place} ${identify(version)}`;
      if ((written.get(key) ?? -1) >= version.lastSeen) return;
      written.set(key, version.lastSeen);
      const before = tag === null ? null : (beforehand.get(place) ?? seen({ ...repository, tag }, platform));
      if (before !== null) beforehand.set(place, before);
      byPlace.delete(place);
      memory.writeBase(version);
      if (before?.some((known) => hasSameLayers(known.contents, contents)) === false) show(version, newsByTopLayer);
    },
    isNewsBelow: (diffIds, platform) => newsByTopLayer.size > 0 && findBelow(diffIds, platform, newsByTopLayer).length > 0,
  };
}

function findBelow(
  diffIds: readonly Digest[],
  platform: string,
  byTopLayer: ReadonlyMap<Digest, readonly BaseVersion[]>,
): readonly BaseVersion[] {
  return diffIds.flatMap((diffId, position) =>
    (byTopLayer.get(diffId) ?? []).filter(
      ({ contents, platform: other }) =>
        other === platform && contents.diffIds.length === position + 1 && countCommonLayers(contents.diffIds, diffIds) === position + 1,
    ),
  );
}

/** What is the same for two of which the second tells nothing more than the first. */
function identify({ topDigest, manifestDigest, configDigest, contents: { diffIds, history, settings } }: BaseVersion): string {
  return [topDigest, manifestDigest, configDigest, history?.precision, settings === null, ...diffIds].join(' ');
}

function isSame(a: BaseVersion, b: BaseVersion): boolean {
  return placeKey(a) === placeKey(b) && a.contents === b.contents && isSameVersion(a, b);
}

function placeKey({ repository, tag, platform }: Pick<BaseVersion, 'repository' | 'tag' | 'platform'>): string {
  return `${renderRepository(repository)}:${tag ?? ''} ${platform}`;
}
