import type { Configuration, ImageRule, Origin, RegistryRule } from '../core/configuration.ts';
import { mapImage, mapRegistry, mapValues } from '../core/configuration/keys.ts';
import type { Written } from '../core/configuration/kind.ts';
import { sanitizeText } from '../core/text.ts';
import { stringify } from './stringify.ts';
import { widthOf } from './width.ts';

/**
 * Renders what is configured, a line for each value with the place it comes from, `default` where nobody says it.
 *
 * Rules of images and registries follow, nearest first. `verbose` adds the files: those that were read, and where others were looked for.
 */
export function renderConfiguration(configuration: Configuration, { verbose }: { readonly verbose: boolean }): string {
  const lines = [
    ...valueLines(configuration),
    ...imageLines(configuration),
    ...registryLines(configuration),
    ...(verbose ? fileLines(configuration) : []),
  ];
  const width = Math.min(WIDEST, Math.max(0, ...lines.map(({ text, where }) => (where === null ? 0 : widthOf(text)))));
  return lines
    .map(({ text, where }) => `${where === null ? text : `${text}${' '.repeat(Math.max(0, width - widthOf(text)) + GAP)}${where}`}\n`)
    .join('');
}

const WIDEST = 60;
const GAP = 4;

/** Renders the same as JSON: each value as a file would have it, with its origin; `value` is null where nothing is set and nothing stands in for it. */
export function renderConfigurationJson(configuration: Configuration): string {
  const settings: Record<string, unknown> = {};
  mapValues((key, of) => {
    const said = of(configuration);
    settings[key.name] =
      said === null
        ? { value: key.standard, origin: { kind: 'default', where: null } }
        : { value: key.kind.write(said.value), origin: said.origin };
    return null;
  });
  const { files, sought, images, registries, warnings } = configuration;
  const document = {
    schemaVersion: 1,
    files,
    sought,
    settings,
    images: images.map(({ value, origin }) => ({ match: value.match, ...Object.fromEntries(imageEntries(value)), origin })),
    registries: Object.fromEntries(
      [...registries].map(([host, rule]) => [
        host,
        Object.fromEntries(registryEntries(rule).map(({ name, written, origin }) => [name, { value: written, origin }])),
      ]),
    ),
    warnings,
  };
  return `${stringify(document, 2)}\n`;
}

/** `where`: null for a line that has no origin of its own. */
type Line = { readonly text: string; readonly where: string | null };

function valueLines(configuration: Configuration): readonly Line[] {
  const lines: Line[] = [];
  mapValues((key, of) => {
    const said = of(configuration);
    const written = said === null ? key.standard : key.kind.write(said.value);
    const value = written === null ? (key.without ?? '') : renderWritten(written);
    lines.push({ text: `${key.name}: ${value}`, where: said === null ? 'default' : sanitizeText(said.origin.where) });
    return null;
  });
  return lines;
}

function imageLines({ images }: Configuration): readonly Line[] {
  if (images.length === 0) return [];
  const rules = images.flatMap(({ value, origin }) => [
    { text: `  - match: ${sanitizeText(value.match)}`, where: sanitizeText(origin.where) },
    ...imageEntries(value).map(([name, written]) => ({ text: `    ${name}: ${renderWritten(written)}`, where: null })),
  ]);
  return [{ text: 'images:', where: null }, ...rules];
}

function registryLines({ registries }: Configuration): readonly Line[] {
  if (registries.size === 0) return [];
  const rules = [...registries].flatMap(([host, rule]) => [
    { text: `  ${sanitizeText(host)}:`, where: null },
    ...registryEntries(rule).map(({ name, written, origin }) => ({
      text: `    ${name}: ${renderWritten(written)}`,
      where: sanitizeText(origin.where),
    })),
  ]);
  return [{ text: 'registries:', where: null }, ...rules];
}

function fileLines({ files, sought }: Configuration): readonly Line[] {
  return [
    { text: 'files:', where: null },
    ...files.map(({ kind, path }) => ({ text: `  ${sanitizeText(path)}`, where: kind })),
    ...sought.map((path) => ({ text: `  ${sanitizeText(path)}`, where: 'not there' })),
  ];
}

function imageEntries(rule: ImageRule): readonly (readonly [string, Written])[] {
  const entries: (readonly [string, Written])[] = [];
  mapImage((key, of) => {
    const value = of(rule);
    if (value !== null) entries.push([key.name, key.kind.write(value)]);
    return null;
  });
  return entries;
}

type RegistryEntry = { readonly name: string; readonly written: Written; readonly origin: Origin };

function registryEntries(rule: RegistryRule): readonly RegistryEntry[] {
  const entries: RegistryEntry[] = [];
  mapRegistry((key, of) => {
    const said = of(rule);
    if (said !== null) entries.push({ name: key.name, written: key.kind.write(said.value), origin: said.origin });
    return null;
  });
  return entries;
}

/** Lists with commas, mappings as YAML has them on one line: `{reason: wait for the fix, until: 2026-12-15}`. */
function renderWritten(written: Written): string {
  if (typeof written !== 'object') return sanitizeText(String(written));
  if (isList(written)) return written.length === 0 ? '[]' : sanitizeText(written.join(','));
  const entries = Object.entries(written).map(([name, value]) => `${name}: ${value}`);
  return sanitizeText(`{${entries.join(', ')}}`);
}

function isList(written: Written): written is readonly string[] {
  return Array.isArray(written);
}
