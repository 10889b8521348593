import { resolve } from 'node:path';
import type { Outcome } from '../check/finding.ts';
import { ImgupdateError } from '../errors.ts';
import { chooseCheckFormat, type CheckFormat, type CheckPlace } from '../formats/check/index.ts';
import { splitPlaced } from '../formats/check/placed.ts';
import { createPaint } from '../formats/paint.ts';
import type { Context } from './context.ts';
import type { CommonOptions } from './options.ts';
import { isStdoutTaken, orRefuse, paintFor, readArtefact, readNamedFormat, widthOf, writeArtefact } from './output.ts';

/**
 * Reads the options of a check's output, so that what is wrong with them is said before anything is asked.
 *
 * @returns writes an outcome to stdout and to every file that was named; see Written.
 * @throws ImgupdateError 'usage' for an unknown format or a template that does not compile.
 */
export function planCheckOutput(context: Context, options: CommonOptions): (outcome: Outcome) => Promise<Written> {
  const named = readNamedFormat(options) ?? (isStdoutTaken(options) ? null : 'text');
  const standard = named === null ? null : { name: named, format: readFormat(named) };
  const artefacts = options.output.map((entry) => readArtefact(entry, (name) => ({ name, format: readFormat(name) })));
  refuseSamePath(
    context,
    artefacts.map(({ path }) => path),
  );
  const file: CheckPlace = {
    width: null,
    paint: createPaint(false),
    noTrunc: !options.trunc,
    version: context.version,
    prefix: prefixOf(context),
  };
  return async (outcome) => {
    if (standard !== null && options.quiet < 2) {
      const terminal = { ...file, width: widthOf(context.stdout), paint: paintFor(context, context.stdout, options) };
      context.stdout.write(orRefuse(standard.format.render(options.quiet === 1 ? onlyErrors(outcome) : outcome, terminal)));
    }
    const written = await Promise.allSettled(
      artefacts.map(async ({ path, format }) => {
        const text = orRefuse(format.format.render(outcome, file));
        await (isGathered(context, path) ? context.appendFile(path, text) : writeArtefact(context, path, text));
      }),
    );
    const failed = written.find((each) => each.status === 'rejected');
    await context.stdout.drain();
    const unplaced = splitPlaced(outcome.findings).unplaced.length;
    const formats = [...(standard === null ? [] : [standard]), ...artefacts.map(({ format }) => format)];
    const leavingOut = unplaced === 0 ? [] : formats.filter(({ format }) => format.isFileBound).map(({ name }) => name);
    const tellsPlaces = standard?.format.tellsPlaces === true && options.quiet === 0;
    return { leavingOut, unplaced, tellsPlaces, failure: failed === undefined ? null : { error: failed.reason } };
  };
}

/**
 * What came of writing. `unplaced`: how many findings are in no file here; `leavingOut`: the names of formats that show none of those, where there are any.
 * `tellsPlaces`: stdout says which places with images could not be read.
 *
 * `failure`: why the first of the files that could not be written was not; it keeps no other from being written, nor the summary from being told.
 */
export type Written = {
  readonly leavingOut: readonly string[];
  readonly unplaced: number;
  readonly tellsPlaces: boolean;
  readonly failure: { readonly error: unknown } | null;
};

/** Of two that are written to one file only one would be left, or none. */
function refuseSamePath(context: Context, paths: readonly string[]): void {
  const files = paths.filter((path) => path !== '-' && !isGathered(context, path));
  const resolved = files.map((path) => resolve(context.cwd, path));
  const again = files.find((_, at) => resolved.indexOf(resolved[at] ?? '') < at);
  if (again === undefined) return;
  throw new ImgupdateError('usage', `cannot write two formats to one file: ${again}`, { hint: 'give each -o a file of its own' });
}

/** Files to which every step of a job adds its own. Source: GitHub Actions, workflow commands, "Environment files". */
function isGathered({ env }: Context, path: string): boolean {
  return path !== '' && (path === env.GITHUB_OUTPUT || path === env.GITHUB_STEP_SUMMARY);
}

/** Where the working directory is in the checkout of a CI job. Source: GitHub Actions and GitLab CI, predefined variables. */
function prefixOf({ env, cwd }: Context): string {
  const root = [env.GITHUB_WORKSPACE, env.CI_PROJECT_DIR].find((path) => path !== undefined && path !== '')?.replace(/\/+$/, '');
  return root !== undefined && cwd.startsWith(`${root}/`) ? cwd.slice(root.length + 1) : '';
}

function onlyErrors(outcome: Outcome): Outcome {
  return { ...outcome, findings: outcome.findings.filter(({ level }) => level === 'error') };
}

function readFormat(text: string): CheckFormat {
  return orRefuse(chooseCheckFormat(text), "see 'imgupdate check --help'");
}
