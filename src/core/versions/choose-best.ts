import { isTag } from '../reference.ts';
import type { VariantVersion, Version } from '../verdict.ts';
import { compareCores, compareTags, levelOf } from './compare.ts';
import type { NewerDecision } from './decide-newer.ts';
import type { Relatives } from './family.ts';
import { readTag, type TagHead } from './read-tag.ts';
import { type Judgement, RULES_ABOVE, type VersionPair } from './rules.ts';
import type { TagShape } from './shape.ts';
import { compareNumbers, hasNewerVariant, hasSameVariant } from './variant.ts';

/** Judges a candidate as a newer version, or as a newer variant. */
export type Judge = (candidate: TagShape, seeking: VersionPair['seeking']) => Judgement | null;

/** The best of those with the installed first number, or of those above. `waiting`: what is too young, the highest first. */
type Best = { version: TagShape | null; variant: TagShape | null; waiting: readonly TagShape[] };

/** What is above the installed version and rejected, the highest. */
type Unwanted = { readonly candidate: TagShape; readonly why: string } | null;

/** Chooses among the tags that can be of one family with the installed one. */
export function chooseAmong(installed: TagShape, { tags, readHead, readRest }: Relatives, judge: Judge): NewerDecision {
  const line: Best = { version: null, variant: null, waiting: [] };
  const above: Best = { version: null, variant: null, waiting: [] };
  let unwanted: Unwanted = null;
  let kept: Unwanted = null;
  for (const tag of tags) {
    const head = readHead(tag);
    const best = head.core?.numbers[0] === installed.core?.numbers[0] ? line : above;
    if (hasLowerNumbers(head, best.version) && (installed.axes.length === 0 || hasLowerNumbers(head, best.variant))) continue;
    const candidate = readRest(head);
    if (isBetter(candidate, best.version)) {
      const judgement = judge(candidate, 'version');
      if (judgement === null) best.version = candidate;
      else if (RULES_ABOVE.has(judgement.rule)) {
        if (isBetter(candidate, unwanted?.candidate ?? null)) unwanted = { candidate, why: judgement.why };
        if (judgement.rule === 'min-age') best.waiting = withWaiting(best.waiting, candidate);
      } else if (best === line && judgement.rule === 'parts' && isBetter(candidate, kept?.candidate ?? null)) {
        if (isHigherElsewhere(installed, candidate)) kept = { candidate, why: judgement.why };
      }
    }
    if (hasNewerVariant(installed, candidate) && isBetter(candidate, best.variant) && judge(candidate, 'variant') === null)
      best.variant = candidate;
  }
  const variant = line.variant ?? above.variant;
  const isTold = variant === line.version || variant === above.version;
  return {
    verdict: verdictOf(installed, { line: line.version, newest: above.version, unwanted: unwanted ?? kept }),
    variant: isTold ? null : variantOf(installed, variant),
    deferred: [...waitingAbove(above), ...waitingAbove(line)].slice(0, MAX_DEFERRED).map(({ tag }) => tag),
  };
}

/** Chooses the newest variant of a tag without a version: `alpine3.22` for `alpine3.19`. Which code name is released, or supported for long, is not known. */
export function chooseFloating(installed: TagShape, tags: Iterable<string>, judge: Judge): VariantVersion | null {
  if (installed.axes.length === 0 || installed.words.includes('<')) return null;
  let best: TagShape | null = null;
  for (const tag of tags) {
    if (!isTag(tag)) continue;
    const candidate = readTag(tag);
    const isRelated = candidate.kind === 'word' && hasNewerVariant(installed, candidate) && compareCores(installed, candidate) === 0;
    if (isRelated && isBetter(candidate, best) && judge(candidate, 'floating') === null) best = candidate;
  }
  return best === null ? null : { tag: best.tag, level: null, digest: null };
}

/** Most of a long list is below the best so far, and its suffixes need not be read. */
function hasLowerNumbers({ core }: TagHead, best: Pick<TagShape, 'core'> | null): boolean {
  return best !== null && compareNumbers(core?.numbers ?? [], best.core?.numbers ?? []) < 0;
}

function isBetter(candidate: TagShape, best: TagShape | null): boolean {
  return best === null || compareTags(candidate, best) > 0;
}

const MAX_DEFERRED = 5;

function withWaiting(waiting: readonly TagShape[], candidate: TagShape): readonly TagShape[] {
  const last = waiting[MAX_DEFERRED - 1];
  if ((last !== undefined && compareTags(candidate, last) < 0) || waiting.some(({ tag }) => tag === candidate.tag)) return waiting;
  return [...waiting, candidate].sort((a, b) => compareTags(b, a)).slice(0, MAX_DEFERRED);
}

/** What waits below the version that is offered is of no interest. */
function waitingAbove({ waiting, version }: Best): readonly TagShape[] {
  return waiting.filter((candidate) => isBetter(candidate, version));
}

/** Of one repository and one variant, both releases, where a number that both have is higher: 17.0.17 for 17.0.8.1. What is just written longer is not (15.4 for 15). */
function isHigherElsewhere(installed: TagShape, candidate: TagShape): boolean {
  const [from, to] = [installed.core, candidate.core];
  if (from === null || to === null || from.numbers.length === to.numbers.length) return false;
  const shared = Math.min(from.numbers.length, to.numbers.length);
  return (
    candidate.prefix === installed.prefix &&
    candidate.pre.length === 0 &&
    hasSameVariant(candidate, installed) &&
    compareNumbers(to.numbers.slice(0, shared), from.numbers.slice(0, shared)) > 0
  );
}

type Chosen = { readonly line: TagShape | null; readonly newest: TagShape | null; readonly unwanted: Unwanted };

function verdictOf(installed: TagShape, { line, newest, unwanted }: Chosen): NewerDecision['verdict'] {
  if (line !== null || newest !== null) {
    return {
      kind: 'available',
      line: versionOf(installed, line),
      newest: versionOf(installed, newest),
      why: explain(installed, line, newest),
    };
  }
  const why =
    unwanted === null ? `nothing newer is tagged as ${installed.tag} is` : `${unwanted.candidate.tag} is above, but ${unwanted.why}`;
  return { kind: 'none', why };
}

/** `15.14 is the newest of 15, 18.1 of all`. */
function explain({ prefix, core }: TagShape, line: TagShape | null, newest: TagShape | null): string {
  if (line === null || newest === null) return `${(line ?? newest)?.tag ?? ''} is the newest version`;
  return `${line.tag} is the newest of ${prefix}${core?.numbers[0] ?? ''}, ${newest.tag} of all`;
}

function versionOf(installed: TagShape, chosen: TagShape | null): Version | null {
  return chosen === null ? null : { tag: chosen.tag, level: levelOf(installed, chosen), digest: null };
}

function variantOf(installed: TagShape, chosen: TagShape | null): VariantVersion | null {
  if (chosen === null) return null;
  return { tag: chosen.tag, level: compareCores(installed, chosen) === 0 ? null : levelOf(installed, chosen), digest: null };
}
