import { isTag } from '../reference.ts';
import type { VariantVersion, Version } from '../verdict.ts';
import { compareCores, compareTags, hasNewerVariant, levelOf } from './compare.ts';
import type { NewerDecision } from './decide-newer.ts';
import { readTag } from './read-tag.ts';
import type { Judgement, VersionPair } from './rules.ts';
import type { TagShape } from './shape.ts';

/** Judges a candidate as a newer version, or as a newer variant. */
export type Judge = (candidate: TagShape, seeking: VersionPair['seeking']) => Judgement | null;

/** The best candidates so far. `unwanted`: the best that nothing but the policy rejects. */
type Best = {
  line: TagShape | null;
  newest: TagShape | null;
  lineVariant: TagShape | null;
  newestVariant: TagShape | null;
  unwanted: { readonly candidate: TagShape; readonly why: string } | null;
  readonly deferred: TagShape[];
};

/** Chooses among the tags that can be of one family with the installed one. */
export function chooseAmong(installed: TagShape, candidates: Iterable<TagShape>, judge: Judge): NewerDecision {
  const best: Best = { line: null, newest: null, lineVariant: null, newestVariant: null, unwanted: null, deferred: [] };
  for (const candidate of candidates) {
    const isInLine = candidate.core?.numbers[0] === installed.core?.numbers[0];
    const judgement = judge(candidate, 'version');
    if (judgement !== null) noteRejected(best, candidate, judgement);
    else if (isInLine) best.line = better(best.line, candidate);
    else best.newest = better(best.newest, candidate);
    if (!hasNewerVariant(installed, candidate) || judge(candidate, 'variant') !== null) continue;
    if (isInLine) best.lineVariant = better(best.lineVariant, candidate);
    else best.newestVariant = better(best.newestVariant, candidate);
  }
  const { line, newest } = best;
  const variant = best.lineVariant ?? best.newestVariant;
  return {
    verdict:
      line === null && newest === null
        ? { kind: 'none', why: explainNone(installed, best) }
        : { kind: 'available', line: versionOf(installed, line), newest: versionOf(installed, newest), why: explain(installed, best) },
    variant: variant === line || variant === newest ? null : variantOf(installed, variant),
    deferred: best.deferred.map(({ tag }) => tag),
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
    if (isRelated && judge(candidate, 'floating') === null) best = better(best, candidate);
  }
  return best === null ? null : { tag: best.tag, level: null, digest: null };
}

function better(best: TagShape | null, candidate: TagShape): TagShape {
  return best === null || compareTags(candidate, best) > 0 ? candidate : best;
}

const MAX_DEFERRED = 5;

function noteRejected(best: Best, candidate: TagShape, { rule, why }: Judgement): void {
  if (!ABOVE.has(rule)) return;
  if (best.unwanted === null || compareTags(candidate, best.unwanted.candidate) > 0) best.unwanted = { candidate, why };
  if (rule !== 'min-age') return;
  const { deferred } = best;
  if (deferred.some(({ tag }) => tag === candidate.tag)) return;
  deferred.push(candidate);
  deferred.sort((a, b) => compareTags(b, a));
  if (deferred.length > MAX_DEFERRED) deferred.pop();
}

/** The rules that reject what is above the installed version. */
const ABOVE: ReadonlySet<string> = new Set(['leap', 'include', 'exclude', 'track', 'skip', 'min-age']);

function versionOf(installed: TagShape, chosen: TagShape | null): Version | null {
  return chosen === null ? null : { tag: chosen.tag, level: levelOf(installed, chosen), digest: null };
}

function variantOf(installed: TagShape, chosen: TagShape | null): VariantVersion | null {
  if (chosen === null) return null;
  return { tag: chosen.tag, level: compareCores(installed, chosen) === 0 ? null : levelOf(installed, chosen), digest: null };
}

/** `15.14 is the newest of 15, 18.1 of all`. */
function explain({ prefix, core }: TagShape, { line, newest }: Best): string {
  if (line === null || newest === null) return `${(line ?? newest)?.tag ?? ''} is the newest version`;
  return `${line.tag} is the newest of ${prefix}${core?.numbers[0] ?? ''}, ${newest.tag} of all`;
}

function explainNone({ tag }: TagShape, { unwanted }: Best): string {
  if (unwanted === null) return `nothing newer is tagged as ${tag} is`;
  return `${unwanted.candidate.tag} is newer, but ${unwanted.why}`;
}
