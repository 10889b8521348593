import { sanitizeText } from '../../core/text.ts';
import type { Loading } from './load-project.ts';
import { MOST_PARTS, TOO_MANY_PARTS } from './parts.ts';
import { mergeValue, type Services } from './merge-services.ts';
import { isRemote, readValue, resolvePath } from './read-value.ts';
import { fieldOf, problemAt, type Value } from './value.ts';

/** The services of one file. `resolved`: those whose `extends` is done, and how many services they stand on. */
export type Layer = { readonly services: Services; readonly path: string; readonly resolved: Map<string, Resolved> };

type Resolved = { readonly service: Value; readonly length: number };

export type Extending = {
  readonly loading: Loading;
  readonly loadLayer: (path: string, from: Value, loading: Loading) => Promise<Layer | null>;
};

const LONGEST_CHAIN = 50;

/**
 * Lays a service over the one it extends, in its own file or in another, and that over the one it extends in turn.
 *
 * Source: Compose specification, 05-services.md, "extends"; compose-go, loader/extends.go.
 */
export async function resolveExtends(name: string, layer: Layer, extending: Extending): Promise<Value> {
  const service = layer.services.get(name);
  if (service === undefined) throw new Error(`no service ${name} in ${layer.path}`);
  return (await resolve({ name, service, layer }, [], extending)).service;
}

type Named = { readonly name: string; readonly service: Value; readonly layer: Layer };

/** `trail`: the services that stand on this one, each with its file. */
async function resolve({ name, service, layer }: Named, trail: readonly string[], extending: Extending): Promise<Resolved> {
  const known = layer.resolved.get(name);
  if (known !== undefined) return known;
  const base = await findBase({ name, service, layer }, trail, extending);
  const below = base === null ? null : await resolve(base, [...trail, idOf({ name, layer })], extending);
  const isTooLong = below !== null && below.length >= LONGEST_CHAIN;
  // Merging copies what lies below, so it costs as much as reading it once more.
  extending.loading.parts += below === null ? 0 : countMembers(below.service, 3);
  if (extending.loading.parts > MOST_PARTS) {
    extending.loading.problems.push(problemAt(service, 'unread', TOO_MANY_PARTS));
    return { service, length: 1 };
  }
  if (isTooLong)
    extending.loading.problems.push(problemAt(service, 'unread', `expected at most ${LONGEST_CHAIN} services that extend one another`));
  const resolved =
    below === null || isTooLong ? { service, length: 1 } : { service: mergeValue(below.service, service), length: below.length + 1 };
  layer.resolved.set(name, resolved);
  return resolved;
}

/** How many members a value has on so many levels. */
function countMembers(value: Value, levels: number): number {
  if (value.kind === 'scalar' || levels === 0) return 0;
  if (value.kind === 'list') return value.items.length;
  return [...value.entries.values()].reduce((sum, entry) => sum + countMembers(entry, levels - 1), value.entries.size);
}

const idOf = ({ name, layer }: Pick<Named, 'name' | 'layer'>): string => `${layer.path}\0${name}`;

/** null: it extends none, or none that can be found, and that was said. */
async function findBase({ name, service, layer }: Named, trail: readonly string[], extending: Extending): Promise<Named | null> {
  const field = fieldOf(service, 'extends');
  if (field === null) return null;
  const refuse = (message: string): null => {
    extending.loading.problems.push(problemAt(field, 'unread', message));
    return null;
  };
  const wanted = readValue(field.kind === 'mapping' ? (field.entries.get('service') ?? field) : field);
  if (!wanted.ok) return refuse(`cannot tell which service is extended: ${wanted.message}`);
  const fileField = field.kind === 'mapping' ? fieldOf(field, 'file') : null;
  const file = fileField === null ? null : readValue(fileField);
  if (file?.ok === false) return refuse(`cannot tell which file is extended: ${file.message}`);
  const path = file === null ? null : isRemote(file.value) ? file.value : resolvePath(field.origin.directory, file.value);
  const from = path === null || path === layer.path ? layer : await extending.loadLayer(path, field, extending.loading);
  if (from === null) return null;
  const base = from.services.get(wanted.value);
  const shown = sanitizeText(wanted.value, 80);
  if (base === undefined) return refuse(`service "${shown}", which is extended, is not in ${sanitizeText(from.path, 200)}`);
  const named = { name: wanted.value, service: base, layer: from };
  const isCycle = idOf(named) === idOf({ name, layer }) || trail.includes(idOf(named));
  if (!isCycle && trail.length < LONGEST_CHAIN) return named;
  return refuse(isCycle ? `service "${shown}" extends itself` : `expected at most ${LONGEST_CHAIN} services that extend one another`);
}
