import type { BlobRef, TagAnswer } from '../check/ports.ts';
import { ACCEPTED_MANIFEST_TYPES, MAX_DOCUMENT_BYTES } from '../core/documents.ts';
import { reason, type Outcome } from '../core/reason.ts';
import type { Repository } from '../core/reference.ts';
import { sanitizeText } from '../core/text.ts';
import { decideGet, decideHead, no, refusal, verify } from './manifest-answer.ts';
import type { Answer, Ask, Session } from './session.ts';
import type { Stop } from './stop.ts';

/** The questions about one registry's content. */
export type Manifests = {
  readonly resolveTag: (repository: Repository, tag: string, stop: Stop) => Promise<TagAnswer>;
  readonly fetchManifest: (repository: Repository, blob: BlobRef, stop: Stop) => Promise<Outcome<Uint8Array>>;
  readonly fetchConfig: (repository: Repository, blob: BlobRef, stop: Stop) => Promise<Outcome<Uint8Array>>;
};

/**
 * Asks for tags by HEAD and for documents by digest, and believes nothing that was not hashed.
 *
 * - A HEAD that is refused (405, 501) or lacks digest or length becomes a GET, within the quota; the digest computed from the body wins.
 * - A header that differs from the body ends the trust in this registry's HEADs for the run: `onWrongDigest` is told once.
 * - `namespace` is named to a mirror of several registries; null where the registry is asked itself.
 * - A 404 means `gone` when it comes from a registry: it names the API version, is JSON, or answers to a token that was accepted. Any other 404 to a HEAD
 *   has no body to judge by and is asked again by GET; HTML is never taken for an answer.
 *
 * Source: OCI distribution-spec v1.1, "Pulling manifests"; RFC 9110 section 15.5.5.
 */
export function createManifests(
  session: Session,
  hooks: { readonly namespace: string | null; readonly onWrongDigest: () => void; readonly onWarning: (text: string) => void },
): Manifests {
  const { namespace } = hooks;
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
    const asked = manifestAsk(repository, tag, { method: 'HEAD', namespace });
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
      fetchDocument({ asked: manifestAsk(repository, blob.digest, { method: 'GET', namespace }), repository, blob }, stop),
    fetchConfig: (repository, blob, stop) => fetchDocument({ asked: blobAsk(repository, blob, namespace), repository, blob }, stop),
  };
}

type How = { readonly method: Ask['method']; readonly namespace: string | null };

function manifestAsk(repository: Repository, tagOrDigest: string, { method, namespace }: How): Ask {
  const { registry, repository: path } = repository;
  const subject = `${registry}/${path}${tagOrDigest.includes(':') ? '@' : ':'}${tagOrDigest}`;
  return {
    method,
    path: `/v2/${path}/manifests/${tagOrDigest}${namespaceQuery(namespace)}`,
    repository: path,
    subject,
    accept: ACCEPTED_MANIFEST_TYPES.join(', '),
    maxBytes: MAX_DOCUMENT_BYTES,
    counted: method === 'GET',
  };
}

function blobAsk(repository: Repository, blob: BlobRef, namespace: string | null): Ask {
  const { registry, repository: path } = repository;
  return {
    method: 'GET',
    path: `/v2/${path}/blobs/${blob.digest}${namespaceQuery(namespace)}`,
    repository: path,
    subject: `${registry}/${path}@${blob.digest}`,
    accept: null,
    maxBytes: MAX_DOCUMENT_BYTES,
    counted: false,
  };
}

/** Tells a mirror of several registries which one is meant. Source: OCI distribution-spec, "Registry Proxying"; containerd, docs/hosts.md. */
function namespaceQuery(namespace: string | null): string {
  return namespace === null ? '' : `?ns=${encodeURIComponent(namespace)}`;
}

/** `299 - "text"`: the text, safe to print. Source: OCI distribution-spec v1.1, "Warnings". */
function parseWarning(header: string | null): string | null {
  const text = header === null || header.length > 4096 ? undefined : /^299 - "((?:[^"\\]|\\.)*)"/.exec(header)?.[1];
  return text === undefined ? null : sanitizeText(text.replace(/\\(.)/g, '$1'), 300);
}
