import type { RegistryUse } from '../check/ports.ts';
import { sanitizeText } from '../core/text.ts';
import { renderSeconds } from './age.ts';
import type { GridColumn } from './grid.ts';
import { renderGrid } from './grid.ts';
import type { Paint } from './paint.ts';
import { plainBrush } from './paint.ts';

/** `width`: columns of the terminal, null for a pipe. `unanswered`: the registries that could not be asked. */
export type LimitsOptions = { readonly width: number | null; readonly paint: Paint; readonly unanswered?: ReadonlySet<string> };

const COLUMNS: readonly GridColumn[] = [
  { title: 'REGISTRY', keep: 'both-ends', floors: [20, 12] },
  { title: 'LIMIT', keep: 'all', floors: [0] },
  { title: 'LEFT', keep: 'all', floors: [0] },
  { title: 'WINDOW', keep: 'all', floors: [0] },
  { title: 'REQUESTS', keep: 'all', floors: [0] },
  { title: 'COUNTED', keep: 'all', floors: [0] },
  { title: 'NOTE', keep: 'start-and-mark', floors: [12, 4] },
];

/**
 * Renders each registry's quota as its headers said last, with what this run asked of it; only manifest GETs are counted by Docker Hub.
 *
 * A registry without such headers has no limit, or does not tell: the two look the same from here.
 */
export function renderLimits(registries: readonly RegistryUse[], { width, paint, unanswered }: LimitsOptions): string {
  const rows = registries.map((use) => {
    const brush = isLow(use) ? paint.red : plainBrush;
    const cell = (text: string) => ({ text, brush: plainBrush });
    return [
      cell(sanitizeText(use.registry)),
      cell(orNothing(use.limit)),
      { text: orNothing(use.remaining), brush },
      cell(use.windowSeconds === null ? '' : renderSeconds(use.windowSeconds)),
      cell(String(use.requests)),
      cell(String(use.counted)),
      { text: unanswered?.has(use.registry) === true ? 'could not be asked' : describe(use), brush },
    ];
  });
  return renderGrid(COLUMNS, rows, { width, titleBrush: paint.bold });
}

function describe(use: RegistryUse): string {
  if (use.limit === null && use.remaining === null) return 'none announced';
  return use.remaining === 0 ? 'used up' : isLow(use) ? 'nearly used up' : '';
}

/** Below a fifth of the limit. */
function isLow({ limit, remaining }: RegistryUse): boolean {
  return remaining !== null && limit !== null && remaining <= limit / 5;
}

function orNothing(value: number | null): string {
  return value === null ? '' : String(value);
}
