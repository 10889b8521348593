import type { Document, RegistryEntry } from '../document.ts';
import type { Hold } from '../hold.ts';
import type { LayerStacks } from '../layer-stacks.ts';
import type { ReasonKind } from '../reason.ts';
import type { UnneededImage } from '../unneeded.ts';
import type { BaseMovement, Confidence, VersionLevel } from '../verdict.ts';

/** What changed on one machine, or on several, since somebody was told last: all that every format of a report tells. Times are milliseconds since the epoch. */
export type Report = {
  /** Which of several reports of a machine it is; `default`. */
  readonly id: string;
  /** null: the headline will do. */
  readonly title: string | null;
  readonly generatedAt: number;
  /** Only what is new is wanted: `pending`, `held`, `bases` and `store` are not to be told. */
  readonly onlyNew: boolean;
  /** Sorted by name; never empty. */
  readonly hosts: readonly ReportHost[];
  readonly since: Since;
  /** The report before this one, of which it is not known whether anyone was told; null: there is none such. */
  readonly interrupted: Interrupted | null;
  readonly counts: ReportCounts;
  /** The most urgent kind first, see AttentionKind; within a kind the new ones first, then by subject. */
  readonly attention: readonly Attention[];
  /** What is newer and was not told before; by reference. */
  readonly news: readonly Pending[];
  /** What was told before and is still so; the oldest first. */
  readonly pending: readonly Pending[];
  /** By reference. */
  readonly done: readonly Done[];
  /** What is newer and held back on purpose; by reference. */
  readonly held: readonly HeldBack[];
  /** Bases that moved or are gone, those with most images first. */
  readonly bases: readonly MovedBase[];
  /** In the order in which to build: a base of ours before what is built on it. */
  readonly rebuilds: readonly Rebuild[];
  /** One for each host whose stores were looked at. */
  readonly stores: readonly HostStore[];
  /** Summed over hosts; by registry. */
  readonly registries: readonly RegistryEntry[];
  /** The ages of what the registries said: of the oldest and the newest answer; null: none was needed. */
  readonly data: { readonly oldest: number; readonly newest: number } | null;
  /** The reports before this one and, last, this one; oldest first. */
  readonly trend: readonly TrendPoint[];
  /** Nothing happened since: no news, nothing done, no new attention and none that ended. Of a first report: nothing is pending and nothing needs attention. */
  readonly isUnchanged: boolean;
};

/** A machine and what was found there. */
export type ReportHost = { readonly name: string; readonly generatedAt: number; readonly document: Document };

/** What a report compares with. `first`: nothing. `mark`: an earlier report, of `at`. `file`: a document that `name` names, of `at`. */
export type Since =
  | { readonly kind: 'first' }
  | { readonly kind: 'mark'; readonly at: number }
  | { readonly kind: 'file'; readonly at: number; readonly name: string };

/** What a report told that may not have arrived. */
export type Interrupted = { readonly at: number; readonly news: readonly string[]; readonly done: readonly string[] };

/** Rows are references of images, on their platforms; one that several hosts have counts once for each. */
export type ReportCounts = {
  readonly images: number;
  /** Rows about which every question was answered that was asked. */
  readonly checked: number;
  readonly fresh: number;
  readonly stale: number;
  readonly unknown: number;
  /** Of the lists of the report; `older` are those of `pending`. */
  readonly news: number;
  readonly older: number;
  readonly held: number;
  readonly done: number;
};

/**
 * What a person has to look at, the most urgent first.
 *
 * - `gone`: its tag is deleted; `base-gone`: its base's is, or is not offered for its platform any more
 * - `unchecked`: a question could not be answered
 * - `unread`: a place with images, or a file, could not be read
 * - `expired-hold`: it was held back until a day that has come
 * - `unsure`: it may stand on an old base, of low confidence
 */
export type AttentionKind = 'gone' | 'base-gone' | 'unchecked' | 'unread' | 'expired-hold' | 'unsure';

export const ATTENTION_KINDS = [
  'gone',
  'base-gone',
  'unchecked',
  'unread',
  'expired-hold',
  'unsure',
] as const satisfies readonly AttentionKind[];

/** One thing to look at, whatever many images it is about. */
export type Attention = {
  readonly kind: AttentionKind;
  /** Familiar names; empty where it is about none. Sorted. */
  readonly images: readonly string[];
  readonly hosts: readonly string[];
  /** One sentence without its full stop, that says what is so: `401 Unauthorized`. */
  readonly message: string;
  /** Of `unchecked`: the registry that was asked, and why there is no answer. */
  readonly registry: string | null;
  readonly reason: ReasonKind | null;
  /** Of `expired-hold`. */
  readonly hold: Hold | null;
  /** The report that told of it first. */
  readonly since: number;
  readonly isNew: boolean;
};

/** Something newer for an image. */
export type Update =
  | {
      readonly axis: 'tag';
      readonly kind: 'rebuilt';
      readonly installed: string | null;
      readonly candidate: string;
      readonly created: string | null;
    }
  | { readonly axis: 'newer'; readonly kind: 'version'; readonly tag: string; readonly level: VersionLevel; readonly digest: string | null }
  | {
      readonly axis: 'base';
      readonly kind: 'moved';
      readonly base: string | null;
      readonly movement: BaseMovement | null;
      readonly installed: string | null;
      readonly candidate: string | null;
      readonly confidence: Confidence | null;
      readonly versionsBehind: number | null;
    };

/** An image, on every host that has it alike, and what is newer. */
export type Subject = {
  readonly reference: string;
  /** Familiar. */
  readonly name: string;
  readonly platform: string;
  readonly hosts: readonly string[];
  /** Containers by name (`web*` runs an older image), then lines of files (`compose.yaml:12`); each once. */
  readonly users: readonly string[];
  /** As its documents say: kinds and locations. */
  readonly places: readonly { readonly kind: string; readonly location: string }[];
};

/** An image with something newer. `updates`: tag, then versions by level, then base; never empty. */
export type Pending = Subject & {
  readonly updates: readonly Update[];
  /** The first report that told of any of them, whatever was offered then. */
  readonly since: number;
  /** It was told before, and something newer than then is offered now. */
  readonly isMore: boolean;
  /** Whether it could not be checked this time: then it is told as it was before. */
  readonly isStaleAnswer: boolean;
  /** Of an image whose base moved and whose layers were compared. */
  readonly layers: LayerStacks | null;
};

/**
 * How something came to be done: the image was pulled or built anew, its place is gone, the registry took its offer back, or the user holds or
 * ignores it.
 */
export type DoneHow = 'updated' | 'removed' | 'withdrawn' | 'held' | 'ignored';

/**
 * `was`: what was told, in words: `1.27.5 (patch)`, `rebuilt`, `base node:20-slim moved`. `successor`: the name that took the place of a removed one; what is still
 * offered for that is not among what was told, so nothing may be.
 */
export type Done = Subject & {
  readonly how: DoneHow;
  readonly was: readonly string[];
  readonly successor: string | null;
  readonly since: number;
};

export type HeldBack = Subject & { readonly updates: readonly Update[]; readonly hold: Hold };

/** `images`: those that stand on it, familiar names. */
export type MovedBase = {
  readonly reference: string;
  readonly name: string;
  readonly kind: 'moved' | 'gone';
  readonly movements: readonly BaseMovement[];
  readonly candidate: string | null;
  readonly images: readonly Subject[];
};

/** One image to build. `because`: its base moved, or its base is built before it. `base`: familiar. */
export type Rebuild = Subject & {
  readonly because: 'moved' | 'follows';
  readonly base: string;
  /** No registry has its base, only this machine, so a build of it must not pull. */
  readonly isBaseLocal: boolean;
};

/** What the image stores of a host hold that nothing needs, see StoreNeeds. */
export type HostStore = {
  readonly host: string;
  readonly images: number;
  readonly bytes: number | null;
  readonly freedBytes: number | null;
  readonly unneeded: readonly UnneededImage[];
};

/** How fresh the images were when a report was made. */
export type TrendPoint = { readonly at: number } & Pick<ReportCounts, 'images' | 'fresh' | 'stale' | 'unknown'>;
