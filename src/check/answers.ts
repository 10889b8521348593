import { decodeStatement, type Statement } from '../core/base/provenance.ts';
import type { Digest } from '../core/digest.ts';
import { decodeDocument, type Index, type Manifest } from '../core/documents.ts';
import { decodeConfig, type ImageConfig } from '../core/image-config.ts';
import { type Outcome, type Reason, reason } from '../core/reason.ts';
import { renderRepository, type Repository } from '../core/reference.ts';
import type { Known } from '../core/known.ts';
import type { Offer } from '../core/tag-check.ts';
import type { BlobRef, Memory, Registry, TagName, TagObservation } from './ports.ts';

/** How far remembered answers are trusted. */
export type AnswerPolicy = {
  /** Milliseconds; older observations of a tag are asked again, 0 asks always. */
  readonly maxAgeMs: number;
  /** Never ask; then an observation of any age will do. */
  readonly offline: boolean;
};

/** What a tag names, when a registry said so, and whether that took a request now. */
export type Resolution = { readonly offer: Offer; readonly checkedAt: number | null; readonly asked: boolean };

/** An answer, and whether it took a request now. */
export type Answer<T> = { readonly known: Known<T>; readonly asked: boolean };

/** The registry seen through what is remembered: a document is fetched once, ever; a tag is asked for once within its age. */
export type Answers = {
  /** What is remembered of these tags and still trusted, in their order; null for one that has to be asked for. */
  readonly recallAll: (tags: readonly TagName[]) => readonly (Resolution | null)[];
  /** What is remembered of the tag and still trusted, else what its registry says now. */
  readonly look: (repository: Repository, tag: string) => Promise<Resolution>;
  /** Asks, once in a run however often it is called. */
  readonly resolve: (repository: Repository, tag: string) => Promise<Resolution>;
  readonly manifest: (repository: Repository, blob: BlobRef) => Promise<Answer<Index | Manifest>>;
  readonly config: (repository: Repository, blob: BlobRef) => Promise<Answer<ImageConfig>>;
  /** An in-toto statement. Not counted by any registry. */
  readonly statement: (repository: Repository, blob: BlobRef) => Promise<Answer<Statement>>;
  /** Does the registry still serve the digest in the repository? Free of charge, and remembered as tags are. */
  readonly presence: (repository: Repository, digest: Digest) => Promise<Answer<boolean>>;
  /** Did the registry say that it has nothing of this name, not longer ago than `maxAgeMs`? Never asks. */
  readonly wasGone: (repository: Repository, name: string, maxAgeMs: number) => boolean;
  /** A document that is here already; never asks. */
  readonly remembered: (digest: Digest) => Index | Manifest | null;
};

export type AnswerPorts = {
  readonly memory: Memory;
  readonly openRegistry: () => Promise<Registry>;
  readonly now: () => number;
  readonly signal: AbortSignal;
};

/** Puts the memory in front of a registry, which is only opened when something has to be asked. */
export function createAnswers(ports: AnswerPorts, policy: AnswerPolicy): Answers {
  const { memory, signal } = ports;
  const manifests = createDocuments(ports, policy, {
    decode: (bytes) => decodeDocument(bytes, null),
    fetch: async (repository, blob) => (await ports.openRegistry()).fetchManifest(repository, blob, signal),
  });
  const configs = createDocuments(ports, policy, {
    decode: decodeConfig,
    fetch: async (repository, blob) => (await ports.openRegistry()).fetchConfig(repository, blob, signal),
  });
  const statements = createDocuments(ports, policy, {
    decode: decodeStatement,
    fetch: async (repository, blob) => (await ports.openRegistry()).fetchConfig(repository, blob, signal),
  });
  const trust = (before: TagObservation | null): Resolution | null => {
    if (before === null) return null;
    const age = ports.now() - before.observedAt;
    if (!policy.offline && (age < 0 || age >= policy.maxAgeMs)) return null;
    return { offer: before, checkedAt: before.observedAt, asked: false };
  };

  const recall = (repository: Repository, tag: string): Resolution | null => trust(memory.readTag(repository, tag));
  const recallAll: Answers['recallAll'] = (tags) => memory.readTags(tags).map(trust);

  const ask: Answers['resolve'] = async (repository, tag) => {
    if (policy.offline) {
      const subject = `${renderRepository(repository)}:${tag}`;
      return { offer: { kind: 'unknown', reason: offlineReason(subject) }, checkedAt: null, asked: false };
    }
    const answer = await (await ports.openRegistry()).resolveTag(repository, tag, signal);
    signal.throwIfAborted();
    if (answer.kind === 'unknown') return { offer: answer, checkedAt: null, asked: true };
    const observedAt = ports.now();
    if (answer.kind === 'gone') {
      memory.writeTag(repository, tag, { kind: 'gone', observedAt });
      return { offer: answer, checkedAt: observedAt, asked: true };
    }
    memory.writeTag(repository, tag, { kind: 'found', digest: answer.digest, mediaType: answer.mediaType, observedAt });
    if (answer.body !== null) memory.writeDocument(answer.digest, answer.body);
    return { offer: answer, checkedAt: observedAt, asked: true };
  };

  const asking = new Map<string, Promise<Resolution>>();
  const resolve: Answers['resolve'] = async (repository, tag) => {
    const key = `${renderRepository(repository)}:${tag}`;
    const before = asking.get(key);
    if (before !== undefined) return { ...(await before), asked: false };
    const answer = ask(repository, tag);
    asking.set(key, answer);
    return answer;
  };

  const look: Answers['look'] = async (repository, tag) => recall(repository, tag) ?? resolve(repository, tag);

  const presence: Answers['presence'] = async (repository, digest) => {
    const { offer, asked } = await look(repository, digest);
    if (offer.kind === 'unknown') return { known: { state: 'failed', reason: offer.reason }, asked };
    return { known: { state: 'known', value: offer.kind === 'found' }, asked };
  };

  return {
    recallAll,
    look,
    resolve,
    presence,
    wasGone: (repository, name, maxAgeMs) => {
      const before = memory.readTag(repository, name);
      return before?.kind === 'gone' && Math.abs(ports.now() - before.observedAt) < maxAgeMs;
    },
    manifest: manifests.load,
    config: configs.load,
    statement: statements.load,
    remembered: (digest) => {
      const document = manifests.read(digest);
      return document?.state === 'known' ? document.value : null;
    },
  };
}

type DocumentKind<T> = {
  readonly decode: (bytes: Uint8Array) => Outcome<T>;
  readonly fetch: (repository: Repository, blob: BlobRef) => Promise<Outcome<Uint8Array>>;
};

/** Documents of one kind, decoded once in a run; concurrent questions for one digest share one request. */
function createDocuments<T>(ports: AnswerPorts, policy: AnswerPolicy, kind: DocumentKind<T>) {
  const decoded = new Map<Digest, Known<T>>();
  const flights = new Map<string, Promise<Known<T>>>();

  const keep = (digest: Digest, bytes: Uint8Array): Known<T> => {
    const outcome = kind.decode(bytes);
    const known: Known<T> = outcome.ok
      ? { state: 'known', value: outcome.value }
      : { state: 'failed', reason: { ...outcome.reason, message: `${digest}: ${outcome.reason.message}` } };
    decoded.set(digest, known);
    return known;
  };

  const read = (digest: Digest): Known<T> | null => {
    const known = decoded.get(digest);
    if (known !== undefined) return known;
    const bytes = ports.memory.readDocument(digest);
    return bytes === null ? null : keep(digest, bytes);
  };

  const fetch = async (repository: Repository, blob: BlobRef): Promise<Known<T>> => {
    const fetched = await kind.fetch(repository, blob);
    ports.signal.throwIfAborted();
    if (!fetched.ok) return { state: 'failed', reason: fetched.reason };
    ports.memory.writeDocument(blob.digest, fetched.value);
    return keep(blob.digest, fetched.value);
  };

  const load = async (repository: Repository, blob: BlobRef): Promise<Answer<T>> => {
    const here = read(blob.digest);
    if (here !== null) return { known: here, asked: false };
    if (policy.offline) return { known: { state: 'failed', reason: offlineReason(blob.digest) }, asked: false };
    const key = `${renderRepository(repository)}@${blob.digest}`;
    const flying = flights.get(key);
    if (flying !== undefined) return { known: await flying, asked: false };
    const flight = fetch(repository, blob).finally(() => flights.delete(key));
    flights.set(key, flight);
    return { known: await flight, asked: true };
  };

  return { read, load };
}

function offlineReason(subject: string): Reason {
  return reason('offline', `${subject} is not remembered, and nothing is asked while offline`);
}
