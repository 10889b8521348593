import type { Html } from './escape.ts';

/** How much of a list a page shows. */
export type Bounds = { readonly items: number; readonly characters: number };

/** Renders the first ones of a list, as many as a page has room for; what is left is to be counted by the caller. */
export function takePieces<T>(items: readonly T[], render: (item: T) => Html, { items: most, characters }: Bounds): readonly Html[] {
  const pieces: Html[] = [];
  let length = 0;
  for (const item of items.slice(0, most)) {
    const piece = render(item);
    length += piece.html.length;
    if (length > characters) break;
    pieces.push(piece);
  }
  return pieces;
}
