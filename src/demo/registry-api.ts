import { digestOf, parseDigest } from '../core/digest.ts';
import { answer, errorAnswer, jsonAnswer, type Answer } from './answer.ts';
import { findManifest, readManifest, type RepositoryContent, type StoredManifest } from './registry-content.ts';
import type { ServedRequest } from './serve.ts';

/**
 * GET and HEAD of a manifest by tag or digest.
 *
 * What the client does not accept is treated as the reference registry does: a Docker manifest list asked by tag is replaced by its
 * linux/amd64 image, OCI documents do not exist for it.
 * Source: OCI distribution-spec v1.1, "Pulling manifests"; distribution, registry/handlers/manifests.go.
 */
export function answerManifest(request: ServedRequest, repository: RepositoryContent, reference: string): Answer {
  const found = findManifest(repository, reference);
  if (found === null) return manifestUnknown(`unknown tag or digest ${reference}`);
  const accepts = readAccept(request.headers.accept);
  const offered = accepts(found.mediaType) ? found : replacement(repository, found, parseDigest(reference) === null);
  if (offered === null) {
    const what = found.children.length > 0 ? 'index' : 'manifest';
    return manifestUnknown(`OCI ${what} found, but accept header does not support OCI ${what === 'index' ? 'indexes' : 'manifests'}`);
  }
  const headers = { 'docker-content-digest': offered.digest, etag: `"${offered.digest}"` };
  const known = (request.headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replaceAll('"', ''));
  if (known.includes(offered.digest)) return answer(304, headers);
  return answer(200, { 'content-type': offered.mediaType, ...headers }, offered.bytes);
}

/** PUT of a manifest. Source: OCI distribution-spec v1.1, "Pushing Manifests". */
export function receiveManifest(
  request: ServedRequest,
  target: { readonly name: string; readonly repository: RepositoryContent },
  reference: string,
): Answer {
  const mediaType = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  const manifest = readManifest(mediaType, request.body);
  if (manifest === null) return errorAnswer(400, { code: 'MANIFEST_INVALID', message: 'manifest invalid' });
  const digest = parseDigest(reference);
  if (digest !== null && digestOf(request.body, digest) !== digest) {
    return errorAnswer(400, { code: 'DIGEST_INVALID', message: 'provided digest did not match uploaded content' });
  }
  const { repository } = target;
  const missing =
    manifest.blobs.find((blob) => !repository.blobs.has(blob)) ??
    manifest.children.map((child) => child.digest).find((child) => !repository.manifests.has(child));
  if (missing !== undefined) {
    return errorAnswer(400, { code: 'MANIFEST_BLOB_UNKNOWN', message: 'blob unknown to registry', detail: { digest: missing } });
  }
  const stored = { ...manifest, digest: digest ?? manifest.digest };
  repository.manifests.set(stored.digest, stored);
  if (digest === null) repository.tags.set(reference, stored.digest);
  return answer(201, {
    location: `/v2/${target.name}/manifests/${stored.digest}`,
    'docker-content-digest': stored.digest,
    ...(stored.subject === null ? {} : { 'oci-subject': stored.subject }),
  });
}

/** DELETE of a tag or manifest. Source: OCI distribution-spec v1.1, "Content Management". */
export function deleteManifest(repository: RepositoryContent, reference: string): Answer {
  const found = findManifest(repository, reference);
  if (found === null) return manifestUnknown(`unknown tag or digest ${reference}`);
  if (parseDigest(reference) === null) {
    repository.tags.delete(reference);
    return answer(202);
  }
  repository.manifests.delete(found.digest);
  for (const [tag, digest] of repository.tags) if (digest === found.digest) repository.tags.delete(tag);
  return answer(202);
}

/** GET and HEAD of a blob. Source: OCI distribution-spec v1.1, "Pulling blobs". */
export function answerBlob(repository: RepositoryContent, text: string): Answer {
  const digest = parseDigest(text);
  if (digest === null) return errorAnswer(400, { code: 'DIGEST_INVALID', message: 'provided digest is not well formed' });
  const bytes = repository.blobs.get(digest);
  if (bytes === undefined) return errorAnswer(404, { code: 'BLOB_UNKNOWN', message: 'blob unknown to registry', detail: { digest } });
  return answer(200, { 'content-type': 'application/octet-stream', 'docker-content-digest': digest, etag: `"${digest}"` }, bytes);
}

/** The manifests that refer to another one. Source: OCI distribution-spec v1.1, "Listing Referrers". */
export function answerReferrers(request: ServedRequest, repository: RepositoryContent, text: string): Answer {
  const subject = parseDigest(text);
  if (subject === null) return errorAnswer(400, { code: 'DIGEST_INVALID', message: 'provided digest is not well formed' });
  const wanted = request.query.get('artifactType');
  const manifests = [...repository.manifests.values()]
    .filter((manifest) => manifest.subject === subject && (wanted === null || manifest.artifactType === wanted))
    .map(({ mediaType, digest, bytes, artifactType, annotations }) => ({
      mediaType,
      digest,
      size: bytes.length,
      artifactType,
      annotations,
    }));
  return jsonAnswer(
    200,
    { schemaVersion: 2, mediaType: OCI_INDEX, manifests },
    { 'content-type': OCI_INDEX, ...(wanted === null ? {} : { 'oci-filters-applied': 'artifactType' }) },
  );
}

const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';

/** Weights are not looked at, as no registry does. Source: RFC 9110 section 12.5.1. */
function readAccept(header: string | undefined): (mediaType: string) => boolean {
  const accepted = new Set((header ?? DOCKER_MANIFEST).split(',').map((range) => range.split(';')[0]?.trim()));
  return (mediaType) => accepted.has(mediaType) || accepted.has('*/*');
}

function replacement(repository: RepositoryContent, found: StoredManifest, byTag: boolean): StoredManifest | null {
  if (found.mediaType === DOCKER_MANIFEST) return found;
  if (found.mediaType !== DOCKER_LIST) return null;
  if (!byTag) return found;
  const child = found.children.find(({ os, architecture }) => os === 'linux' && architecture === 'amd64');
  return child === undefined ? null : (repository.manifests.get(child.digest) ?? null);
}

const manifestUnknown = (detail: string): Answer => errorAnswer(404, { code: 'MANIFEST_UNKNOWN', message: 'manifest unknown', detail });
