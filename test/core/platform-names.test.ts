import { describe, expect, it } from 'vitest';
import { suggestPlatform } from '../../src/core/platform-names.ts';
import { makePlatform } from '../helpers/makers.ts';

describe('a platform that is', () => {
  it.each([
    ['lnux/amd64', 'linux/amd64'],
    ['linux/amd46', 'linux/amd64'],
    ['linux/arm46', 'linux/arm64'],
    ['linx/arm/v7', 'linux/arm/v7'],
    ['linux/ppc64el', 'linux/ppc64le'],
    ['window/amd64', 'windows/amd64'],
  ])('mistyped as %s was meant to be %s', (text, meant) => {
    expect(suggestPlatform(makePlatform(text))).toBe(meant);
  });

  it.each(['linux/amd64', 'linux/arm/v6', 'windows/amd64', 'linux/x86_64', 'macos/aarch64', 'linux/riscv64', 'wasip1/wasm', 'fuchsia/e2k'])(
    '%s is taken as it is',
    (text) => {
      expect(suggestPlatform(makePlatform(text))).toBeNull();
    },
  );
});
