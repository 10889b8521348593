import type { Attention, AttentionKind, Report } from '../../core/report/report.ts';
import { sanitizeText } from '../../core/text.ts';
import { plural } from '../facts.ts';
import { type Html, html } from '../html/escape.ts';
import type { Bounds } from '../html/take.ts';
import { renderBadge, renderListing, renderName, renderNames } from './html-section.ts';
import { describeWhere, listTold, renderDay, SECTION_TITLES } from './words.ts';

const MOST: Bounds = { items: 200, characters: 250_000 };
const MOST_NAMES = 8;
const LONGEST_NAME = 300;
const LONGEST_MESSAGE = 300;

/** Renders what a person has to look at, the most urgent first; only what is new where only that is wanted. */
export function renderAttention(report: Report): Html | null {
  return renderListing({
    id: 'attention',
    title: SECTION_TITLES.attention,
    items: listTold(report),
    render: (each) => renderRow(each, report),
    bounds: MOST,
    rest: 'imgupdate list',
  });
}

function renderRow(attention: Attention, report: Report): Html {
  const { kind, images, message, hold, since, isNew } = attention;
  const { tone, sign, word } = KINDS[kind];
  const isFirst = report.since.kind === 'first';
  return html`<li class="row short">
    <div>
      <h3>${nameIt(attention)}</h3>
      ${images.length === 0 ? null : html`<p class="faint small">${sanitizeText(describeWhere(attention, report), LONGEST_NAME)}</p>`}
    </div>
    <div>
      <p>${renderBadge(tone, word, sign)} ${sanitizeText(message, LONGEST_MESSAGE)}</p>
      ${hold?.reason === undefined || hold.reason === null ? null : html`<p class="faint small">${sanitizeText(hold.reason, LONGEST_MESSAGE)}</p>`}
      ${images.length < 2 ? null : renderNames(images, MOST_NAMES)}
    </div>
    <p class="faint small">${isFirst ? null : isNew ? renderBadge('note', 'new') : `since ${renderDay(since, report.generatedAt)}`}</p>
  </li> `;
}

/** Its image, or how many of which registry, or the place. */
function nameIt({ images, registry, hosts }: Attention): Html | string {
  const [first, ...others] = images;
  if (first === undefined) return hosts.length === 0 ? 'A machine' : sanitizeText(hosts.join(', '), LONGEST_NAME);
  if (others.length === 0) return renderName(first);
  return `${plural(images.length, 'image')}${registry === null ? '' : ` of ${sanitizeText(registry, LONGEST_NAME)}`}`;
}

const KINDS: Readonly<Record<AttentionKind, { readonly tone: 'bad' | 'warn'; readonly sign: string; readonly word: string }>> = {
  gone: { tone: 'bad', sign: '\u2717', word: 'tag gone' },
  'base-gone': { tone: 'bad', sign: '\u2717', word: 'base gone' },
  unchecked: { tone: 'warn', sign: '?', word: 'not checked' },
  unread: { tone: 'warn', sign: '?', word: 'not read' },
  'expired-hold': { tone: 'warn', sign: '!', word: 'hold ended' },
  unsure: { tone: 'warn', sign: '~', word: 'may have moved' },
};
