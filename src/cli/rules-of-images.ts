import type { Configuration, ImageRule, Setting } from '../core/configuration.ts';
import type { FailOn } from '../core/fail-on.ts';
import { TRACKS } from '../core/versions/policy.ts';

/**
 * The rules of images, and the platform of all the others. The command line has the last word on what fails, and the environment before a file that came with a
 * project, on which versions are followed as well: who runs a check on other people's files is not overruled by them.
 */
export function decideRules(configuration: Configuration, failOn: readonly FailOn[] | null): readonly Setting<ImageRule>[] {
  const { images, platform } = configuration;
  const isSaid = (key: 'failOn' | 'track' | 'minAge'): boolean => configuration[key]?.origin.kind === 'environment';
  const rules = images.map((rule) => {
    const isProjects = rule.origin.kind === 'project';
    const { value } = rule;
    return {
      ...rule,
      value: {
        ...value,
        failOn: failOn !== null || (isProjects && isSaid('failOn')) ? null : value.failOn,
        track: isProjects && isSaid('track') ? null : value.track,
        minAge: isProjects && isSaid('minAge') ? null : value.minAge,
      },
    };
  });
  if (platform === null) return rules;
  const others = { ...SILENT_RULE, match: '**', matches: () => true, platform: platform.value };
  return [...rules, { value: others, origin: platform.origin }];
}

/** What was asked to fail on versions, by the command line or the environment, is told where a project's file has them not followed. */
export function warnOfBlindness({ track, failOn: standing }: Configuration, told: readonly FailOn[] | null): readonly string[] {
  const wanted = told ?? (standing?.origin.kind === 'environment' ? standing.value : []);
  if (track?.origin.kind !== 'project') return [];
  const followed = TRACKS.slice(0, TRACKS.indexOf(track.value) + 1);
  const missed = TRACKS.filter((level) => level !== 'digest' && wanted.includes(level) && !followed.includes(level));
  if (missed.length === 0) return [];
  return [
    `${track.origin.where}: this file of a project follows no ${missed.join(' and no ')} version, so none fails the check: IMGUPDATE_TRACK overrules it`,
  ];
}

/** A rule that says nothing. */
const SILENT_RULE: Omit<ImageRule, 'match' | 'matches'> = {
  base: null,
  hold: null,
  ignore: null,
  failOn: null,
  platform: null,
  track: null,
  minAge: null,
  include: null,
  exclude: null,
  skip: null,
  variant: null,
};
