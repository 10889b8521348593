import type { Value } from './value.ts';

/** A parsed template. `at` is the place in the text, from 0, for messages. */
export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'pipeline'; readonly pipeline: Pipeline }
  | { readonly kind: 'if' | 'with'; readonly pipeline: Pipeline; readonly body: readonly Node[]; readonly otherwise: readonly Node[] }
  | { readonly kind: 'range'; readonly loop: Loop; readonly body: readonly Node[]; readonly otherwise: readonly Node[] };

/** `{{range $key, $value := PIPELINE}}` */
export type Loop = { readonly key: string | null; readonly value: string | null; readonly pipeline: Pipeline };

/** Commands joined by `|`; a pipeline that sets a variable prints nothing. */
export type Pipeline = {
  readonly target: { readonly name: string; readonly declares: boolean } | null;
  readonly commands: readonly Command[];
  readonly at: number;
};

/** A function with its arguments, or one operand alone. */
export type Command =
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Operand[]; readonly at: number }
  | { readonly kind: 'operand'; readonly operand: Operand };

/** A value and the fields taken from it in turn: `.A.B`, `$x.A`, `(index .Containers 0).Name`. */
export type Operand = { readonly base: Base; readonly fields: readonly FieldStep[]; readonly at: number };

export type FieldStep = { readonly name: string; readonly at: number };

export type Base =
  | { readonly kind: 'dot' }
  | { readonly kind: 'literal'; readonly value: Value }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string }
  | { readonly kind: 'pipeline'; readonly pipeline: Pipeline };
