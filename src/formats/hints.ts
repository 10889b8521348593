import type { FindingRule } from '../check/finding.ts';
import type { ImageReport } from '../check/report.ts';
import { ruleOfReason } from '../check/rule-of-reason.ts';
import { groupBy } from '../core/group.ts';
import type { Reason, ReasonKind } from '../core/reason.ts';
import { sanitizeText } from '../core/text.ts';
import { canonicalBaseOf, failedBaseReasonOf } from './base.ts';
import { ownNewerReasonOf } from './newer.ts';
import { isOfFile, isTarget, linesOf, nameOf, plural, reasonOf } from './facts.ts';

const MOST_LINES = 5;
const LONGEST_MESSAGE = 240;

/**
 * Says once per registry and reason why images, or the bases of images, could not be checked, and what to do about it.
 *
 * Example: `W: ghcr.io/acme/api:2.3.1: not found or private; run 'docker login ghcr.io'`,
 * `W: quay.io: 12 images not checked: rate limited; ...`, `W: docker.io/library/node:20-slim (base of 3 images): rate limited`.
 * Five lines at most, the largest groups first; `command` lists the rest.
 */
export function renderHints(images: readonly ImageReport[], command = 'imgupdate list'): readonly string[] {
  const groups = groupByCause(images);
  const lines = groups.slice(0, MOST_LINES).map(renderGroup);
  const rest = groups.slice(MOST_LINES).flatMap((group) => group.failures);
  const hidden = new Set(rest.map(({ image }) => image)).size;
  return hidden === 0 ? lines : [...lines, `W: and ${hidden} more (${command}${filterFor(rest)})`];
}

/** Newer versions have no part in the verdict, so no filter shows all where some are of them and some are not. */
function filterFor(failures: readonly Failure[]): string {
  if (failures.every(isOfTag)) return ' --filter status=unknown';
  if (failures.every(({ what }) => what === 'newer')) return ' --filter newer=unknown';
  return failures.some(({ what }) => what === 'newer') ? '' : ' --filter verdict=unknown';
}

/** What to do about what could not be told of an image for reasons of one rule, each thing once: `run 'docker login ghcr.io'`. */
export function listActions(image: ImageReport, rule: FindingRule): readonly string[] {
  const failures = failuresOf(image).filter(({ reason }) => ruleOfReason(reason.kind) === rule);
  const actions = failures.map((failure) => wordsOf(failure).todo(failure.registry, failure.reason));
  return [...new Set(actions.filter((action) => action !== null))];
}

/** What could not be told: what the image's tag names; what an image in a registry is; which newer versions there are; what the tag of its base names; on which base it was built. */
type Failure = {
  readonly what: 'tag' | 'target' | 'newer' | 'base' | 'evidence';
  readonly image: ImageReport;
  readonly registry: string;
  readonly reason: Reason;
};

type Group = Pick<Failure, 'what' | 'registry' | 'reason'> & { readonly failures: readonly Failure[] };

function groupByCause(images: readonly ImageReport[]): readonly Group[] {
  const failures = images.flatMap(failuresOf);
  const groups = [...groupBy(failures, causeOf).values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ ...first, failures: group }];
  });
  return groups.sort((a, b) => b.failures.length - a.failures.length);
}

/** What a file says and nobody understands has no registry: each such thing has a cause of its own. */
function causeOf({ what, registry, reason }: Failure): string {
  return `${what} ${registry} ${reason.kind} ${registry === '' ? reason.message : ''}`;
}

function failuresOf(image: ImageReport): readonly Failure[] {
  return [...failureOfTag(image), ...failureOfNewer(image), ...failureOfBase(image)];
}

function failureOfTag(image: ImageReport): readonly Failure[] {
  const reason = reasonOf(image);
  return reason === null ? [] : [{ what: isTarget(image) ? 'target' : 'tag', image, reason, registry: registryOf(image) }];
}

function failureOfNewer(image: ImageReport): readonly Failure[] {
  const reason = ownNewerReasonOf(image);
  return reason === null ? [] : [{ what: 'newer', image, reason, registry: registryOf(image) }];
}

/** An unnamed base that shares its image's failure adds nothing to it. */
function failureOfBase(image: ImageReport): readonly Failure[] {
  const reason = failedBaseReasonOf(image);
  if (reason === null) return [];
  const reference = image.base.verdict.reference;
  if (reference !== null) return [{ what: 'base', image, reason, registry: sanitizeText(reference.registry) }];
  return reason.kind === reasonOf(image)?.kind ? [] : [{ what: 'evidence', image, reason, registry: registryOf(image) }];
}

function registryOf(image: ImageReport): string {
  return sanitizeText(image.registry ?? '');
}

function renderGroup(group: Group): string {
  const { registry, reason, failures } = group;
  const words = wordsOf(group);
  const message = sanitizeText(reason.message, LONGEST_MESSAGE);
  const isOfAll = failures.every((failure) => failure.reason.message === reason.message);
  const cause = words.says ?? (isOfAll ? message : `for one, ${message}`);
  const action = words.todo(registry, reason);
  return `W: ${nameSubject(group)}: ${cause}${action === null || cause.includes(action) ? '' : `; ${action}`}`;
}

function wordsOf({ what, reason }: Pick<Failure, 'what' | 'reason'>): Words {
  return OTHER_WORDS[what].get(reason.kind) ?? WORDS[reason.kind];
}

function isOfTag({ what }: Pick<Failure, 'what'>): boolean {
  return what === 'tag' || what === 'target';
}

function nameSubject({ what, registry, failures }: Group): string {
  const [first] = failures;
  const count = plural(failures.length, 'image');
  const place = registry === '' ? 'images' : registry;
  if (first === undefined) return place;
  if (isOfTag({ what })) return failures.length > 1 ? `${place}: ${count} not checked` : nameFailure(first.image);
  if (what === 'newer')
    return failures.length > 1 ? `${place}: newer versions of ${count} not checked` : `${nameFailure(first.image)} (newer versions)`;
  if (what === 'evidence')
    return failures.length > 1 ? `${place}: bases of ${count} not checked` : `${sanitizeText(first.image.reference)} (its base)`;
  const bases = new Set(failures.map(({ image }) => canonicalBaseOf(image)));
  return bases.size > 1 ? `${place}: ${bases.size} bases of ${count} not checked` : `${canonicalBaseOf(first.image)} (base of ${count})`;
}

/** By its canonical name; `node:${VERSION} (Dockerfile:3)` for what a file says and no reference can be made of. */
function nameFailure(image: ImageReport): string {
  if (image.registry !== null || !isOfFile(image)) return sanitizeText(image.reference);
  const [line] = linesOf(image);
  return `${nameOf(image)}${line === undefined ? '' : ` (${line})`}`;
}

/** `says` null: the message itself says what happened. */
type Words = { readonly says: string | null; readonly todo: (registry: string, reason: Reason) => string | null };

const login = (registry: string) => `run 'docker login${registry === 'docker.io' ? '' : ` ${registry}`}'`;
const retry = (registry: string, reason: Reason) =>
  reason.retryAt === null ? null : `${registry || 'it'} will answer again at ${sanitizeText(reason.retryAt)}`;
const nothing = () => null;

const WORDS: Readonly<Record<ReasonKind, Words>> = {
  unauthorized: { says: 'the credentials were refused', todo: login },
  'not-found-or-private': { says: 'not found or private', todo: login },
  'rate-limited': { says: 'rate limited', todo: retry },
  budget: {
    says: "its tag moved, and too little of the registry's quota is left to see for which platforms",
    todo: () => "run 'imgupdate limits'",
  },
  unreachable: { says: null, todo: nothing },
  timeout: { says: null, todo: () => 'try a longer --timeout' },
  tls: { says: null, todo: (registry) => `if you trust it, put its CA into /etc/docker/certs.d/${registry}/ca.crt` },
  'bad-response': { says: null, todo: nothing },
  'digest-mismatch': { says: null, todo: nothing },
  unsupported: { says: null, todo: nothing },
  offline: { says: 'not remembered from an earlier run', todo: () => 'run without --offline' },
  policy: { says: null, todo: nothing },
  'no-evidence': { says: null, todo: nothing },
  squashed: { says: null, todo: nothing },
  'ambiguous-tag': { says: null, todo: nothing },
};

/** What is said differently of bases, and of what names them. */
const OTHER_WORDS: Readonly<Record<Failure['what'], ReadonlyMap<ReasonKind, Words>>> = {
  tag: new Map(),
  // the tag is known, so neither is the repository missing nor closed
  newer: new Map([['not-found-or-private', { says: null, todo: nothing }]]),
  target: new Map([['budget', { says: "too little of the registry's quota is left to read it", todo: WORDS.budget.todo }]]),
  base: new Map([['budget', { says: "too little of the registry's quota is left to see what it names now", todo: WORDS.budget.todo }]]),
  evidence: new Map([['budget', { says: "too little of the registry's quota is left to read what names it", todo: WORDS.budget.todo }]]),
};
