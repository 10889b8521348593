import { malformed, type Parsed, parsed } from './parsed.ts';
import { sanitizeText } from './text.ts';

/** One step of a glob: takes one character, or any number of them, none included. `literal`: the one character it takes, null where it takes several. */
type Term = { readonly repeats: boolean; readonly literal: string | null; readonly accepts: (character: string) => boolean };

/** A glob, ready to be tried. `literals`: every character that it names outside of a class. */
export type Glob = { readonly matches: (text: string) => boolean; readonly literals: readonly string[] };

// Alternatives begin with different characters, in a class as outside of it, so reading is linear.
const TERM = /\*+|\?|\\[^]|\[(?!\^?\])\^?(?:(?:\\[^]|[^\\\]-])(?:-(?:\\[^]|[^\\\]-]))?)+\]|[^*?\\[]/gy;
const RANGE = /(?:\\([^])|([^\\\]-]))(?:-(?:\\([^])|([^\\\]-])))?/g;

/**
 * Compiles a glob to a test of whole texts.
 *
 * `*` and `?` do not cross `/`, `**` does; `[a-z]` and `[^a-z]` are classes; `\` takes the next character as it is. Time is at most the glob's length times the
 * text's, whatever the glob.
 * Source: Go path.Match(), where `**` is an ordinary `*`.
 * @returns what is wrong, with its place: `invalid pattern "a[" at character 2: a class needs its "]", and in it "-" between two characters`.
 */
export function compileGlob(glob: string, longest: number): Parsed<Glob> {
  if (glob === '' || glob.length > longest) {
    return malformed(`invalid pattern: expected 1 to ${longest} characters, got ${glob.length}`);
  }
  const tokens = glob.match(TERM) ?? [];
  const read = tokens.join('').length;
  if (read < glob.length) {
    const flaw = glob.startsWith('\\', read)
      ? 'a backslash needs a character after it'
      : 'a class needs its "]", and in it "-" between two characters';
    return malformed(`invalid pattern "${sanitizeText(glob, 200)}" at character ${read + 1}: ${flaw}`);
  }
  const terms = tokens.map(createTerm);
  return parsed({ matches: (text) => isMatch(terms, text), literals: terms.flatMap(({ literal }) => literal ?? []) });
}

function createTerm(token: string): Term {
  if (token.startsWith('**')) return { repeats: true, literal: null, accepts: () => true };
  if (token === '*' || token === '?') return { repeats: token === '*', literal: null, accepts: (character) => character !== '/' };
  if (token.startsWith('[')) return { repeats: false, literal: null, accepts: createClass(token.slice(1, -1)) };
  const literal = token.startsWith('\\') ? token.slice(1) : token;
  return { repeats: false, literal, accepts: (character) => character === literal };
}

function createClass(body: string): Term['accepts'] {
  const isNegated = body.startsWith('^');
  const ranges = [...body.slice(isNegated ? 1 : 0).matchAll(RANGE)].map(([, escapedFrom, from, escapedTo, to]) => {
    const low = escapedFrom ?? from ?? '';
    return { low, high: escapedTo ?? to ?? low };
  });
  return (character) => ranges.some(({ low, high }) => low <= character && character <= high) !== isNegated;
}

/** Follows all ways through the terms at once, as an automaton does; there is no going back. */
function isMatch(terms: readonly Term[], text: string): boolean {
  let reached = new Uint8Array(terms.length + 1);
  let next = new Uint8Array(terms.length + 1);
  let [first, last] = [0, enter(terms, reached, 0)];
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    let [from, to] = [terms.length, -1];
    for (let index = first; index <= last; index++) {
      const term = terms[index];
      if (reached[index] === 0 || term?.accepts(character) !== true) continue;
      const entered = term.repeats ? index : index + 1;
      from = Math.min(from, entered);
      to = Math.max(to, enter(terms, next, entered));
    }
    if (to < 0) return false;
    [reached, next] = [next, reached];
    next.fill(0, first, last + 1);
    [first, last] = [from, to];
  }
  return reached[terms.length] === 1;
}

/** Adds a term to those that may come next, and the ones after it as long as they may be skipped; gives the last one that was looked at. */
function enter(terms: readonly Term[], states: Uint8Array, first: number): number {
  let index = first;
  for (; states[index] === 0; index++) {
    states[index] = 1;
    if (terms[index]?.repeats !== true) break;
  }
  return Math.min(index, terms.length);
}
