import type { ImageReport } from '../../check/report.ts';
import { sanitizeText } from '../../core/text.ts';
import { baseConfidenceOf, baseMovementOf, baseReasonOf, canonicalBaseOf, hasBase } from '../base.ts';
import { digestPair, nameOf, platformOf, plural, reasonOf, usersOf } from '../facts.ts';
import { newerReasonOf, renderTagName, renderVersion, versionsOf } from '../newer.ts';
import { type Html, html } from '../html/escape.ts';
import { type Bounds, takePieces } from '../html/take.ts';

const MOST_IMAGES: Bounds = { items: 2000, characters: 3_000_000 };
const MOST_PLACES = 5;
const MOST_NOTES = 5;
const LONGEST_TEXT = 500;

/** Renders every image of a check with what was answered: its tag, newer versions, its base and what that rests on. */
export function renderImages(images: readonly ImageReport[]): Html | null {
  if (images.length === 0) return null;
  const withNewer = images.some(({ newer }) => newer.verdict.kind !== 'untracked' || newer.sibling !== null);
  const rows = takePieces(images, (image) => renderImage(image, withNewer), MOST_IMAGES);
  const left = images.length - rows.length;
  return html`<section aria-labelledby="images">
    <h2 id="images">All images <span class="faint">(${images.length})</span></h2>
    <table class="cards" role="table" aria-labelledby="images">
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">Image</th>
          <th role="columnheader" scope="col">Tag</th>
          ${withNewer ? html`<th role="columnheader" scope="col">Newer</th>` : null}
          <th role="columnheader" scope="col">Base</th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${rows}
      </tbody>
    </table>
    ${left === 0 ? null : html`<p class="faint">and ${plural(left, 'more image')}, left out of this page</p>`}
  </section> `;
}

function renderImage(image: ImageReport, withNewer: boolean): Html {
  const users = usersOf(image);
  const more = users.length > MOST_PLACES ? ` and ${users.length - MOST_PLACES} more` : '';
  const places = `${users.slice(0, MOST_PLACES).join(', ')}${more}`;
  return html`<tr role="row">
    <th role="rowheader" scope="row">
      <code>${nameOf(image)}</code><br /><span class="faint small">${platformOf(image)}${places === '' ? null : `, ${places}`}</span>
    </th>
    ${renderCell('Tag', renderTag(image))} ${withNewer ? renderCell('Newer', renderNewer(image)) : null}
    ${renderCell('Base', renderBase(image))}
  </tr> `;
}

/** Where there is little room an empty cell is left out. */
function renderCell(label: string, content: Html | string | null): Html {
  if (content === null) return html`<td role="cell" class="empty" data-label="${label}">-</td>`;
  return html`<td role="cell" data-label="${label}">${content}</td>`;
}

function renderTag(image: ImageReport): Html {
  const { kind } = image.tag.verdict;
  const { installed, candidate } = digestPair(image, false);
  const change = kind === 'rebuilt' && installed !== null && candidate !== null ? html` <code>${installed} → ${candidate}</code>` : null;
  const reason = reasonOf(image);
  const why = sanitizeText(reason?.message ?? image.tag.verdict.why, LONGEST_TEXT);
  const held = image.held === null ? null : html` <span class="badge note">held</span>`;
  return html`${renderWord(kind)}${held}${change}<br /><span class="faint small">${why}</span>`;
}

/** The versions, or that there is none; why; and what else is worth knowing of them. */
function renderNewer(image: ImageReport): Html | null {
  const { verdict, variant, sibling, notes } = image.newer;
  if (verdict.kind === 'untracked' && sibling === null) return null;
  const versions = versionsOf(image).map(renderVersion).join(', ');
  const facts = [
    sanitizeText(newerReasonOf(image)?.message ?? verdict.why, LONGEST_TEXT),
    ...(variant === null ? [] : [`on a newer variant: ${renderVersion(variant)}`]),
    ...(sibling === null ? [] : [`the same image as ${renderTagName(sibling)}`]),
    ...notes.slice(0, MOST_NOTES).map((note) => sanitizeText(note, LONGEST_TEXT)),
  ];
  return html`${versions === '' ? renderWord(verdict.kind) : versions}<br /><span class="faint small">${facts.join('; ')}</span>`;
}

/** `moved (layers-differ), high confidence`, on what, why, and what the answer rests on. */
function renderBase(image: ImageReport): Html | null {
  if (!hasBase(image)) return null;
  const { verdict } = image.base;
  const name = canonicalBaseOf(image);
  const detail = baseMovementOf(image) ?? baseReasonOf(image)?.kind ?? null;
  const confidence = baseConfidenceOf(image);
  const sure = confidence === null ? null : confidence === 'certain' ? ', certain' : `, ${confidence} confidence`;
  const rests = verdict.evidence.length === 0 ? '' : `; rests on ${verdict.evidence.join(', ')}`;
  return html`${renderWord(verdict.kind)}${detail === null ? null : ` (${detail})`}${sure}${
      name === '' ? null : html`<br /><code>${name}</code>`
    }<br /><span class="faint small">${sanitizeText(verdict.why, LONGEST_TEXT)}${rests}</span>`;
}

const TONES: ReadonlyMap<string, string> = new Map([
  ['current', 'good'],
  ['rebuilt', 'warn'],
  ['moved', 'warn'],
  ['gone', 'bad'],
  ['unknown', 'warn'],
]);

function renderWord(kind: string): Html {
  return html`<span class="badge ${TONES.get(kind) ?? 'quiet'}">${kind}</span>`;
}
