import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDockerPurl, parseDockerPurl } from '../../../src/core/base/purl.ts';
import { renderPlatform } from '../../../src/core/platform.ts';
import { renderReference } from '../../../src/core/reference.ts';

const HEX = 'ab'.repeat(32);

function read(text: string): string {
  const material = parseDockerPurl(text);
  if (!material.ok) return `refused: ${material.message}`;
  if (material.value === null) return 'no image';
  const { reference, platform, digest } = material.value;
  return [renderReference(reference), platform === null ? '-' : renderPlatform(platform), digest ?? '-'].join(' ');
}

describe('a package URL of an image', () => {
  it.each([
    ['pkg:docker/node@20-slim?platform=linux%2Famd64', 'docker.io/library/node:20-slim linux/amd64 -'],
    ['pkg:docker/grafana/grafana@11.2.0', 'docker.io/grafana/grafana:11.2.0 - -'],
    ['pkg:docker/ghcr.io/acme/api@2.1?platform=linux%2Farm%2Fv7', 'ghcr.io/acme/api:2.1 linux/arm/v7 -'],
    ['pkg:docker/localhost:5000/acme/api@2.1', 'localhost:5000/acme/api:2.1 - -'],
    ['pkg:docker/localhost%3A5000/acme/api@2.1', 'localhost:5000/acme/api:2.1 - -'],
    ['pkg:docker/10.0.0.1:5000/api', '10.0.0.1:5000/api:latest - -'],
    [
      `pkg:docker/alpine@3.20?digest=sha256:${HEX}&platform=linux%2Famd64`,
      `docker.io/library/alpine:3.20@sha256:${HEX} linux/amd64 sha256:${HEX}`,
    ],
    [`pkg:docker/alpine?digest=sha256%3A${HEX}`, `docker.io/library/alpine@sha256:${HEX} - sha256:${HEX}`],
    [`pkg:docker/alpine@sha256:${HEX}`, `docker.io/library/alpine@sha256:${HEX} - sha256:${HEX}`],
    [`pkg:docker/alpine@sha256%3A${HEX}?digest=sha256:${HEX}`, `docker.io/library/alpine@sha256:${HEX} - sha256:${HEX}`],
    ['pkg:docker/smartentry/debian@12?repository_url=gcr.io', 'gcr.io/smartentry/debian:12 - -'],
    ['pkg:docker/node@20#some/path', 'docker.io/library/node:20 - -'],
    ['pkg:docker/node@20?ref_type=image', 'docker.io/library/node:20 - -'],
    ['pkg:docker/node@20?platform=nonsense', 'docker.io/library/node:20 - -'],
    ['PKG:Docker/node@20', 'docker.io/library/node:20 - -'],
    ['pkg://docker/node@20', 'docker.io/library/node:20 - -'],
    ['pkg:docker/node', 'docker.io/library/node:latest - -'],
  ])('%s is %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    'pkg:docker/alpine@3.20?ref_type=blob',
    'pkg:docker/alpine@3.20?platform=linux%2Famd64&ref_type=bundle',
    `pkg:oci/debian@sha256:${HEX}?repository_url=docker.io/library/debian`,
    'pkg:npm/left-pad@1.0.0',
    'https://github.com/acme/api.git#main',
    'docker-image://alpine:3.20',
    '',
  ])('%j names no image', (text) => {
    expect(read(text)).toBe('no image');
  });

  it.each([
    ['pkg:docker/', 'without empty parts'],
    ['pkg:docker/acme//api', 'without empty parts'],
    ['pkg:docker/%zz/api', 'percent-encoded'],
    ['pkg:docker/api@%E0%A4%A', 'percent-encoded'],
    ['pkg:docker/api?digest=%', 'percent-encoded'],
    ['pkg:docker/acme%2Fapi', 'without empty parts'],
    ['pkg:docker/api%3A2@1', 'without tag or digest'],
    ['pkg:docker/api%40sha256', 'invalid'],
    [`pkg:docker/api%40sha256%3A${HEX}`, 'without tag or digest'],
    [`pkg:docker/api@1%40sha256%3A${HEX}`, 'a tag or a digest as its version'],
    ['pkg:docker/../etc/passwd', 'registry ".."'],
    ['pkg:docker/acme/../api', 'component ".."'],
    ['pkg:docker/acme/%2E%2E/api', 'component ".."'],
    ['pkg:docker/acme/API', 'must be lowercase'],
    ['pkg:docker/acme/a%00b', 'is not lowercase'],
    ['pkg:docker/api@%1b[2J', 'is not 1 to 128'],
    ['pkg:docker/api@-1', 'is not 1 to 128'],
    ['pkg:docker/api?digest=sha256:abc', 'expected a sha256 or sha512 digest'],
    [`pkg:docker/api?digest=md5:${'a'.repeat(32)}`, 'expected a sha256 or sha512 digest'],
    [`pkg:docker/api@sha256:${HEX}?digest=sha256:${'cd'.repeat(32)}`, 'differ'],
    ['pkg:docker/api?repository_url=https://evil.example', 'registry'],
    ['pkg:docker/localhost:99999/api', 'port'],
  ])('%j is refused', (text, why) => {
    const result = read(text);
    expect(result).toMatch(/^refused: /);
    expect(result).toContain(why);
    expect(result).not.toMatch(/[\u{0}-\u{1f}]/u);
    expect(result.length).toBeLessThan(700);
  });

  it('is refused when it is longer than any name', () => {
    const result = read(`pkg:docker/${'a'.repeat(5000)}`);
    expect(result).toMatch(/^refused: .* expected at most 4096 characters, got 5011$/);
    expect(result.length).toBeLessThan(400);
  });

  it('is read without failing, whatever it is, and gives names that are well formed', () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom('%2F', '%40', '..', '@', ':', '/', '?', '#', '&', '=', '%00', 'docker', 'localhost:5000', `sha256:${HEX}`),
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(part).map((parts) => `pkg:docker/${parts.join('')}`),
    );
    fc.assert(
      fc.property(text, (input) => {
        const material = parseDockerPurl(input);
        if (!material.ok || material.value === null) return;
        expect(isDockerPurl(input)).toBe(true);
        expect(renderReference(material.value.reference)).toMatch(
          /^[\w.:[\]-]+\/[a-z0-9._/-]+(:[\w.-]{1,128})?(@sha(256|512):[a-f0-9]+)?$/,
        );
      }),
      { numRuns: 500 },
    );
  });
});
