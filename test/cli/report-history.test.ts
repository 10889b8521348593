import { describe, expect, it } from 'vitest';
import type { Context } from '../../src/cli/context.ts';
import { findHistory } from '../../src/cli/report-history.ts';
import { readSince, type SinceWish } from '../../src/cli/report-options.ts';
import type { Document } from '../../src/core/document.ts';
import type { Composed } from '../../src/core/report/compose.ts';
import { createPassingReportLog } from '../../src/store/open-report-log.ts';
import { compose, tell, week } from '../core/report/history.ts';
import { makeDocument, makeEntry } from '../helpers/documents.ts';

/** What a report is compared with, from the marks of the ones before. */

const e = makeEntry;
const nginx = (parts = {}) => e('nginx:1.27.4', { newer: { patch: '1.27.5' }, ...parts });
const redis = (parts = {}) => e('redis:7', { tag: 'rebuilt', ...parts });

const DAY = 24 * 3_600_000;

type Hosts = Readonly<Record<string, Document>>;

/** Reports of one id, marked one after the other. */
function startReports(files: Readonly<Record<string, Document>> = {}) {
  const log = createPassingReportLog();
  const readText = (path: string) => Promise.resolve({ ok: true, value: JSON.stringify(files[path]) });
  const context = { signal: new AbortController().signal, adapters: { readText } } as unknown as Context;
  return async (now: number, documents: Hosts, how: { since?: SinceWish; isLost?: boolean } = {}): Promise<Composed> => {
    const hosts = Object.entries(documents).map(([name, document]) => ({ name, document }));
    const history = await findHistory(context, log, { id: 'default', since: how.since ?? { kind: 'last' }, hosts, isLocked: true });
    const composed = compose(hosts, { ...history, now });
    const key = log.prepare('default', composed.baseline);
    if (how.isLost !== true) log.confirm(key!);
    return composed;
  };
}

const of = (...images: Document['images']): Hosts => ({ build01: makeDocument(images) });

describe('reports that may not have arrived', () => {
  it('tell what each of them told, where several are in a row', async () => {
    const report = startReports();
    await report(week(1), of(nginx({ newer: {} }), redis()));
    await report(week(2), of(nginx(), redis()), { isLost: true });
    await report(week(3), of(nginx(), redis({ tag: 'current', image: 'new' })), { isLost: true });
    const { report: last } = await report(week(4), of(nginx(), redis({ tag: 'current', image: 'new' })));
    expect(last.interrupted).toEqual({ at: week(3), news: ['nginx:1.27.4: 1.27.5 (patch)'], done: ['redis:7: rebuilt'] });
    expect((await report(week(5), of(nginx()))).report.interrupted).toBeNull();
  });
});

describe('a mark of a report that was compared with an older one', () => {
  const since: SinceWish = { kind: 'time', at: week(1) };

  it('forgets no machine that the last one told of', async () => {
    const report = startReports();
    await report(week(1), of());
    await report(week(2), { build01: makeDocument([]), build02: makeDocument([redis()]) });
    await report(week(3), of(), { since });
    expect(tell(await report(week(4), { build02: makeDocument([redis()]) }))).toEqual({ pending: ['redis:7 rebuilt since week 2'] });
  });

  it('forgets nothing that could not be checked just then', async () => {
    const report = startReports();
    await report(week(1), of());
    await report(week(2), of(redis()));
    await report(week(3), of(redis({ tag: 'unknown' })), { since });
    expect(tell(await report(week(4), of(redis())))).toEqual({ pending: ['redis:7 rebuilt since week 2'] });
  });

  it('tells nothing as done once more', async () => {
    const report = startReports();
    await report(week(1), of(redis()));
    expect(tell(await report(week(2), of(redis({ tag: 'current' }))))).toEqual({ done: ['redis:7 withdrawn: rebuilt'] });
    await report(week(3), of(redis({ tag: 'unknown' })), { since });
    expect(tell(await report(week(4), of(redis({ tag: 'current' }))))).toEqual({});
  });

  it('keeps the days of a document', async () => {
    const report = startReports({ 'old.json': makeDocument([nginx()], { generatedAt: '2026-10-30T10:00:00Z', host: 'build01' }) });
    await report(week(1), of());
    await report(week(2), of(nginx()), { since: { kind: 'file', path: 'old.json' } });
    const { pending } = (await report(week(3), of(nginx()))).report;
    expect(pending).toMatchObject([{ name: 'nginx:1.27.4', since: Date.UTC(2026, 9, 30, 10) }]);
  });
});

describe('a document to compare with', () => {
  it('is of the machine that its file is called, among several', async () => {
    const report = startReports({ 'old/build01.json': makeDocument([redis()]) });
    const hosts = { build01: makeDocument([redis()]), build02: makeDocument([redis()]) };
    const told = tell(await report(week(1), hosts, { since: { kind: 'file', path: 'old/build01.json' } }));
    expect(told).toMatchObject({ news: ['redis:7 on build02 rebuilt'], pending: [expect.stringMatching(/^redis:7 on build01 rebuilt/)] });
  });
});

describe('a first mark that was compared with a document', () => {
  it('is not about machines that only the document tells of', async () => {
    const images = ['build01', 'build02'].map((host) => ({ ...redis(), host }));
    const report = startReports({ 'fleet.json': makeDocument(images) });
    const { baseline } = await report(week(1), of(redis()), { since: { kind: 'file', path: 'fleet.json' } });
    expect(baseline.hosts).toEqual(['build01']);
    expect(tell(await report(week(2), { build02: makeDocument([redis()]) }))).toEqual({ news: ['redis:7 rebuilt'] });
  });
});

describe('a report of so long ago', () => {
  it.each([
    ['7d', 'a timer that waits at random', 7 * DAY - 1_700_000, 'week 3'],
    ['7d', 'a report that was made on the same day of the week', 7 * DAY, 'week 3'],
    ['7d', 'an extra report on Tuesday', 6 * DAY, 'week 2'],
    ['1d', 'a report of yesterday that took its time', DAY - 600_000, 'week 3'],
  ])('is found for --since %s beside %s', async (text, _what, age, found) => {
    const report = startReports();
    for (const number of [1, 2, 3]) await report(week(number), of());
    const now = week(3) + age;
    const { since } = (await report(now, of(), { since: readSince(text, now) })).report;
    expect(since).toEqual({ kind: 'mark', at: week(Number(found.slice(5))) });
  });
});
