type Value = string | number | boolean | null;

const NULLS: ReadonlySet<string> = new Set(['', '~', 'null', 'Null', 'NULL']);
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['True', true],
  ['TRUE', true],
  ['false', false],
  ['False', false],
  ['FALSE', false],
]);
const DECIMAL = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const RADIX = /^0(?:o[0-7]+|x[0-9a-fA-F]+)$/;
const LONGEST_NUMBER = 64;

/** The tags that may make something else than text of what is quoted. */
const VALUE_TAGS: ReadonlySet<string> = new Set(['int', 'float', 'bool', 'null'].map((type) => `tag:yaml.org,2002:${type}`));

/**
 * Says what a scalar means: its text, but for plain ones that read as null, a boolean or a finite number.
 *
 * Source: YAML 1.2.2, section 10.3.2; a number that is not finite, and one of more than 64 characters, stays text.
 */
export function resolveScalar(source: string, style: 'plain' | 'text', tag: string | null): Value {
  if (tag === '!' || tag === 'tag:yaml.org,2002:str') return source;
  if (style === 'text' && (tag === null || !VALUE_TAGS.has(tag))) return source;
  if (NULLS.has(source)) return null;
  const boolean = BOOLEANS.get(source);
  if (boolean !== undefined) return boolean;
  const number = source.length <= LONGEST_NUMBER && (DECIMAL.test(source) || RADIX.test(source)) ? Number(source) : Number.NaN;
  return Number.isFinite(number) ? number : source;
}
