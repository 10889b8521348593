import { type Reason, REASON_KINDS } from '../reason.ts';
import { field, orNull, readName, readTime, readWord, refuse, type Spot } from './spot.ts';

/** Reads why an answer is `unknown`; every other one has no reason. */
export function decodeReason(reason: Spot, status: string): Reason | null {
  const isUnknown = status === 'unknown';
  if (isUnknown !== (reason.value !== null))
    refuse(reason, isUnknown ? 'a reason, as the status is unknown' : `null, as the status is ${status}`);
  return orNull(reason, () => ({
    kind: readWord(field(reason, 'kind'), REASON_KINDS),
    message: readName(field(reason, 'message')),
    retryAt: orNull(field(reason, 'retryAt'), readTime),
  }));
}
