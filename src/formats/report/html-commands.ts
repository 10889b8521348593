import type { Report } from '../../core/report/report.ts';
import { type Html, html } from '../html/escape.ts';
import { type CommandGroup, listCommands } from './commands.ts';
import { renderRest, renderSection } from './html-section.ts';
import { SECTION_TITLES } from './words.ts';

/** Renders what to type; a click takes all lines for a shell that belong together, to be copied. */
export function renderCommands(report: Report): Html | null {
  const groups = listCommands(report).filter(({ lines }) => lines.length > 0);
  if (groups.length === 0) return null;
  return renderSection({ id: 'commands', title: SECTION_TITLES.commands, count: null, body: html`${groups.map(renderGroup)}` });
}

function renderGroup({ title, lines, left, isShell }: CommandGroup): Html {
  return html`<h3>${title}</h3>
    <pre class="type${isShell ? ' whole' : null}"><code>${lines.join('\n')}</code></pre>
    ${renderRest(left, null)} `;
}
