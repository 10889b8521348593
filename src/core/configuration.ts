import type { FailOn } from './fail-on.ts';
import type { Hold } from './hold.ts';
import type { Platform } from './platform.ts';
import type { Reference } from './reference.ts';
import type { TagPattern, Track, VersionPolicy } from './versions/policy.ts';

/**
 * Where a setting comes from, the strongest first; a flag of the command line beats them all.
 *
 * - `environment`: a variable `IMGUPDATE_...`
 * - `named`: the file of `--config` or `IMGUPDATE_CONFIG`, which is then the only one
 * - `project`: a file that was found in the working directory or above it, written by whoever wrote the project
 * - `user`, `system`: the files of this user and of this machine
 */
export type OriginKind = 'environment' | 'named' | 'project' | 'user' | 'system';

/** `where`: `imgupdate.yaml:3:5`, `IMGUPDATE_FAIL_ON`. Safe to print. */
export type Origin = { readonly kind: OriginKind; readonly where: string };

/** A value, and who says it. */
export type Setting<T> = { readonly value: T; readonly origin: Origin };

/** What all configuration files and the environment say together: the nearest file wins, the environment before it. null: nobody says it. */
export type Configuration = {
  /** Those that were read, nearest first. */
  readonly files: readonly { readonly kind: OriginKind; readonly path: string }[];
  /** Where files were looked for and none was. */
  readonly sought: readonly string[];
  readonly failOn: Setting<readonly FailOn[]> | null;
  readonly onUnknown: Setting<'fail' | 'warn'> | null;
  readonly strict: Setting<boolean> | null;
  /** Which newer versions are followed. */
  readonly track: Setting<Track> | null;
  /** Milliseconds since a tag was first seen. */
  readonly minAge: Setting<number> | null;
  /** Milliseconds. */
  readonly maxAge: Setting<number> | null;
  /** Milliseconds. */
  readonly timeout: Setting<number> | null;
  readonly jobs: Setting<number> | null;
  readonly platform: Setting<Platform> | null;
  /** The only registries that may be contacted, as references name them: `docker.io`. */
  readonly allowHosts: Setting<readonly string[]> | null;
  /** May be the base of an image of which nothing else is known. */
  readonly bases: Setting<readonly Reference[]> | null;
  /** The nearest file's first, in their order. */
  readonly images: readonly Setting<ImageRule>[];
  readonly registries: ReadonlyMap<string, RegistryRule>;
  /** What should be said: a variable that is nearly one of ours. */
  readonly warnings: readonly string[];
};

/** What is said of images whose name matches; of each property the first rule that has it counts. */
export type ImageRule = {
  /** A glob over image names, as it was written. */
  readonly match: string;
  readonly matches: (reference: Reference) => boolean;
  readonly base: Reference | null;
  /** Expired or not. */
  readonly hold: Hold | null;
  readonly ignore: boolean | null;
  readonly failOn: readonly FailOn[] | null;
  readonly platform: Platform | null;
  readonly track: Track | null;
  /** Milliseconds since a tag was first seen. */
  readonly minAge: number | null;
  /** Only versions that one of these matches. */
  readonly include: readonly TagPattern[] | null;
  readonly exclude: readonly TagPattern[] | null;
  /** Tags that are not wanted; versions above them are. */
  readonly skip: readonly string[] | null;
  readonly variant: VersionPolicy['variant'] | null;
};

/** What is said of one registry. Paths are absolute. */
export type RegistryRule = {
  readonly insecure: Setting<boolean> | null;
  /** A file of authorities, PEM. */
  readonly ca: Setting<string> | null;
  readonly clientCert: Setting<{ readonly cert: string; readonly key: string }> | null;
  /** `http(s)://HOST[:PORT][/PATH]`: is asked instead of the registry itself. */
  readonly mirror: Setting<string> | null;
  /** Requests in flight. */
  readonly concurrency: Setting<number> | null;
  /** Hosts of token servers that may see its credentials. */
  readonly trustRealm: Setting<readonly string[]> | null;
  /** How much of its quota is left alone: so many pulls, or such a part of them (0 to 1). */
  readonly floor: Setting<QuotaFloor> | null;
};

/** The larger of both counts: `remaining` pulls, and `fraction` (0 to 1) of the limit. */
export type QuotaFloor = { readonly remaining: number; readonly fraction: number };
