import { createHash } from 'node:crypto';
import type { PlacedFinding } from './placed.ts';

/** `hash`: 64 hexadecimal digits. `occurrence` counts from 1 in the order of the findings. */
export type Fingerprint = { readonly hash: string; readonly occurrence: number };

/**
 * Gives each finding what it is known by from one check to the next: its rule, its file, and the image as it is written there, never the line or what is offered.
 *
 * So an alert survives lines that are added above it and the next rebuild of a tag, and ends when the reference is changed. What a file says twice is counted.
 */
export function fingerprint(findings: readonly PlacedFinding[]): ReadonlyMap<PlacedFinding, Fingerprint> {
  const counts = new Map<string, number>();
  const fingerprints = new Map<PlacedFinding, Fingerprint>();
  for (const finding of findings) {
    const key = [finding.rule, finding.place.path, finding.image].join('\0');
    const occurrence = (counts.get(key) ?? 0) + 1;
    counts.set(key, occurrence);
    fingerprints.set(finding, { hash: createHash('sha256').update(key).digest('hex'), occurrence });
  }
  return fingerprints;
}
