import type { Document } from '../document.ts';
import { groupBy } from '../group.ts';
import { compareText } from '../reference.ts';
import { listAttention } from './attention.ts';
import { listBases } from './bases.ts';
import type { Baseline } from './baseline.ts';
import { type ComparedHost, compareHost } from './compare-host.ts';
import { countImages, findAges, sumRegistries } from './counts.ts';
import { listAll, type Lists } from './group-hosts.ts';
import { describeInterrupted } from './interrupted.ts';
import { keepBaseline } from './keep-baseline.ts';
import { findMissingHosts, type MissingHost } from './missing-hosts.ts';
import { listRebuilds } from './rebuilds.ts';
import type { Attention, HostStore, Report, Since, TrendPoint } from './report.ts';

/** What a report is made of. */
export type ReportInput = Pick<Report, 'id' | 'title' | 'onlyNew'> & {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** In any order; names may repeat, then the newest document counts. */
  readonly hosts: readonly HostInput[];
  /** Each machine has to be among them, as its document was handed in. */
  readonly areDocuments?: boolean;
  /** What is compared with; `name`: of a file, null for an earlier report. null: this is the first one. */
  readonly earlier: { readonly baseline: Baseline; readonly name: string | null } | null;
  /** What the last report told that was marked, where that is another than what is compared with: only for what is kept. */
  readonly last?: Baseline | null;
  /** The last report that was marked, where nobody knows whether it was printed, and the last before it of which that is known. */
  readonly interrupted: { readonly baseline: Baseline; readonly before: Baseline | null } | null;
  /** Of the reports that were marked before, oldest first. */
  readonly trend: readonly TrendPoint[];
};

type HostInput = { readonly name: string; readonly document: Document };

/** A report, and what it tells, to be kept. */
export type Composed = { readonly report: Report; readonly baseline: Baseline };

/**
 * Makes a report of what was found on one machine or several: the same input always makes the same report.
 *
 * What was told before and could not be checked this time is still pending; what was told of a host that is not among the input is left as it was.
 */
export function composeReport(input: ReportInput): Composed {
  const { now, earlier } = input;
  const hosts = chooseHosts(input.hosts);
  const last = input.last ?? null;
  const compared = compareHosts(hosts, earlier?.baseline ?? null, now);
  const documents = hosts.map(({ document }) => document);
  const isFleet = hosts.length > 1;
  const rows = compared.flatMap((host) => host.rows.map(({ row }) => row));
  const lists = listAll(compared, isFleet);
  const here = new Set(hosts.map(({ name }) => name));
  const missing = (before: Baseline | null): readonly MissingHost[] =>
    input.areDocuments === true ? findMissingHosts(before, here, now) : [];
  const attention = listAttention(compared, missing(earlier?.baseline ?? null));
  const images = countImages(documents);
  const trend: TrendPoint = { at: now, images: images.images, fresh: images.fresh, stale: images.stale, unknown: images.unknown };
  const report: Report = {
    id: input.id,
    title: input.title,
    generatedAt: now,
    onlyNew: input.onlyNew,
    hosts: hosts.map(({ name, document }) => ({ name, generatedAt: timeOf(document, now), document })),
    since: describeSince(earlier),
    interrupted: input.interrupted === null ? null : describeInterrupted(input.interrupted.baseline, input.interrupted.before),
    counts: { ...images, news: lists.news.length, older: lists.pending.length, held: lists.held.length, done: lists.done.length },
    attention,
    ...lists,
    bases: listBases(rows, isFleet),
    rebuilds: listRebuilds(rows, isFleet),
    stores: hosts.flatMap(tellStore),
    registries: sumRegistries(documents),
    data: findAges(documents),
    trend: [...input.trend, trend],
    isUnchanged: isUnchanged(earlier !== null, { lists, attention, compared }),
  };
  // of machines that only a file tells of no report ever told
  const before = earlier?.name === null ? earlier.baseline : null;
  const baseline =
    last === null
      ? keepBaseline(compared, { before, shown: null, missing }, trend)
      : keepBaseline(compareHosts(hosts, last, now), { before: last, shown: compared, missing }, trend);
  return { report, baseline };
}

function compareHosts(hosts: readonly HostInput[], before: Baseline | null, now: number): readonly ComparedHost[] {
  const told = groupBy(before?.rows ?? [], ({ host }) => host);
  return hosts.map((host) => compareHost(host, told.get(host.name) ?? [], now));
}

/** Sorted by name; of several documents of one host the newest. */
function chooseHosts(hosts: readonly HostInput[]): readonly HostInput[] {
  return [...groupBy(hosts, ({ name }) => name).values()]
    .flatMap((those) => (those.length < 2 ? those : chooseNewest(those)))
    .sort((a, b) => compareText(a.name, b.name));
}

function chooseNewest(those: readonly HostInput[]): readonly HostInput[] {
  const dated = those.map((host) => ({ host, time: timeOf(host.document, 0) }));
  const newest = Math.max(...dated.map(({ time }) => time));
  const best = dated.filter(({ time }) => time === newest).map(({ host }) => host);
  // of two of one moment it must not matter which came first
  return best.length < 2 ? best : [...best].sort((a, b) => compareText(JSON.stringify(a), JSON.stringify(b))).slice(0, 1);
}

function timeOf({ generatedAt }: Document, otherwise: number): number {
  const time = Date.parse(generatedAt);
  return Number.isNaN(time) ? otherwise : time;
}

function describeSince(earlier: ReportInput['earlier']): Since {
  if (earlier === null) return { kind: 'first' };
  const { baseline, name } = earlier;
  return name === null ? { kind: 'mark', at: baseline.at } : { kind: 'file', at: baseline.at, name };
}

function tellStore({ name, document: { store } }: HostInput): readonly HostStore[] {
  if (store == null) return [];
  const { images, bytes, freedBytes, unneeded } = store;
  return [{ host: name, images, bytes, freedBytes, unneeded }];
}

type Found = { readonly lists: Lists; readonly attention: readonly Attention[]; readonly compared: readonly ComparedHost[] };

function isUnchanged(hasEarlier: boolean, { lists, attention, compared }: Found): boolean {
  if (!hasEarlier) return lists.news.length === 0 && attention.length === 0;
  const isQuiet = lists.news.length === 0 && lists.done.length === 0;
  return isQuiet && !attention.some(({ isNew }) => isNew) && !compared.some(({ hasEnded }) => hasEnded);
}
