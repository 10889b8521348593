import type { ImageRule, Setting } from '../core/configuration.ts';
import type { FailOn } from '../core/fail-on.ts';
import type { Hold } from '../core/hold.ts';
import type { Platform } from '../core/platform.ts';
import { type Reference, renderReference } from '../core/reference.ts';
import { STANDARD_POLICY, type VersionPolicy } from '../core/versions/policy.ts';
import type { KeptHold, Warning } from './ports.ts';

/** What the configuration says of one image; null: nothing. */
export type AppliedRules = {
  readonly ignore: boolean;
  readonly hold: Hold | null;
  readonly failOn: readonly FailOn[] | null;
  readonly platform: Platform | null;
  readonly versions: VersionPolicy;
};

/** The rules of the configuration, asked image by image. */
export type Rules = {
  /** Of each property the first rule that matches and has it counts; nothing is said of an image without a name. */
  readonly of: (reference: Reference | null) => AppliedRules;
  /** The rules that matched none of the references asked about, as warnings. */
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
export function createRules({ rules, versions }: Said): Rules {
  const nothing = { ...NOTHING_SAID, versions: { ...STANDARD_POLICY, ...versions } };
  const used = new Set<Setting<ImageRule>>();
  const known = new Map<string, AppliedRules>();
  const apply = (reference: Reference): AppliedRules => {
    const matching = rules.filter(({ value }) => value.matches(reference));
    for (const rule of matching) used.add(rule);
    const first = <T>(read: (rule: ImageRule) => T | null): T | null =>
      matching.map(({ value }) => read(value)).find((value) => value !== null) ?? null;
    return {
      ignore: first(({ ignore }) => ignore) ?? false,
      hold: first(({ hold }) => hold),
      failOn: first(({ failOn }) => failOn),
      platform: first(({ platform }) => platform),
      versions: nothing.versions,
    };
  };
  return {
    of: (reference) => {
      if (reference === null || rules.length === 0) return nothing;
      const name = renderReference(reference);
      const applied = known.get(name) ?? apply(reference);
      known.set(name, applied);
      return applied;
    },
    unmatched: () =>
      rules
        .filter((rule) => !used.has(rule))
        .map(({ value, origin }) => ({
          code: 'unmatched-rule',
          message: `${origin.where}: "${value.match}" matches no image that was looked at`,
          image: null,
        })),
  };
}

const NOTHING_SAID = { ignore: false, hold: null, failOn: null, platform: null };
