import type { Report } from '../../core/report/report.ts';
import { type Html, html } from '../html/escape.ts';
import { renderPage } from '../html/page.ts';
import { renderAttention } from './html-attention.ts';
import { renderBases, renderRebuilds } from './html-bases.ts';
import { renderCommands } from './html-commands.ts';
import { renderFooter } from './html-footer.ts';
import { renderHeader } from './html-header.ts';
import { renderDone, renderHeld, renderNews, renderPending } from './html-images.ts';
import { renderInterrupted } from './html-interrupted.ts';
import { renderStores } from './html-stores.ts';
import { REPORT_STYLE } from './html-style.ts';
import type { ReportAbout } from './index.ts';
import { describeInSubject } from './words.ts';

/**
 * Renders a report as a page that stands alone: no script, and no request leaves it; its pictures are drawn in it.
 *
 * Of each list the first ones are shown, and what is left out is counted: a page stays below 2 MB, whatever many images there are.
 */
export function renderReportHtml(report: Report, about: ReportAbout): string {
  return renderPage({
    title: describeInSubject(report),
    style: REPORT_STYLE,
    header: renderHeader(report),
    main: html`${renderSections(report).filter((section) => section !== null)}`,
    footer: renderFooter(report, about),
  });
}

function renderSections(report: Report): readonly (Html | null)[] {
  const told = [renderInterrupted(report), renderAttention(report), renderNews(report)];
  if (report.onlyNew) return [renderQuiet(report), ...told, renderDone(report), renderCommands(report)];
  return [
    renderQuiet(report),
    ...told,
    renderPending(report),
    renderDone(report),
    renderHeld(report),
    renderBases(report),
    renderRebuilds(report),
    renderStores(report),
    renderCommands(report),
  ];
}

/** That there is nothing to do is said, not left to be guessed. */
function renderQuiet({ news, pending, attention, onlyNew }: Report): Html | null {
  if (news.length > 0 || attention.some(({ isNew }) => isNew || !onlyNew) || (pending.length > 0 && !onlyNew)) return null;
  return html`<p class="all-well">
    <span class="badge good"><span aria-hidden="true">${'\u2713'}</span> all well</span>
    ${onlyNew ? 'Nothing new is pending, and nothing new needs attention.' : 'Nothing is pending, and nothing needs attention.'}
  </p>`;
}
