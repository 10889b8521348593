import type { BaselineRow, Told } from './baseline.ts';
import { type DoneWith, finish, gatherDone, repeat, UPDATE_WHATS } from './compare-row.ts';
import { hideRow, mayHide } from './hidden.ts';
import { describeOffer, readOffer } from './offers.ts';
import type { Update } from './report.ts';
import { keyOfRow, type Row } from './rows.ts';
import { createSuccession } from './successors.ts';
import type { Unread } from './unread.ts';

/** An image that was told of and is not in the document. */
export type AbsentRow = {
  readonly before: BaselineRow;
  /** What was told, where the image may only be out of sight. */
  readonly updates: readonly Update[];
  readonly since: number;
  readonly done: readonly DoneWith[];
  /** What took its place. */
  readonly successor: Row | null;
  /** Something that was told ended without being done. */
  readonly hasEnded: boolean;
  /** To be told of it, for the next report; null: it is gone from here. */
  readonly told: BaselineRow | null;
};

/** What of a machine was looked at this time. `ignored`: references that the configuration leaves out. */
type Seen = { readonly read: readonly Row[]; readonly unread: readonly Unread[]; readonly ignored: readonly string[] };

/**
 * Says of images that were told of and are not there whether they are gone, left out, or only out of sight.
 *
 * What could not be read may hide any of them, but for those that were seen while the same could not be read.
 */
export function compareAbsent(known: ReadonlyMap<string, BaselineRow>, { read, unread, ignored }: Seen): readonly AbsentRow[] {
  const here = new Set(read.map(keyOfRow));
  const absent = [...known].flatMap(([key, row]) => (here.has(key) ? [] : [row]));
  if (absent.length === 0) return [];
  const isIgnored = new Set(ignored);
  const successorOf = createSuccession(read, known);
  return absent.map((row) => {
    if (isIgnored.has(row.reference)) return end(row, 'ignored', null);
    return mayHide(unread, row) ? hide(row) : end(row, 'removed', successorOf(row));
  });
}

function hide(before: BaselineRow): AbsentRow {
  const repeated = UPDATE_WHATS.flatMap((what) =>
    before.told.filter((told) => told.what === what && !told.held).map((told) => repeat(what, told)),
  );
  return {
    before,
    updates: repeated.flatMap(({ updates }) => updates),
    since: repeated.reduce((since, each) => Math.min(since, each.since), Number.POSITIVE_INFINITY),
    done: [],
    successor: null,
    hasEnded: false,
    told: hideRow(before),
  };
}

function end(before: BaselineRow, how: 'removed' | 'ignored', successor: Row | null): AbsentRow {
  const isPending = (what: string): boolean => UPDATE_WHATS.some((axis) => axis === what);
  return {
    before,
    updates: [],
    since: 0,
    done: gatherDone(before.told.filter(({ what }) => isPending(what)).map((told) => withoutOffered(finish(told, how), told, successor))),
    successor,
    hasEnded: before.told.some(({ what }) => !isPending(what)),
    told: null,
  };
}

/** What is still offered for the image that took the place of another one is not done. */
function withoutOffered(done: DoneWith, { what, offer }: Told, successor: Row | null): DoneWith {
  const offered = new Set(successor?.updates.map((update) => (update.axis === 'newer' ? update.tag : null)));
  const [told, still] = [
    what === 'newer' ? readOffer('newer', offer) : [],
    (each: Update) => each.axis === 'newer' && offered.has(each.tag),
  ];
  const over = told.filter((each) => !still(each));
  return over.length === told.length ? done : { ...done, was: over.length === 0 ? [] : [describeOffer(over)] };
}
