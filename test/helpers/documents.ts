import type { Document, ImageEntry } from '../../src/core/document.ts';
import type { ReasonKind } from '../../src/core/reason.ts';
import type { Version, VersionLevel } from '../../src/core/verdict.ts';
import { makeDigest } from './makers.ts';

/** Documents of parts, as `--json` prints them. */

/** What may be said of an image; what is left out is quiet. */
export type EntryParts = {
  readonly platform?: string;
  /** Stands for which image it is. */
  readonly image?: string | null;
  /** Stand for what it is known by. */
  readonly digests?: readonly string[];
  readonly tag?: ImageEntry['tag']['status'];
  /** Stands for what the tag names now. */
  readonly candidate?: string;
  /** Versions by level. */
  readonly newer?: Partial<Record<VersionLevel, string>> | 'unknown' | 'untracked';
  readonly base?: ImageEntry['base']['status'];
  readonly baseName?: string | null;
  readonly baseCandidate?: string;
  readonly confidence?: ImageEntry['base']['confidence'];
  readonly baseReason?: ReasonKind;
  readonly layers?: ImageEntry['base']['layers'];
  readonly reason?: ReasonKind;
  readonly message?: string;
  readonly held?: ImageEntry['held'];
  readonly expired?: ImageEntry['expired'];
  readonly containers?: ImageEntry['containers'];
  readonly sources?: ImageEntry['sources'];
  readonly checkedAt?: string | null;
};

/** The canonical form of a familiar name. */
export function canonical(name: string): string {
  if (/^[^/]*[.:][^/]*\//.test(name)) return name;
  return `docker.io/${name.includes('/') ? name : `library/${name}`}`;
}

/** An image of a document: current, without a known base, unless its parts say something else. */
export function makeEntry(name: string, parts: EntryParts = {}): ImageEntry {
  const reference = canonical(name);
  const { tag = 'current', newer = {}, base = 'unknown', reason = 'unreachable', message = `${reference.split('/')[0]} is away` } = parts;
  const open = { kind: reason, message, retryAt: null };
  const versions = typeof newer === 'string' ? {} : newer;
  const version = (level: VersionLevel): Version | null =>
    versions[level] === undefined ? null : { tag: versions[level], level, digest: null };
  const [line, newest] = [version('patch') ?? version('minor'), version('major')];
  const checkedAt = parts.checkedAt === undefined ? '2026-11-16T06:20:00Z' : parts.checkedAt;
  const available = line !== null || newest !== null ? 'available' : 'none';
  const newerStatus = typeof newer === 'string' ? newer : available;
  const baseReason = parts.baseReason ?? (base === 'unknown' ? 'no-evidence' : null);
  const isKnownBase = base !== 'unknown' && base !== 'none';
  const entry: Omit<ImageEntry, 'verdict'> = {
    reference,
    name,
    platform: parts.platform ?? 'linux/amd64',
    imageId: parts.image === null ? null : makeDigest(parts.image ?? `image of ${name}`),
    created: null,
    size: 1000,
    tag: {
      status: tag,
      digests: (parts.digests ?? [`installed ${name}`]).map(makeDigest),
      candidate: tag === 'unknown' || tag === 'gone' ? null : makeDigest(parts.candidate ?? `candidate of ${name}`),
      candidateCreated: null,
      download: null,
      why:
        tag === 'gone'
          ? `${reference.slice(0, reference.lastIndexOf(':'))} no longer has the tag ${name.split(':')[1] ?? ''}`
          : `the tag is ${tag}`,
      reason: tag === 'unknown' ? open : null,
      checkedAt: tag === 'unknown' ? null : checkedAt,
    },
    newer: {
      status: newerStatus,
      line: typeof newer === 'string' ? null : line,
      newest: typeof newer === 'string' ? null : newest,
      variant: null,
      sibling: null,
      notes: [],
      why: `newer: ${newerStatus}`,
      reason: newerStatus === 'unknown' ? open : null,
      checkedAt: newerStatus === 'unknown' ? null : checkedAt,
    },
    base: {
      status: base,
      kind: base === 'moved' ? 'layers-differ' : null,
      reference:
        parts.baseName === undefined
          ? isKnownBase
            ? canonical('node:20-slim')
            : null
          : parts.baseName === null
            ? null
            : canonical(parts.baseName),
      recorded: isKnownBase ? makeDigest('recorded base') : null,
      candidate: base === 'moved' || base === 'current' ? makeDigest(parts.baseCandidate ?? 'base now') : null,
      confidence: base === 'unknown' ? null : (parts.confidence ?? 'certain'),
      evidence: [],
      versionsBehind: null,
      difference: null,
      notes: [],
      why: `the base is ${base}`,
      reason:
        base === 'unknown' && baseReason !== null
          ? { kind: baseReason, message: baseReason === 'no-evidence' ? 'nothing names its base' : message, retryAt: null }
          : null,
      checkedAt: isKnownBase ? checkedAt : null,
      ...(parts.layers === undefined ? {} : { layers: parts.layers }),
    },
    containers: parts.containers ?? [],
    held: parts.held ?? null,
    expired: parts.expired ?? [],
    sources: parts.sources ?? [{ kind: 'docker-daemon', location: 'unix:///var/run/docker.sock', line: null, column: null, within: null }],
  };
  return { ...entry, verdict: verdictOf(entry) };
}

/** As list says it. Source: the JSON contract, `verdict`. */
function verdictOf({ tag, newer, base }: Pick<ImageEntry, 'tag' | 'newer' | 'base'>): ImageEntry['verdict'] {
  if (tag.status === 'rebuilt' || tag.status === 'gone' || newer.status === 'available') return 'stale';
  if (base.status === 'moved' || base.status === 'gone') return 'stale';
  return tag.status === 'unknown' || (base.status === 'unknown' && base.reason?.kind !== 'no-evidence') ? 'unknown' : 'fresh';
}

/** A document of one host. */
export function makeDocument(images: readonly ImageEntry[], parts: Partial<Document> = {}): Document {
  return { schemaVersion: 1, generatedAt: '2026-11-16T07:00:00Z', images, registries: [], warnings: [], ...parts };
}
