import { parse, TomlError } from 'smol-toml';
import { malformed, parsed, type Parsed } from '../../core/parsed.ts';
import { fieldsOf, type Fields } from '../fields.ts';

/** What of a storage.conf says where images are; null: it does not say. Paths are as they are written. */
export type StorageConf = {
  readonly driver: string | null;
  readonly graphRoot: string | null;
  /** The graph root of every user but root. */
  readonly rootlessPath: string | null;
  /** Where images are kept, apart from what containers write. */
  readonly imageStore: string | null;
  /** Graph roots whose images are there too. */
  readonly additionalStores: readonly string[];
};

/**
 * Reads a storage.conf. Its other keys do not matter here; what is read has to be of its type.
 * Source: containers-storage.conf(5); containers/storage, types/options.go, TomlConfig.
 */
export function parseStorageConf(text: string): Parsed<StorageConf> {
  const document = parseToml(text);
  if (!document.ok) return document;
  const storage = fieldsOf(document.value.get('storage'));
  const options = fieldsOf(storage.get('options'));
  const texts = ['driver', 'graphroot', 'rootless_storage_path', 'imagestore'].map((key) => readText(storage, key));
  const wrong = texts.find((each) => !each.ok);
  if (wrong?.ok === false) return wrong;
  const stores = readTexts(options, 'additionalimagestores');
  if (!stores.ok) return stores;
  const [driver, graphRoot, rootlessPath, imageStore] = texts.map((each) => (each.ok ? each.value : null));
  return parsed({
    driver: driver ?? null,
    graphRoot: graphRoot ?? null,
    rootlessPath: rootlessPath ?? null,
    imageStore: imageStore ?? null,
    additionalStores: stores.value,
  });
}

/** The messages of the parser quote the file, which may hold anything. */
function parseToml(text: string): Parsed<Fields> {
  try {
    return parsed(fieldsOf(parse(text)));
  } catch (error) {
    if (error instanceof TomlError) return malformed(`invalid TOML at line ${error.line}, column ${error.column}`);
    throw error;
  }
}

function readText(table: Fields, key: string): Parsed<string | null> {
  const value = table.get(key) ?? '';
  if (typeof value !== 'string') return malformed(`expected "${key}" of [storage] to be a text`);
  return parsed(value === '' ? null : value);
}

function readTexts(table: Fields, key: string): Parsed<readonly string[]> {
  const value = table.get(key) ?? [];
  const texts = Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
  if (!Array.isArray(value) || texts.length !== value.length)
    return malformed(`expected "${key}" of [storage.options] to be a list of texts`);
  return parsed(texts.filter((each) => each !== ''));
}
