import type { TrendPoint } from './report.ts';

/** What was told when a report was made; what the next one is compared with. Times are milliseconds since the epoch. */
export type Baseline = {
  readonly at: number;
  /** The machines it is about. */
  readonly hosts: readonly string[];
  /** Every image of which something was told; by host, reference and platform. */
  readonly rows: readonly BaselineRow[];
  readonly trend: TrendPoint;
};

/**
 * One image on one host. `reference`: canonical. `name`: familiar.
 *
 * What was told of a place that could not be read is a row, too, of the kind `unread`: its `reference` is the message, `name` and `platform` are empty.
 * An image that was out of sight for it is marked, see hideRow.
 */
export type BaselineRow = {
  readonly host: string;
  readonly reference: string;
  readonly name: string;
  readonly platform: string;
  /** Which image it was, so that one that was pulled or built anew is known from the same; null where that is not known. */
  readonly image: string | null;
  readonly told: readonly Told[];
};

/**
 * One thing that was told of an image.
 *
 * `offer` says what was offered, so that something newer is known from the same: digests, tags of versions; '' where nothing is. `was`: the same in words.
 */
export type Told = {
  readonly what: ToldWhat;
  readonly offer: string;
  readonly was: string;
  /** The first report that told of it, whatever was offered then. */
  readonly since: number;
  /** It was held back, and told as such. */
  readonly held: boolean;
};

/** Something newer on one of the axes, or something that needs attention. */
export type ToldWhat = (typeof TOLD_WHATS)[number];

export const TOLD_WHATS = ['tag', 'newer', 'base', 'gone', 'base-gone', 'unchecked', 'unread', 'expired-hold', 'unsure'] as const;
