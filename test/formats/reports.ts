import type { CheckReport, ImageReport } from '../../src/check/report.ts';
import { type Digest, parseDigest } from '../../src/core/digest.ts';
import { reason, type ReasonKind } from '../../src/core/reason.ts';
import { renderFamiliar, renderReference } from '../../src/core/reference.ts';
import { type BaseVerdict, decideOverall, type NewerVerdict, type TagVerdict, untoldBase } from '../../src/core/verdict.ts';
import { makePlatform, makeReference } from '../helpers/makers.ts';

/** 2026-11-20T12:44:06Z */
export const NOW = Date.UTC(2026, 10, 20, 12, 44, 6);

export const CHECKED = NOW - 3 * 60_000;

/** What is here, and what the registry offers. */
export const HERE = makeReadableDigest('3f2a9c0b7d1e');

export const THERE = makeReadableDigest('9d1e4a55c0ff');

/** A digest that begins as one wants to read it. */
export function makeReadableDigest(start: string): Digest {
  const digest = parseDigest(`sha256:${start.padEnd(64, '0')}`);
  if (digest === null) throw new Error(`no digest begins with ${start}`);
  return digest;
}

/** What is told of newer versions beside the verdict: nothing. */
export function makeNewerReport(verdict: NewerVerdict, parts: Partial<ImageReport['newer']> = {}): ImageReport['newer'] {
  return { verdict, variant: null, sibling: null, notes: [], trail: [], table: null, checkedAt: null, ...parts };
}

type Parts = Partial<Omit<ImageReport, 'tag'>> & { readonly tag?: Partial<ImageReport['tag']> };

/** What is told of a base beside the verdict: nothing. */
export function makeBaseReport(verdict: BaseVerdict): ImageReport['base'] {
  return { verdict, checkedAt: null, found: [], rejected: [], trail: [], layers: null };
}

/** A row as a check would make it: `makeRow('nginx:1.27', 'rebuilt')`. */
export function makeRow(name: string, verdict: TagVerdict | Exclude<TagVerdict['kind'], 'unknown'>, parts: Parts = {}): ImageReport {
  const reference = makeReference(name);
  const tag = typeof verdict === 'string' ? makeVerdict(verdict) : verdict;
  const newer: NewerVerdict = parts.newer?.verdict ?? { kind: 'untracked', why: 'versions are not followed' };
  const base: BaseVerdict = parts.base?.verdict ?? {
    kind: 'unknown',
    reason: reason('no-evidence', 'nothing names a base'),
    ...untoldBase('nothing names a base'),
  };
  const asked = tag.kind !== 'local' && tag.kind !== 'pinned' && tag.kind !== 'unknown';
  return {
    reference: renderReference(reference),
    name: renderFamiliar(reference),
    registry: reference.registry,
    platform: makePlatform('linux/amd64'),
    engineId: makeReadableDigest('c0ffee'),
    imageId: makeReadableDigest('c0ffee'),
    created: '2026-10-27T09:00:00.123456789Z',
    size: 71_200_000,
    labels: new Map(),
    verdict: decideOverall(tag, newer, base),
    newer: makeNewerReport(newer),
    base: makeBaseReport(base),
    containers: [],
    held: null,
    sources: [{ kind: 'docker-daemon', location: 'unix:///var/run/docker.sock', line: null, column: null, file: null }],
    expired: [],
    failOn: null,
    builtFrom: null,
    baseHeld: null,
    ...parts,
    tag: {
      verdict: tag,
      digests: tag.kind === 'local' ? [] : [HERE],
      candidateCreated: null,
      download: null,
      checkedAt: asked ? CHECKED : null,
      trail: [],
      ...parts.tag,
    },
  };
}

function makeVerdict(kind: Exclude<TagVerdict['kind'], 'unknown'>): TagVerdict {
  switch (kind) {
    case 'current':
      return { kind, candidate: HERE, why: 'the registry names the digest that is here' };
    case 'rebuilt':
      return { kind, candidate: THERE, why: 'the tag names another image for linux/amd64' };
    case 'gone':
      return { kind, why: 'the registry has no such tag' };
    case 'local':
      return { kind, why: 'built here' };
    case 'pinned':
      return { kind, why: 'referenced by digest' };
    case 'none':
      return { kind, candidate: THERE, why: 'nothing is installed' };
  }
}

export function unknown(kind: ReasonKind, message: string, retryAt: string | null = null): TagVerdict {
  return { kind: 'unknown', reason: reason(kind, message, retryAt), candidate: null, why: message };
}

export function makeReport(images: readonly ImageReport[], parts: Partial<CheckReport> = {}): CheckReport {
  return { generatedAt: NOW, images, registries: [], warnings: [], failures: [], files: null, ignored: [], store: null, ...parts };
}

/** One row of each kind. */
export const WORLD: CheckReport = makeReport(
  [
    makeRow('ghcr.io/acme/api:2.3.1', unknown('not-found-or-private', 'ghcr.io says that it knows no such repository')),
    makeRow('my-app:dev', 'local', { containers: [{ name: 'app', running: true, outdated: false }] }),
    makeRow('nginx:1.27', 'rebuilt', {
      labels: new Map([['org.opencontainers.image.source', 'https://github.com/nginxinc/docker-nginx']]),
      containers: [
        { name: 'proxy', running: false, outdated: false },
        { name: 'web', running: true, outdated: true },
        { name: 'blog', running: true, outdated: false },
      ],
      tag: {
        candidateCreated: '2026-11-08T10:00:00Z',
        download: { bytes: 12_345_678, layers: 2, totalLayers: 7 },
        trail: [
          { asked: 'HEAD docker.io/library/nginx:1.27', answer: THERE, cost: 'free' },
          { asked: `GET docker.io/library/nginx@${THERE}`, answer: 'index of 8 platforms', cost: 'counted' },
        ],
      },
    }),
    makeRow('node:20-alpine', 'current', { sources: [{ kind: 'dockerfile', location: 'Dockerfile', line: 1, column: 6, file: null }] }),
    makeRow('postgres:15.4', 'rebuilt', { held: { reason: 'wait for the window', until: '2026-12-15' } }),
    makeRow('python:3.8-slim', 'gone'),
    makeRow(`redis@${HERE}`, 'pinned'),
  ],
  {
    registries: [
      { registry: 'docker.io', requests: 9, counted: 1, limit: 100, remaining: 87, windowSeconds: 21_600 },
      { registry: 'ghcr.io', requests: 2, counted: 0, limit: null, remaining: null, windowSeconds: null },
    ],
    warnings: [{ code: 'untrusted-realm', message: 'the realm is not trusted', image: null }],
  },
);
