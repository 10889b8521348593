import { findAnnotations } from '../../core/base/annotations.ts';
import type { Findings } from '../../core/base/claim.ts';
import { attestationsOf, decodeStatement, findProvenance, MAX_STATEMENT_BYTES, provenanceLayers } from '../../core/base/provenance.ts';
import type { Digest } from '../../core/digest.ts';
import { decodeDocument, type Descriptor, type Index, type Manifest } from '../../core/documents.ts';
import type { Outcome } from '../../core/reason.ts';
import type { Recorded } from '../stored/stored-image.ts';
import type { Blobs } from './blobs.ts';

type Annotations = ReadonlyMap<string, string>;

/** Where a layout tells of an image beside its config. */
export type RecordedPlaces = {
  /** Of its manifest. */
  readonly digest: Digest;
  readonly manifest: Manifest;
  /** The index the image is in, and the descriptor in it; null: index.json leads to the manifest. */
  readonly within: { readonly index: Index; readonly descriptor: Descriptor } | null;
  /** Of the descriptor in index.json. */
  readonly entry: Annotations;
};

/**
 * What a layout records of an image's base, in the order in which a registry is asked: what the index and its attestations say; the manifest; and at last the
 * descriptor in index.json, which no registry has.
 *
 * Attestations are read when `readProvenance` is called, verified as all else is; one that was not copied with the image is told as such.
 * Source: moby/buildkit, docs/attestations/attestation-storage.md; OCI image-spec v1.1, annotations.md.
 */
export function findRecorded({ digest, manifest, within, entry }: RecordedPlaces, read: Blobs['read']): Recorded {
  const attestations = within === null ? [] : attestationsOf(within.index, digest);
  const places = [manifest.annotations, entry].map((each) => findAnnotations({ manifest: each, descriptor: null, index: null }));
  return {
    onIndex: findAnnotations({
      manifest: null,
      descriptor: within?.descriptor.annotations ?? null,
      index: within?.index.annotations ?? null,
    }),
    onManifest: places.find(({ claims }) => claims.length > 0) ?? join(places),
    readProvenance: attestations.length === 0 ? null : () => readProvenance(attestations, digest, read),
  };
}

async function readProvenance(attestations: readonly Descriptor[], image: Digest, read: Blobs['read']): Promise<Findings> {
  const found: Findings[] = [];
  for (const attestation of attestations) {
    const manifest = await readAs(attestation, (bytes) => decodeDocument(bytes, attestation.mediaType), read);
    if (!manifest.ok) found.push(rejected(manifest.why));
    if (!manifest.ok || manifest.value.kind !== 'manifest') continue;
    for (const layer of provenanceLayers(manifest.value, image)) {
      const isLarge = layer.size > MAX_STATEMENT_BYTES;
      const statement = isLarge ? tooLarge(layer) : await readAs(layer, decodeStatement, read);
      found.push(statement.ok ? findProvenance(statement.value, image) : rejected(statement.why));
    }
  }
  return join(found);
}

type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

async function readAs<T>(descriptor: Descriptor, decode: (bytes: Uint8Array) => Outcome<T>, read: Blobs['read']): Promise<Read<T>> {
  const blob = await read(descriptor);
  switch (blob.kind) {
    case 'absent':
      return { ok: false, why: `${descriptor.digest} did not come with the image` };
    case 'flawed':
      return { ok: false, why: blob.flaw };
    case 'read': {
      const decoded = decode(blob.bytes);
      return decoded.ok ? decoded : { ok: false, why: `${descriptor.digest}: ${decoded.reason.message}` };
    }
  }
}

function tooLarge({ size }: Descriptor): Read<never> {
  return { ok: false, why: `it has ${size} bytes, and at most ${MAX_STATEMENT_BYTES} are read` };
}

function rejected(why: string): Findings {
  return { claims: [], rejected: [{ source: 'provenance', where: 'BuildKit provenance', why }] };
}

function join(findings: readonly Findings[]): Findings {
  return { claims: findings.flatMap(({ claims }) => claims), rejected: findings.flatMap(({ rejected: each }) => each) };
}
