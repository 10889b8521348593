import { Command, CommanderError, Help, Option } from 'commander';
import { ImgupdateError } from '../errors.ts';
import type { Context } from './context.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { HoldOptions } from './hold-options.ts';
import {
  type CommonOptions,
  increase,
  type LookupOptions,
  withAllowHost,
  withBaseOptions,
  withLookupOptions,
  withOutputOptions,
} from './options.ts';
import { type FileWishes, withFileOptions } from './file-options.ts';
import { CHECK_HELP, CONFIG_HELP, EXIT_CODE_HELP, FILE_HELP, HOLD_HELP, OUTPUT_HELP, PLACE_HELP, REPORT_HELP } from './help-text.ts';
import { reportError } from './report-error.ts';
import { type ReportOptions, withReportOptions } from './report-flags.ts';

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
    if (error instanceof CommanderError) return reportUsage(error, context, program.commands.flatMap(namesOf));
    if (context.signal.aborted) throw error;
    return reportError(error, context, context.argv.includes('-v') || context.argv.includes('--verbose'));
  }
}

function createProgram(context: Context, finish: (code: ExitCode) => void): Command {
  const program = new Command('imgupdate')
    .description('tells which container images on this machine their registries have moved on from')
    .version(context.version, '-V, --version')
    .helpCommand('help [command]', 'what a command does, and its options')
    .configureHelp({ showGlobalOptions: false, optionDescription: describeOption })
    .addHelpText('after', EXIT_CODE_HELP)
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

  withListOptions(withFileOptions(verb('list [target...]', 'list the images of this machine and what changed upstream')))
    .addHelpText('after', PLACE_HELP)
    .addHelpText('after', FILE_HELP)
    .addHelpText('after', OUTPUT_HELP)
    .action(async (targets: string[], options: ListCommandOptions) => {
      finish(await (await import('./commands/list.ts')).list(context, targets, options));
    });
  withCheckOptions(
    verb('check [target...]', 'the CI gate: print what is stale or could not be told, and exit 2 when something is stale'),
  ).action(async (targets: string[], options: CheckCommandOptions) => {
    finish(await (await import('./commands/check.ts')).check(context, targets, options));
  });
  withAllowHost(withReportOptions(verb('report [document...]', 'one message for a person: what has changed since the last one')))
    .addHelpText('after', REPORT_HELP)
    .action(async (paths: string[], options: ReportOptions) => {
      finish(await (await import('./commands/report.ts')).report(context, paths, options));
    });
  withOutputOptions(
    withBaseOptions(withLookupOptions(verb('show <image>', 'all that is known about one image, and how each answer was reached'))),
  )
    .addHelpText('after', PLACE_HELP)
    .addHelpText('after', OUTPUT_HELP)
    .action(async (image: string, options: CommonOptions) => {
      finish(await (await import('./commands/show.ts')).show(context, image, options));
    });
  withOutputOptions(
    withLookupOptions(
      withAllowHost(verb('policy <image>', 'the version table: each tag with the rule that admits or rejects it')).addOption(
        new Option('-a, --all', 'every tag of the repository'),
      ),
    ),
    { formats: 'table, quiet, or json: one array', quiet: 'only the tag of the candidate; -qq: nothing but the exit code' },
  )
    .addHelpText('after', PLACE_HELP)
    .action(async (image: string, options: PolicyCommandOptions) => {
      finish(await (await import('./commands/policy.ts')).policy(context, image, options));
    });
  withOutputOptions(withLookupOptions(withFileOptions(verb('update [target...]', 'ask the registries now and remember what they say'))), {
    quiet: 'say only what went wrong',
  })
    .addHelpText('after', PLACE_HELP)
    .addHelpText('after', FILE_HELP)
    .addHelpText('after', OUTPUT_HELP)
    .action(async (targets: string[], options: UpdateCommandOptions) => {
      finish(await (await import('./commands/update.ts')).update(context, targets, options));
    });
  verb('hold <image...>', 'hold images back: their updates are printed, and fail no check')
    .addOption(new Option('--reason <text>', 'why, for whoever asks later'))
    .addOption(new Option('--until <date>', 'the day it ends: 2026-12-15 (default: for good)'))
    .addOption(new Option('-v, --verbose', 'say the causes of errors'))
    .addHelpText('after', HOLD_HELP)
    .action(async (images: string[], options: HoldOptions) => {
      finish(await (await import('./commands/hold.ts')).hold(context, images, options));
    });
  verb('unhold <image...>', 'hold images back no longer')
    .addOption(new Option('-v, --verbose', 'say the causes of errors'))
    .action(async (images: string[]) => {
      finish(await (await import('./commands/unhold.ts')).unhold(context, images));
    });
  verb('showhold [pattern...]', 'what is held back by hold, until when and why')
    .addOption(new Option('--json', 'the same as JSON: one array'))
    .addOption(new Option('-q, --quiet', 'only the names, of those that have not ended').argParser(increase).default(0, 'no'))
    .addOption(new Option('-v, --verbose', 'say the causes of errors'))
    .action(async (patterns: string[], options: ShowHoldOptions) => {
      finish(await (await import('./commands/showhold.ts')).showHold(context, patterns, options));
    });
  withOutputOptions(withLookupOptions(verb('limits', "each registry's quota as its headers say, at no cost to it")), {
    formats: 'table, quiet, or json: one array',
    filters: 'registry=HOST: only this one (repeatable)',
  }).action(async (options: CommonOptions) => {
    finish(await (await import('./commands/limits.ts')).limits(context, options));
  });
  verb('config', 'what is configured, and where each value comes from')
    .addOption(new Option('--config <file>', 'the one configuration file that counts, YAML or JSON'))
    .addOption(new Option('--json', 'the same as JSON'))
    .addOption(new Option('-v, --verbose', 'also where files were looked for, and the causes of errors'))
    .addHelpText('after', CONFIG_HELP)
    .action(async (options: ConfigOptions) => {
      finish(await (await import('./commands/config.ts')).config(context, options));
    });
  const base = program.command('base').description('what is known of the bases images were built on').helpCommand(false).exitOverride();
  withAllowHost(
    withLookupOptions(
      base
        .command('record <image> [base]')
        .description('remember, right after a build, on which version of its base the image was built')
        .exitOverride(),
    ),
  ).action(async (image: string, reference: string | undefined, options: LookupOptions) => {
    finish(await (await import('./commands/base-record.ts')).recordBaseOf(context, { image, base: reference }, options));
  });
  withListOptions(verb('demo [pattern...]', 'list a small world that comes with imgupdate: no engine, no network'))
    .addHelpText('after', OUTPUT_HELP)
    .action(async (patterns: string[], options: ListCommandOptions) => {
      finish(await (await import('./commands/demo.ts')).demo(context, patterns, options));
    });
  return program;
}

/** That something is not there unless it is asked for goes without saying. */
function describeOption(option: Option): string {
  return new Help().optionDescription(option).replace(/ ?\(default: (?:none|no)\)$/, '');
}

/** What `config` understands. */
export type ConfigOptions = { readonly config?: string; readonly json?: boolean; readonly verbose?: boolean };

/** What `showhold` understands. */
export type ShowHoldOptions = { readonly quiet: number; readonly json?: boolean };

/** What `check` understands beside the common options. */
export type CheckCommandOptions = CommonOptions &
  FileWishes & {
    readonly failOn?: string;
    readonly strict?: boolean;
    readonly onUnknown?: 'fail' | 'warn';
    readonly exitZero?: boolean;
    readonly allowEmpty?: boolean;
  };

function withCheckOptions(command: Command): Command {
  return withOutputOptions(
    withBaseOptions(
      withLookupOptions(
        withFileOptions(command)
          .addOption(
            new Option('--fail-on <words>', 'what fails the check, with commas between the words below (default: base,rebuilt,gone)'),
          )
          .addOption(new Option('--strict', 'answers of low confidence fail it, too'))
          .addOption(
            new Option('--on-unknown <what>', 'what an image that could not be checked does to the check (default: fail)').choices([
              'fail',
              'warn',
            ]),
          )
          .addOption(new Option('--exit-zero', 'exit 0 whatever is found, if anything could be found out'))
          .addOption(new Option('--allow-empty', 'exit 0 when there is nothing to check'))
          .addHelpText('after', `${PLACE_HELP}\n${CHECK_HELP}`),
      ),
    ),
    { formats: CHECK_FORMATS, quiet: 'only what fails; -qq: nothing but the exit code' },
  );
}

const CHECK_FORMATS = 'text, sarif, junit, github, github-output, gitlab, markdown, html, json, or what list has';

/** What `policy` understands beside the common options. */
export type PolicyCommandOptions = CommonOptions & { readonly all?: boolean };

/** What `update` understands beside the common options. */
export type UpdateCommandOptions = CommonOptions & FileWishes;

/** What `list` and `demo` understand beside the common options. */
export type ListCommandOptions = CommonOptions &
  FileWishes & {
    readonly all?: boolean;
    readonly upgradable?: boolean;
    readonly upgradeable?: boolean;
    readonly exitCode?: boolean;
    /** Which of the two it is; `list` without. */
    readonly verb?: 'list' | 'demo';
  };

function withListOptions(command: Command): Command {
  return withOutputOptions(
    withBaseOptions(
      withLookupOptions(
        command
          .addOption(new Option('-a, --all', 'also images without a name'))
          .addOption(new Option('--upgradable', 'only those with something newer'))
          .addOption(new Option('--upgradeable', 'the same').hideHelp())
          .addOption(new Option('--deep', 'read what registries record of images too, counted once for each'))
          .addOption(new Option('--exit-code', 'exit 2 when an image is stale')),
      ),
    ),
  );
}

/** `base` and `base record` */
function namesOf(verb: Command): readonly string[] {
  return [verb.name(), ...verb.commands.map((inner) => `${verb.name()} ${inner.name()}`)];
}

/** Commander's own errors: help and version were asked for, everything else is wrong usage, in the words all messages use. */
function reportUsage(error: CommanderError, context: Context, verbs: readonly string[]): ExitCode {
  if (error.exitCode === 0) return EXIT.ok;
  if (error.code === 'commander.help') return EXIT.usage;
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = /^\(Did you mean (?:one of )?(.*)\?\)$/.exec(rest.join(' ').trim())?.[1];
  const message = first
    .replace(/\.$/, '')
    .replace(/(?: is invalid)?\. (Expected|Allowed)/, (_, word: string) => `: ${word.toLowerCase()}`)
    .replace('allowed choices are', 'expected one of');
  const [word, second] = context.argv;
  const verb = verbs.findLast((name) => name === word || name === `${word} ${second}`);
  return reportError(
    new ImgupdateError('usage', `${message}${suggestion === undefined ? '' : ` (did you mean ${suggestion}?)`}`, {
      hint: `see 'imgupdate ${verb === undefined ? '' : `${verb} `}--help'`,
    }),
    context,
    false,
  );
}
