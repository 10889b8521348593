import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../../src/core/report/report.ts';
import { renderReportText } from '../../../src/formats/report/text.ts';
import { makeCrowd, reportOn } from './entries.ts';
import { digest, FIRST, FLEET, HOSTILE, INTERRUPTED, NOW, pending, QUIET, REPORT, subject } from './reports.ts';

const ABOUT = { version: '0.1.0', perImage: false, mail: { to: [], from: null } };
const render = (report: Report): string => renderReportText(report, ABOUT);

/** The lines of a section, without its title. */
function sectionOf(report: Report, title: string): readonly string[] {
  const lines = render(report).split('\n');
  const from = lines.indexOf(title);
  return from < 0 ? [] : lines.slice(from + 2, lines.indexOf('', from));
}

/** The titles, which have a line of dashes below. */
function titlesOf(report: Report): readonly string[] {
  const lines = render(report).split('\n');
  return lines.filter((_, at) => /^-+$/.test(lines[at + 1] ?? ''));
}

describe('a report as text', () => {
  it('is as it always was', async () => {
    await expect(render(REPORT)).toMatchFileSnapshot('golden/text.txt');
  });

  it('has its sections in one order, and a title that is given on top', () => {
    expect(titlesOf({ ...INTERRUPTED, title: 'Monday' })).toEqual([
      'Monday',
      'The report of 9 Nov may not have arrived',
      'Needs attention',
      'New since 9 Nov',
      'Still pending, oldest first',
      'Done since 9 Nov',
      'Held',
      'Bases that moved',
      'Rebuild, in this order',
      'Image store',
      'What to type',
    ]);
  });

  it('says in one line that nothing is to be told', () => {
    expect(render(QUIET)).toBe(
      [
        'No updates pending on build01.',
        '',
        'build01, 2026-11-16 07:00 UTC, imgupdate 0.1.0',
        '14 of 14 images checked, data of 2026-11-16 06:20 to 07:00 UTC',
        'docker.io: 19 requests, 1 of them counted, 87 of 100 left',
        'ghcr.io: 3 requests',
        '',
      ].join('\n'),
    );
  });

  it('calls what is pending by that name in a first report, and tells of no other one', () => {
    expect(titlesOf(FIRST)).toContain('Pending');
    expect(render(FIRST)).not.toMatch(/since|new\b/i);
  });

  it('tells of what is new only, where that is wanted', () => {
    const only = { ...INTERRUPTED, onlyNew: true };
    expect(titlesOf(only)).toEqual([
      'The report of 9 Nov may not have arrived',
      'Needs attention',
      'New since 9 Nov',
      'Done since 9 Nov',
      'What to type',
    ]);
    expect(sectionOf(only, 'Needs attention').join('\n')).not.toContain('401');
  });

  it('repeats what a report told that may not have arrived', () => {
    expect(sectionOf(INTERRUPTED, 'The report of 9 Nov may not have arrived')).toEqual([
      '* told as new: redis:7.2.4: 7.2.11 (patch)',
      '* told as done: httpd:2.4: rebuilt',
    ]);
  });

  it('says of a fleet where an image is, unless that is everywhere, and which machine was not checked lately', () => {
    expect(sectionOf(FLEET, 'New since 9 Nov')).toEqual([
      '* ghcr.io/acme/api:2.3.1: 2.4.0 (minor)',
      '  used by api, compose.yaml:12',
      '* nginx:1.27 on edge: rebuilt (333333333333 to 999999999999), 1.29.3',
      '  (minor)',
      '  used by web*, proxy (+1); published 11 days ago',
    ]);
    expect(sectionOf(FLEET, 'Image store')[0]).toMatch(/^\* build01: 3 of 31 images are not needed/);
    expect(render(FLEET)).toMatch(/^build01, build02, edge, 2026-11-16 07:00 UTC, imgupdate 0\.1\.0$/m);
    expect(render(FLEET)).toMatch(/^edge was checked on 2026-11-15 07:00 UTC$/m);
  });

  it('names a machine no second time beside an image that only it has', () => {
    const news = [{ ...pending('a:1', { updates: REPORT.news[0]!.updates }), hosts: ['edge'], users: ['edge: web*', 'edge: proxy'] }];
    expect(sectionOf({ ...FLEET, news }, 'New since 9 Nov')[1]).toBe('  used by web*, proxy; partly since 9 Nov');
  });

  it('tells the platform of a name that stands for images of several', () => {
    const [api] = REPORT.news;
    const news = [api!, { ...api!, platform: 'linux/arm64' }];
    expect(sectionOf({ ...REPORT, news }, 'New since 9 Nov').filter((line) => line.startsWith('*'))).toEqual([
      '* ghcr.io/acme/api:2.3.1 (linux/amd64): 2.4.0 (minor)',
      '* ghcr.io/acme/api:2.3.1 (linux/arm64): 2.4.0 (minor)',
    ]);
  });

  it('explains the star only where there is one', () => {
    expect(render(REPORT)).toContain('marked with *');
    expect(render({ ...REPORT, news: [] })).not.toContain('marked with *');
  });

  it.each(Object.entries({ REPORT, QUIET, FIRST, FLEET, INTERRUPTED, HOSTILE }))(
    'keeps to 72 columns and plain characters: %s',
    (_, report) => {
      const text = render(report);
      expect(text.split('\n').filter((line) => stringWidth(line) > 72)).toEqual([]);
      expect(text).not.toMatch(
        /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}\p{Cs}]/u,
      );
      expect(text).not.toMatch(/[ \t]$/m);
    },
  );

  it('keeps to 72 columns whatever the names are, and loses no character of them', () => {
    const part = fc.string({ unit: fc.constantFrom('a', 'b', '/', ':', '-', '@', '映', '像', '🐳', 'é'), minLength: 1, maxLength: 250 });
    fc.assert(
      fc.property(part, part, (name, user) => {
        const news = [pending(name, { users: [user], updates: REPORT.news[0]!.updates, since: NOW })];
        const report = reportOn({ build01: [] }, { news, counts: { ...REPORT.counts, news: 1 }, since: REPORT.since });
        const lines = render(report).split('\n');
        expect(lines.filter((line) => stringWidth(line) > 72)).toEqual([]);
        expect(
          sectionOf(report, 'New since 9 Nov')
            .map((line) => line.slice(2))
            .join('')
            .replaceAll(' ', ''),
        ).toBe(`${name}:2.4.0(minor)usedby${user}`);
      }),
    );
  });

  it('shows what a person can read of 20,000 images, and says how to have the others', () => {
    const news = makeCrowd(20_000, (name) => pending(name, { updates: REPORT.news[1]!.updates, users: ['web', 'proxy'] }));
    const done = news.map(({ reference, name }) => ({ ...REPORT.done[0]!, ...subject(name), reference }));
    const bases = [{ ...REPORT.bases[0]!, images: news }];
    const text = render({
      ...REPORT,
      news,
      pending: news,
      done,
      bases,
      rebuilds: news.map((each) => ({ ...each, because: 'moved', base: 'a:1', isBaseLocal: false })),
    });
    expect(Buffer.byteLength(text)).toBeLessThan(150_000);
    expect(text.match(/^and 19800 more: imgupdate list --upgradable$/gm)).toHaveLength(3);
    expect(text).toMatch(/^and 19800 more$/m);
  });

  it('shows both digests whole where their first digits are the same', () => {
    const [here, there] = [`sha256:${'a'.repeat(64)}`, `sha256:${'a'.repeat(63)}b`];
    const updates = [{ axis: 'tag' as const, kind: 'rebuilt' as const, installed: here, candidate: there, created: null }];
    const text = render(reportOn({ build01: [] }, { news: [pending('a:1', { updates })] })).replace(/\s+/g, '');
    expect(text).toContain(`rebuilt(${here}to${there})`);
    expect(text).not.toContain(digest('9'));
  });
});
