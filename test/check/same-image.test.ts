import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Memory } from '../../src/check/ports.ts';
import type { Digest } from '../../src/core/digest.ts';
import { makeDigest } from '../helpers/makers.ts';
import { DAY, HOUR, type NewerWorld, startNewerWorld, tell } from './newer-world.ts';

let world: NewerWorld;
beforeEach(async () => {
  world = await startNewerWorld();
});
afterEach(() => world.close());

/** What a registry once said that tags of `acme/web` name. */
const remember = (tags: Readonly<Record<string, Digest>>, ago = 0): void => {
  const memory: Memory = world.openMemory();
  for (const [tag, digest] of Object.entries(tags)) {
    const observedAt = world.clock.now - ago;
    memory.writeTag({ registry: world.registry.host, repository: 'acme/web' }, tag, { kind: 'found', digest, mediaType: null, observedAt });
  }
  memory.close();
};

describe('the most specific tag of an image', () => {
  it('is known from remembered answers of any age without a request', async () => {
    const web = world.publish('acme/web', ['1.27', '1.27.5', '1.27.4', 'latest']);
    remember({ '1.27.5': web, '1.27.4': makeDigest('before') }, 30 * DAY);
    const images = [world.pulled(web, 'acme/web:1.27'), world.pulled(web, 'acme/web:latest')];
    const answers = await world.newer({ images });
    expect(answers['acme/web:1.27']?.sibling).toBe('1.27.5');
    expect(answers['acme/web:latest']?.sibling).toBe('1.27.5');
    expect(world.asked().heads).toEqual(['acme/web:1.27', 'acme/web:latest']);
  });

  it('is known from the other tags of the image that is here', async () => {
    const web = world.publish('acme/web', ['1.27', '1.27.5']);
    const answers = await world.newer({ images: [world.pulled(web, 'acme/web:1.27', 'acme/web:1.27.5', 'acme/api:1.27.6')] });
    expect(answers['acme/web:1.27']?.sibling).toBe('1.27.5');
    expect(answers['acme/web:1.27.5']?.sibling).toBeNull();
  });

  it('is none that names another image, or is of another repository', async () => {
    const web = world.publish('acme/web', ['1.27', '1.27.5']);
    remember({ '1.27.5': makeDigest('another') });
    expect((await world.newer({ images: [world.pulled(web, 'acme/web:1.27')] }))['acme/web:1.27']?.sibling).toBeNull();
  });

  it('is asked for by one HEAD where everything about an image is wanted, and then known everywhere', async () => {
    const web = world.publish('acme/web', ['1.27', '1.27.3', '1.27.4', '1.27.5']);
    const images = [world.pulled(web, 'acme/web:1.27')];
    expect((await world.newer({ images }))['acme/web:1.27']?.sibling).toBeNull();
    world.asked();
    expect((await world.newer({ images, resolves: true }))['acme/web:1.27']?.sibling).toBe('1.27.5');
    expect(world.asked()).toEqual({ lists: [], heads: ['acme/web:1.27.5'] });
    expect((await world.newer({ images }))['acme/web:1.27']?.sibling).toBe('1.27.5');
    expect((await world.newer({ images, resolves: true }))['acme/web:1.27']?.sibling).toBe('1.27.5');
    expect(world.asked()).toEqual({ lists: [], heads: [] });
  });

  it('costs nothing for latest, whose tags are not listed', async () => {
    const web = world.publish('acme/web', ['latest', '1.27']);
    const answers = await world.newer({ images: [world.pulled(web, 'acme/web:latest')], resolves: true });
    expect(answers['acme/web:latest']).toMatchObject({ verdict: { kind: 'untracked' }, sibling: null });
    expect(world.asked()).toEqual({ lists: [], heads: ['acme/web:latest'] });
  });

  it('is not sought for what was built here', async () => {
    const local = { ...world.pulled(makeDigest('x'), 'acme/web:1.27', 'acme/web:1.27.5'), repoDigests: [] };
    expect((await world.newer({ images: [local], resolves: true }))['acme/web:1.27']?.sibling).toBeNull();
    expect(world.asked()).toEqual({ lists: [], heads: [] });
  });
});

describe('what is pinned by tag and digest', () => {
  it('has the digest of each new tag asked for, once, and nothing more', async () => {
    const old = world.publish('acme/web', ['1.27', '1.27-x'], 'old');
    const line = world.publish('acme/web', ['1.29'], 'line');
    const newest = world.publish('acme/web', ['2.1'], 'newest');
    const name = `acme/web:1.27@${old}`;
    const answer = (await world.newer({ files: [name] }))[name];
    expect(answer?.verdict).toMatchObject({ line: { tag: '1.29', digest: line }, newest: { tag: '2.1', digest: newest } });
    expect(world.asked()).toEqual({ lists: ['acme/web'], heads: ['acme/web:1.27', 'acme/web:1.29', 'acme/web:2.1'] });
    expect((await world.newer({ files: [name, 'acme/web:1.27'] }))[name]?.verdict).toEqual(answer?.verdict);
    expect(world.asked()).toEqual({ lists: [], heads: [] });
  });

  it('has none asked for of a newer variant, which no change is advised to', async () => {
    const web = world.publish('acme/web', ['1.27-alpine3.19', '1.28-alpine3.19', '1.29-alpine3.20']);
    const name = `acme/web:1.27-alpine3.19@${web}`;
    expect((await world.newer({ files: [name] }))[name]?.variant).toEqual({ tag: '1.29-alpine3.20', level: 'minor', digest: null });
    expect(world.asked().heads).toEqual(['acme/web:1.27-alpine3.19', 'acme/web:1.28-alpine3.19']);
  });

  it('that is not pinned has none asked for', async () => {
    world.publish('acme/web', ['1.27', '1.29']);
    const answer = (await world.newer({ files: ['acme/web:1.27'] }))['acme/web:1.27'];
    expect(answer?.verdict).toMatchObject({ line: { tag: '1.29', digest: null } });
    expect(world.asked().heads).toEqual(['acme/web:1.27']);
  });

  it('is told both that its tag was rebuilt and what is newer', async () => {
    const old = makeDigest('an older build');
    const now = world.publish('acme/web', ['1.27'], 'now');
    world.publish('acme/web', ['1.29'], 'line');
    const [image] = (await world.check({ files: [`acme/web:1.27@${old}`] })).images;
    expect(image?.tag.verdict).toMatchObject({ kind: 'rebuilt', candidate: now });
    expect(tell(image?.newer)).toBe('1.29 (minor)');
  });

  it('has no digest told that was true long ago, where the registry does not say what is true now', async () => {
    await world.close();
    world = await startNewerWorld({
      intercept: ({ method, path }) =>
        method === 'HEAD' && path.endsWith('/1.29')
          ? { kind: 'answer', answer: { status: 403, headers: {}, body: new Uint8Array() } }
          : null,
    });
    const old = world.publish('acme/web', ['1.27', '1.29']);
    remember({ '1.29': makeDigest('what it was in spring') }, 30 * DAY);
    const name = `acme/web:1.27@${old}`;
    expect((await world.newer({ files: [name] }))[name]?.verdict).toMatchObject({ line: { tag: '1.29', digest: null } });
  });
});

describe('the digest of a newer version', () => {
  it('is told where it is known from an answer that is still trusted, and not where that is too old', async () => {
    const web = world.publish('acme/web', ['1.27', '1.29']);
    remember({ '1.29': web });
    const images = [world.pulled(web, 'acme/web:1.27')];
    expect((await world.newer({ images }))['acme/web:1.27']?.verdict).toMatchObject({ line: { digest: web } });
    world.clock.now += HOUR;
    expect((await world.newer({ images }))['acme/web:1.27']?.verdict).toMatchObject({ line: { digest: null } });
    expect((await world.newer({ images, offline: true }))['acme/web:1.27']?.verdict, 'offline').toMatchObject({ line: { digest: web } });
  });

  it('is told where the newer version is here, too, even when all is asked anew', async () => {
    const web = world.publish('acme/web', ['1.27']);
    const newer = world.publish('acme/web', ['1.29'], 'newer');
    const images = [world.pulled(web, 'acme/web:1.27'), world.pulled(newer, 'acme/web:1.29')];
    expect((await world.newer({ images, maxAgeMs: 0 }))['acme/web:1.27']?.verdict).toMatchObject({ line: { digest: newer } });
    expect(world.asked().heads).toEqual(['acme/web:1.27', 'acme/web:1.29']);
  });
});

describe('a version that latest does not name yet', () => {
  const setUp = () => {
    const before = world.publish('acme/web', ['1.27'], 'before');
    const web = world.publish('acme/web', ['latest', '1.28']);
    world.publish('acme/web', ['1.29'], 'newer');
    const images = [world.pulled(before, 'acme/web:1.27'), world.pulled(web, 'acme/web:latest'), world.pulled(web, 'acme/web:1.28')];
    return { images };
  };

  it('is said to be newer than what latest names, where both are known', async () => {
    const { images } = setUp();
    const answers = await world.newer({ images });
    expect(answers['acme/web:1.27']?.notes).toEqual(['1.29 is newer than what latest names (1.28)']);
  });

  it('is not, where latest was last asked for long ago, as it may have moved since', async () => {
    const { images } = setUp();
    await world.newer({ images });
    world.clock.now += 2 * HOUR;
    const answers = await world.newer({ images: images.slice(0, 1) });
    expect(tell(answers['acme/web:1.27'])).toBe('1.29 (minor)');
    expect(answers['acme/web:1.27']?.notes).toEqual([]);
  });

  it('is not, where latest names that very version', async () => {
    const web = world.publish('acme/web', ['1.27']);
    const newer = world.publish('acme/web', ['1.29', 'latest', '1.28'], 'newer');
    const images = [world.pulled(web, 'acme/web:1.27'), world.pulled(newer, 'acme/web:latest')];
    expect((await world.newer({ images, resolves: true }))['acme/web:1.27']?.notes).toEqual([]);
  });

  it('is not, where what latest names was once seen as that version', async () => {
    const before = world.publish('acme/web', ['1.27'], 'before');
    const web = world.publish('acme/web', ['1.28', '1.29', 'latest']);
    remember({ '1.28': web, '1.29': web }, 30 * DAY);
    remember({ latest: web });
    const answers = await world.newer({ images: [world.pulled(before, 'acme/web:1.27')] });
    expect(answers['acme/web:1.27']?.notes).toEqual([]);
  });

  it('is found out by a HEAD where everything about an image is wanted', async () => {
    const before = world.publish('acme/web', ['1.27'], 'before');
    const web = world.publish('acme/web', ['1.28', 'latest']);
    world.publish('acme/web', ['1.29'], 'newer');
    remember({ '1.28': web }, 30 * DAY);
    const answers = await world.newer({ images: [world.pulled(before, 'acme/web:1.27')], resolves: true });
    expect(answers['acme/web:1.27']?.notes).toEqual(['1.29 is newer than what latest names (1.28)']);
    expect(world.asked().heads).toEqual(['acme/web:1.27', 'acme/web:1.29', 'acme/web:latest']);
  });
});
