import { parseReference, renderReference, withDefaultTag } from '../../core/reference.ts';
import type { Services } from './merge-services.ts';
import { readLoosely } from './read-value.ts';
import { fieldOf, type ScalarValue, type Value } from './value.ts';

/** Whether the image that a service names is one the project builds. */
export type IsBuilt = (image: Value) => boolean;

/**
 * Finds what a project builds: a worker often runs the image that is built for the web service, and there it names what is made here, not what is pulled.
 *
 * Two names are the same as written, variables and all, or once their variables have values.
 * Source: Compose specification, 05-services.md ("image") and build.md ("tags").
 */
export function findBuiltImages(services: Services): IsBuilt {
  const built = new Set<string>();
  for (const service of services.values()) {
    const build = fieldOf(service, 'build');
    if (build === null) continue;
    const tags = fieldOf(build, 'tags');
    const images = [fieldOf(service, 'image'), ...(tags?.kind === 'list' ? tags.items : [])];
    for (const image of images) for (const name of namesOf(image)) built.add(name);
  }
  return (image) => built.size > 0 && namesOf(image).some((name) => built.has(name));
}

/** No canonical name begins with a space. */
function namesOf(image: Value | null): readonly string[] {
  if (image?.kind !== 'scalar' || image.text === null || image.text.length > LONGEST) return [];
  return [` ${image.text}`, ...canonicalOf(image)];
}

const LONGEST = 4096;

function canonicalOf(image: ScalarValue): readonly string[] {
  const text = readLoosely(image);
  const reference = text.ok ? parseReference(text.value.trim()) : text;
  return reference.ok ? [renderReference(withDefaultTag(reference.value))] : [];
}
