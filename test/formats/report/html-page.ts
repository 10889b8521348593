/** What an HTML page of ours is made of, for tests. */

const VOID = new Set(['meta', 'br', 'wbr', 'rect', 'line', '!doctype']);

export type Element = { readonly name: string; readonly attributes: string };

/** The elements of a page in order; throws where one is not closed in its place. */
export function elementsOf(page: string): readonly Element[] {
  const open: string[] = [];
  const found: Element[] = [];
  for (const [, slash, name = '', attributes = ''] of page.matchAll(
    /<(\/?)([!a-z][a-z0-9]*)((?:\s+[a-zA-Z0-9-]+(?:="[^"]*")?)*)\s*\/?>/g,
  )) {
    if (slash === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`);
    } else {
      found.push({ name, attributes });
      if (!VOID.has(name)) open.push(name);
    }
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(', ')}`);
  return found;
}

/** What a reader sees, with one blank between all that stands apart. */
export function textOf(page: string): string {
  return page
    .replace(/<style>[^]*?<\/style>/, '')
    .replace(/<wbr \/>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/\s+/g, ' ');
}
