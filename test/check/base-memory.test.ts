import { describe, expect, it } from 'vitest';
import { createBaseMemory } from '../../src/check/base-memory.ts';
import type { BaseVersion } from '../../src/core/base/version.ts';
import { createNullMemory } from '../../src/store/open-memory.ts';
import { makeDigest } from '../helpers/makers.ts';

const NODE = { registry: 'docker.io', repository: 'library/node' } as const;
const LAYERS = ['root', 'node', 'app'].map(makeDigest);

function makeVersion(layers: readonly string[], parts: Partial<BaseVersion> = {}): BaseVersion {
  const word = layers.join(' ');
  return {
    repository: NODE,
    tag: '20',
    platform: 'linux/amd64',
    topDigest: makeDigest(`index ${word}`),
    manifestDigest: makeDigest(`manifest ${word}`),
    configDigest: makeDigest(`config ${word}`),
    contents: { diffIds: layers.map(makeDigest), history: null, created: null, settings: null },
    firstSeen: 1_000,
    lastSeen: 1_000,
    ...parts,
  };
}

const ROOT = makeVersion(['root'], { repository: { registry: 'docker.io', repository: 'library/debian' } });
const BASE = makeVersion(['root', 'node']);

/** A memory that notes what it is asked for and told. */
function makeMemory(...versions: readonly BaseVersion[]) {
  const memory = createNullMemory(() => 2_000);
  for (const version of versions) memory.writeBase(version);
  const calls: string[] = [];
  return {
    calls,
    bases: createBaseMemory({
      findBases: (keys) => {
        calls.push('find');
        return memory.findBases(keys);
      },
      readBases: (repository, tag, platform) => {
        calls.push(`read ${tag ?? ''}`);
        return memory.readBases(repository, tag, platform);
      },
      writeBase: (version) => {
        calls.push(`write ${version.lastSeen}`);
        memory.writeBase(version);
      },
    }),
  };
}

describe('the bases of many images', () => {
  it('are looked up at once, and found by their layers, the lowest first', () => {
    const { bases, calls } = makeMemory(BASE, ROOT, makeVersion(['other', 'node']), makeVersion(['root', 'node', 'app', 'more']));
    bases.lookUp([LAYERS, LAYERS.slice(0, 1), [makeDigest('unknown')]]);
    expect(calls).toEqual(['find']);
    expect(bases.below(LAYERS, 'linux/amd64')).toEqual([ROOT, BASE]);
    expect(bases.below(LAYERS.slice(0, 1), 'linux/amd64')).toEqual([ROOT]);
    expect(bases.below([makeDigest('unknown')], 'linux/amd64')).toEqual([]);
    expect(bases.below(LAYERS, 'linux/arm64')).toEqual([]);
    expect(calls).toEqual(['find']);
  });

  it('are found when they are looked up the next time, so that no answer depends on which image came first', () => {
    const { bases } = makeMemory();
    bases.lookUp([LAYERS]);
    expect(bases.below(LAYERS, 'linux/amd64')).toEqual([]);
    bases.writeBase(BASE);
    bases.writeBase(BASE);
    expect(bases.below(LAYERS, 'linux/amd64')).toEqual([]);
    bases.lookUp([LAYERS]);
    expect(bases.below(LAYERS, 'linux/amd64')).toEqual([BASE]);
  });
});

describe('a tag that serves as a base', () => {
  it('is read once however many images stand on it, and again when it moved', () => {
    const { bases, calls } = makeMemory(BASE);
    const node = { ...NODE, tag: '20' };
    for (let image = 0; image < 50; image += 1) bases.seen(node, 'linux/amd64');
    expect(calls).toEqual(['read 20']);
    const moved = makeVersion(['root', 'newer node'], { firstSeen: 2_000, lastSeen: 2_000 });
    bases.writeBase(moved);
    expect(bases.seen(node, 'linux/amd64')).toEqual([BASE, moved]);
    expect(bases.seen({ ...NODE, tag: '22' }, 'linux/amd64')).toEqual([]);
  });

  it('is written once for one time at which it was seen', () => {
    const { bases, calls } = makeMemory();
    const seen = (lastSeen: number): void => bases.writeBase({ ...BASE, lastSeen });
    for (const time of [1_000, 1_000, 1_500, 1_200, 1_500]) seen(time);
    expect(calls).toEqual(['read 20', 'write 1000', 'write 1500']);
  });

  it('is written again with what was not known of it', () => {
    const { bases, calls } = makeMemory();
    bases.writeBase(BASE);
    bases.writeBase({ ...BASE, contents: { ...BASE.contents, settings: new Map([['User', '"node"']]) } });
    expect(calls).toEqual(['read 20', 'write 1000', 'write 1000']);
    expect(bases.seen({ ...NODE, tag: '20' }, 'linux/amd64')).toHaveLength(1);
  });
});

describe('what a run learns', () => {
  it('is news where no version of the tag with these layers was remembered before', () => {
    const { bases } = makeMemory(ROOT);
    bases.writeBase({ ...ROOT, lastSeen: 1_500 });
    expect(bases.isNewsBelow(LAYERS, 'linux/amd64')).toBe(false);
    bases.writeBase({ ...BASE, tag: null });
    expect(bases.isNewsBelow(LAYERS, 'linux/amd64')).toBe(false);
    bases.writeBase(BASE);
    bases.writeBase({ ...BASE, lastSeen: 1_500 });
    expect(bases.isNewsBelow(LAYERS, 'linux/amd64')).toBe(true);
    expect(bases.isNewsBelow(LAYERS.slice(0, 1), 'linux/amd64')).toBe(false);
    expect(bases.isNewsBelow(LAYERS, 'linux/arm64')).toBe(false);
  });
});
