import type { Answers } from './answers.ts';
import { createArrivals } from './arrivals.ts';
import { checkTags, type Settled, type TagCheckOptions } from './check-tags.ts';
import type { Rows } from './choose-subjects.ts';
import type { Subject } from './images-to-check.ts';
import type { LazyRegistry } from './lazy-registry.ts';

/** The answers about the tags of all rows that have a name. */
export type SettledTags = ReadonlyMap<Subject, Settled>;

/** These answers, all together and one by one as they come. */
export type Settling = { readonly settling: Promise<SettledTags>; readonly whenSettled: (subject: Subject) => Promise<Settled> };

/** Begins to settle the tag of each row; those of targets are, and those of references that cannot be told. */
export function startSettling(
  { installed, named, targets }: Rows,
  { answers, registry }: { readonly answers: Answers; readonly registry: LazyRegistry },
  options: TagCheckOptions,
): Settling {
  const arrivals = createArrivals<Subject, Settled>();
  const asked = named.flatMap(({ subject, settled }) => (settled === null ? [subject] : []));
  const told = [...targets, ...named].flatMap(({ subject, settled }) => (settled === null ? [] : [[subject, settled] as const]));
  for (const [subject, settled] of told) arrivals.put(subject, settled);
  const ports = { answers, openRegistry: registry.get };
  const checking = checkTags([...installed, ...asked], ports, { ...options, onSettled: arrivals.put });
  const settling = checking.then((checked) => new Map([...checked, ...told]));
  settling.catch((error: unknown) =>
    arrivals.fail(error instanceof Error ? error : new Error('the tags could not be settled', { cause: error })),
  );
  return { settling, whenSettled: arrivals.wait };
}
