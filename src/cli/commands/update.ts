import { sanitizeText } from '../../core/text.ts';
import { renderUpdate } from '../../formats/update.ts';
import { checkMachine, everyLookupFailed } from '../check-machine.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { type CommonOptions, refuseOffline } from '../options.ts';

/** `imgupdate update`: asks about every tag now, and remembers the answers for the verbs that follow. */
export async function update(context: Context, options: CommonOptions): Promise<ExitCode> {
  refuseOffline('update', options);
  const startedAt = context.now();
  const report = await checkMachine(context, { ...options, refresh: true }, { all: false, matches: null });
  const text = renderUpdate(report, { elapsedMs: context.now() - startedAt });
  const warnings = [...text.warnings, ...report.warnings.map(({ message }) => `W: ${sanitizeText(message)}`)];
  if (options.quiet === 0) {
    context.stdout.write(text.records.map((line) => `${line}\n`).join(''));
    context.stderr.write([...text.closing, ...warnings].map((line) => `${line}\n`).join(''));
  } else context.stderr.write(warnings.map((line) => `${line}\n`).join(''));
  return everyLookupFailed(report) ? EXIT.untrustworthy : EXIT.ok;
}
