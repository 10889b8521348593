import type { BaseVersion, BuildNote } from '../core/base/version.ts';
import type { Digest } from '../core/digest.ts';
import type { FileProblem, FileReference, StageBase } from '../core/file-reference.ts';
import type { Hold } from '../core/hold.ts';
import type { BuildRecord, Container, InstalledImage } from '../core/installed.ts';
import type { Platform } from '../core/platform.ts';
import type { Outcome, Reason } from '../core/reason.ts';
import type { Baseline } from '../core/report/baseline.ts';
import type { KeptBaseline, KeptReport } from '../core/report/kept-report.ts';
import type { Repository } from '../core/reference.ts';

/** Where images are. One implementation per kind of place. */
export type ImageSource = {
  /** @throws ImgupdateError 'engine-unavailable' when nothing answers, 'unreadable' for files, 'no-such-image' where the wanted image is not there. */
  readonly list: (options: ListOptions) => Promise<Inventory>;
};

/** What a store is asked for. */
export type ListOptions = {
  /** Also images without any name. */
  readonly all: boolean;
  /** Also what tells which images nothing needs: `Inventory.holdings`. */
  readonly holdings?: boolean;
  readonly signal: AbortSignal;
  /** Called as images become known; for progress only. */
  readonly onProgress: (done: number, total: number) => void;
};

/** The images of one store, and what uses them. */
export type Inventory = {
  /** In the words of containers-transports(5): `docker-daemon`, `docker-archive`. */
  readonly kind: string;
  /** `unix:///var/run/docker.sock`; the path of a file or a folder, `-` for standard input. */
  readonly location: string;
  readonly images: readonly InstalledImage[];
  readonly containers: readonly Container[];
  /** Registries the engine may reach without verified TLS: `host`, `host:port` or CIDR. */
  readonly insecureRegistries: readonly string[];
  readonly warnings: readonly Warning[];
  /** What of the place could not be read, while the rest could. */
  readonly failures: readonly Failure[];
  /** The same in every inventory of one engine, whichever address it was reached by; not said where there is no engine, or it does not tell. */
  readonly engineId?: string;
  /**
   * How an image of `images` was made: asked of the store once in the image's life. null: it does not tell. Rejects only when aborted.
   *
   * `wanted` is 'exact' where whole seconds do not suffice: the history as the config has it, where the store can be brought to tell it, else what it told before.
   */
  readonly readBuild: (image: InstalledImage, wanted?: 'exact') => Promise<BuildRecord | null>;
  /**
   * Bytes that each layer of an image of `images` or `holdings` takes on this machine, as its `diffIds` are: lowest first. Asked of the store once in the image's life.
   * null: it does not tell. Rejects only when aborted. Not said where a place never tells.
   */
  readonly readLayerSizes?: (image: InstalledImage) => Promise<readonly number[] | null>;
  /** Where it was asked for. Not said of a place whose images nothing runs and nothing pulls, nor where one image of it is wanted. */
  readonly holdings?: Holdings;
  readonly close: () => void;
};

/** What else a store tells of all that it holds. */
export type Holdings = {
  /** Images without any name that are not among `images`. */
  readonly unnamed: readonly InstalledImage[];
  /** Ids and manifests of the images that containers were made of, running or not, and of what cannot or should not be removed; null: it is not told, so any may be in use. */
  readonly usedIds: ReadonlySet<string> | null;
};

/** Something that was wanted and could not be read. Worded as an ImgupdateError is. */
export type Failure = { readonly code: string; readonly message: string; readonly hint: string | null };

/**
 * Files that hold images, in the words of containers-transports(5).
 *
 * Example: `docker-archive:app.tar:acme/app:1` is `{ transport: 'docker-archive', path: 'app.tar', driver: null, image: { by: 'name', name: 'acme/app:1' } }`
 */
export type StoredPlace = {
  readonly transport: 'docker-archive' | 'oci' | 'oci-archive' | 'containers-storage';
  /** The whole target as the user wrote it. */
  readonly written: string;
  /** `-`: standard input. null: where the containers tools keep their storage. */
  readonly path: string | null;
  /** The storage driver that is named; null everywhere else. */
  readonly driver: string | null;
  /** Which of its images is wanted; null: all of them. */
  readonly image: { readonly by: 'name'; readonly name: string } | { readonly by: 'position'; readonly position: number } | null;
};

/** The files that name images. */
export type FileSource = {
  /** Reads what can be read; what cannot is a problem of its own. Rejects only when aborted, or with ImgupdateError 'usage' when a named path does not exist. */
  readonly read: (options: FileOptions) => Promise<FileInventory>;
};

/** Which files are read, and what fills the variables in them. */
export type FileOptions = {
  /** Files and folders as the user wrote them; `-` is standard input. */
  readonly paths: readonly string[];
  /** What `--build-arg` says; null: the value is the environment's. */
  readonly buildArgs: ReadonlyMap<string, string | null>;
  /** The stage of a Dockerfile that is wanted; null: the last one is what is built, and all are checked. */
  readonly target: string | null;
  /** What a Dockerfile's BUILDPLATFORM and TARGETPLATFORM are. */
  readonly platforms: { readonly build: Platform; readonly target: Platform };
  readonly signal: AbortSignal;
};

/** What the files say that were read. */
export type FileInventory = {
  /** By path, line and column. */
  readonly references: readonly FileReference[];
  readonly problems: readonly FileProblem[];
  /** How many files of a known kind were read. */
  readonly files: number;
  /** Of each Dockerfile that was named itself, not found in a folder nor by a compose file: what it builds on. */
  readonly builds: readonly { readonly path: string; readonly base: StageBase }[];
  /** What of the options had no effect. */
  readonly warnings: readonly Warning[];
};

/** Something the user should know that concerns no verdict. `image` is a canonical reference. */
export type Warning = { readonly code: string; readonly message: string; readonly image: string | null };

/** What a registry says a tag names. */
export type TagAnswer =
  | { readonly kind: 'found'; readonly digest: Digest; readonly mediaType: string | null; readonly body: Uint8Array | null }
  | { readonly kind: 'gone' }
  | { readonly kind: 'unknown'; readonly reason: Reason };

/** The Distribution API, as far as it is needed here. Nothing in it throws for what a registry does. */
export type Registry = {
  /** Says beforehand which repositories will be asked, so that token scopes can be joined. */
  readonly announce: (repositories: readonly Repository[]) => void;
  /** HEAD of a tag: free of charge everywhere. `body` is set when a refused HEAD had to become a GET. */
  readonly resolveTag: (repository: Repository, tag: string, signal: AbortSignal) => Promise<TagAnswer>;
  /** GET of a manifest or index by digest, verified. Counted: refused with reason `budget` below the quota's floor. */
  readonly fetchManifest: (repository: Repository, blob: BlobRef, signal: AbortSignal) => Promise<Outcome<Uint8Array>>;
  /** GET of a config document by digest, verified. Not counted by any registry. */
  readonly fetchConfig: (repository: Repository, blob: BlobRef, signal: AbortSignal) => Promise<Outcome<Uint8Array>>;
  /** GETs of `/tags/list`, page by page. Not counted by any registry; few at a time, and not for ever: then the list is cut. */
  readonly listTags: (repository: Repository, wanted: TagsWanted, signal: AbortSignal) => Promise<TagsAnswer>;
  /** What this run asked of each registry so far, in order of registry. */
  readonly usage: () => readonly RegistryUse[];
  /** What should be said once: untrusted realms, wrong digest headers, what a registry warns of. */
  readonly warnings: () => readonly Warning[];
  readonly close: () => Promise<void>;
};

/**
 * Which tags of a repository are wanted: those that begin with one of these texts and go on with a digit; `''` are those that begin with a digit.
 *
 * Others may come along. Where the registry lists in lexical order, only the pages of these are asked for.
 */
export type TagsWanted = { readonly prefixes: readonly string[] };

/** `covers`: the prefixes that are whole in `tags`; null: all tags are. `cut`: why the list is not whole, even of those; then `covers` is empty. */
export type TagsAnswer =
  | { readonly kind: 'found'; readonly tags: readonly string[]; readonly covers: readonly string[] | null; readonly cut: Reason | null }
  | { readonly kind: 'unknown'; readonly reason: Reason };

/** `size` in bytes where the descriptor says it. */
export type BlobRef = { readonly digest: Digest; readonly size: number | null };

/** `counted`: manifest GETs. `limit`, `remaining` and `windowSeconds` as the registry's headers said last, null without any. */
export type RegistryUse = {
  readonly registry: string;
  readonly requests: number;
  readonly counted: number;
  readonly limit: number | null;
  readonly remaining: number | null;
  readonly windowSeconds: number | null;
};

/** What is wanted of the memory: all, or only what cannot be asked again: bases, sightings and what the user holds back. */
export type MemoryPart = 'all' | 'state';

/** What is remembered between runs. A memory that fails says so in `warnings` and behaves as an empty one. */
export type Memory = {
  /** The last answer for a tag, however old; null when never asked. */
  readonly readTag: (repository: Repository, tag: string) => TagObservation | null;
  /** The same for many at once, in their order: that costs little more than one. */
  readonly readTags: (tags: readonly TagName[]) => readonly (TagObservation | null)[];
  readonly writeTag: (repository: Repository, tag: string, observation: TagObservation) => void;
  /** Every tag of the repository that was asked for, with its last answer, however old; sorted by tag. */
  readonly readTagsOf: (repository: Repository) => readonly { readonly tag: string; readonly observation: TagObservation }[];
  /** What is remembered of each repository's list of tags, without the tags; in their order. */
  readonly readTagLists: (repositories: readonly Repository[]) => readonly (TagListNote | null)[];
  /** The tags of the remembered list; null when it is not here. */
  readonly readTagList: (repository: Repository) => readonly string[] | null;
  readonly writeTagList: (repository: Repository, list: TagListNote & { readonly tags: readonly string[] }) => void;
  /** A document by its digest, verified; null when it is not here. */
  readonly readDocument: (digest: Digest) => Uint8Array | null;
  readonly writeDocument: (digest: Digest, bytes: Uint8Array) => void;
  /** Immutable facts about an image of a local store, by the store's own key: JSON text. */
  readonly readFacts: (keys: readonly string[]) => ReadonlyMap<string, string>;
  readonly writeFacts: (facts: ReadonlyMap<string, string>) => void;
  /** Every known version of a base whose layers are exactly one of these stacks, or whose whole history has one of these hashes. */
  readonly findBases: (keys: BaseKeys) => readonly BaseVersion[];
  /** What a tag named over time for one platform (as rendered), oldest first; a version that came back is there twice. */
  readonly readBases: (repository: Repository, tag: string | null, platform: string) => readonly BaseVersion[];
  /** Appended where it differs in any digest from the last one of its tag and platform; else that one was seen until `lastSeen`. */
  readonly writeBase: (version: BaseVersion) => void;
  /** Whether the user ever had the base of any image recorded. */
  readonly hasBuildNotes: () => boolean;
  /** What the user had recorded of an image's base. */
  readonly readBuildNote: (imageId: string, platform: string) => BuildNote | null;
  readonly writeBuildNote: (note: BuildNote) => void;
  /** When each of these tags was first seen in its repository's list, milliseconds since the epoch; those never seen are left out. */
  readonly readSightings: (repository: Repository, tags: readonly string[]) => ReadonlyMap<string, number>;
  /** Notes that tags are there; of one that was seen before the earlier time stays. */
  readonly writeSightings: (repository: Repository, tags: readonly string[], seenAt: number) => void;
  /** What the user holds back, sorted by what it is of. */
  readonly readHolds: () => readonly KeptHold[];
  /** One for each `of`: a later one replaces it. */
  readonly writeHold: (hold: KeptHold) => void;
  /** False: there was none. */
  readonly removeHold: (of: string) => boolean;
  readonly warnings: () => readonly Warning[];
  /** Writes what is pending. Safe to call twice. */
  readonly close: () => void;
};

/** What is remembered of a list of tags beside the tags: `observedAt` milliseconds since the epoch; `covers` and `cut` as in TagsAnswer. */
export type TagListNote = { readonly observedAt: number; readonly covers: readonly string[] | null; readonly cut: Reason | null };

/**
 * The reports that were marked, each told to somebody. Nothing of it is ever changed: it is added to.
 *
 * A report is prepared before it is printed and confirmed after that, so that one whose process ended in between is known as such.
 */
export type ReportLog = {
  /** The last ones of a report, without what they told, oldest first; those that are known not to have been printed are left out. */
  readonly list: (id: string) => readonly KeptReport[];
  /** What a report told; null where it was damaged. */
  readonly read: (key: number) => KeptBaseline | null;
  /**
   * Waits until no other process makes a report of this id that is to be marked, for `timeoutMs` at most.
   *
   * Rejects only when aborted. A process that ends in whatever way holds nothing any more.
   */
  readonly lock: (id: string, options: { readonly timeoutMs: number; readonly signal: AbortSignal }) => Promise<ReportLock>;
  /** Keeps what is about to be told, on disk when it returns; null: it could not be kept, and `warnings` says why. */
  readonly prepare: (id: string, baseline: Baseline) => number | null;
  /** It was printed whole. False: that could not be kept. */
  readonly confirm: (key: number) => boolean;
  /** It is known not to have been printed: the next report tells the same again. */
  readonly withdraw: (key: number) => void;
  readonly warnings: () => readonly Warning[];
  readonly close: () => void;
};

/** `busy`: another process makes one. `unavailable`: there is no place for a lock, so neither can anything be kept; `problem` says why. */
export type ReportLock =
  | { readonly kind: 'held'; readonly release: () => void }
  | { readonly kind: 'busy' }
  | { readonly kind: 'unavailable'; readonly problem: string };

/** A hold that the user has set. `of`: a pattern over image names, as it was written; `heldAt`: milliseconds since the epoch. */
export type KeptHold = { readonly of: string; readonly hold: Hold; readonly heldAt: number };

/** A tag of a repository. */
export type TagName = { readonly repository: Repository; readonly tag: string };

/** Chain ids (OCI image-spec, config.md) of the image's layer stacks, hashes of its histories (`historyHashes`). */
export type BaseKeys = { readonly chainIds: readonly string[]; readonly historyHashes: readonly string[] };

/** `observedAt`: milliseconds since the epoch. Only what a registry really answered is remembered, never a failure. */
export type TagObservation =
  | { readonly kind: 'found'; readonly digest: Digest; readonly mediaType: string | null; readonly observedAt: number }
  | { readonly kind: 'gone'; readonly observedAt: number };

/** The credentials of this machine. */
export type Keychain = {
  /** null: none are configured, ask anonymously. Helpers run at most once per registry. */
  readonly credentialFor: (repository: Repository) => Promise<Credential | null>;
  readonly warnings: () => readonly Warning[];
};

/** `token`: an identity (refresh) token. `bearer`: to be sent to the registry as it is. */
export type Credential =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  | { readonly kind: 'token'; readonly identityToken: string }
  | { readonly kind: 'bearer'; readonly registryToken: string };
