import type { Digest } from './digest.ts';
import type { Hold } from './hold.ts';
import type { Parsed } from './parsed.ts';
import type { Platform } from './platform.ts';
import { compareText, type Reference } from './reference.ts';

/**
 * Where something stands in a file: lines and columns count from 1, columns in UTF-16 code units; the end is behind the last character.
 *
 * `path` has `/` between its parts, is relative to the working directory where it lies below it, has no `./` before it, and is `-` for standard input.
 */
export type FilePlace = {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
};

/** Orders places by path, line and column. */
export function comparePlaces(a: Position, b: Position): number {
  return compareText(a.path, b.path) || a.line - b.line || a.column - b.column;
}

type Position = Pick<FilePlace, 'path' | 'line' | 'column'>;

/** What kind of file names an image; `dockerfile-frontend` is the image a Dockerfile is read by, as its `# syntax=` says; `list`: one reference a line. */
export type FileKind = 'dockerfile' | 'dockerfile-frontend' | 'compose' | 'kubernetes' | 'list';

/** A reference that a file makes to an image. */
export type FileReference = {
  readonly kind: FileKind;
  readonly place: FilePlace;
  /** As it stands there, variables and all: `node:${NODE_VERSION}`. */
  readonly written: string;
  /** What in the file names it; null where the line says that. */
  readonly within: Within | null;
  /** What it names, `latest` where neither tag nor digest is written; else one sentence that says why that cannot be told: `ARG NODE_VERSION has no value`. */
  readonly reference: Parsed<Reference>;
  /** Where the file itself names one. */
  readonly platform: Platform | null;
  /** What runs under that name, where the file tells it; null everywhere else. */
  readonly running: RunningImage | null;
  /** What stands above it, expired or not. */
  readonly hold: Hold | null;
};

/** What in a file names an image. Each text is safe to print, and has at most some hundred characters. */
export type Within = {
  /** `Pod shop/web-6c9f-x2kq9 of Deployment web, container web`; `CronJob shop/nightly, container job`; `service db`. */
  readonly name: string;
  /** What makes pods such as this one, and is to be rolled out again: `Deployment shop/web, container web`; null where nothing does. */
  readonly workload: string | null;
};

/**
 * The image a container runs, as the runtime tells it: by a digest in a repository (of an index or of a manifest, the runtimes differ), or by its config's.
 *
 * Source: Kubernetes API, ContainerStatus, imageID.
 */
export type RunningImage =
  | { readonly by: 'digest'; readonly registry: string; readonly repository: string; readonly digest: Digest }
  | { readonly by: 'config'; readonly digest: Digest };

/**
 * What is wrong with a file; `line` and `column` where that is known.
 *
 * - `unread`: what it names was not checked, so the check is not complete
 * - `ignored`: something in it has no effect: an annotation that is none, a variable that is not set
 */
export type FileProblem = {
  readonly kind: 'unread' | 'ignored';
  readonly path: string;
  readonly line: number | null;
  readonly column: number | null;
  /** Starts lowercase, no full stop, safe to print; without the path. */
  readonly message: string;
};

/** On what a Dockerfile's last stage, or the one that was chosen, is built. */
export type StageBase =
  | { readonly kind: 'reference'; readonly reference: FileReference }
  | { readonly kind: 'scratch'; readonly place: FilePlace }
  | { readonly kind: 'untold'; readonly message: string };

/** What one file, or several that belong together, says. */
export type FileContents = {
  /** In the order of the file. */
  readonly references: readonly FileReference[];
  readonly problems: readonly FileProblem[];
};
