import { describeOffer, isMoreThan, readOffer, renderOffer } from './offers.ts';
import type { BaselineRow, Told } from './baseline.ts';
import { isSameImage } from './identity.ts';
import { keyOfHold, type Problem } from './problems.ts';
import type { DoneHow, Update } from './report.ts';
import type { Row } from './rows.ts';
import { decideStanding, type Earlier } from './standing.ts';

/** What has to be told of one image, compared with what was told before. */
export type ComparedRow = {
  readonly row: Row;
  /** What is newer, and what was told of it before and cannot be checked now. */
  readonly updates: readonly Update[];
  /** Something of `updates` was never told. */
  readonly isNews: boolean;
  readonly since: number;
  readonly isMore: boolean;
  readonly isStaleAnswer: boolean;
  readonly done: readonly DoneWith[];
  readonly problems: readonly (Problem & { readonly since: number; readonly isNew: boolean })[];
  /** Something that was told ended without being done. */
  readonly hasEnded: boolean;
  /** To be told of it, for the next report, and the image of which it is told. */
  readonly told: readonly Told[];
  readonly image: string | null;
  /** See Earlier. */
  readonly isOutOfSight: boolean;
};

/** What was told before, and is done. */
export type DoneWith = { readonly how: DoneHow; readonly was: readonly string[]; readonly since: number };

/** Compares an image with what was told of it; `before` is null where nothing was. `now`: milliseconds since the epoch. */
export function compareRow(row: Row, earlier: Earlier, now: number): ComparedRow {
  const { before, isOutOfSight } = earlier;
  if (before === null && row.updates.length + row.problems.length === 0)
    return { ...QUIET, row, since: now, image: row.image, isOutOfSight };
  const axes = UPDATE_WHATS.map((what) => compareAxis(what, { row, ...earlier, now }));
  const kinds = PROBLEM_WHATS.map((what) => compareProblems(what, { row, ...earlier, now }));
  const isHeld = row.hold !== null;
  const shown = axes.filter(({ updates }) => updates.length > 0);
  const since = Math.min(now, ...shown.map((axis) => axis.since));
  const isNews = !isHeld && axes.some((axis) => axis.isNews);
  return {
    row,
    updates: shown.flatMap(({ updates }) => updates),
    isNews,
    since,
    isMore: axes.some(({ isMore }) => isMore) || (isNews && shown.some((axis) => !axis.isNews)),
    isStaleAnswer: axes.some(({ isStaleAnswer }) => isStaleAnswer),
    done: gatherDone(axes.flatMap(({ done }) => done)),
    problems: kinds.flatMap(({ problems }) => problems),
    hasEnded: [...axes, ...kinds].some(({ hasEnded }) => hasEnded),
    told: [...axes, ...kinds].flatMap(({ told }) => told),
    // what cannot be checked is told of the image that it was
    image: isOutOfSight || axes.some(({ isKept }) => isKept) ? (before?.image ?? row.image) : row.image,
    isOutOfSight,
  };
}

/** What is newer, on one axis each. */
export const UPDATE_WHATS = ['tag', 'newer', 'base'] as const;
const PROBLEM_WHATS = ['gone', 'base-gone', 'unchecked', 'expired-hold', 'unsure'] as const;

type Comparison = Earlier & { readonly row: Row; readonly now: number };

type ComparedAxis = {
  readonly updates: readonly Update[];
  readonly since: number;
  readonly isNews: boolean;
  readonly isMore: boolean;
  readonly isStaleAnswer: boolean;
  readonly done: readonly DoneWith[];
  readonly hasEnded: boolean;
  readonly told: readonly Told[];
  /** `told` is what was told before. */
  readonly isKept: boolean;
};

const QUIET = {
  ...{ updates: [], isNews: false, isMore: false, isStaleAnswer: false },
  ...{ done: [], problems: [], hasEnded: false, told: [] },
} as const;

const NOTHING = {
  ...{ updates: [], since: 0, isNews: false, isMore: false, isStaleAnswer: false },
  ...{ done: [], hasEnded: false, told: [], isKept: false },
} as const;

function compareAxis(what: (typeof UPDATE_WHATS)[number], { row, now, ...earlier }: Comparison): ComparedAxis {
  const { before } = earlier;
  const told = before?.told.find((each) => each.what === what) ?? null;
  switch (decideStanding(what, row, earlier)) {
    case 'so':
      return tellAxis(what, told, { row, now });
    case 'open':
      return told === null ? NOTHING : { ...NOTHING, ...repeat(what, { ...told, held: told.held && row.hold !== null }), isKept: true };
    case 'covered':
      return told === null ? NOTHING : { ...NOTHING, told: [told], isKept: true };
    case 'moot':
      return told === null ? NOTHING : { ...NOTHING, hasEnded: true };
    case 'not':
      return told === null ? NOTHING : { ...NOTHING, done: [finish(told, howDone(what, row, before))] };
  }
}

function tellAxis(what: Update['axis'], told: Told | null, { row, now }: Omit<Comparison, keyof Earlier>): ComparedAxis {
  const held = row.hold !== null;
  const updates = row.updates.filter(({ axis }) => axis === what);
  const isMore = told !== null && isMoreThan(updates, told.offer);
  const since = told?.since ?? now;
  return {
    ...NOTHING,
    updates,
    since,
    // a version is told once; a tag that is rebuilt again, and a base that moves again, are still the same errand
    isNews: told === null || (isMore && what === 'newer'),
    isMore,
    done: held && told !== null && !told.held ? [finish(told, 'held')] : [],
    told: [{ what, offer: renderOffer(updates, told?.offer ?? ''), was: describeOffer(updates), since, held }],
  };
}

/** What was told of an axis, where it cannot be checked. */
export function repeat(
  what: Update['axis'],
  told: Told,
): { readonly updates: readonly Update[]; readonly since: number; readonly isStaleAnswer: true; readonly told: readonly Told[] } {
  return { updates: readOffer(what, told.offer), since: told.since, isStaleAnswer: true, told: [told] };
}

/** Where the image is the one it was, nothing was pulled or built: its registry took back what it offered. Versions are newer than a tag, whatever image it names. */
function howDone(what: Update['axis'], row: Row, before: BaselineRow | null): DoneHow {
  if (what === 'newer') return 'withdrawn';
  if (row.entries.every(({ tag }) => tag.status === 'none')) return 'removed';
  return isSameImage(before?.image ?? null, row.image) === true ? 'withdrawn' : 'updated';
}

/** Says that something is done that was told. */
export function finish({ was, since }: Told, how: DoneHow): DoneWith {
  return { how, was: [was], since };
}

/** One for each way in which it was done. */
export function gatherDone(done: readonly DoneWith[]): readonly DoneWith[] {
  if (done.length < 2) return done;
  return [...new Set(done.map(({ how }) => how))].map((how) => {
    const those = done.filter((each) => each.how === how);
    return { how, was: those.flatMap(({ was }) => was), since: Math.min(...those.map(({ since }) => since)) };
  });
}

type ComparedProblems = Pick<ComparedRow, 'problems' | 'hasEnded' | 'told'>;

function compareProblems(what: (typeof PROBLEM_WHATS)[number], { row, now, ...earlier }: Comparison): ComparedProblems {
  const { before } = earlier;
  const told = before?.told.find((each) => each.what === what) ?? null;
  switch (decideStanding(what, row, earlier)) {
    case 'so':
      return tellProblems(what, told, { row, now });
    case 'open':
    case 'covered':
      return { problems: [], hasEnded: false, told: told === null ? [] : [told] };
    case 'moot':
    case 'not':
      return { problems: [], hasEnded: told !== null, told: [] };
  }
}

/** A hold that has ended is another one than those that ended before; all else of one kind is one thing, whatever the words. */
function tellProblems(what: Problem['kind'], told: Told | null, { row, now }: Omit<Comparison, keyof Earlier>): ComparedProblems {
  const own = row.problems.filter(({ kind }) => kind === what);
  const known = new Set(told?.offer.split(' '));
  const since = told?.since ?? now;
  const problems = own.map((problem) => {
    const isNew = told === null || (problem.hold !== null && !known.has(keyOfHold(problem.hold)));
    return { ...problem, isNew, since: isNew ? now : since };
  });
  const offer = [...new Set(own.flatMap(({ hold }) => (hold === null ? [] : [keyOfHold(hold)])))].join(' ');
  const was = [...new Set(own.map(({ message }) => message))].join('; ');
  return { problems, hasEnded: false, told: [{ what, offer, was: WORDS[what](was), since, held: false }] };
}

const WORDS: Readonly<Record<Problem['kind'], (messages: string) => string>> = {
  gone: (messages) => messages,
  'base-gone': (messages) => messages,
  unchecked: (messages) => `not checked: ${messages}`,
  'expired-hold': (messages) => messages,
  unsure: (messages) => messages,
};
