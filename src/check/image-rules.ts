import type { ImageRule, Setting } from '../core/configuration.ts';
import type { FailOn } from '../core/fail-on.ts';
import type { Hold } from '../core/hold.ts';
import type { Platform } from '../core/platform.ts';
import { type Reference, renderReference } from '../core/reference.ts';
import { STANDARD_POLICY, type VersionPolicy } from '../core/versions/policy.ts';
import { compilePattern } from '../core/pattern.ts';
import { sanitizeText } from '../core/text.ts';
import type { KeptHold, Warning } from './ports.ts';

/** What the configuration says of one image; null: nothing. */
export type AppliedRules = {
  readonly ignore: boolean;
  /** The user's own, the last one first, before the configuration's; ended or not. */
  readonly holds: readonly Hold[];
  readonly failOn: readonly FailOn[] | null;
  readonly platform: Platform | null;
  readonly versions: VersionPolicy;
};

/** The rules of the configuration, asked image by image. */
export type Rules = {
  /** Of each property the first rule that matches and has it counts; nothing is said of an image without a name. */
  readonly of: (reference: Reference | null) => AppliedRules;
  /** The rules and the holds that matched none of the references asked about, as warnings. */
  readonly unmatched: () => readonly Warning[];
};

/** What is said of images. */
export type Said = {
  /** By the configuration. */
  readonly rules: readonly Setting<ImageRule>[];
  /** By the user, with `hold`. */
  readonly holds: readonly KeptHold[];
  /** Of the versions of all images of which no rule says anything else. */
  readonly versions: Pick<VersionPolicy, 'track' | 'minAgeMs'>;
};

/** Applies what the configuration and the user say of images, and keeps in mind what was of use. */
export function createRules({ rules, holds, versions }: Said): Rules {
  const nothing: AppliedRules = {
    ignore: false,
    holds: [],
    failOn: null,
    platform: null,
    versions: { ...STANDARD_POLICY, track: versions.track, minAgeMs: versions.minAgeMs },
  };
  const kept = [...holds].sort((one, other) => other.heldAt - one.heldAt).map(compileHold);
  const used = new Set<Setting<ImageRule> | CompiledHold>();
  const known = new Map<string, AppliedRules>();
  const apply = (reference: Reference): AppliedRules => {
    const matching = rules.filter(({ value }) => value.matches(reference));
    const holding = kept.filter(({ matches }) => matches?.(reference) === true);
    for (const each of [...matching, ...holding]) used.add(each);
    const first = <T>(read: (rule: ImageRule) => T | null): T | null =>
      matching.map(({ value }) => read(value)).find((value) => value !== null) ?? null;
    const configured = first(({ hold }) => hold);
    return {
      ignore: first(({ ignore }) => ignore) ?? false,
      holds: [...holding.map(({ hold }) => hold), ...(configured === null ? [] : [configured])],
      failOn: first(({ failOn }) => failOn),
      platform: first(({ platform }) => platform),
      versions: {
        track: first(({ track }) => track) ?? versions.track,
        include: first(({ include }) => include) ?? STANDARD_POLICY.include,
        exclude: first(({ exclude }) => exclude) ?? STANDARD_POLICY.exclude,
        minAgeMs: first(({ minAge }) => minAge) ?? versions.minAgeMs,
        skip: first(({ skip }) => skip) ?? STANDARD_POLICY.skip,
        variant: first(({ variant }) => variant) ?? STANDARD_POLICY.variant,
      },
    };
  };
  return {
    of: (reference) => {
      if (reference === null || rules.length + kept.length === 0) return nothing;
      const name = renderReference(reference);
      const applied = known.get(name) ?? apply(reference);
      known.set(name, applied);
      return applied;
    },
    unmatched: () => [
      ...rules.filter((rule) => !used.has(rule)).map(warnOfRule),
      ...kept.filter((hold) => !used.has(hold)).map(warnOfHold),
    ],
  };
}

/** `matches`: null for a pattern that cannot be read; `flaw` says why then. */
type CompiledHold = {
  readonly of: string;
  readonly hold: Hold;
  readonly matches: ((reference: Reference) => boolean) | null;
  readonly flaw: string | null;
};

function compileHold({ of, hold }: KeptHold): CompiledHold {
  const pattern = compilePattern(of);
  return pattern.ok ? { of, hold, matches: pattern.value, flaw: null } : { of, hold, matches: null, flaw: pattern.message };
}

function warnOfRule({ value, origin }: Setting<ImageRule>): Warning {
  return { code: 'unmatched-rule', message: `${origin.where}: "${value.match}" matches no image that was looked at`, image: null };
}

function warnOfHold({ of, flaw }: CompiledHold): Warning {
  const what = flaw === null ? 'matches no image that was looked at' : `has no effect: ${flaw}`;
  return { code: 'unmatched-hold', message: `hold ${sanitizeText(of, LONGEST_SHOWN)} ${what}`, image: null };
}

const LONGEST_SHOWN = 200;
