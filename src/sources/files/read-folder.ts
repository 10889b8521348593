import { groupBy } from '../../core/group.ts';
import { hasPlaceholder } from '../dockerfile/placeholders.ts';
import { describeCharts } from './charts.ts';
import { kindOfName, mayBeCompose, mayBeDockerfile, mayBeManifest, planProjects } from './file-names.ts';
import { beginsAsDockerfile, beginsWithInstruction, hasStage, isTemplate, kindOfText, looksLikeManifest } from './file-text.ts';
import { findFiles, type FoundFile } from './find-files.ts';
import { beginsWith, MOST_BYTES, readText } from './read-text.ts';
import type { Readers } from './readers.ts';
import { type Reading, told, unread } from './readings.ts';
import { showPath } from './show-path.ts';

export type FolderContext = {
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly readers: Readers;
  /** The real paths of files that are read already; those found here are added. */
  readonly taken: Set<string>;
};

/** Reads what a folder and those in it have, one file at a time. */
export async function readFolder(root: string, context: FolderContext): Promise<readonly Reading[]> {
  const found = await findFiles(root, context);
  const files = found.files.filter(({ real }) => !context.taken.has(real));
  const templates = new Map<string, number>();
  const readings: Reading[] = [told(found.problems)];
  const compose = files.filter(({ name }) => kindOfName(name) === 'compose');
  for (const file of files) {
    context.signal.throwIfAborted();
    context.taken.add(file.real);
    const kind = kindOfName(file.name);
    if (kind === 'dockerfile' || kind === 'dockerfile-like') readings.push(await readDockerfile(file, context));
    else if (kind === null) {
      const dockerfile = mayBeDockerfile(file.name) ? await readSomehowDockerfile(file, context) : null;
      if (dockerfile !== null) readings.push(dockerfile);
      else if (mayBeCompose(file.name) && (await isCompose(file, context))) compose.push(file);
      else if (mayBeManifest(file.name)) readings.push(...(await readOther(file, templates, context)));
    }
  }
  for (const inFolder of groupBy(compose, ({ folder }) => folder).values()) readings.push(...(await readProjects(inFolder, context)));
  return [...readings, told(describeCharts(templates, context.cwd))];
}

async function readDockerfile(file: FoundFile, { cwd, signal, readers }: FolderContext): Promise<Reading> {
  const path = showPath(cwd, file.absolute);
  const text = await readText(file.absolute, { maxBytes: MOST_BYTES.dockerfile, isNamed: false, signal });
  if (!text.ok) return unread(path, text.message);
  const isLike = kindOfName(file.name) === 'dockerfile-like';
  const doubt = isLike ? describeDoubt(text.value) : null;
  if (doubt !== null) return told([{ kind: 'ignored', path, line: null, column: null, message: doubt }]);
  const reading = { ...(await readers.dockerfile({ path, text: text.value }, null)), foundFile: path };
  return isLike ? leaveOutTemplate(reading) : reading;
}

/** Why a file is not read that only has a name like a Dockerfile's; null when it is one. */
function describeDoubt(text: string): string | null {
  if (!hasStage(text)) return 'is named like a Dockerfile, but has no FROM';
  if (beginsWithInstruction(text)) return null;
  return isTemplate(text)
    ? 'is a template of a Dockerfile, and not read: check what it makes'
    : 'is named like a Dockerfile, but does not begin like one';
}

/** What a template is still to fill in is said once, as it is of a chart's. */
function leaveOutTemplate(reading: Reading): Reading {
  const isLeftOut = ({ reference, written }: Reading['references'][number]) => !reference.ok && hasPlaceholder(written);
  const [first, ...more] = reading.references.filter(isLeftOut);
  if (first === undefined) return reading;
  const { path, line, column } = first.place;
  const count = more.length === 0 ? 'an image' : `${more.length + 1} images`;
  const message = `is a template of a Dockerfile, which is still to fill in ${count}: check what it makes`;
  return {
    ...reading,
    references: reading.references.filter((reference) => !isLeftOut(reference)),
    problems: [...reading.problems, { kind: 'ignored', path, line, column, message }],
  };
}

/** One that only somehow has the name of a Dockerfile; null when it is none. */
async function readSomehowDockerfile(file: FoundFile, { cwd, signal, readers }: FolderContext): Promise<Reading | null> {
  const path = showPath(cwd, file.absolute);
  const text = await readText(file.absolute, { maxBytes: MOST_BYTES.dockerfile, isNamed: false, signal });
  if (!text.ok || !beginsAsDockerfile(text.value)) return null;
  return leaveOutTemplate({ ...(await readers.dockerfile({ path, text: text.value }, null)), foundFile: path });
}

async function isCompose({ absolute }: FoundFile, { signal }: FolderContext): Promise<boolean> {
  const text = await readText(absolute, { maxBytes: MOST_BYTES.compose, isNamed: false, signal });
  return text.ok && kindOfText(text.value) === 'compose';
}

/** Most YAML and JSON is something else, which its beginning tells. */
async function readOther(
  file: FoundFile,
  templates: Map<string, number>,
  { cwd, signal, readers }: FolderContext,
): Promise<readonly Reading[]> {
  const path = showPath(cwd, file.absolute);
  const mayBe = await beginsWith(file.absolute, file.chart === null ? 'apiVersion' : '');
  if (!mayBe.ok) return [unread(path, mayBe.message)];
  if (!mayBe.value) return [];
  const text = await readText(file.absolute, { maxBytes: MOST_BYTES.kubernetes, isNamed: false, signal });
  if (!text.ok) return [unread(path, text.message)];
  if (file.chart !== null && isTemplate(text.value)) {
    templates.set(file.chart, (templates.get(file.chart) ?? 0) + 1);
    return [];
  }
  const contents = looksLikeManifest(text.value) ? await readers.kubernetes({ path, text: text.value }) : null;
  return contents === null ? [] : [{ ...contents, foundFile: path }];
}

/** What compose takes by itself, and each other file alone. */
async function readProjects(files: readonly FoundFile[], { cwd, signal, readers }: FolderContext): Promise<readonly Reading[]> {
  const readings: Reading[] = [];
  for (const { names, isUsual } of planProjects(files.map(({ name }) => name))) {
    signal.throwIfAborted();
    const texts: { path: string; text: string }[] = [];
    for (const file of names.flatMap((name) => files.find((candidate) => candidate.name === name) ?? [])) {
      const path = showPath(cwd, file.absolute);
      const text = await readText(file.absolute, { maxBytes: MOST_BYTES.compose, isNamed: false, signal });
      if (text.ok) texts.push({ path, text: text.value });
      else readings.push(unread(path, text.message));
    }
    if (texts.length > 0) readings.push({ ...(await readers.compose(texts)), foundFile: isUsual ? null : (texts[0]?.path ?? null) });
  }
  return readings;
}
