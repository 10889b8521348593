import { createHash } from 'node:crypto';
import type { Report } from '../../core/report/report.ts';
import { sanitizeText } from '../../core/text.ts';
import type { ReportAbout } from './index.ts';
import { isDomain, type Mailbox, parseMailbox } from './mail-address.ts';
import { renderMailHtml } from './mail-html.ts';
import { encodeWords, fold, isPlainHeader, quotePrintable, renderTextHeader } from './mail-text.ts';
import { renderReportText } from './text.ts';
import { describeHosts, describeInSubject } from './words.ts';

/** Bytes of a whole message: Gmail shows no more than 102 kB of one. */
const MOST = 99_000;

/** Bytes of its text, as encoded; the rest of the room is for what is read by most. */
const MOST_TEXT = 26_000;

const LONGEST_SUBJECT = 240;

/**
 * Renders a report as a whole message for `sendmail -t`, as text and as HTML.
 *
 * Lines end with line feeds, which every mail system takes on standard input; it writes the others itself. One Message-ID is of one report: what is sent twice on a
 * day, as its process ended in between, is the same message. Nobody's vacation notice answers it.
 * Source: RFC 5322; RFC 2045 and 2046, section 5.1.4 (multipart/alternative); RFC 3834, section 5 (Auto-Submitted).
 */
export function renderReportEml(report: Report, about: ReportAbout): string {
  const hash = hashOf(report, about);
  const boundary = `=_imgupdate_${hash.slice(0, 32)}`;
  const text = quotePrintable(cutText(renderReportText(report, about)));
  const head = [
    renderMailboxes('From', [senderOf(report, about)]),
    renderMailboxes('To', about.mail.to.flatMap(readRecipient)),
    renderTextHeader('Subject', sanitizeText(describeInSubject(report), LONGEST_SUBJECT)),
    `Date: ${renderDate(report.generatedAt)}`,
    fold('Message-ID:', [`<${hash.slice(0, 32)}@${domainOf(report)}>`]),
    'MIME-Version: 1.0',
    'Auto-Submitted: auto-generated',
    `Content-Type: multipart/alternative;\n boundary="${boundary}"`,
  ].join('\n');
  const room = MOST - head.length - text.length - 600;
  const parts = [renderPart('plain', text), renderPart('html', quotePrintable(renderMailHtml(report, about.version, room)))];
  return `${head}\n\n${parts.map((part) => `--${boundary}\n${part}\n`).join('')}--${boundary}--\n`;
}

function renderPart(kind: 'plain' | 'html', encoded: string): string {
  return `Content-Type: text/${kind}; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n${encoded}`;
}

/** Whole lines, as many as there is room for. */
function cutText(text: string): string {
  const lines = text.split('\n');
  let left = MOST_TEXT;
  const end = lines.findIndex((line) => {
    left -= quotePrintable(line).length + 1;
    return left < 0;
  });
  if (end === -1) return text;
  return `${lines.slice(0, end).join('\n')}\n\nand ${lines.length - end} more lines: imgupdate report\n`;
}

/** The machine's mail system makes a whole address of `root`, as it does of the sender of what cron sends. */
function senderOf(report: Report, { mail }: ReportAbout): Mailbox {
  const written = mail.from === null ? null : parseMailbox(mail.from);
  if (written?.ok === true) return written.value;
  return { name: sanitizeText(`imgupdate on ${describeHosts(report.hosts.map(({ name }) => name))}`, 100), address: 'root' };
}

function readRecipient(text: string): readonly Mailbox[] {
  const read = parseMailbox(text);
  return read.ok ? [read.value] : [];
}

/** Source: RFC 5322, section 3.6.3, and 3.4 for a group of nobody, which is what a list may be when it must not be empty. */
function renderMailboxes(header: 'From' | 'To', mailboxes: readonly Mailbox[]): string {
  if (mailboxes.length === 0) return `${header}: undisclosed-recipients:;`;
  const last = mailboxes.length - 1;
  return fold(
    `${header}:`,
    mailboxes.flatMap((mailbox, at) => [
      ...renderMailbox(mailbox).slice(0, -1),
      `${renderMailbox(mailbox).at(-1) ?? ''}${at === last ? '' : ','}`,
    ]),
  );
}

const ATOMS = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+$/;

/** In pieces that may stand on lines of their own. */
function renderMailbox({ name, address }: Mailbox): readonly string[] {
  if (name === null) return [address];
  if (!isPlainHeader(name) || name.length > 60 || name.includes('  ')) return [...encodeWords(name), `<${address}>`];
  return [...(ATOMS.test(name) ? name.split(' ') : [`"${name.replace(/["\\]/g, '\\$&')}"`]), `<${address}>`];
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `Mon, 16 Nov 2026 07:00:00 +0000`. Source: RFC 5322, section 3.3. */
function renderDate(time: number): string {
  const date = new Date(time);
  const day = `${DAYS[date.getUTCDay()] ?? ''}, ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ''} ${date.getUTCFullYear()}`;
  return `${day} ${date.toISOString().slice(11, 19)} +0000`;
}

/** Behind the `@` of a Message-ID; `.invalid` is nobody's. Source: RFC 2606, section 2. */
function domainOf({ hosts: [host] }: Report): string {
  return host !== undefined && isDomain(host.name) ? host.name : 'imgupdate.invalid';
}

/** Known by what it tells and to whom, on which day: a week later the same is another message, which no mail system may take for a copy. */
function hashOf(report: Report, { mail }: ReportAbout): string {
  const { id, title, onlyNew, since, hosts, generatedAt } = report;
  const { attention, news, pending, done, held, interrupted } = report;
  const told = [
    [mail.to, mail.from, id, title, onlyNew, since, new Date(generatedAt).toISOString().slice(0, 10)],
    hosts.map(({ name }) => name),
    attention.map(({ kind, images, message, isNew }) => [kind, images, message, isNew]),
    [news, pending, held].map((subjects) =>
      subjects.map(({ reference, platform, hosts: on, updates }) => [reference, platform, on, updates]),
    ),
    done.map(({ reference, platform, hosts: on, how }) => [reference, platform, on, how]),
    interrupted,
  ];
  return createHash('sha256').update(JSON.stringify(told)).digest('hex');
}
