import type { ImageReport } from '../check/report.ts';
import { targetOf } from './facts.ts';
import { quoteWord } from './one-word.ts';
import { prefixOf } from './places.ts';

/** An option that names an engine, as the user gave it. */
export type EngineOption = { readonly flag: '-H' | '--context'; readonly value: string };

/** What the user had looked at, in the words of the command line: a command that is to look at the same has to name it again. */
export type Scope = {
  readonly engines?: readonly EngineOption[];
  /** Files, as they were named. */
  readonly paths?: readonly string[];
  /** Targets and patterns, as they were written. */
  readonly targets?: readonly string[];
};

/** More would make the command longer than what it is said in. */
const MOST_WORDS = 3;

/** What to type to have the same looked at: `imgupdate list -H ssh://build01 -f compose.yaml`. What is too much to repeat is told by its kind: `-f PATH`. */
export function again(verb: string, { engines = [], paths = [], targets = [] }: Scope): string {
  return [`imgupdate ${verb}`, ...repeatEngines(engines), ...repeat('-f ', paths, 'PATH'), ...repeat('', targets, 'TARGET...')].join(' ');
}

/** What to type to have all that is known of one image: `imgupdate show nginx:1.27`. null: it came by standard input, and cannot be looked at again. */
export function showAgain(image: ImageReport, { engines = [] }: Pick<Scope, 'engines'>, options: readonly string[] = []): string | null {
  const target = targetOf(image);
  const word = target === null ? null : quoteWord(target);
  const where = prefixOf(image) === '' ? repeatEngines(engines) : [];
  return word === null ? null : ['imgupdate show', ...options, ...where, word].join(' ');
}

/** `-H ssh://build01`, each of them; `-H ADDRESS` for many. */
function repeatEngines(engines: readonly EngineOption[]): readonly string[] {
  const words = engines.map(({ value }) => quoteWord(value));
  if (words.length > MOST_WORDS || words.includes(null)) return ['-H ADDRESS'];
  return engines.map(({ flag }, index) => `${flag} ${words[index] ?? ''}`);
}

function repeat(option: string, given: readonly string[], kind: string): readonly string[] {
  const words = given.map(quoteWord);
  const known = words.flatMap((word) => (word === null ? [] : [`${option}${word}`]));
  return words.length > MOST_WORDS || known.length < words.length ? [`${option}${kind}`] : known;
}
