import type { Parsed } from '../../core/parsed.ts';
import { malformed, parsed } from '../../core/parsed.ts';
import type { Token } from './tokens.ts';
import { readAction } from './tokens.ts';

/** A stretch of a template: text as it is, or the words of an action. */
export type Piece =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'action'; readonly tokens: readonly Token[]; readonly at: number };

/**
 * Cuts a template into text and actions.
 *
 * `{{- ` and ` -}}` take the white space beside them; comments vanish; `\t` and `\n` written out in the text become a TAB and a new line, as docker has it.
 * Source: Go text/template, "Text and spaces"; docker/cli, formatter.go.
 */
export function scanTemplate(text: string): Parsed<readonly Piece[]> {
  const pieces: Piece[] = [];
  let at = 0;
  let trims = false;
  for (;;) {
    const open = text.indexOf('{{', at);
    const trimsBefore = open >= 0 && /^-[ \t\r\n]/.test(text.slice(open + 2, open + 4));
    const literal = trimText(expandEscapes(text.slice(at, open < 0 ? text.length : open)), { start: trims, end: trimsBefore });
    if (literal !== '') pieces.push({ kind: 'text', text: literal });
    if (open < 0) return parsed(pieces);

    const inside = open + (trimsBefore ? 4 : 2);
    const comment = text.startsWith('/*', inside) ? readComment(text, inside) : null;
    const action = comment ?? readAction(text, inside);
    if (!action.ok) return malformed(action.message);
    if (comment === null) pieces.push({ kind: 'action', tokens: action.value.tokens, at: open });
    at = action.value.end;
    trims = action.value.trimsAfter;
  }
}

function readComment(text: string, start: number): ReturnType<typeof readAction> {
  const end = text.indexOf('*/', start + 2);
  if (end < 0) return malformed('unclosed comment');
  const closing = /^(?:[ \t\r\n]-)?\}\}/.exec(text.slice(end + 2, end + 6))?.[0];
  if (closing === undefined) return malformed('comment ends before closing delimiter');
  return parsed({ tokens: [], end: end + 2 + closing.length, trimsAfter: closing.length > 2 });
}

function expandEscapes(text: string): string {
  return text.replaceAll('\\t', '\t').replaceAll('\\n', '\n');
}

function trimText(text: string, sides: { readonly start: boolean; readonly end: boolean }): string {
  const started = sides.start ? text.replace(/^[ \t\r\n]+/, '') : text;
  if (!sides.end) return started;
  let end = started.length;
  while (end > 0 && ' \t\r\n'.includes(started.charAt(end - 1))) end -= 1;
  return started.slice(0, end);
}
