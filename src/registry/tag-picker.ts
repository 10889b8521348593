import type { Reason } from '../core/reason.ts';
import { isAscending, type TagRange } from './tag-ranges.ts';
import type { NextPage } from './tag-page.ts';
import type { PageAnswer, TagReader } from './tag-reader.ts';

type Page = Extract<PageAnswer, { kind: 'page' }>;

/** How far a list was read from its start, and what comes next. */
export type Head = { readonly tags: readonly string[]; readonly next: NextPage | null };

/**
 * What came of reading parts of a list. `picked`: the ranges are whole in `tags`; `unproven`: the registry did not behave as lexical order has it, and `head` is what
 * is known without that; `cut`: a page did not come.
 */
export type Picked =
  | { readonly kind: 'picked'; readonly tags: readonly string[]; readonly isAll: boolean }
  | { readonly kind: 'unproven'; readonly head: Head }
  | { readonly kind: 'cut'; readonly tags: readonly string[]; readonly why: Reason };

/** Fewer tags in order prove nothing. */
const LEAST_PROOF = 50;

/** Tells whether the first page of a list lets the order be lexical, and there is more of it. */
export function mayBeLexical(first: Page): boolean {
  return first.next !== null && first.tags.length >= LEAST_PROOF && isAscending(first.tags, null);
}

/**
 * Reads the wanted ranges of a list in lexical order and leaves out what lies between them.
 *
 * Jumps by `last` to right before a range, which is hardly ever a tag: the answer must prove itself by what it brings. It may not be empty, as some registries answer an
 * unknown tag with nothing, and must ascend from there. Never jumps to a tag: `1.10` sorts before `1.9`.
 * Source: OCI distribution-spec v1.1, "Listing Tags" (tags in lexical order; `last` need not exist); opencontainers/distribution-spec#184.
 */
export async function pickRanges(first: Page, ranges: readonly TagRange[], read: TagReader, n: number): Promise<Picked> {
  const head = { tags: [...first.tags], next: first.next };
  const jumped: string[] = [];
  const at: Position = { frontier: first.tags.at(-1) ?? '', next: first.next, tags: head.tags };
  const unproven = (): Picked => ({ kind: 'unproven', head });
  const brought = (): readonly string[] => [...head.tags, ...jumped];

  for (const range of ranges) {
    if (isKnown(at, range)) continue;
    const isPast = at.frontier >= range.end;
    const kept = isPast ? { ...at } : null;
    if (isPast || at.frontier <= range.after) {
      const answer = await read({ n, last: range.after, rest: [] });
      if (answer.kind === 'failed') return { kind: 'cut', tags: brought(), why: answer.reason };
      if (answer.kind === 'refused' || answer.tags.length === 0 || !isAscending(answer.tags, range.after)) return unproven();
      jumped.push(...answer.tags);
      Object.assign(at, { frontier: answer.tags.at(-1) ?? '', next: answer.next, tags: jumped });
    }
    while (at.frontier < range.end && at.next !== null) {
      const answer = await read(at.next.query);
      if (answer.kind !== 'page') return { kind: 'cut', tags: brought(), why: answer.reason };
      const isLoop = answer.tags.length === 0 && answer.next !== null;
      if (isLoop || !isAscending(answer.tags, at.frontier)) return unproven();
      for (const tag of answer.tags) at.tags.push(tag);
      at.frontier = answer.tags.at(-1) ?? at.frontier;
      at.next = answer.next;
      if (at.tags === head.tags) head.next = answer.next;
    }
    if (kept !== null) Object.assign(at, kept);
  }
  return { kind: 'picked', tags: brought(), isAll: head.next === null };
}

/** Where reading stands: `tags` takes what comes next, `frontier` is the last of them. */
type Position = { frontier: string; next: NextPage | null; tags: string[] };

/** A range is known when the list is at its end, or is past it and had some of it. Nothing sorts before the digits, whatever the collation: that range needs no proof. */
function isKnown(at: Position, range: TagRange): boolean {
  if (at.frontier < range.end) return at.next === null;
  return range.after === '.' || at.tags.some((tag) => tag > range.after && tag < range.end);
}
