import { isReset, type ScalarValue, type Value } from './value.ts';

/**
 * Gives the build of a service its long form, so that it can be merged: a text is its context, a list of `NAME=VALUE` a mapping.
 *
 * Source: Compose specification, build.md; compose-go, transform/build.go.
 */
export function normalizeBuild(build: Value): Value {
  if (build.kind === 'list' || isReset(build)) return build;
  if (build.kind === 'scalar') return build.text === null ? build : { ...build, kind: 'mapping', entries: new Map([['context', build]]) };
  return { ...build, entries: new Map([...build.entries].map(([key, value]) => [key, PAIRS.has(key) ? toMapping(value) : value])) };
}

const PAIRS: ReadonlySet<string> = new Set(['args', 'additional_contexts']);

function toMapping(value: Value): Value {
  if (value.kind !== 'list') return value;
  const entries = new Map<string, Value>();
  for (const item of value.items) if (item.kind === 'scalar' && item.text !== null) entries.set(...toPair(item.text, item));
  return { ...value, kind: 'mapping', entries };
}

/** Of what stands on one line the value keeps its place. */
function toPair(text: string, item: ScalarValue): [string, Value] {
  const at = text.indexOf('=');
  if (at === -1) return [text, { ...item, text: null }];
  const { start, end } = item.span;
  const isOneLine = start.line === end.line && end.column - start.column === text.length;
  const span = isOneLine ? { start: { line: start.line, column: start.column + at + 1 }, end } : item.span;
  return [text.slice(0, at), { ...item, text: text.slice(at + 1), span }];
}
