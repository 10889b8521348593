import type { ImageRule, Origin, OriginKind, RegistryRule, Setting } from '../core/configuration.ts';
import { type Key, listKeys, mapImage, mapRegistry, mapValues, MATCH, type Values } from '../core/configuration/keys.ts';
import { parseHost } from '../core/host.ts';
import type { Parsed } from '../core/parsed.ts';
import { describe, quote, type Read, readEntries, readItems } from '../core/configuration/kind.ts';
import { renderSuggestion } from '../core/suggest.ts';
import { sanitizeText } from '../core/text.ts';
import type { Position, Tree, TreeEntry } from '../core/tree.ts';
import { ImgupdateError } from '../errors.ts';
import { parseTree } from '../yaml/parse-tree.ts';

/** What one file says. */
export type FileSettings = {
  readonly values: Values;
  readonly images: readonly Setting<ImageRule>[];
  readonly registries: ReadonlyMap<string, RegistryRule>;
};

/** Where a text stands: `shown` is its file's name, safe to print. */
export type FileText = {
  readonly kind: OriginKind;
  readonly shown: string;
  readonly format: 'yaml' | 'json';
  readonly resolvePath: (path: string) => Parsed<string>;
};

/**
 * Reads a configuration file: a mapping of the keys in core/configuration/keys.ts, or nothing.
 *
 * A key that is not known is refused, because what it should do would not be done.
 * @throws ImgupdateError 'usage', with line and column: `cannot read imgupdate.yaml: unknown key "registrys" at line 3, column 1 (did you mean "registries"?)`.
 */
export function decodeFile(text: string, file: FileText): FileSettings {
  const top = entriesOf(parseDocument(text, file), { file, path: '', known: nameKeys('top') });
  const images = top.get('images');
  const registries = top.get('registries');
  return {
    values: mapValues((key) => readSetting(top, key, { file, path: '' })),
    images: images === undefined || isNothing(images.value) ? [] : readImages(images.value, file),
    registries: registries === undefined || isNothing(registries.value) ? new Map() : readRegistries(registries.value, file),
  };
}

/** Where in a file a mapping stands: `registries.ghcr.io.`, empty at the top. */
type Place = { readonly file: FileText; readonly path: string };

/** An empty mapping where there is no document, or an empty one. */
function parseDocument(text: string, file: FileText): Tree {
  const tree = parseTree(text, file.format);
  if (!tree.ok)
    throw fail(file, tree.message, tree.line === null || tree.column === null ? null : { line: tree.line, column: tree.column });
  const [document, another] = tree.documents;
  if (another !== undefined) throw fail(file, 'expected one document, got another', another.span.start);
  if (document !== undefined && !isNothing(document)) return document;
  const start = { line: 1, column: 1 };
  return { kind: 'mapping', entries: [], span: { start, end: start }, tag: null };
}

function readImages(node: Tree, file: FileText): readonly Setting<ImageRule>[] {
  const read = readItems(node, (item, position): Read<Setting<ImageRule>> => {
    const place = { file, path: `images[${position}].` };
    const entries = entriesOf(item, { ...place, known: nameKeys('image') });
    const match = readEntry(entries, MATCH, place);
    if (match === null) return { ok: false, message: 'expected "match", the images it is about', at: item.span.start };
    const said = mapImage((key) => readEntry(entries, key, place));
    const value = { match: sanitizeText(match.glob), matches: match.matches, ...said };
    return { ok: true, value: { value, origin: originOf(file, item.span.start) } };
  });
  const rules = orFail(read, { file, path: 'images' });
  const wildcards = countWildcards(rules.map(({ value }) => value.match));
  if (wildcards > MOST_WILDCARDS) {
    throw fail(file, `images: expected at most ${MOST_WILDCARDS} of * ? and [ in all of "match", got ${wildcards}`, node.span.start);
  }
  const overTags = rules.flatMap(({ value: { include, exclude } }) => [...(include ?? []), ...(exclude ?? [])].map(({ glob }) => glob));
  const cost = overTags.length + countWildcards(overTags);
  if (cost > MOST_OVER_TAGS) {
    const what = `at most ${MOST_OVER_TAGS} patterns, and * ? and [ in them, in all of "include" and "exclude"`;
    throw fail(file, `images: expected ${what}, got ${cost}`, node.span.start);
  }
  return rules;
}

function countWildcards(globs: readonly string[]): number {
  return globs.reduce((sum, glob) => sum + (glob.match(/[*?[]/g)?.length ?? 0), 0);
}

/** Each is tried on every image: what is found in a project may be made to take for ever. */
const MOST_WILDCARDS = 1_000;

/** The same of what is tried on every tag, of which a repository has many more. */
const MOST_OVER_TAGS = 200;

function readRegistries(node: Tree, file: FileText): ReadonlyMap<string, RegistryRule> {
  const rules = new Map<string, RegistryRule>();
  for (const { key, keySpan, value } of orFail(readEntries(node), { file, path: 'registries' })) {
    const host = parseHost(key);
    if (host === null) throw fail(file, `registries: expected a registry such as ghcr.io, got ${quote(key)}`, keySpan.start);
    if (rules.has(host)) throw fail(file, `registries: ${sanitizeText(key, 80)} means ${host}, which is there already`, keySpan.start);
    const place = { file, path: `registries.${sanitizeText(key, 80)}.` };
    const known = nameKeys('registry');
    const entries = isNothing(value) ? new Map<string, TreeEntry>() : entriesOf(value, { ...place, known });
    rules.set(
      host,
      mapRegistry((name) => readSetting(entries, name, place)),
    );
  }
  return rules;
}

/** The entries of a mapping by their keys, each of which has to be known. */
function entriesOf(node: Tree, { file, path, known }: Place & { readonly known: readonly string[] }): ReadonlyMap<string, TreeEntry> {
  if (node.kind !== 'mapping') throw fail(file, `${nameOf(path)}expected a mapping, got ${describe(node)}`, node.span.start);
  const unknown = node.entries.find(({ key }) => !known.includes(key) && !(path === '' && key === SCHEMA));
  if (unknown !== undefined) {
    const { key, keySpan } = unknown;
    const at = ` at line ${keySpan.start.line}, column ${keySpan.start.column}`;
    throw new ImgupdateError(
      'usage',
      `cannot read ${file.shown}: unknown key "${sanitizeText(path + key, 160)}"${at}${renderSuggestion(key, known)}`,
      {
        hint:
          path === '' && isOfImages(key)
            ? `${key} is said of images: write it below images, beside a match`
            : `the keys there are: ${known.join(', ')}`,
      },
    );
  }
  return new Map(node.entries.map((entry) => [entry.key, entry]));
}

/** Whether only rules of images have this key. */
function isOfImages(key: string): boolean {
  return nameKeys('image').includes(key);
}

/** What editors look for in a JSON file. */
const SCHEMA = '$schema';

function readSetting<T>(entries: ReadonlyMap<string, TreeEntry>, key: Key<T>, place: Place): Setting<T> | null {
  const value = readEntry(entries, key, place);
  const entry = entries.get(key.name);
  return value === null || entry === undefined ? null : { value, origin: originOf(place.file, entry.value.span.start) };
}

function readEntry<T>(entries: ReadonlyMap<string, TreeEntry>, { name, kind }: Key<T>, { file, path }: Place): T | null {
  const entry = entries.get(name);
  return entry === undefined ? null : orFail(kind.read(entry.value, file), { file, path: path + name });
}

function orFail<T>(read: Read<T>, { file, path }: Place): T {
  if (read.ok) return read.value;
  throw fail(file, `${nameOf(path)}${read.message}`, read.at);
}

function fail(file: FileText, message: string, at: Position | null): ImgupdateError {
  const where = at === null ? '' : ` at line ${at.line}, column ${at.column}`;
  return new ImgupdateError('usage', `cannot read ${file.shown}: ${message}${where}`, {
    hint: "see 'imgupdate config --help' for what may be written",
  });
}

/** `registries.ghcr.io: `, nothing for the top of a file. */
function nameOf(path: string): string {
  return path === '' ? '' : `${path.replace(/\.$/, '')}: `;
}

function originOf({ kind, shown }: FileText, { line, column }: Position): Origin {
  return { kind, where: `${shown}:${line}:${column}` };
}

function nameKeys(of: keyof ReturnType<typeof listKeys>): readonly string[] {
  return listKeys()[of].map(({ name }) => name);
}

/** A key with nothing behind it, all of whose lines may be commented out. */
function isNothing(node: Tree): boolean {
  return node.kind === 'scalar' && node.value === null;
}
