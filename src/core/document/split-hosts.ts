import type { Document, WarningEntry } from '../document.ts';
import { groupBy } from '../group.ts';

/** A machine and what is known of it. */
export type HostDocument = { readonly name: string; readonly document: Document };

/**
 * Takes the document of several machines apart, as a report of them has it; one of a single machine stays as it is. `name`: of the machine, where the document
 * does not tell it.
 *
 * A warning is of the machine whose name it begins with: `build01: no container engine answers`. What names none, and which registries were asked, stays with
 * the first.
 */
export function splitHosts(document: Document, name: string): readonly HostDocument[] {
  const whole = { name: document.host ?? name, document };
  if (document.images.every(({ host }) => host === undefined)) return [whole];
  const images = groupBy(document.images, ({ host }) => host ?? whole.name);
  const [first = whole.name] = images.keys();
  const warnings = groupBy(
    document.warnings.map((warning) => tellHost(warning, images)),
    ({ host }) => host ?? first,
  );
  return [...images].map(([host, those]) => ({
    name: host,
    document: {
      ...document,
      host,
      images: those,
      warnings: (warnings.get(host) ?? []).map(({ warning }) => warning),
      ...(host === first ? {} : { registries: [] }),
    },
  }));
}

/** Longer names of machines are not looked for. */
const LONGEST_NAME = 300;

/** Takes the name of a machine from a warning; of several that fit the longest, as a name may have a colon in it. */
function tellHost(
  warning: WarningEntry,
  hosts: ReadonlyMap<string, unknown>,
): { readonly host: string | null; readonly warning: WarningEntry } {
  const { message } = warning;
  for (let end = message.lastIndexOf(': ', LONGEST_NAME); end > 0; end = message.lastIndexOf(': ', end - 1)) {
    const host = message.slice(0, end);
    if (hosts.has(host)) return { host, warning: { ...warning, message: message.slice(end + 2) } };
  }
  return { host: null, warning };
}
