import { sanitizeText } from '../core/text.ts';
import { ImgupdateError } from '../errors.ts';
import type { Context } from './context.ts';
import { EXIT, exitCodeOf, type ExitCode } from './exit-code.ts';

/**
 * Says on stderr what ended the run, as apt does, and gives the exit code: `E: ` what happened, `N: ` one next action.
 *
 * The cause chain shows with `-v`. Anything but an ImgupdateError is a bug and shows its stack.
 */
export function reportError(error: unknown, context: Pick<Context, 'stderr'>, verbose: boolean): ExitCode {
  if (!(error instanceof ImgupdateError)) {
    const lines = `E: this is a bug in imgupdate: ${stackOf(error)}`.split('\n');
    context.stderr.write(lines.map((line) => `${sanitizeText(line)}\n`).join(''));
    return EXIT.untrustworthy;
  }
  context.stderr.write(`E: ${sanitizeText(error.message)}\n`);
  if (error.hint !== null) context.stderr.write(`N: ${sanitizeText(error.hint)}\n`);
  if (verbose) for (const cause of causesOf(error)) context.stderr.write(`   caused by: ${sanitizeText(cause)}\n`);
  return exitCodeOf(error.code);
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function causesOf(error: Error): readonly string[] {
  const causes: string[] = [];
  let cause = error.cause;
  while (cause instanceof Error && causes.length < 8) {
    causes.push(cause.message);
    cause = cause.cause;
  }
  return causes;
}
