import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { CheckReport } from '../check/report.ts';
import type { FileProblem } from '../core/file-reference.ts';
import { sanitizeText } from '../core/text.ts';
import { ImgupdateError } from '../errors.ts';
import type { FileRequest } from './check-machine.ts';
import type { Context } from './context.ts';
import { collect } from './options.ts';

/** The options of the verbs that read files which name images. */
export type FileWishes = { readonly file?: readonly string[]; readonly buildArg?: readonly string[]; readonly target?: string };

/** Adds the options of files that name images. */
export function withFileOptions(command: Command): Command {
  const repeatable = (flags: string, description: string): Option =>
    new Option(flags, `${description} (repeatable)`).argParser(collect).default([], 'none');
  return command
    .addOption(repeatable('-f, --file <path>', 'a Dockerfile, compose file, Kubernetes manifest, list of images, a folder, or - for stdin'))
    .addOption(repeatable('--build-arg <name=value>', 'the value of an ARG in Dockerfiles'))
    .addOption(new Option('--target <stage>', 'the stage of a Dockerfile that is built'));
}

/**
 * Reads which files are wanted, and what fills the variables in them; null: no file is.
 *
 * @throws ImgupdateError 'usage' for a build argument that is none, and for what is said of Dockerfiles where no file is named.
 */
export function readFileRequest({ file = [], buildArg = [], target }: FileWishes): FileRequest | null {
  const idle = buildArg.length > 0 ? '--build-arg' : target === undefined ? null : '--target';
  if (file.length === 0 && idle !== null) {
    throw new ImgupdateError('usage', `${idle} is for Dockerfiles, and no file is named`, { hint: 'name the Dockerfile: -f Dockerfile' });
  }
  return file.length === 0 ? null : { paths: file, buildArgs: new Map(buildArg.map(readBuildArg)), target: target ?? null };
}

function readBuildArg(text: string): readonly [string, string | null] {
  const at = text.indexOf('=');
  const name = at < 0 ? text : text.slice(0, at);
  if (/^[A-Za-z_]\w*$/.test(name)) return [name, at < 0 ? null : text.slice(at + 1)];
  throw new ImgupdateError('usage', `cannot read --build-arg ${text}: expected NAME=VALUE`, {
    hint: 'for example: --build-arg NODE_VERSION=20',
  });
}

/** What standard input is called as a file, and as an archive. */
const STDIN_FILES: ReadonlySet<string> = new Set(['-', '/dev/stdin', '/dev/fd/0', '/proc/self/fd/0']);
const STDIN_ARCHIVE = /^(?:docker|oci)-archive:(?:-|\/dev\/stdin|\/dev\/fd\/0|\/proc\/self\/fd\/0)(?::|$)/;

/**
 * Refuses to read standard input twice: as two files, as two archives (`docker-archive:-`), as one of each.
 *
 * @throws ImgupdateError 'usage'.
 */
export function refuseSharedStdin(words: readonly string[], { file = [] }: FileWishes): void {
  const takers = [
    ...file.filter((path) => STDIN_FILES.has(path)).map((path) => `-f ${path}`),
    ...words.filter((word) => STDIN_ARCHIVE.test(word)),
  ];
  if (takers.length < 2) return;
  const [first = '', second = ''] = takers.map((taker) => sanitizeText(taker, 200));
  throw new ImgupdateError('usage', `cannot read standard input twice, as ${first} and as ${second}`, {
    hint: 'write one of the two into a file, and name that',
  });
}

/** What is wrong with files: `lost` were named themselves and told of no image at all; `others`: what is missing besides, and below that what has no effect. */
export type SortedProblems = { readonly lost: readonly FileProblem[]; readonly others: readonly FileProblem[] };

/** Tells files that were named and gave nothing from all else that is wrong with files. */
export function sortProblems({ cwd }: Pick<Context, 'cwd'>, paths: readonly string[], report: CheckReport): SortedProblems {
  const named = new Set(paths.map((path) => (STDIN_FILES.has(path) ? '-' : resolve(cwd, path))));
  const telling = new Set(report.images.flatMap(({ sources }) => sources.flatMap(({ file }) => (file === null ? [] : [file.place.path]))));
  const problems = report.files?.problems ?? [];
  const unread = problems.filter(({ kind }) => kind === 'unread');
  const isLost = ({ path }: FileProblem): boolean => named.has(path === '-' ? path : resolve(cwd, path)) && !telling.has(path);
  return {
    lost: unread.filter(isLost),
    others: [...unread.filter((problem) => !isLost(problem)), ...problems.filter(({ kind }) => kind === 'ignored')],
  };
}
