import { describe, expect, it } from 'vitest';
import { createLocalBases } from '../../src/check/local-bases.ts';
import type { InstalledImage } from '../../src/core/installed.ts';
import { makeDigest, makeImage, makePlatform, makeReference } from '../helpers/makers.ts';

const make = (name: string, layers: readonly string[], parts: Partial<InstalledImage> = {}): InstalledImage =>
  makeImage({
    imageId: makeDigest(name),
    configDigest: makeDigest(name),
    diffIds: layers.map(makeDigest),
    tags: [makeReference(name)],
    repoDigests: [],
    ...parts,
  });

const namesBelow = async (image: InstalledImage, images: readonly InstalledImage[]): Promise<readonly string[]> => {
  const local = createLocalBases({ images, isTogether: () => true, readBuild: () => Promise.resolve(null) });
  return (await local.below(image)).flatMap(({ references }) => references.map(({ repository }) => repository.replace('library/', '')));
};

describe('the images below another', () => {
  const app = make('app', ['root', 'node', 'app']);

  it('are those with its lowest layers for its platform, the lowest first', async () => {
    const others = [
      make('node', ['root', 'node']),
      make('root', ['root']),
      make('other', ['root', 'other']),
      make('above', ['root', 'node', 'app', 'more']),
      make('arm', ['root'], { platform: makePlatform('linux/arm64') }),
    ];
    expect(await namesBelow(app, [app, ...others])).toEqual(['root', 'node']);
  });

  it('are the highest of them where they are many, and no more than those are looked at', async () => {
    let looked = 0;
    const twins = Array.from({ length: 1_000 }, (_, number) => {
      const twin = make(`twin-${number}`, ['root', 'node']);
      return Object.defineProperty({ ...twin }, 'platform', {
        get: () => {
          looked += 1;
          return twin.platform;
        },
      });
    });
    const names = await namesBelow(app, [make('root', ['root']), ...twins, app]);
    expect(names).toEqual(Array.from({ length: 32 }, (_, number) => `twin-${number + 968}`));
    expect(looked).toBeLessThan(100);
  });
});
