import { checkLimits } from '../../check/check-limits.ts';
import type { Inventory } from '../../check/ports.ts';
import { sanitizeText } from '../../core/text.ts';
import { ImgupdateError } from '../../errors.ts';
import { stringify } from '../../formats/stringify.ts';
import { renderLimits } from '../../formats/limits.ts';
import { openEngine, planRegistry } from '../check-machine.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { type CommonOptions, refuseOffline } from '../options.ts';
import { paintFor, widthOf } from '../output.ts';

/** `imgupdate limits`: what is left of each registry's quota. Without an engine, Docker Hub alone is asked. */
export async function limits(context: Context, options: CommonOptions): Promise<ExitCode> {
  refuseOffline('limits', options);
  const openRegistry = planRegistry(context, options);
  const inventory = await readInventory(context, options);
  const registry = await openRegistry(inventory?.insecureRegistries ?? []);
  try {
    const report = await checkLimits(inventory, registry, context.signal);
    const unanswered = new Set(report.failures.map(({ registry: name }) => name));
    context.stdout.write(
      options.json === true || options.format === 'json'
        ? `${stringify(report.registries, 2)}\n`
        : renderLimits(report.registries, {
            width: widthOf(context.stdout),
            paint: paintFor(context, context.stdout, options),
            unanswered,
          }),
    );
    const lines = [
      ...report.failures.map(({ registry: name, reason }) => `W: ${name}: ${reason.message}`),
      ...report.warnings.map(({ message }) => `W: ${message}`),
    ];
    context.stderr.write(lines.map((line) => `${sanitizeText(line)}\n`).join(''));
    return report.registries.some(({ registry: name }) => !unanswered.has(name)) ? EXIT.ok : EXIT.untrustworthy;
  } finally {
    await registry.close();
  }
}

async function readInventory(context: Context, options: CommonOptions): Promise<Inventory | null> {
  const memory = await context.adapters.openMemory();
  try {
    const source = await openEngine(context, options, memory);
    return await source.list({ all: false, signal: context.signal, onProgress: () => undefined });
  } catch (error) {
    const isAskedFor = options.host !== undefined || options.context !== undefined;
    if (isAskedFor || !(error instanceof ImgupdateError) || error.code !== 'engine-unavailable') throw error;
    context.stderr.write(`W: ${sanitizeText(error.message)}: only Docker Hub is asked\n`);
    return null;
  } finally {
    memory.close();
  }
}
