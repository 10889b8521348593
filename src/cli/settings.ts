import type { Warning } from '../check/ports.ts';
import type { Configuration, ImageRule, RegistryRule, Setting } from '../core/configuration.ts';
import { STANDARD } from '../core/configuration/standard.ts';
import { type FailOn, parseFailOn } from '../core/fail-on.ts';
import { parsePlatform, type Platform } from '../core/platform.ts';
import { suggestPlatform } from '../core/platform-names.ts';
import { parseReference, type Reference, withDefaultTag } from '../core/reference.ts';
import { sanitizeText } from '../core/text.ts';
import { STANDARD_POLICY, type VersionPolicy } from '../core/versions/policy.ts';
import { ImgupdateError } from '../errors.ts';
import type { Adapters } from './context.ts';
import { decideRules, warnOfBlindness } from './rules-of-images.ts';
import type { LookupOptions } from './options.ts';
import { readHosts, readInsecureRegistries, readTrustedRealms } from './registry-options.ts';

/** What the options, the environment and the configuration files say together; an option wins. */
export type Settings = {
  readonly insecureRegistries: readonly string[];
  /** Registry to the realm hosts that may see its credentials. */
  readonly trustedRealms: ReadonlyMap<string, readonly string[]>;
  /** Registries that may be asked though only an image names them. */
  readonly allowedHosts: readonly string[];
  /** The only registries that may be contacted; null: any. */
  readonly onlyHosts: readonly string[] | null;
  /** The base of images whose name matches. */
  readonly bases: readonly { readonly matches: (reference: Reference) => boolean; readonly base: Reference }[];
  /** May be the base of an image of which nothing else is known. */
  readonly candidates: readonly Reference[];
  /** Of each property the first that matches and has it counts. */
  readonly rules: readonly Setting<ImageRule>[];
  /** Which newer versions are wanted, where no rule says anything else. */
  readonly versions: Pick<VersionPolicy, 'track' | 'minAgeMs'>;
  /** Where that is said, `imgupdate.yaml:3:5`; what is not in it is said nowhere. */
  readonly origins: ReadonlyMap<'track' | 'minAgeMs', string>;
  readonly registries: ReadonlyMap<string, RegistryRule>;
  readonly failOn: readonly FailOn[];
  readonly onUnknown: 'fail' | 'warn';
  readonly strict: boolean;
  readonly maxAgeMs: number;
  readonly timeoutMs: number;
  /** Requests in flight per registry. */
  readonly jobs: number;
  /** What `--platform` says: it comes before all rules. */
  readonly platform: Platform | null;
  /** What files are built for where they do not say it: `--platform`, or the configuration's. */
  readonly targetPlatform: Platform | null;
  readonly warnings: readonly Warning[];
};

/** The options that say what a configuration may say as well. */
export type SettingOptions = LookupOptions & {
  readonly platform?: string;
  readonly failOn?: string;
  readonly strict?: boolean;
  readonly onUnknown?: 'fail' | 'warn';
};

/**
 * Reads what is configured, and the options that say the same; both are held to the same rules.
 *
 * @throws ImgupdateError 'usage', naming the file, the variable or the option.
 */
export async function readSettings(
  context: { readonly adapters: Pick<Adapters, 'readConfiguration'> },
  options: SettingOptions,
): Promise<Settings> {
  const told = readOptions(options);
  const configuration = await context.adapters.readConfiguration(options.config ?? null);
  const onlyHosts = configuration.allowHosts === null ? null : [...configuration.allowHosts.value, ...told.allowedHosts];
  const { registries, warnings } = withAllowedMirrors(withInsecureFlags(configuration.registries, told.insecureRegistries), onlyHosts);
  return {
    insecureRegistries: told.insecureRegistries,
    trustedRealms: joinRealms(registries, told.trustedRealms),
    allowedHosts: [...registries.keys(), ...(onlyHosts ?? told.allowedHosts)],
    onlyHosts,
    bases: configuration.images.flatMap(({ value: { matches, base } }) => (base === null ? [] : [{ matches, base }])),
    candidates: configuration.bases?.value ?? [],
    rules: decideRules(configuration, told.failOn),
    versions: {
      track: configuration.track?.value ?? STANDARD_POLICY.track,
      minAgeMs: configuration.minAge?.value ?? STANDARD_POLICY.minAgeMs,
    },
    origins: originsOf(configuration),
    registries,
    failOn: told.failOn ?? configuration.failOn?.value ?? STANDARD.failOn,
    onUnknown: options.onUnknown ?? configuration.onUnknown?.value ?? STANDARD.onUnknown,
    strict: options.strict ?? configuration.strict?.value ?? STANDARD.strict,
    maxAgeMs: options.maxAge ?? configuration.maxAge?.value ?? STANDARD.maxAge,
    timeoutMs: options.timeout ?? configuration.timeout?.value ?? STANDARD.timeout,
    jobs: options.jobs ?? configuration.jobs?.value ?? STANDARD.jobs,
    platform: told.platform,
    targetPlatform: told.platform ?? configuration.platform?.value ?? null,
    warnings: [...configuration.warnings, ...warnings, ...warnOfBlindness(configuration, told.failOn)].map((message) => ({
      code: 'configuration',
      message,
      image: null,
    })),
  };
}

/** Allows the registries that the command line itself names, by a target or `--base`, whatever the configuration allows. */
export function withNamedHosts(settings: Settings, references: readonly Reference[]): Settings {
  const { onlyHosts } = settings;
  return onlyHosts === null ? settings : { ...settings, onlyHosts: [...onlyHosts, ...references.map(({ registry }) => registry)] };
}

/**
 * Reads a reference as docker would take it, `latest` where neither tag nor digest is written.
 *
 * @throws ImgupdateError 'usage', naming where it stands: `--base `, or `docker://`, which is a part of the word.
 */
export function readReference(text: string, where: string): Reference {
  const reference = parseReference(text);
  if (reference.ok) return withDefaultTag(reference.value);
  throw new ImgupdateError('usage', `cannot read ${where}${text}: ${reference.message}`, {
    hint: `write it as docker would take it: ${where.endsWith(' ') ? '' : where}node:20-slim`,
  });
}

/** Reads a platform. @throws ImgupdateError 'usage', naming the option. */
export function readPlatform(text: string): Platform {
  const platform = parsePlatform(text);
  if (platform.ok) return platform.value;
  throw refusePlatform(text, platform.message);
}

/** What a user writes may be mistyped; what the machine says of itself is not. */
function readWrittenPlatform(text: string): Platform {
  const platform = readPlatform(text);
  const meant = suggestPlatform(platform);
  if (meant === null) return platform;
  throw refusePlatform(text, `there is no such platform (did you mean "${meant}"?)`);
}

function refusePlatform(text: string, message: string): ImgupdateError {
  return new ImgupdateError('usage', `cannot read --platform ${text}: ${message}`, {
    hint: 'write it as os/arch or os/arch/variant: linux/arm64',
  });
}

function readOptions({ insecureRegistry, trustRealm, allowHost, platform, failOn }: SettingOptions) {
  return {
    insecureRegistries: readInsecureRegistries(insecureRegistry),
    trustedRealms: readTrustedRealms(trustRealm),
    allowedHosts: readHosts(allowHost ?? []),
    platform: platform === undefined ? null : readWrittenPlatform(platform),
    failOn: failOn === undefined ? null : readFailOn(failOn),
  };
}

function readFailOn(text: string): readonly FailOn[] {
  const words = parseFailOn(text);
  if (words.ok) return words.value;
  throw new ImgupdateError('usage', `cannot read --fail-on ${text}: ${words.message}`, { hint: 'for example: --fail-on base,rebuilt' });
}

function originsOf({ track, minAge }: Configuration): Settings['origins'] {
  return new Map([
    ...(track === null ? [] : [['track', track.origin.where] as const]),
    ...(minAge === null ? [] : [['minAgeMs', minAge.origin.where] as const]),
  ]);
}

/** What the command line calls insecure is so, whatever is configured of it. */
function withInsecureFlags(registries: ReadonlyMap<string, RegistryRule>, flagged: readonly string[]): ReadonlyMap<string, RegistryRule> {
  return new Map([...registries].map(([host, rule]) => [host, flagged.includes(host) ? { ...rule, insecure: null } : rule]));
}

/** What is configured and what the options add to it. */
function joinRealms(
  registries: ReadonlyMap<string, RegistryRule>,
  told: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly string[]> {
  return new Map(
    [...new Set([...registries.keys(), ...told.keys()])].map((host) => {
      return [host, [...(registries.get(host)?.trustRealm?.value ?? []), ...(told.get(host) ?? [])]];
    }),
  );
}

/** A project's file may lead requests to no mirror that may not be contacted; whoever says which hosts may be is free to. */
function withAllowedMirrors(
  registries: ReadonlyMap<string, RegistryRule>,
  onlyHosts: readonly string[] | null,
): { readonly registries: ReadonlyMap<string, RegistryRule>; readonly warnings: readonly string[] } {
  const refused = [...registries].flatMap(([host, { mirror }]) =>
    mirror?.origin.kind === 'project' && onlyHosts?.includes(new URL(mirror.value).host) === false ? [{ host, mirror }] : [],
  );
  return {
    registries: new Map(
      [...registries].map(([host, rule]) => [host, refused.some((each) => each.host === host) ? { ...rule, mirror: null } : rule]),
    ),
    warnings: refused.map(({ host, mirror }) => {
      const { host: name } = new URL(mirror.value);
      return `${mirror.origin.where}: the mirror ${sanitizeText(name, 200)} of ${host} is not among the hosts that may be contacted, so it is not asked`;
    }),
  };
}
