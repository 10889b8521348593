import type { FilePlace, FileProblem } from '../../core/file-reference.ts';
import type { Span, Tree, TreeEntry } from '../../core/tree.ts';
import type { Lookup } from './interpolate.ts';

/** The file a value stands in, what its relative paths are relative to, and where its variables get their values. */
export type Origin = {
  readonly path: string;
  readonly lines: () => readonly string[];
  readonly directory: string;
  readonly lookup: Lookup;
};

/** Splits the text only when its lines are asked for, and once however often the file is read; `split`: the lines of files by path. */
export function createOrigin(
  { text, ...rest }: Omit<Origin, 'lines'> & { readonly text: string },
  split: Map<string, readonly string[]>,
): Origin {
  const lines = (): readonly string[] => {
    const known = split.get(rest.path) ?? text.split('\n');
    split.set(rest.path, known);
    return known;
  };
  return { ...rest, lines };
}

/** A part of a compose file that knows where it stands, so that it still does when files are merged. */
export type Value = At &
  (
    | { readonly kind: 'mapping'; readonly entries: ReadonlyMap<string, Value> }
    | { readonly kind: 'list'; readonly items: readonly Value[] }
    | { readonly kind: 'scalar'; readonly text: string | null }
  );

export type MappingValue = Extract<Value, { kind: 'mapping' }>;
export type ScalarValue = Extract<Value, { kind: 'scalar' }>;

/** `comments`: from the top down, of a service's key those above the service, then the lines above it. `key`: where its key stands, itself where it has none. */
export type At = {
  readonly origin: Origin;
  readonly span: Span;
  readonly key: Span;
  readonly tag: string | null;
  readonly comments: readonly string[];
};

/** The value of an entry, with the comments above it. */
export function valueOfEntry(entry: TreeEntry, origin: Origin): Value {
  return toValue(entry.value, { origin, key: entry.keySpan, comments: entry.comments });
}

/** A tree to a value: a number or a boolean is the text it is written as. */
export function toValue(tree: Tree, { origin, key, comments }: Pick<At, 'origin' | 'comments'> & { readonly key?: Span }): Value {
  const at = { origin, span: tree.span, key: key ?? tree.span, tag: tree.tag, comments };
  switch (tree.kind) {
    case 'mapping':
      return { ...at, kind: 'mapping', entries: new Map(tree.entries.map((entry) => [entry.key, valueOfEntry(entry, origin)])) };
    case 'sequence':
      return { ...at, kind: 'list', items: tree.items.map((item) => toValue(item, { origin, comments: [] })) };
    case 'scalar':
      return { ...at, kind: 'scalar', text: tree.value === null ? null : tree.text };
  }
}

/** The value under a key; null where there is none, or it is reset. */
export function fieldOf(value: Value, key: string): Value | null {
  const field = value.kind === 'mapping' ? value.entries.get(key) : undefined;
  return field === undefined || isReset(field) || (field.kind === 'scalar' && field.text === null) ? null : field;
}

/** Source: Compose specification, 13-merge.md, "Reset value". */
export const isReset = (value: Value): boolean => value.tag === '!reset';

export function placeOf({ origin, span: { start, end } }: Pick<At, 'origin' | 'span'>): FilePlace {
  return { path: origin.path, line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
}

/** A problem at the key of a value. */
export function problemAt({ origin, key }: Pick<At, 'origin' | 'key'>, kind: FileProblem['kind'], message: string): FileProblem {
  return { kind, path: origin.path, line: key.start.line, column: key.start.column, message };
}
