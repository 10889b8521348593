import { describe, expect, it } from 'vitest';
import { parseWrittenPlatform, suggestPlatform } from '../../src/core/platform-names.ts';
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

  it('is refused where a person wrote it', () => {
    const message = 'there is no platform "lnux/amd64" (did you mean "linux/amd64"?)';
    expect(parseWrittenPlatform('lnux/amd64')).toEqual({ ok: false, message });
    expect(parseWrittenPlatform('linux/arm64').ok).toBe(true);
    expect(parseWrittenPlatform('amd64')).toMatchObject({
      ok: false,
      message: expect.stringContaining('expected os/architecture') as string,
    });
  });

  it.each(['linux/amd64', 'linux/arm/v6', 'windows/amd64', 'linux/x86_64', 'macos/aarch64', 'linux/riscv64', 'wasip1/wasm', 'fuchsia/e2k'])(
    '%s is taken as it is',
    (text) => {
      expect(suggestPlatform(makePlatform(text))).toBeNull();
    },
  );
});
