import type { Configuration } from '../core/configuration.ts';
import { findFiles, type SearchPlaces } from './search.ts';

/** `named`: the file of `--config`, null without. */
export type ConfigurationPlaces = SearchPlaces & { readonly named: string | null };

/**
 * Reads all that is configured: the environment before files, the nearest file before those further away.
 *
 * A file that is named, by `--config` or else by `IMGUPDATE_CONFIG`, is the only one that counts. Most runs find nothing: then no more than the search is loaded.
 * @throws ImgupdateError 'usage', naming the file, line and column, or the variable, and what was expected there.
 */
export async function loadConfiguration(places: ConfigurationPlaces): Promise<Configuration> {
  const isNamed = places.named !== null || (places.env.IMGUPDATE_CONFIG ?? '') !== '';
  const found = isNamed ? null : findFiles(places);
  const isSilent = found?.files.length === 0 && !Object.keys(places.env).some((name) => name.startsWith('IMGUPDATE'));
  if (isSilent) return { ...nothingConfigured(), sought: found.sought, warnings: found.warnings };
  const { readConfiguration } = await import('./read-configuration.ts');
  return readConfiguration(places, found);
}

/** What is configured where nothing is: in a world of its own, such as a demo. */
export function nothingConfigured(): Configuration {
  return {
    files: [],
    sought: [],
    failOn: null,
    onUnknown: null,
    strict: null,
    track: null,
    minAge: null,
    maxAge: null,
    timeout: null,
    jobs: null,
    platform: null,
    allowHosts: null,
    bases: null,
    images: [],
    registries: new Map(),
    warnings: [],
  };
}
