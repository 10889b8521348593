import { sanitizeText } from '../../core/text.ts';
import { renderConfiguration, renderConfigurationJson } from '../../formats/configuration.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { ConfigOptions } from '../program.ts';

/** `imgupdate config`: what is configured by files and the environment, and where each value comes from. Nothing is asked. */
export async function config(context: Context, options: ConfigOptions): Promise<ExitCode> {
  const configuration = await context.adapters.readConfiguration(options.config ?? null);
  const text =
    options.json === true
      ? renderConfigurationJson(configuration)
      : renderConfiguration(configuration, { verbose: options.verbose === true });
  context.stdout.write(text);
  context.stderr.write(configuration.warnings.map((warning) => `W: ${sanitizeText(warning)}\n`).join(''));
  return EXIT.ok;
}
