import { type Digest, shortDigest } from '../core/digest.ts';
import type { FailOn } from '../core/fail-on.ts';
import type { Hold } from '../core/hold.ts';
import { renderPlatform } from '../core/platform.ts';
import type { Reason } from '../core/reason.ts';
import { parseReference, renderFamiliar, renderReference } from '../core/reference.ts';
import { sanitizeText } from '../core/text.ts';
import type { BaseVerdict } from '../core/verdict.ts';
import type { FindingRule } from './finding.ts';
import type { Change } from './replacement.ts';
import { type ImageReport, isCarrier } from './report.ts';
import { ruleOfReason } from './rule-of-reason.ts';

/** Longer than any reference there may be. */
export const LONGEST_NAME = 800;

/**
 * What an answer about an image comes to. `says` follows the image's name. `counts`: what of `--fail-on` it reaches. `about`: what the place is of. `onlyWhere`: it
 * is a finding where a check is to fail on one of these; empty: everywhere. `change`: what is to be changed at each place of the image; `advice` null where that says it.
 */
export type Found = {
  readonly rule: FindingRule;
  readonly says: string;
  readonly advice: string | null;
  readonly counts: readonly FailOn[];
  readonly isSure: boolean;
  readonly about: 'image' | 'base';
  readonly onlyWhere: readonly FailOn[];
  readonly change: Change | null;
};

/** What the answers about an image come to: its tag's, its newer versions', its base's, and that of holds that have ended. */
export function findAnswers(image: ImageReport): readonly Found[] {
  return [...findInTag(image), ...findInVersions(image), ...findInBase(image), ...findInHolds(image)];
}

const found = (rule: FindingRule, says: string, parts: Partial<Omit<Found, 'rule' | 'says'>> = {}): Found => ({
  rule,
  says,
  advice: null,
  counts: [],
  isSure: true,
  about: 'image',
  onlyWhere: [],
  change: null,
  ...parts,
});

function findInTag(image: ImageReport): readonly Found[] {
  const { tag, platform } = image;
  const { verdict } = tag;
  switch (verdict.kind) {
    case 'rebuilt': {
      const [before] = tag.digests;
      const change = before === undefined ? shortDigest(verdict.candidate) : `${shortDigest(before)} -> ${shortDigest(verdict.candidate)}`;
      const says = `was rebuilt for ${renderPlatform(platform)} (${change})`;
      const advice = adviseOnRebuilt(image, verdict.candidate);
      return [found('stale/rebuilt', says, { counts: ['rebuilt'], advice, change: { kind: 'digest', to: verdict.candidate } })];
    }
    case 'gone':
      return [found('stale/gone', `is gone: ${verdict.why}`, { counts: ['gone'], advice: 'name another tag, or hold it' })];
    case 'unknown':
      // the message of what has no name names it by what was written
      return [
        found(
          ruleOfReason(verdict.reason.kind),
          `was not checked: ${image.registry === null ? verdict.why : reasonWithout([image.reference, image.name], verdict.reason)}`,
          { advice: adviseOnReason(verdict.reason) },
        ),
      ];
    case 'current':
    case 'local':
    case 'pinned':
    case 'none':
      return [];
  }
}

/** What happened, without the name that stands before it already. */
function reasonWithout(names: readonly string[], { message }: Reason): string {
  const name = names.flatMap((each) => [each, ...each.split('@', 1)]).find((each) => message.startsWith(`${each} `));
  return name === undefined ? message : `it${message.slice(name.length)}`;
}

/** null: what is to be done about the other reasons is told where they are shown, as it depends on the registry. */
function adviseOnReason({ kind }: Reason): string | null {
  return kind === 'unreachable' ? "look at the registry's name, the network, or a proxy (HTTPS_PROXY)" : null;
}

/** A pin has to be changed, what runs started anew, and what is only here pulled. */
function adviseOnRebuilt({ name, sources }: ImageReport, candidate: Digest): string {
  const at = name.indexOf('@');
  if (at >= 0) return `pin it to ${sanitizeText(name.slice(0, at), LONGEST_NAME)}@${candidate}`;
  if (sources.some(({ file }) => file !== null)) return 'roll it out again to run the present one';
  return sources.every(isCarrier) ? `write ${nameCarriers(sources)} again with the present one` : 'pull it again';
}

const MOST_CARRIERS = 3;

function nameCarriers(sources: ImageReport['sources']): string {
  const paths = [...new Set(sources.map(({ location }) => (location === '-' ? 'the archive' : sanitizeText(location, LONGEST_NAME))))];
  const named = paths.slice(0, MOST_CARRIERS).join(', ');
  return paths.length > MOST_CARRIERS ? `${named} and ${paths.length - MOST_CARRIERS} more` : named;
}

/** A newer version reaches its own level and those below it: who wants to know of patches wants to know of what replaced them. */
const REACHED: Readonly<Record<'patch' | 'minor' | 'major', readonly FailOn[]>> = {
  patch: ['patch'],
  minor: ['patch', 'minor'],
  major: ['patch', 'minor', 'major'],
};

function findInVersions(image: ImageReport): readonly Found[] {
  const { verdict } = image.newer;
  switch (verdict.kind) {
    case 'available': {
      const from = tagOf(image);
      return [verdict.line, verdict.newest].flatMap((to) => {
        if (to === null) return [];
        const says = `has a newer version: ${sanitizeText(to.tag, LONGEST_NAME)} (${to.level})`;
        return [found(`stale/${to.level}`, says, { counts: REACHED[to.level], change: { kind: 'version', from, to } })];
      });
    }
    case 'unknown': {
      const isTagToo = image.tag.verdict.kind === 'unknown' && image.tag.verdict.reason.kind === verdict.reason.kind;
      if (isTagToo) return [];
      const why = reasonWithout([image.reference, image.name], verdict.reason);
      const parts = { onlyWhere: REACHED.major, advice: adviseOnReason(verdict.reason) };
      return [found(ruleOfReason(verdict.reason.kind), `: newer versions of it were not found out: ${why}`, parts)];
    }
    case 'none':
    case 'untracked':
      return [];
  }
}

/** Only what has a tag has newer versions. */
function tagOf({ reference }: ImageReport): string {
  const parsed = parseReference(reference);
  return parsed.ok ? (parsed.value.tag ?? '') : '';
}

function findInBase(image: ImageReport): readonly Found[] {
  const { verdict } = image.base;
  const isSure = verdict.confidence !== 'low';
  const name = nameOfBase(verdict);
  switch (verdict.kind) {
    case 'moved': {
      const sure = isSure ? '' : ', of low confidence';
      const says = `stands on an outdated base: ${name} moved (${verdict.movement}${sure})`;
      return [found('stale/base', says, { counts: ['base'], isSure, about: 'base', advice: `rebuild it on the present ${name}` })];
    }
    case 'gone':
      return [
        found('stale/base', `stands on a base that is gone: ${verdict.why}`, {
          counts: ['base'],
          isSure,
          about: 'base',
          advice: 'rebuild it on another base, or hold it',
        }),
      ];
    case 'unknown': {
      if (verdict.reason.kind === 'no-evidence') return [];
      const isTagToo = image.tag.verdict.kind === 'unknown' && image.tag.verdict.reason.kind === verdict.reason.kind;
      if (isTagToo && verdict.reference === null) return [];
      const rule = ruleOfReason(verdict.reason.kind);
      const whose = verdict.reference === null ? 'its base' : `its base ${name}`;
      const why = reasonWithout(verdict.reference === null ? [] : [renderReference(verdict.reference), name], verdict.reason);
      return [found(rule, `: ${whose} was not checked: ${why}`, { about: 'base', advice: adviseOnReason(verdict.reason) })];
    }
    case 'current':
    case 'none':
    case 'pinned':
      return [];
  }
}

function nameOfBase({ reference }: BaseVerdict): string {
  return reference === null
    ? 'its base'
    : sanitizeText(renderFamiliar({ ...reference, digest: reference.tag === null ? reference.digest : null }));
}

function findInHolds({ expired, held }: ImageReport): readonly Found[] {
  const [hold] = expired;
  if (hold === undefined || held !== null) return [];
  return [
    found('hold/expired', `is no longer held: its hold ended ${describeHold(hold)}`, {
      advice: 'take the hold away, or give it a later date',
    }),
  ];
}

/** `2026-12-15: waits for the fix`, each part where it is told. */
function describeHold({ until, reason }: Hold): string {
  return [until === null ? null : sanitizeText(until), reason === null ? null : sanitizeText(reason)]
    .filter((part) => part !== null)
    .join(': ');
}
