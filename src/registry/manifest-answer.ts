import type { BlobRef, TagAnswer } from '../check/ports.ts';
import { digestOf, parseDigest } from '../core/digest.ts';
import { isSchema1Type } from '../core/documents.ts';
import { reason, type Outcome, type Reason } from '../core/reason.ts';
import type { Repository } from '../core/reference.ts';
import { sanitizeText } from '../core/text.ts';
import { parseJson } from './json.ts';
import { parseErrors } from './oci-errors.ts';
import { reasonForRefusal } from './refusal.ts';
import { bodyText } from './retry.ts';
import type { Answer, Ask } from './session.ts';
import type { HttpResponse } from './transport.ts';

export type Responded = Extract<Answer, { kind: 'response' }>;

/** What an answer is an answer to. */
export type Asked = { readonly repository: Repository; readonly asked: Ask };

/** What a HEAD settles; null when a GET has to. */
export function decideHead(head: Responded, about: Asked): TagAnswer | null {
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

/** What a GET of a tag settles: the digest is computed; `distrust` is told when the header names another. */
export function decideGet(got: Responded, about: Asked & { readonly distrust: () => void }): TagAnswer {
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

/** Gives a body that is what was asked for, to the byte. */
export function verify(
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
  if (isSchema1Type(mediaType)) return reason('unsupported', `${subject} is a Docker schema1 manifest; expected schema2 or OCI`);
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

/** Why an answer without a document gives none. */
export function refusal(answer: Responded, about: Asked): Reason {
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

/** No document, and why. */
export function no(why: Reason): Outcome<never> {
  return { ok: false, reason: why };
}
