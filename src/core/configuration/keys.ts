import type { Configuration, ImageRule, RegistryRule, Setting } from '../configuration.ts';
import { renderDuration } from '../duration.ts';
import { booleanKind, countKind, type Kind, pathKind, type Written } from './kind.ts';
import {
  clientCertKind,
  durationKind,
  failOnKind,
  floorKind,
  globKind,
  holdKind,
  hostsKind,
  mirrorKind,
  platformKind,
  realmsKind,
  referenceKind,
  referencesKind,
  wordKind,
} from './kinds.ts';
import { STANDARD_POLICY, TRACKS } from '../versions/policy.ts';
import { STANDARD } from './standard.ts';
import { tagPatternsKind, tagsKind } from './version-kinds.ts';

/** One thing that can be configured: what it is called in files, what it means, and how its value is read and written. */
export type Key<T> = { readonly name: string; readonly meaning: string; readonly kind: Kind<T> };

/** One with a value that counts where nobody says any; where `standard` is null, `without` says what is so. */
export type ValueKey<T> = Key<T> & { readonly standard: Written | null; readonly without?: string };

/** What each key of a file's top that has one value says; `images` and `registries` hold others. */
export type Values = Omit<Configuration, 'files' | 'sought' | 'images' | 'registries' | 'warnings'>;

/** Is given each key of a table, and where its value is in what the table fills. */
export type ValueVisitor = <T>(key: ValueKey<T>, of: (values: Values) => Setting<T> | null) => Setting<T> | null;
export type RegistryVisitor = <T>(key: Key<T>, of: (rule: RegistryRule) => Setting<T> | null) => Setting<T> | null;
export type ImageVisitor = <T>(key: Key<T>, of: (rule: ImageRule) => T | null) => T | null;

/** The table of the keys with one value, in the order they are told: makes of each what `visit` makes of it. */
export function mapValues(visit: ValueVisitor): Values {
  return {
    failOn: visit(
      { name: 'failOn', meaning: 'what makes a check fail', kind: failOnKind, standard: failOnKind.write(STANDARD.failOn) },
      ({ failOn }) => failOn,
    ),
    onUnknown: visit(
      {
        name: 'onUnknown',
        meaning: 'whether a check fails when something could not be checked',
        kind: wordKind(['fail', 'warn']),
        standard: STANDARD.onUnknown,
      },
      ({ onUnknown }) => onUnknown,
    ),
    strict: visit(
      {
        name: 'strict',
        meaning: 'whether a check also fails by what is no more than a guess',
        kind: booleanKind,
        standard: STANDARD.strict,
      },
      ({ strict }) => strict,
    ),
    track: visit(
      {
        name: 'track',
        meaning: 'which newer versions are followed: none (digest), or up to this level',
        kind: wordKind(TRACKS),
        standard: STANDARD_POLICY.track,
      },
      ({ track }) => track,
    ),
    minAge: visit(
      {
        name: 'minAge',
        meaning: 'how long ago a newer version must have been seen first',
        kind: durationKind(0),
        standard: renderDuration(STANDARD_POLICY.minAgeMs),
      },
      ({ minAge }) => minAge,
    ),
    maxAge: visit(
      {
        name: 'maxAge',
        meaning: 'how old a remembered registry answer may be',
        kind: durationKind(0),
        standard: renderDuration(STANDARD.maxAge),
      },
      ({ maxAge }) => maxAge,
    ),
    timeout: visit(
      { name: 'timeout', meaning: 'how long one request may take', kind: durationKind(1), standard: renderDuration(STANDARD.timeout) },
      ({ timeout }) => timeout,
    ),
    jobs: visit(
      { name: 'jobs', meaning: 'requests in flight per registry', kind: countKind(9_999), standard: STANDARD.jobs },
      ({ jobs }) => jobs,
    ),
    platform: visit(
      {
        name: 'platform',
        meaning: "the platform that is compared instead of an image's own",
        kind: platformKind,
        standard: null,
        without: "the image's own",
      },
      ({ platform }) => platform,
    ),
    allowHosts: visit(
      { name: 'allowHosts', meaning: 'the only registries that may be contacted', kind: hostsKind, standard: null, without: 'any' },
      ({ allowHosts }) => allowHosts,
    ),
    bases: visit(
      {
        name: 'bases',
        meaning: 'references that may be the base of an image of which nothing else is known',
        kind: referencesKind,
        standard: null,
        without: 'none',
      },
      ({ bases }) => bases,
    ),
  };
}

/** The table of what can be said of a registry. */
export function mapRegistry(visit: RegistryVisitor): RegistryRule {
  return {
    insecure: visit(
      { name: 'insecure', meaning: 'whether it is reached without verified TLS', kind: booleanKind },
      ({ insecure }) => insecure,
    ),
    ca: visit({ name: 'ca', meaning: 'a PEM file of authorities that vouch for it', kind: pathKind }, ({ ca }) => ca),
    clientCert: visit(
      {
        name: 'clientCert',
        meaning: 'PEM files with the certificate and the key it knows this client by, or one that holds both',
        kind: clientCertKind,
      },
      ({ clientCert }) => clientCert,
    ),
    mirror: visit({ name: 'mirror', meaning: 'the address that is asked instead of it', kind: mirrorKind }, ({ mirror }) => mirror),
    concurrency: visit({ name: 'concurrency', meaning: 'requests in flight', kind: countKind(9_999) }, ({ concurrency }) => concurrency),
    trustRealm: visit(
      { name: 'trustRealm', meaning: 'hosts of token servers that may see its credentials', kind: realmsKind },
      ({ trustRealm }) => trustRealm,
    ),
    floor: visit(
      {
        name: 'floor',
        meaning: 'how much of its quota is left alone: so many pulls, or such a part of them',
        kind: floorKind,
      },
      ({ floor }) => floor,
    ),
  };
}

/** What the rules of `images` are for; every rule has it. */
export const MATCH: Key<{ readonly glob: string; readonly matches: ImageRule['matches'] }> = {
  name: 'match',
  meaning: 'a glob over image names: nginx, nginx:1.*, ghcr.io/acme/*',
  kind: globKind,
};

/** The table of what can be said of images that match. */
export function mapImage(visit: ImageVisitor): Omit<ImageRule, 'match' | 'matches'> {
  return {
    base: visit({ name: 'base', meaning: 'the base they were built on', kind: referenceKind }, ({ base }) => base),
    hold: visit(
      { name: 'hold', meaning: 'that they are held back on purpose: true, or a reason and the date it ends', kind: holdKind },
      ({ hold }) => hold,
    ),
    ignore: visit({ name: 'ignore', meaning: 'whether they are left out', kind: booleanKind }, ({ ignore }) => ignore),
    failOn: visit({ name: 'failOn', meaning: 'what makes a check fail because of them', kind: failOnKind }, ({ failOn }) => failOn),
    platform: visit(
      { name: 'platform', meaning: 'the platform that is compared instead of their own', kind: platformKind },
      ({ platform }) => platform,
    ),
    track: visit(
      { name: 'track', meaning: 'which newer versions of them are followed: none (digest), or up to this level', kind: wordKind(TRACKS) },
      ({ track }) => track,
    ),
    minAge: visit(
      { name: 'minAge', meaning: 'how long ago a newer version of them must have been seen first', kind: durationKind(0) },
      ({ minAge }) => minAge,
    ),
    include: visit(
      { name: 'include', meaning: 'globs over tags: only newer versions that one of them matches', kind: tagPatternsKind },
      ({ include }) => include,
    ),
    exclude: visit(
      { name: 'exclude', meaning: 'globs over tags: no newer version that one of them matches', kind: tagPatternsKind },
      ({ exclude }) => exclude,
    ),
    skip: visit(
      { name: 'skip', meaning: 'tags that are passed over until there is a version above them', kind: tagsKind },
      ({ skip }) => skip,
    ),
    variant: visit(
      {
        name: 'variant',
        meaning: 'whether a newer version must have the same variant (alpine3.19), or may have a newer one (alpine3.22)',
        kind: wordKind(['same', 'newer']),
      },
      ({ variant }) => variant,
    ),
  };
}

/** How the variables begin that say the same as a key of a file's top. */
export const VARIABLE_PREFIX = 'IMGUPDATE_';

/** The variable that says the same as a key of a file's top that has one value: `failOn` is `IMGUPDATE_FAIL_ON`. */
export function variableOf(name: string): string {
  return VARIABLE_PREFIX + name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** A key with what it means, for those that need no value. */
export type KeyWord = { readonly name: string; readonly meaning: string };

/** The keys of a file's top, of a registry and of a rule of `images`, in their order. */
export function listKeys(): {
  readonly top: readonly KeyWord[];
  readonly registry: readonly KeyWord[];
  readonly image: readonly KeyWord[];
} {
  const [top, registry, image]: readonly [KeyWord[], KeyWord[], KeyWord[]] = [[], [], [MATCH]];
  mapValues((key) => (top.push(key), null));
  mapRegistry((key) => (registry.push(key), null));
  mapImage((key) => (image.push(key), null));
  return { top: [...COMPOUND_KEYS, ...top], registry, image };
}

/** The keys of a file's top that hold others. */
const COMPOUND_KEYS: readonly KeyWord[] = [
  { name: 'images', meaning: 'what is said of images by their names; of each property the first rule that matches and has it counts' },
  { name: 'registries', meaning: 'what is said of registries, by host' },
];
