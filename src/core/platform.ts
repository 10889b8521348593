import { malformed, parsed } from './parsed.ts';
import type { Parsed } from './parsed.ts';
import { sanitizeText } from './text.ts';
import { compareWindowsVersions, fallbackRank } from './platform-fallback.ts';

/** An OCI platform after normalisation; absent parts are null. Source: OCI image-spec v1.1, image-index.md. */
export type Platform = {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string | null;
  readonly osVersion: string | null;
  readonly osFeatures: readonly string[];
};

const SPECIFIER = /^([a-z0-9_-]+)(?:\(([a-z0-9_.-]*)\))?\/([a-z0-9_.-]+)(?:\/([a-z0-9_.-]+))?$/i;

const OPERATING_SYSTEMS: ReadonlyMap<string, string> = new Map([['macos', 'darwin']]);

/** Other names of an architecture; where the name says the variant, it wins over a written one. */
const ARCHITECTURES: ReadonlyMap<string, { readonly architecture: string; readonly variant?: string | null }> = new Map([
  ['i386', { architecture: '386', variant: null }],
  ['x86_64', { architecture: 'amd64' }],
  ['x86-64', { architecture: 'amd64' }],
  ['aarch64', { architecture: 'arm64' }],
  ['armhf', { architecture: 'arm', variant: 'v7' }],
  ['armel', { architecture: 'arm', variant: 'v6' }],
]);

/** Other names of a variant, by architecture; an empty one is the absent variant. */
const VARIANTS: ReadonlyMap<string, string | null> = new Map([
  ['amd64/v1', null],
  ['arm64/8', null],
  ['arm64/v8', null],
  ['arm64/v8.0', null],
  ['arm64/9', 'v9'],
  ['arm64/9.0', 'v9'],
  ['arm64/v9.0', 'v9'],
  ['arm/', 'v7'],
  ['arm/5', 'v5'],
  ['arm/6', 'v6'],
  ['arm/7', 'v7'],
  ['arm/8', 'v8'],
]);

/**
 * Gives the parts of a platform their one spelling: `{ os: 'Linux', architecture: 'aarch64', variant: 'v8' }` is `linux/arm64`, `arm` alone is `arm/v7`.
 *
 * Empty text is absence; features are sorted and distinct.
 * Source: containerd/platforms, Normalize() and normalizeArch().
 */
export function normalizePlatform(wire: {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | null;
  readonly osVersion?: string | null;
  readonly osFeatures?: readonly string[];
}): Platform {
  const os = wire.os.toLowerCase();
  const named = wire.architecture.toLowerCase();
  const alias = ARCHITECTURES.get(named);
  const architecture = alias?.architecture ?? named;
  const variant = alias?.variant === undefined ? (wire.variant ?? '').toLowerCase() : (alias.variant ?? '');
  const known = VARIANTS.get(`${architecture}/${variant}`);
  return {
    os: OPERATING_SYSTEMS.get(os) ?? os,
    architecture,
    variant: known === undefined ? variant || null : known,
    osVersion: wire.osVersion === undefined || wire.osVersion === '' ? null : wire.osVersion,
    osFeatures: [...new Set(wire.osFeatures)].filter((feature) => feature !== '').sort(),
  };
}

/**
 * Reads `os/architecture[/variant]`, the OS with an optional version: `linux/arm/v7`, `windows(10.0.20348.1)/amd64`.
 *
 * An OS or an architecture alone is refused: completing it would need the machine's own platform.
 * Source: containerd/platforms, Parse().
 */
export function parsePlatform(text: string): Parsed<Platform> {
  const [, os, osVersion, architecture, variant] = SPECIFIER.exec(text) ?? [];
  if (os === undefined || architecture === undefined) {
    return malformed(`platform "${sanitizeText(text, 100)}": expected os/architecture[/variant], for example linux/arm64`);
  }
  return parsed(normalizePlatform({ os, architecture, variant: variant ?? null, osVersion: osVersion ?? null }));
}

/** `linux/amd64`, `linux/arm/v7`; without the OS version, as docker and containerd print it. Source: containerd/platforms, Format(). */
export function renderPlatform(platform: Platform): string {
  return [platform.os, platform.architecture, platform.variant].filter((part) => part !== null && part !== '').join('/') || 'unknown';
}

/**
 * Chooses the index entry an image of platform `wanted` would be pulled from.
 *
 * The nearest one of the fallback order (`arm/v7` before `arm/v6`, `amd64` before `386`), of equal ones the newest Windows version, then the first. Entries
 * without a platform, or `unknown/unknown`, never match.
 * Source: containerd/platforms, Only(); OCI image-spec v1.1, image-index.md ("the first matching entry SHOULD be used").
 * @returns null when nothing of it runs there.
 */
export function choosePlatform<T extends { readonly platform: Platform | null }>(entries: readonly T[], wanted: Platform): T | null {
  let best: { entry: T; platform: Platform; rank: number } | null = null;
  for (const entry of entries) {
    const { platform } = entry;
    const rank = platform === null ? null : fallbackRank(wanted, platform);
    if (platform === null || rank === null) continue;
    if (best === null || rank < best.rank || (rank === best.rank && compareWindowsVersions(platform, best.platform) > 0)) {
      best = { entry, platform, rank };
    }
  }
  return best?.entry ?? null;
}
