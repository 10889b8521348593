import { sanitizeText } from '../../core/text.ts';

/** An element: its attributes in order, those that are null left out; its content is text or elements. */
export type XmlElement = {
  readonly name: string;
  readonly attributes: readonly (readonly [string, string | number | null])[];
  readonly content: string | readonly XmlElement[];
};

/** Renders an XML document, two blanks for each level. Text keeps its line feeds; whatever else is no printable character becomes U+FFFD. */
export function renderXml(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${renderElement(root, '')}`;
}

function renderElement({ name, attributes, content }: XmlElement, indent: string): string {
  const written = attributes.flatMap(([key, value]) => (value === null ? [] : [` ${key}="${escapeXml(String(value))}"`])).join('');
  if (content.length === 0) return `${indent}<${name}${written}/>\n`;
  if (typeof content === 'string') return `${indent}<${name}${written}>${content.split('\n').map(escapeXml).join('\n')}</${name}>\n`;
  return `${indent}<${name}${written}>\n${content.map((child) => renderElement(child, `${indent}  `)).join('')}${indent}</${name}>\n`;
}

/** What most names are. */
const PLAIN = /^[ !#-%(-;=?-~]*$/;

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
]);

/**
 * Escapes text for attributes and content alike; `]]>` is none any more.
 *
 * Source: XML 1.0, section 2.2 (characters) and 2.4; sanitizeText leaves of what is no character of XML only U+FFFE and U+FFFF.
 */
function escapeXml(text: string): string {
  if (PLAIN.test(text)) return text;
  return sanitizeText(text)
    .replace(/[\u{fffe}\u{ffff}]/gu, '\u{fffd}')
    .replace(/[&<>"']/g, (character) => ENTITIES.get(character) ?? '');
}
