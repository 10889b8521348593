import type { StackedLayer } from '../../core/layer-stacks.ts';
import type { Pending } from '../../core/report/report.ts';
import { sanitizeText } from '../../core/text.ts';
import { plural } from '../facts.ts';
import { type Html, html, trustedHtml } from '../html/escape.ts';
import { shortenStep } from '../layer-step.ts';
import { renderName } from './html-section.ts';
import { nameOfSubject, shortDigestText } from './words.ts';

/** So many layers of a run are drawn before its middle is folded into one line. */
const MOST_SHARED = 3;
const MOST_DIFFERENT = 7;

const LONGEST_STEP = 90;
const LONGEST_WHOLE = 400;

/**
 * Draws the layers of an image beside those of its base as it is now, the lowest one at the bottom.
 *
 * What is the same stands once, below both; from the first difference on each has its own. null where the layers are not known.
 */
export function renderStacks(pending: Pending, isOpen: boolean): Html | null {
  const { layers, updates } = pending;
  if (layers === null) return null;
  const shared = Math.max(0, Math.min(layers.shared, layers.installed.length, layers.candidate.length));
  const base = updates.flatMap((update) => (update.axis === 'base' && update.base !== null ? [update.base] : []))[0] ?? null;
  return html`<details class="stacks" ${isOpen ? trustedHtml('open') : null}>
    <summary>Layers: ${describeStacks(shared, layers.installed.length, layers.candidate.length)}</summary>
    <div class="towers${isAlike(pending, shared) ? ' alike' : null}">
      ${renderTower({ name: nameOfSubject(pending), what: 'as it is here', layers: layers.installed.slice(shared), from: shared, tone: 'old' })}
      ${renderTower({
        name: base ?? 'its base',
        what: 'as it is now',
        layers: layers.candidate.slice(shared),
        from: shared,
        tone: 'new',
      })}
      <p class="difference"><span>${describeBoundary(pending, shared)}</span></p>
      ${renderGround(layers.installed.slice(0, shared))}
    </div>
  </details>`;
}

/** Whether nothing of the layers is different, but what they are said to be. */
function isAlike({ layers, updates }: Pending, shared: number): boolean {
  return shared === layers?.candidate.length && updates.some((update) => update.axis === 'base' && update.movement === 'metadata-only');
}

/** What is to be seen where the layers in common end. */
function describeBoundary(pending: Pending, shared: number): string {
  if (isAlike(pending, shared)) return 'the layers of the base are the same';
  if (shared === pending.layers?.candidate.length) return 'the base ends here now';
  return shared === pending.layers?.installed.length ? 'the base goes on from here' : `layer ${shared + 1} is the first difference`;
}

/** `1 in common, then 2 here and 2 of the base as it is now` */
function describeStacks(shared: number, installed: number, candidate: number): string {
  const common = shared === 0 ? 'none in common' : `${shared} in common`;
  return `${common}, then ${installed - shared} here and ${candidate - shared} of the base as it is now`;
}

type Tower = {
  readonly name: string;
  readonly what: string;
  readonly layers: readonly StackedLayer[];
  readonly from: number;
  readonly tone: 'old' | 'new';
};

function renderTower({ name, what, layers, from, tone }: Tower): Html {
  return html`<div class="tower ${tone}">
    <p class="small">${renderName(name)}<br /><span class="faint">${what}</span></p>
    ${layers.length === 0 ? html`<p class="none">no further layer</p>` : renderLayers(layers, from, { least: 2, most: MOST_DIFFERENT })}
  </div>`;
}

function renderGround(layers: readonly StackedLayer[]): Html {
  return html`<div class="ground">
    ${
      layers.length === 0
        ? html`<p class="none">no layer in common</p>`
        : html`<p class="small">${plural(layers.length, 'layer')} in common</p>
            ${renderLayers(layers, 0, { least: 1, most: MOST_SHARED })}`
    }
  </div>`;
}

/** The highest first, as they stand; of many only the `least` highest, and as many of the lowest as there is room for. */
function renderLayers(
  layers: readonly StackedLayer[],
  from: number,
  { least, most }: { readonly least: number; readonly most: number },
): Html {
  const numbered = layers.map((layer, at) => ({ layer, position: from + at + 1 }));
  const folded = layers.length - most;
  const [low, high] = folded <= 1 ? [numbered, []] : [numbered.slice(0, most - least), numbered.slice(-least)];
  return html`<ol class="layers" role="list">
    ${high.reverse().map(renderLayer)} ${folded <= 1 ? null : html`<li class="fold">${folded} more layers</li>`}
    ${low.reverse().map(renderLayer)}
  </ol>`;
}

function renderLayer({ layer, position }: { readonly layer: StackedLayer; readonly position: number }): Html {
  const { diffId, createdBy } = layer;
  const step =
    createdBy === null
      ? html`<span class="faint">step not told</span>`
      : html`<span class="step" title="${sanitizeText(shortenStep(createdBy, true), LONGEST_WHOLE)}"
          >${sanitizeText(shortenStep(createdBy), LONGEST_STEP)}</span
        >`;
  return html`<li><span class="position">${position}</span> ${step} <code class="faint">${shortDigestText(diffId)}</code></li> `;
}
