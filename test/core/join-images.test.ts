import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InstalledImage, Origin } from '../../src/core/installed.ts';
import { isSameImage, joinImages } from '../../src/core/join-images.ts';
import { knownDigests, planTagCheck } from '../../src/core/tag-check.ts';
import { AMD64, makeDigest, makeImage, makeReference } from '../helpers/makers.ts';

const NGINX = makeReference('nginx:1.27');
const pulled = makeImage();
const loaded = makeImage({ repoDigests: [] });
const carried = makeImage({
  repoDigests: [],
  contentDigests: [makeDigest('manifest of the archive')],
  fingerprint: 'f',
  origin: { kind: 'carried' },
});
const inContainerd = makeImage({
  imageId: makeDigest('index'),
  configDigest: null,
  contentDigests: [makeDigest('index'), makeDigest('manifest')],
  origin: { kind: 'identity', pulledFrom: [{ registry: 'docker.io', repository: 'library/nginx' }], built: false },
});

const makeIdOnly = (imageId: string): InstalledImage => makeImage({ imageId, configDigest: null, repoDigests: [] });

const ofWindows = (osVersion: string) => ({ ...inContainerd, platform: { ...AMD64, os: 'windows', osVersion } });

describe('two places hold one image', () => {
  it.each<[string, InstalledImage, InstalledImage, boolean]>([
    ['whose config is the same', pulled, carried, true],
    ['whose configs differ', pulled, makeImage({ imageId: 'other', configDigest: makeDigest('other') }), false],
    ['that differs in config, though both were pulled by one digest', pulled, makeImage({ configDigest: makeDigest('arm') }), false],
    ['that one knows by its config and both by what it was pulled by', pulled, inContainerd, true],
    ['of which they know nothing in common', loaded, inContainerd, false],
    ['that is for two builds of Windows', ofWindows('10.0.20348.1'), ofWindows('10.0.17763.1'), false],
    ['that the containerd store has twice', inContainerd, { ...inContainerd, repoDigests: [] }, true],
    ['of which both tell the id alone', makeIdOnly('one'), makeIdOnly('one'), true],
    ['of which both tell the id alone, and it differs', makeIdOnly('one'), makeIdOnly('other'), false],
  ])('%s', (_, a, b, same) => {
    expect(isSameImage(a, b)).toBe(same);
    expect(isSameImage(b, a)).toBe(same);
  });
});

describe('what several places tell of one image', () => {
  it('is asked about when one of them had it from its registry', () => {
    const joined = joinImages([loaded, pulled], NGINX);
    expect(planTagCheck(loaded, NGINX).kind).toBe('settled');
    expect(planTagCheck(joined, NGINX).kind).toBe('ask');
    expect(joined.origin).toEqual({ kind: 'repo-digests' });
  });

  it('is proven by the place that proves most', () => {
    expect(joinImages([carried, pulled], NGINX).origin.kind).toBe('repo-digests');
    expect(joinImages([carried, loaded], NGINX).origin.kind).toBe('repo-digests');
    const order = (['carried', 'unrecorded', 'podman', 'repo-digests'] as const).map((kind) => makeImage({ origin: { kind } }));
    for (const [at, proving] of order.entries()) {
      for (const lesser of order.slice(0, at)) expect(joinImages([lesser, proving], NGINX).origin).toEqual(proving.origin);
    }
  });

  it('is local where an engine proves that, though an archive cannot tell', () => {
    expect(planTagCheck(joinImages([carried, loaded], NGINX), NGINX).kind).toBe('settled');
    const told = { ...carried, repoDigests: pulled.repoDigests };
    expect(planTagCheck(joinImages([told, loaded], NGINX), NGINX).kind).toBe('ask');
    expect(planTagCheck(joinImages([loaded, { ...loaded, origin: { kind: 'podman' } }], NGINX), NGINX).kind).toBe('ask');
  });

  it('does not take the digests of an archive for those of a registry', () => {
    expect([...knownDigests(joinImages([pulled, carried], NGINX), NGINX)]).toEqual([makeDigest('index')]);
  });

  it('is told with all that any of them knows', () => {
    const dull = makeImage({ size: null, created: null, diffIds: null, labels: new Map(), tags: [NGINX] });
    const rich = makeImage({ labels: new Map([['a', '1']]), tags: [makeReference('nginx:latest'), NGINX] });
    const joined = joinImages([dull, rich], NGINX);
    expect([joined.size, joined.created, joined.diffIds]).toEqual([rich.size, rich.created, rich.diffIds]);
    expect(joined.labels).toEqual(rich.labels);
    expect(joined.tags).toEqual([NGINX, makeReference('nginx:latest')]);
    expect(joined.repoDigests).toEqual(rich.repoDigests);
  });

  it('is asked about if and only if one of them has reason to, in whatever order they are', () => {
    const names = ['nginx:1.27', 'localhost/nginx:1.27'];
    const anyName = fc.constantFrom(...names, 'quay.io/acme/nginx:1');
    const digests = names.map((name) => ({ ...makeReference(name), digest: makeDigest('index') }));
    const origins: readonly Origin[] = [{ kind: 'repo-digests' }, { kind: 'podman' }];
    const anyImage = fc
      .record({ origin: fc.constantFrom(...origins), isPulled: fc.boolean() })
      .map(({ origin, isPulled }) => makeImage({ origin, repoDigests: isPulled || origin.kind === 'podman' ? digests : [] }));
    fc.assert(
      fc.property(anyImage, fc.array(anyImage, { maxLength: 3 }), anyName, (first, others, name) => {
        const reference = makeReference(name);
        const asks = (image: InstalledImage): boolean => planTagCheck(image, reference).kind === 'ask';
        expect(asks(joinImages([first, ...others], reference))).toBe([first, ...others].some(asks));
      }),
    );
  });
});
