import type { Findings } from './base/claim.ts';
import type { BuildRecord } from './installed.ts';

/**
 * Joins what several places tell of how one image was made: the history of the first that tells every detail, else of the first that tells any; with what each of them
 * knows beside it.
 *
 * @returns null where none tells anything.
 */
export function joinBuilds(records: readonly BuildRecord[]): BuildRecord | null {
  const [first, ...others] = records;
  if (first === undefined || others.length === 0) return first ?? null;
  const histories = records.flatMap(({ history }) => history ?? []);
  const history = histories.find(({ precision }) => precision === 'exact') ?? histories[0] ?? null;
  const [recorded] = records.flatMap((each) => each.recorded ?? []).sort((a, b) => worthOf(b) - worthOf(a));
  return {
    history,
    annotations: records.find(({ annotations }) => annotations.size > 0)?.annotations ?? first.annotations,
    // what is said of steps is true where as many are told
    ancestors: records.find((each) => each.ancestors.length > 0 && stepsOf(each) === (history?.entries.length ?? 0))?.ancestors ?? [],
    ...(recorded === undefined ? {} : { recorded }),
  };
}

function stepsOf({ history }: BuildRecord): number {
  return history?.entries.length ?? 0;
}

/** Provenance tells more than annotations, and what could not be read more than that there was nothing. */
function worthOf({ claims, rejected }: Findings): number {
  if (claims.some(({ source }) => source === 'provenance')) return 3;
  if (claims.length > 0) return 2;
  return rejected.length > 0 ? 1 : 0;
}
