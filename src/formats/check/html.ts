import type { Finding, FindingLevel, Outcome } from '../../check/finding.ts';
import { groupBy } from '../../core/group.ts';
import { sanitizeText } from '../../core/text.ts';
import { renderTime } from '../age.ts';
import { plural } from '../facts.ts';
import { type Html, html } from '../html/escape.ts';
import { type Bounds, takePieces } from '../html/take.ts';
import { renderPage } from '../html/page.ts';
import { describeCounts, describeSubject, renderFailOn } from './counts.ts';
import { describeHeadline, type Headline } from './headline.ts';
import { renderImages } from './html-images.ts';
import { renderRegistries } from './html-registries.ts';
import { adviceOf, subjectOf, restOf, sortFindings, withinOf } from './words.ts';
import { renderPath } from '../path.ts';

/** Of each kind the first findings are shown, and the rest is counted: a page stays below some 10 MB, whatever is written in files. */
const MOST_FINDINGS: Bounds = { items: 2000, characters: 1_500_000 };

const LONGEST_PATH = 300;

/**
 * Renders what came of a check as a page that stands alone: no script, and no request leaves it.
 *
 * At most 2,000 findings of a kind and 2,000 images are shown, fewer where their texts are very long; what is left out is counted.
 */
export function renderHtml(outcome: Outcome, about: { readonly version: string }): string {
  const headline = describeHeadline(outcome);
  const { failing, warnings, unchecked, held } = sortFindings(outcome.findings);
  const sections: readonly Section[] = [
    { id: 'failing', title: 'Fails the check', findings: failing },
    { id: 'unchecked', title: 'Not checked', findings: unchecked },
    { id: 'warnings', title: 'Should be known', findings: warnings },
    { id: 'held', title: 'Held', findings: held },
  ];
  return renderPage({
    title: `imgupdate check: ${headline.sentence}`,
    header: renderHeader(outcome, headline),
    main: html`${sections.filter(({ findings }) => findings.length > 0).map(renderSection)} ${renderImages(outcome.report.images)}
    ${renderRegistries(outcome.report.registries)}`,
    footer: html`<p>
      Checked by imgupdate ${about.version} on
      <time datetime="${renderTime(outcome.report.generatedAt)}">${renderTime(outcome.report.generatedAt)}</time>; exit code
      ${outcome.exitCode}.
    </p>`,
  });
}

const TONES = {
  good: { tone: 'good', sign: '\u2713' },
  bad: { tone: 'bad', sign: '\u2717' },
  open: { tone: 'warn', sign: '?' },
} as const;

function renderHeader(outcome: Outcome, { tone: kind, word, sentence }: Headline): Html {
  const { tone, sign } = TONES[kind];
  return html`<p class="faint small">imgupdate check</p>
    <h1>
      <span class="badge ${tone}"><span aria-hidden="true">${sign}</span> ${word}</span> ${sentence}
    </h1>
    <ul class="tiles" aria-label="Counts">
      ${[describeSubject(outcome), ...describeCounts(outcome)].map(renderTile)}
    </ul>
    <p class="faint small">Fails on: ${renderFailOn(outcome.failOn)}</p>`;
}

/** `2 errors`: the number stands out. */
function renderTile(text: string): Html {
  const at = text.indexOf(' ');
  return html`<li class="tile"><b>${text.slice(0, at)}</b>${text.slice(at)}</li> `;
}

type Section = { readonly id: string; readonly title: string; readonly findings: readonly Finding[] };

function renderSection({ id, title, findings }: Section): Html {
  const rows = takePieces(findings, renderFinding, MOST_FINDINGS).map((row, at) => ({ row, path: findings[at]?.place?.path ?? '' }));
  const left = findings.length - rows.length;
  const groups = [...groupBy(rows, ({ path }) => path)];
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title} <span class="faint">(${findings.length})</span></h2>
    <table class="list" role="table" aria-labelledby="${id}">
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">Line</th>
          <th role="columnheader" scope="col">Level</th>
          <th role="columnheader" scope="col">Finding</th>
        </tr>
      </thead>
      ${groups.map(([path, group]) =>
        renderGroup(
          path,
          group.map(({ row }) => row),
        ),
      )}
    </table>
    ${left === 0 ? null : html`<p class="faint">and ${plural(left, 'more row')}, left out of this page</p>`}
  </section> `;
}

function renderGroup(path: string, rows: readonly Html[]): Html {
  const name = path === '' ? html`In no file` : html`<code>${sanitizeText(renderPath(path), LONGEST_PATH)}</code>`;
  return html`<tbody role="rowgroup">
    <tr role="row">
      <th role="rowheader" scope="rowgroup" colspan="3">${name}</th>
    </tr>
    ${rows}
  </tbody> `;
}

const LEVELS: Readonly<Record<FindingLevel, { readonly tone: string; readonly sign: string }>> = {
  error: { tone: 'bad', sign: '\u2717' },
  warning: { tone: 'warn', sign: '!' },
  note: { tone: 'note', sign: 'i' },
};

function renderFinding(finding: Finding): Html {
  const { place, level, rule } = finding;
  const within = withinOf(finding);
  const { tone, sign } = LEVELS[level];
  const advice = adviceOf(finding);
  return html`<tr role="row" class="finding">
    <td role="cell" class="at">${place === null ? '-' : `${place.line}:${place.column}`}</td>
    <td role="cell" class="level">
      <span class="badge ${tone}"><span aria-hidden="true">${sign}</span> ${level}</span>
    </td>
    <td role="cell" class="what">
      <code>${subjectOf(finding)}</code>${within === null ? null : ` (${within})`} ${restOf(finding)}
      <span class="faint small">[${rule}]</span>${advice === null ? null : html`<br /><span class="faint small">To do: ${advice}</span>`}
    </td>
  </tr> `;
}
