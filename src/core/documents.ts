import type { Digest } from './digest.ts';
import { parseDigest } from './digest.ts';
import { decodeJsonObject, decodePlatform, isJsonObject, type JsonObject, readList, readText, readTextMap } from './documents-wire.ts';
import { malformed, type Parsed, parsed } from './parsed.ts';
import type { Platform } from './platform.ts';
import { type Outcome, reason, type ReasonKind } from './reason.ts';
import { sanitizeText } from './text.ts';

/**
 * Bytes of the longest manifest, index or config that is read, wherever it is: what a registry takes, and so no image has more.
 * Source: OCI distribution-spec v1.1, "Pushing Manifests"; containers/image, internal/iolimits.
 */
export const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;

/** An OCI descriptor; `size` in bytes. Source: OCI image-spec v1.1, descriptor.md. */
export type Descriptor = {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly platform: Platform | null;
  readonly artifactType: string | null;
  readonly annotations: ReadonlyMap<string, string>;
};

/** An image index or a Docker manifest list. */
export type Index = {
  readonly kind: 'index';
  readonly manifests: readonly Descriptor[];
  readonly annotations: ReadonlyMap<string, string>;
};

/** An image manifest, OCI or Docker schema 2. */
export type Manifest = {
  readonly kind: 'manifest';
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  /** The manifest that this one tells something of. */
  readonly subject: Digest | null;
  readonly annotations: ReadonlyMap<string, string>;
};

/**
 * What is asked for, in every request for a manifest, HEAD and GET alike: a registry that is not offered the stored type answers 404 or another document with
 * another digest. Source: distribution, registry/handlers/manifests.go; OCI image-spec v1.1, media-types.md.
 */
export const ACCEPTED_MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
] as const;

const INDEX_TYPES: ReadonlySet<string> = new Set([ACCEPTED_MANIFEST_TYPES[0], ACCEPTED_MANIFEST_TYPES[2]]);
const DOCUMENT_TYPES: ReadonlySet<string> = new Set(ACCEPTED_MANIFEST_TYPES);

const SCHEMA1 = 'schema 1 manifests';

/** Types of documents that are known and not read, and what to call them. */
const WITHDRAWN_TYPES: ReadonlyMap<string, string> = new Map([
  ['application/vnd.docker.distribution.manifest.v1+prettyjws', SCHEMA1],
  ['application/vnd.docker.distribution.manifest.v1+json', SCHEMA1],
  ['application/vnd.oci.artifact.manifest.v1+json', 'artifact manifests'],
]);

const IMAGE_CONFIG_TYPES: ReadonlySet<string | null> = new Set([
  null,
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]);

const ATTESTATION_MARK = 'vnd.docker.reference.type';
const MAX_ENTRIES = 1000;

/**
 * Reads a manifest or an index; `mediaType` is the response's Content-Type, null where there is none.
 *
 * The type is the body's `mediaType`, else the Content-Type, else it shows in the fields. A Content-Type that is no manifest type says nothing (some registries
 * answer `application/octet-stream`); one that contradicts the body, or a body that is both manifest and index, is refused.
 * An index entry that cannot be read is left out only where nothing could run it; otherwise the whole document is refused, lest an offer be missed.
 *
 * Fails with `unsupported` for schema 1 and artifact manifests and unknown types, with `bad-response` for everything else.
 * Source: OCI image-spec v1.1, manifest.md and image-index.md; distribution-spec v1.1, "Pulling manifests"; CVE-2021-41190.
 */
export function decodeDocument(bytes: Uint8Array, mediaType: string | null): Outcome<Index | Manifest> {
  const contentType = mediaType === null ? null : withoutParameters(mediaType);
  const wire = decodeJsonObject(bytes);
  if (wire === null) {
    const label = contentType === null ? '' : ` (${excerpt(contentType)})`;
    return refused('bad-response', `expected a manifest in JSON, got something else${label}`);
  }

  const written = readText(wire, 'mediaType');
  const bodyType = written === null ? null : withoutParameters(written);
  const withdrawn = wire.schemaVersion === 1 ? 'schema 1 manifests' : WITHDRAWN_TYPES.get(bodyType ?? contentType ?? '');
  if (withdrawn !== undefined) return refused('unsupported', `${withdrawn} are not supported`);
  if (bodyType !== null && !DOCUMENT_TYPES.has(bodyType)) {
    return refused('unsupported', `documents of type ${excerpt(bodyType)} are not supported`);
  }
  if (bodyType !== null && contentType !== bodyType && namesDocument(contentType)) {
    return refused('bad-response', `the Content-Type is ${contentType}, the document calls itself ${bodyType}`);
  }
  const schemaVersion = wire.schemaVersion ?? 2;
  if (schemaVersion !== 2) {
    return refused('bad-response', `expected schemaVersion 2, got ${typeof schemaVersion === 'number' ? schemaVersion : 'something else'}`);
  }

  const isIndex = wire.manifests !== undefined && (wire.config ?? wire.layers ?? null) === null;
  const isManifest = wire.config !== undefined && (wire.manifests ?? null) === null;
  const type = bodyType ?? (namesDocument(contentType) ? contentType : null);
  if (isIndex && (type === null || INDEX_TYPES.has(type))) return decoded(decodeIndex(wire));
  if (isManifest && (type === null || !INDEX_TYPES.has(type))) return decoded(decodeManifest(wire));
  return refused('bad-response', `expected either "manifests" or "config" and "layers"${type === null ? '' : `, as in ${type}`}`);
}

/** Whether a media type is one of Docker's manifests before version 2, schema 2. */
export function isSchema1Type(mediaType: string): boolean {
  return WITHDRAWN_TYPES.get(mediaType) === SCHEMA1;
}

/** Whether a media type is that of an image's config document. */
export function isImageConfigType(mediaType: string): boolean {
  return IMAGE_CONFIG_TYPES.has(withoutParameters(mediaType));
}

/** Whether a document of this media type lists others. Parameters and case do not matter. */
export function isIndexMediaType(mediaType: string): boolean {
  return INDEX_TYPES.has(withoutParameters(mediaType));
}

/**
 * Whether an index entry describes another entry instead of something to run.
 * Source: moby/buildkit, docs/attestations/attestation-storage.md; moby, daemon/containerd, IsPseudoImage().
 */
export function isAttestation({ annotations, platform }: Pick<Descriptor, 'annotations' | 'platform'>): boolean {
  return annotations.has(ATTESTATION_MARK) || (platform?.os === 'unknown' && platform.architecture === 'unknown');
}

/**
 * The entries that may be, or lead to, an image: no attestations, signatures and other artifacts.
 *
 * An entry of an unknown media type that names a platform stays, so that it is refused by name when it is the one that is wanted.
 */
export function runnableEntries(index: Index): readonly Descriptor[] {
  return index.manifests.filter((entry) => {
    const isNamed = entry.platform !== null || DOCUMENT_TYPES.has(withoutParameters(entry.mediaType));
    return isNamed && !isAttestation(entry) && IMAGE_CONFIG_TYPES.has(entry.artifactType);
  });
}

function decodeIndex(wire: JsonObject): Parsed<Index> {
  const entries = readList(wire, 'manifests');
  if (entries === null) return malformed('expected "manifests" to be a list');
  if (entries.length > MAX_ENTRIES) return malformed(`expected at most ${MAX_ENTRIES} entries in the index, got ${entries.length}`);
  const manifests: Descriptor[] = [];
  for (const [position, entry] of entries.entries()) {
    const descriptor = decodeDescriptor(entry);
    if (descriptor.ok) {
      manifests.push(descriptor.value);
    } else if (!isJsonObject(entry) || !isAttestation(describe(entry))) {
      return malformed(`manifests[${position}] of the index: ${descriptor.message}`);
    }
  }
  return parsed({ kind: 'index', manifests, annotations: readTextMap(wire, 'annotations') });
}

function decodeManifest(wire: JsonObject): Parsed<Manifest> {
  const config = decodeDescriptor(wire.config);
  if (!config.ok) return malformed(`config of the manifest: ${config.message}`);
  const entries = readList(wire, 'layers');
  if (entries === null) return malformed('expected "layers" to be a list');
  const layers: Descriptor[] = [];
  for (const [position, entry] of entries.entries()) {
    const layer = decodeDescriptor(entry);
    if (!layer.ok) return malformed(`layers[${position}] of the manifest: ${layer.message}`);
    layers.push(layer.value);
  }
  const subject = isJsonObject(wire.subject) ? parseDigest(wire.subject.digest) : null;
  return parsed({ kind: 'manifest', config: config.value, layers, subject, annotations: readTextMap(wire, 'annotations') });
}

/** Reads a descriptor, as an index, a manifest or an image layout's index.json has it. Source: OCI image-spec v1.1, descriptor.md. */
export function decodeDescriptor(wire: unknown): Parsed<Descriptor> {
  if (!isJsonObject(wire)) return malformed('expected a descriptor');
  const mediaType = readText(wire, 'mediaType');
  const digest = parseDigest(wire.digest);
  const size = wire.size;
  if (mediaType === null) return malformed('expected a descriptor with a mediaType');
  if (digest === null) return malformed('expected a descriptor with a sha256 or sha512 digest');
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return malformed('expected a descriptor with a size in bytes');
  return parsed({ mediaType, digest, size, artifactType: readText(wire, 'artifactType'), ...describe(wire) });
}

function describe(wire: JsonObject): Pick<Descriptor, 'annotations' | 'platform'> {
  const platform = wire.platform;
  return { platform: isJsonObject(platform) ? decodePlatform(platform) : null, annotations: readTextMap(wire, 'annotations') };
}

function namesDocument(contentType: string | null): contentType is string {
  return contentType !== null && (DOCUMENT_TYPES.has(contentType) || WITHDRAWN_TYPES.has(contentType));
}

/** `Application/JSON; charset=utf-8` is `application/json`. Source: RFC 9110 section 8.3.1. */
function withoutParameters(mediaType: string): string {
  return (mediaType.split(';', 1)[0] ?? '').trim().toLowerCase();
}

function excerpt(mediaType: string): string {
  return sanitizeText(mediaType, 100);
}

function decoded<T>(result: Parsed<T>): Outcome<T> {
  return result.ok ? result : refused('bad-response', result.message);
}

function refused(kind: ReasonKind, message: string): { readonly ok: false; readonly reason: ReturnType<typeof reason> } {
  return { ok: false, reason: reason(kind, message) };
}
