import { digestOf, parseDigest, type Digest } from '../core/digest.ts';
import { answer, errorAnswer, type Answer } from './answer.ts';
import type { Content, RepositoryContent } from './registry-content.ts';
import type { ServedRequest } from './serve.ts';

/** Uploads that have begun, by id. */
export type Uploads = { readonly open: Map<string, Uint8Array>; next: number };

export type UploadRequest = {
  readonly request: ServedRequest;
  readonly content: Content;
  readonly repository: string;
  readonly target: RepositoryContent;
  readonly uploads: Uploads;
  /** null: an upload begins. */
  readonly id: string | null;
};

/**
 * Receives blobs: whole, in pieces, or mounted from another repository.
 * Source: OCI distribution-spec v1.1, "Pushing blobs".
 */
export function answerUpload(upload: UploadRequest): Answer {
  return upload.id === null ? begin(upload) : proceed(upload, upload.id);
}

function begin(upload: UploadRequest): Answer {
  const { request, repository, target, uploads, content } = upload;
  const mount = parseDigest(request.query.get('mount'));
  const mounted = mount === null ? undefined : content.get(request.query.get('from') ?? '')?.blobs.get(mount);
  if (mount !== null && mounted !== undefined) return stored(target, repository, { digest: mount, bytes: mounted });
  if (request.query.has('digest')) return finish(upload, request.body);
  const id = `upload-${uploads.next++}`;
  uploads.open.set(id, new Uint8Array());
  return progress(202, repository, { id, length: 0 });
}

function proceed(upload: UploadRequest, id: string): Answer {
  const { request, repository, uploads } = upload;
  const received = uploads.open.get(id);
  if (received === undefined) return errorAnswer(404, { code: 'BLOB_UPLOAD_UNKNOWN', message: 'blob upload unknown to registry' });
  if (request.method === 'GET') return progress(204, repository, { id, length: received.length });
  if (request.method === 'DELETE') {
    uploads.open.delete(id);
    return answer(204);
  }
  const start = /^(?:bytes )?(\d+)-/.exec(request.headers['content-range'] ?? '')?.[1];
  if (start !== undefined && Number(start) !== received.length) return progress(416, repository, { id, length: received.length });
  const bytes = Buffer.concat([received, request.body]);
  if (request.method === 'PUT') {
    uploads.open.delete(id);
    return finish(upload, bytes);
  }
  uploads.open.set(id, bytes);
  return progress(202, repository, { id, length: bytes.length });
}

function finish(upload: UploadRequest, bytes: Uint8Array): Answer {
  const digest = parseDigest(upload.request.query.get('digest'));
  if (digest === null || digestOf(bytes, digest) !== digest) {
    return errorAnswer(400, { code: 'DIGEST_INVALID', message: 'provided digest did not match uploaded content' });
  }
  return stored(upload.target, upload.repository, { digest, bytes });
}

function stored(target: RepositoryContent, repository: string, blob: { readonly digest: Digest; readonly bytes: Uint8Array }): Answer {
  target.blobs.set(blob.digest, blob.bytes);
  return answer(201, { location: `/v2/${repository}/blobs/${blob.digest}`, 'docker-content-digest': blob.digest });
}

function progress(status: number, repository: string, upload: { readonly id: string; readonly length: number }): Answer {
  return answer(status, {
    location: `/v2/${repository}/blobs/uploads/${upload.id}`,
    range: `0-${Math.max(0, upload.length - 1)}`,
    'docker-upload-uuid': upload.id,
  });
}
