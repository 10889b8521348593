import type { FileReference } from '../../core/file-reference.ts';
import { parseReference, renderFamiliar } from '../../core/reference.ts';

/** Named build contexts: finds what stands in for a name; undefined where nothing does. */
export type FindContext = (name: string) => FileReference | null | undefined;

/**
 * Names are compared as references: `alpine` stands in for `docker.io/library/alpine:latest` too; `scratch` and `context` cannot be replaced.
 *
 * Source: moby/buildkit, frontend/dockerui: Client.NamedContext(); frontend/dockerfile/dockerfile2llb: namedContextFunc().
 */
export function createFindContext(contexts: ReadonlyMap<string, FileReference | null>): FindContext {
  if (contexts.size === 0) return () => undefined;
  const byName = new Map([...contexts].map(([name, context]) => [normalize(name), context]));
  return (name) => (RESERVED.has(name.toLowerCase()) ? undefined : byName.get(normalize(name)));
}

const RESERVED: ReadonlySet<string> = new Set(['scratch', 'context']);

function normalize(name: string): string {
  const reference = parseReference(name.toLowerCase());
  return reference.ok ? renderFamiliar(reference.value).replace(/:latest$/, '') : name.toLowerCase();
}
