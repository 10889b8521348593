import { type Parsed } from '../../core/parsed.ts';
import type { Platform } from '../../core/platform.ts';
import { parseWrittenPlatform } from '../../core/platform-names.ts';

/**
 * Reads what `FROM --platform` says; an operating system alone, or an architecture alone, is completed by the platform the build runs on. What is mistyped is refused.
 *
 * Source: containerd/platforms, Parse(), isKnownOS().
 */
export function parseStagePlatform(text: string, build: Platform): Parsed<Platform> {
  if (text === '' || text.includes('/')) return parseWrittenPlatform(text);
  const asSystem = parseWrittenPlatform(`${text}/${build.architecture}`);
  // What is nearly the name of a system is that of no architecture.
  return OPERATING_SYSTEMS.has(text.toLowerCase()) || !asSystem.ok ? asSystem : parseWrittenPlatform(`${build.os}/${text}`);
}

const OPERATING_SYSTEMS: ReadonlySet<string> = new Set([
  ...['aix', 'android', 'darwin', 'dragonfly', 'freebsd', 'hurd', 'illumos', 'ios', 'js', 'linux', 'macos', 'nacl', 'netbsd', 'openbsd'],
  ...['plan9', 'solaris', 'windows', 'zos'],
]);
