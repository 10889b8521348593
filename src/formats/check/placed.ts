import type { Finding } from '../../check/finding.ts';
import type { FilePlace } from '../../core/file-reference.ts';

/** A finding that stands in a file of the working directory. */
export type PlacedFinding = Finding & { readonly place: FilePlace };

/**
 * Parts the findings into those that a format bound to files can show, and the others.
 *
 * Unplaced is what is in no file, in standard input (`-`), or in a file outside of the working directory: a viewer of a repository's files has no line for it.
 */
export function splitPlaced(findings: readonly Finding[]): {
  readonly placed: readonly PlacedFinding[];
  readonly unplaced: readonly Finding[];
} {
  const placed: PlacedFinding[] = [];
  const unplaced: Finding[] = [];
  for (const finding of findings) {
    const { place } = finding;
    if (place === null || !isInside(place.path)) unplaced.push(finding);
    else placed.push({ ...finding, place });
  }
  return { placed, unplaced };
}

/** Whether a path, `/` between its parts, names a file below the working directory. */
function isInside(path: string): boolean {
  return isRelative(path) && !path.split('/').includes('..');
}

/** Whether a path is one of a file that is named from the working directory; `-` is standard input. */
export function isRelative(path: string): boolean {
  return path !== '-' && path !== '' && !path.startsWith('/') && !/^[A-Za-z]:\//.test(path);
}
