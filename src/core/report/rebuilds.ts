import { groupBy } from '../group.ts';
import { hereOf } from './identity.ts';
import { familiarOf } from './names.ts';
import { orderRebuilds, type RebuildRow } from './order-rebuilds.ts';
import type { Rebuild } from './report.ts';
import { keyOfRow, type Row } from './rows.ts';
import { joinMentions, mentionRow } from './subject.ts';
import { findStackedBases } from './stacked-bases.ts';
import { hasMovedBase } from './updates.ts';

/**
 * Lists the images to build anew, each once, a base of ours before what is built on it: those whose base moved, and those that stand on one of these.
 *
 * Official images of Docker Hub that were not built here are nobody's own, an image that lost its tag or that a newer version took the place of is nobody's any more, and what is held back is not built; nor is what stands on either, unless its own base moved. On a base that is
 * gone nothing can be built before somebody chooses another one.
 */
export function listRebuilds(rows: readonly Row[], isFleet: boolean): readonly Rebuild[] {
  if (!rows.some(({ updates }) => updates.some(({ axis }) => axis === 'base'))) return [];
  const images = groupBy(orderRebuilds(findCandidates(rows)), ({ row }) => keyOfRow(row));
  const local = new Set(rows.filter(isLocal).map(keyOnHost));
  return [...images.values()].flatMap((those) => {
    const lead = those.find(({ because }) => because === 'moved') ?? those[0];
    const [first, ...others] = those.map(({ row }) => mentionRow(row.row));
    if (lead === undefined || first === undefined) return [];
    const base = lead.row.base === null ? 'of unknown name' : familiarOf(lead.row.base);
    const isBaseLocal = lead.row.base !== null && local.has(keyOnHost({ ...lead.row, reference: lead.row.base }));
    return [{ ...joinMentions([first, ...others], isFleet), because: lead.because, base, isBaseLocal }];
  });
}

type Candidate = RebuildRow & { readonly row: Row; readonly diffIds: readonly string[] | null };

/** Of two that stand on one base the one may stand on the other as well: then it is built after that, and not for its own sake. */
function findCandidates(rows: readonly Row[]): readonly Candidate[] {
  // what stands on nothing that is known has no place in an order
  const candidates = rows.map(toCandidate).filter(({ isMoved, isOurs, base }) => isOurs && (isMoved || base !== null));
  const below = findStackedBases(candidates.filter(({ isMoved }) => isMoved));
  return candidates.map((candidate) => {
    const base = below.get(candidate);
    return base === undefined ? candidate : { ...candidate, base: base.reference, isMoved: false };
  });
}

function toCandidate(row: Row): Candidate {
  const { host, reference, platform, entries, hold } = row;
  const moved = entries.find(hasMovedBase);
  const base = (moved ?? entries.find((entry) => entry.base.reference !== null))?.base.reference ?? null;
  const diffIds = moved?.base.layers?.installed.map(({ diffId }) => diffId) ?? null;
  return { row, host, reference, platform, base, isMoved: moved !== undefined, isOurs: hold === null && isOurs(row), diffIds };
}

/** What no registry has was made here, whatever it is called: `web:dev` is short for the name of an official image. */
function isOurs(row: Row): boolean {
  if (!row.reference.includes('/') || row.isSuperseded) return false;
  return isLocal(row) || (!row.reference.startsWith('docker.io/library/') && !row.isLeftOver);
}

/** No registry has it. */
function isLocal({ entries }: Row): boolean {
  return hereOf(entries).every(({ tag }) => tag.status === 'local');
}

const keyOnHost = ({ host, reference, platform }: Pick<Row, 'host' | 'reference' | 'platform'>): string =>
  JSON.stringify([host, reference, platform]);
