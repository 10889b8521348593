import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../../src/core/report/report.ts';
import { renderReportEml } from '../../../src/formats/report/eml.ts';
import type { ReportAbout } from '../../../src/formats/report/index.ts';
import { quotePrintable } from '../../../src/formats/report/mail-text.ts';
import { renderReportText } from '../../../src/formats/report/text.ts';
import { systemTest } from '../../helpers/system.ts';
import { ATTENTION, EVIL, FIRST, FLEET, HOSTILE, INTERRUPTED, makeDocument, NOW, QUIET, REPORT } from './reports.ts';

const ABOUT: ReportAbout = { version: '0.1.0', perImage: false, mail: { to: ['ops@example.org'], from: null } };
const DAY = 24 * 3_600_000;

const HEADERS = ['from', 'to', 'subject', 'date', 'message-id', 'mime-version', 'auto-submitted', 'content-type'];

const parse = (report: Report, about = ABOUT) => PostalMime.parse(renderReportEml(report, about));
const withMail = (to: readonly string[], from: string | null): ReportAbout => ({ ...ABOUT, mail: { to, from } });

/** The lines of the header, unfolded. */
function headerOf(message: string): readonly string[] {
  return message
    .slice(0, message.indexOf('\n\n'))
    .replace(/\n[ \t]/g, ' ')
    .split('\n');
}

const VOID = new Set(['!doctype', 'meta', 'br', 'hr']);

/** The elements of the HTML part, without what Outlook alone reads; throws where one is not closed in its place. */
function elementsOf(page: string): readonly { readonly name: string; readonly attributes: string }[] {
  const open: string[] = [];
  const found: { name: string; attributes: string }[] = [];
  for (const [, slash, tag = '', attributes = ''] of page
    .replace(/<!--\[if mso\]>.*?<!\[endif\]-->/gs, '')
    .matchAll(/<(\/?)([!a-z][a-z0-9]*)([^>]*)>/gi)) {
    const name = tag.toLowerCase();
    if (slash === '/') {
      const last = open.pop();
      if (last !== name) throw new Error(`</${name}> closes ${String(last)}`);
      continue;
    }
    if (name === 'html' && found.length !== 1) throw new Error('<html> is not where a page begins');
    if (!VOID.has(name)) open.push(name);
    found.push({ name, attributes });
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(', ')}`);
  return found;
}

/** What a reader sees. */
function seen(page: string): string {
  return page
    .replace(/<!--.*?-->/gs, '')
    .replace(/<head>.*<\/head>|<title>.*<\/title>/gs, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&nbsp;', ' ')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/\s+/g, ' ');
}

const MANY = Array.from({ length: 20_000 }, (_, at) => ({
  ...REPORT.news[1]!,
  name: `ghcr.io/acme/a${at}:1`,
  reference: `ghcr.io/acme/a${at}:1`,
}));
const HUGE: Report = {
  ...REPORT,
  counts: { ...REPORT.counts, news: 20_000, older: 20_000 },
  news: MANY,
  pending: MANY,
  held: MANY.map((each) => ({ ...REPORT.held[0]!, ...each })),
  done: MANY.map((each) => ({ ...REPORT.done[0]!, name: each.name })),
  rebuilds: MANY.map((each) => ({ ...REPORT.rebuilds[0]!, name: each.name })),
  attention: MANY.slice(0, 2000).map((each) => ({ ...ATTENTION[0]!, images: [each.name] })),
};
/** Everything long, and nothing ASCII. */
const WIDE: Report = {
  ...HOSTILE,
  ...Object.fromEntries(
    (['news', 'pending', 'done', 'held', 'rebuilds', 'attention', 'bases', 'stores', 'registries'] as const).map((key) => [
      key,
      Array.from({ length: 300 }, () => HOSTILE[key]).flat(),
    ]),
  ),
  title: '版'.repeat(500),
  hosts: Array.from({ length: 50 }, (_, at) => ({ name: `${'版'.repeat(400)}${at}`, generatedAt: NOW - DAY, document: makeDocument() })),
};

const REPORTS: readonly (readonly [string, Report])[] = [
  ['every section', REPORT],
  ['nothing', QUIET],
  ['a first report', FIRST],
  ['several hosts', FLEET],
  ['an interrupted report', INTERRUPTED],
  ['hostile names', HOSTILE],
  ['20,000 images', HUGE],
  ['long names in another script', WIDE],
];

describe('the mail of a report', () => {
  it('is what it was', async () => {
    await expect(renderReportEml(REPORT, ABOUT)).toMatchFileSnapshot('golden/mail.eml');
  });

  it('has the headers that sendmail -t and a reader need, each once, and no others', async () => {
    const mail = await parse(REPORT);
    expect(mail.headers.map(({ key }) => key)).toEqual(HEADERS);
    expect(mail.from).toEqual({ name: 'imgupdate on build01', address: 'root' });
    expect(mail.to).toEqual([{ name: '', address: 'ops@example.org' }]);
    expect(mail.subject).toBe('imgupdate: 6 image updates (2 new) on build01 [1 tag gone, 1 image not checked, 1 hold ended]');
    expect(mail.date).toBe('2026-11-16T07:00:00.000Z');
    expect(mail.messageId).toMatch(/^<[0-9a-f]{32}@build01>$/);
    expect(mail.headers.find(({ key }) => key === 'auto-submitted')!.value).toBe('auto-generated');
  });

  it('tells as text what the text format tells', async () => {
    for (const report of [REPORT, QUIET, FIRST, FLEET, INTERRUPTED])
      expect((await parse(report)).text!.trimEnd()).toBe(renderReportText(report, ABOUT).trimEnd());
  });

  it('tells as HTML what is new, what to type, and where it is from', async () => {
    const text = seen((await parse(REPORT)).html!);
    for (const part of [
      'Needs attention: 1 tag gone, 1 image not checked, 1 hold ended.',
      'Of 14 images 8 stale, 2 unknown, 4 fresh',
      'New since 9 Nov ghcr.io/acme/api:2.3.1 2.4.0 (minor) used by api, compose.yaml:12 nginx:1.27 rebuilt (333333333333 to 999999999999), 1.29.3 (minor)',
      'redis:7.2.4 7.2.11 (patch), 8.2.2 (major) used by cache; since 20 Aug, 88 days',
      'Held postgres:15.4 15.14 (patch), held until 2026-12-15: wait for the maintenance window',
      '3. acme/worker:dev after its base acme/base:1',
      'What to type',
      'docker pull nginx:1.27',
      'build01, 2026-11-16 07:00 UTC, imgupdate 0.1.0',
      '12 of 14 images checked',
    ])
      expect(text).toContain(part);
  });

  it('shows beside the subject what is new by name', async () => {
    expect(seen((await parse(REPORT)).html!)).toMatch(/^ ?ghcr\.io\/acme\/api:2\.3\.1: 2\.4\.0 \(minor\); nginx:1\.27: rebuilt/);
  });

  it.each(REPORTS)('with %s is under 100 kB, in lines of ASCII that every server takes', (_, report) => {
    const message = renderReportEml(report, ABOUT);
    expect(message.length).toBeLessThan(100_000);
    expect(message).toMatch(/^[\n\u0020-\u007e]*$/);
    expect(Math.max(...message.split('\n').map((line) => line.length))).toBeLessThanOrEqual(78);
    expect(message).not.toMatch(/^(?:\.|From )/m);
    expect(message.endsWith('--\n')).toBe(true);
  });

  it.each(REPORTS)('with %s has two parts, no header from outside, and no markup from outside', async (_, report) => {
    const message = renderReportEml(report, ABOUT);
    const mail = await PostalMime.parse(message);
    expect(mail.headers.map(({ key }) => key)).toEqual(HEADERS);
    expect(headerOf(message)).toHaveLength(HEADERS.length);
    expect(mail.attachments).toEqual([]);
    expect(mail.to).toEqual([{ name: '', address: 'ops@example.org' }]);
    expect(`${mail.subject!}${mail.text!}${mail.html!}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    const elements = elementsOf(mail.html!);
    const known = ['!doctype', 'html', 'head', 'meta', 'title', 'body', 'div', 'table', 'tr', 'td', 'h1', 'h2', 'p', 'code', 'br', 'hr'];
    expect(elements.filter(({ name }) => !known.includes(name))).toEqual([]);
    expect(elements.filter(({ attributes }) => /\s(?:on\w+|src|href|background|class|id)=/.test(attributes))).toEqual([]);
    expect(mail.html).not.toMatch(/<style|@import|url\(|flex|grid|<svg|<img/);
  });

  it.each([['20,000 images', HUGE] as const, ['long names in another script', WIDE] as const])(
    'with %s tells something of every section, and how much it leaves out',
    async (_, report) => {
      const { text = '', html = '' } = await parse(report);
      for (const title of [
        'Needs attention',
        'New since 9 Nov',
        'Still pending',
        'Done since 9 Nov',
        'Held',
        'Rebuild, in this order',
        'Bases that moved',
      ])
        expect(html).toContain(title);
      expect(seen(html)).toMatch(/New since 9 Nov .*? and \d+ more: imgupdate list --upgradable/);
      expect(text).toMatch(/and \d+ more lines: imgupdate report\n+$/);
    },
  );

  it('counts all that it leaves out', async () => {
    const page = (await parse(HUGE)).html!;
    const [section = ''] = /New since 9 Nov.*?<h2/s.exec(page) ?? [];
    const shown = section.match(/<tr>/g)!.length;
    expect(shown).toBeGreaterThan(10);
    expect(section).toContain(`and ${20_000 - shown} more`);
  });

  it.each([
    ['Images: Überblick 版本 🐳'],
    ['x'.repeat(150)],
    ['=?utf-8?q?Subject=3A_x?='],
    ['two  blanks'],
    [`${'word '.repeat(30)}end`],
    ['🐳'.repeat(80)],
    ['e\u0301'.repeat(60)],
    ['Weekly: a "title", (with) <marks>'],
  ])('has %s in its subject as it was given, before the counts', async (title) => {
    const message = renderReportEml({ ...REPORT, title }, ABOUT);
    const counts = '6 image updates (2 new) [1 tag gone, 1 image not checked, 1 hold ended]';
    expect((await PostalMime.parse(message)).subject).toBe(`${title}: ${counts}`);
    const lines = message.slice(0, message.indexOf('\n\n')).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(78);
  });

  it.each([
    [['root'], null, 'root'],
    [['Ops Team <ops@example.org>', 'b@example.org'], 'build@example.org', 'build@example.org'],
    [['"Ops, Berlin" <ops@example.org>'], '"Bild, Köln 版" <img@example.org>', 'img@example.org'],
    [Array.from({ length: 30 }, (_, at) => `Somebody ${at} <somebody${at}@example.org>`), 'x <x@example.org>', 'x@example.org'],
    [[`${'很'.repeat(150)} <ops@example.org>`], `${'n'.repeat(150)} <x@example.org>`, 'x@example.org'],
  ])('to %j and from %j names them as they were given', async (to, from, address) => {
    const message = renderReportEml(REPORT, withMail(to, from));
    const mail = await PostalMime.parse(message);
    const shown = (box: { name: string; address?: string }) =>
      box.name === '' || box.address === '' ? `${box.name}${box.address!}` : `${box.name} <${box.address!}>`;
    expect(mail.to!.map((box) => shown(box as { name: string; address: string }))).toEqual(
      to.map((text) => text.replace(/^"([^"]*)"/, '$1')),
    );
    expect(mail.from!.address).toBe(address);
    if (from?.includes('<') === true) expect(mail.from!.name).toBe(from.replace(/ <.*$/, '').replaceAll('"', ''));
    expect(Math.max(...message.split('\n').map((line) => line.length))).toBeLessThanOrEqual(998);
  });

  it('takes no address that is none, whoever gave it', async () => {
    const mail = await parse(REPORT, withMail(['ops@example.org\nBcc: all@example.org', 'ops@example.org'], 'x\r\nBcc: y@example.org'));
    expect(mail.headers.map(({ key }) => key)).toEqual(HEADERS);
    expect(mail.to).toEqual([{ name: '', address: 'ops@example.org' }]);
    expect(mail.from!.address).toBe('root');
  });

  it('is the same message when it is made again, and another one when it tells something else, on another day, or to somebody else', async () => {
    const idOf = async (report: Report, about = ABOUT) => (await parse(report, about)).messageId!;
    const first = await idOf(REPORT);
    expect(await idOf({ ...REPORT, generatedAt: NOW + 60_000 })).toBe(first);
    const others = [
      await idOf({ ...REPORT, generatedAt: NOW + 7 * DAY }),
      await idOf({ ...REPORT, id: 'other' }),
      await idOf({ ...REPORT, news: REPORT.news.slice(1) }),
      await idOf({ ...REPORT, since: { kind: 'first' } }),
      await idOf(INTERRUPTED),
      await idOf(REPORT, withMail(['root'], null)),
    ];
    expect(new Set([first, ...others]).size).toBe(others.length + 1);
  });

  it('keeps what a host is called out of the Message-ID, unless it is a domain', async () => {
    expect((await parse(HOSTILE)).messageId).toMatch(/^<[0-9a-f]{32}@imgupdate\.invalid>$/);
  });

  it('cannot be made to have another header or element by a name', async () => {
    const text = fc
      .array(
        fc.oneof(fc.string({ unit: 'binary', maxLength: 6 }), fc.constantFrom('\r\n', '\n', '=?utf-8?b?', '?=', '<b>', '--', '=', EVIL)),
        {
          maxLength: 5,
        },
      )
      .map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(text, text, fc.option(text), async (name, host, title) => {
        const hosts = [{ ...REPORT.hosts[0]!, name: host }];
        const news = REPORT.news.map((each) => ({ ...each, name, users: [name] }));
        const message = renderReportEml({ ...REPORT, id: name, title, hosts, news }, ABOUT);
        const mail = await PostalMime.parse(message);
        expect(mail.headers.map(({ key }) => key)).toEqual(HEADERS);
        expect(elementsOf(mail.html!).map((element) => element.name)).not.toContain('b');
        expect(mail.text!.length).toBeGreaterThan(100);
      }),
      { numRuns: 50 },
    );
  });
});

/** As RFC 2045 has it, without what it allows beside. */
function readQuoted(text: string): string {
  const bytes = text.replaceAll('=\n', '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

describe('quoted-printable', () => {
  it.each([
    ['a = b', 'a =3D b'],
    ['.\nFrom x\nFirst', '=2E\n=46rom x\nFirst'],
    ['end ', 'end=20'],
    ['é', '=C3=A9'],
    ['a'.repeat(76), `${'a'.repeat(75)}=\na`],
    [`${'a'.repeat(74)} `, `${'a'.repeat(74)}=\n=20`],
    [`${'a'.repeat(75)}.b`, `${'a'.repeat(75)}=\n=2Eb`],
    [`${'a'.repeat(70)}é`, `${'a'.repeat(70)}=\n=C3=A9`],
    [`${'a'.repeat(60)}🐳🐳`, `${'a'.repeat(60)}=F0=9F=90=B3=\n=F0=9F=90=B3`],
  ])('of %j is %j', (text, encoded) => expect(quotePrintable(text)).toBe(encoded));

  it('gives back every text, in lines of 76 characters that a mail system leaves as they are', () => {
    const text = fc
      .array(
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('\n', '.', 'From ', ' ', '=', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')),
      )
      .map((parts) => parts.join('').replaceAll('\r', ''));
    fc.assert(
      fc.property(text, (each) => {
        const encoded = quotePrintable(each);
        expect(readQuoted(encoded)).toBe(each);
        for (const line of encoded.split('\n')) expect(line).toMatch(/^(?!\.|From |.*[ \t]$)[\u0020-\u007e]{0,76}$/);
      }),
      { numRuns: 1000 },
    );
  });
});

const READ = `
import email, email.policy, json, sys
mail = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
parts = {part.get_content_type(): part.get_content() for part in mail.iter_parts()}
defects = [str(d) for d in mail.defects] + [str(d) for h in mail.values() for d in h.defects]
print(json.dumps([[k.lower() for k in mail.keys()], mail['subject'], parts['text/plain'], parts['text/html'], defects]))`;

systemTest("Python's mail parser", ['python3'], () => {
  it.each(REPORTS)('reads the same as the other one of a mail with %s', async (_, report) => {
    const message = renderReportEml(report, withMail(['ops@example.org'], 'imgupdate@example.org'));
    const { stdout, stderr } = spawnSync('python3', ['-c', READ], { input: message, encoding: 'utf8', maxBuffer: 1e7 });
    expect(stderr).toBe('');
    const [headers, subject, text, page, defects] = JSON.parse(stdout) as [string[], string, string, string, string[]];
    const mail = await PostalMime.parse(message);
    expect(headers).toEqual(HEADERS);
    expect({ subject, text: text.trimEnd(), page: page.trimEnd() }).toEqual({
      subject: mail.subject,
      text: mail.text!.trimEnd(),
      page: mail.html!.trimEnd(),
    });
    expect(defects).toEqual([]);
  });
});
