import type { Download } from './layers.ts';
import type { LayerStacks } from './layer-stacks.ts';
import type { Hold } from './hold.ts';
import type { Reason } from './reason.ts';
import type { StoreNeeds } from './unneeded.ts';
import type {
  BaseMovement,
  BaseVerdict,
  Confidence,
  LayerDifference,
  NewerVerdict,
  Overall,
  TagVerdict,
  VariantVersion,
  Version,
} from './verdict.ts';

/** The document `--json` prints; `document.schema.json` describes it to others. Fields are added, never renamed or removed. */
export type Document = {
  readonly schemaVersion: 1;
  /** As all times in it: RFC 3339, UTC. */
  readonly generatedAt: string;
  /** The machine it is of; only a report tells it. */
  readonly host?: string;
  readonly images: readonly ImageEntry[];
  readonly registries: readonly RegistryEntry[];
  readonly warnings: readonly WarningEntry[];
  /** References that the configuration leaves out, each once; only the report of one machine tells them. */
  readonly ignored?: readonly string[];
  /** What the image stores hold that nothing needs; only a report looks for that. null: no store was looked at, or its engine does not tell. */
  readonly store?: StoreNeeds | null;
};

/** One image of the document. Times are RFC 3339 UTC, sizes bytes, absent knowledge is null. */
export type ImageEntry = {
  /** The machine it is on; only the report of several tells it. */
  readonly host?: string;
  readonly reference: string;
  readonly name: string;
  readonly platform: string;
  readonly imageId: string | null;
  readonly created: string | null;
  readonly size: number | null;
  readonly verdict: Overall;
  readonly tag: {
    readonly status: TagVerdict['kind'];
    readonly digests: readonly string[];
    readonly candidate: string | null;
    readonly candidateCreated: string | null;
    readonly download: Download | null;
    readonly why: string;
    readonly reason: Reason | null;
    readonly checkedAt: string | null;
  };
  readonly newer: {
    readonly status: NewerVerdict['kind'];
    readonly line: Version | null;
    readonly newest: Version | null;
    readonly variant: VariantVersion | null;
    readonly sibling: string | null;
    readonly notes: readonly string[];
    readonly why: string;
    readonly reason: Reason | null;
    readonly checkedAt: string | null;
  };
  readonly base: {
    readonly status: BaseVerdict['kind'];
    readonly kind: BaseMovement | null;
    readonly reference: string | null;
    readonly recorded: string | null;
    readonly candidate: string | null;
    readonly confidence: Confidence | null;
    readonly evidence: readonly string[];
    readonly versionsBehind: number | null;
    readonly difference: LayerDifference | null;
    readonly notes: readonly string[];
    readonly why: string;
    readonly reason: Reason | null;
    readonly checkedAt: string | null;
    /** Its layers beside those of its base as it is now; only a report tells them, of a base that moved. */
    readonly layers?: LayerStacks | null;
  };
  readonly containers: readonly ContainerEntry[];
  readonly held: Hold | null;
  /** Holds that have ended; only a report tells them. */
  readonly expired?: readonly Hold[];
  readonly sources: readonly SourceEntry[];
};

/** `counted`: manifest GETs, the only ones Docker Hub charges. */
export type RegistryEntry = {
  readonly registry: string;
  readonly requests: number;
  readonly counted: number;
  readonly limit: number | null;
  readonly remaining: number | null;
  readonly windowSeconds: number | null;
};

export type WarningEntry = { readonly code: string; readonly message: string; readonly image: string | null };

/** `outdated`: it runs an older image than its reference names here. */
export type ContainerEntry = { readonly name: string; readonly running: boolean; readonly outdated: boolean };

/** `within`: what in the file names the image. */
export type SourceEntry = {
  readonly kind: string;
  readonly location: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly within: string | null;
};
