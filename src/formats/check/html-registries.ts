import type { RegistryUse } from '../../check/ports.ts';
import { sanitizeText } from '../../core/text.ts';
import { type Html, html } from '../html/escape.ts';

const MOST_REGISTRIES = 200;

/** Renders what a check asked of each registry, and what is left of its quota. */
export function renderRegistries(registries: readonly RegistryUse[]): Html | null {
  if (registries.length === 0) return null;
  const left = registries.length - MOST_REGISTRIES;
  return html`<section aria-labelledby="registries">
    <h2 id="registries">Registries</h2>
    <table class="cards" role="table" aria-labelledby="registries">
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">Registry</th>
          <th role="columnheader" scope="col">Requests</th>
          <th role="columnheader" scope="col">Counted</th>
          <th role="columnheader" scope="col">Left</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${registries.slice(0, MOST_REGISTRIES).map(renderRegistry)}
      </tbody>
    </table>
    ${left <= 0 ? null : html`<p class="faint">and ${left} more, left out of this page</p>`}
  </section> `;
}

function renderRegistry({ registry, requests, counted, limit, remaining }: RegistryUse): Html {
  const quota = remaining === null ? '-' : limit === null ? String(remaining) : `${remaining} of ${limit}`;
  return html`<tr role="row">
    <th role="rowheader" scope="row"><code>${sanitizeText(registry, 300)}</code></th>
    <td role="cell" data-label="Requests">${requests}</td>
    <td role="cell" data-label="Counted">${counted}</td>
    <td role="cell" data-label="Left">${quota}</td>
  </tr> `;
}
