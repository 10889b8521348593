import { describe, expect, it } from 'vitest';
import type { Attention, AttentionKind, Done, Report, ReportCounts, Update } from '../../../src/core/report/report.ts';
import { listFooter } from '../../../src/formats/report/footer.ts';
import {
  describeAttention,
  describeBase,
  describeDone,
  describeHeadline,
  describeHold,
  describeHosts,
  describeInSubject,
  describePendingSince,
  describeProblem,
  describeProblemSince,
  describeTitle,
  describeUpdate,
  describeUsers,
  describeWhere,
  renderDay,
} from '../../../src/formats/report/words.ts';
import { ATTENTION, digest, FIRST, FLEET, NOW, pending, QUIET, REPORT } from './reports.ts';

const DAY = 24 * 3_600_000;

function withCounts(counts: Partial<ReportCounts>, parts: Partial<Report> = {}): Report {
  return { ...QUIET, counts: { ...QUIET.counts, ...counts }, ...parts };
}

function attentionOf(kind: AttentionKind, count: number): Attention {
  return { ...ATTENTION[0]!, kind, images: Array.from({ length: count }, (_, at) => `a:${at}`) };
}

describe('the headline', () => {
  it.each<readonly [Report, string]>([
    [REPORT, '6 updates pending on build01: 2 new, 3 older, 1 held; 3 done since 9 Nov'],
    [FLEET, '6 updates pending on 3 hosts: 2 new, 3 older, 1 held; 3 done since 9 Nov'],
    [FIRST, 'First report on build01: 6 updates pending, 1 of them held'],
    [QUIET, 'No updates pending on build01'],
    [withCounts({}, { since: { kind: 'first' } }), 'First report on build01: no updates pending'],
    [withCounts({ done: 1 }), 'No updates pending on build01; 1 done since 9 Nov'],
    [withCounts({ news: 1 }), '1 new update pending on build01; nothing done since 9 Nov'],
    [withCounts({ older: 2 }), '2 older updates pending on build01; nothing new or done since 9 Nov'],
    [withCounts({ held: 1, done: 2 }), '1 held update pending on build01; 2 done since 9 Nov'],
    [withCounts({ news: 1, older: 1 }), '2 updates pending on build01: 1 new, 1 older; nothing done since 9 Nov'],
    [
      withCounts({ done: 1 }, { since: { kind: 'file', at: NOW - DAY, name: 'old.json' } }),
      'No updates pending on build01; 1 done since old.json of 15 Nov',
    ],
  ])('%#: %s', (report, headline) => {
    expect(describeHeadline(report)).toBe(headline);
  });

  it('never says that nothing is pending where something was not checked', () => {
    expect(describeHeadline(withCounts({ checked: 13 }))).toBe('No updates known on build01');
    expect(describeHeadline(withCounts({}, { attention: [attentionOf('unread', 0)] }))).toBe('No updates known on build01');
    expect(describeInSubject(withCounts({}, { attention: [attentionOf('unchecked', 3)] }))).toBe(
      'imgupdate: no updates known on build01 [3 images not checked]',
    );
  });
});

describe('the subject of a mail', () => {
  it.each<readonly [Report, string]>([
    [REPORT, 'imgupdate: 6 image updates (2 new) on build01 [1 tag gone, 1 image not checked, 1 hold ended]'],
    [FIRST, 'imgupdate: 6 image updates on build01 [1 tag gone, 1 image not checked, 1 hold ended]'],
    [QUIET, 'imgupdate: no updates on build01'],
    [withCounts({ older: 1 }), 'imgupdate: 1 image update on build01'],
    [{ ...REPORT, title: 'Monday' }, 'Monday: 6 image updates (2 new) [1 tag gone, 1 image not checked, 1 hold ended]'],
  ])('%#', (report, subject) => {
    expect(describeInSubject(report)).toBe(subject);
  });
});

describe('the title', () => {
  it('is what was given, else names the machines and the week', () => {
    expect(describeTitle({ ...REPORT, title: 'Monday' })).toBe('Monday');
    expect(describeTitle(REPORT)).toBe('Image updates on build01, week 47');
    expect(describeTitle(FLEET)).toBe('Image updates on 3 hosts, week 47');
  });
});

describe('what needs attention', () => {
  it.each<readonly [AttentionKind, string, string]>([
    ['gone', '1 tag gone', '2 tags gone'],
    ['base-gone', '1 image on a base that is gone', '2 images on bases that are gone'],
    ['unchecked', '1 image not checked', '2 images not checked'],
    ['expired-hold', '1 hold ended', '1 hold ended'],
    ['unsure', '1 image on a base that may have moved', '2 images on bases that may have moved'],
  ])('is counted: %s', (kind, one, two) => {
    expect(describeAttention({ attention: [attentionOf(kind, 1)], onlyNew: false })).toBe(one);
    expect(describeAttention({ attention: [attentionOf(kind, 2)], onlyNew: false })).toBe(two);
  });

  it('counts places that could not be read, and nothing where there is nothing', () => {
    expect(describeAttention({ attention: [attentionOf('unread', 0), attentionOf('unread', 0)], onlyNew: false })).toBe(
      '2 places not read',
    );
    expect(describeAttention({ attention: [], onlyNew: false })).toBeNull();
  });

  it('counts a place that is not read once for each host', () => {
    expect(describeAttention({ attention: [{ ...attentionOf('unread', 0), hosts: ['build01', 'build02', 'edge'] }], onlyNew: false })).toBe(
      '3 places not read',
    );
  });

  it('is said with its reason, each once', () => {
    const [, unchecked, hold] = ATTENTION;
    expect(describeProblem(unchecked!)).toBe('not checked: 401 Unauthorized');
    expect(describeProblem({ ...unchecked!, message: 'not checked: offline' })).toBe('not checked: offline');
    expect(describeProblem(hold!)).toBe('was held until 2026-11-10: plugin not ready');
    expect(describeProblem({ ...hold!, message: 'was held until 2026-11-10: plugin not ready' })).toBe(
      'was held until 2026-11-10: plugin not ready',
    );
    expect(describeProblem({ ...hold!, hold: { reason: null, until: '2026-11-10' } })).toBe('was held until 2026-11-10');
  });

  it('is new, or since when; in a first report neither', () => {
    expect(ATTENTION.map((each) => describeProblemSince(each, REPORT))).toEqual(['new', 'since 9 Nov', 'new']);
    expect(ATTENTION.map((each) => describeProblemSince(each, FIRST))).toEqual(['', '', '']);
  });
});

describe('what is newer', () => {
  const base: Update = {
    axis: 'base',
    kind: 'moved',
    base: 'node:20-slim',
    movement: 'layers-differ',
    installed: null,
    candidate: null,
    confidence: 'high',
    versionsBehind: null,
  };

  it.each<readonly [Update, string]>([
    [
      { axis: 'tag', kind: 'rebuilt', installed: digest('3'), candidate: digest('9'), created: null },
      'rebuilt (333333333333 to 999999999999)',
    ],
    [{ axis: 'tag', kind: 'rebuilt', installed: null, candidate: digest('9'), created: null }, 'rebuilt'],
    [{ axis: 'newer', kind: 'version', tag: '1.27.5', level: 'patch', digest: null }, '1.27.5 (patch)'],
    [base, 'base node:20-slim moved'],
    [{ ...base, versionsBehind: 1 }, 'base node:20-slim moved'],
    [{ ...base, versionsBehind: 3, movement: 'undetermined' }, 'base node:20-slim moved, 3 versions behind'],
    [{ ...base, movement: 'metadata-only' }, 'base node:20-slim moved (only its metadata)'],
    [{ ...base, movement: 'upper-layers-removed' }, 'base node:20-slim moved (upper layers removed)'],
    [{ ...base, movement: 'rolled-back' }, 'base node:20-slim was rolled back'],
    [{ ...base, base: null, movement: null }, 'base of unknown name moved'],
  ])('%#: %s', (update, words) => {
    expect(describeUpdate(update)).toBe(words);
  });
});

describe('what became of it', () => {
  it.each<readonly [Partial<Done>, string]>([
    [{ how: 'updated', was: ['rebuilt', '1.62 (minor)'] }, 'brought up to date; was pending: rebuilt, 1.62 (minor)'],
    [{ how: 'removed', successor: 'a:2', was: ['2 (major)'] }, 'replaced by a:2; was pending: 2 (major)'],
    [{ how: 'removed', successor: null, was: ['2 (major)'] }, 'not here any more; was pending: 2 (major)'],
    [{ how: 'withdrawn', was: ['2 (major)'] }, 'not offered any more; was pending: 2 (major)'],
    [{ how: 'held', was: [] }, 'held back now'],
  ])('%#: %s', (done, words) => {
    expect(describeDone({ ...REPORT.done[0]!, successor: null, ...done })).toBe(words);
  });

  it('says of a base that it moved, if not all images say how alike', () => {
    const [moved] = REPORT.bases;
    expect(describeBase(moved!)).toBe('node:20-slim moved');
    expect(describeBase({ ...moved!, movements: ['rolled-back'] })).toBe('node:20-slim was rolled back');
    expect(describeBase({ ...moved!, movements: ['rolled-back', 'metadata-only'] })).toBe('node:20-slim moved');
    expect(describeBase({ ...moved!, kind: 'gone' })).toBe('node:20-slim is gone');
  });
});

describe('who, where and when', () => {
  it('names hosts and users as far as they can be read', () => {
    expect(['a', 'b', 'c'].map((_, at, all) => describeHosts(all.slice(0, at + 1)))).toEqual(['a', 'a and b', '3 hosts']);
    expect(describeUsers({ users: ['web', 'proxy', 'cache', 'db'] })).toBe('web, proxy (+2)');
    expect(describeUsers({ users: ['a: web', 'a: proxy'], hosts: ['a'] })).toBe('web, proxy');
    expect(describeUsers({ users: ['a: web', 'b: web'], hosts: ['a', 'b'] })).toBe('a: web, b: web');
    expect([describeWhere({ hosts: ['edge'] }, FLEET), describeWhere({ hosts: ['build01'] }, REPORT)]).toEqual([' on edge', '']);
  });

  it('tells since when, and what is to be known of it', () => {
    expect(describePendingSince(pending('a:1', { since: NOW - 7 * DAY + 30_000 }), NOW)).toBe('since 9 Nov, 7 days');
    expect(describePendingSince(pending('a:1', { since: NOW - DAY }), NOW)).toBe('since 15 Nov, 1 day');
    expect(describePendingSince(pending('a:1', { since: NOW - DAY / 8, isMore: true, isStaleAnswer: true }), NOW)).toBe(
      'since 16 Nov, even newer now, not checked this time',
    );
    expect(renderDay(Date.UTC(2025, 11, 31), NOW)).toBe('31 Dec 2025');
  });

  it('tells until when something is held, and why', () => {
    expect(describeHold({ hold: { reason: 'wait for the fix', until: '2026-12-15' } })).toBe('until 2026-12-15: wait for the fix');
    expect(describeHold({ hold: { reason: null, until: null } })).toBe('for good');
  });
});

describe('the footer', () => {
  it('names the machines of a fleet as far as they are few, and those that were not checked for a day', () => {
    expect(listFooter({ ...FLEET, registries: [], data: null }, '0.1.0')).toEqual([
      'build01, build02, edge, 2026-11-16 07:00 UTC, imgupdate 0.1.0',
      '12 of 14 images checked',
      'build01 was checked on 2026-11-15 07:00 UTC',
      'build02 was checked on 2026-11-15 07:00 UTC',
      'edge was checked on 2026-11-15 07:00 UTC',
      'An image without a host behind it is on all of them',
    ]);
    const hosts = Array.from({ length: 10 }, (_, at) => ({ ...FLEET.hosts[0]!, name: `h${at}`, generatedAt: NOW - at * DAY }));
    const lines = listFooter({ ...FLEET, hosts, registries: [] }, '0.1.0');
    expect(lines[0]).toBe('10 hosts, 2026-11-16 07:00 UTC, imgupdate 0.1.0');
    expect(lines.slice(2).map((line) => line.slice(0, 20))).toEqual([
      'h9 was checked on 20',
      'h8 was checked on 20',
      'h7 was checked on 20',
      'h6 was checked on 20',
      'h5 was checked on 20',
      'h4 was checked on 20',
      'h3 was checked on 20',
      'h2 was checked on 20',
      'and 1 more host of a',
      'An image without a h',
    ]);
  });

  it('counts the registries that are too many', () => {
    const registries = Array.from({ length: 12 }, () => REPORT.registries[1]!);
    expect(listFooter({ ...REPORT, registries }, '0.1.0').slice(-2)).toEqual(['ghcr.io: 3 requests', 'and 2 more registries']);
  });
});
