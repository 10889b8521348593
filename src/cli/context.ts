import type { FileSource, ImageSource, Memory, MemoryPart, Registry, ReportLog, StoredPlace } from '../check/ports.ts';
import type { Configuration, RegistryRule } from '../core/configuration.ts';
import type { Parsed } from '../core/parsed.ts';
import type { Platform } from '../core/platform.ts';

/** Everything a command needs from outside; the composition root makes it. */
export type Context = {
  /** Arguments after the program's name. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly version: string;
  /** The working directory, absolute. */
  readonly cwd: string;
  /** What this machine is called. */
  readonly hostName: string;
  /** The platform of the images that run here: `linux/amd64`. */
  readonly machine: string;
  readonly now: () => number;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** Writes a file whole or not at all; one that is new gets `mode`, or what the umask leaves. @throws ImgupdateError 'cannot-write'. */
  readonly writeFile: (path: string, text: string, mode?: number) => Promise<void>;
  /** Adds to a file, which is made where there is none. @throws ImgupdateError 'cannot-write'. */
  readonly appendFile: (path: string, text: string) => Promise<void>;
  readonly adapters: Adapters;
};

/** A stream to write to; `columns` is null where it is no terminal. */
export type Output = {
  readonly write: (text: string) => void;
  /** Waits until all that was written is on its way, so that another stream to the same place comes after it. Never rejects. */
  readonly drain: () => Promise<void>;
  /** Whether something could not be written, as to a reader that went away. */
  readonly isLost: () => boolean;
  readonly isTTY: boolean;
  readonly columns: number | null;
};

/** Opens what is outside, each loaded only when it is used. */
export type Adapters = {
  /** All that is configured; `named` is the one file that counts, null: those that are found. @throws ImgupdateError 'usage'. */
  readonly readConfiguration: (named: string | null) => Promise<Configuration>;
  /** `part`: without, all of it. */
  readonly openMemory: (part?: MemoryPart) => Promise<Memory>;
  /** The reports that were marked. Whether they can be read shows when they are. */
  readonly openReportLog: () => Promise<ReportLog>;
  readonly openEngine: (settings: EngineSettings) => Promise<ImageSource>;
  /** Opens a place that holds images as files. Whether it can be read shows when it is. */
  readonly openStored: (place: StoredPlace, settings: StoredSettings) => Promise<ImageSource>;
  readonly openFiles: () => Promise<FileSource>;
  /** Reads a text as UTF-8; `-` is standard input. One sentence that follows its name when it cannot be read, is longer than `maxBytes`, or is no text. */
  readonly readText: (path: string, maxBytes: number) => Promise<Parsed<string>>;
  readonly openRegistry: (settings: RegistrySettings) => Promise<Registry>;
  readonly startDemo: () => Promise<Demo>;
};

/** Which engine is meant; null for what docker itself would take. `facts` is where immutable facts about images are kept. `platform`: of an image that does not say it. */
export type EngineSettings = {
  readonly host: string | null;
  readonly context: string | null;
  readonly facts: Pick<Memory, 'readFacts' | 'writeFacts'>;
  readonly platform: Platform;
  /** Where none is named and none is there, podman's storage will do. */
  readonly mayBeStorage: boolean;
  readonly timeoutMs: number;
};

/** `verify`: layers are hashed. `platform`: of an image that does not say it. */
export type StoredSettings = { readonly verify: boolean; readonly platform: Platform };

export type RegistrySettings = {
  readonly insecureRegistries: readonly string[];
  /** Requests in flight per registry. */
  readonly jobs: number;
  readonly timeoutMs: number;
  /** Registry to the realm hosts that may see its credentials, beside those known to belong to it. */
  readonly trustedRealms: ReadonlyMap<string, readonly string[]>;
  /** What the configuration says of single registries, by their names in references. */
  readonly rules: ReadonlyMap<string, RegistryRule>;
  /** The only registries that may be contacted, by their names in references; null: any. */
  readonly onlyHosts: ReadonlySet<string> | null;
  readonly log: (line: string) => void;
};

/** A small world that runs in this process, seen through adapters of its own; `close` ends it without a trace. */
export type Demo = {
  /** Where its registries are: `127.0.0.1`. */
  readonly location: string;
  readonly adapters: Adapters;
  readonly close: () => Promise<void>;
};
