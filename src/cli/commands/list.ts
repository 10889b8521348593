import type { CheckReport } from '../../check/report.ts';
import { compilePattern } from '../../core/pattern.ts';
import type { Reference } from '../../core/reference.ts';
import { sanitizeText } from '../../core/text.ts';
import { ImgupdateError } from '../../errors.ts';
import { isUpgradable } from '../../formats/facts.ts';
import { summarize } from '../../formats/summary.ts';
import { checkMachine, everyLookupFailed } from '../check-machine.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { readFilters } from '../filters.ts';
import { planOutput } from '../output.ts';
import type { ListCommandOptions } from '../program.ts';

/** `imgupdate list`: what is here and what changed upstream. Exits 0 whether or not anything did. */
export async function list(context: Context, patterns: readonly string[], options: ListCommandOptions): Promise<ExitCode> {
  const upgradable = options.upgradable === true || options.upgradeable === true;
  const passes = readFilters(options.filter);
  const output = planOutput(context, options);
  const report = await checkMachine(context, options, {
    all: options.all === true,
    matches: readPatterns(patterns),
  });
  const wanted = { ...report, images: report.images.filter(passes) };
  const shown = upgradable ? { ...wanted, images: wanted.images.filter(isUpgradable) } : wanted;
  await output(shown);
  if (options.quiet === 0) explain(context, wanted, { upgradable, patterns });
  return decideExitCode(context, wanted, options);
}

function readPatterns(patterns: readonly string[]): ((reference: Reference) => boolean) | null {
  if (patterns.length === 0) return null;
  const compiled = patterns.map((pattern) => {
    const matches = compilePattern(pattern);
    if (matches.ok) return matches.value;
    throw new ImgupdateError('usage', `cannot read the pattern ${pattern}: ${matches.message}`, {
      hint: "write it as a name: nginx, nginx:1.*, 'ghcr.io/acme/*'",
    });
  });
  return (reference) => compiled.some((matches) => matches(reference));
}

function explain(
  context: Context,
  report: CheckReport,
  { upgradable, patterns }: { upgradable: boolean; patterns: readonly string[] },
): void {
  const lines = report.warnings.map(({ message }) => `W: ${sanitizeText(message)}`);
  if (report.images.length === 0 && patterns.length > 0)
    lines.push(`N: no image here matches ${patterns.map((pattern) => sanitizeText(pattern)).join(' or ')}`);
  else {
    const summary = summarize(report, { upgradable });
    lines.push(...summary.hints, ...summary.notes);
    if (context.stdout.isTTY) lines.push('');
    lines.push(summary.sentence);
    if (summary.next !== null) lines.push(summary.next);
  }
  context.stderr.write(lines.map((line) => `${line}\n`).join(''));
}

function decideExitCode(context: Context, report: CheckReport, options: ListCommandOptions): ExitCode {
  if (everyLookupFailed(report)) {
    if (options.quiet < 2) context.stderr.write('E: no image could be checked\n');
    return EXIT.untrustworthy;
  }
  return options.exitCode === true && report.images.some(({ verdict }) => verdict === 'stale') ? EXIT.stale : EXIT.ok;
}
