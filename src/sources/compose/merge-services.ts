import { isReset, type MappingValue, type Value } from './value.ts';

/** Services by name, each with its fields that say what it runs. */
export type Services = ReadonlyMap<string, Value>;

/**
 * Lays the services of one file over those of the files before it: mappings are merged, lists joined, everything else replaced; `!override` replaces and `!reset`
 * removes.
 *
 * Source: Compose specification, 13-merge.md; compose-go, override/merge.go.
 */
export function mergeServices(below: Services, above: Services): Services {
  return mergeEntries(below, above);
}

/** The same for one value: what a service extends lies below it. */
export function mergeValue(below: Value, above: Value): Value {
  if (above.tag === '!override') return above;
  if (above.kind === 'mapping' && below.kind === 'mapping') return { ...above, entries: mergeEntries(below.entries, above.entries) };
  if (above.kind === 'list' && below.kind === 'list') return { ...above, items: [...below.items, ...above.items] };
  // A service or a field without a value changes nothing.
  return above.kind === 'scalar' && above.text === null ? below : above;
}

function mergeEntries(below: MappingValue['entries'], above: MappingValue['entries']): MappingValue['entries'] {
  const merged = new Map(below);
  for (const [key, value] of above) {
    const old = merged.get(key);
    if (isReset(value)) merged.delete(key);
    else merged.set(key, old === undefined ? value : mergeValue(old, value));
  }
  return merged;
}
