import { type Digest, shortDigest } from '../core/digest.ts';
import type { FailOn } from '../core/fail-on.ts';
import type { FilePlace, FileProblem } from '../core/file-reference.ts';
import type { Hold } from '../core/hold.ts';
import { renderPlatform } from '../core/platform.ts';
import type { ReasonKind } from '../core/reason.ts';
import { renderFamiliar } from '../core/reference.ts';
import { sanitizeText } from '../core/text.ts';
import type { BaseVerdict } from '../core/verdict.ts';
import type { Finding, FindingLevel, FindingRule } from './finding.ts';
import type { ImageReport, SourcePlace } from './report.ts';

/** What decides about the level of a finding. `now`: milliseconds since the epoch. */
export type Measure = { readonly failOn: readonly FailOn[]; readonly strict: boolean; readonly now: number };

/** Everything that is found about one image, once for each place that names it. */
export function findInImage(image: ImageReport, measure: Measure): readonly Finding[] {
  const found = [...findInTag(image), ...findInVersions(image), ...findInBase(image), ...findInHolds(image)];
  return found.flatMap((each) => placesOf(image, each).map((source) => makeFinding(each, { image, source, measure })));
}

/** What could not be read in files; what only has no effect is no finding. */
export function findInFiles(problems: readonly FileProblem[]): readonly Finding[] {
  return problems
    .filter(({ kind }) => kind === 'unread')
    .map(({ path, line, column, message }) => {
      const [at, from] = [line ?? 1, column ?? 1];
      return {
        rule: 'unknown/file',
        level: 'warning',
        message: `not checked: ${asReason(message)}`,
        advice: null,
        image: sanitizeText(path),
        place: { path, line: at, column: from, endLine: at, endColumn: from },
        report: null,
      };
    });
}

/** A problem is a sentence whose subject is the file: `is empty`, `is not read: ...`. */
function asReason(message: string): string {
  return message.replace(/^is not read: /, '').replace(/^(?=(?:is|has|names) )/, 'it ');
}

/** `says` follows the image's name. `counts`: what of `--fail-on` it reaches. `about`: what the place is of. */
type Found = {
  readonly rule: FindingRule;
  readonly says: string;
  readonly advice: string | null;
  readonly counts: readonly FailOn[];
  readonly isSure: boolean;
  readonly about: 'image' | 'base';
};

const found = (rule: FindingRule, says: string, parts: Partial<Omit<Found, 'rule' | 'says'>> = {}): Found => ({
  rule,
  says,
  advice: null,
  counts: [],
  isSure: true,
  about: 'image',
  ...parts,
});

function findInTag(image: ImageReport): readonly Found[] {
  const { tag, platform } = image;
  const { verdict } = tag;
  switch (verdict.kind) {
    case 'rebuilt': {
      const [before] = tag.digests;
      const change = before === undefined ? shortDigest(verdict.candidate) : `${shortDigest(before)} -> ${shortDigest(verdict.candidate)}`;
      const advice = adviseOnRebuilt(image, verdict.candidate);
      return [found('stale/rebuilt', `was rebuilt for ${renderPlatform(platform)} (${change})`, { counts: ['rebuilt'], advice })];
    }
    case 'gone':
      return [found('stale/gone', `is gone: ${verdict.why}`, { counts: ['gone'] })];
    case 'unknown':
      // the message of what has no name names it by what was written
      return [
        found(RULE_OF_REASON[verdict.reason.kind], `was not checked: ${image.registry === null ? verdict.why : verdict.reason.message}`),
      ];
    case 'current':
    case 'local':
    case 'pinned':
    case 'none':
      return [];
  }
}

/** A pin has to be changed, what runs started anew, and what is only here pulled. */
function adviseOnRebuilt({ name, sources }: ImageReport, candidate: Digest): string {
  const at = name.indexOf('@');
  if (at >= 0) return `pin it to ${sanitizeText(name.slice(0, at), LONGEST_NAME)}@${candidate}`;
  return sources.some(({ file }) => file !== null) ? 'roll it out again to run the present one' : 'pull it again';
}

/** A newer version reaches its own level and those below it: who wants to know of patches wants to know of what replaced them. */
const REACHED: Readonly<Record<'patch' | 'minor' | 'major', readonly FailOn[]>> = {
  patch: ['patch'],
  minor: ['patch', 'minor'],
  major: ['patch', 'minor', 'major'],
};

function findInVersions({ newer }: ImageReport): readonly Found[] {
  const { verdict } = newer;
  if (verdict.kind !== 'available') return [];
  return [verdict.line, verdict.newest].flatMap((version) => {
    if (version === null) return [];
    const says = `has a newer version: ${sanitizeText(version.tag)} (${version.level})`;
    return [
      found(`stale/${version.level}`, says, { counts: REACHED[version.level], advice: `change the tag to ${sanitizeText(version.tag)}` }),
    ];
  });
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
      return [found('stale/base', `stands on a base that is gone: ${verdict.why}`, { counts: ['base'], isSure, about: 'base' })];
    case 'unknown': {
      if (verdict.reason.kind === 'no-evidence') return [];
      const isTagToo = image.tag.verdict.kind === 'unknown' && image.tag.verdict.reason.kind === verdict.reason.kind;
      if (isTagToo && verdict.reference === null) return [];
      const rule = RULE_OF_REASON[verdict.reason.kind];
      const whose = verdict.reference === null ? 'its base' : `its base ${name}`;
      return [found(rule, `: ${whose} was not checked: ${verdict.reason.message}`, { about: 'base' })];
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

/** ` 2026-12-15: waits for the fix`, each part where it is told. */
function describeHold({ until, reason }: Hold): string {
  return [until === null ? null : sanitizeText(until), reason === null ? null : sanitizeText(reason)]
    .filter((part) => part !== null)
    .join(': ');
}

const RULE_OF_REASON: Readonly<Record<ReasonKind, FindingRule>> = {
  unauthorized: 'unknown/auth',
  'not-found-or-private': 'unknown/notfound',
  'rate-limited': 'unknown/ratelimit',
  budget: 'unknown/ratelimit',
  unreachable: 'unknown/network',
  timeout: 'unknown/network',
  tls: 'unknown/network',
  'bad-response': 'unknown/response',
  'digest-mismatch': 'unknown/response',
  unsupported: 'unknown/unsupported',
  offline: 'unknown/offline',
  policy: 'unknown/policy',
  'no-evidence': 'unknown/base',
  squashed: 'unknown/base',
  'ambiguous-tag': 'unknown/base',
};

function placesOf(image: ImageReport, { about }: Found): readonly (SourcePlace | null)[] {
  if (about === 'base' && image.builtFrom !== null) return [image.builtFrom];
  return image.sources.length === 0 ? [null] : image.sources;
}

function makeFinding(
  { rule, says, advice, counts, isSure }: Found,
  { image, source, measure }: { readonly image: ImageReport; readonly source: SourcePlace | null; readonly measure: Measure },
): Finding {
  const place: FilePlace | null = source?.file?.place ?? null;
  const isUnresolved = rule === 'unknown/unsupported' && image.registry === null && place !== null;
  const { held } = image;
  const level = levelOf({ rule, counts, isSure }, image, measure);
  const hold = held === null || rule === 'hold/expired' ? '' : describeHeld(held);
  return {
    rule: isUnresolved ? 'unknown/reference' : rule,
    level,
    message: `${nameInWords(image)}${says.startsWith(':') ? '' : ' '}${sanitizeText(says, LONGEST_MESSAGE)}${hold}`,
    advice: held === null ? advice : null,
    image: nameOf(image, source),
    place,
    report: image,
  };
}

const LONGEST_MESSAGE = 1_000;

function describeHeld(hold: Hold): string {
  const until = hold.until === null ? '' : ` until ${sanitizeText(hold.until)}`;
  return `; held${until}${hold.reason === null ? '' : `: ${sanitizeText(hold.reason)}`}`;
}

/** What it is, whatever variables were written, and without the digest that no person compares. */
function nameInWords(image: ImageReport): string {
  const at = image.name.indexOf('@');
  const isTagged = at >= 0 && image.name.slice(image.name.lastIndexOf('/', at) + 1, at).includes(':');
  return image.registry === null
    ? nameOf(image, image.sources[0] ?? null)
    : sanitizeText(isTagged ? image.name.slice(0, at) : image.name, LONGEST_NAME);
}

/** As it stands in the file that the image itself is named in; else the name to type. */
function nameOf(image: ImageReport, source: SourcePlace | null): string {
  const isOwn = source !== null && image.sources.includes(source);
  if (isOwn && source.file !== null) return sanitizeText(source.file.written, LONGEST_NAME);
  if (image.registry === null) return sanitizeText(image.engineId.replace(/^sha256:(.{12}).*$/, '$1'), LONGEST_NAME);
  return sanitizeText(`${image.sources.some(({ kind }) => kind === 'docker') ? 'docker://' : ''}${image.name}`, LONGEST_NAME);
}

const LONGEST_NAME = 800;

function levelOf(
  { rule, counts, isSure }: Pick<Found, 'rule' | 'counts' | 'isSure'>,
  image: ImageReport,
  { failOn, strict }: Measure,
): FindingLevel {
  if (rule === 'hold/expired') return 'warning';
  if (image.held !== null) return 'note';
  const reaches = counts.some((each) => failOn.includes(each));
  return reaches && (isSure || strict) ? 'error' : 'warning';
}
