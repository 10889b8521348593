import type { Hold } from '../../core/hold.ts';
import type { ReasonKind } from '../../core/reason.ts';
import type {
  Attention,
  AttentionKind,
  DoneHow,
  HostStore,
  MovedBase,
  Pending,
  Rebuild,
  Report,
  ReportCounts,
  Since,
  Subject,
  Update,
} from '../../core/report/report.ts';
import { renderTime } from '../age.ts';
import { describeHeadline, listTold } from './words.ts';

/** What the document of a report has beside that of a list. As everywhere in a document, times are RFC 3339 UTC and absent knowledge is null. */
export type ReportEntry = {
  readonly id: string;
  readonly title: string | null;
  readonly headline: string;
  readonly onlyNew: boolean;
  readonly isUnchanged: boolean;
  readonly hosts: readonly { readonly name: string; readonly generatedAt: string }[];
  readonly since: { readonly kind: Since['kind']; readonly at: string | null; readonly name: string | null };
  readonly interrupted: { readonly at: string; readonly news: readonly string[]; readonly done: readonly string[] } | null;
  readonly counts: ReportCounts;
  readonly attention: readonly AttentionEntry[];
  readonly news: readonly PendingEntry[];
  readonly pending: readonly PendingEntry[];
  readonly done: readonly DoneEntry[];
  readonly held: readonly (Subject & { readonly updates: readonly Update[]; readonly hold: Hold })[];
  readonly bases: readonly MovedBase[];
  readonly rebuilds: readonly Rebuild[];
  readonly stores: readonly HostStore[];
  readonly data: { readonly oldest: string; readonly newest: string } | null;
  readonly trend: readonly ({ readonly at: string } & Pick<ReportCounts, 'images' | 'fresh' | 'stale' | 'unknown'>)[];
};

export type PendingEntry = Subject & {
  readonly updates: readonly Update[];
  readonly since: string;
  readonly isMore: boolean;
  readonly isStaleAnswer: boolean;
};

export type DoneEntry = Subject & {
  readonly how: DoneHow;
  readonly was: readonly string[];
  readonly successor: string | null;
  readonly since: string;
};

export type AttentionEntry = {
  readonly kind: AttentionKind;
  readonly images: readonly string[];
  readonly hosts: readonly string[];
  readonly message: string;
  readonly registry: string | null;
  readonly reason: ReasonKind | null;
  readonly hold: Hold | null;
  readonly since: string;
  readonly isNew: boolean;
};

/** Makes the document's entry of a report; only the fields of the contract get into it, and where only news is wanted nothing but news. */
export function toReportEntry(report: Report): ReportEntry {
  const { id, title, onlyNew, isUnchanged, interrupted, counts, data } = report;
  const unlessOnlyNew = <T>(items: readonly T[]): readonly T[] => (onlyNew ? [] : items);
  return {
    id,
    title,
    headline: describeHeadline(report),
    onlyNew,
    isUnchanged,
    hosts: report.hosts.map(({ name, generatedAt }) => ({ name, generatedAt: renderTime(generatedAt) })),
    since: toSinceEntry(report.since),
    interrupted: interrupted === null ? null : { at: renderTime(interrupted.at), news: interrupted.news, done: interrupted.done },
    counts: toCounts(counts),
    attention: listTold(report).map(toAttentionEntry),
    news: report.news.map(toPendingEntry),
    pending: unlessOnlyNew(report.pending).map(toPendingEntry),
    done: report.done.map(({ how, was, successor, since, ...each }) => ({
      ...toSubject(each),
      how,
      was,
      successor,
      since: renderTime(since),
    })),
    held: unlessOnlyNew(report.held).map(({ updates, hold, ...each }) => ({
      ...toSubject(each),
      updates: updates.map(toUpdate),
      hold: toHold(hold),
    })),
    bases: unlessOnlyNew(report.bases).map(({ reference, name, kind, movements, candidate, images }) => ({
      reference,
      name,
      kind,
      movements,
      candidate,
      images: images.map(toSubject),
    })),
    rebuilds: unlessOnlyNew(report.rebuilds).map(({ because, base, isBaseLocal, ...each }) => ({
      ...toSubject(each),
      because,
      base,
      isBaseLocal,
    })),
    stores: unlessOnlyNew(report.stores).map(({ host, images, bytes, freedBytes, unneeded }) => ({
      host,
      images,
      bytes,
      freedBytes,
      unneeded,
    })),
    data: data === null ? null : { oldest: renderTime(data.oldest), newest: renderTime(data.newest) },
    trend: report.trend.map(({ at, images, fresh, stale, unknown }) => ({ at: renderTime(at), images, fresh, stale, unknown })),
  };
}

function toSinceEntry(since: Since): ReportEntry['since'] {
  switch (since.kind) {
    case 'first':
      return { kind: since.kind, at: null, name: null };
    case 'mark':
      return { kind: since.kind, at: renderTime(since.at), name: null };
    case 'file':
      return { kind: since.kind, at: renderTime(since.at), name: since.name };
  }
}

function toCounts({ images, checked, fresh, stale, unknown, news, older, held, done }: ReportCounts): ReportCounts {
  return { images, checked, fresh, stale, unknown, news, older, held, done };
}

function toAttentionEntry({ kind, images, hosts, message, registry, reason, hold, since, isNew }: Attention): AttentionEntry {
  return { kind, images, hosts, message, registry, reason, hold: hold === null ? null : toHold(hold), since: renderTime(since), isNew };
}

function toHold({ reason, until }: Hold): Hold {
  return { reason, until };
}

function toSubject({ reference, name, platform, hosts, users, places }: Subject): Subject {
  return { reference, name, platform, hosts, users, places: places.map(({ kind, location }) => ({ kind, location })) };
}

function toPendingEntry({ updates, since, isMore, isStaleAnswer, ...each }: Pending): PendingEntry {
  return { ...toSubject(each), updates: updates.map(toUpdate), since: renderTime(since), isMore, isStaleAnswer };
}

function toUpdate(update: Update): Update {
  switch (update.axis) {
    case 'tag':
      return { axis: 'tag', kind: 'rebuilt', installed: update.installed, candidate: update.candidate, created: update.created };
    case 'newer':
      return { axis: 'newer', kind: 'version', tag: update.tag, level: update.level, digest: update.digest };
    case 'base':
      return {
        axis: 'base',
        kind: 'moved',
        base: update.base,
        movement: update.movement,
        installed: update.installed,
        candidate: update.candidate,
        confidence: update.confidence,
        versionsBehind: update.versionsBehind,
      };
  }
}
