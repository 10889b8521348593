import { describe, expect, it } from 'vitest';
import { parseImageId } from '../../../src/sources/kubernetes/running-image.ts';

const HEX = '3f2a9c0b7d1e'.padEnd(64, '0');
const DIGEST = `sha256:${HEX}`;

describe('an imageID', () => {
  it.each([
    ['containerd, a pulled image', `docker.io/library/nginx@${DIGEST}`, 'docker.io', 'library/nginx'],
    ['containerd, from a registry with a port', `registry.example:5000/acme/app@${DIGEST}`, 'registry.example:5000', 'acme/app'],
    ['containerd, an image loaded by ctr', `docker.io/library/import-2026-11-02@${DIGEST}`, 'docker.io', 'library/import-2026-11-02'],
    ['CRI-O, pulled by tag and digest', `quay.io/acme/app:1@${DIGEST}`, 'quay.io', 'acme/app'],
    ['dockershim, an official image', `docker-pullable://nginx@${DIGEST}`, 'docker.io', 'library/nginx'],
    ['dockershim, an image of a user', `docker-pullable://acme/app@${DIGEST}`, 'docker.io', 'acme/app'],
    ['cri-dockerd, another registry', `docker-pullable://ghcr.io/acme/app@${DIGEST}`, 'ghcr.io', 'acme/app'],
  ])('of %s is a digest in a repository', (_, text, registry, repository) => {
    expect(parseImageId(text)).toEqual({ ok: true, value: { by: 'digest', registry, repository, digest: DIGEST } });
  });

  it.each([
    ['containerd, an image without a repository', DIGEST],
    ['dockershim, an image that was built there', `docker://${DIGEST}`],
    ['CRI-O before it told repositories', HEX],
  ])('of %s is the digest of a config', (_, text) => {
    expect(parseImageId(text)).toEqual({ ok: true, value: { by: 'config', digest: DIGEST } });
  });

  it('of an image that is being pulled is none', () => {
    expect(parseImageId('')).toEqual({ ok: true, value: null });
  });

  it.each([
    'nginx',
    'nginx:1.27',
    'sha256:abc',
    `md5:${HEX}`,
    `docker://${HEX.slice(1)}`,
    `cri-o://${DIGEST}`,
    'a b',
    '\u001b[2J',
    'x'.repeat(10_000),
  ])('%j is said not to be understood, whatever is in it', (text) => {
    const result = parseImageId(text);
    expect(result).toMatchObject({
      ok: false,
      message: expect.stringMatching(/^imageID "[^\u001b]{1,100}" is not understood: expected a digest, /),
    });
  });
});
