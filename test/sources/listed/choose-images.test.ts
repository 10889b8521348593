import { expect, it } from 'vitest';
import { chooseImages } from '../../../src/sources/listed/choose-images.ts';
import type { ListedImage } from '../../../src/sources/listed/listed-image.ts';
import { makeDigest } from '../../helpers/makers.ts';

const step = `docker.io/library/${'a'.repeat(64)}-tmp`;

function listed(names: readonly string[], digests: readonly string[] = []): ListedImage {
  return {
    id: makeDigest(names.join()),
    names,
    digests,
    created: null,
    size: null,
    labels: new Map(),
    target: null,
    manifests: null,
    podman: { parentId: null, formerNames: [], manifestDigest: null, dangling: false },
  };
}

it('a step of a build that goes on is no image, though it has a name', () => {
  const named = listed([`${step}:latest`], [`${step}@${makeDigest('x')}`]);
  expect(chooseImages([named], 'podman', false)).toEqual([]);
  expect(chooseImages([named], 'podman', true)).toEqual([]);
});

it('an image that is a step of a build as well is listed by its own names', () => {
  const both = listed(['localhost/app:1', `${step}:latest`], [`localhost/app@${makeDigest('x')}`, `${step}@${makeDigest('x')}`]);
  expect(chooseImages([both], 'podman', false)).toMatchObject([
    { names: ['localhost/app:1'], digests: [`localhost/app@${makeDigest('x')}`] },
  ]);
});
