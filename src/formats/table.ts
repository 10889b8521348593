import type { CheckReport, ImageReport } from '../check/report.ts';
import { baseAnswerOf, baseBrush, baseNameOf, hasBase, shortBaseNameOf } from './base.ts';
import { digestPair, isUpgradable, nameOf, platformOf, statusBrush, updateOf, usersOf } from './facts.ts';
import type { GridColumn } from './grid.ts';
import { renderGrid } from './grid.ts';
import { newerAnswerOf, newerBrush } from './newer.ts';
import type { Brush, Paint } from './paint.ts';
import { plainBrush } from './paint.ts';
import { labelPlaces, placesOf } from './places.ts';
import { renderCompactSize } from './size.ts';

/** `width`: columns of the terminal, null for a pipe. `noTrunc`: whole digests, all users, nothing cut. */
export type TableOptions = {
  readonly width: number | null;
  readonly noTrunc: boolean;
  readonly paint: Paint;
  /** Only the images with something newer. */
  readonly upgradable?: boolean;
};

/**
 * Renders the table of `list`: the same columns on a terminal and in a pipe, colour and cutting only where asked for.
 *
 * The first four columns never change; those that follow appear when at least one image has something to say in them. Up to there a line splits at blanks, and at two
 * blanks everywhere: a newer version stands before how much newer it is, `1.29.3 (minor)`.
 */
export function renderTable(report: CheckReport, options: TableOptions): string {
  const images = options.upgradable === true ? report.images.filter(isUpgradable) : report.images;
  const columns = COLUMNS.filter((column) => column.isShown(images));
  const labels = options.noTrunc ? new Map<string, string>() : labelPlaces(images);
  const shown = { ...options, labelOf: (place: string) => labels.get(place) ?? place };
  const rows = images.map((image) =>
    columns.map((column) => ({ text: column.cell(image, shown), brush: column.brush(image, options.paint) })),
  );
  return renderGrid(columns, rows, { width: options.noTrunc ? null : options.width, titleBrush: options.paint.bold });
}

/** `labelOf`: what a place is called among those that are shown. */
type CellOptions = TableOptions & { readonly labelOf: (place: string) => string };

type Column = GridColumn & {
  readonly isShown: (images: readonly ImageReport[]) => boolean;
  readonly cell: (image: ImageReport, options: CellOptions) => string;
  readonly brush: (image: ImageReport, paint: Paint) => Brush;
};

/** A floor no column is wider than: it is not cut while there is any room. */
const WHOLE = Number.POSITIVE_INFINITY;

const always = () => true;
const uncoloured = () => plainBrush;
const someHaveBase = (images: readonly ImageReport[]) => images.some(hasBase);

const COLUMNS: readonly Column[] = [
  { title: 'IMAGE', keep: 'both-ends', floors: [24, 18, 16, 14, 8], isShown: always, cell: nameOf, brush: uncoloured },
  {
    title: 'CURRENT',
    keep: 'start',
    floors: [12, 7, 5, 4],
    isShown: always,
    cell: (image, { noTrunc }) => digestPair(image, noTrunc).installed ?? '',
    brush: uncoloured,
  },
  {
    title: 'CANDIDATE',
    keep: 'start',
    floors: [12, 7, 5, 4],
    isShown: always,
    cell: (image, { noTrunc }) => digestPair(image, noTrunc).candidate ?? '',
    brush: statusBrush,
  },
  { title: 'UPDATE', keep: 'start-and-mark', floors: [WHOLE, WHOLE, WHOLE, 8], isShown: always, cell: updateOf, brush: statusBrush },
  {
    title: 'NEWER',
    keep: 'start-and-mark',
    floors: [28, 20, 14, 8],
    hasBlanks: true,
    isShown: (images) => images.some((image) => newerAnswerOf(image) !== ''),
    cell: newerAnswerOf,
    brush: newerBrush,
  },
  {
    title: 'BASE',
    keep: 'both-ends',
    floors: [16, 16, 12, 6],
    isShown: someHaveBase,
    cell: (image, { noTrunc }) => (noTrunc ? baseNameOf(image) : shortBaseNameOf(image)),
    brush: uncoloured,
  },
  { title: 'DRIFT', keep: 'all', floors: [0], isShown: someHaveBase, cell: baseAnswerOf, brush: baseBrush },
  {
    title: 'DOWNLOAD',
    keep: 'start',
    floors: [8, 8, 8, 6],
    isShown: (images) => images.some((image) => image.tag.download !== null),
    cell: (image) => (image.tag.download === null ? '' : renderCompactSize(image.tag.download.bytes)),
    brush: uncoloured,
  },
  {
    title: 'PLATFORM',
    keep: 'start-and-mark',
    floors: [11, 11, 5],
    isShown: (images) => new Set(images.map(platformOf)).size > 1,
    cell: platformOf,
    brush: uncoloured,
  },
  {
    title: 'WHERE',
    keep: 'start-and-mark',
    floors: [8, 8, 5, 4],
    isShown: (images) => new Set(images.flatMap(placesOf)).size > 1,
    cell: (image, { labelOf }) => placesOf(image).map(labelOf).join(','),
    brush: uncoloured,
  },
  {
    title: 'USED BY',
    keep: 'start-and-mark',
    floors: [8, 8, 3],
    isShown: always,
    cell: (image, { noTrunc }) => (noTrunc ? usersOf(image).join(', ') : renderUsers(usersOf(image))),
    brush: (image, paint) => (image.containers.some((use) => use.outdated) ? paint.yellow : plainBrush),
  },
];

/** `web (+2)` */
function renderUsers(users: readonly string[]): string {
  const [first, ...others] = users;
  if (first === undefined) return '';
  return others.length === 0 ? first : `${first} (+${others.length})`;
}
