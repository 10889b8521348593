import { groupBy } from '../group.ts';
import { familiarOf, readCanonical } from './names.ts';
import { orderRebuilds, type RebuildRow } from './order-rebuilds.ts';
import type { Rebuild } from './report.ts';
import { keyOfRow, type Row } from './rows.ts';
import { joinMentions, mentionRow } from './subject.ts';
import { hasMovedBase } from './updates.ts';

/**
 * Lists the images to build anew, each once, a base of ours before what is built on it: those whose base moved, and those that stand on one of these.
 *
 * Official images of Docker Hub are nobody's own, and what is held back is not built; nor is what stands on either, unless its own base moved. On a base that is
 * gone nothing can be built before somebody chooses another one.
 */
export function listRebuilds(rows: readonly Row[], isFleet: boolean): readonly Rebuild[] {
  const images = groupBy(orderRebuilds(rows.map(toCandidate)), ({ row }) => keyOfRow(row));
  return [...images.values()].flatMap((those) => {
    const lead = those.find(({ because }) => because === 'moved') ?? those[0];
    const [first, ...others] = those.map(({ row }) => mentionRow(row.row));
    if (lead === undefined || first === undefined) return [];
    const base = lead.row.base === null ? 'of unknown name' : familiarOf(lead.row.base);
    return [{ ...joinMentions([first, ...others], isFleet), because: lead.because, base }];
  });
}

function toCandidate(row: Row): RebuildRow & { readonly row: Row } {
  const { host, reference, platform, entries, hold } = row;
  const moved = entries.find(hasMovedBase);
  const base = (moved ?? entries.find((entry) => entry.base.reference !== null))?.base.reference ?? null;
  return { row, host, reference, platform, base, isMoved: moved !== undefined, isOurs: hold === null && isOurs(reference) };
}

function isOurs(reference: string): boolean {
  return !reference.startsWith('docker.io/library/') && readCanonical(reference) !== null;
}
