import { chooseSibling } from '../core/versions/choose-sibling.ts';
import { decideNewer } from '../core/versions/decide-newer.ts';
import { STANDARD_POLICY } from '../core/versions/policy.ts';

/** Of the versions that say more than a floating tag, the newest: `1.27.5` for `1.27`; null where there is none. */
export function likeliestSibling(tag: string, tags: readonly string[]): string | null {
  const more = tags.filter((each) => each !== tag && chooseSibling(tag, [each]) !== null);
  const likely = chooseSibling(tag, more);
  return likely === null ? null : (newestInLine(likely, more) ?? likely);
}

/** Whether one tag is a newer version than the other, of its family. */
export function isNewer(tag: string, than: string): boolean {
  return decideNewer(than, { tags: [tag], firstSeen: () => null, now: 0 }, STANDARD_POLICY).verdict.kind === 'available';
}

function newestInLine(tag: string, tags: readonly string[]): string | null {
  const { verdict } = decideNewer(tag, { tags, firstSeen: () => null, now: 0 }, STANDARD_POLICY);
  return verdict.kind === 'available' ? (verdict.line?.tag ?? null) : null;
}
