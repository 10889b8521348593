import { malformed, type Parsed } from './parsed.ts';
import { parsePlatform, type Platform, renderPlatform } from './platform.ts';
import { suggest } from './suggest.ts';
import { sanitizeText } from './text.ts';

/** Source: containerd/platforms, isKnownOS(). */
const OPERATING_SYSTEMS =
  'aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris wasip1 windows zos'.split(' ');

/** Source: containerd/platforms, isKnownArch(). */
const ARCHITECTURES = (
  '386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc ppc64 ppc64le riscv ' +
  'riscv32 riscv64 s390 s390x sparc sparc64 wasm'
).split(' ');

/**
 * Finds what a mistyped platform was meant to be: `linux/arm64` for `lnux/arm46`.
 *
 * Nothing is offered for a platform that does not exist, so it would look as if each tag were gone.
 * @returns null for one that exists, and for one that is like none: it may be newer than these lists.
 */
export function suggestPlatform(platform: Platform): string | null {
  const os = nearest(platform.os, OPERATING_SYSTEMS);
  const architecture = nearest(platform.architecture, ARCHITECTURES);
  const meant = renderPlatform({ ...platform, os, architecture });
  return meant === renderPlatform(platform) ? null : meant;
}

/** Reads a platform that a person wrote, and refuses one that is mistyped: `there is no platform "lnux/amd64" (did you mean "linux/amd64"?)`. */
export function parseWrittenPlatform(text: string): Parsed<Platform> {
  const platform = parsePlatform(text);
  const meant = platform.ok ? suggestPlatform(platform.value) : null;
  return meant === null ? platform : malformed(`there is no platform "${sanitizeText(text, 100)}" (did you mean "${meant}"?)`);
}

function nearest(word: string, known: readonly string[]): string {
  return known.includes(word) ? word : (suggest(word, known) ?? word);
}
