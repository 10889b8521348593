import { type Command, Option } from 'commander';
import { type FileWishes, withFileOptions } from './file-options.ts';
import { collect, type LookupOptions, withLookupOptions } from './options.ts';

/** What `report` understands. */
export type ReportOptions = LookupOptions &
  FileWishes & {
    readonly format?: string;
    readonly json?: boolean;
    readonly output: readonly string[];
    readonly since?: string;
    readonly ifChanged?: boolean;
    readonly onlyNew?: boolean;
    readonly mark?: boolean;
    readonly id?: string;
    readonly title?: string;
    readonly hostName?: string;
    readonly to: readonly string[];
    readonly from?: string;
    readonly perImage?: boolean;
    readonly deep?: boolean;
    readonly allowHost?: readonly string[];
  };

/** Adds the options of `report`. */
export function withReportOptions(command: Command): Command {
  return withLookupOptions(
    withFileOptions(command)
      .addOption(new Option('--format <format>', 'text, markdown, html, eml, atom, json, prom or slack (default: text)'))
      .addOption(new Option('--json', 'the same as --format json'))
      .addOption(
        new Option('-o, --output <format=path>', 'write this format to a file as well (repeatable)').argParser(collect).default([], 'none'),
      )
      .addOption(
        new Option(
          '--since <when>',
          'what to compare with: last, 7d, 2026-11-09, or a JSON document (default: last, the last one that was marked)',
        ),
      )
      .addOption(new Option('--if-changed', 'print nothing when nothing has changed since; files are written all the same'))
      .addOption(new Option('--only-new', 'only what has changed since'))
      .addOption(new Option('--mark', 'the next report is compared with this one'))
      .addOption(
        new Option(
          '--id <name>',
          'which of several reports this is (default: one for each choice of -f, -H and --context; fleet for documents)',
        ),
      )
      .addOption(new Option('--title <text>', 'what stands above it, and in the subject of a mail'))
      .addOption(new Option('--host-name <name>', 'what this machine is called in it'))
      .addOption(new Option('--to <address>', 'eml: whom it is to (repeatable; default: $MAILTO)').argParser(collect).default([], 'none'))
      .addOption(new Option('--from <address>', 'eml: whom it is from'))
      .addOption(new Option('--per-image', 'prom: also a series for each image'))
      .addOption(new Option('--deep', 'read what registries record of images too, counted once for each')),
  );
}
