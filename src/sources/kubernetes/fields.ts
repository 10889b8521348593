import type { Tree, TreeEntry } from '../../core/tree.ts';

export type Mapping = Extract<Tree, { kind: 'mapping' }>;
type Sequence = Extract<Tree, { kind: 'sequence' }>;
export type Scalar = Extract<Tree, { kind: 'scalar' }>;

/** The entry of a mapping with this key, or null. */
export function entryOf(mapping: Mapping, key: string): TreeEntry | null {
  return mapping.entries.find((entry) => entry.key === key) ?? null;
}

/** The mapping under a key, or null. */
export function mappingOf(mapping: Mapping, key: string): Mapping | null {
  const value = entryOf(mapping, key)?.value;
  return value?.kind === 'mapping' ? value : null;
}

/** The text under a key, or null. */
export function textOf(mapping: Mapping, key: string): string | null {
  const value = entryOf(mapping, key)?.value;
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : null;
}

/** The mappings of a list under a key; what is none is left out. */
export function mappingsOf(mapping: Mapping, key: string): readonly Mapping[] {
  const value = entryOf(mapping, key)?.value;
  return value?.kind === 'sequence' ? itemsOf(value) : [];
}

function itemsOf(sequence: Sequence): readonly Mapping[] {
  return sequence.items.filter((item) => item.kind === 'mapping');
}
