import type { LayerStacks } from '../layer-stacks.ts';
import { compareText } from '../reference.ts';
import type { ComparedHost } from './compare-host.ts';
import { groupBy } from '../group.ts';
import { joinUpdates, keyOfUpdate } from './join-updates.ts';
import type { Done, HeldBack, Pending, Update } from './report.ts';
import { compareRows } from './rows.ts';
import { joinMentions, mentionAbsent, mentionRow, type Mention } from './subject.ts';

/** What is newer and what is done, each image once for all hosts that have it alike. */
export type Lists = {
  readonly news: readonly Pending[];
  readonly pending: readonly Pending[];
  readonly held: readonly HeldBack[];
  readonly done: readonly Done[];
};

/** Lists what is newer and what is done on one host or several. */
export function listAll(hosts: readonly ComparedHost[], isFleet: boolean): Lists {
  const pending = hosts.flatMap(findPending);
  const joinAll = (those: readonly PendingPart[]): readonly Pending[] =>
    joinAlike(those, keyOfPending, (parts) => joinPending(parts, isFleet));
  return {
    news: joinAll(pending.filter(({ isNews }) => isNews)),
    pending: [...joinAll(pending.filter(({ isNews }) => !isNews))].sort((a, b) => a.since - b.since || compareEntries(a, b)),
    held: joinAlike(hosts.flatMap(findHeld), keyOfHeld, (parts) => joinHeld(parts, isFleet)),
    done: joinAlike(hosts.flatMap(findDone), keyOfDone, (parts) => joinDone(parts, isFleet)),
  };
}

type PendingPart = Pick<Pending, 'updates' | 'since' | 'isMore' | 'isStaleAnswer' | 'layers'> & {
  readonly mention: Mention;
  readonly isNews: boolean;
};

function findPending({ rows, absent }: ComparedHost): readonly PendingPart[] {
  const seen = rows.filter(({ row, updates }) => row.hold === null && updates.length > 0);
  const hidden = absent.filter(({ updates }) => updates.length > 0);
  return [
    ...seen.map(({ row, updates, isNews, since, isMore, isStaleAnswer }) => {
      const layers = row.entries.map(({ base }) => base.layers ?? null).find((each) => each !== null) ?? null;
      return { mention: mentionRow(row), updates, isNews, since, isMore, isStaleAnswer, layers: hasBase(updates) ? layers : null };
    }),
    ...hidden.map(({ before, updates, since }) => {
      const mention = mentionAbsent(before);
      return { mention, updates, isNews: false, since, isMore: false, isStaleAnswer: true, layers: null };
    }),
  ];
}

function hasBase(updates: readonly Update[]): boolean {
  return updates.some(({ axis }) => axis === 'base');
}

function keyOfPending({ updates, isMore, isStaleAnswer }: PendingPart): string {
  return `${keyOfUpdates(updates)}\n${isMore}${isStaleAnswer}`;
}

/** What was installed may differ: it is what is offered that makes images alike. */
function keyOfUpdates(updates: readonly Update[]): string {
  return updates.map(keyOfUpdate).join('\n');
}

function joinPending(parts: Parts<PendingPart>, isFleet: boolean): Pending {
  const [{ isMore, isStaleAnswer }] = parts;
  return {
    ...joinMentions(mentionsOf(parts), isFleet),
    updates: joinUpdates(parts.flatMap(({ updates }) => updates)),
    since: firstOf(parts),
    isMore,
    isStaleAnswer,
    layers: joinLayers(parts.map(({ layers }) => layers)),
  };
}

/** There may be more than a call takes arguments. */
function firstOf(parts: Parts<{ readonly since: number }>): number {
  return parts.reduce((first, { since }) => Math.min(first, since), Number.POSITIVE_INFINITY);
}

/** One picture stands for all, or for none. */
function joinLayers(all: readonly (LayerStacks | null)[]): LayerStacks | null {
  const [first = null, ...others] = all;
  if (first === null || others.length === 0) return first;
  const text = JSON.stringify(first);
  return others.every((each) => JSON.stringify(each) === text) ? first : null;
}

type HeldPart = Pick<HeldBack, 'updates' | 'hold'> & { readonly mention: Mention };

function findHeld({ rows }: ComparedHost): readonly HeldPart[] {
  return rows.flatMap(({ row, updates }) =>
    row.hold === null || updates.length === 0 ? [] : [{ mention: mentionRow(row), updates, hold: row.hold }],
  );
}

function keyOfHeld({ updates, hold }: HeldPart): string {
  return `${keyOfUpdates(updates)}\n${JSON.stringify([hold.reason, hold.until])}`;
}

function joinHeld(parts: Parts<HeldPart>, isFleet: boolean): HeldBack {
  const [{ hold }] = parts;
  return { ...joinMentions(mentionsOf(parts), isFleet), updates: joinUpdates(parts.flatMap(({ updates }) => updates)), hold };
}

type DonePart = Pick<Done, 'how' | 'was' | 'successor' | 'since'> & { readonly mention: Mention };

function findDone({ rows, absent }: ComparedHost): readonly DonePart[] {
  return [
    ...rows.flatMap(({ row, done }) =>
      done.length === 0 ? [] : done.map((each) => ({ ...each, successor: null, mention: mentionRow(row) })),
    ),
    ...absent.flatMap(({ before, done, successor }) =>
      done.map((each) => ({ ...each, successor: successor?.name ?? null, mention: mentionAbsent(before) })),
    ),
  ];
}

function keyOfDone({ how, was, successor }: DonePart): string {
  return JSON.stringify([how, was, successor]);
}

function joinDone(parts: Parts<DonePart>, isFleet: boolean): Done {
  const [{ how, was, successor }] = parts;
  return { ...joinMentions(mentionsOf(parts), isFleet), how, was, successor, since: firstOf(parts) };
}

type Parts<T> = readonly [T, ...T[]];
type Entry = { readonly reference: string; readonly platform: string; readonly hosts: readonly string[] };

/** One of those of one image that `keyOf` finds alike; by reference, platform and host. */
function joinAlike<T extends { readonly mention: Mention }, R extends Entry>(
  parts: readonly T[],
  keyOf: (part: T) => string,
  join: (parts: Parts<T>) => R,
): readonly R[] {
  const groups = groupBy(parts, (part) => `${part.mention.reference}\n${part.mention.platform}\n${keyOf(part)}`);
  return [...groups.values()].flatMap(([first, ...others]) => (first === undefined ? [] : [join([first, ...others])])).sort(compareEntries);
}

function compareEntries(a: Entry, b: Entry): number {
  return compareRows(a, b) || compareText(a.hosts.join('\n'), b.hosts.join('\n'));
}

function mentionsOf([first, ...others]: Parts<{ readonly mention: Mention }>): Parts<Mention> {
  return [first.mention, ...others.map(({ mention }) => mention)];
}
