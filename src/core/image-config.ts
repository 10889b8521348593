import { type Digest, parseDigest } from './digest.ts';
import { decodeJsonObject, decodePlatform, isJsonObject, type JsonObject, readList, readText, readTextMap } from './documents-wire.ts';
import type { Platform } from './platform.ts';
import { type Outcome, reason } from './reason.ts';

/** What an image's config document says of it. Source: OCI image-spec v1.1, config.md. */
export type ImageConfig = {
  readonly platform: Platform | null;
  readonly created: string | null;
  readonly diffIds: readonly Digest[];
  readonly history: readonly HistoryEntry[];
  readonly labels: ReadonlyMap<string, string>;
};

export type HistoryEntry = {
  readonly created: string | null;
  readonly createdBy: string | null;
  readonly comment: string | null;
  readonly emptyLayer: boolean;
};

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
    },
  };
}

function decodeHistoryEntry(wire: JsonObject): HistoryEntry {
  return {
    created: readText(wire, 'created'),
    createdBy: readText(wire, 'created_by'),
    comment: readText(wire, 'comment'),
    emptyLayer: wire.empty_layer === true,
  };
}

function refused(message: string): Outcome<never> {
  return { ok: false, reason: reason('bad-response', message) };
}
