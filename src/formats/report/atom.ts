import { createHash } from 'node:crypto';
import { sanitizeText } from '../../core/text.ts';
import type { Attention, Pending, Report, Update } from '../../core/report/report.ts';
import { renderTime } from '../age.ts';
import { renderXml, type XmlElement } from '../check/xml.ts';
import { type Html, html, joinHtml } from '../html/escape.ts';
import type { ReportAbout } from './index.ts';
import {
  describeHosts,
  describeProblem,
  describeTitle,
  describeUpdate,
  describeUsers,
  describeWhere,
  listTold,
  nameOfSubject,
  renderDay,
} from './words.ts';

/** A reader keeps what it has read; older entries are of no use to it. */
const MOST_ENTRIES = 200;

const MOST_NAMES = 20;
const LONGEST_TITLE = 240;

/**
 * Renders a report as a feed: an entry for each thing that is newer for an image, and for each that needs attention, the newest first.
 *
 * The id of an entry is made of the image, its platform and what is offered, whatever the host and the day: so a reader shows each once, also when it is still
 * pending in later reports and when several machines' feeds tell it.
 * Source: RFC 4287; RFC 4151 (tag URIs).
 */
export function renderReportAtom(report: Report, { version }: ReportAbout): string {
  const where = describeHosts(report.hosts.map(({ name }) => name));
  const news = take(report.news, (each) => listUpdates(each, report.generatedAt, report));
  const pending = report.onlyNew ? [] : take(newestFirst(report.pending), (each) => listUpdates(each, each.since, report));
  const entries = [...take(listTold(report), (each) => listProblems(each, report)), ...news, ...pending];
  const told = firstOfEach([...entries].sort((a, b) => b.at - a.at)).slice(0, MOST_ENTRIES);
  return renderXml({
    name: 'feed',
    attributes: [['xmlns', 'http://www.w3.org/2005/Atom']],
    content: [
      text('id', idOf('report', [report.id, report.hosts.length === 1 ? where : ''])),
      text('title', describeTitle(report), [['type', 'text']]),
      text('updated', renderTime(report.generatedAt)),
      parent('author', [text('name', `imgupdate on ${where}`)]),
      text('generator', 'imgupdate', [['version', version]]),
      ...told.map(toElement),
    ],
  });
}

/** `at`: milliseconds since the epoch. `category`: the axis, or the kind of attention. */
type Entry = { readonly id: string; readonly title: string; readonly at: number; readonly category: string; readonly content: Html };

/** Makes entries until there are enough. */
function take<T>(items: readonly T[], toEntries: (item: T) => readonly Entry[]): readonly Entry[] {
  const entries: Entry[] = [];
  for (const item of items) {
    if (entries.length >= MOST_ENTRIES) break;
    entries.push(...toEntries(item));
  }
  return entries;
}

function newestFirst(pending: readonly Pending[]): readonly Pending[] {
  return [...pending].sort((a, b) => b.since - a.since);
}

/** An id stands in a feed once. Source: RFC 4287, section 4.1.2. */
function firstOfEach(entries: readonly Entry[]): readonly Entry[] {
  return [...new Map([...entries].reverse().map((entry) => [entry.id, entry])).values()].reverse();
}

function listUpdates(pending: Pending, at: number, report: Report): readonly Entry[] {
  const users = describeUsers(pending);
  const name = nameOfSubject(pending);
  const platform = sanitizeText(pending.platform, 60);
  return pending.updates.map((update) => ({
    id: idOf(update.axis, [pending.reference, pending.platform, ...offerOf(update)]),
    title: `${name}: ${describeUpdate(update)}`,
    at,
    category: update.axis,
    content: joinHtml([
      html`<p><code>${name}</code> (${platform})${describeWhere(pending, report)}: ${describeUpdate(update)}</p>`,
      ...(users === '' ? [] : [html`<p>Used by ${users}</p>`]),
      html`<p>Something newer for it is pending since ${renderDay(pending.since, report.generatedAt)}</p>`,
    ]),
  }));
}

/** What tells an offer from the next one. */
function offerOf(update: Update): readonly string[] {
  switch (update.axis) {
    case 'tag':
      return [update.candidate];
    case 'newer':
      return [update.tag];
    case 'base':
      return [update.base ?? '', update.candidate ?? ''];
  }
}

/**
 * What is gone is told of each image once and for ever; a question that stays open again after it was answered is told again, and so is a place that cannot be
 * read. Words about a registry change with what it answers and with the number of images, so they tell nothing apart; a place is one on each host.
 */
function listProblems(attention: Attention, report: Report): readonly Entry[] {
  const { kind, images, hosts, message, registry, reason, hold, since } = attention;
  const problem = describeProblem(attention);
  const entry = { at: since, category: kind };
  const day = new Date(since).toISOString().slice(0, 10);
  if (kind === 'unread') {
    return (hosts.length === 0 ? [''] : hosts.slice(0, MOST_ENTRIES)).map((host) => {
      const sentence = `${problem}${report.hosts.length < 2 || host === '' ? '' : ` on ${describeHosts([host])}`}`;
      return { ...entry, id: idOf(kind, [host, message, day]), title: sentence, content: html`<p>${sentence}</p>` };
    });
  }
  if (kind === 'unchecked') {
    const first =
      images[0] === undefined ? '' : ` (${images.length === 1 ? nameOfSubject({ name: images[0] }) : `${images.length} images`})`;
    const names = images.slice(0, MOST_NAMES).map((name) => html`<li><code>${nameOfSubject({ name })}</code></li>`);
    const left = images.length - names.length;
    return [
      {
        ...entry,
        id: idOf(kind, [registry ?? '', reason ?? '', day]),
        title: `${registry === null ? '' : `${nameOfSubject({ name: registry })}: `}${problem}${first}`,
        content: joinHtml([
          html`<p>${problem}${describeWhere(attention, report)}</p>`,
          ...(names.length === 0
            ? []
            : [
                html`<ul>
                  ${names}
                </ul>`,
              ]),
          ...(left === 0 ? [] : [html`<p>and ${left} more</p>`]),
        ]),
      },
    ];
  }
  return images.slice(0, MOST_ENTRIES).map((image) => ({
    ...entry,
    id: idOf(kind, kind === 'gone' ? [image] : [image, hold?.until ?? message]),
    title: `${nameOfSubject({ name: image })}: ${problem}`,
    content: html`<p><code>${nameOfSubject({ name: image })}</code>${describeWhere(attention, report)}: ${problem}</p>`,
  }));
}

/** Nobody's name, as there is none to be had, and the year from which these ids are made like this. */
const AUTHORITY = 'tag:imgupdate.invalid,2026';

/** `tag:imgupdate.invalid,2026:newer/docker.io/library/redis:7.2.4;linux/amd64;7.2.11`. Source: RFC 4151, section 2.1; RFC 3986, section 2.1. */
function idOf(kind: string, parts: readonly string[]): string {
  return `${AUTHORITY}:${kind}/${parts.map(encodePart).join(';')}`;
}

/** Longer than a reference with its digest, and than any message. */
const LONGEST_PART = 500;

/** Parts stay apart: what is between them is encoded in each. What is longer than anything that parses is known by its hash. */
function encodePart(part: string): string {
  const known = part.length <= LONGEST_PART ? part : createHash('sha256').update(part).digest('hex');
  const encoded = encodeURIComponent(sanitizeText(known)).replace(
    /['()*!]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return encoded.replaceAll('%2F', '/').replaceAll('%3A', ':');
}

function toElement({ id, title, at, category, content }: Entry): XmlElement {
  return parent('entry', [
    text('id', id),
    text('title', sanitizeText(title, LONGEST_TITLE), [['type', 'text']]),
    text('updated', renderTime(at)),
    { name: 'category', attributes: [['term', category]], content: [] },
    text('content', content.html, [['type', 'html']]),
  ]);
}

function text(name: string, content: string, attributes: XmlElement['attributes'] = []): XmlElement {
  return { name, attributes, content };
}

function parent(name: string, content: readonly XmlElement[]): XmlElement {
  return { name, attributes: [], content };
}
