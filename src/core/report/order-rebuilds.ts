/** An image of which it is asked whether to build it. */
export type RebuildRow = {
  readonly host: string;
  readonly reference: string;
  readonly platform: string;
  readonly base: string | null;
  readonly isMoved: boolean;
  readonly isOurs: boolean;
};

/** Says which images to build, and in which order. */
export function orderRebuilds<T extends RebuildRow>(
  rows: readonly T[],
): readonly { readonly row: T; readonly because: 'moved' | 'follows' }[] {
  return rows.filter(({ isMoved, isOurs }) => isMoved && isOurs).map((row) => ({ row, because: 'moved' }));
}
