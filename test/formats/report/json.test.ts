import { describe, expect, it } from 'vitest';
import { decodeDocument } from '../../../src/core/decode-document.ts';
import type { Document } from '../../../src/core/document.ts';
import type { Report } from '../../../src/core/report/report.ts';
import type { ReportEntry } from '../../../src/formats/report/entry.ts';
import { renderReportJson } from '../../../src/formats/report/json.ts';
import { inEngine, inFile, makeEntry, reportOn } from './entries.ts';
import { EVIL, FIRST, FLEET, HOSTILE, INTERRUPTED, makeDocument, QUIET, REPORT } from './reports.ts';
import { compileDocumentSchema } from '../../helpers/document-schema.ts';

const validate = compileDocumentSchema();

const read = (report: Report) => JSON.parse(renderReportJson(report)) as Document & { readonly report: ReportEntry };

/** The problems the published schema finds. */
function problemsOf(document: unknown): readonly string[] {
  validate(document);
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
}

/** Of two machines, with what is in a real document. */
const IMAGES = [
  makeEntry('nginx:1.27', { sources: [inEngine('/var/run/docker.sock'), inFile('compose.yaml', 3)] }),
  makeEntry('acme/web:dev'),
];
const TWO = reportOn({ a: IMAGES, b: [IMAGES[0]!] });

describe('a report as JSON', () => {
  it('is as it always was', async () => {
    await expect(renderReportJson(REPORT)).toMatchFileSnapshot('golden/json.json');
  });

  it.each(Object.entries({ REPORT, QUIET, FIRST, FLEET, INTERRUPTED, HOSTILE, TWO }))('satisfies its published schema: %s', (_, report) => {
    expect(problemsOf(read(report))).toEqual([]);
    expect(problemsOf(read({ ...report, onlyNew: true }))).toEqual([]);
  });

  it('is the document of one machine with what changed, and can be reported on again', () => {
    const document = makeDocument(IMAGES, {
      store: { images: 3, bytes: null, unneeded: REPORT.stores[0]!.unneeded, freedBytes: 4 },
      warnings: [{ code: 'unread-file', message: 'x', image: null }],
    });
    const { report, ...rest } = read({ ...REPORT, hosts: [{ ...REPORT.hosts[0]!, document }] });
    expect(rest).toEqual(document);
    expect(report.headline).toBe('6 updates pending on build01: 2 new, 3 older, 1 held; 3 done since 9 Nov');
    expect(decodeDocument({ ...rest, report })).toEqual({ ok: true, value: document });
  });

  it('has the images of several machines by reference, each with its machine, and says what was warned of which', () => {
    const [a, b] = TWO.hosts;
    const warned = { ...b!, document: { ...b!.document, warnings: [{ code: 'x', message: 'y', image: null }] } };
    const document = read({ ...TWO, hosts: [a!, warned] });
    expect(document.images.map(({ host, name }) => `${host ?? ''} ${name}`)).toEqual(['a acme/web:dev', 'a nginx:1.27', 'b nginx:1.27']);
    expect(document.host).toBeUndefined();
    expect(document.warnings).toEqual([{ code: 'x', message: 'b: y', image: null }]);
    expect(document.registries).toEqual(TWO.registries);
  });

  it('tells times as all documents do, and what is not known as null', () => {
    const { since, data, hosts, trend, news, interrupted, attention } = read(REPORT).report;
    expect([since, interrupted]).toEqual([{ kind: 'mark', at: '2026-11-09T07:00:00Z', name: null }, null]);
    expect(data).toEqual({ oldest: '2026-11-16T06:20:00Z', newest: '2026-11-16T07:00:00Z' });
    expect(hosts).toEqual([{ name: 'build01', generatedAt: '2026-11-16T07:00:00Z' }]);
    expect([trend.at(-1)?.at, news[0]?.since, attention[1]?.since]).toEqual([
      '2026-11-16T07:00:00Z',
      '2026-11-16T07:00:00Z',
      '2026-11-09T07:00:00Z',
    ]);
    expect(read(FIRST).report.since).toEqual({ kind: 'first', at: null, name: null });
    expect(read({ ...REPORT, since: { kind: 'file', at: 0, name: 'old.json' } }).report.since).toEqual({
      kind: 'file',
      at: '1970-01-01T00:00:00Z',
      name: 'old.json',
    });
  });

  it('is empty but for news where only news is wanted, and counts all', () => {
    const { pending, held, bases, rebuilds, stores, news, done, attention, counts } = read({ ...REPORT, onlyNew: true }).report;
    expect([pending, held, bases, rebuilds, stores].flat()).toEqual([]);
    expect([news.length, done.length, attention.length, counts.older]).toEqual([2, 3, 2, 3]);
  });

  it('passes on nothing but the fields of the contract', () => {
    const secret = { token: 'secret' };
    const spoil = <T extends object>(items: readonly T[]): readonly T[] => items.map((each) => ({ ...each, ...secret }));
    const report = {
      ...REPORT,
      ...secret,
      counts: { ...REPORT.counts, ...secret },
      attention: spoil(REPORT.attention),
      news: spoil(REPORT.news).map((each) => ({ ...each, updates: spoil(each.updates), places: spoil(each.places) })),
      pending: spoil(REPORT.pending),
      done: spoil(REPORT.done),
      held: spoil(REPORT.held),
      bases: spoil(REPORT.bases),
      rebuilds: spoil(REPORT.rebuilds),
      stores: spoil(REPORT.stores),
      trend: spoil(REPORT.trend),
    };
    expect(renderReportJson(report)).toBe(renderReportJson(REPORT));
  });

  it('escapes what a terminal would act on and loses nothing of it', () => {
    const text = renderReportJson(HOSTILE);
    expect(text.replaceAll('\n', '').match(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u{e0000}-\u{e007f}\p{Cs}]/gu)).toBeNull();
    expect(read(HOSTILE).report.title).toBe(EVIL);
  });
});

describe('the schema of a document', () => {
  it.each<readonly [string, (report: ReportEntry) => object]>([
    ['a section that is missing', () => ({ news: undefined })],
    ['an unknown kind of attention', (report) => ({ attention: [{ ...report.attention[0], kind: 'bored' }] })],
    ['a time that is none', (report) => ({ pending: [{ ...report.pending[0], since: 'monday' }] })],
    ['something newer on no axis', (report) => ({ news: [{ ...report.news[0], updates: [{ axis: 'none' }] }] })],
    ['a version of no level', (report) => ({ news: [{ ...report.news[0], updates: [{ ...report.news[0]?.updates[0], level: null }] }] })],
    ['something done in no way', (report) => ({ done: [{ ...report.done[0], how: 'magic' }] })],
    ['a count that cannot be', (report) => ({ counts: { ...report.counts, news: -1 } })],
    ['no machine', () => ({ hosts: [] })],
    ['an image that nobody knows why to build', (report) => ({ rebuilds: [{ ...report.rebuilds[0], because: 'fun' }] })],
    ['a comparison with nothing that is known', () => ({ since: { kind: 'dream', at: null, name: null } })],
    ['a subject without a name', (report) => ({ held: [{ ...report.held[0], name: null }] })],
  ])('refuses a report with %s', (_, spoil) => {
    const document = read(REPORT);
    const spoiled: unknown = JSON.parse(JSON.stringify({ ...document, report: { ...document.report, ...spoil(document.report) } }));
    expect(problemsOf(document)).toEqual([]);
    expect(problemsOf(spoiled)).not.toEqual([]);
  });
});
