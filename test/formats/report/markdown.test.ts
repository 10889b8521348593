import { describe, expect, it } from 'vitest';
import type { Report } from '../../../src/core/report/report.ts';
import { renderReportMarkdown } from '../../../src/formats/report/markdown.ts';
import { inFile, makeCrowd, makeEntry, reportOn } from './entries.ts';
import { EVIL, FIRST, FLEET, HOSTILE, INTERRUPTED, pending, QUIET, REPORT, subject } from './reports.ts';

const ABOUT = { version: '0.1.0', perImage: false, mail: { to: [], from: null } };
const render = (report: Report): string => renderReportMarkdown(report, ABOUT);

/** The cells of a row, split as GitHub splits them: at each pipe that has no backslash before it. */
const cellsOf = (row: string): readonly string[] => row.split(/(?<!\\)\|/).slice(1, -1);
const rowsOf = (markdown: string) => markdown.split('\n').filter((line) => line.startsWith('|'));

describe('a report as Markdown', () => {
  it('is as it always was', async () => {
    await expect(render(REPORT)).toMatchFileSnapshot('golden/markdown.md');
  });

  it('says in one line that nothing is to be told', () => {
    expect(render(QUIET)).toMatch(
      /^# Image updates on build01, week 47\n\n\*\*No updates pending on build01\.\*\*\n\n---\n\nbuild01, 2026-11-16 07:00 UTC/,
    );
    expect(rowsOf(render(QUIET))).toEqual([]);
  });

  it.each([
    ['1 Jan of a year that begins on a Friday', Date.UTC(2027, 0, 1), 53],
    ['the Monday after it', Date.UTC(2027, 0, 4), 1],
    ['a Sunday', Date.UTC(2026, 10, 15), 46],
    ['31 Dec of a year that ends on a Tuesday', Date.UTC(2024, 11, 31), 1],
  ])('counts weeks as ISO 8601 does: %s', (_, generatedAt, week) => {
    expect(render({ ...QUIET, generatedAt })).toMatch(new RegExp(`^# Image updates on build01, week ${week}\n`));
  });

  it('folds away what can wait, and nothing else', () => {
    expect(render(REPORT).match(/(?<=<summary>).*(?=<\/summary>)/g)).toEqual(['Done since 9 Nov (3)', 'Held (1)', 'Image store (3)']);
    expect(render(REPORT).match(/(?<=^## ).*/gm)).toEqual([
      'Needs attention',
      'New since 9 Nov',
      'Still pending, oldest first',
      'Bases that moved',
      'Rebuild, in this order',
      'What to type',
    ]);
  });

  it('has no column in which no row has anything', () => {
    expect(render(REPORT)).toContain('| Image | Available | Published | Used by |');
    expect(render({ ...REPORT, news: REPORT.news.map((each) => ({ ...each, users: [], updates: REPORT.news[0]!.updates })) })).toContain(
      '| Image | Available |\n',
    );
    expect(render(FIRST)).toContain('| Image | Problem |\n');
  });

  it('says of a fleet where an image is, and what may not have arrived', () => {
    expect(render(FLEET)).toContain('| `nginx:1.27` on edge |');
    expect(render(FLEET)).toContain('| `ghcr.io/acme/api:2.3.1` |');
    expect(render(INTERRUPTED)).toContain('## The report of 9 Nov may not have arrived\n\n- told as new: redis:7.2.4: 7.2.11 (patch)\n');
  });

  it('keeps what is hostile within its cell, and lets nothing of it be markup', () => {
    const markdown = render(HOSTILE);
    const tables = markdown.split(/\n\n/).filter((block) => block.startsWith('|'));
    expect(tables.length).toBeGreaterThan(2);
    for (const table of tables) expect(new Set(rowsOf(table).map((row) => cellsOf(row).length)).size).toBe(1);
    const outsideCode = markdown.replace(/^(`{3,})\w+\n[\s\S]*?\n\1$/gm, '');
    expect(outsideCode.match(/<(?!\/?(?:details|summary|code)>)/g)).toBeNull();
    expect(outsideCode.match(/@everyone|\[l\]\(|\*\*b\*\*/g)).toBeNull();
    expect(markdown.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g)).toBeNull();
  });

  it.each(['# x', '- x', '+ x', '1. x', '12) x', '    x'])('takes %j for text where a line begins with it', (name) => {
    const markdown = render({
      ...REPORT,
      hosts: [{ ...REPORT.hosts[0]!, name }],
      registries: [{ ...REPORT.registries[0]!, registry: name }],
      bases: [{ ...REPORT.bases[0]!, name }],
    });
    const starts = markdown.match(/^(?:- )?(?:&#\d+;|\d+&#\d+;) *x/gm);
    expect(starts).toHaveLength(3);
    expect(markdown.split('\n').filter((line) => line.startsWith(name) || line.startsWith(`- ${name}`))).toEqual([]);
  });

  it('ends a block of commands where they end, whatever is in them', () => {
    const updates = [{ axis: 'newer' as const, kind: 'version' as const, tag: '2', level: 'major' as const, digest: null }];
    const report = reportOn(
      { build01: [makeEntry('a:1', { sources: [inFile('```` x.yaml', 1)] })] },
      { news: [pending('a:1', { updates })] },
    );
    expect(render(report)).toContain('\n`````text\n```` x.yaml:1: a:1 -> a:2 (major)\n`````\n');
  });

  it('stays below what GitHub shows, however much there is to tell, and counts what is left out', () => {
    const news = makeCrowd(20_000, (name) => pending(name, { updates: REPORT.news[1]!.updates, users: [EVIL, EVIL] }));
    const done = news.map(({ name }) => ({ ...REPORT.done[0]!, ...subject(name), was: [EVIL, EVIL] }));
    const held = news.map((each) => ({ ...each, hold: { reason: EVIL, until: null } }));
    const rebuilds = news.map((each) => ({ ...each, because: 'moved' as const, base: EVIL, isBaseLocal: false }));
    const told = news.map(() => EVIL);
    const attention = news.map(() => ({ ...HOSTILE.attention[0]!, images: told.slice(0, 50) }));
    const interrupted = { at: 0, news: told, done: told };
    const markdown = render({ ...HOSTILE, interrupted, attention, news, pending: news, done, held, rebuilds });
    expect(Buffer.byteLength(markdown)).toBeLessThan(900_000);
    expect(Buffer.byteLength(markdown)).toBeGreaterThan(300_000);
    const left = [...markdown.matchAll(/^and (\d+) more: `imgupdate list --upgradable`$/gm)].map(([, count]) => Number(count));
    expect(left).toHaveLength(4);
    const shown = rowsOf(markdown.slice(markdown.indexOf('## New since'), markdown.indexOf('## Still pending'))).length - 2;
    expect(shown + (left[0] ?? 0)).toBe(20_000);
  });
});
