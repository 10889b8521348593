import type { ImageEntry } from '../document.ts';
import { compareText } from '../reference.ts';
import { VERSION_LEVELS } from '../verdict.ts';
import { joinUpdates } from './join-updates.ts';
import { familiarOf } from './names.ts';
import type { Update } from './report.ts';

/** What is newer for an image: its tag, then versions by level, then its base. A base that may have moved, of low confidence, is none. */
export function findUpdates(entries: readonly ImageEntry[]): readonly Update[] {
  const all = entries.flatMap((entry) => (isQuiet(entry) ? [] : [...ofTag(entry), ...ofVersions(entry), ...ofBase(entry)]));
  return all.length > 1 ? joinUpdates(sortUpdates(all)) : all;
}

/** In the order in which they are told. */
function sortUpdates(updates: readonly Update[]): readonly Update[] {
  const keyed = updates.map((update) => ({ update, rank: rankOf(update), text: JSON.stringify(update) }));
  return keyed.sort((a, b) => a.rank - b.rank || compareText(a.text, b.text)).map(({ update }) => update);
}

/** Whether an answer says that the base moved, and is sure of it. */
export function hasMovedBase({ base }: ImageEntry): boolean {
  return base.status === 'moved' && base.confidence !== 'low';
}

function isQuiet({ tag, newer, base }: ImageEntry): boolean {
  return tag.status !== 'rebuilt' && newer.status !== 'available' && base.status !== 'moved';
}

function ofTag({ reference, tag }: ImageEntry): readonly Update[] {
  if (tag.status !== 'rebuilt') return [];
  const pinned = reference.slice(reference.indexOf('@') + 1);
  const installed = tag.digests.includes(pinned) ? pinned : (tag.digests[0] ?? null);
  return [{ axis: 'tag', kind: 'rebuilt', installed, candidate: tag.candidate ?? '', created: tag.candidateCreated }];
}

function ofVersions({ newer }: ImageEntry): readonly Update[] {
  if (newer.status !== 'available') return [];
  const versions = [newer.line, newer.newest].filter((version) => version !== null);
  return versions.map(({ tag, level, digest }) => ({ axis: 'newer', kind: 'version', tag, level, digest }));
}

function ofBase(entry: ImageEntry): readonly Update[] {
  if (!hasMovedBase(entry)) return [];
  const { kind, reference, recorded, candidate, confidence, versionsBehind } = entry.base;
  const base = reference === null ? null : familiarOf(reference);
  return [{ axis: 'base', kind: 'moved', base, movement: kind, installed: recorded, candidate, confidence, versionsBehind }];
}

function rankOf(update: Update): number {
  switch (update.axis) {
    case 'tag':
      return 0;
    case 'newer':
      return 1 + VERSION_LEVELS.indexOf(update.level);
    case 'base':
      return 1 + VERSION_LEVELS.length;
  }
}
