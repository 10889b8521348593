import { isSpaceAt } from './space.ts';

/** `name`: what the line says that ends it. */
export type Heredoc = { readonly name: string; readonly stripsTabs: boolean };

const START = /^\d*<<(-?)([^<]+)$/;

/**
 * Finds the heredocs an instruction begins: words such as `<<EOF`, `<<-EOF`, `3<<"END OF FILE"`; not inside quotes, and `<<<` is none.
 *
 * Variables are left as they stand. Where a quote has no end nothing is found, as the builder has it.
 * Source: moby/buildkit, frontend/dockerfile/parser: heredocsFromLine(), heredocFromMatch().
 */
export function findHeredocs(text: string): readonly Heredoc[] {
  const found: Heredoc[] = [];
  let from: number | null = null;
  let at = 0;
  while (at <= text.length) {
    if (at === text.length || isSpaceAt(text, at)) {
      const heredoc = from === null ? null : readStart(text.slice(from, at));
      if (heredoc !== null) found.push(heredoc);
      from = null;
      at += 1;
      continue;
    }
    from ??= at;
    const end = endOfUnit(text, at);
    if (end === null) return [];
    at = end;
  }
  return found;
}

/** Behind the quoted text, the escaped character or the character at `at`; null when a quote has no end. */
function endOfUnit(text: string, at: number): number | null {
  const character = text[at];
  if (character === '\\') return Math.min(at + 2, text.length);
  if (character === "'") {
    const end = text.indexOf("'", at + 1);
    return end === -1 ? null : end + 1;
  }
  if (character !== '"') return at + 1;
  for (let inside = at + 1; inside < text.length; inside += 1) {
    if (text[inside] === '\\') inside += 1;
    else if (text[inside] === '"') return inside + 1;
  }
  return null;
}

function readStart(word: string): Heredoc | null {
  const [, dash, quoted] = START.exec(word) ?? [];
  if (dash === undefined || quoted === undefined) return null;
  const name = unquote(quoted);
  return name === '' ? null : { name, stripsTabs: dash === '-' };
}

function unquote(word: string): string {
  const kept: string[] = [];
  let quote: string | null = null;
  for (let at = 0; at < word.length; at += 1) {
    const character = word.charAt(at);
    if (character === '\\' && quote !== "'") {
      at += 1;
      kept.push(word.charAt(at));
    } else if (quote === null && (character === "'" || character === '"')) quote = character;
    else if (character === quote) quote = null;
    else kept.push(character);
  }
  return kept.join('');
}
