import { malformed, type Parsed, parsed } from './parsed.ts';
import { renderSuggestion } from './suggest.ts';
import { sanitizeText } from './text.ts';

/** What may make a check fail, in the order it is told. */
export const FAIL_ON = ['base', 'rebuilt', 'gone', 'patch', 'minor', 'major'] as const;

/** One word of `--fail-on`. */
export type FailOn = (typeof FAIL_ON)[number];

/** What fails a check that was told nothing else. */
export const DEFAULT_FAIL_ON: readonly FailOn[] = ['base', 'rebuilt', 'gone'];

const WORDS: ReadonlyMap<string, readonly FailOn[]> = new Map<string, readonly FailOn[]>([
  ...FAIL_ON.map((word) => [word, [word]] as const),
  ['any', FAIL_ON],
  ['none', []],
]);

/** Reads `base,gone`: words of FAIL_ON, or `any`, or `none`, with commas between them. */
export function parseFailOn(text: string): Parsed<readonly FailOn[]> {
  const words = text.split(',').map((word) => word.trim());
  const unknown = words.find((word) => !WORDS.has(word));
  const names = [...WORDS.keys()];
  if (unknown !== undefined) {
    return malformed(`expected a comma list of ${names.join(', ')}, got "${sanitizeText(unknown, 80)}"${renderSuggestion(unknown, names)}`);
  }
  if (words.length > 1 && words.includes('none')) return malformed('expected "none" to stand alone');
  const wanted = new Set(words.flatMap((word) => WORDS.get(word) ?? []));
  return parsed(FAIL_ON.filter((word) => wanted.has(word)));
}
