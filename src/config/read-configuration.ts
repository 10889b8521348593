import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Configuration } from '../core/configuration.ts';
import { malformed, type Parsed, parsed } from '../core/parsed.ts';
import { sanitizeText } from '../core/text.ts';
import { ImgupdateError } from '../errors.ts';
import { readEnvironment } from './environment.ts';
import { type Layer, mergeLayers } from './merge.ts';
import type { ConfigurationPlaces } from './load-configuration.ts';
import { type FoundFile, LONGEST_SHOWN, type Search } from './search.ts';

/**
 * Reads the environment, and what was `found`, or where a file is named, that one (then `found` is null); what is said where is in `mergeLayers`.
 *
 * @throws ImgupdateError 'usage', naming the file, line and column, or the variable, and what was expected there.
 */
export async function readConfiguration(places: ConfigurationPlaces, found: Search | null): Promise<Configuration> {
  const environment = readEnvironment(places.env);
  const search = found ?? findNamed(places.named ?? environment.named ?? '', places);
  const { layers, warnings } = search.files.length === 0 ? { layers: [], warnings: [] } : await readLayers(search, places);
  const merged = mergeLayers(environment.values, layers);
  return {
    ...merged.values,
    files: search.files.map(({ kind, shown }) => ({ kind, path: shown })),
    sought: search.sought,
    images: merged.images,
    registries: merged.registries,
    warnings: [...environment.warnings, ...search.warnings, ...warnings, ...merged.warnings],
  };
}

function findNamed(name: string, places: ConfigurationPlaces): Search {
  if (name === '') throw new ImgupdateError('usage', 'cannot read --config: expected the name of a file', { hint: HINT });
  const shown = sanitizeText(name, LONGEST_SHOWN);
  return { files: [{ kind: 'named', path: resolve(places.cwd, name), shown }], sought: [], root: places.cwd, warnings: [] };
}

const HINT = 'name a file that can be read: --config FILE';

async function readLayers(search: Search, places: ConfigurationPlaces): Promise<{ readonly layers: Layer[]; readonly warnings: string[] }> {
  const { confine } = await import('./confine.ts');
  const layers: Layer[] = [];
  const warnings: string[] = [];
  for (const file of search.files) {
    const confined = await confine(await readLayer(file, places), search.root);
    layers.push(confined.layer);
    warnings.push(...confined.warnings);
  }
  return { layers, warnings };
}

async function readLayer({ kind, path, shown }: FoundFile, { home }: ConfigurationPlaces): Promise<Layer> {
  const [{ readConfigurationFile }, { decodeFile }] = await Promise.all([import('./read-file.ts'), import('./decode-file.ts')]);
  const text = await readConfigurationFile(path, { isNamed: kind === 'named' });
  if (!text.ok) {
    throw new ImgupdateError('usage', `cannot read ${shown}: ${text.message}`, { hint: kind === 'named' ? HINT : `mend it, or remove it` });
  }
  const format = path.endsWith('.json') ? 'json' : 'yaml';
  const resolvePath = (written: string): Parsed<string> => resolvePathIn(dirname(path), home, written);
  return { kind, ...decodeFile(text.value, { kind, shown, format, resolvePath }) };
}

/** `~/` is the user's home, whoever's file says it. */
function resolvePathIn(folder: string, home: string | null, written: string): Parsed<string> {
  if (written === '' || written.length > LONGEST_PATH) return malformed(`expected a path of 1 to ${LONGEST_PATH} characters`);
  if (written.includes('\0')) return malformed('expected a path, got one with a NUL');
  if (!written.startsWith('~/')) return parsed(isAbsolute(written) ? written : join(folder, written));
  return home === null ? malformed('expected a path without ~, as there is no home directory') : parsed(join(home, written.slice(2)));
}

const LONGEST_PATH = 4096;
