import { compareCores, compareVersions, levelOf } from './compare.ts';
import { hasNewerVariant, hasSameVariant } from './variant.ts';
import { readAsLearned } from './companion.ts';
import { mayBeHash } from './hashes.ts';
import { PLAIN } from './leap.ts';
import type { Learned } from './learned.ts';
import type { TagPattern, Track, VersionPolicy } from './policy.ts';
import { readTag } from './read-tag.ts';
import type { Scheme, TagShape } from './shape.ts';

/** A candidate beside what is installed, and what else decides between them. */
export type VersionPair = {
  readonly installed: TagShape;
  readonly candidate: TagShape;
  readonly learned: Learned;
  readonly policy: VersionPolicy;
  readonly firstSeen: (tag: string) => number | null;
  readonly now: number;
  /** `variant`: a newer variant is looked for, whose version need not be newer; `floating`: one of tags without any version. */
  readonly seeking: 'version' | 'variant' | 'floating';
};

/** Why a tag is no newer version of what is installed. */
export type VersionRule = {
  readonly name: string;
  /** What it rejects, a sentence for people. */
  readonly meaning: string;
  /** Why the candidate is rejected, to be read behind its tag; null where this rule does not reject it. */
  readonly rejects: (pair: VersionPair) => string | null;
};

/** Every reason for which a tag is not offered, in the order in which they are asked. */
export const RULES: readonly VersionRule[] = [
  {
    name: 'word',
    meaning: 'Tags without a version in them: `latest`, `stable`, `bookworm`, `alpine3.19`',
    rejects: (pair) => rejectKind(pair, 'word', 'has no version in it'),
  },
  {
    name: 'hash',
    meaning: 'Hashes of commits: 7 to 40 hexadecimal digits, and numbers among them where hashes are as many as numbers of that length',
    rejects: (pair) =>
      rejectKind(pair, 'hash', 'is a hash') ??
      (isHashOfDigits(pair.candidate, pair) || isHashOfDigits(pair.installed, pair) ? 'is a number among hashes of the same length' : null),
  },
  {
    name: 'attachment',
    meaning: 'Signatures and other attachments of an image: `sha256-` with a digest, with `.sig`, `.att` or `.sbom` behind it or nothing',
    rejects: (pair) => rejectKind(pair, 'attachment', 'belongs to another image of the repository'),
  },
  {
    name: 'work',
    meaning: 'Builds of unreleased work: `pr-12`, `sha-3f2a9c0`, `branch-login`',
    rejects: (pair) => rejectKind(pair, 'work', 'is a build of unreleased work'),
  },
  {
    name: 'prefix',
    meaning: 'Tags with another text before the version: `v1.2.4` for `1.2.3`, `pg15-v2` for `pg14-v1`',
    rejects: ({ installed, candidate }) =>
      candidate.prefix === installed.prefix
        ? null
        : `begins with ${nameText(candidate.prefix)}, and ${installed.tag} with ${nameText(installed.prefix)}`,
  },
  {
    name: 'scheme',
    meaning: 'Versions counted in another way: dates, years first (`2024.1`), year and month (`22.04`)',
    rejects: ({ installed, candidate }) =>
      isSameScheme(installed, candidate)
        ? null
        : `is ${SCHEMES[schemeOf(candidate)]}, and ${installed.tag} is ${SCHEMES[schemeOf(installed)]}`,
  },
  {
    name: 'parts',
    meaning: 'Versions of more or fewer numbers, or with other separators: `15.14.2` for `15.4`, `16.1` for `15`',
    rejects: rejectParts,
  },
  {
    name: 'variant',
    meaning: 'Tags with other words behind the version: `15.14-alpine` for `15.4`, `1.2.3-r1` for `1.2.2`',
    rejects: ({ installed, candidate }) =>
      candidate.words === installed.words ? null : `is ${nameVariant(candidate)}, and ${installed.tag} is ${nameVariant(installed)}`,
  },
  {
    name: 'variant-version',
    meaning: 'The same words with another version of theirs: `-alpine3.22` for `-alpine3.19`, `-trixie` for `-bookworm`',
    rejects: rejectVariantVersion,
  },
  {
    name: 'pre-release',
    meaning:
      'Pre-releases for a release; for a pre-release those less finished (`beta1` for `rc1`), or with a number where it has none (`rc1` for `rc`)',
    rejects: rejectPreRelease,
  },
  { name: 'older', meaning: 'Versions that are not above the installed one', rejects: rejectOlder },
  {
    name: 'leap',
    meaning: 'Versions whose first number no other leads up to, and all above them: `2021` behind `16`, `17`, `18`; `95.0` behind `4.38`',
    rejects: ({ candidate, installed, learned: { leapFrom } }) =>
      leapFrom !== null && (candidate.core?.numbers[0] ?? 0) >= leapFrom
        ? `is too far above ${installed.tag}: no version between leads up to ${leapFrom}`
        : null,
  },
  {
    name: 'include',
    meaning: 'Tags that no pattern of `include` matches, where there are any',
    rejects: ({ candidate, policy: { include } }) =>
      include.length > 0 && !isMatched(include, candidate.tag) ? `is matched by no pattern of include: ${nameGlobs(include)}` : null,
  },
  {
    name: 'exclude',
    meaning: 'Tags that a pattern of `exclude` matches',
    rejects: ({ candidate, policy: { exclude } }) => {
      const matching = exclude.filter((pattern) => pattern.matches(candidate.tag));
      return matching.length > 0 ? `is excluded: ${nameGlobs(matching)}` : null;
    },
  },
  {
    name: 'track',
    meaning: 'Steps above what `track` follows: `minor` no major ones, `patch` no minor ones either, `digest` none',
    rejects: rejectStep,
  },
  { name: 'skip', meaning: 'Versions named by `skip`, and those below them of the same first number', rejects: rejectSkipped },
  { name: 'min-age', meaning: 'Versions that imgupdate has not known for as long as `minAge` says', rejects: rejectYoung },
];

/** The rules that reject what is a version of the family, and above the installed one. */
export const RULES_ABOVE: ReadonlySet<string> = new Set(['leap', 'include', 'exclude', 'track', 'skip', 'min-age']);

/** Judges one candidate: the first rule that rejects it, and why; null where none does. */
export function judgeCandidate(pair: VersionPair, rules: readonly VersionRule[] = RULES): Judgement | null {
  for (const rule of rules) {
    const why = rule.rejects(pair);
    if (why !== null) return { rule: rule.name, why };
  }
  return null;
}

/** The rule that rejects a candidate; `why` is to be read behind its tag. */
export type Judgement = { readonly rule: string; readonly why: string };

function rejectKind({ installed, candidate, seeking }: VersionPair, kind: TagShape['kind'], why: string): string | null {
  if (seeking === 'floating') return null;
  if (candidate.kind === kind) return why;
  return installed.kind === kind && candidate.kind === 'version' ? `is a version, and ${installed.tag} is none` : null;
}

function isHashOfDigits(shape: TagShape, { learned: { hashLengths } }: VersionPair): boolean {
  return hashLengths.size > 0 && hashLengths.has(shape.tag.length) && mayBeHash(shape);
}

const SCHEMES: Readonly<Record<Scheme, string>> = {
  semver: 'a plain version',
  counter: 'a plain version',
  four: 'a plain version',
  calendar: 'a version that begins with its year',
  month: 'a version of year and month',
  date: 'a date',
};

/** A single number is a plain version, however long, and so are four. */
function schemeOf({ core }: TagShape): Scheme {
  return core === null || PLAIN.has(core.scheme) ? 'semver' : core.scheme;
}

/** `22.10` may be a year and its month, as `22.04` is, or a plain version. */
function isSameScheme(a: TagShape, b: TagShape): boolean {
  return schemeOf(a) === schemeOf(b) || (isMonth(a) && isMonth(b));
}

function isMonth({ core }: TagShape): boolean {
  if (core?.scheme === 'month') return true;
  const [year = 0, month = 0] = core?.numbers ?? [];
  return core?.scheme === 'semver' && year >= 10 && year <= 99 && month >= 10 && month <= 12;
}

function rejectParts({ installed, candidate }: VersionPair): string | null {
  const [has, wanted] = [candidate.core?.numbers.length ?? 0, installed.core?.numbers.length ?? 0];
  if (has !== wanted && schemeOf(candidate) !== 'date')
    return `has ${has} ${has === 1 ? 'number' : 'numbers'}, and ${installed.tag} has ${wanted}`;
  return candidate.core?.form === installed.core?.form ? null : `writes its numbers otherwise than ${installed.tag}`;
}

function rejectVariantVersion({ installed, candidate, policy, seeking }: VersionPair): string | null {
  const isNewer = hasNewerVariant(installed, candidate);
  if (seeking !== 'version') return isNewer ? null : `is not on a newer variant than ${installed.tag}`;
  if (candidate.words !== installed.words || hasSameVariant(installed, candidate) || (isNewer && policy.variant === 'newer')) return null;
  return `is on ${isNewer ? 'a newer' : 'another'} variant than ${installed.tag}`;
}

function rejectPreRelease({ installed, candidate }: VersionPair): string | null {
  if (candidate.pre.length === 0) return null;
  if (installed.pre.length === 0) return `is a pre-release, and ${installed.tag} is none`;
  if ((candidate.pre[0] ?? 0) < (installed.pre[0] ?? 0)) return `is less finished than ${installed.tag}`;
  if (candidate.pre.length > 1 === installed.pre.length > 1) return null;
  return `names ${candidate.pre.length > 1 ? 'one pre-release' : 'any pre-release'}, and ${installed.tag} does not`;
}

function rejectOlder({ installed, candidate, seeking }: VersionPair): string | null {
  const order = seeking === 'version' ? compareVersions(candidate, installed) : compareCores(candidate, installed);
  if (order > 0 || (order === 0 && seeking !== 'version')) return null;
  return order === 0 ? `is the same version as ${installed.tag}` : `is older than ${installed.tag}`;
}

function rejectStep({ installed, candidate, policy: { track } }: VersionPair): string | null {
  const level = levelOf(installed, candidate);
  return FOLLOWED[track].includes(level) ? null : `is a ${level} step, and track follows ${track}`;
}

const FOLLOWED: Readonly<Record<Track, readonly string[]>> = {
  digest: [],
  patch: ['patch'],
  minor: ['patch', 'minor'],
  major: ['patch', 'minor', 'major'],
};

function rejectSkipped({ candidate, policy: { skip }, learned }: VersionPair): string | null {
  const skipped = skip.find((tag) => tag === candidate.tag || isBelow(candidate, readAsLearned(readTag(tag), learned)));
  if (skipped === undefined) return null;
  return skipped === candidate.tag ? 'is skipped' : `is not above ${skipped}, which is skipped`;
}

/** Of the same family and first number, and not above. */
function isBelow(candidate: TagShape, skipped: TagShape): boolean {
  return (
    candidate.prefix === skipped.prefix &&
    candidate.core?.form === skipped.core?.form &&
    candidate.core?.numbers[0] === skipped.core?.numbers[0] &&
    hasSameVariant(candidate, skipped) &&
    compareVersions(candidate, skipped) <= 0
  );
}

function rejectYoung({ candidate, policy: { minAgeMs }, firstSeen, now }: VersionPair): string | null {
  if (minAgeMs <= 0) return null;
  const seen = firstSeen(candidate.tag);
  if (seen === null) return 'is new here, and minAge asks for some time';
  return now - seen >= minAgeMs ? null : 'is not yet as old as minAge asks';
}

function isMatched(patterns: readonly TagPattern[], tag: string): boolean {
  return patterns.some((pattern) => pattern.matches(tag));
}

function nameGlobs(patterns: readonly TagPattern[]): string {
  const names = patterns.slice(0, 3).map(({ glob }) => glob);
  return patterns.length > 3 ? `${names.join(', ')}, ...` : names.join(', ');
}

function nameText(text: string): string {
  return text === '' ? 'its number' : `"${text}"`;
}

/** `alpineN.N-rN`: the words as they are written, N for their numbers, and what a code name is. */
function nameVariant({ words }: TagShape): string {
  if (words === '') return 'plain';
  const named = words
    .replaceAll('#n', '#')
    .replaceAll(/<(debian|ubuntu)>#/g, 'CODENAME')
    .replaceAll(/#+/g, 'N')
    .replaceAll('|', '-');
  return `the variant ${named}`;
}
