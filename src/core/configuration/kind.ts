import { malformed, type Parsed, parsed } from '../parsed.ts';
import { sanitizeText } from '../text.ts';
import type { Position, Tree, TreeEntry } from '../tree.ts';

/** The value a node says, or what is wrong and where: `message` starts with what was expected. */
export type Read<T> = { readonly ok: true; readonly value: T } | Flaw;

/** What is wrong with a node, and where. */
export type Flaw = { readonly ok: false; readonly message: string; readonly at: Position };

/** A value as a file would have it, for people and for JSON. */
export type Written = string | number | boolean | readonly string[] | Readonly<Record<string, string>>;

/** What a file says of its place: makes a path that is written in it absolute. */
export type Surroundings = { readonly resolvePath: (path: string) => Parsed<string> };

/** What a value may be: how it is read from a file and from a variable of the environment, and written again. */
export type Kind<T> = {
  readonly read: (node: Tree, surroundings: Surroundings) => Read<T>;
  /** null: no variable says it. */
  readonly parse: ((text: string) => Parsed<T>) | null;
  readonly write: (value: T) => Written;
};

/** So many items a list may have, and so many entries a mapping. */
export const MOST_ITEMS = 1_000;

/** A text, or a number that stands for itself; `parse` says what was expected. */
export function textKind<T>(parse: (text: string) => Parsed<T>, write: (value: T) => Written): Kind<T> {
  return { read: (node) => readText(node, parse), parse, write };
}

/** One text, or a list of them; with commas in a variable. */
export function listKind<T>(parse: (text: string) => Parsed<T>, write: (value: T) => string): Kind<readonly T[]> {
  return {
    read: (node) => {
      if (node.kind !== 'sequence') return mapRead(readText(node, parse), (value) => [value]);
      return readItems(node, (item) => readText(item, parse));
    },
    parse: (text) => {
      const words = text.split(',').map((word) => word.trim());
      if (words.length > MOST_ITEMS) return malformed(`expected at most ${MOST_ITEMS} values, got ${words.length}`);
      return allParsed(words.map(parse));
    },
    write: (values) => values.map(write),
  };
}

/** `true` or `false`; 1 and 0 in a variable. */
export const booleanKind: Kind<boolean> = {
  read: (node) =>
    node.kind === 'scalar' && typeof node.value === 'boolean'
      ? found(node.value)
      : flaw(`expected true or false, got ${describe(node)}`, node.span.start),
  parse: (text) => {
    if (text === 'true' || text === '1') return parsed(true);
    return text === 'false' || text === '0' ? parsed(false) : malformed(`expected true or false, got ${quote(text)}`);
  },
  write: (value) => value,
};

/** A whole number from 1 on. */
export function countKind(most: number): Kind<number> {
  const expected = `expected a whole number from 1 to ${most}`;
  const isFitting = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= most;
  return {
    read: (node) =>
      node.kind === 'scalar' && typeof node.value === 'number' && isFitting(node.value)
        ? found(node.value)
        : flaw(`${expected}, got ${describe(node)}`, node.span.start),
    parse: (text) =>
      /^\d{1,9}$/.test(text) && isFitting(Number(text)) ? parsed(Number(text)) : malformed(`${expected}, got ${quote(text)}`),
    write: (value) => value,
  };
}

/** The path of a file, relative to the file it stands in. */
export const pathKind: Kind<string> = {
  read: (node, { resolvePath }) => readText(node, resolvePath),
  parse: null,
  write: (path) => path,
};

/** Reads a text by `parse`, whose message is given the node's place. */
export function readText<T>(node: Tree, parse: (text: string) => Parsed<T>): Read<T> {
  if (node.kind !== 'scalar' || (typeof node.value !== 'string' && typeof node.value !== 'number')) {
    return flaw(`expected a text, got ${describe(node)}`, node.span.start);
  }
  const value = parse(node.text);
  return value.ok ? value : flaw(value.message, node.span.start);
}

/** Reads each item of a list, up to the first that is wrong. */
export function readItems<T>(node: Tree, read: (item: Tree, position: number) => Read<T>): Read<readonly T[]> {
  if (node.kind !== 'sequence') return flaw(`expected a list, got ${describe(node)}`, node.span.start);
  if (node.items.length > MOST_ITEMS) return flaw(`expected at most ${MOST_ITEMS} items, got ${node.items.length}`, node.span.start);
  const values: T[] = [];
  for (const [position, item] of node.items.entries()) {
    const value = read(item, position);
    if (!value.ok) return value;
    values.push(value.value);
  }
  return found(values);
}

/** The entries of a mapping, in their order. */
export function readEntries(node: Tree): Read<readonly TreeEntry[]> {
  if (node.kind !== 'mapping') return flaw(`expected a mapping, got ${describe(node)}`, node.span.start);
  const { entries } = node;
  return entries.length > MOST_ITEMS
    ? flaw(`expected at most ${MOST_ITEMS} entries, got ${entries.length}`, node.span.start)
    : found(entries);
}

/** Changes a value that could be read. */
export function mapRead<T, U>(read: Read<T>, change: (value: T) => U): Read<U> {
  return read.ok ? found(change(read.value)) : read;
}

/** Wraps a value that could be read. */
export const found = <T>(value: T): Read<T> => ({ ok: true, value });

/** Says what is wrong at a place. */
export const flaw = (message: string, at: Position): Flaw => ({ ok: false, message, at });

/** How a node is called in messages: `"text"`, `a list`, `nothing`. */
export function describe(node: Tree): string {
  switch (node.kind) {
    case 'mapping':
      return 'a mapping';
    case 'sequence':
      return 'a list';
    case 'scalar':
      return node.value === null ? 'nothing' : typeof node.value === 'string' ? quote(node.value) : sanitizeText(node.text, 80);
  }
}

/** A text as messages quote it. What may hold a login (`https://user:secret@host`) is not repeated. */
export function quote(text: string): string {
  return text.includes('@') && text.includes(':') && !text.includes('@sha') ? 'one with a login' : `"${sanitizeText(text, 80)}"`;
}

function allParsed<T>(values: readonly Parsed<T>[]): Parsed<readonly T[]> {
  const wrong = values.find((value) => !value.ok);
  return wrong?.ok === false ? wrong : parsed(values.flatMap((value) => (value.ok ? [value.value] : [])));
}
