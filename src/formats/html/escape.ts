/** A piece of HTML that is safe to put into a page between tags; only `html` makes one. */
export type Html = { readonly html: string };

/** What may stand in a template: text and numbers are escaped, pieces of HTML are taken as they are, null is nothing. */
export type Hole = string | number | Html | readonly Html[] | null;

/**
 * Makes HTML of a template; every text that is put into it is escaped, between tags and in quoted attributes alike.
 *
 * `` html`<td class="${level}">${message}</td>` ``. An attribute has to be in quotes, and must be none that is a script, a style or a link.
 * Source: HTML Living Standard, section 13.2.5 (tokenization) and 13.3 (escaping a string).
 */
export function html(parts: TemplateStringsArray, ...holes: readonly Hole[]): Html {
  return { html: parts.map((part, at) => (at === 0 ? part : `${fill(holes[at - 1] ?? null)}${part}`)).join('') };
}

/** Makes HTML of many pieces. */
export function joinHtml(pieces: readonly Html[]): Html {
  return { html: pieces.map((piece) => piece.html).join('') };
}

/** Takes a text that is written here for HTML; never one from outside. */
export function trustedHtml(text: string): Html {
  return { html: text };
}

function fill(hole: Hole): string {
  if (hole === null) return '';
  if (typeof hole === 'string') return escapeHtml(hole);
  if (typeof hole === 'number') return String(hole);
  return 'html' in hole ? hole.html : joinHtml(hole).html;
}

/** Replaces what HTML gives a meaning to, in text and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}
