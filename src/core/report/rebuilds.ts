import { groupBy } from '../group.ts';
import { renderReference } from '../reference.ts';
import { familiarOf, readCanonical } from './names.ts';
import { orderRebuilds, type RebuildRow } from './order-rebuilds.ts';
import type { Rebuild } from './report.ts';
import { keyOfRow, type Row } from './rows.ts';
import { joinMentions, mentionRow } from './subject.ts';
import { hasMovedBase } from './updates.ts';

/**
 * Lists the images to build anew, a base of ours before what is built on it: those whose base moved, and those that stand on one of these.
 *
 * Official images of Docker Hub are nobody's own, and what is held back is not built; nor is what stands on either.
 */
export function listRebuilds(rows: readonly Row[], isFleet: boolean): readonly Rebuild[] {
  const wanted = orderRebuilds(rows.map(toCandidate)).map(({ row: { row, base }, because }) => ({ row, base, because }));
  const images = groupBy(wanted, ({ row }) => keyOfRow(row));
  // what is wanted was told host by host; in which order, by all of them together
  const known = new Set(wanted.map(({ row }) => keyOfRow(row)));
  const merged = [...images.values()].flatMap((those) => {
    const lead = those.find(({ row, base }) => known.has(`${base ?? ''}\n${row.platform}`)) ?? those[0];
    return lead === undefined ? [] : [{ ...lead.row, host: '', base: lead.base, isMoved: true, isOurs: true, those }];
  });
  return orderRebuilds(merged).flatMap(({ row: { those } }) => {
    const lead = those.find(({ because }) => because === 'moved') ?? those[0];
    const [first, ...others] = those.map(({ row }) => mentionRow(row));
    if (lead === undefined || first === undefined) return [];
    return [
      { ...joinMentions([first, ...others], isFleet), because: lead.because, base: familiarOf(lead.base ?? 'a base of unknown name') },
    ];
  });
}

function toCandidate(row: Row): RebuildRow & { readonly row: Row } {
  const { host, reference, platform, entries, hold } = row;
  const moved = entries.find(hasMovedBase);
  const base = (moved ?? entries.find((entry) => entry.base.reference !== null))?.base.reference ?? null;
  return {
    row,
    host,
    reference,
    platform,
    base: base === null ? null : nameOfBase(base),
    isMoved: moved !== undefined,
    isOurs: hold === null && isOurs(reference),
  };
}

function isOurs(reference: string): boolean {
  return !reference.startsWith('docker.io/library/') && readCanonical(reference) !== null;
}

/** A base with a tag is known by it, whatever digest stands beside. */
function nameOfBase(text: string): string {
  const reference = text.includes('@') ? readCanonical(text) : null;
  return reference?.tag == null ? text : renderReference({ ...reference, digest: null });
}
