import type { Done, DoneHow, HeldBack, Pending, Report, Subject } from '../../core/report/report.ts';
import { type Html, html } from '../html/escape.ts';
import type { Bounds } from '../html/take.ts';
import { type Listing, renderBadge, renderListing, renderSubject } from './html-section.ts';
import { renderStacks } from './html-stacks.ts';
import { renderUpdates } from './html-updates.ts';
import {
  describeDone,
  describeHold,
  describeNewsSince,
  describePendingSince,
  describeUsers,
  renderDay,
  SECTION_TITLES,
  titleOfDone,
  titleOfNews,
} from './words.ts';

const MOST: Bounds = { items: 400, characters: 400_000 };
const MOST_QUIET: Bounds = { items: 200, characters: 150_000 };
const ALL = 'imgupdate list --upgradable';

/** Pictures of layers in one section, and those of them that are open from the beginning. */
const MOST_PICTURES = 25;
const OPEN_PICTURES = 4;

/** Renders what is newer and was not told before. */
export function renderNews(report: Report): Html | null {
  return renderImages(report, { id: 'news', title: titleOfNews(report), items: report.news });
}

/** Renders what was told before and is still so. */
export function renderPending(report: Report): Html | null {
  return renderImages(report, { id: 'pending', title: SECTION_TITLES.pending, items: report.pending });
}

function renderImages(report: Report, section: Pick<Listing<Pending>, 'id' | 'title' | 'items'>): Html | null {
  const drawn = section.items.filter(({ layers }) => layers !== null).slice(0, MOST_PICTURES);
  const places = new Map(drawn.map((each, at) => [each, at]));
  return renderListing({
    ...section,
    render: (each) => renderPendingRow(each, report, { isNews: section.id === 'news', picture: places.get(each) ?? null }),
    bounds: MOST,
    rest: ALL,
  });
}

type Place = { readonly isNews: boolean; readonly picture: number | null };

/** `picture`: which of the pictures of its section it has. */
function renderPendingRow(pending: Pending, report: Report, { isNews, picture }: Place): Html {
  return html`<li class="row">
    <div>${renderSubject(pending, report)}</div>
    <div>${renderUpdates(pending.updates, report.generatedAt)} ${renderUsers(pending)}</div>
    <p class="faint small">${isNews ? describeNewsSince(pending, report) : describePendingSince(pending, report.generatedAt)}</p>
    ${picture === null ? null : renderStacks(pending, picture < OPEN_PICTURES)}
  </li> `;
}

function renderUsers(subject: Subject): Html | null {
  const users = describeUsers(subject);
  return users === '' ? null : html`<p class="faint small">used by ${users}</p>`;
}

/** Renders what is held back on purpose, and until when. */
export function renderHeld(report: Report): Html | null {
  return renderListing({
    id: 'held',
    title: SECTION_TITLES.held,
    items: report.held,
    render: (each) => renderHeldRow(each, report),
    bounds: MOST_QUIET,
    rest: ALL,
  });
}

function renderHeldRow(held: HeldBack, report: Report): Html {
  return html`<li class="row">
    <div>${renderSubject(held, report)}</div>
    <div>${renderUpdates(held.updates, report.generatedAt)} ${renderUsers(held)}</div>
    <p class="faint small">${describeHold(held)}</p>
  </li> `;
}

/** Renders what was told before and is not so any more. */
export function renderDone(report: Report): Html | null {
  return renderListing({
    id: 'done',
    title: titleOfDone(report),
    items: report.done,
    render: (each) => renderDoneRow(each, report),
    bounds: MOST_QUIET,
    rest: null,
  });
}

const HOWS: Readonly<Record<DoneHow, { readonly tone: 'good' | 'quiet'; readonly word: string }>> = {
  updated: { tone: 'good', word: 'updated' },
  removed: { tone: 'good', word: 'removed' },
  withdrawn: { tone: 'quiet', word: 'withdrawn' },
  held: { tone: 'quiet', word: 'held' },
  ignored: { tone: 'quiet', word: 'ignored' },
};

function renderDoneRow(done: Done, report: Report): Html {
  const { tone, word } = HOWS[done.how];
  return html`<li class="row">
    <div>${renderSubject(done, report)}</div>
    <p>${renderBadge(tone, word, '\u2713')} ${describeDone(done)}</p>
    <p class="faint small">first told ${renderDay(done.since, report.generatedAt)}</p>
  </li> `;
}
