import type { Platform } from './platform.ts';

/** Further than any variant of the wanted architecture itself. */
const OTHER_ARCHITECTURE = 1000;

/** The highest Armv8 version there is; Armv9.n holds Armv8.(n+5) as far as that exists. */
const LAST_V8_MINOR = 9;

/** Builds of the Windows Server releases whose images later hosts still run, ascending. */
const WINDOWS_LTSC_BUILDS = [20_348, 26_100];

/**
 * How far down the fallback order of `wanted` the platform `offered` stands: 0 is the same, more is a poorer match, null does not run there.
 *
 * - `amd64/vN`: lower levels, then `386`
 * - `arm/vN`: down to `v5`
 * - `arm64`: lower minors; from `v9.n` down to `v9`, then `v8.(n+5)` down; then `arm/v8` to `v5`
 * - others: the entry without a variant
 *
 * OS features of `offered` have to be a subset of the wanted ones. Source: containerd/platforms, Only() and NewMatcher().
 */
export function fallbackRank(wanted: Platform, offered: Platform): number | null {
  if (offered.os !== wanted.os || offered.os === 'unknown' || offered.os === '') return null;
  if (wanted.os === 'windows' && !isWindowsCompatible(wanted.osVersion, offered.osVersion)) return null;
  if (!offered.osFeatures.every((feature) => wanted.osFeatures.includes(feature))) return null;
  return offered.architecture === wanted.architecture ? variantRank(wanted, offered) : otherArchitectureRank(wanted, offered);
}

/** Positive when `a` is a newer Windows than `b`; 0 for other systems. Revisions count: an image is patched within its build. */
export function compareWindowsVersions(a: Platform, b: Platform): number {
  if (a.os !== 'windows' || b.os !== 'windows') return 0;
  const left = versionNumbers(a.osVersion);
  const right = versionNumbers(b.osVersion);
  const at = left.findIndex((number, index) => number !== right[index]);
  return at === -1 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}

function variantRank(wanted: Platform, offered: Platform): number | null {
  if (wanted.variant === offered.variant) return 0;
  switch (wanted.architecture) {
    case 'amd64':
      return levelRank(level(wanted.variant ?? 'v1'), level(offered.variant ?? 'v1'), 1);
    case 'arm':
      return levelRank(level(wanted.variant), level(offered.variant), 5);
    case 'arm64':
      return arm64Rank(wanted.variant ?? 'v8', offered.variant ?? 'v8');
  }
  return offered.variant === null ? 1 : null;
}

function otherArchitectureRank(wanted: Platform, offered: Platform): number | null {
  if (wanted.architecture === 'amd64' && offered.architecture === '386' && offered.variant === null) return OTHER_ARCHITECTURE;
  if (wanted.architecture !== 'arm64' || offered.architecture !== 'arm') return null;
  const rank = levelRank(8, level(offered.variant), 5);
  return rank === null ? null : OTHER_ARCHITECTURE + rank;
}

function levelRank(wanted: number | null, offered: number | null, lowest: number): number | null {
  if (wanted === null || offered === null) return null;
  return offered >= lowest && offered <= wanted ? wanted - offered : null;
}

/** `v7` is 7; null for what is no level. */
function level(variant: string | null): number | null {
  const digits = /^v(\d{1,2})$/.exec(variant ?? '')?.[1];
  return digits === undefined ? null : Number(digits);
}

/** Armv9.0 went its own way from Armv8.5. Source: containerd/platforms, platformVector(). */
function arm64Rank(wanted: string, offered: string): number | null {
  const [major, minor] = majorMinor(wanted);
  const [offeredMajor, offeredMinor] = majorMinor(offered);
  if (major < 8 || offeredMajor < 8) return null;
  if (major === offeredMajor) return offeredMinor <= minor ? minor - offeredMinor : null;
  if (major !== 9 || offeredMajor !== 8) return null;
  const highest = Math.min(minor + 5, LAST_V8_MINOR);
  return offeredMinor <= highest ? minor + 1 + highest - offeredMinor : null;
}

function majorMinor(variant: string): [number, number] {
  const [, major, minor] = /^v(\d{1,2})(?:\.(\d{1,2}))?$/.exec(variant) ?? [];
  return [Number(major ?? 0), Number(minor ?? 0)];
}

/**
 * Before Windows Server 2022 the build has to be the same; since then a host runs everything from the last long-term release up to its own build. A side
 * without a version matches all.
 * Source: containerd/platforms, checkWindowsHostAndContainerCompat().
 */
function isWindowsCompatible(wanted: string | null, offered: string | null): boolean {
  if (wanted === null || offered === null) return true;
  const [major = 0, minor = 0, build = 0] = versionNumbers(wanted);
  const [offeredMajor = 0, offeredMinor = 0, offeredBuild = 0] = versionNumbers(offered);
  if (major === 0 && minor === 0 && build === 0) return true;
  if (major !== offeredMajor || minor !== offeredMinor) return false;
  const oldest = WINDOWS_LTSC_BUILDS.findLast((ltsc) => ltsc <= build);
  return oldest === undefined ? offeredBuild === build : offeredBuild >= oldest && offeredBuild <= build;
}

/** `10.0.20348.1` as four numbers; all 0 when it is no such version. */
function versionNumbers(version: string | null): readonly number[] {
  const [, major, minor, build, revision] = /^(\d{1,3})\.(\d{1,3})\.(\d{1,5})(?:\.(\d{1,9}))?/.exec(version ?? '') ?? [];
  return [Number(major ?? 0), Number(minor ?? 0), Number(build ?? 0), Number(revision ?? 0)];
}
