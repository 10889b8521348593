import { Command, CommanderError, Option } from 'commander';
import { ImgupdateError } from '../errors.ts';
import type { Context } from './context.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type CommonOptions, quietOption, withLookupOptions, withOutputOptions } from './options.ts';
import { reportError } from './report-error.ts';

/**
 * Runs the command line and gives the exit code; nothing escapes but the signal's abort.
 *
 * Each verb is loaded when it is called, so `--help` and `--version` cost next to nothing.
 */
export async function run(context: Context): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const program = createProgram(context, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...context.argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return reportUsage(error, context);
    if (context.signal.aborted) throw error;
    return reportError(error, context, context.argv.includes('-v') || context.argv.includes('--verbose'));
  }
}

function createProgram(context: Context, finish: (code: ExitCode) => void): Command {
  const program = new Command('imgupdate')
    .description('tells which container images on this machine their registries have moved on from')
    .version(context.version, '-V, --version')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: false })
    .addHelpText('after', EXIT_CODES)
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      outputError: () => undefined,
      getOutHelpWidth: () => context.stdout.columns ?? 80,
      getErrHelpWidth: () => context.stderr.columns ?? 80,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride();

  const verb = (name: string, description: string): Command => program.command(name).description(description).exitOverride();

  withListOptions(verb('list [pattern...]', 'list the images of this machine and what changed upstream')).action(
    async (patterns: string[], options: ListCommandOptions) => {
      finish(await (await import('./commands/list.ts')).list(context, patterns, options));
    },
  );
  withOutputOptions(withLookupOptions(verb('show <image>', 'all that is known about one image, and how each answer was reached')))
    .addOption(platformOption())
    .action(async (image: string, options: CommonOptions) => {
      finish(await (await import('./commands/show.ts')).show(context, image, options));
    });
  withLookupOptions(verb('update', 'ask the registries now and remember what they say'))
    .addOption(quietOption('say only what went wrong'))
    .action(async (options: CommonOptions) => {
      finish(await (await import('./commands/update.ts')).update(context, options));
    });
  withLookupOptions(verb('limits', "each registry's quota as its headers say, at no cost to it"))
    .addOption(new Option('--json', 'print a JSON array'))
    .action(async (options: CommonOptions) => {
      finish(await (await import('./commands/limits.ts')).limits(context, options));
    });
  withListOptions(verb('demo [pattern...]', 'list a small world that comes with imgupdate: no engine, no network')).action(
    async (patterns: string[], options: ListCommandOptions) => {
      finish(await (await import('./commands/demo.ts')).demo(context, patterns, options));
    },
  );
  return program;
}

/** What `list` and `demo` understand beside the common options. */
export type ListCommandOptions = CommonOptions & {
  readonly all?: boolean;
  readonly upgradable?: boolean;
  readonly upgradeable?: boolean;
  readonly exitCode?: boolean;
  /** Which of the two it is; `list` without. */
  readonly verb?: 'list' | 'demo';
};

function withListOptions(command: Command): Command {
  return withOutputOptions(
    withLookupOptions(
      command
        .addOption(new Option('-a, --all', 'also images without a name'))
        .addOption(new Option('--upgradable', 'only those with something newer'))
        .addOption(new Option('--upgradeable', 'the same').hideHelp())
        .addOption(new Option('--exit-code', 'exit 2 when an image is stale'))
        .addOption(platformOption()),
    ),
  );
}

function platformOption(): Option {
  return new Option('--platform <os/arch>', "compare this platform instead of the image's own");
}

const EXIT_CODES = `
Exit codes:
  0   the work was done
  1   the result must not be trusted: no engine, every look-up failed, a bug
  2   list --exit-code: at least one image is stale
  64  wrong usage
  130, 143  interrupted; what was learned so far is kept`;

/** Commander's own errors: help and version were asked for, everything else is wrong usage. */
function reportUsage(error: CommanderError, context: Context): ExitCode {
  if (error.exitCode === 0) return EXIT.ok;
  if (error.code === 'commander.help') return EXIT.usage;
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = rest
    .join(' ')
    .replace(/^\((.*)\)$/, '$1')
    .trim();
  const message = first.replace(/\.$/, '') + (suggestion === '' ? '' : ` (${suggestion.replace(/^Did/, 'did').replace(/\.$/, '')})`);
  return reportError(new ImgupdateError('usage', message, { hint: "see 'imgupdate --help'" }), context, false);
}
