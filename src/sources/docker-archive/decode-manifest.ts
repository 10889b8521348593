import { malformed, parsed, type Parsed } from '../../core/parsed.ts';

/** An image as manifest.json has it: paths in the archive, and names as they are written. */
export type ArchivedImage = { readonly config: string; readonly repoTags: readonly string[]; readonly layers: readonly string[] };

const MAX_IMAGES = 10_000;
const MAX_NAMES = 10_000;

/** More layers than any engine runs. */
const MAX_LAYERS = 1_000;

/**
 * Decodes `manifest.json`: `[{ "Config": "<hex>.json", "RepoTags": ["acme/app:1"], "Layers": ["<id>/layer.tar"] }]`.
 *
 * The position in the list is what `@0` means. An entry that is no such thing says so in its place.
 * Source: moby, image/spec/v1.2.md, "Combined Image JSON + Filesystem Changeset Format"; containers-transports(5).
 */
export function decodeManifest(bytes: Uint8Array): Parsed<readonly Parsed<ArchivedImage>[]> {
  const wire = readJson(bytes);
  if (wire === undefined) return malformed('expected manifest.json to be JSON, got something else');
  if (!Array.isArray(wire)) return malformed('expected manifest.json to be a list of images, got something else');
  if (wire.length === 0) return malformed('expected at least one image in manifest.json, got none');
  if (wire.length > MAX_IMAGES) return malformed(`expected at most ${MAX_IMAGES} images in manifest.json, got ${wire.length}`);
  return parsed(wire.map((entry: unknown) => decodeImage(entry)));
}

function decodeImage(wire: unknown): Parsed<ArchivedImage> {
  if (typeof wire !== 'object' || wire === null) return malformed('expected an object with "Config", "RepoTags" and "Layers"');
  const fields: ReadonlyMap<string, unknown> = new Map(Object.entries(wire));
  const config = fields.get('Config');
  const repoTags = readTexts(fields.get('RepoTags'));
  const layers = readTexts(fields.get('Layers'));
  if (typeof config !== 'string' || config === '') return malformed('expected "Config" to be the path of a file');
  if (repoTags === null || repoTags.length > MAX_NAMES) return malformed(`expected "RepoTags" to be a list of at most ${MAX_NAMES} names`);
  if (layers === null || layers.length > MAX_LAYERS) return malformed(`expected "Layers" to be a list of at most ${MAX_LAYERS} paths`);
  return parsed({ config, repoTags, layers });
}

/** Go programs write an empty list as null. */
function readTexts(value: unknown): readonly string[] | null {
  const list: unknown = value ?? [];
  return Array.isArray(list) && list.every((each) => typeof each === 'string') ? list : null;
}

/** undefined: it is no JSON. */
function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}
