import type { Document, ImageEntry } from '../../../src/core/document.ts';
import type { Baseline } from '../../../src/core/report/baseline.ts';
import { type Composed, composeReport, type ReportInput } from '../../../src/core/report/compose.ts';
import type { Report } from '../../../src/core/report/report.ts';
import { makeDocument } from '../../helpers/documents.ts';

/** Reports a week apart, each compared with the one before. */

const WEEK = 7 * 24 * 3_600_000;
/** Monday, 2026-11-02 07:00 UTC. */
export const FIRST_WEEK = Date.UTC(2026, 10, 2, 7);
export const week = (number: number): number => FIRST_WEEK + (number - 1) * WEEK;

export function compose(hosts: ReportInput['hosts'], parts: Partial<ReportInput> = {}): Composed {
  return composeReport({
    id: 'default',
    title: null,
    onlyNew: false,
    now: FIRST_WEEK,
    hosts,
    earlier: null,
    interrupted: null,
    trend: [],
    ...parts,
  });
}

/** What one host has in a week; images alone will do. */
export type Week = readonly ImageEntry[] | Document;

export function reportWeeks(...weeks: readonly Week[]): readonly Composed[] {
  return reportFleet(...weeks.map((each) => ({ build01: 'images' in each ? each : makeDocument(each) })));
}

/** Documents by host, by week. */
export function reportFleet(...weeks: readonly Readonly<Record<string, Document>>[]): readonly Composed[] {
  const composed: Composed[] = [];
  let earlier: Baseline | null = null;
  for (const [at, documents] of weeks.entries()) {
    const next = compose(
      Object.entries(documents).map(([name, document]) => ({ name, document })),
      { now: week(at + 1), areDocuments: true, earlier: earlier === null ? null : { baseline: earlier, name: null } },
    );
    composed.push(next);
    earlier = next.baseline;
  }
  return composed;
}

/** What a report says, in short words. */
export function tell({ report }: { readonly report: Report }): Readonly<Record<string, readonly string[]>> {
  const weekOf = (time: number): string => `week ${1 + (time - FIRST_WEEK) / WEEK}`;
  const sections = {
    attention: report.attention.map(
      ({ kind, images, isNew, since, message }) =>
        `${kind} ${images.length === 0 ? message : images.join(' ')} ${isNew ? 'new' : weekOf(since)}`,
    ),
    news: report.news.map(tellPending),
    pending: report.pending.map((each) => `${tellPending(each)} since ${weekOf(each.since)}`),
    done: report.done.map(
      ({ name, hosts, how, was, successor }) =>
        `${name}${report.hosts.length > 1 ? ` on ${hosts.join('+')}` : ''} ${how}: ${was.join(', ')}${successor === null ? '' : ` by ${successor}`}`,
    ),
    held: report.held.map((each) => tellPending({ ...each, isMore: false, isStaleAnswer: false })),
  };
  return Object.fromEntries(Object.entries(sections).filter(([, lines]) => lines.length > 0));

  function tellPending({
    name,
    hosts,
    updates,
    isMore,
    isStaleAnswer,
  }: Pick<Report['pending'][number], 'name' | 'hosts' | 'updates' | 'isMore' | 'isStaleAnswer'>): string {
    const what = updates.map((update) =>
      update.axis === 'newer' ? update.tag : update.axis === 'tag' ? 'rebuilt' : `base ${update.base ?? '?'}`,
    );
    const where = report.hosts.length > 1 ? ` on ${hosts.join('+')}` : '';
    return `${name}${where} ${what.join(' ')}${isMore ? ' more' : ''}${isStaleAnswer ? ' unchecked' : ''}`;
  }
}
