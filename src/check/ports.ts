import type { BaseVersion, BuildNote } from '../core/base/version.ts';
import type { Digest } from '../core/digest.ts';
import type { FileProblem, FileReference, StageBase } from '../core/file-reference.ts';
import type { BuildRecord, Container, InstalledImage } from '../core/installed.ts';
import type { Platform } from '../core/platform.ts';
import type { Outcome, Reason } from '../core/reason.ts';
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
  readonly close: () => void;
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
  /** What this run asked of each registry so far, in order of registry. */
  readonly usage: () => readonly RegistryUse[];
  /** What should be said once: untrusted realms, wrong digest headers, what a registry warns of. */
  readonly warnings: () => readonly Warning[];
  readonly close: () => Promise<void>;
};

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

/** What is remembered between runs. A memory that fails says so in `warnings` and behaves as an empty one. */
export type Memory = {
  /** The last answer for a tag, however old; null when never asked. */
  readonly readTag: (repository: Repository, tag: string) => TagObservation | null;
  /** The same for many at once, in their order: that costs little more than one. */
  readonly readTags: (tags: readonly TagName[]) => readonly (TagObservation | null)[];
  readonly writeTag: (repository: Repository, tag: string, observation: TagObservation) => void;
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
  readonly warnings: () => readonly Warning[];
  /** Writes what is pending. Safe to call twice. */
  readonly close: () => void;
};

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
