import { createHash } from 'node:crypto';
import type { PlacedFinding } from './placed.ts';

/** A finding with what it is known by. `hash`: 64 hexadecimal digits. `occurrence` counts from 1 in the order of the findings. */
export type KnownFinding = PlacedFinding & { readonly hash: string; readonly occurrence: number };

/**
 * Gives each finding what it is known by from one check to the next: its rule, its file, and the image as it is written there, never the line or what is offered.
 *
 * So an alert survives lines that are added above it and the next rebuild of a tag, and ends when the reference is changed. What a file says twice is counted.
 */
export function fingerprint(findings: readonly PlacedFinding[]): readonly KnownFinding[] {
  const counts = new Map<string, number>();
  return findings.map((finding) => {
    const hash = createHash('sha256').update([finding.rule, finding.place.path, finding.image].join('\0')).digest('hex');
    const occurrence = (counts.get(hash) ?? 0) + 1;
    counts.set(hash, occurrence);
    return { ...finding, hash, occurrence };
  });
}
