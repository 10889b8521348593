import { parseDigest, type Digest } from '../../core/digest.ts';
import { countOf, fieldsOf, textOf, textsOf, type Fields } from '../fields.ts';

/** An image of an images.json. */
export type ImageRecord = {
  /** 64 hexadecimal digits: those of its config's digest, where it has one. */
  readonly id: string;
  /** Of the manifest it was made with. */
  readonly digest: Digest | null;
  readonly names: readonly string[];
  readonly formerNames: readonly string[];
  /** null: it has no layers. */
  readonly topLayer: string | null;
  readonly otherTopLayers: readonly string[];
  /** The documents kept with it, by their names: `manifest`, the digest of the config. */
  readonly documents: ReadonlyMap<string, KeptDocument>;
  /** Seconds since the epoch. */
  readonly created: number | null;
  /** It is being made, or was never finished. */
  readonly isIncomplete: boolean;
};

export type KeptDocument = { readonly size: number | null; readonly digest: Digest | null };

/** A layer of a layers.json; `size` of it uncompressed, null where that was not counted. */
export type LayerRecord = { readonly parent: string | null; readonly size: number | null };

/**
 * Decodes an images.json; null when it is no list. `unusable`: how many entries have no id that an image could have.
 *
 * A name that several have is the last one's.
 * Source: containers/storage, images.go, Image and imageStore.load().
 */
export function decodeImageRecords(document: unknown): { readonly records: readonly ImageRecord[]; readonly unusable: number } | null {
  if (!Array.isArray(document)) return null;
  const records = document.map(fieldsOf).flatMap((entry) => {
    const id = textOf(entry.get('id'));
    return id === null || !ID.test(id) ? [] : [decodeRecord(id, entry)];
  });
  const owners = new Map(records.flatMap((record) => record.names.map((name) => [name, record] as const)));
  return {
    records: records.map((record) => ({ ...record, names: [...new Set(record.names.filter((name) => owners.get(name) === record))] })),
    unusable: document.length - records.length,
  };
}

/**
 * Decodes a layers.json, by the layers' ids; null when it is no list.
 * Source: containers/storage, layers.go, Layer; the size counts only beside a digest (store.go, ImageSize()).
 */
export function decodeLayerRecords(document: unknown): ReadonlyMap<string, LayerRecord> | null {
  if (!Array.isArray(document)) return null;
  return new Map(
    document.map(fieldsOf).flatMap((entry) => {
      const id = textOf(entry.get('id'));
      const size = textOf(entry.get('diff-digest')) === null ? null : countOf(entry.get('diff-size') ?? 0);
      return id === null ? [] : [[id, { parent: textOf(entry.get('parent')), size }] as const];
    }),
  );
}

const ID = /^[a-f0-9]{64}$/;

function decodeRecord(id: string, entry: Fields): ImageRecord {
  const sizes = fieldsOf(entry.get('big-data-sizes'));
  const digests = fieldsOf(entry.get('big-data-digests'));
  const kept = textsOf(entry.get('big-data-names'));
  const documents = kept.map((name) => [name, { size: countOf(sizes.get(name)), digest: parseDigest(digests.get(name)) }] as const);
  const created = Date.parse(textOf(entry.get('created')) ?? '');
  return {
    id,
    digest: parseDigest(entry.get('digest')),
    names: textsOf(entry.get('names')),
    formerNames: textsOf(entry.get('names-history')),
    topLayer: textOf(entry.get('layer')),
    otherTopLayers: textsOf(entry.get('mapped-layers')),
    documents: new Map(documents),
    created: Number.isNaN(created) || created < 0 ? null : Math.floor(created / 1000),
    isIncomplete: fieldsOf(entry.get('flags')).get('incomplete') === true,
  };
}
