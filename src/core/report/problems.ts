import type { ImageEntry } from '../document.ts';
import type { Hold } from '../hold.ts';
import type { Reason, ReasonKind } from '../reason.ts';
import { sanitizeText } from '../text.ts';
import { familiarOf } from './names.ts';
import type { AttentionKind } from './report.ts';

/** Something of one image that a person has to look at. `group`: problems of one kind and group are told together. */
export type Problem = {
  readonly kind: Exclude<AttentionKind, 'unread'>;
  readonly group: string;
  readonly message: string;
  readonly registry: string | null;
  readonly reason: ReasonKind | null;
  readonly hold: Hold | null;
};

/** All that a host and its port may have in them. */
const HOST = /^[\w.:[\]-]{1,260}$/;

/** UTF-16 code units of a message; what is longer says nothing more. */
const LONGEST_MESSAGE = 400;

/** What needs attention of an image. Of one that is held back on purpose only what is not there any more. */
export function findProblems(entries: readonly ImageEntry[], isHeld: boolean): readonly Problem[] {
  return entries.flatMap((entry) =>
    isQuiet(entry)
      ? []
      : [
          ...ofGoneTag(entry),
          ...ofBase(entry).filter(({ kind }) => !isHeld || kind === 'base-gone'),
          ...(isHeld ? [] : [...ofOpenQuestions(entry), ...ofEndedHolds(entry)]),
        ],
  );
}

function isQuiet(entry: ImageEntry): boolean {
  const { tag, base, expired = [] } = entry;
  return tag.status !== 'gone' && base.status !== 'gone' && base.status !== 'moved' && expired.length === 0 && !isOpen(entry);
}

/** Whether a question of the image has no answer; that nothing names its base leaves none open. */
export function isOpen({ tag, newer, base }: ImageEntry): boolean {
  return tag.status === 'unknown' || newer.status === 'unknown' || (base.status === 'unknown' && base.reason?.kind !== 'no-evidence');
}

/** Why those have none. */
export function openReasonsOf({
  tag,
  newer,
  base,
}: ImageEntry): readonly { readonly axis: 'tag' | 'newer' | 'base'; readonly reason: Reason }[] {
  return [
    ...(tag.status === 'unknown' ? [{ axis: 'tag', reason: tag.reason ?? UNTOLD } as const] : []),
    ...(newer.status === 'unknown' ? [{ axis: 'newer', reason: newer.reason ?? UNTOLD } as const] : []),
    ...(base.status === 'unknown' && base.reason?.kind !== 'no-evidence' ? [{ axis: 'base', reason: base.reason ?? UNTOLD } as const] : []),
  ];
}

const UNTOLD: Reason = { kind: 'bad-response', message: 'why is not told', retryAt: null };

function ofGoneTag({ reference, tag }: ImageEntry): readonly Problem[] {
  if (tag.status !== 'gone') return [];
  const registry = registryOf(reference);
  return [{ kind: 'gone', group: reference, message: messageOf(tag.why), registry, reason: null, hold: null }];
}

function ofBase({ base }: ImageEntry): readonly Problem[] {
  const of = { group: base.reference ?? '', registry: registryOf(base.reference), reason: null, hold: null };
  const name = base.reference === null ? 'of unknown name' : familiarOf(base.reference);
  if (base.status === 'gone') return [{ ...of, kind: 'base-gone', message: messageOf(`its base ${name} is gone: ${base.why}`) }];
  if (base.status !== 'moved' || base.confidence !== 'low') return [];
  return [{ ...of, kind: 'unsure', message: messageOf(`its base ${name} may have moved`) }];
}

function ofOpenQuestions(entry: ImageEntry): readonly Problem[] {
  return openReasonsOf(entry).map(({ axis, reason: { kind, message } }) => {
    const registry = registryOf(axis === 'base' ? entry.base.reference : entry.reference);
    return { kind: 'unchecked', group: `${registry ?? ''}\n${kind}`, message: messageOf(message), registry, reason: kind, hold: null };
  });
}

function ofEndedHolds({ expired = [] }: ImageEntry): readonly Problem[] {
  return expired.map((hold) => {
    const message = `was held until ${sanitizeText(hold.until ?? 'now', 40)}`;
    return { kind: 'expired-hold', group: keyOfHold(hold), message, registry: null, reason: null, hold };
  });
}

/** Tells holds apart, in one word. */
export function keyOfHold({ reason, until }: Hold): string {
  return sanitizeText(`${until ?? ''}:${reason ?? ''}`, LONGEST_MESSAGE).replace(/\s/g, '_');
}

/** `docker.io` of `docker.io/library/nginx:1.27`; null for what names no registry. */
function registryOf(reference: string | null): string | null {
  const registry = reference?.slice(0, reference.indexOf('/')) ?? '';
  return HOST.test(registry) ? registry : null;
}

function messageOf(text: string): string {
  return sanitizeText(text, LONGEST_MESSAGE);
}
