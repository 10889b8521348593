import type { CheckReport } from '../check/report.ts';
import type { Parsed } from '../core/parsed.ts';
import { ImgupdateError } from '../errors.ts';
import { chooseFormat, type Format } from '../formats/index.ts';
import { createPaint, decideColor, type Paint } from '../formats/paint.ts';
import type { Context, Output } from './context.ts';
import type { CommonOptions } from './options.ts';

/**
 * Reads the options of output, so that what is wrong with them is said before anything is asked.
 *
 * `standard` is what stdout gets when no option names a format; the table without.
 * @returns writes a report to stdout and to every file that was named.
 * @throws ImgupdateError 'usage' for an unknown format or a template that does not compile.
 */
export function planOutput(context: Context, options: CommonOptions, standard?: Format): (report: CheckReport) => Promise<void> {
  const print = readStdoutFormat(options, standard ?? readFormat('table'));
  const artefacts = options.output.map((entry) => readArtefact(entry, readFormat));
  const noTrunc = !options.trunc;
  return async (report) => {
    if (print !== null) {
      const terminal = { width: widthOf(context.stdout), paint: paintFor(context, context.stdout, options), noTrunc };
      context.stdout.write(orRefuse(print(report, terminal)));
    }
    for (const { path, format } of artefacts) {
      const text = orRefuse(format(report, { width: null, paint: createPaint(false), noTrunc }));
      await writeArtefact(context, path, text);
    }
    await context.stdout.drain();
  };
}

/** The colours of a stream, as the flag, the environment and the stream itself decide. */
export function paintFor(context: Context, output: Output, options: Pick<CommonOptions, 'color'>): Paint {
  return createPaint(decideColor({ flag: options.color, env: context.env, isTTY: output.isTTY }));
}

/** Columns of a terminal; null elsewhere, where nothing is cut. */
export function widthOf(output: Output): number | null {
  return output.isTTY ? (output.columns ?? 80) : null;
}

/** null: nothing is printed, with `-qq`, and where an artefact is all that is wanted of stdout. */
function readStdoutFormat(options: CommonOptions, standard: Format): Format | null {
  const named = readNamedFormat(options);
  const format = named === null ? standard : readFormat(named);
  if (options.quiet >= 2 || (named === null && isStdoutTaken(options))) return null;
  return options.quiet === 1 ? readFormat('quiet') : format;
}

/** Whether `-o FORMAT=-` wants stdout for itself: what is not asked for would spoil what a program reads there. */
export function isStdoutTaken({ output }: Pick<CommonOptions, 'output'>): boolean {
  return output.some((entry) => entry.endsWith('=-'));
}

/**
 * The format that `--format` or `--json` names; null for none.
 *
 * @throws ImgupdateError 'usage' when they differ.
 */
export function readNamedFormat(options: Pick<CommonOptions, 'json' | 'format'>): string | null {
  if (options.json === true && options.format !== undefined && options.format !== 'json') {
    throw new ImgupdateError('usage', `conflicting options: --json and --format ${options.format}`, { hint: 'give one of them' });
  }
  return options.json === true ? 'json' : (options.format ?? null);
}

function readFormat(text: string): Format {
  return orRefuse(chooseFormat(text), "see 'imgupdate list --help'");
}

/**
 * What was asked for, where it could be read or rendered.
 *
 * @throws ImgupdateError 'usage' where it could not.
 */
export function orRefuse<T>(asked: Parsed<T>, hint: string | null = null): T {
  if (asked.ok) return asked.value;
  throw new ImgupdateError('usage', asked.message, { hint });
}

/**
 * Reads a value of `-o`; `read` reads the name of the format.
 *
 * @throws ImgupdateError 'usage'.
 */
export function readArtefact<T>(entry: string, read: (name: string) => T): { readonly path: string; readonly format: T } {
  const at = entry.indexOf('=');
  if (at <= 0 || at === entry.length - 1) {
    throw new ImgupdateError('usage', `cannot read -o ${entry}: expected FORMAT=PATH`, { hint: 'for example: -o json=images.json' });
  }
  return { path: entry.slice(at + 1), format: read(entry.slice(0, at)) };
}

/** Writes an artefact; `-` is stdout. `mode`: of a new file. @throws ImgupdateError 'cannot-write'. */
export async function writeArtefact(context: Context, path: string, artefact: string | Artefact): Promise<void> {
  const { text, mode } = typeof artefact === 'string' ? { text: artefact, mode: undefined } : artefact;
  if (path === '-') context.stdout.write(text);
  else await context.writeFile(path, text, mode);
}

type Artefact = { readonly text: string; readonly mode: number | undefined };
