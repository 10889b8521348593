import { stringify } from '../stringify.ts';

/**
 * What a template works on.
 *
 * A map's keys are data. A struct's `names` are known beforehand, and `take` makes the value of one of them when it is asked for;
 * `json` gives it as `{{json .}}` prints it.
 */
export type Value =
  | string
  | number
  | boolean
  | { readonly kind: 'list'; readonly items: readonly Value[] }
  | { readonly kind: 'map'; readonly entries: ReadonlyMap<string, string> }
  | {
      readonly kind: 'struct';
      readonly names: readonly string[];
      readonly take: (name: string) => Value | null;
      readonly json: () => unknown;
    };

/** Go's truth: false, 0, and what is empty are false. Source: Go text/template, "if". */
export function isTrue(value: Value): boolean {
  if (typeof value !== 'object') return Boolean(value);
  switch (value.kind) {
    case 'list':
      return value.items.length > 0;
    case 'map':
      return value.entries.size > 0;
    case 'struct':
      return true;
  }
}

/** Prints a value as Go's `%v` does: `web`, `12`, `[a b]`, `map[k:v]`, `{web true}`. Source: Go fmt, "Printing". */
export function renderValue(value: Value): string {
  if (typeof value !== 'object') return String(value);
  switch (value.kind) {
    case 'list':
      return `[${value.items.map(renderValue).join(' ')}]`;
    case 'map':
      return `map[${sortedEntries(value.entries)
        .map(([key, text]) => `${key}:${text}`)
        .join(' ')}]`;
    case 'struct':
      return `{${value.names.map((name) => renderValue(value.take(name) ?? '')).join(' ')}}`;
  }
}

/** Renders a value as JSON on one line, the keys of maps sorted as Go sorts them. */
export function renderJsonValue(value: Value): string {
  return stringify(toJson(value));
}

/** The kind of a value in Go's words, for messages. */
export function kindOf(value: Value): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float64';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'string' ? 'string' : value.kind;
}

/** The entries of a map, by key. */
export function sortedEntries(entries: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}

function toJson(value: Value): unknown {
  if (typeof value !== 'object') return value;
  switch (value.kind) {
    case 'list':
      return value.items.map(toJson);
    case 'map':
      return Object.fromEntries(sortedEntries(value.entries));
    case 'struct':
      return value.json();
  }
}
