import { parseDigest } from '../../../core/digest.ts';
import type { ImageEntry, SourceEntry } from '../../../core/document.ts';
import type { Pending, Update } from '../../../core/report/report.ts';
import { isTag, parseReference, type Reference, renderFamiliar } from '../../../core/reference.ts';
import { sanitizeText } from '../../../core/text.ts';
import { joinNames } from './join-names.ts';
import { type HostLine, joinHosts, type Line } from './lines.ts';
import type { Machines } from './machines.ts';

/** Whether anything has to be written: a newer tag, or another digest where it is pinned. What could not be checked this time is left as it is. */
export function isWritten({ reference, updates, isStaleAnswer }: Pending): boolean {
  return !isStaleAnswer && updates.some(({ axis }) => axis === 'newer' || (axis === 'tag' && reference.includes('@')));
}

/**
 * Where to write what instead of what stands there: `compose.yaml:12: redis:7.2.4 -> redis:7.2.11 (patch), or redis:8.2.2 (major)`.
 *
 * What is newer in the line of the tag comes first. No pull brings any of it: it has another name, or another digest.
 */
export function listWritings(pending: Pending, machines: Machines): readonly HostLine[] {
  const reference = parseReference(pending.reference);
  const offers = reference.ok ? listOffers(pending.updates, reference.value) : [];
  if (!reference.ok || offers.length === 0) return [];
  const change = `${renderFamiliar(reference.value)} -> ${offers.join(', or ')}`;
  const isPin = pending.updates.every(({ axis }) => axis !== 'newer');
  return joinHosts(pending.hosts, (host) => {
    const entry = machines.entryOf(host, pending);
    const places = listPlaces(entry);
    const elsewhere = isPin ? [] : [{ text: `${nameUsers(entry)}${change}`, remark: null }];
    return places.length === 0 ? elsewhere : places.map((place): Line => ({ text: `${place}: ${change}`, remark: null }));
  });
}

/** Tags of newer versions; the digest of a tag that was rebuilt, where it is pinned to another. */
function listOffers(updates: readonly Update[], reference: Reference): readonly string[] {
  const isPinned = reference.digest !== null;
  const versions = updates.flatMap((update) => {
    if (update.axis !== 'newer' || !isTag(update.tag) || reference.tag === null) return [];
    const digest = isPinned && update.digest !== null ? parseDigest(update.digest) : null;
    const pinned = isPinned && digest === null ? ', pinned to its digest' : '';
    return [`${renderFamiliar({ ...reference, tag: update.tag, digest })}${pinned} (${update.level})`];
  });
  const pins = updates.flatMap((update) => {
    const digest = update.axis === 'tag' && isPinned ? parseDigest(update.candidate) : null;
    return digest === null ? [] : [renderFamiliar({ ...reference, digest })];
  });
  return [...pins, ...versions];
}

const LONGEST_PLACE = 300;

/** The lines of files that name it, each once: `compose.yaml:12`. Nobody opens standard input at a line; there it is what is said to name it. */
function listPlaces(entry: ImageEntry | null): readonly string[] {
  const lines = (entry?.sources ?? []).flatMap(({ line, location, within }: SourceEntry) => {
    if (line === null) return [];
    return [sanitizeText(location === '-' ? (within ?? 'standard input') : `${location}:${line}`, LONGEST_PLACE)];
  });
  return [...new Set(lines)];
}

const MOST_NAMES = 2;

/** `web, proxy and 2 more: `; '' for no containers. */
function nameUsers(entry: ImageEntry | null): string {
  const names = (entry?.containers ?? []).map(({ name }) => name);
  return names.length === 0 ? '' : `${joinNames(names, MOST_NAMES)}: `;
}
