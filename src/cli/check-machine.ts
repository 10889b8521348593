import type { Records } from '../check/check-bases.ts';
import { checkImages } from '../check/check-images.ts';
import type { Matches } from '../check/images-to-check.ts';
import type { FileOptions, ImageSource, Registry, StoredPlace } from '../check/ports.ts';
import type { CheckReport } from '../check/report.ts';
import type { WantedSource } from '../check/stock.ts';
import type { Platform } from '../core/platform.ts';
import type { Reference } from '../core/reference.ts';
import { sanitizeText } from '../core/text.ts';
import { ImgupdateError } from '../errors.ts';
import type { Context, EngineSettings } from './context.ts';
import type { CommonOptions, LookupOptions } from './options.ts';
import { createProgressLine } from './progress.ts';
import { planBases } from './base-options.ts';
import { readPlatform, readReference, readSettings, type Settings, withNamedHosts } from './settings.ts';

/** What a verb wants checked on this machine. */
export type CheckRequest = {
  readonly all: boolean;
  readonly matches: Matches | null;
  /** Images in registries. */
  readonly targets?: readonly Reference[];
  /** Places whose images are wanted beside those of engines. */
  readonly stored?: readonly StoredPlace[];
  /** Where no engine is, podman's storage will not do. */
  readonly engineOnly?: boolean;
  /** No image of an engine is wanted, so none is asked. */
  readonly withoutEngine?: boolean;
  /** Files that name images, and how they are read; none without. */
  readonly files?: FileRequest;
  /** Every tag of an image's repository is wanted, with the rule that admits or rejects it. */
  readonly versionTables?: boolean;
  /** `remembered` without. */
  readonly records?: Records;
  /** What only a report tells is wanted, too. */
  readonly forReport?: boolean;
};

export type FileRequest = Pick<FileOptions, 'paths' | 'buildArgs' | 'target'>;

/**
 * Checks the images of the engines and the other places that are wanted, through the memory, and keeps what was learned whatever happens.
 *
 * @throws ImgupdateError 'usage' for options that make no sense, 'engine-unavailable' or 'unreadable' when nothing that is wanted can be read.
 */
export async function checkMachine(context: Context, options: CommonOptions, request: CheckRequest): Promise<CheckReport> {
  return checkWith(context, { options, settings: await readSettings(context, options) }, request);
}

/** What the command line and the configuration say. */
export type Wishes = { readonly options: CommonOptions; readonly settings: Settings };

/** The same, for a verb that needs the settings itself. */
export async function checkWith(context: Context, { options, settings: given }: Wishes, request: CheckRequest): Promise<CheckReport> {
  const targets = request.targets ?? [];
  refuseIdleVerify(options, request);
  const settings = withNamedHosts(given, [...targets, ...(options.base === undefined ? [] : [readReference(options.base, '--base ')])]);
  const machine = readPlatform(context.machine);
  const bases = planBases(options.base, settings, options.deep === true || targets.length > 0 ? 'all' : (request.records ?? 'remembered'));
  const openRegistry = planRegistry(context, options, settings);
  const memory = await context.adapters.openMemory();
  const progress = createProgressLine(context.stderr, showsProgress(context, options));
  let report: CheckReport;
  try {
    report = await checkImages(
      {
        sources: await openSources(context, { ...options, ...settings, facts: memory, machine }, request),
        files: request.files === undefined ? null : await context.adapters.openFiles(),
        memory,
        now: context.now,
        signal: context.signal,
        openRegistry,
      },
      {
        all: request.all,
        targets,
        files: { ...(request.files ?? NO_FILES), platforms: { build: machine, target: settings.targetPlatform ?? machine } },
        rules: settings.rules,
        versions: {
          ...settings.versions,
          resolves: request.records === 'all' || request.versionTables === true,
          tables: request.versionTables === true,
        },
        machinePlatform: machine,
        bases,
        forReport: request.forReport === true,
        platform: settings.platform,
        maxAgeMs: options.refresh === true ? 0 : settings.maxAgeMs,
        offline: options.offline === true,
        jobs: settings.jobs * 2,
        onProgress: progress.show,
      },
    );
  } finally {
    progress.end();
    memory.close();
  }
  return { ...report, warnings: [...settings.warnings, ...report.warnings, ...memory.warnings()] };
}

/** Who wants layers verified must not take silence for their being right: engines and storages keep none as they came. */
function refuseIdleVerify({ verify }: CommonOptions, { stored = [] }: CheckRequest): void {
  if (verify !== true || stored.some(({ transport }) => transport !== 'containers-storage')) return;
  throw new ImgupdateError('usage', '--verify is for archives and layouts, and none is named', {
    hint: 'name one: docker-archive:app.tar, oci-archive:app.tar or oci:FOLDER',
  });
}

const NO_FILES: FileRequest = { paths: [], buildArgs: new Map(), target: null };

type EngineOptions = Pick<LookupOptions, 'host' | 'context'> & Pick<Settings, 'timeoutMs'> & Pick<EngineSettings, 'facts'>;
type EngineWishes = EngineOptions & Partial<Pick<EngineSettings, 'mayBeStorage'>>;
type SourceOptions = EngineOptions & Pick<CommonOptions, 'verify'> & { readonly machine: Platform };

/** The engines the options name, or the one docker would take; then the other places. */
async function openSources(context: Context, options: SourceOptions, request: CheckRequest): Promise<readonly WantedSource[]> {
  const { matches, stored = [] } = request;
  const engines =
    request.withoutEngine === true ? [] : await openEngines(context, { ...options, mayBeStorage: request.engineOnly !== true });
  const settings = { verify: options.verify === true, platform: options.machine };
  const places = stored.map(async (place) => ({
    source: await context.adapters.openStored(place, settings),
    name: place.written,
    matches: null,
  }));
  return [...engines.map((engine) => ({ ...engine, matches })), ...(await Promise.all(places))];
}

function openEngines(
  context: Context,
  { host = [], context: names = [], facts, timeoutMs, mayBeStorage = true }: EngineWishes,
): Promise<readonly Pick<WantedSource, 'source' | 'name'>[]> {
  const named = [
    ...[...new Set(host)].map((address) => ({ host: address, context: null })),
    ...[...new Set(names)].map((name) => ({ host: null, context: name })),
  ];
  const wanted = named.length === 0 ? [{ host: null, context: null }] : named;
  const platform = readPlatform(context.machine);
  return Promise.all(
    wanted.map(async (engine) => ({
      source: await context.adapters.openEngine({ ...engine, facts, platform, timeoutMs, mayBeStorage }),
      name: engine.host ?? engine.context ?? 'docker-daemon:',
    })),
  );
}

/**
 * Opens the engine the options name.
 *
 * @throws ImgupdateError 'usage' for more than one.
 */
export async function openEngine(context: Context, options: EngineOptions): Promise<ImageSource> {
  const { host = [], context: names = [] } = options;
  const named = [...new Set([...host, ...names])];
  const [engine] = named.length > 1 ? [] : await openEngines(context, options);
  if (engine !== undefined) return engine.source;
  throw new ImgupdateError('usage', `only one engine can be asked here, and ${named.length} are named: ${named.join(', ')}`, {
    hint: 'name one with -H or --context',
  });
}

/** Says how the registry client is opened; what it is given are the registries that the engine takes for insecure. */
export function planRegistry(
  context: Context,
  options: Pick<LookupOptions, 'verbose'>,
  { insecureRegistries, trustedRealms, registries, onlyHosts, jobs, timeoutMs }: Settings,
): (insecureRegistries: readonly string[]) => Promise<Registry> {
  return (insecureByEngine) =>
    context.adapters.openRegistry({
      insecureRegistries: [...insecureByEngine, ...insecureRegistries],
      jobs,
      timeoutMs,
      trustedRealms,
      rules: registries,
      onlyHosts: onlyHosts === null ? null : new Set(onlyHosts),
      log: (line) => {
        if (options.verbose === true) context.stderr.write(`   ${sanitizeText(line)}\n`);
      },
    });
}

function showsProgress(context: Context, options: CommonOptions): boolean {
  const { TERM: term, CI: ci } = context.env;
  return context.stderr.isTTY && term !== 'dumb' && (ci ?? '') === '' && options.quiet === 0 && options.verbose !== true;
}
