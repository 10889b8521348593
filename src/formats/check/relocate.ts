import type { Outcome } from '../../check/finding.ts';
import type { ImageReport, SourcePlace } from '../../check/report.ts';
import type { FilePlace } from '../../core/file-reference.ts';
import { isRelative } from './placed.ts';

/**
 * Tells every place as it is seen from the root of the checkout, where the viewers of a repository look for it.
 *
 * `prefix`: the working directory below that root, `services/web`; empty where they are the same. What lies outside of the root keeps a `..` in its path.
 * Source: GitHub, "SARIF support for code scanning" (relative URIs); GitLab, "Code Quality", report format (`location.path`).
 */
export function relocate(outcome: Outcome, prefix: string): Outcome {
  if (prefix === '') return outcome;
  const moved = new Map<ImageReport, ImageReport>();
  const images = outcome.report.images.map((image) => {
    const other = { ...image, sources: image.sources.map((source) => moveSource(source, prefix)) };
    moved.set(image, other);
    return other;
  });
  return {
    ...outcome,
    report: { ...outcome.report, images },
    findings: outcome.findings.map((finding) => ({
      ...finding,
      place: finding.place === null ? null : movePlace(finding.place, prefix),
      replacement: finding.replacement === null ? null : { ...finding.replacement, place: movePlace(finding.replacement.place, prefix) },
      report: finding.report === null ? null : (moved.get(finding.report) ?? finding.report),
    })),
  };
}

function moveSource(source: SourcePlace, prefix: string): SourcePlace {
  return source.file === null ? source : { ...source, file: { ...source.file, place: movePlace(source.file.place, prefix) } };
}

function movePlace(place: FilePlace, prefix: string): FilePlace {
  return isRelative(place.path) ? { ...place, path: join(prefix, place.path) } : place;
}

/** `services/web` and `../api/Dockerfile`: `services/api/Dockerfile`. */
function join(prefix: string, path: string): string {
  const parts = prefix.split('/');
  for (const part of path.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}
