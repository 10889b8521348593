import type { Records } from '../check/check-bases.ts';
import { checkImages } from '../check/check-images.ts';
import type { Matches } from '../check/images-to-check.ts';
import type { FileOptions, ImageSource, Registry } from '../check/ports.ts';
import type { CheckReport } from '../check/report.ts';
import { parsePlatform, type Platform } from '../core/platform.ts';
import type { Reference } from '../core/reference.ts';
import { sanitizeText } from '../core/text.ts';
import { ImgupdateError } from '../errors.ts';
import type { Context, EngineSettings } from './context.ts';
import type { CommonOptions, LookupOptions } from './options.ts';
import { createProgressLine } from './progress.ts';
import { planBases } from './base-options.ts';
import { readSettings, type Settings } from './settings.ts';

/** What a verb wants checked on this machine. */
export type CheckRequest = {
  readonly all: boolean;
  readonly matches: Matches | null;
  /** Images in registries. */
  readonly targets?: readonly Reference[];
  /** Nothing but `targets` is wanted; the engine is left alone. */
  readonly withoutEngine?: boolean;
  /** Files that name images, and how they are read; none without. */
  readonly files?: FileRequest;
  /** `remembered` without. */
  readonly records?: Records;
};

export type FileRequest = Pick<FileOptions, 'paths' | 'buildArgs' | 'target'>;

/**
 * Checks the images of the engine the options name, through the memory, and keeps what was learned whatever happens.
 *
 * @throws ImgupdateError 'usage' for options that make no sense, 'engine-unavailable' when there is no engine.
 */
export async function checkMachine(context: Context, options: CommonOptions, request: CheckRequest): Promise<CheckReport> {
  return checkWith(context, { options, settings: await readSettings(context, options) }, request);
}

/** What the command line and the configuration say. */
export type Wishes = { readonly options: CommonOptions; readonly settings: Settings };

/** The same, for a verb that needs the settings itself. */
export async function checkWith(context: Context, { options, settings }: Wishes, request: CheckRequest): Promise<CheckReport> {
  const platform = options.platform === undefined ? null : readPlatform(options.platform);
  const targets = request.targets ?? [];
  const machine = readPlatform(context.machine);
  const bases = planBases(options.base, settings, options.deep === true || targets.length > 0 ? 'all' : (request.records ?? 'remembered'));
  const openRegistry = planRegistry(context, options, settings);
  const memory = await context.adapters.openMemory();
  const progress = createProgressLine(context.stderr, showsProgress(context, options));
  let report: CheckReport;
  try {
    report = await checkImages(
      {
        source: request.withoutEngine === true ? null : await openEngine(context, options, memory),
        files: request.files === undefined ? null : await context.adapters.openFiles(),
        memory,
        now: context.now,
        signal: context.signal,
        openRegistry,
      },
      {
        all: request.all,
        matches: request.matches,
        targets,
        files: { ...(request.files ?? NO_FILES), platforms: { build: machine, target: platform ?? machine } },
        rules: [],
        machinePlatform: machine,
        bases,
        platform,
        maxAgeMs: options.refresh === true ? 0 : options.maxAge,
        offline: options.offline === true,
        jobs: options.jobs * 2,
        onProgress: progress.show,
      },
    );
  } finally {
    progress.end();
    memory.close();
  }
  return { ...report, warnings: [...report.warnings, ...memory.warnings()] };
}

const NO_FILES: FileRequest = { paths: [], buildArgs: new Map(), target: null };

/** Opens the engine the options name. */
export function openEngine(context: Context, options: LookupOptions, facts: EngineSettings['facts']): Promise<ImageSource> {
  return context.adapters.openEngine({ host: options.host ?? null, context: options.context ?? null, facts, timeoutMs: options.timeout });
}

/** Says how the registry client is opened; what it is given are the registries that the engine takes for insecure. */
export function planRegistry(
  context: Context,
  options: LookupOptions,
  { insecureRegistries, trustedRealms }: Settings,
): (insecureRegistries: readonly string[]) => Promise<Registry> {
  return (insecureByEngine) =>
    context.adapters.openRegistry({
      insecureRegistries: [...insecureByEngine, ...insecureRegistries],
      jobs: options.jobs,
      timeoutMs: options.timeout,
      trustedRealms,
      rules: new Map(),
      onlyHosts: null,
      log: (line) => {
        if (options.verbose === true) context.stderr.write(`   ${sanitizeText(line)}\n`);
      },
    });
}

function showsProgress(context: Context, options: CommonOptions): boolean {
  const { TERM: term, CI: ci } = context.env;
  return context.stderr.isTTY && term !== 'dumb' && (ci ?? '') === '' && options.quiet === 0 && options.verbose !== true;
}

function readPlatform(text: string): Platform {
  const platform = parsePlatform(text);
  if (platform.ok) return platform.value;
  throw new ImgupdateError('usage', `cannot read --platform ${text}: ${platform.message}`, {
    hint: 'write it as os/arch or os/arch/variant: linux/arm64',
  });
}
