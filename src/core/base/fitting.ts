import type { HistoryEntry } from '../history.ts';
import { countCommonSteps, isSameInstruction } from '../history.ts';
import type { ImageContents } from '../image-contents.ts';
import type { Evidence } from './gather.ts';
import { compareExtent, type Fit, fitBase, type KnownBase } from './known-base.ts';
import { instructionOf } from './step.ts';

/** A known base that fits below the image. */
export type Fitting = { readonly base: KnownBase; readonly fit: Fit };

/**
 * Bases that fit: first those whose steps do, too, and of these the ones that explain most.
 *
 * One whose steps are others counts only where it may be a later version of the
 * base: an image built in part from the same cache shares layers as well.
 */
export function listFitting({ contents, layersLost }: Evidence, known: readonly KnownBase[]): readonly Fitting[] {
  return known
    .flatMap((base): readonly Fitting[] => {
      const fit = fitBase(contents, base.contents, layersLost);
      if (fit === null || (fit === 'differs' && (base.isLocal || !mayBeLater(base.contents, contents)))) return [];
      return [{ base, fit }];
    })
    .sort(byExtent);
}

/** Where a builder marked the end of the base exactly, only those bases that end there. */
export function endingAsMarked(fitting: readonly Fitting[], { boundaries }: Evidence): readonly Fitting[] {
  const exact = boundaries.find(({ strength }) => strength === 'exact');
  return exact === undefined ? fitting : fitting.filter(({ base, fit }) => fit !== 'full' || endsAt(base.contents, exact));
}

function byExtent(a: Fitting, b: Fitting): number {
  return (
    Number(a.fit === 'differs') - Number(b.fit === 'differs') ||
    compareExtent(a.base.contents, b.base.contents) ||
    FITS.indexOf(a.fit) - FITS.indexOf(b.fit) ||
    Number(a.base.contents.settings === null) - Number(b.base.contents.settings === null)
  );
}

const FITS: readonly Fit[] = ['full', 'layers', 'differs'];

/**
 * Whether an image may be a later version of the base of another: where their steps part, both do the same at different times or set the same to another value,
 * or all further steps of the base are found again in the image.
 */
function mayBeLater(base: ImageContents, image: ImageContents): boolean {
  if (base.history === null || image.history === null) return false;
  const shared = countCommonSteps(base.history, image.history);
  const [there, own] = [base.history.entries[shared], image.history.entries[shared]];
  if (there === undefined || own === undefined) return false;
  const instruction = instructionOf(there);
  if (isSameInstruction(there, own) || (there.emptyLayer !== false && instruction !== null && instruction === instructionOf(own)))
    return true;
  return isFoundAgain(base.history.entries.slice(shared), image.history.entries.slice(shared));
}

function isFoundAgain(wanted: readonly HistoryEntry[], entries: readonly HistoryEntry[]): boolean {
  let found = 0;
  for (const entry of entries) {
    const next = wanted[found];
    if (next !== undefined && isSameInstruction(next, entry)) found += 1;
  }
  return found === wanted.length;
}

function endsAt(contents: ImageContents, end: { readonly history: number | null; readonly layers: number | null }): boolean {
  if (end.layers !== null) return contents.diffIds.length === end.layers;
  return end.history === null || contents.history === null || contents.history.entries.length === end.history;
}
