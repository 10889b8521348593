import { engineId, type StoredImage, type StoreKind } from './engine-documents.ts';

/**
 * The answer to `GET /images/{name}/history`: newest step first, times in whole seconds, and the ids of what the image was made of step by step.
 *
 * null where the image has more steps with layers than layers, which an engine refuses with status 500.
 * Source: moby, daemon/images/image_history.go; api/swagger.yaml, HistoryResponseItem.
 */
export function imageHistory(stored: StoredImage, store: StoreKind): readonly object[] | null {
  const { history, layers } = stored.image;
  const sizes = layers.map((layer) => layer.unpackedBytes);
  const steps = history.map((step) => ({ step, size: step.empty_layer === true ? 0 : sizes.shift() }));
  if (steps.some(({ size }) => size === undefined)) return null;
  const lineage = new Map(listLineage(stored).map((image) => [image.image.history.length, image]));
  return steps.toReversed().map(({ step, size }, index) => {
    const completed = lineage.get(steps.length - index);
    return {
      Comment: step.comment ?? '',
      Created: step.created === undefined ? 0 : Math.floor(Date.parse(step.created) / 1000),
      CreatedBy: step.created_by ?? '',
      Id: completed === undefined ? '<missing>' : engineId(completed, store),
      Size: size,
      Tags: completed === undefined || completed.tags.length === 0 ? null : completed.tags,
    };
  });
}

/** The image, its parent, and so on. */
function listLineage(stored: StoredImage): readonly StoredImage[] {
  return stored.parent === undefined ? [stored] : [stored, ...listLineage(stored.parent)];
}
