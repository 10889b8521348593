import { renderRepository } from '../reference.ts';
import type { BaselineRow } from './baseline.ts';
import { showRow } from './hidden.ts';
import { readCanonical } from './names.ts';
import { keyOfRow, type Row } from './rows.ts';
import { OF_BASE } from './standing.ts';

/**
 * Finds what was told of an image of a host before, as it was kept; null where nothing was.
 *
 * A pull or a push takes the tag of an image and leaves its digest. What was told of its base under that tag is known already, and is not news of the digest.
 */
export function createEarlierRows(known: ReadonlyMap<string, BaselineRow>): (row: Row) => BaselineRow | null {
  let byImage: ReadonlyMap<string, BaselineRow> | null = null;
  return (row) => {
    const before = known.get(keyOfRow(row));
    if (before !== undefined) return before;
    const repository = row.image === null || row.isLeftOver ? null : repositoryOf(row.reference, 'untagged');
    if (repository === null || known.size === 0) return null;
    byImage ??= indexByImage(known);
    const tagged = byImage.get(keyOfImage({ ...row, repository }));
    const told = tagged?.told.filter(({ what, held }) => OF_BASE.some((each) => each === what) && !held) ?? [];
    return tagged === undefined || told.length === 0 ? null : { ...tagged, told };
  };
}

function indexByImage(known: ReadonlyMap<string, BaselineRow>): ReadonlyMap<string, BaselineRow> {
  const indexed = new Map<string, BaselineRow>();
  for (const row of [...known.values()].map(showRow)) {
    const repository = row.image === null ? null : repositoryOf(row.reference, 'tagged');
    if (repository !== null) indexed.set(keyOfImage({ ...row, repository }), row);
  }
  return indexed;
}

function repositoryOf(text: string, wanted: 'tagged' | 'untagged'): string | null {
  const reference = readCanonical(text);
  return reference === null || (reference.tag === null) !== (wanted === 'untagged') ? null : renderRepository(reference);
}

function keyOfImage({
  repository,
  platform,
  image,
}: {
  readonly repository: string;
  readonly platform: string;
  readonly image: string | null;
}): string {
  return JSON.stringify([repository, platform, image]);
}
