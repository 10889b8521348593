import { countEdits } from '../core/suggest.ts';
import { sanitizeText } from '../core/text.ts';
import { ImgupdateError } from '../errors.ts';

/** The words for places that are the name of no image anybody knows, and what is written behind them at least. */
const PLACES: ReadonlyMap<string, string> = new Map([
  ['docker-daemon', ''],
  ['docker-archive', 'FILE'],
  ['oci-archive', 'FILE'],
  ['containers-storage', ''],
]);

const ENGINE = 'docker-daemon:';
const LONGEST = 200;

/**
 * Refuses what was meant to be a place, and would be taken for a name of the engine's: `docker-archive` without a file, `docker-archve:app.tar`, `OCI:layout`,
 * `docker-daemon://nginx`.
 *
 * @throws ImgupdateError 'usage'.
 */
export function refuseMistyped(words: readonly string[]): void {
  for (const word of words) {
    const hint = correct(word);
    if (hint === null) continue;
    const shown = sanitizeText(word, LONGEST);
    throw new ImgupdateError('usage', `cannot read the target ${shown}: expected an image, or a place and what is in it`, { hint });
  }
}

/** What to write instead; null where there is nothing to correct. */
function correct(word: string): string | null {
  const [place = ''] = word.split(':', 1);
  const rest = word.slice(place.length + 1);
  const shown = sanitizeText(rest, LONGEST);
  if (place === word && PLACES.has(place)) return `write ${place}:${PLACES.get(place) ?? ''}`;
  if (word.startsWith(`${ENGINE}//`)) return `write ${ENGINE}${shown.replace(/^\/+/, '')}`;
  if (place.length > MOST_LETTERS || PLACES.has(place) || place === 'oci') return null;
  const plain = place.toLowerCase().replaceAll('_', '-');
  // no name of an image has a capital
  if (place !== plain && (plain === 'oci' || PLACES.has(plain))) return `write ${plain}:${shown}`;
  const meant = [...PLACES.keys()].find((known) => countEdits(plain, known) <= MOST_CHANGED);
  return meant === undefined ? null : `write ${meant}:${shown}; an image of that name is ${ENGINE}${sanitizeText(word, LONGEST)}`;
}

const MOST_LETTERS = 64;
const MOST_CHANGED = 2;
