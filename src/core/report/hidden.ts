import type { BaselineRow } from './baseline.ts';
import type { Unread } from './unread.ts';

/** Whether what could not be read may hide an image of which was told, or a part of it: not where it was seen while the same could not be read. */
export function mayHide(unread: readonly Unread[], row: BaselineRow): boolean {
  return unread.length > 0 && (isHidden(row) || unread.some(({ isNew }) => isNew));
}

/** Stands before the image of a row that was out of sight; no image is called so. */
const MARK = '?';

/** Notes of a row that it was not seen, for something that could not be read. */
export function hideRow(row: BaselineRow): BaselineRow {
  return { ...row, image: `${MARK}${showRow(row).image ?? ''}` };
}

/** Whether it was noted of a row. */
function isHidden({ image }: BaselineRow): boolean {
  return image?.startsWith(MARK) === true;
}

/** A row as it was before that was noted. */
export function showRow(row: BaselineRow): BaselineRow {
  if (!isHidden(row)) return row;
  const image = row.image?.slice(MARK.length) ?? '';
  return { ...row, image: image === '' ? null : image };
}
