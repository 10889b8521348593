import type { Tree } from '../core/tree.ts';
import type { Flaw } from './flaw.ts';
import { findLines, positionAt } from './lines.ts';
import { parseJson } from './parse-json.ts';
import { parseYaml } from './parse-yaml.ts';

/** The documents of a text, or the first thing that is wrong with it; `message` starts lowercase and is safe to print. */
export type ParsedTree =
  | { readonly ok: true; readonly documents: readonly Tree[] }
  | { readonly ok: false; readonly message: string; readonly line: number | null; readonly column: number | null };

/** Characters; what is longer takes more memory than a check may have. */
const LONGEST = { yaml: 16 * 1024 * 1024, json: 256 * 1024 * 1024 } as const;

/** What no YAML or JSON text may contain: control characters but tab and line ends, surrogates without a partner. */
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]|\p{Cs}/u;

/**
 * Reads every document of a YAML or JSON text.
 *
 * Scalars are what YAML's core schema says, so `yes`, a time and `0b1` are text. The span of a quoted scalar or key is what stands between the quotes. Merge keys
 * are merged, aliases are the very object they name; a key that stands twice, a node inside itself, and aliases that make few nodes many are refused.
 *
 * Time and memory are linear in the text, whatever is in it.
 * Source: YAML 1.2.2, sections 5.1, 7.1 and 10.3; YAML 1.1 merge key (yaml.org/type/merge); RFC 8259, more than one value may follow another.
 */
export function parseTree(text: string, format: 'yaml' | 'json'): ParsedTree {
  if (text.length > LONGEST[format]) {
    return { ok: false, message: `expected at most ${LONGEST[format]} characters, got ${text.length}`, line: null, column: null };
  }
  const marked = text.startsWith('\ufeff') ? text.slice(1) : text;
  const lines = findLines(marked);
  const forbidden = FORBIDDEN.exec(marked);
  const result = forbidden === null ? (format === 'json' ? parseJson(marked, lines) : parseYaml(marked, lines)) : flawOf(forbidden);
  return result.ok ? result : { ok: false, message: result.message, ...positionAt(lines, result.offset) };
}

function flawOf({ 0: character, index }: RegExpExecArray): Flaw {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return { ok: false, message: `the character U+${code} is not allowed`, offset: index };
}
