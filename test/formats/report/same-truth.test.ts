import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../../src/core/report/report.ts';
import { loadReportFormat, type ReportFormatName } from '../../../src/formats/report/index.ts';
import { textOf } from './html-page.ts';
import { FIRST, FLEET, INTERRUPTED, QUIET, REPORT } from './reports.ts';

const ABOUT = { version: '0.1.0', perImage: false, mail: { to: ['root'], from: null } };
const ONLY_NEW: Report = { ...REPORT, onlyNew: true };

/** What a person reads, on one line. */
const READERS: Readonly<Record<string, { readonly format: ReportFormatName; readonly read: (text: string) => Promise<string> | string }>> =
  {
    text: { format: 'text', read: (text) => text },
    markdown: { format: 'markdown', read: (text) => text },
    html: { format: 'html', read: (text) => textOf(text.slice(text.indexOf('<body>'))) },
    'the text of a mail': { format: 'eml', read: async (text) => (await PostalMime.parse(text)).text ?? '' },
    'the page of a mail': { format: 'eml', read: async (text) => textOf((await PostalMime.parse(text)).html ?? '') },
    slack: {
      format: 'slack',
      read: (text) =>
        (JSON.parse(text) as { blocks: readonly { text?: { text: string }; elements?: readonly { text: string }[] }[] }).blocks
          .flatMap(({ text: own, elements = [] }) => [...(own === undefined ? [] : [own]), ...elements].map((each) => each.text))
          .join(' '),
    },
  };

async function read(reader: keyof typeof READERS, report: Report): Promise<string> {
  const { format, read: toText } = READERS[reader]!;
  return (await toText((await loadReportFormat(format))(report, ABOUT))).replace(/\s+/g, ' ');
}

describe.each(Object.keys(READERS))('%s', (reader) => {
  it.each<readonly [string, Report, string, string | null]>([
    [
      'a week',
      REPORT,
      '6 updates pending on build01: 2 new, 3 older, 1 held; 3 done since 9 Nov',
      '1 tag gone, 1 image not checked, 1 hold ended',
    ],
    ['a quiet week', QUIET, 'No updates pending on build01', null],
    [
      'a first report',
      FIRST,
      'First report on build01: 6 updates pending, 1 of them held',
      '1 tag gone, 1 image not checked, 1 hold ended',
    ],
    [
      'a fleet',
      FLEET,
      '6 updates pending on 3 hosts: 2 new, 3 older, 1 held; 3 done since 9 Nov',
      '1 tag gone, 1 image not checked, 1 hold ended',
    ],
    ['an interrupted report', INTERRUPTED, 'The report of 9 Nov may not have arrived', '1 tag gone, 1 image not checked, 1 hold ended'],
    ['news only', ONLY_NEW, '6 updates pending on build01: 2 new, 3 older, 1 held; 3 done since 9 Nov', '1 tag gone, 1 hold ended'],
  ])('says of %s what all formats say', async (_, report, headline, attention) => {
    const text = await read(reader, report);
    expect(text).toContain(headline);
    expect(/\d+ tags? gone(?:, \d+ [a-z ]+)*/.exec(text)?.[0]?.trim() ?? null).toBe(attention);
  });

  it('says what the star behind a container means where there is one, and only there', async () => {
    const meaning = /A container marked with (?:`\*`|\*|&#42;) runs an older image than its name has here now/;
    expect(await read(reader, REPORT)).toMatch(meaning);
    expect(await read(reader, { ...REPORT, news: REPORT.news.slice(0, 1) })).not.toMatch(/marked with/);
  });

  it('names each image of each section in the same order', async () => {
    const text = await read(reader, REPORT);
    const names = [
      'python:3.8-slim',
      'registry.corp.example:5000/tools/ci:latest',
      'rabbitmq:3.13',
      'ghcr.io/acme/api:2.3.1',
      'nginx:1.27',
      'redis:7.2.4',
      'acme/web:dev',
      'grafana/grafana:11.2.0',
      'traefik:3.1',
      'mariadb:11.4.1',
      'jaeger:1.60',
      'postgres:15.4',
      'node:20-slim',
      'acme/worker:dev',
      'httpd:2.4',
    ];
    // behind the summary, where a mail names what is new before its headline
    let at = text.indexOf('1 hold ended');
    for (const name of names) {
      const next = text.indexOf(name, at);
      expect({ name, isThere: next >= 0 }).toEqual({ name, isThere: true });
      at = next;
    }
  });
});
