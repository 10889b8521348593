import { checkLimits } from '../../check/check-limits.ts';
import type { Inventory, RegistryUse } from '../../check/ports.ts';
import { sanitizeText } from '../../core/text.ts';
import { ImgupdateError } from '../../errors.ts';
import { stringify } from '../../formats/stringify.ts';
import { renderLimits } from '../../formats/limits.ts';
import { createPaint, type Paint } from '../../formats/paint.ts';
import { openEngine, planRegistry } from '../check-machine.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { type CommonOptions, refuseOffline } from '../options.ts';
import { readSettings, type Settings } from '../settings.ts';
import { paintFor, readArtefact, widthOf, writeArtefact } from '../output.ts';

type Shown = { readonly registries: readonly RegistryUse[]; readonly unanswered: ReadonlySet<string> };
type Place = { readonly width: number | null; readonly paint: Paint };
type Format = (shown: Shown, place: Place) => string;

const FORMATS: ReadonlyMap<string, Format> = new Map<string, Format>([
  ['table', ({ registries, unanswered }, place) => renderLimits(registries, { ...place, unanswered })],
  ['json', ({ registries }) => `${stringify(registries, 2)}\n`],
  ['quiet', ({ registries }) => registries.map(({ registry }) => `${sanitizeText(registry)}\n`).join('')],
]);

/** `imgupdate limits`: what is left of each registry's quota. Without an engine, Docker Hub alone is asked. */
export async function limits(context: Context, options: CommonOptions): Promise<ExitCode> {
  refuseOffline('limits', options);
  const print = readFormat(options.quiet > 0 ? 'quiet' : options.json === true ? 'json' : (options.format ?? 'table'));
  const artefacts = options.output.map((entry) => readArtefact(entry, readFormat));
  const passes = readRegistryFilters(options.filter);
  const settings = await readSettings(context, options);
  const openRegistry = planRegistry(context, options, settings);
  const inventory = await readInventory(context, { ...options, timeoutMs: settings.timeoutMs });
  const registry = await openRegistry(inventory?.insecureRegistries ?? []);
  try {
    const report = await checkLimits(inventory, registry, context.signal);
    const unanswered = new Set(report.failures.map(({ registry: name }) => name));
    const shown = { registries: report.registries.filter((use) => passes(use.registry)), unanswered };
    const terminal = { width: options.trunc ? widthOf(context.stdout) : null, paint: paintFor(context, context.stdout, options) };
    if (options.quiet < 2) context.stdout.write(print(shown, terminal));
    for (const { path, format } of artefacts) await writeArtefact(context, path, format(shown, { width: null, paint: createPaint(false) }));
    const lines = [
      ...report.failures.map(({ registry: name, reason }) => `W: ${name}: ${reason.message}`),
      ...[...settings.warnings, ...report.warnings].map(({ message }) => `W: ${message}`),
    ];
    if (options.quiet < 2) context.stderr.write(lines.map((line) => `${sanitizeText(line)}\n`).join(''));
    return report.registries.some(({ registry: name }) => !unanswered.has(name)) ? EXIT.ok : EXIT.untrustworthy;
  } finally {
    await registry.close();
  }
}

function readFormat(name: string): Format {
  const format = FORMATS.get(name);
  if (format !== undefined) return format;
  throw new ImgupdateError('usage', `unknown format "${name}": expected ${[...FORMATS.keys()].join(', ')}`, {
    hint: "see 'imgupdate limits --help'",
  });
}

/** Registries have one property only. */
function readRegistryFilters(filters: readonly string[]): (registry: string) => boolean {
  const wanted = filters.map((filter) => {
    const value = /^registry=(.+)$/.exec(filter)?.[1];
    if (value !== undefined) return value === 'index.docker.io' ? 'docker.io' : value;
    throw new ImgupdateError('usage', `invalid filter "${filter}": expected registry=HOST`, { hint: "see 'imgupdate limits --help'" });
  });
  return (registry) => wanted.length === 0 || wanted.includes(registry);
}

async function readInventory(context: Context, options: CommonOptions & Pick<Settings, 'timeoutMs'>): Promise<Inventory | null> {
  const memory = await context.adapters.openMemory();
  try {
    const source = await openEngine(context, { ...options, facts: memory });
    return await source.list({ all: false, signal: context.signal, onProgress: () => undefined });
  } catch (error) {
    const isAskedFor = [...(options.host ?? []), ...(options.context ?? [])].length > 0;
    if (isAskedFor || !(error instanceof ImgupdateError) || error.code !== 'engine-unavailable') throw error;
    context.stderr.write(`W: ${sanitizeText(error.message)}: only Docker Hub is asked\n`);
    return null;
  } finally {
    memory.close();
  }
}
