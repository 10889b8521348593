/** A place in a text: lines and columns count from 1, columns in UTF-16 code units. */
export type Position = { readonly line: number; readonly column: number };

/** The first character of a node, and what is behind its last; of what is quoted without its quotes. */
export type Span = { readonly start: Position; readonly end: Position };

/**
 * A YAML or JSON document with the place of each node.
 *
 * What an alias names is the same object in each place, so a tree of few nodes may be endless to walk; `parseTree` refuses those that would be.
 * A key stands once in a mapping, merge keys (`<<`) are already merged.
 */
export type Tree =
  | { readonly kind: 'mapping'; readonly entries: readonly TreeEntry[]; readonly span: Span; readonly tag: string | null }
  | { readonly kind: 'sequence'; readonly items: readonly Tree[]; readonly span: Span; readonly tag: string | null }
  | {
      readonly kind: 'scalar';
      readonly value: string | number | boolean | null;
      /** As it stands in the text, without quotes: `1.10` where the value is 1.1. */
      readonly text: string;
      readonly span: Span;
      readonly tag: string | null;
    };

/** One entry of a mapping. */
export type TreeEntry = {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: Tree;
  /** Lines of comment directly above the entry, each from its `#`. */
  readonly comments: readonly string[];
};
