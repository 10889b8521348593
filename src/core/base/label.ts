import type { History } from '../history.ts';
import { BASE_DIGEST, BASE_NAME, readBase } from './annotations.ts';
import type { Findings } from './claim.ts';

/**
 * What labels say of an image's base, unless it has them from its base: labels, other than annotations, are passed on to every image built on one.
 *
 * They are inherited when the step that wrote them, key and value, is one of the first `boundary` steps of the history and no later one wrote them again.
 * Labels of no step count: BuildKit's `--label` leaves none, and .NET's SDK, which writes these, makes no steps of the kind. `boundary` null: it is not known
 * where the base ends.
 * Source: OCI image-spec v1.1, annotations.md, "Back-compatibility with Label Schema"; dotnet/sdk-container-builds, docs/ContainerCustomization.md.
 */
export function findLabels(labels: ReadonlyMap<string, string>, history: History | null, boundary: number | null): Findings {
  const { claim, rejected } = readBase(labels, { source: 'label', where: 'label', of: '' });
  if (claim === null) return { claims: [], rejected };
  const key = claim.reference === null && claim.says === 'base' ? BASE_DIGEST : BASE_NAME;
  const step = lastStepWith(key, (labels.get(key) ?? '').trim(), history);
  if (step === null || boundary === null || step >= boundary) return { claims: [claim], rejected };
  return { claims: [], rejected: [...rejected, { source: 'label', where: claim.where, why: 'its LABEL step belongs to the base' }] };
}

/** Between key and value stand an equals sign and quotes at most. */
const MAX_BETWEEN = 8;

/** Position of the last step that wrote the value to the key, in whatever quotes; null when there is none. */
function lastStepWith(key: string, value: string, history: History | null): number | null {
  const wrote = ({ createdBy }: { readonly createdBy: string | null }): boolean => {
    const at = createdBy?.lastIndexOf(key) ?? -1;
    if (createdBy === null || at === -1) return false;
    const start = at + key.length;
    return createdBy.slice(start, start + MAX_BETWEEN + value.length).includes(value);
  };
  const step = history?.entries.findLastIndex(wrote) ?? -1;
  return step === -1 ? null : step;
}
