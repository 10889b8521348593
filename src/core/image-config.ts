import { type Digest, parseDigest } from './digest.ts';
import { decodeJsonObject, decodePlatform, isJsonObject, type JsonObject, readList, readText, readTextMap } from './documents-wire.ts';
import type { HistoryEntry } from './history.ts';
import type { Platform } from './platform.ts';
import { type Outcome, reason } from './reason.ts';

/** What an image's config document says of it. Source: OCI image-spec v1.1, config.md. */
export type ImageConfig = {
  readonly platform: Platform | null;
  readonly created: string | null;
  readonly diffIds: readonly Digest[];
  readonly history: readonly HistoryEntry[];
  readonly labels: ReadonlyMap<string, string>;
  /** What a container of it starts with, each as JSON text by its key: `Env`, `Cmd`, `Labels`. */
  readonly settings: ReadonlyMap<string, string>;
};

/** Keys of `config` that change what a container does. Source: OCI image-spec v1.1, config.md; moby, api/types/container Config. */
const SETTINGS = [
  'Env',
  'Cmd',
  'Entrypoint',
  'User',
  'WorkingDir',
  'ExposedPorts',
  'Volumes',
  'Labels',
  'StopSignal',
  'Healthcheck',
  'Shell',
  'OnBuild',
] as const;

/**
 * Reads an image's config document. Everything in it may be missing, as in the empty config `{}` of an artifact; what is there has to be of its type.
 * Source: OCI image-spec v1.1, config.md.
 */
export function decodeConfig(bytes: Uint8Array): Outcome<ImageConfig> {
  const wire = decodeJsonObject(bytes);
  if (wire === null) return refused('expected an image config in JSON, got something else');
  const rootfs = wire.rootfs;
  const listed = isJsonObject(rootfs) ? readList(rootfs, 'diff_ids') : [];
  const diffIds = listed?.map(parseDigest).filter((digest) => digest !== null) ?? [];
  if (diffIds.length !== listed?.length) {
    return refused('expected rootfs.diff_ids of the image config to be a list of digests');
  }
  const history = readList(wire, 'history');
  if (history?.every(isJsonObject) !== true) return refused('expected history of the image config to be a list of objects');
  const config = wire.config;
  return {
    ok: true,
    value: {
      platform: decodePlatform(wire),
      created: readText(wire, 'created'),
      diffIds,
      history: history.map(decodeHistoryEntry),
      labels: isJsonObject(config) ? readTextMap(config, 'Labels') : new Map<string, string>(),
      settings: isJsonObject(config) ? readSettings(config) : new Map<string, string>(),
    },
  };
}

/** Reads a step of `history`, as a config document has it. */
export function decodeHistoryEntry(wire: JsonObject): HistoryEntry {
  return {
    created: readText(wire, 'created'),
    createdBy: readText(wire, 'created_by'),
    comment: readText(wire, 'comment'),
    author: readText(wire, 'author'),
    emptyLayer: wire.empty_layer === true,
  };
}

/** Nothing and an empty value mean the same: Go programs write either. */
function readSettings(config: JsonObject): ReadonlyMap<string, string> {
  const written = SETTINGS.map((key) => [key, canonicalText(config[key])] as const);
  return new Map(written.filter(([, text]) => !EMPTY_VALUES.has(text)));
}

const EMPTY_VALUES: ReadonlySet<string> = new Set(['null', '""', '[]', '{}']);

/** Deeper than anything a config holds. */
const MAX_DEPTH = 8;

/** JSON text in which the keys of objects are sorted; what lies too deep is left out. */
function canonicalText(value: unknown, depth = 0): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  if (depth >= MAX_DEPTH) return 'null';
  if (Array.isArray(value)) return `[${value.map((each) => canonicalText(each, depth + 1)).join(',')}]`;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonicalText(field, depth + 1)}`).join(',')}}`;
}

function refused(message: string): Outcome<never> {
  return { ok: false, reason: reason('bad-response', message) };
}
