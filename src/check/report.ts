import type { BaseClaim, RejectedClaim } from '../core/base/claim.ts';
import type { Digest } from '../core/digest.ts';
import type { FailOn } from '../core/fail-on.ts';
import type { FilePlace, FileProblem, Within } from '../core/file-reference.ts';
import type { Hold } from '../core/hold.ts';
import type { LayerStacks } from '../core/layer-stacks.ts';
import type { Download } from '../core/layers.ts';
import type { Platform } from '../core/platform.ts';
import type { Reference } from '../core/reference.ts';
import type { StoreNeeds } from '../core/unneeded.ts';
import type { VersionPolicy } from '../core/versions/policy.ts';
import type { VersionRow } from '../core/versions/tabulate.ts';
import type { BaseVerdict, NewerVerdict, Overall, TagVerdict, VariantVersion } from '../core/verdict.ts';
import type { Failure, RegistryUse, Warning } from './ports.ts';

/** What a check found; the formats turn it into text. */
export type CheckReport = {
  /** Milliseconds since the epoch. */
  readonly generatedAt: number;
  /** Sorted by reference, then platform. */
  readonly images: readonly ImageReport[];
  readonly registries: readonly RegistryUse[];
  readonly warnings: readonly Warning[];
  /** Places with images, and parts of them, that were wanted and could not be read. */
  readonly failures: readonly PlaceFailure[];
  /** What was read beside images; null where no file was asked for. */
  readonly files: FilesReport | null;
  /** The images that the configuration leaves out, one for each row they would have. */
  readonly ignored: readonly Reference[];
  /** What the image stores hold that nothing needs; null where it was not asked for, or no store tells. */
  readonly store: StoreNeeds | null;
};

/** `place`: as it is named to be looked at, or as the place calls itself: `docker-archive:app.tar`, `unix:///var/run/docker.sock`. */
export type PlaceFailure = Failure & { readonly place: string };

/** `read`: how many files of a known kind. */
export type FilesReport = { readonly read: number; readonly problems: readonly FileProblem[] };

/** One reference of one image, on one platform: a row. */
export type ImageReport = {
  /** Canonical: `docker.io/library/nginx:1.27`; the image id for an image without a name. */
  readonly reference: string;
  /** Familiar: `nginx:1.27`; `<none>` for an image without a name. */
  readonly name: string;
  /** Registry of the reference; null for an image without a name. */
  readonly registry: string | null;
  readonly platform: Platform;
  /** The store's own id of the image. */
  readonly engineId: string;
  /** Digest of the image's config document, where known. */
  readonly imageId: Digest | null;
  readonly created: string | null;
  readonly size: number | null;
  readonly labels: ReadonlyMap<string, string>;
  readonly verdict: Overall;
  readonly tag: TagReport;
  readonly newer: NewerReport;
  readonly base: BaseReport;
  readonly containers: readonly ContainerUse[];
  /** That it is held back, as long as that lasts. */
  readonly held: Hold | null;
  /** Holds that have ended. */
  readonly expired: readonly Hold[];
  /** What makes a check of this image fail, where the configuration says something else of it than of all. */
  readonly failOn: readonly FailOn[] | null;
  readonly sources: readonly SourcePlace[];
  /** The line of a Dockerfile that names its base, where the image is said to be built from it. */
  readonly builtFrom: SourcePlace | null;
  /** That its base is held back there, as long as that lasts. */
  readonly baseHeld: Hold | null;
};

/** The answer about the base of an image, and what it rests on. */
export type BaseReport = {
  readonly verdict: BaseVerdict;
  /** Milliseconds since the epoch: when the registry said what the base's tag names; null when it was not needed or never came. */
  readonly checkedAt: number | null;
  /** What named a base and counted, strongest first; what did not count, and why. */
  readonly found: readonly BaseClaim[];
  readonly rejected: readonly RejectedClaim[];
  /** How the answer was reached, in order. */
  readonly trail: readonly TrailStep[];
  /** Of a base that moved, where it was asked for and both are known. */
  readonly layers: LayerStacks | null;
};

/** The tags of a repository that were listed. `covers`: only those that begin with one of these and a digit, and what came along; null: all there are. */
export type VersionTable = {
  readonly policy: VersionPolicy;
  readonly rows: readonly VersionRow[];
  readonly covers: readonly string[] | null;
};

/** The answer about newer versions of a row, and what is told beside it. */
export type NewerReport = {
  readonly verdict: NewerVerdict;
  /** The newest tag on a newer variant; told apart, because it changes more than the version. null: none, or not looked for. */
  readonly variant: VariantVersion | null;
  /** The most specific other tag that was seen to name the image that is here: `1.27.5` for `1.27`. */
  readonly sibling: string | null;
  /** Further things worth knowing, each a sentence without its full stop. */
  readonly notes: readonly string[];
  /** Milliseconds since the epoch: when the registry listed its tags; null when it was not needed or never came. */
  readonly checkedAt: number | null;
  /** How the answer was reached, in order. */
  readonly trail: readonly TrailStep[];
  /** Every tag of the repository with the rule that admits or rejects it, and what is wanted; null where it was not asked for. */
  readonly table: VersionTable | null;
};

/** The answer about the tag of a row, and what a pull of it would fetch. */
export type TagReport = {
  readonly verdict: TagVerdict;
  /** Every digest the image is known by in the repository of its reference, sorted. */
  readonly digests: readonly Digest[];
  /** RFC 3339 UTC, from the candidate's config document. */
  readonly candidateCreated: string | null;
  readonly download: Download | null;
  /** Milliseconds since the epoch: when the registry gave the answer; null when it was not needed or never came. */
  readonly checkedAt: number | null;
  /** How the answer was reached, in order. */
  readonly trail: readonly TrailStep[];
};

/**
 * One thing that was consulted. `cost`: `free` a HEAD or a blob, `counted` a manifest GET, `remembered` no request at all.
 *
 * Example: `{ asked: 'HEAD docker.io/library/nginx:1.27', answer: 'sha256:9d1e...', cost: 'free' }`
 */
export type TrailStep = { readonly asked: string; readonly answer: string; readonly cost: 'free' | 'counted' | 'remembered' };

/** A container that was created from a row. `outdated`: it runs another image than its reference names here now. */
export type ContainerUse = { readonly name: string; readonly running: boolean; readonly outdated: boolean };

/** Where a row comes from: `docker-daemon` at `unix:///var/run/docker.sock`, or a line of a file. */
export type SourcePlace = {
  readonly kind: string;
  readonly location: string;
  readonly line: number | null;
  readonly column: number | null;
  /** The whole place in a file, the reference as it stands there, and what in the file names it; null for what is in no file. */
  readonly file: { readonly place: FilePlace; readonly written: string; readonly within: Within | null } | null;
};

/** Archives and layouts: what is in them was put there by hand, and is not pulled again. */
const CARRIERS: ReadonlySet<string> = new Set(['docker-archive', 'oci', 'oci-archive']);

/** Whether images are carried to a place and written there whole, as into an archive, instead of being pulled. */
export function isCarrier({ kind }: Pick<SourcePlace, 'kind'>): boolean {
  return CARRIERS.has(kind);
}
