import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../../src/core/report/report.ts';
import { renderReportAtom } from '../../../src/formats/report/atom.ts';
import type { ReportAbout } from '../../../src/formats/report/index.ts';
import { type ReadElement, readXml } from '../check/read-xml.ts';
import { ATTENTION, EVIL, FIRST, FLEET, HOSTILE, INTERRUPTED, NOW, pending, QUIET, REPORT } from './reports.ts';

const ABOUT: ReportAbout = { version: '0.1.0', perImage: false, mail: { to: [], from: null } };
const WEEK = 7 * 24 * 3_600_000;

const child = (element: ReadElement, name: string): ReadElement => element.children.find((each) => each.name === name)!;
const entriesOf = (feed: ReadElement): readonly ReadElement[] => feed.children.filter(({ name }) => name === 'entry');
const feedOf = (report: Report): ReadElement => readXml(renderReportAtom(report, ABOUT));
const idsOf = (report: Report): readonly string[] => entriesOf(feedOf(report)).map((entry) => child(entry, 'id').text);
const titlesOf = (report: Report): readonly string[] => entriesOf(feedOf(report)).map((entry) => child(entry, 'title').text);

const TAG_URI = /^tag:imgupdate\.invalid,2026:(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-F]{2})+$/;

/** What a feed has to have. Source: RFC 4287, sections 4.1.1 and 4.1.2. */
function expectValid(report: Report): ReadElement {
  const feed = feedOf(report);
  expect(feed.name).toBe('feed');
  expect(child(feed, 'author').children[0]!.text).not.toBe('');
  const ids = new Set<string>();
  for (const element of [feed, ...entriesOf(feed)]) {
    for (const name of ['id', 'title', 'updated']) expect(element.children.filter((each) => each.name === name)).toHaveLength(1);
    expect(child(element, 'updated').text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const id = child(element, 'id').text;
    expect(id).toMatch(TAG_URI);
    expect(ids).not.toContain(id);
    ids.add(id);
  }
  return feed;
}

describe('the feed of a report', () => {
  it('is what it was', async () => {
    await expect(renderReportAtom(REPORT, ABOUT)).toMatchFileSnapshot('golden/atom.xml');
  });

  it('has an entry for each thing that is newer and for each that needs attention, the newest first', () => {
    expect(titlesOf(REPORT)).toEqual([
      'python:3.8-slim: the tag is deleted in its registry',
      'rabbitmq:3.13: was held until 2026-11-10: plugin not ready',
      'ghcr.io/acme/api:2.3.1: 2.4.0 (minor)',
      'nginx:1.27: rebuilt (333333333333 to 999999999999)',
      'nginx:1.27: 1.29.3 (minor)',
      'registry.corp.example:5000: not checked: 401 Unauthorized (registry.corp.example:5000/tools/ci:latest)',
      'grafana/grafana:11.2.0: 12.0.1 (major)',
      'acme/web:dev: base node:20-slim moved, 3 versions behind',
      'redis:7.2.4: 7.2.11 (patch)',
      'redis:7.2.4: 8.2.2 (major)',
    ]);
  });

  it('gives what is told again a week later the same ids, so that no reader shows it twice', () => {
    const news = REPORT.news.map((each) => ({ ...each, hosts: ['build02'] }));
    const later: Report = { ...REPORT, generatedAt: NOW + WEEK, news: [], pending: [...REPORT.pending, ...news] };
    expect([...idsOf(later)].sort()).toEqual([...idsOf(REPORT)].sort());
  });

  it('does not call an update old that is new beside an older one', () => {
    const [, nginx] = REPORT.news;
    const text = renderReportAtom({ ...QUIET, news: [{ ...nginx!, since: NOW - WEEK }] }, ABOUT);
    expect(text).toContain('Something newer for it is pending since 9 Nov');
    expect(text).not.toContain('First told');
  });

  it('gives a newer offer an id of its own', () => {
    const offer = (tag: string): Report => ({
      ...QUIET,
      news: [pending('redis:7', { updates: [{ axis: 'newer', kind: 'version', tag, level: 'patch', digest: null }] })],
    });
    expect(idsOf(offer('7.1'))).toEqual(['tag:imgupdate.invalid,2026:newer/docker.io/library/redis:7;linux/amd64;7.1']);
    expect(idsOf(offer('7.2'))).not.toEqual(idsOf(offer('7.1')));
  });

  it('tells a registry that fails again after it answered a second time, and a deleted tag once', () => {
    const again = { ...QUIET, attention: ATTENTION.map((each) => ({ ...each, since: NOW + WEEK })) };
    const before = idsOf({ ...QUIET, attention: ATTENTION });
    expect(idsOf(again).filter((id) => before.includes(id))).toHaveLength(2);
    expect(idsOf(again).filter((id) => !before.includes(id))).toEqual([expect.stringContaining(':unchecked/')]);
  });

  it('knows a registry that fails by why, not by the words about it', () => {
    const [, unchecked] = ATTENTION;
    const before = idsOf({ ...QUIET, attention: [unchecked!] });
    const images = [...unchecked!.images, 'registry.corp.example:5000/tools/web:1'];
    expect(idsOf({ ...QUIET, attention: [{ ...unchecked!, images, message: 'credentials are missing or refused' }] })).toEqual(before);
    expect(idsOf({ ...QUIET, attention: [{ ...unchecked!, reason: 'timeout' }] })).not.toEqual(before);
  });

  it('tells of each host that a place on it was not read, whoever tells it', () => {
    const unread = {
      ...ATTENTION[0]!,
      kind: 'unread' as const,
      images: [],
      registry: null,
      message: 'no engine answers at unix:///var/run/docker.sock',
    };
    const ofHost = (name: string): Report => ({
      ...QUIET,
      hosts: [{ ...QUIET.hosts[0]!, name }],
      attention: [{ ...unread, hosts: [name] }],
    });
    const fleet: Report = { ...FLEET, news: [], pending: [], attention: [{ ...unread, hosts: ['build02', 'edge'] }] };
    expect(titlesOf(fleet)).toEqual(['build02', 'edge'].map((host) => `${unread.message} on ${host}`));
    expect(idsOf(fleet)).toEqual([...idsOf(ofHost('build02')), ...idsOf(ofHost('edge'))]);
    expect(new Set(idsOf(fleet)).size).toBe(2);
    expect(titlesOf(ofHost('edge'))).toEqual([unread.message]);
  });

  it('leaves out what is older when only news is wanted', () => {
    expect(titlesOf({ ...REPORT, onlyNew: true })).toHaveLength(5);
  });

  it('is known by its report and its host', () => {
    const id = (report: Report): string => child(feedOf(report), 'id').text;
    expect(id(REPORT)).toBe('tag:imgupdate.invalid,2026:report/default;build01');
    expect(id(FLEET)).toBe('tag:imgupdate.invalid,2026:report/fleet;');
  });

  it('has at most 200 entries, however many images there are', () => {
    const many = Array.from({ length: 20_000 }, (_, at) => ({
      ...REPORT.news[1]!,
      name: `acme/a${at}:1`,
      reference: `docker.io/acme/a${at}:1`,
    }));
    const images = many.map(({ name }) => name);
    const text = renderReportAtom(
      { ...REPORT, news: many, pending: many, attention: ATTENTION.map((each) => ({ ...each, images })) },
      ABOUT,
    );
    expect(entriesOf(readXml(text))).toHaveLength(200);
    expect(text.length).toBeLessThan(150_000);
  });

  it('stays bounded where every text is as long as can be, and knows what is long by all of it', () => {
    const long = '<'.repeat(1e4);
    const news = Array.from({ length: 200 }, (_, at) =>
      pending(long, {
        reference: `${long}${at}`,
        platform: long,
        users: [long, long],
        updates: [{ axis: 'newer', kind: 'version', tag: long, level: 'patch', digest: null }],
      }),
    );
    const report = { ...QUIET, hosts: [{ ...QUIET.hosts[0]!, name: long }], news };
    expect(new Set(idsOf(report)).size).toBe(200);
    expect(renderReportAtom(report, ABOUT).length).toBeLessThan(3_000_000);
  });

  it.each([
    ['every section', REPORT],
    ['nothing', QUIET],
    ['a first report', FIRST],
    ['several hosts', FLEET],
    ['an interrupted report', INTERRUPTED],
    ['hostile names', HOSTILE],
  ])('with %s is a feed as the standard has it', (_, report) => {
    expectValid(report);
  });

  it('has no markup but its own, whatever names are', () => {
    for (const entry of entriesOf(feedOf(HOSTILE))) {
      const elements = [...child(entry, 'content').text.matchAll(/<\/?([a-z0-9]+)([^>]*)>/gi)].map(([, name, rest]) => `${name!}${rest!}`);
      expect(elements.filter((name) => !['p', 'code', 'ul', 'li'].includes(name))).toEqual([]);
    }
  });

  it('is a feed whatever images, hosts and versions are called', () => {
    const text = fc
      .array(
        fc.oneof(fc.string({ unit: 'binary', maxLength: 6 }), fc.constantFrom(']]>', '<', '&', '"', ';', '%', '\ud800', '\uffff', EVIL)),
        {
          maxLength: 6,
        },
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, text, (name, tag, host) => {
        const each = pending(name, {
          reference: name,
          platform: host,
          updates: [{ axis: 'newer', kind: 'version', tag, level: 'patch', digest: null }],
        });
        const attention = ATTENTION.map((one) => ({ ...one, images: [name], message: tag, registry: host }));
        const hosts = [{ ...REPORT.hosts[0]!, name: host }];
        expect(entriesOf(expectValid({ ...QUIET, id: tag, hosts, news: [each], attention }))).toHaveLength(4);
      }),
      { numRuns: 200 },
    );
  });
});
