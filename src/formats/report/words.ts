import type { RegistryEntry } from '../../core/document.ts';
import {
  ATTENTION_KINDS,
  type Attention,
  type AttentionKind,
  type Done,
  type HeldBack,
  type Interrupted,
  type MovedBase,
  type Pending,
  type Rebuild,
  type Report,
  type ReportCounts,
  type Since,
  type Subject,
  type Update,
} from '../../core/report/report.ts';
import type { BaseMovement } from '../../core/verdict.ts';
import { parseDigest, shortDigest } from '../../core/digest.ts';
import { sanitizeText } from '../../core/text.ts';
import { renderSize } from '../size.ts';
import { plural } from '../facts.ts';

/** What all formats of a report say, in the same words. Every text from outside is sanitised here; to be escaped is what each format does itself. */

const DAY_MS = 24 * 3_600_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** Longer than any name that parses; a message that is longer says nothing more. */
const LONGEST_NAME = 300;
const LONGEST_MESSAGE = 240;

/** `9 Nov`, `9 Nov 2025` when that is another year than `now`; UTC, both in milliseconds since the epoch. */
export function renderDay(time: number, now: number): string {
  const [date, today] = [new Date(time), new Date(now)];
  const day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ''}`;
  return date.getUTCFullYear() === today.getUTCFullYear() ? day : `${day} ${date.getUTCFullYear()}`;
}

/** `2026-11-16 07:00 UTC` */
export function renderMinute(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** `88 days`, `1 day`, `today`: by the days of the calendar, UTC, so that from one Monday to the next there are seven, whatever the minute. */
export function renderDays(since: number, now: number): string {
  const days = dayOf(now) - dayOf(since);
  return days < 1 ? 'today' : plural(days, 'day');
}

const dayOf = (time: number): number => Math.floor(time / DAY_MS);

/** `since 9 Nov`, `since old.json of 9 Nov`; `first report`. */
export function describeSince(since: Since, now: number): string {
  switch (since.kind) {
    case 'first':
      return 'first report';
    case 'mark':
      return `since ${renderDay(since.at, now)}`;
    case 'file':
      return `since ${sanitizeText(since.name, LONGEST_NAME)} of ${renderDay(since.at, now)}`;
  }
}

/** `build01`, `build01 and build02`, `5 hosts`. */
export function describeHosts(names: readonly string[]): string {
  const [first = '', second, ...others] = names.map((name) => sanitizeText(name, LONGEST_NAME));
  if (second === undefined) return first;
  return others.length === 0 ? `${first} and ${second}` : `${names.length} hosts`;
}

/** The sections of a report that are always called the same. */
export const SECTION_TITLES = {
  attention: 'Needs attention',
  pending: 'Still pending, oldest first',
  held: 'Held',
  bases: 'Bases that moved',
  rebuilds: 'Rebuild, in this order',
  stores: 'Image store',
  commands: 'What to type',
} as const;

/** `New since 9 Nov`; `Pending` in a first report, where nothing is older. */
export function titleOfNews({ since, generatedAt }: Pick<Report, 'since' | 'generatedAt'>): string {
  return since.kind === 'first' ? 'Pending' : `New since ${renderDay(since.at, generatedAt)}`;
}

/** `Done since 9 Nov` */
export function titleOfDone({ since, generatedAt }: Pick<Report, 'since' | 'generatedAt'>): string {
  return since.kind === 'first' ? 'Done' : `Done since ${renderDay(since.at, generatedAt)}`;
}

/** `The report of 9 Nov may not have arrived` */
export function titleOfInterrupted({ at }: Interrupted, now: number): string {
  return `The report of ${renderDay(at, now)} may not have arrived`;
}

/** `docker.io: 19 requests, 1 of them counted, 87 of 100 left` */
export function describeQuota({ registry, requests, counted, limit, remaining }: RegistryEntry): string {
  const left = remaining === null ? [] : [limit === null ? `${remaining} left` : `${remaining} of ${limit} left`];
  const parts = [plural(requests, 'request'), ...(counted > 0 ? [`${counted} of them counted`] : []), ...left];
  return `${sanitizeText(registry, LONGEST_NAME)}: ${parts.join(', ')}`;
}

/** `12 of 14 images checked` */
export function describeCoverage({ checked, images }: Pick<ReportCounts, 'checked' | 'images'>): string {
  return `${checked} of ${plural(images, 'image')} checked`;
}

/** `data of 2026-11-16 06:20 to 07:00 UTC`, `data of 2026-11-16 07:00 UTC`; null where no registry was asked. */
export function describeData({ data }: Pick<Report, 'data'>): string | null {
  if (data === null) return null;
  const [oldest, newest] = [renderMinute(data.oldest), renderMinute(data.newest)];
  if (oldest === newest) return `data of ${newest}`;
  const isOneDay = oldest.slice(0, 10) === newest.slice(0, 10);
  return `data of ${oldest.replace(' UTC', '')} to ${isOneDay ? newest.slice(11) : newest}`;
}

/** The title of a whole report, where there is room for one beside the headline: `Image updates on build01, week 47`. */
export function describeTitle({ title, hosts, generatedAt }: Pick<Report, 'title' | 'hosts' | 'generatedAt'>): string {
  if (title !== null) return sanitizeText(title, LONGEST_NAME);
  return `Image updates on ${describeHosts(hosts.map(({ name }) => name))}, week ${weekOf(generatedAt)}`;
}

/** From 1 to 53, of milliseconds since the epoch, in UTC. Source: ISO 8601: a week is of the year that its Thursday is in. */
function weekOf(time: number): number {
  const day = new Date(time).getUTCDay();
  const thursday = new Date(time + (4 - (day === 0 ? 7 : day)) * DAY_MS);
  const newYear = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return 1 + Math.floor((thursday.getTime() - newYear) / (7 * DAY_MS));
}

/**
 * One sentence without its full stop: `5 updates pending on build01: 2 new, 2 older, 1 held; 4 done since 9 Nov`, `No updates pending on build01`.
 *
 * That nothing is newer is said of what is known only: `No updates known on build01` where something could not be checked.
 */
export function describeHeadline(report: Report): string {
  const { counts, hosts, since, generatedAt } = report;
  const where = describeHosts(hosts.map(({ name }) => name));
  const all = counts.news + counts.older + counts.held;
  const none = `o updates ${isAllKnown(report) ? 'pending' : 'known'}`;
  if (since.kind === 'first') {
    const held = counts.held === 0 ? '' : `, ${counts.held} of them held`;
    return `First report on ${where}: ${all === 0 ? `n${none}` : `${plural(all, 'update')} pending${held}`}`;
  }
  const then = describeSince(since, generatedAt);
  if (all === 0) return `N${none} on ${where}${counts.done === 0 ? '' : `; ${counts.done} done ${then}`}`;
  const nothing = counts.news === 0 ? 'nothing new or done' : 'nothing done';
  return `${describeCounts(counts, where)}; ${counts.done === 0 ? nothing : `${counts.done} done`} ${then}`;
}

/** `5 updates pending on build01: 2 new, 2 older, 1 held`, `2 new updates pending on build01`. */
function describeCounts({ news, older, held }: ReportCounts, where: string): string {
  const kinds = [
    { count: news, word: 'new' },
    { count: older, word: 'older' },
    { count: held, word: 'held' },
  ].filter(({ count }) => count > 0);
  const [only, ...others] = kinds;
  if (only !== undefined && others.length === 0) return `${plural(only.count, `${only.word} update`)} pending on ${where}`;
  return `${plural(news + older + held, 'update')} pending on ${where}: ${kinds.map(({ count, word }) => `${count} ${word}`).join(', ')}`;
}

function isAllKnown({ counts, attention }: Pick<Report, 'counts' | 'attention'>): boolean {
  return counts.checked >= counts.images && !attention.some(({ kind }) => kind === 'unchecked' || kind === 'unread');
}

/** What needs attention, as far as it is told: where only news is wanted, what is new. */
export function listTold({ attention, onlyNew }: Pick<Report, 'attention' | 'onlyNew'>): readonly Attention[] {
  return onlyNew ? attention.filter(({ isNew }) => isNew) : attention;
}

/** `1 tag gone, 3 images not checked`, as far as it is told; null when nothing needs attention. */
export function describeAttention(report: Pick<Report, 'attention' | 'onlyNew'>): string | null {
  const attention = listTold(report);
  const parts = ATTENTION_KINDS.flatMap((kind) => {
    const those = attention.filter((each) => each.kind === kind);
    const count = those.reduce((sum, each) => sum + countOf(each), 0);
    return count === 0 ? [] : [ATTENTION_WORDS[kind](count)];
  });
  return parts.length === 0 ? null : parts.join(', ');
}

/** A hold is one, whatever many images it is of; a place is one on each host. */
function countOf({ kind, images, hosts }: Attention): number {
  switch (kind) {
    case 'expired-hold':
      return 1;
    case 'unread':
      return Math.max(1, hosts.length);
    case 'gone':
    case 'base-gone':
    case 'unchecked':
    case 'unsure':
      return Math.max(1, images.length);
  }
}

const ATTENTION_WORDS: Readonly<Record<AttentionKind, (count: number) => string>> = {
  gone: (count) => `${plural(count, 'tag')} gone`,
  'base-gone': (count) => `${plural(count, 'image')} on ${count === 1 ? 'a base that is' : 'bases that are'} gone`,
  unchecked: (count) => `${plural(count, 'image')} not checked`,
  unread: (count) => `${plural(count, 'place')} not read`,
  'expired-hold': (count) => `${plural(count, 'hold')} ended`,
  unsure: (count) => `${plural(count, 'image')} on ${count === 1 ? 'a base' : 'bases'} that may have moved`,
};

/** What is the matter, without its full stop: `not checked: 401 Unauthorized`, `was held until 2026-11-10: plugin not ready`. */
export function describeProblem({ kind, message, hold }: Attention): string {
  const text = sanitizeText(message, LONGEST_MESSAGE);
  switch (kind) {
    case 'gone':
    case 'base-gone':
    case 'unread':
    case 'unsure':
      return text;
    case 'unchecked':
      return text.startsWith('not checked') ? text : `not checked: ${text}`;
    case 'expired-hold': {
      const why = hold?.reason ?? '';
      return why === '' || message.includes(why) ? text : `${text}: ${sanitizeText(why, LONGEST_MESSAGE)}`;
    }
  }
}

/** `new`, `since 9 Nov`; '' in a first report, where all is new. */
export function describeProblemSince({ isNew, since }: Attention, report: Pick<Report, 'since' | 'generatedAt'>): string {
  if (report.since.kind === 'first') return '';
  return isNew ? 'new' : `since ${renderDay(since, report.generatedAt)}`;
}

/**
 * `imgupdate: 5 image updates (2 new) on build01 [1 tag gone]`; `imgupdate: no updates on build01`; `Images of the shop: no updates`. One line, for a
 * subject.
 */
export function describeInSubject(report: Report): string {
  const { counts, hosts, since, title } = report;
  const where = describeHosts(hosts.map(({ name }) => name));
  const all = counts.news + counts.older + counts.held;
  const fresh = counts.news === 0 || since.kind === 'first' ? '' : ` (${counts.news} new)`;
  const attention = describeAttention(report);
  const none = isAllKnown(report) ? 'no updates' : 'no updates known';
  const what = all === 0 ? none : `${plural(all, 'image update')}${fresh}`;
  const said = title === null ? `imgupdate: ${what} on ${where}` : `${sanitizeText(title, LONGEST_NAME)}: ${what}`;
  return `${said}${attention === null ? '' : ` [${attention}]`}`;
}

/** `rebuilt (3f2a9c0b7d1e to 9d1e4a55c0ff)`, `1.27.5 (patch)`, `base node:20-slim moved, 3 versions behind`. */
export function describeUpdate(update: Update): string {
  switch (update.axis) {
    case 'tag':
      return update.installed === null ? 'rebuilt' : `rebuilt (${describePair(update.installed, update.candidate)})`;
    case 'newer':
      return `${sanitizeText(update.tag, LONGEST_NAME)} (${update.level})`;
    case 'base': {
      const behind = update.versionsBehind === null || update.versionsBehind < 2 ? '' : `, ${update.versionsBehind} versions behind`;
      const movement = update.movement === null ? 'moved' : MOVEMENT_WORDS[update.movement];
      return `base ${sanitizeText(update.base ?? 'of unknown name', LONGEST_NAME)} ${movement}${behind}`;
    }
  }
}

/** Digests that differ never look equal: when their first digits are the same, both are whole. */
export function describePair(installed: string, candidate: string): string {
  const short = [installed, candidate].map(shortDigestText);
  const isTold = installed === candidate || short[0] !== short[1];
  return (isTold ? short : [installed, candidate].map((text) => sanitizeText(text, LONGEST_NAME))).join(' to ');
}

/** What became of a base; that its layers are others is what nearly always happened. */
export const MOVEMENT_WORDS: Readonly<Record<BaseMovement, string>> = {
  'layers-differ': 'moved',
  'metadata-only': 'moved (only its metadata)',
  'upper-layers-removed': 'moved (upper layers removed)',
  'rolled-back': 'was rolled back',
  undetermined: 'moved',
};

/** `nginx:1.27` */
export function nameOfSubject({ name }: Pick<Subject, 'name'>): string {
  return sanitizeText(name, LONGEST_NAME);
}

const SHOWN_USERS = 2;

/** `web, proxy (+2)`; '' for none. A host is named no second time beside its only image. */
export function describeUsers({ users, hosts }: Pick<Subject, 'users'> & Partial<Pick<Subject, 'hosts'>>): string {
  const [host] = hosts?.length === 1 ? hosts : [];
  const prefix = host === undefined ? '' : `${host}: `;
  const shown = users
    .slice(0, SHOWN_USERS)
    .map((user) => sanitizeText(user.startsWith(prefix) ? user.slice(prefix.length) : user, LONGEST_NAME));
  const left = users.length - shown.length;
  return left === 0 ? shown.join(', ') : `${shown.join(', ')} (+${left})`;
}

/** Whether a star is to be seen in the first rows of any section, so that it has to be said what it means. */
export function hasOldContainers({ news, pending, held, onlyNew }: Report, rows: number): boolean {
  const lists = onlyNew ? [news] : [news, pending, held];
  return lists.some((list) => list.slice(0, rows).some(({ users }) => users.slice(0, SHOWN_USERS).some((user) => user.endsWith('*'))));
}

/** What the star behind a container means. */
export const OLD_CONTAINERS = 'A container marked with * runs an older image than its name has here now.';

/** `partly since 2 Nov`: what is new on one axis of an image may be old on another; '' where all of it is new. */
export function describeNewsSince({ since }: Pick<Pending, 'since'>, report: Pick<Report, 'since' | 'generatedAt'>): string {
  return report.since.kind !== 'first' && since < report.generatedAt ? `partly since ${renderDay(since, report.generatedAt)}` : '';
}

/** ` on build01`, where the report is of several hosts and the subject is on some of them; else ''. */
export function describeWhere({ hosts }: Pick<Subject, 'hosts'>, report: Report): string {
  return report.hosts.length < 2 || hosts.length === report.hosts.length || hosts.length === 0 ? '' : ` on ${describeHosts(hosts)}`;
}

/** `brought up to date; was pending: 1.27.5 (patch)`, `replaced by mariadb:11.4.8; was pending: 11.4.8 (patch)`. */
export function describeDone({ how, was, successor }: Done): string {
  const told = was.length === 0 ? '' : `; was pending: ${was.map((each) => sanitizeText(each, LONGEST_NAME)).join(', ')}`;
  switch (how) {
    case 'updated':
      return `brought up to date${told}`;
    case 'removed':
      return `${successor === null ? 'not here any more' : `replaced by ${sanitizeText(successor, LONGEST_NAME)}`}${told}`;
    case 'withdrawn':
      return `not offered any more${told}`;
    case 'held':
      return `held back now${told}`;
    case 'ignored':
      return `ignored now${told}`;
  }
}

/** `until 2026-12-15: wait for the fix`; `for good`. */
export function describeHold({ hold }: Pick<HeldBack, 'hold'>): string {
  const until = hold.until === null ? 'for good' : `until ${sanitizeText(hold.until, 40)}`;
  return hold.reason === null ? until : `${until}: ${sanitizeText(hold.reason, LONGEST_MESSAGE)}`;
}

/** `node:20-slim moved`, `debian:buster is gone`. */
export function describeBase({ name, kind, movements }: MovedBase): string {
  const base = sanitizeText(name, LONGEST_NAME);
  if (kind === 'gone') return `${base} is gone`;
  const [movement, ...others] = new Set(movements.map((each) => MOVEMENT_WORDS[each]));
  return `${base} ${movement === undefined || others.length > 0 ? 'moved' : movement}`;
}

/** `its base node:20-slim moved`, `after its base acme/base:1`. */
export function describeRebuild({ because, base }: Rebuild): string {
  const name = sanitizeText(base, LONGEST_NAME);
  return because === 'moved' ? `its base ${name} moved` : `after its base ${name}`;
}

/** `since 9 Nov, 7 days` */
export function describePendingSince({ since, isMore, isStaleAnswer }: Pending, now: number): string {
  const parts = [
    `since ${renderDay(since, now)}`,
    ...(dayOf(now) > dayOf(since) ? [renderDays(since, now)] : []),
    ...(isMore ? ['even newer now'] : []),
    ...(isStaleAnswer ? ['not checked this time'] : []),
  ];
  return parts.join(', ');
}

/** `1.2 GB`; `unknown size`. */
export function renderBytes(bytes: number | null): string {
  return bytes === null ? 'unknown size' : renderSize(bytes);
}

/** Of one image, when it alone is removed: `410 MB`; what shares all its layers frees nothing. */
export function renderOwnBytes(bytes: number | null): string {
  return bytes === 0 ? 'nothing of its own' : renderBytes(bytes);
}

/** The first digits of a digest, as docker shows it; what is none is shown as it is, cut. */
export function shortDigestText(text: string): string {
  const digest = parseDigest(text);
  return digest === null ? sanitizeText(text, 20) : shortDigest(digest);
}
