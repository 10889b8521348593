import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../core/duration.ts';
import { ImgupdateError } from '../errors.ts';

/** The options of every verb that asks an engine or registries. */
export type LookupOptions = {
  readonly verbose?: boolean;
  readonly maxAge?: number;
  readonly refresh?: boolean;
  readonly offline?: boolean;
  readonly jobs?: number;
  readonly timeout?: number;
  readonly host?: readonly string[];
  readonly context?: readonly string[];
  readonly insecureRegistry: readonly string[];
  readonly trustRealm: readonly string[];
  readonly config?: string;
  readonly allowHost?: readonly string[];
};

/** What every verb that looks at images understands. */
export type CommonOptions = LookupOptions & {
  readonly format?: string;
  readonly json?: boolean;
  readonly output: readonly string[];
  readonly filter: readonly string[];
  readonly quiet: number;
  readonly trunc: boolean;
  readonly color: 'always' | 'never' | 'auto';
  readonly platform?: string;
  readonly base?: string;
  readonly deep?: boolean;
  readonly verify?: boolean;
};

/** Adds the options of engines and registries. */
export function withLookupOptions(command: Command): Command {
  return command
    .addOption(
      new Option('-H, --host <address>', 'an engine to ask: unix://, tcp:// or ssh:// (repeatable)').argParser(collect).default([], 'none'),
    )
    .addOption(new Option('--context <name>', 'a docker context whose engine is asked (repeatable)').argParser(collect).default([], 'none'))
    .addOption(new Option('--max-age <duration>', 'how old a remembered registry answer may be (default: 1h)').argParser(duration))
    .addOption(new Option('--refresh', 'ask every registry again, however recent the answer').conflicts('offline'))
    .addOption(new Option('--offline', 'ask no registry; answer from what is remembered, however old'))
    .addOption(new Option('--jobs <n>', 'requests in flight per registry (default: 16)').argParser(count))
    .addOption(new Option('--timeout <duration>', 'how long one request may take (default: 15s)').argParser(positiveDuration))
    .addOption(
      new Option('--insecure-registry <host>', 'reach this registry without verified TLS (repeatable)')
        .argParser(collect)
        .default([], 'none'),
    )
    .addOption(
      new Option('--trust-realm <registry=host>', "let this token server see the registry's credentials (repeatable)")
        .argParser(collect)
        .default([], 'none'),
    )
    .addOption(new Option('--config <file>', 'the one configuration file that counts, YAML or JSON'))
    .addOption(new Option('-v, --verbose', 'say every request, and the causes of errors'));
}

/** Adds the options of the verbs that look at the bases of images. */
export function withBaseOptions(command: Command): Command {
  return withAllowHost(command.addOption(new Option('--base <reference>', 'the base of the one image that is looked at')))
    .addOption(new Option('--platform <os/arch>', "compare this platform instead of the image's own"))
    .addOption(new Option('--verify', 'hash the layers of archives and layouts, and tell of those that are not what the image says'));
}

/** Adds the option that lets more registries be contacted. */
export function withAllowHost(command: Command): Command {
  return command.addOption(
    new Option('--allow-host <host>', 'contact this registry, though allowHosts has it not or only an image names it (repeatable)')
      .argParser(collect)
      .default([], 'none'),
  );
}

/** What the verbs that print something else than images say of the options of output. */
export type OutputWords = { readonly formats?: string; readonly filters?: string; readonly quiet?: string };

const IMAGE_FORMATS = "table, plain, json, ndjson, apt, quiet, or a template such as '{{.Image}} {{.Update}}'";
const IMAGE_FILTERS = 'only images that pass; same key: any, other keys: all (repeatable)';
const NAMES_ONLY = 'names only; -qq: nothing but the exit code';

/** Adds the options of output. */
export function withOutputOptions(
  command: Command,
  { formats = IMAGE_FORMATS, filters = IMAGE_FILTERS, quiet = NAMES_ONLY }: OutputWords = {},
): Command {
  return command
    .addOption(new Option('--format <format>', formats))
    .addOption(new Option('--json', 'the same as --format json'))
    .addOption(
      new Option('-o, --output <format=path>', 'write this format to a file as well (repeatable)').argParser(collect).default([], 'none'),
    )
    .addOption(new Option('--filter <key=value>', filters).argParser(collect).default([], 'none'))
    .addOption(new Option('-q, --quiet', quiet).argParser(increase).default(0, 'no'))
    .addOption(new Option('--no-trunc', 'print names, digests and places whole'))
    .addOption(new Option('--color <when>', 'colour the output').choices(['always', 'never', 'auto']).default('auto'));
}

/**
 * Ends a verb whose very work is to ask when it is told to ask nothing.
 *
 * @throws ImgupdateError 'usage' with `--offline`.
 */
export function refuseOffline(verb: string, options: Pick<CommonOptions, 'offline'>): void {
  if (options.offline !== true) return;
  throw new ImgupdateError('usage', `${verb} asks registries, which --offline forbids`, {
    hint: 'see what is remembered: imgupdate list --offline',
  });
}

function duration(text: string): number {
  const value = parseDuration(text);
  if (value === null) throw new InvalidArgumentError('Expected a duration such as 90s, 15m, 1h or 7d.');
  return value;
}

function positiveDuration(text: string): number {
  const value = duration(text);
  if (value <= 0) throw new InvalidArgumentError('Expected a duration longer than 0.');
  return value;
}

function count(text: string): number {
  const value = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (value < 1) throw new InvalidArgumentError('Expected a whole number from 1 to 9999.');
  return value;
}

/** Gathers the values of a repeatable option. */
export function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

/** Counts how often a flag is given. */
export function increase(_text: string, before: number): number {
  return before + 1;
}
