import type { Report } from '../../core/report/report.ts';
import { sanitizeText } from '../../core/text.ts';
import { renderTime } from '../age.ts';
import { type Html, html } from '../html/escape.ts';
import type { ReportAbout } from './index.ts';
import { ON_ALL } from './footer.ts';
import { describeCoverage, describeData, describeQuota, hasOldContainers, OLD_CONTAINERS, renderMinute } from './words.ts';

const MOST_HOSTS = 50;
const MOST_REGISTRIES = 50;
const MOST_ROWS = 400;
const LONGEST_NAME = 300;

/** Renders what the report rests on: which machines, when, data of which age, what was asked of the registries. */
export function renderFooter(report: Report, { version }: ReportAbout): Html {
  const { hosts, registries, counts, generatedAt, data } = report;
  return html`<dl class="facts">
      <dt>${hosts.length === 1 ? 'Host' : 'Hosts'}</dt>
      ${hosts.slice(0, MOST_HOSTS).map(({ name, generatedAt: at }) => html`<dd>${sanitizeText(name, LONGEST_NAME)}, ${renderMoment(at)}</dd> `)}
      ${renderMore(hosts.length - MOST_HOSTS)}
      <dt>Coverage</dt>
      <dd>${describeCoverage(counts)}</dd>
      ${
        data === null
          ? null
          : html`<dt>Age</dt>
              <dd>${describeData(report)}</dd>`
      }
      ${
        registries.length === 0
          ? null
          : html`<dt>Registries</dt>
              ${registries.slice(0, MOST_REGISTRIES).map((use) => html`<dd>${describeQuota(use)}</dd> `)}
              ${renderMore(registries.length - MOST_REGISTRIES)}`
      }
    </dl>
    ${hosts.length > 1 ? html`<p>${ON_ALL}.</p>` : null} ${hasOldContainers(report, MOST_ROWS) ? html`<p>${OLD_CONTAINERS}</p>` : null}
    <p>Made by imgupdate ${version}, ${renderMoment(generatedAt)}.</p>`;
}

function renderMoment(time: number): Html {
  return html`<time datetime="${renderTime(time)}">${renderMinute(time)}</time>`;
}

function renderMore(left: number): Html | null {
  return left <= 0 ? null : html`<dd>and ${left} more</dd>`;
}
