import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Document, ImageEntry } from '../../../src/core/document.ts';
import type { composeReport } from '../../../src/core/report/compose.ts';
import { decodeBaseline, encodeBaseline } from '../../../src/core/report/decode-baseline.ts';
import { type EntryParts, makeDocument, makeEntry } from '../../helpers/documents.ts';
import { compose, reportFleet, week } from './history.ts';

const NAMES = ['nginx:1.27.4', 'nginx:1.27.5', 'acme/base:1', 'acme/web:dev', 'ghcr.io/acme/api:2'];
const HOSTS = ['a', 'b'];

const parts: fc.Arbitrary<EntryParts> = fc.record(
  {
    image: fc.constantFrom('one', 'two', null),
    digests: fc.constantFrom(['one'], ['one', 'two'], ['three'], []),
    tag: fc.constantFrom('current', 'rebuilt', 'rebuilt', 'gone', 'unknown', 'none', 'local'),
    candidate: fc.constantFrom('x', 'y'),
    newer: fc.constantFrom<NonNullable<EntryParts['newer']>[]>(
      'unknown',
      'untracked',
      {},
      { patch: '1.27.5' },
      { patch: '1.27.6' },
      { patch: '1.27.5', major: '2.0' },
    ),
    base: fc.constantFrom('current', 'moved', 'moved', 'gone', 'unknown', 'none'),
    baseName: fc.constantFrom('node:20', 'acme/base:1'),
    baseReason: fc.constantFrom('no-evidence', 'timeout', 'squashed'),
    confidence: fc.constantFrom('low', 'high'),
    held: fc.constantFrom(null, null, { reason: 'wait', until: null }),
    expired: fc.constantFrom([], [{ reason: 'r', until: '2026-11-01' }]),
  },
  { requiredKeys: [] },
);

const entries: fc.Arbitrary<readonly ImageEntry[]> = fc.array(
  fc.tuple(fc.constantFrom(...NAMES), parts).map(([name, those]) => makeEntry(name, those)),
  { maxLength: 5 },
);

const document: fc.Arbitrary<Document> = fc
  .tuple(entries, fc.boolean(), fc.integer({ min: 0, max: 8 }))
  .map(([images, isRead, gap]) =>
    makeDocument(images, isRead || gap > 2 ? {} : { warnings: [{ code: 'unreadable', message: `place ${gap}`, image: null }] }),
  );

/** A host may be missing in any week but the first. */
const fleetWeek = (isFirst: boolean): fc.Arbitrary<Readonly<Record<string, Document>>> =>
  fc.record(Object.fromEntries(HOSTS.map((name) => [name, document])), { requiredKeys: isFirst ? HOSTS : ['a'] });

const history = fc
  .tuple(fleetWeek(true), fc.array(fleetWeek(false), { minLength: 1, maxLength: 5 }))
  .map(([first, others]) => [first, ...others]);

const find = (
  documents: Readonly<Record<string, Document>>,
  host: string,
  { reference, platform }: Pick<ImageEntry, 'reference' | 'platform'>,
) => documents[host]?.images.filter((each) => each.reference === reference && each.platform === platform) ?? [];

/** What list would say is newer for certain. */
const isNewer = ({ tag, newer, base }: ImageEntry): boolean =>
  tag.status === 'rebuilt' || newer.status === 'available' || (base.status === 'moved' && base.confidence !== 'low');

describe('whatever is found, week by week', () => {
  it('every stale image is told in one list or looked at, and no fresh one is told as new', () => {
    fc.assert(
      fc.property(history, (weeks) => {
        for (const [at, { report }] of reportFleet(...weeks).entries()) {
          const lists = { news: report.news, pending: report.pending, held: report.held };
          for (const [host, { images }] of Object.entries(weeks[at]!)) {
            for (const image of images) {
              const same = find(weeks[at]!, host, image);
              const inLists = Object.entries(lists).flatMap(([list, those]) =>
                those.filter((each) => each.reference === image.reference && each.hosts.includes(host)).map(() => list),
              );
              const isHeld = same.every(({ held }) => held !== null);
              const isLookedAt = report.attention.some(({ images: names, hosts }) => names.includes(image.name) && hosts.includes(host));
              if (same.some(isNewer)) expect(inLists).toEqual([isHeld ? 'held' : expect.stringMatching(/news|pending/)]);
              else {
                expect(inLists.length).toBeLessThanOrEqual(1);
                expect(inLists).not.toContain('news');
                if (image.verdict === 'stale' && !isHeld) expect(isLookedAt).toBe(true);
                if (image.verdict === 'unknown' && !isHeld) expect(isLookedAt).toBe(true);
              }
              if (image.tag.status === 'gone' || image.base.status === 'gone') expect(isLookedAt).toBe(true);
            }
          }
        }
      }),
    );
  });

  it('nothing is done on an axis that list would not call quiet', () => {
    fc.assert(
      fc.property(history, (weeks) => {
        for (const [at, { report }] of reportFleet(...weeks).entries()) {
          for (const { reference, platform, hosts, how, was } of report.done) {
            for (const host of hosts) {
              const same = find(weeks[at]!, host, { reference, platform });
              if (how === 'held') expect(same.every(({ held }) => held !== null)).toBe(true);
              if (how === 'held') continue;
              expect(same.length === 0 && how !== 'removed').toBe(false);
              const text = was.join(', ');
              for (const { tag, newer, base } of same) {
                if (text.includes('rebuilt')) expect(['rebuilt', 'gone', 'unknown']).not.toContain(tag.status);
                if (/\((?:patch|minor|major)\)/.test(text)) expect(['available', 'unknown']).not.toContain(newer.status);
                // a file names what is not here any more
                if (text.includes('base ') && tag.status !== 'none') expect(['moved', 'gone', 'unknown']).not.toContain(base.status);
              }
            }
          }
        }
      }),
    );
  });

  it('nothing that was told disappears without a word while its host is there', () => {
    fc.assert(
      fc.property(history, (weeks) => {
        const reports = reportFleet(...weeks);
        for (const [at, { report }] of reports.entries()) {
          const before = reports[at - 1]?.report;
          if (before === undefined) continue;
          for (const { reference, name, hosts } of [...before.news, ...before.pending]) {
            for (const host of hosts.filter((each) => each in weeks[at]!)) {
              const told = [...report.news, ...report.pending, ...report.held, ...report.done];
              const isTold = told.some((each) => each.reference === reference && each.hosts.includes(host));
              const isLookedAt = report.attention.some(({ images }) => images.includes(name));
              // what an image itself does not tell any more; what is unsure of one that is held back
              const isOther = find(weeks[at]!, host, { reference, platform: 'linux/amd64' }).some(
                ({ base, held }) =>
                  ['no-evidence', 'squashed'].includes(base.reason?.kind ?? '') || (held !== null && base.confidence === 'low'),
              );
              expect(isTold || isLookedAt || isOther).toBe(true);
            }
          }
        }
      }),
    );
  });

  it('an image is new once, until something newer is offered or it was done', () => {
    fc.assert(
      fc.property(history, (weeks) => {
        const known = new Map<string, Set<string>>();
        for (const [at, { report }] of reportFleet(...weeks).entries()) {
          const keysOf = (each: { reference: string; hosts: readonly string[] }): readonly string[] =>
            each.hosts.map((host) => `${host} ${each.reference}`);
          for (const each of report.done) for (const key of keysOf(each)) known.delete(key);
          for (const each of report.news) {
            const offers = each.updates.map((update) => (update.axis === 'newer' ? update.tag : update.axis));
            for (const key of keysOf(each)) {
              const told = known.get(key) ?? new Set();
              expect(offers.some((offer) => !told.has(offer))).toBe(true);
              known.set(key, new Set([...told, ...offers]));
            }
          }
          // the base of an image that is another one now, and tells none, begins anew
          for (const [host, { images }] of Object.entries(weeks[at]!)) {
            for (const { reference, base } of images) {
              if (['no-evidence', 'squashed'].includes(base.reason?.kind ?? '')) known.get(`${host} ${reference}`)?.delete('base');
            }
          }
        }
      }),
    );
  });

  it('the same again is unchanged, and all of it is pending', () => {
    fc.assert(
      fc.property(history, (weeks) => {
        const again = reportFleet(...weeks, weeks.at(-1)!);
        const [before, last] = again.slice(-2);
        expect(last!.report).toMatchObject({ isUnchanged: true, news: [], done: [] });
        expect(last!.report.counts.older).toBeGreaterThanOrEqual(Math.min(1, before!.report.counts.news));
        expect(last!.baseline.rows).toEqual(before!.baseline.rows);
      }),
    );
  });

  it('the order of hosts and images changes nothing, nor does composing twice or keeping the baseline', () => {
    fc.assert(
      fc.property(history, fc.boolean(), (weeks, isKept) => {
        const baseline = reportFleet(...weeks.slice(0, -1)).at(-1)!.baseline;
        const earlier = { baseline: isKept ? decodeBaseline(encodeBaseline(baseline))! : baseline, name: null };
        const hosts = Object.entries(weeks.at(-1)!).map(([name, each]) => ({ name, document: each }));
        const turned = hosts
          .toReversed()
          .map((host) => ({ ...host, document: { ...host.document, images: host.document.images.toReversed() } }));
        const [one, two, other] = [hosts, hosts, turned].map((those) => compose(those, { earlier, now: week(9) }));
        const plain = (composed: ReturnType<typeof composeReport>) => ({ ...composed, report: { ...composed.report, hosts: [] } });
        expect(two).toEqual(one);
        expect(plain(other!)).toEqual(plain(one!));
      }),
    );
  });

  it('what an interrupted report told is told as such by the next one, and as new by none', () => {
    fc.assert(
      fc.property(history, (weeks) => {
        const reports = reportFleet(...weeks);
        const [before, lost] = [reports.at(-2)!, reports.at(-1)!];
        const hosts = Object.entries(weeks.at(-1)!).map(([name, each]) => ({ name, document: each }));
        const { report } = compose(hosts, {
          now: week(9),
          earlier: { baseline: lost.baseline, name: null },
          interrupted: { baseline: lost.baseline, before: before.baseline },
        });
        expect(report.news).toEqual([]);
        for (const { name } of lost.report.news) expect(report.interrupted!.news.some((text) => text.startsWith(name))).toBe(true);
        for (const { name, was } of lost.report.done) {
          const parts = was.flatMap((each) => each.split(', '));
          expect(report.interrupted!.done.some((text) => text.startsWith(name) && parts.every((each) => text.includes(each)))).toBe(true);
        }
      }),
    );
  });
});
