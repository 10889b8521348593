import type { Update } from '../../core/report/report.ts';
import { sanitizeText } from '../../core/text.ts';
import type { VersionLevel } from '../../core/verdict.ts';
import { renderDate } from '../age.ts';
import { type Html, html } from '../html/escape.ts';
import { renderBadge } from './html-section.ts';
import { describePair, MOVEMENT_WORDS, shortDigestText } from './words.ts';

/** More than there are axes and levels. */
const MOST = 8;
const LONGEST_NAME = 300;

/** Renders what is newer for an image, one line each. `now`: milliseconds since the epoch. */
export function renderUpdates(updates: readonly Update[], now: number): Html {
  return html`<ul class="updates" role="list">
    ${updates.slice(0, MOST).map((update) => html`<li>${renderUpdate(update, now)}</li> `)}
  </ul>`;
}

function renderUpdate(update: Update, now: number): Html {
  switch (update.axis) {
    case 'tag': {
      const { installed, candidate } = update;
      const created = update.created === null ? null : renderDate(update.created, now);
      const digests = installed === null ? shortDigestText(candidate) : describePair(installed, candidate);
      return html`${renderBadge('warn', 'rebuilt')}
        <code>${digests}</code>${created === null ? null : html` <span class="faint small">published ${created}</span>`}`;
    }
    case 'newer':
      return html`${renderBadge(LEVELS[update.level], update.level)} <code>${sanitizeText(update.tag, LONGEST_NAME)}</code>`;
    case 'base':
      return html`${renderBadge('warn', `base ${update.movement === null ? 'moved' : MOVEMENT_WORDS[update.movement]}`)}
      ${renderBase(update)}`;
  }
}

const LEVELS: Readonly<Record<VersionLevel, 'bad' | 'warn' | 'note'>> = { patch: 'note', minor: 'note', major: 'warn' };

function renderBase({ base, confidence, versionsBehind }: Extract<Update, { readonly axis: 'base' }>): Html {
  const facts = [
    ...(versionsBehind === null || versionsBehind < 2 ? [] : [`${versionsBehind} versions behind`]),
    ...(confidence === null || confidence === 'certain' ? [] : [`${confidence} confidence`]),
  ];
  const name = base === null ? 'of unknown name' : html`<code>${sanitizeText(base, LONGEST_NAME)}</code>`;
  return html`${name}${facts.length === 0 ? null : html` <span class="faint small">${facts.join(', ')}</span>`}`;
}
