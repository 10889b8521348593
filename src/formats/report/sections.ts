import type { Attention, Done, HeldBack, HostStore, MovedBase, Pending, Rebuild, Report, Subject } from '../../core/report/report.ts';
import type { UnneededImage } from '../../core/unneeded.ts';
import { sanitizeText } from '../../core/text.ts';
import { renderDate } from '../age.ts';
import { plural } from '../facts.ts';
import {
  describeBase,
  describeDone,
  describeHold,
  describeNewsSince,
  describePendingSince,
  describeProblem,
  describeProblemSince,
  describeRebuild,
  describeUpdate,
  describeUsers,
  describeWhere,
  listTold,
  nameOfSubject,
  renderBytes,
  renderOwnBytes,
  SECTION_TITLES,
  shortDigestText,
  titleOfDone,
  titleOfInterrupted,
  titleOfNews,
} from './words.ts';

export type SectionKey = 'interrupted' | 'attention' | 'news' | 'pending' | 'done' | 'held' | 'bases' | 'rebuilds' | 'stores';

/** One section of a report that is read as lines. A row is made when it is asked for: of 20,000 only a few are shown. */
export type Section = {
  readonly key: SectionKey;
  readonly title: string;
  /** What is said of the whole, one sentence without its full stop; null: the rows say all. */
  readonly intro: string | null;
  readonly count: number;
  /** The rows from the first to the one before `end`, which may be beyond the last. */
  readonly rows: (end: number) => readonly Row[];
  /** What lists the others; null: nothing does. */
  readonly command: string | null;
};

/** One line of a section: every text of it is safe to print, and each format has to escape it. */
export type Row = {
  /** Names as they are typed: of images mostly; empty where it is about none. */
  readonly names: readonly string[];
  /** ` on edge`, ` (linux/arm64)`, ` and 495 more`; ''. */
  readonly where: string;
  /** What is so: `1.27.5 (patch), 1.29.3 (minor)`. */
  readonly what: string;
  /** `web*, proxy (+1)`; '' for nobody, or where that is not told. */
  readonly users: string;
  /** `since 9 Nov, 7 days`, `new`; ''. */
  readonly since: string;
  /** When what its tag names now was made: `12 days ago`; ''. */
  readonly published: string;
};

/**
 * The sections of a report in their order, without those that are empty, the commands and the footer.
 *
 * Where only news is wanted: what may not have arrived, what is new, and what is done.
 */
export function listSections(report: Report): readonly Section[] {
  const { interrupted, generatedAt, onlyNew } = report;
  const alike = namesOnSeveralPlatforms(report);
  const told = interrupted === null ? [] : [...interrupted.news.map(toNewsToldRow), ...interrupted.done.map(toDoneToldRow)];
  const all: readonly Section[] = [
    section('interrupted', interrupted === null ? '' : titleOfInterrupted(interrupted, generatedAt), told, (row) => row),
    section('attention', SECTION_TITLES.attention, listTold(report), (each) => toAttentionRow(each, report)),
    section('news', titleOfNews(report), report.news, (each) => toNewsRow(each, report, alike)),
    section('pending', SECTION_TITLES.pending, onlyNew ? [] : report.pending, (each) => toPendingRow(each, report, alike)),
    section('done', titleOfDone(report), report.done, (each) => toDoneRow(each, report, alike)),
    ...(onlyNew
      ? []
      : [
          section('held', SECTION_TITLES.held, report.held, (each) => toHeldRow(each, report, alike)),
          section('bases', SECTION_TITLES.bases, report.bases, toBaseRow),
          section('rebuilds', SECTION_TITLES.rebuilds, report.rebuilds, (each) => toRebuildRow(each, report, alike)),
          ...listStores(report),
        ]),
  ];
  return all.filter(({ count }) => count > 0);
}

/** `used by web*, proxy (+1); published 12 days ago; since 9 Nov`; '' where there is nothing beside what is so. */
export function describeAbout({ users, since, published }: Pick<Row, 'users' | 'since' | 'published'>): string {
  return [users === '' ? '' : `used by ${users}`, published === '' ? '' : `published ${published}`, since]
    .filter((part) => part !== '')
    .join('; ');
}

/** What lists all rows of a section, as far as the command line does. */
const COMMANDS: Readonly<Record<SectionKey, string | null>> = {
  interrupted: null,
  attention: 'imgupdate list',
  news: 'imgupdate list --upgradable',
  pending: 'imgupdate list --upgradable',
  done: null,
  held: 'imgupdate list --upgradable',
  bases: 'imgupdate list --upgradable',
  rebuilds: 'imgupdate list --upgradable',
  stores: null,
};

function section<T>(key: SectionKey, title: string, items: readonly T[], toRow: (item: T) => Row): Section {
  return { key, title, intro: null, count: items.length, rows: (end) => items.slice(0, end).map(toRow), command: COMMANDS[key] };
}

/** The names that stand for images on several platforms: there the platform has to be told. */
function namesOnSeveralPlatforms({ news, pending, done, held, rebuilds }: Report): ReadonlySet<string> {
  const platforms = new Map<string, string>();
  const alike = new Set<string>();
  for (const subjects of [news, pending, done, held, rebuilds]) {
    for (const { name, platform } of subjects) {
      if ((platforms.get(name) ?? platform) !== platform) alike.add(name);
      platforms.set(name, platform);
    }
  }
  return alike;
}

const NOTHING = { names: [], where: '', what: '', users: '', since: '', published: '' } as const satisfies Row;

const LONGEST_LINE = 400;

function toNewsToldRow(text: string): Row {
  return { ...NOTHING, what: `told as new: ${sanitizeText(text, LONGEST_LINE)}` };
}

function toDoneToldRow(text: string): Row {
  return { ...NOTHING, what: `told as done: ${sanitizeText(text, LONGEST_LINE)}` };
}

const MOST_NAMES = 5;

function toAttentionRow(attention: Attention, report: Report): Row {
  const { images, registry, hosts } = attention;
  const names = (images.length === 0 && registry !== null ? [registry] : images)
    .slice(0, MOST_NAMES)
    .map((name) => nameOfSubject({ name }));
  const left = images.length - MOST_NAMES;
  return {
    ...NOTHING,
    names,
    where: `${left > 0 ? ` and ${left} more` : ''}${describeWhere({ hosts }, report)}`,
    what: describeProblem(attention),
    since: describeProblemSince(attention, report),
  };
}

function nameRow(subject: Subject, report: Report, alike: ReadonlySet<string>): Row {
  const platform = alike.has(subject.name) ? ` (${sanitizeText(subject.platform, 60)})` : '';
  return {
    ...NOTHING,
    names: [nameOfSubject(subject)],
    where: `${platform}${describeWhere(subject, report)}`,
    users: describeUsers(subject),
  };
}

const listUpdates = ({ updates }: Pick<Pending, 'updates'>): string => updates.map(describeUpdate).join(', ');

function toNewsRow(news: Pending, report: Report, alike: ReadonlySet<string>): Row {
  const since = describeNewsSince(news, report);
  return { ...nameRow(news, report, alike), what: listUpdates(news), since, published: describePublished(news, report.generatedAt) };
}

/** Reproducible builds tell no real day; then there is no age. */
function describePublished({ updates }: Pick<Pending, 'updates'>, now: number): string {
  const created = updates.flatMap((update) => (update.axis === 'tag' && update.created !== null ? [update.created] : []));
  return created.map((time) => /\((.+)\)$/.exec(renderDate(time, now) ?? '')?.[1] ?? '').join('');
}

function toPendingRow(pending: Pending, report: Report, alike: ReadonlySet<string>): Row {
  return { ...nameRow(pending, report, alike), what: listUpdates(pending), since: describePendingSince(pending, report.generatedAt) };
}

function toDoneRow(done: Done, report: Report, alike: ReadonlySet<string>): Row {
  return { ...nameRow(done, report, alike), users: '', what: describeDone(done) };
}

function toHeldRow(held: HeldBack, report: Report, alike: ReadonlySet<string>): Row {
  return { ...nameRow(held, report, alike), what: `${listUpdates(held)}, held ${describeHold(held)}` };
}

function toBaseRow(base: MovedBase): Row {
  const names = base.images.slice(0, MOST_NAMES).map(nameOfSubject);
  const left = base.images.length - names.length;
  const stand = `${plural(base.images.length, 'image')} ${base.images.length === 1 ? 'stands' : 'stand'} on it`;
  return { ...NOTHING, what: `${describeBase(base)}; ${stand}: ${names.join(', ')}${left === 0 ? '' : ` and ${left} more`}` };
}

function toRebuildRow(rebuild: Rebuild, report: Report, alike: ReadonlySet<string>): Row {
  return { ...nameRow(rebuild, report, alike), users: '', what: describeRebuild(rebuild) };
}

/** Of one machine the images are told, of several how much each has; those that nothing can be removed from have nothing to tell. */
function listStores({ stores, hosts }: Report): readonly Section[] {
  const told = stores.filter(({ unneeded }) => unneeded.length > 0);
  const [only] = told;
  if (hosts.length > 1 || only === undefined) return [section('stores', SECTION_TITLES.stores, told, toStoreRow)];
  return [{ ...section('stores', SECTION_TITLES.stores, only.unneeded, toUnneededRow), intro: describeStore(only) }];
}

/** `3 of 31 images are not needed; without them 1.2 GB of 9.4 GB are free again` */
export function describeStore({ images, bytes, freedBytes, unneeded }: HostStore): string {
  const count = unneeded.length;
  const what = `${count} of ${plural(images, 'image')} ${count === 1 ? 'is' : 'are'} not needed`;
  if (freedBytes === null) return what;
  return `${what}: ${renderBytes(freedBytes)}${bytes === null ? '' : ` of ${renderBytes(bytes)}`} could be freed`;
}

function toStoreRow(store: HostStore): Row {
  return { ...NOTHING, names: [sanitizeText(store.host, LONGEST_LINE)], what: describeStore(store) };
}

function toUnneededRow({ kind, name, id, because, bytes }: UnneededImage): Row {
  const size = bytes === null ? '' : `, ${renderOwnBytes(bytes)}`;
  return {
    ...NOTHING,
    names: [name === null ? shortDigestText(id) : nameOfSubject({ name })],
    what: `${kind}${size}: ${sanitizeText(because, LONGEST_LINE)}`,
  };
}
