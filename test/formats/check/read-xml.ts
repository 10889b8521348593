/** An element of a document that is well formed; text is that directly in it. */
export type ReadElement = {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: ReadElement[];
  text: string;
};

const NOT_XML = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';
const NAME = '[A-Za-z_][A-Za-z0-9._-]*';
const TOKEN = new RegExp(`<(${NAME})((?:\\s+${NAME}="[^"<]*")*)\\s*(/?)>|</(${NAME})\\s*>|([^<]+)`, 'y');
const ATTRIBUTE = new RegExp(`(${NAME})="([^"<]*)"`, 'g');
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&apos;', "'"],
]);

/** Reads XML as strictly as its grammar is, without comments, processing instructions and sections; throws at the first mistake. Source: XML 1.0, section 2. */
export function readXml(document: string): ReadElement {
  const bad = NOT_XML.exec(document);
  if (bad !== null) throw new Error(`U+${bad[0].codePointAt(0)!.toString(16)} at ${bad.index} is no character of XML`);
  if (!document.startsWith(DECLARATION)) throw new Error('there is no declaration');
  const top: ReadElement = { name: '', attributes: new Map(), children: [], text: '' };
  const open = [top];
  for (TOKEN.lastIndex = DECLARATION.length; TOKEN.lastIndex < document.length;) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(document);
    if (match === null) throw new Error(`no token at ${at}: ${document.slice(at, at + 40)}`);
    const [, start, attributes = '', empty, end, text] = match;
    const parent = open.at(-1)!;
    if (start !== undefined) {
      const element: ReadElement = { name: start, attributes: readAttributes(attributes), children: [], text: '' };
      parent.children.push(element);
      if (empty === '') open.push(element);
    } else if (end !== undefined) {
      if (open.pop()!.name !== end) throw new Error(`</${end}> closes what is not open`);
    } else parent.text += unescape(text!);
  }
  if (open.length !== 1 || top.children.length !== 1 || top.text.trim() !== '') throw new Error('there is not exactly one root');
  return top.children[0]!;
}

function readAttributes(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(ATTRIBUTE)) {
    if (found.has(name)) throw new Error(`${name} stands there twice`);
    found.set(name, unescape(value));
  }
  return found;
}

function unescape(text: string): string {
  if (text.includes(']]>')) throw new Error(']]> in text');
  return text.replace(/&[^;]*;?/g, (entity) => {
    const character = ENTITIES.get(entity);
    if (character === undefined) throw new Error(`${entity} is no entity`);
    return character;
  });
}
