import { posix } from 'node:path';
import type { FileProblem } from '../../core/file-reference.ts';
import type { Parsed } from '../../core/parsed.ts';
import { sanitizeText } from '../../core/text.ts';
import type { Tree, TreeEntry } from '../../core/tree.ts';
import { parseTree } from '../../yaml/parse-tree.ts';
import { resolveExtends, type Layer } from './resolve-extends.ts';
import type { Lookup } from './interpolate.ts';
import { mergeServices, type Services } from './merge-services.ts';
import { MOST_PARTS, TOO_MANY_PARTS } from './parts.ts';
import { normalizeBuild } from './normalize-build.ts';
import { parseDotenv } from './parse-dotenv.ts';
import { isSecret } from './secrets.ts';
import { isRemote, readValue, resolvePath } from './read-value.ts';
import { createOrigin, type Origin, problemAt, toValue, type Value, valueOfEntry } from './value.ts';

export type ComposeFile = { readonly path: string; readonly text: string };

/** What is read so far, for all of a project. */
export type Loading = {
  readonly readText: (path: string) => Promise<Parsed<string>>;
  readonly problems: FileProblem[];
  /** Every file that names images. */
  readonly files: Set<string>;
  /** Texts by path, as a file may be extended by many. */
  readonly texts: Map<string, Parsed<string>>;
  /** The documents of the files that are read, by path. */
  readonly documents: Map<string, readonly Tree[]>;
  /** Their lines, of those that were asked for. */
  readonly lines: Map<string, readonly string[]>;
  /** Services by name, of files that are extended, by path and by where variables get their values. */
  readonly layers: Map<Lookup, Map<string, Layer>>;
  /** How often a file was laid over others. */
  laid: number;
  /** Of how many parts the services were that were read so far; a file counts as often as it is included. */
  parts: number;
};

/** What files are read for: `directory` is what their paths are relative to, `above` are the files that include them. */
export type Project = { readonly directory: string; readonly lookup: Lookup; readonly above: readonly string[] };

const MOST_FILES = 1_000;
const MOST_DOCUMENTS = 100;
const DEEPEST_INCLUDE = 32;

/**
 * Reads the services of compose files that are merged in their order, with what they include and what their services extend.
 *
 * What is wrong is a problem, and all else is still read.
 * Source: Compose specification, 13-merge.md and 14-include.md; compose-go, loader/loader.go (each file's includes, then its extends, then the merge).
 */
export async function loadProject(files: readonly ComposeFile[], project: Project, loading: Loading): Promise<Services> {
  let services: Services = new Map();
  for (const { path, text } of files) {
    loading.files.add(path);
    loading.laid += 1;
    const origin = createOrigin({ path, text, directory: project.directory, lookup: project.lookup }, loading.lines);
    for (const document of readDocuments(path, text, loading)) {
      const own = readServices(document, origin, loading);
      const included = await loadIncludes(document, { origin, project: { ...project, above: [...project.above, path] } }, loading);
      const layer: Layer = { services: new Map([...services, ...included, ...own]), path, resolved: new Map() };
      const resolved = new Map(included);
      for (const [name, service] of own) {
        if (included.has(name)) {
          const message = `service "${sanitizeText(name, 80)}" is in an included file too: this one counts`;
          loading.problems.push(problemAt(service, 'ignored', message));
        }
        resolved.set(name, await resolveExtends(name, layer, { loading, loadLayer }));
      }
      services = mergeServices(services, resolved);
    }
  }
  return services;
}

function readDocuments(path: string, text: string, loading: Loading): readonly Tree[] {
  const known = loading.documents.get(path);
  if (known !== undefined) return known;
  const tree = parseTree(text, 'yaml');
  const documents = tree.ok ? tree.documents.slice(0, MOST_DOCUMENTS) : [];
  if (tree.ok && tree.documents.length > MOST_DOCUMENTS) {
    const message = `expected at most ${MOST_DOCUMENTS} documents, got ${tree.documents.length}`;
    loading.problems.push({ kind: 'unread', path, line: null, column: null, message });
  }
  if (!tree.ok) {
    const advice = TEMPLATE.test(text) ? ' (it is a template: check what it makes)' : '';
    loading.problems.push({ kind: 'unread', path, line: tree.line, column: tree.column, message: tree.message + advice });
  }
  loading.documents.set(path, documents);
  return documents;
}

/** Jinja's, Go's and ERB's. */
const TEMPLATE = /\{\{|\{%|<%/;

/** The fields that say what a service runs. */
const FIELDS: ReadonlySet<string> = new Set(['image', 'platform', 'build', 'volumes', 'extends', 'provider']);

function readServices(document: Tree, origin: Origin, loading: Loading): Services {
  if (document.kind === 'scalar' && document.value === null) return new Map();
  const key = { origin, key: document.span };
  if (document.kind !== 'mapping') {
    loading.problems.push(problemAt(key, 'unread', `expected a mapping with services, got a ${document.kind}`));
    return new Map();
  }
  const entry = document.entries.find((candidate) => candidate.key === 'services');
  const first = entry === undefined ? findBareService(document) : null;
  if (first !== null) loading.problems.push(problemAt({ origin, key: first.keySpan }, 'unread', FIRST_FORMAT));
  if (entry === undefined || (entry.value.kind === 'scalar' && entry.value.value === null)) return new Map();
  if (entry.value.kind !== 'mapping') {
    loading.problems.push(
      problemAt({ origin, key: entry.keySpan }, 'unread', `expected services to be a mapping, got a ${entry.value.kind}`),
    );
    return new Map();
  }
  const services = new Map<string, Value>();
  for (const { key: name, keySpan, value, comments } of entry.value.entries) {
    if (name.startsWith('x-')) continue;
    loading.parts += 1 + (value.kind === 'mapping' ? sumOf(fieldsOf(value), (field) => countParts(field.value)) : 0);
    if (loading.parts > MOST_PARTS) {
      loading.problems.push(problemAt({ origin, key: keySpan }, 'unread', TOO_MANY_PARTS));
      break;
    }
    services.set(name, readService(value, { origin, key: keySpan, comments }));
  }
  return services;
}

const FIRST_FORMAT = 'is of compose\'s first format, which is not read: put the services below "services:"';

/** Source: Docker, Compose file reference version 1: each key was a service. */
function findBareService({ entries }: Extract<Tree, { kind: 'mapping' }>): TreeEntry | null {
  const isService = ({ value }: TreeEntry) =>
    value.kind === 'mapping' && value.entries.some(({ key }) => key === 'image' || key === 'build');
  return entries.find((entry) => !entry.key.startsWith('x-') && isService(entry)) ?? null;
}

const fieldsOf = ({ entries }: Extract<Tree, { kind: 'mapping' }>): readonly TreeEntry[] => entries.filter(({ key }) => FIELDS.has(key));

/** How many nodes a tree has when it is walked; a parsed one has no more than aliases may add. */
function countParts(tree: Tree): number {
  switch (tree.kind) {
    case 'mapping':
      return 1 + sumOf(tree.entries, ({ value }) => countParts(value));
    case 'sequence':
      return 1 + sumOf(tree.items, countParts);
    case 'scalar':
      return 1;
  }
}

function sumOf<T>(items: readonly T[], measure: (item: T) => number): number {
  return items.reduce((sum, item) => sum + measure(item), 0);
}

function readService(tree: Tree, at: Pick<Value, 'origin' | 'key' | 'comments'>): Value {
  if (tree.kind !== 'mapping') return toValue(tree, at);
  const fields = tree.entries
    .filter((field) => FIELDS.has(field.key))
    .map((field) => {
      const value = valueOfEntry({ ...field, comments: [...at.comments, ...field.comments] }, at.origin);
      return [field.key, field.key === 'build' ? normalizeBuild(value) : value] as const;
    });
  return { ...at, kind: 'mapping', span: tree.span, tag: tree.tag, entries: new Map(fields) };
}

/** The services of a file that is extended, without what it includes. null: it cannot be read, and that was said. */
async function loadLayer(path: string, from: Value, loading: Loading): Promise<Layer | null> {
  const { lookup } = from.origin;
  const layers = loading.layers.get(lookup) ?? new Map<string, Layer>();
  loading.layers.set(lookup, layers);
  const known = layers.get(path);
  if (known !== undefined) return known;
  const text = await readFile(path, from, loading);
  if (text === null) return null;
  loading.files.add(path);
  const origin = createOrigin({ path, text, directory: posix.dirname(path), lookup }, loading.lines);
  let services: Services = new Map();
  for (const document of readDocuments(path, text, loading)) services = mergeServices(services, readServices(document, origin, loading));
  const layer: Layer = { services, path, resolved: new Map() };
  layers.set(path, layer);
  return layer;
}

/** `from`: what names the file, for what is wrong with it. */
async function readFile(path: string, from: Value, loading: Loading): Promise<string | null> {
  if (isRemote(path)) {
    loading.problems.push(problemAt(from, 'unread', `${sanitizeText(path, 200)} is remote and not read`));
    return null;
  }
  if (!loading.texts.has(path) && loading.texts.size >= MOST_FILES) {
    loading.problems.push(problemAt(from, 'unread', `${sanitizeText(path, 200)} is not read: expected at most ${MOST_FILES} files`));
    return null;
  }
  const text = loading.texts.get(path) ?? (await loading.readText(path));
  loading.texts.set(path, text);
  if (text.ok) return text.value;
  loading.problems.push(problemAt(from, 'unread', `${sanitizeText(path, 200)} ${text.message}`));
  return null;
}

type Including = { readonly origin: Origin; readonly project: Project };

async function loadIncludes(document: Tree, { origin, project }: Including, loading: Loading): Promise<Services> {
  const entry = document.kind === 'mapping' ? document.entries.find(({ key }) => key === 'include') : undefined;
  if (entry === undefined) return new Map();
  const include = valueOfEntry(entry, origin);
  if (include.kind !== 'list') {
    if (include.kind === 'mapping' || include.text !== null)
      loading.problems.push(problemAt(include, 'unread', 'expected include to be a list'));
    return new Map();
  }
  const services = new Map<string, Value>();
  for (const item of include.items) {
    for (const [name, service] of await loadInclude(item, project, loading)) if (!services.has(name)) services.set(name, service);
  }
  return services;
}

async function loadInclude(item: Value, project: Project, loading: Loading): Promise<Services> {
  const fields: ReadonlyMap<string, Value> = item.kind === 'mapping' ? item.entries : new Map([['path', item]]);
  const paths = readPaths(fields.get('path') ?? item, project.directory, loading);
  const [main] = paths;
  if (main === undefined) return new Map();
  if (project.above.includes(main)) {
    const message = `${sanitizeText(main, 200)} includes itself: ${project.above.map((path) => sanitizeText(path, 80)).join(' -> ')}`;
    loading.problems.push(problemAt(item, 'unread', message));
    return new Map();
  }
  if (project.above.length > DEEPEST_INCLUDE || loading.laid >= MOST_FILES) {
    const limit = loading.laid >= MOST_FILES ? `${MOST_FILES} files` : `${DEEPEST_INCLUDE} includes in one another`;
    loading.problems.push(problemAt(item, 'unread', `${sanitizeText(main, 200)} is not read: expected at most ${limit}`));
    return new Map();
  }
  const files: ComposeFile[] = [];
  for (const path of paths) {
    const text = await readFile(path, item, loading);
    if (text !== null) files.push({ path, text });
  }
  if (files.length < paths.length) return new Map();
  const [folder] = readPaths(fields.get('project_directory') ?? null, project.directory, loading);
  const directory = folder ?? posix.dirname(main);
  const lookup = await extendLookup(fields.get('env_file') ?? null, { directory, project }, loading);
  return loadProject(files, { directory, lookup, above: project.above }, loading);
}

/** A path or several; what cannot be told is a problem. */
function readPaths(value: Value | null, directory: string, loading: Loading): readonly string[] {
  if (value === null) return [];
  return (value.kind === 'list' ? value.items : [value]).flatMap((item) => {
    const path = readValue(item);
    if (path.ok) return [isRemote(path.value) ? path.value : resolvePath(directory, path.value)];
    loading.problems.push(problemAt(item, 'unread', path.message));
    return [];
  });
}

/** Adds the values of what `env_file` names, else of `.env`, below those of the project. */
async function extendLookup(
  envFile: Value | null,
  { directory, project }: { readonly directory: string; readonly project: Project },
  loading: Loading,
): Promise<Lookup> {
  let { lookup } = project;
  if (envFile === null) return withDotenv(posix.join(directory, '.env'), lookup, loading);
  for (const path of readPaths(envFile, project.directory, loading)) {
    const text = await readFile(path, envFile, loading);
    if (text !== null) lookup = addDotenv({ path, text }, lookup, loading);
  }
  return lookup;
}

/** Adds the values of a `.env` file below those of `lookup`; one that is not there has none. */
export async function withDotenv(path: string, lookup: Lookup, loading: Loading): Promise<Lookup> {
  const text = loading.texts.get(path) ?? (await loading.readText(path));
  loading.texts.set(path, text);
  return text.ok ? addDotenv({ path, text: text.value }, lookup, loading) : lookup;
}

function addDotenv({ path, text }: ComposeFile, lookup: Lookup, loading: Loading): Lookup {
  const { values, problem } = parseDotenv(text, lookup);
  if (problem !== null) loading.problems.push({ kind: 'ignored', path, line: problem.line, column: null, message: problem.message });
  return (name) => lookup(name) ?? (isSecret(name) ? undefined : values.get(name));
}
