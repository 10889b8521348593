import type { TagAnswer, TagsAnswer } from '../check/ports.ts';
import type { RegistryContent } from './connection.ts';
import { reason, type Outcome, type Reason, type ReasonKind } from '../core/reason.ts';
import type { Repository } from '../core/reference.ts';
import type { Mirror } from './places.ts';
import type { Stop } from './stop.ts';

export type MirroredParts = {
  /** The registry that is meant. */
  readonly registry: string;
  readonly mirror: Mirror;
  readonly atMirror: RegistryContent;
  /** null where the registry itself may not be contacted. */
  readonly atOrigin: RegistryContent | null;
  readonly warn: (code: string, message: string) => void;
};

/** The mirror was reached and knows, or it is ours to mend: nobody else is asked. */
const FINAL: ReadonlySet<ReasonKind> = new Set(['unauthorized', 'budget', 'unsupported', 'policy', 'offline']);

/** The mirror works, and has nothing: that is what pull-through caches are like. */
const HAS_NOTHING: ReadonlySet<ReasonKind> = new Set(['not-found-or-private']);

/** Many a mirror has images and no lists. */
const HAS_NO_LIST: ReadonlySet<ReasonKind> = new Set([...HAS_NOTHING, 'unsupported']);

/**
 * Asks a registry's mirror instead of the registry; the registry itself for what the mirror cannot be asked about or does not have.
 *
 * What the mirror says a tag names is taken as it is, though it may lag: a pull-through cache that cannot reach its registry answers from memory, and so it does for a tag
 * that is gone. So one warning says who answered. That a mirror has no such tag proves nothing of the registry: alone it is never `gone`.
 * Source: distribution, registry/proxy, proxytagservice.go; containerd, core/remotes/docker, resolver.go (hosts in order, the next after any failure).
 */
export function createMirrored(parts: MirroredParts): RegistryContent {
  const { registry, mirror, atMirror, atOrigin, warn } = parts;
  const name = mirror.place.registry;
  let isMirrorLost = false;

  const mirrored = (repository: Repository): Repository => ({ registry: name, repository: `${mirror.prefix}${repository.repository}` });

  /** Asks there, and at the registry if `lackOf` says that there was nothing. */
  const ask = async <T>(asking: Asking<T>, repository: Repository, stop: Stop): Promise<T> => {
    const said = await asking.ask(atMirror, mirrored(repository));
    const lack = asking.lackOf(said);
    if (lack === null) {
      warn('mirror', `${registry} was not asked itself but its mirror ${name} (${mirror.where}), which may lag behind`);
      return said;
    }
    if ((FINAL.has(lack.kind) && !asking.lacks.has(lack.kind)) || stop.signal.aborted) return asking.fail(lack);
    if (atOrigin === null)
      return asking.fail({ ...lack, message: `${lack.message}; ${registry} itself may not be contacted (allowHosts)` });
    if (!asking.lacks.has(lack.kind) && !isMirrorLost) {
      isMirrorLost = true;
      warn('mirror-lost', `${registry} was asked itself where its mirror ${name} (${mirror.where}) did not answer: ${lack.message}`);
    }
    const own = await asking.ask(atOrigin, repository);
    const failed = asking.failureOf(own);
    return failed === null ? own : asking.fail({ ...failed, message: `${lack.message}; and ${failed.message}` });
  };

  return {
    resolveTag: (repository, tag, stop) =>
      ask(
        {
          ask: (content, asked) => content.resolveTag(asked, tag, stop),
          lackOf: (answer) =>
            answer.kind === 'gone'
              ? reason('not-found-or-private', `${name} has no ${name}/${mirror.prefix}${repository.repository}:${tag}`)
              : reasonOfTag(answer),
          failureOf: reasonOfTag,
          lacks: HAS_NOTHING,
          fail: (why): TagAnswer => ({ kind: 'unknown', reason: why }),
        },
        repository,
        stop,
      ),
    fetchManifest: (repository, blob, stop) =>
      ask(
        documentAsking((content, asked) => content.fetchManifest(asked, blob, stop)),
        repository,
        stop,
      ),
    fetchConfig: (repository, blob, stop) =>
      ask(
        documentAsking((content, asked) => content.fetchConfig(asked, blob, stop)),
        repository,
        stop,
      ),
    listTags: (repository, wanted, stop) =>
      ask(
        {
          ask: (content, asked) => content.listTags(asked, wanted, stop),
          lackOf: reasonOfTags,
          failureOf: reasonOfTags,
          lacks: HAS_NO_LIST,
          fail: (why): TagsAnswer => ({ kind: 'unknown', reason: why }),
        },
        repository,
        stop,
      ),
  };
}

/** One question, and how its answers are read. */
type Asking<T> = {
  readonly ask: (content: RegistryContent, repository: Repository) => Promise<T>;
  /** Why an answer is none, from a mirror; null for one. */
  readonly lackOf: (answer: T) => Reason | null;
  /** The same, from the registry itself. */
  readonly failureOf: (answer: T) => Reason | null;
  /** What a mirror says that works and has nothing. */
  readonly lacks: ReadonlySet<ReasonKind>;
  readonly fail: (why: Reason) => T;
};

function documentAsking(ask: Asking<Outcome<Uint8Array>>['ask']): Asking<Outcome<Uint8Array>> {
  const reasonOf = (outcome: Outcome<Uint8Array>): Reason | null => (outcome.ok ? null : outcome.reason);
  return { ask, lackOf: reasonOf, failureOf: reasonOf, lacks: HAS_NOTHING, fail: (why) => ({ ok: false, reason: why }) };
}

function reasonOfTag(answer: TagAnswer): Reason | null {
  return answer.kind === 'unknown' ? answer.reason : null;
}

function reasonOfTags(answer: TagsAnswer): Reason | null {
  return answer.kind === 'unknown' ? answer.reason : null;
}
