import { malformed, parsed } from './parsed.ts';
import type { Parsed } from './parsed.ts';
import { isSameRepository, parseReference, renderFamiliar, renderReference } from './reference.ts';
import type { Reference } from './reference.ts';
import { sanitizeText } from './text.ts';

/** One step of a pattern: takes one character, or any number of them, none included. */
type Term = { readonly repeats: boolean; readonly accepts: (character: string) => boolean };

const MAX_PATTERN = 4096;

// Alternatives begin with different characters, in a class as outside of it, so reading is linear.
const TERM = /\*+|\?|\\[^]|\[(?!\^?\])\^?(?:(?:\\[^]|[^\\\]-])(?:-(?:\\[^]|[^\\\]-]))?)+\]|[^*?\\[]/gy;
const RANGE = /(?:\\([^])|([^\\\]-]))(?:-(?:\\([^])|([^\\\]-])))?/g;

/**
 * Compiles a glob over image names to a test of references.
 *
 * `*` and `?` do not cross `/`, `**` does; `[a-z]` and `[^a-z]` are classes; `\` takes the next character as it is. The whole name has to match: familiar
 * (`nginx`, `ghcr.io/acme/api`) or canonical (`docker.io/library/nginx`), alone, or with its tag, its digest or both. So `nginx` matches every tag of nginx
 * and no other repository, `nginx:1.*` the tags that begin so, `ghcr.io/**` all of a registry.
 *
 * What podman built here is found without its `localhost/`.
 *
 * What reads as a reference means that reference in any of its spellings, so `docker.io/nginx` and `[::1]:5000/app` do what they say.
 *
 * Time is at most the pattern's length times the name's, whatever the pattern.
 * Source: distribution/reference, FamiliarMatch(); Go path.Match(), where `**` is an ordinary `*`.
 */
export function compilePattern(glob: string): Parsed<(reference: Reference) => boolean> {
  if (glob === '' || glob.length > MAX_PATTERN) {
    return malformed(`invalid pattern: expected 1 to ${MAX_PATTERN} characters, got ${glob.length}`);
  }
  const exact = parseReference(glob);
  if (exact.ok) return parsed((reference) => isCovered(exact.value, reference) || isCovered(asLocal(exact.value), reference));
  const tokens = glob.match(TERM) ?? [];
  const read = tokens.join('').length;
  if (read < glob.length) {
    const flaw = glob.startsWith('\\', read)
      ? 'a backslash needs a character after it'
      : 'a class needs its "]", and in it "-" between two characters';
    return malformed(`invalid pattern "${sanitizeText(glob, 200)}" at character ${read + 1}: ${flaw}`);
  }
  const terms = tokens.map(createTerm);
  return parsed((reference) => namesOf(reference).some((name) => isMatch(terms, name)));
}

/** Podman's name for what was built here: `my-app` means `localhost/my-app` as well. Source: containers-registries.conf(5), short names. */
function asLocal(pattern: Reference): Reference {
  if (pattern.registry !== 'docker.io') return pattern;
  return { ...pattern, registry: LOCAL, repository: pattern.repository.replace(/^library\//, '') };
}

const LOCAL = 'localhost';

/** A part the pattern does not have may be anything. */
function isCovered(pattern: Reference, reference: Reference): boolean {
  return (
    isSameRepository(pattern, reference) &&
    (pattern.tag === null || pattern.tag === reference.tag) &&
    (pattern.digest === null || pattern.digest === reference.digest)
  );
}

/** Every text by which a user may mean the reference. */
function namesOf(reference: Reference): readonly string[] {
  const forms = [{ ...reference, tag: null, digest: null }, { ...reference, digest: null }, { ...reference, tag: null }, reference];
  const names = forms.flatMap((form) => [renderFamiliar(form), renderReference(form)]);
  const short = reference.registry === LOCAL ? names.map((name) => name.slice(`${LOCAL}/`.length)) : [];
  return [...new Set([...names, ...short])];
}

function createTerm(token: string): Term {
  if (token.startsWith('**')) return { repeats: true, accepts: () => true };
  if (token === '*' || token === '?') return { repeats: token === '*', accepts: (character) => character !== '/' };
  if (token.startsWith('[')) return { repeats: false, accepts: createClass(token.slice(1, -1)) };
  const literal = token.startsWith('\\') ? token.slice(1) : token;
  return { repeats: false, accepts: (character) => character === literal };
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
