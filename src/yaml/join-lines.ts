import { Lexer } from 'yaml';

/** So long a text is lexed over and over in less than two seconds. */
const LONGEST = 256 * 1024;
const MOST = 20;

/** What the lexer adds to the text: the end of a flow collection that has none, the begin of a document, of a plain or block scalar. */
const FLOW_END = '\x18';
const SCALAR = '\x1f';
const ADDED: ReadonlySet<string> = new Set(['\x02', FLOW_END, SCALAR]);

/**
 * Joins the lines of quoted scalars and of `[...]` and `{...}` that are indented less than what they stand in, as many a person writes them: each character but the
 * line's end stays where it is.
 *
 * YAML forbids them, but libyaml and what is made after it, such as the parsers of kubectl and docker compose, pass over indentation there.
 * Source: YAML 1.2.2, section 7.3.1 and 7.4 (s-flow-line-prefix); libyaml, scanner.c: yaml_parser_scan_flow_scalar(), yaml_parser_unroll_indent().
 * @returns null when there are none, too many, or too much text.
 */
export function joinLines(text: string): string | null {
  if (text.length > LONGEST) return null;
  let joined = text;
  for (let times = 0; times <= MOST; times += 1) {
    const lines = findBroken(joined);
    if (lines === null) return times === 0 ? null : joined;
    if (lines === 'beyond repair') return null;
    joined = joined.slice(0, lines.from) + joined.slice(lines.from, lines.to).replace(/[\r\n]/g, ' ') + joined.slice(lines.to);
  }
  return null;
}

type Lines = { readonly from: number; readonly to: number };

/** The first lines that are to be joined. */
function findBroken(text: string): Lines | 'beyond repair' | null {
  let at = 0;
  let before = '';
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === FLOW_END) return linesBefore(text, at);
    if (!ADDED.has(lexeme)) {
      const quote = lexeme.charAt(0);
      if (before !== SCALAR && (quote === '"' || quote === "'")) {
        const end = endOfQuoted(text, at, quote);
        if (end === null) return 'beyond repair';
        if (end > at + lexeme.length) return MARKER.test(text.slice(at, end)) ? 'beyond repair' : { from: at, to: end };
      }
      at += lexeme.length;
    }
    before = lexeme;
  }
  return null;
}

/** What ends a document stands on no line of a scalar. */
const MARKER = /\n(?:---|\.\.\.)(?=\s)/;

/** Behind the closing quote; null without one. */
function endOfQuoted(text: string, from: number, quote: string): number | null {
  for (let at = from + 1; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '\\' && quote === '"') at += 1;
    else if (character === quote) {
      if (quote === '"' || text.charAt(at + 1) !== quote) return at + 1;
      at += 1;
    }
  }
  return null;
}

/** From what stands before `to` up to there. A comment would swallow what is joined to it. */
function linesBefore(text: string, to: number): Lines | 'beyond repair' {
  const from = text.slice(0, to).trimEnd().length;
  const line = text.slice(text.lastIndexOf('\n', from - 1) + 1, from);
  const isMarked = text.startsWith('---', to) || text.startsWith('...', to);
  return from === 0 || to >= text.length || isMarked || line.includes('#') ? 'beyond repair' : { from, to };
}
