import type { BlobRef, TagAnswer } from '../check/ports.ts';
import { digestOf, parseDigest } from '../core/digest.ts';
import { reason, type Outcome, type Reason } from '../core/reason.ts';
import type { Repository } from '../core/reference.ts';
import { sanitizeText } from '../core/text.ts';
import { parseErrors } from './oci-errors.ts';
import { reasonForRefusal } from './refusal.ts';
import { bodyText } from './retry.ts';
import type { Answer, Ask, Session } from './session.ts';
import type { Stop } from './stop.ts';
import type { HttpResponse } from './transport.ts';

/** The questions about one registry's content. */
export type Manifests = {
  readonly resolveTag: (repository: Repository, tag: string, stop: Stop) => Promise<TagAnswer>;
  readonly fetchManifest: (repository: Repository, blob: BlobRef, stop: Stop) => Promise<Outcome<Uint8Array>>;
  readonly fetchConfig: (repository: Repository, blob: BlobRef, stop: Stop) => Promise<Outcome<Uint8Array>>;
};

/**
 * Exactly these, in one header, for HEAD and GET alike: registries convert or hide what is not named, and the digest changes with it.
 * Source: distribution, registry/handlers/manifests.go.
 */
const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
] as const;

const SCHEMA1_TYPES: ReadonlySet<string> = new Set([
  'application/vnd.docker.distribution.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
]);

/** Source: OCI distribution-spec v1.1, "Pushing Manifests" (4 MiB); containers/image, internal/iolimits. */
const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;

/**
 * Asks for tags by HEAD and for documents by digest, and believes nothing that was not hashed.
 *
 * - A HEAD that is refused (405, 501) or lacks digest or length becomes a GET, within the quota; the digest computed from the body wins.
 * - A header that differs from the body ends the trust in this registry's HEADs for the run: `onWrongDigest` is told once.
 * - A 404 means `gone` when it comes from a registry: it names the API version, is JSON, or answers to a token that was accepted. Any other 404 to a HEAD
 *   has no body to judge by and is asked again by GET; HTML is never taken for an answer.
 *
 * Source: OCI distribution-spec v1.1, "Pulling manifests"; RFC 9110 section 15.5.5.
 */
export function createManifests(
  session: Session,
  hooks: { readonly onWrongDigest: () => void; readonly onWarning: (text: string) => void },
): Manifests {
  let trustsHead = true;
  let hasSeenQuota = false;
  let learning: Promise<unknown> | null = null;

  const ask = async (asked: Ask, stop: Stop): Promise<Answer> => {
    const answer = await session.ask(asked, stop);
    if (answer.kind === 'response') {
      if (answer.response.status !== 401) hasSeenQuota = true;
      const warning = parseWarning(answer.response.header('warning'));
      if (warning !== null) hooks.onWarning(warning);
    }
    return answer;
  };

  /** A quota nobody has told us of yet is asked for by a HEAD, which is free. */
  const learnQuota = async (asked: Ask, stop: Stop): Promise<void> => {
    if (hasSeenQuota) return;
    learning ??= ask({ ...asked, method: 'HEAD', counted: false }, stop).finally(() => {
      learning = null;
    });
    await learning;
  };

  const distrust = (): void => {
    if (trustsHead) hooks.onWrongDigest();
    trustsHead = false;
  };

  const resolveTag: Manifests['resolveTag'] = async (repository, tag, stop) => {
    const asked = manifestAsk(repository, tag, 'HEAD');
    if (trustsHead) {
      const head = await ask(asked, stop);
      if (head.kind === 'failed') return { kind: 'unknown', reason: head.reason };
      const decided = decideHead(head, { repository, asked });
      if (decided !== null) return decided;
    }
    const got = await ask({ ...asked, method: 'GET', counted: true }, stop);
    if (got.kind === 'failed') return { kind: 'unknown', reason: got.reason };
    return decideGet(got, { repository, asked, distrust });
  };

  const fetchDocument = async (
    document: { readonly asked: Ask; readonly repository: Repository; readonly blob: BlobRef },
    stop: Stop,
  ): Promise<Outcome<Uint8Array>> => {
    const { asked, repository, blob } = document;
    if ((blob.size ?? 0) > MAX_DOCUMENT_BYTES)
      return no(reason('unsupported', `${asked.subject} has ${blob.size ?? 0} bytes where at most ${MAX_DOCUMENT_BYTES} are accepted`));
    if (asked.counted) await learnQuota(asked, stop);
    const answer = await ask(asked, stop);
    if (answer.kind === 'failed') return no(answer.reason);
    if (answer.response.status !== 200) return no(refusal(answer, { repository, asked }));
    return verify(answer.response, { asked, blob, distrust });
  };

  return {
    resolveTag,
    fetchManifest: (repository, blob, stop) =>
      fetchDocument({ asked: manifestAsk(repository, blob.digest, 'GET'), repository, blob }, stop),
    fetchConfig: (repository, blob, stop) => fetchDocument({ asked: blobAsk(repository, blob), repository, blob }, stop),
  };
}

type Responded = Extract<Answer, { kind: 'response' }>;

type Asked = { readonly repository: Repository; readonly asked: Ask };

function manifestAsk(repository: Repository, tagOrDigest: string, method: Ask['method']): Ask {
  const { registry, repository: path } = repository;
  const subject = `${registry}/${path}${tagOrDigest.includes(':') ? '@' : ':'}${tagOrDigest}`;
  return {
    method,
    path: `/v2/${path}/manifests/${tagOrDigest}`,
    repository: path,
    subject,
    accept: MANIFEST_TYPES.join(', '),
    maxBytes: MAX_DOCUMENT_BYTES,
    counted: method === 'GET',
  };
}

function blobAsk(repository: Repository, blob: BlobRef): Ask {
  const { registry, repository: path } = repository;
  return {
    method: 'GET',
    path: `/v2/${path}/blobs/${blob.digest}`,
    repository: path,
    subject: `${registry}/${path}@${blob.digest}`,
    accept: null,
    maxBytes: MAX_DOCUMENT_BYTES,
    counted: false,
  };
}

/** What a HEAD settles; null when a GET has to. */
function decideHead(head: Responded, about: Asked): TagAnswer | null {
  const { response } = head;
  const { status } = response;
  if (status === 405 || status === 501) return null;
  if (status === 404) return isRegistry404(head) ? { kind: 'gone' } : null;
  if (status !== 200) return { kind: 'unknown', reason: refusal(head, about) };
  const mediaType = mediaTypeOf(response);
  const unsupported = refuseType(mediaType, about.asked.subject);
  if (unsupported !== null) return { kind: 'unknown', reason: unsupported };
  const digest = parseDigest(response.header('docker-content-digest'));
  const length = response.header('content-length');
  if (digest === null || length === null || !/^[1-9]\d*$/.test(length)) return null;
  return { kind: 'found', digest, mediaType, body: null };
}

function decideGet(got: Responded, about: Asked & { readonly distrust: () => void }): TagAnswer {
  const { response } = got;
  if (response.status === 404) {
    const isGone = !isHtml(response) && (isRegistry404(got) || parseErrors(bodyText(response)) !== null);
    return isGone ? { kind: 'gone' } : { kind: 'unknown', reason: strange404(about) };
  }
  if (response.status !== 200) return { kind: 'unknown', reason: refusal(got, about) };
  const mediaType = mediaTypeOf(response);
  const unsupported = refuseType(mediaType, about.asked.subject) ?? refuseBody(response, about.asked.subject);
  if (unsupported !== null) return { kind: 'unknown', reason: unsupported };
  const said = parseDigest(response.header('docker-content-digest'));
  const digest = digestOf(response.body, said);
  if (said !== null && said !== digest) about.distrust();
  return { kind: 'found', digest: digestOf(response.body), mediaType, body: response.body };
}

function verify(
  response: HttpResponse,
  about: { readonly asked: Ask; readonly blob: BlobRef; readonly distrust: () => void },
): Outcome<Uint8Array> {
  const { asked, blob, distrust } = about;
  const { body } = response;
  if (blob.size !== null && body.length !== blob.size)
    return no(reason('bad-response', `${asked.subject} came with ${body.length} bytes where its descriptor says ${blob.size}`));
  const computed = digestOf(body, blob.digest);
  if (computed !== blob.digest) return no(reason('digest-mismatch', `${asked.subject} came with content of digest ${computed}`));
  const said = parseDigest(response.header('docker-content-digest'));
  if (asked.counted && said !== null && said !== digestOf(body, said)) distrust();
  return { ok: true, value: body };
}

function isRegistry404(answer: Responded): boolean {
  const { response, authorization, redirected } = answer;
  if (response.header('docker-distribution-api-version') !== null) return true;
  if (isHtml(response)) return false;
  return mediaTypeOf(response)?.endsWith('json') === true || (authorization !== null && !redirected);
}

function isHtml(response: HttpResponse): boolean {
  return mediaTypeOf(response)?.includes('html') === true;
}

function mediaTypeOf(response: HttpResponse): string | null {
  const type = (response.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return type === '' ? null : sanitizeText(type, 120);
}

function refuseType(mediaType: string | null, subject: string): Reason | null {
  if (mediaType === null) return null;
  if (SCHEMA1_TYPES.has(mediaType)) return reason('unsupported', `${subject} is a Docker schema1 manifest; expected schema2 or OCI`);
  return mediaType.includes('html') ? reason('bad-response', `${subject} was answered with HTML; expected a manifest`) : null;
}

/** A body that is to be hashed without anything to hold it against must at least be a manifest. */
function refuseBody(response: HttpResponse, subject: string): Reason | null {
  const value = parseJson(bodyText(response));
  if (typeof value !== 'object' || value === null || !('schemaVersion' in value))
    return reason('bad-response', `${subject} was answered with something that is no manifest`);
  return value.schemaVersion === 1 ? reason('unsupported', `${subject} is a Docker schema1 manifest; expected schema2 or OCI`) : null;
}

function strange404(about: Asked): Reason {
  const { registry } = about.repository;
  return reason(
    'bad-response',
    `${registry} answered 404 for ${about.asked.subject}, but not as a registry does: nothing is known of the tag`,
  );
}

function refusal(answer: Responded, about: Asked): Reason {
  const { response, authorization, redirected } = answer;
  return reasonForRefusal({
    repository: about.repository,
    subject: about.asked.subject,
    status: response.status,
    errors: parseErrors(bodyText(response)),
    scheme: authorization?.scheme ?? null,
    login: authorization?.login ?? 'none',
    redirected,
  });
}

/** `299 - "text"`: the text, safe to print. Source: OCI distribution-spec v1.1, "Warnings". */
function parseWarning(header: string | null): string | null {
  const text = header === null || header.length > 4096 ? undefined : /^299 - "((?:[^"\\]|\\.)*)"/.exec(header)?.[1];
  return text === undefined ? null : sanitizeText(text.replace(/\\(.)/g, '$1'), 300);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function no(why: Reason): Outcome<never> {
  return { ok: false, reason: why };
}
