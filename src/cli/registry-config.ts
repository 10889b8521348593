import { codeOf, ImgupdateError } from '../errors.ts';
import { parseConfig } from './config-file.ts';
import type { Context } from './context.ts';
import { readInsecureRegistries, readTrustedRealms } from './registry-options.ts';

/** What a configuration file says about registries. */
export type RegistryConfig = {
  readonly insecureRegistries: readonly string[];
  readonly trustedRealms: ReadonlyMap<string, readonly string[]>;
};

/**
 * Reads a configuration file; its hosts are held to the same rules as those of the options.
 *
 * @throws ImgupdateError 'usage', naming the file.
 */
export async function readRegistryConfig(context: Pick<Context, 'readFile'>, path: string): Promise<RegistryConfig> {
  const text = await context.readFile(path).catch((error: unknown) => {
    const code = codeOf(error);
    if (code === null) throw error;
    throw unreadable(path, code === 'ENOENT' ? 'no such file' : code, error);
  });
  const config = parseConfig(text);
  if (!config.ok) throw unreadable(path, config.message, null);
  try {
    return {
      insecureRegistries: readInsecureRegistries(config.value.insecureRegistry),
      trustedRealms: readTrustedRealms(config.value.trustRealm),
    };
  } catch (error) {
    if (!(error instanceof ImgupdateError)) throw error;
    throw unreadable(path, error.message, error);
  }
}

function unreadable(path: string, problem: string, cause: unknown): ImgupdateError {
  const hint = 'write it as JSON: {"registries": {"registry.example.com": {"trustRealm": "auth.example.com"}}}';
  return new ImgupdateError('usage', `cannot read ${path}: ${problem}`, { hint, cause });
}
