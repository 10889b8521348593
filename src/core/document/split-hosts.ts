import type { Document } from '../document.ts';
import { groupBy } from '../group.ts';

/** A machine and what is known of it. */
export type HostDocument = { readonly name: string; readonly document: Document };

/**
 * Takes the document of several machines apart, as a report of them has it; one of a single machine stays as it is. `name`: of the machine, where the document
 * does not tell it.
 *
 * What no image tells, which registries were asked and what was warned of, stays with the first.
 */
export function splitHosts(document: Document, name: string): readonly HostDocument[] {
  const whole = { name: document.host ?? name, document };
  if (document.images.every(({ host }) => host === undefined)) return [whole];
  const images = [...groupBy(document.images, ({ host }) => host ?? whole.name)];
  return images.map(([host, those], at) => ({
    name: host,
    document: { ...document, host, images: those, ...(at === 0 ? {} : { registries: [], warnings: [] }) },
  }));
}
