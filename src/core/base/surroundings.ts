import type { Reason } from '../reason.ts';
import type { Reference } from '../reference.ts';
import type { KnownBase } from './known-base.ts';
import type { BaseVersion, VersionContents } from './version.ts';

/** What is known around an image, none of which takes a request. */
export type Surroundings = {
  /** `linux/arm/v7` */
  readonly platform: string;
  /** Versions of bases, of this machine and remembered ones, that may have to do with the image. */
  readonly known: readonly KnownBase[];
  /** What a tag named over time for the platform, oldest first. */
  readonly seen: (reference: Reference) => readonly BaseVersion[];
  /** Why the registry of a reference may not be asked; null: it may. */
  readonly refusal: (reference: Reference) => Reason | null;
};

/**
 * A version that is known without asking, as a registry told it where one did: engines tell less of the same image. null: none is known.
 */
export function recallVersion(
  { seen, known }: Pick<Surroundings, 'seen' | 'known'>,
  reference: Reference,
  isWanted: (version: VersionContents) => boolean,
): VersionContents | null {
  const versions: readonly VersionContents[] = [...seen(reference), ...known];
  const wanted = versions.filter(isWanted);
  return wanted.findLast(({ contents }) => contents.settings !== null) ?? wanted.at(-1) ?? null;
}
