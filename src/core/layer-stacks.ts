/** The layers of an image beside those of its base as it is now, lowest first. The lowest `shared` ones are the same in both. */
export type LayerStacks = {
  readonly shared: number;
  readonly installed: readonly StackedLayer[];
  readonly candidate: readonly StackedLayer[];
};

/** `createdBy`: the step that made it, where that is known, safe to print and cut. */
export type StackedLayer = { readonly diffId: string; readonly createdBy: string | null };
