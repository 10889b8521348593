import type { CheckReport, ImageReport } from '../../src/check/report.ts';
import { reason, type ReasonKind } from '../../src/core/reason.ts';
import { type BaseFacts, type BaseMovement, type BaseVerdict, type LayerDifference, untoldBase } from '../../src/core/verdict.ts';
import { makeReference } from '../helpers/makers.ts';
import { CHECKED, makeReadableDigest, makeReport, makeRow } from './reports.ts';

export const RECORDED = makeReadableDigest('01dba5e');

export const PRESENT = makeReadableDigest('7e3ba5e');

type Kind = Exclude<BaseVerdict['kind'], 'moved' | 'unknown'>;

/** What an answer about `node:20-slim` tells: `factsOf('node:20-slim', { confidence: 'low' })`. */
export function factsOf(base: string | null, parts: Partial<BaseFacts> = {}): BaseFacts {
  return {
    ...untoldBase('its layers were compared'),
    reference: base === null ? null : makeReference(base),
    recorded: RECORDED,
    candidate: PRESENT,
    confidence: 'high',
    evidence: ['annotation', 'history'],
    ...parts,
  };
}

export function settled(kind: Kind, base: string | null, parts: Partial<BaseFacts> = {}): BaseVerdict {
  return { kind, ...factsOf(base, parts) };
}

type MovedParts = Partial<BaseFacts> & { readonly movement?: BaseMovement; readonly difference?: LayerDifference | null };

export function moved(base: string | null, { movement = 'layers-differ', difference = null, ...parts }: MovedParts = {}): BaseVerdict {
  return { kind: 'moved', movement, difference, ...factsOf(base, parts) };
}

export function open(kind: ReasonKind, message: string, base: string | null): BaseVerdict {
  return {
    kind: 'unknown',
    reason: reason(kind, message),
    ...factsOf(base, { recorded: null, candidate: null, confidence: 'low', why: message }),
  };
}

/** A row on a base: `onBase('my-app:dev', 'local', moved('node:20-slim'))`. */
export function onBase(
  name: string,
  tag: Parameters<typeof makeRow>[1],
  verdict: BaseVerdict,
  parts: Partial<Omit<ImageReport, 'tag' | 'base'>> & { readonly base?: Partial<ImageReport['base']> } = {},
): ImageReport {
  const { base, ...others } = parts;
  const asked = verdict.kind === 'current' || verdict.kind === 'moved' || verdict.kind === 'gone';
  return makeRow(name, tag, {
    ...others,
    base: { verdict, checkedAt: asked ? CHECKED : null, found: [], rejected: [], trail: [], layers: null, ...base },
  });
}

export const MOVED = onBase(
  'my-app:dev',
  'local',
  moved('node:20-slim', {
    movement: 'upper-layers-removed',
    difference: { position: 4, installedBy: '/bin/sh -c apt-get update  && apt-get install -y curl', candidateBy: null },
    versionsBehind: 2,
    notes: ['debian:bookworm-slim, on which node:20-slim is built, moved too'],
    why: 'node:20-slim dropped its top layer; this image still carries it',
  }),
  {
    containers: [{ name: 'app', running: true, outdated: false }],
    base: {
      found: [
        {
          source: 'annotation',
          says: 'base',
          reference: makeReference('node:20-slim'),
          digests: [RECORDED],
          imageId: null,
          boundary: null,
          where: 'annotation org.opencontainers.image.base.name of the manifest',
        },
        {
          source: 'from-comment',
          says: 'base',
          reference: makeReference('node:20-slim'),
          digests: [],
          imageId: null,
          boundary: { history: 9, layers: 5, strength: 'strong' },
          where: 'comment of step 10',
        },
      ],
      rejected: [{ source: 'label', where: 'label org.opencontainers.image.base.name', why: 'its LABEL step belongs to the base' }],
      trail: [
        { asked: 'HEAD docker.io/library/node:20-slim', answer: PRESENT, cost: 'free' },
        { asked: `GET docker.io/library/node@${PRESENT}`, answer: 'index of 5 platforms', cost: 'counted' },
        { asked: `GET docker.io/library/node@${RECORDED}`, answer: 'a base seen before', cost: 'remembered' },
      ],
    },
  },
);

/** A row for each kind of answer. */
export const BASES: CheckReport = makeReport(
  [
    onBase('alpine-tools:1', 'local', settled('none', null, { recorded: null, candidate: null, why: 'it is built from scratch' })),
    onBase('ghcr.io/acme/api:2.3.1', 'current', moved('node:20-slim', { movement: 'metadata-only', confidence: 'certain' })),
    onBase('ghcr.io/acme/web:1', 'rebuilt', settled('gone', 'debian:bookworm-slim')),
    MOVED,
    onBase('my-batch:dev', 'local', moved('python:3.12', { confidence: 'low', movement: 'undetermined' })),
    onBase(
      'my-flat:dev',
      'local',
      open('squashed', 'its layers were merged into one', 'registry.corp.example:5000/platform/base-images/java:21'),
    ),
    onBase('my-job:dev', 'local', open('rate-limited', 'docker.io allows no more requests', 'ruby:3.3-slim')),
    onBase('my-lock:dev', 'local', settled('pinned', `node@${RECORDED}`)),
    onBase('my-site:dev', 'local', settled('current', 'nginx:1.27', { confidence: 'certain' })),
    makeRow('nginx:1.27', 'current'),
  ].map((row) => ({
    ...row,
    tag: { ...row.tag, download: row.tag.verdict.kind === 'rebuilt' ? { bytes: 12_345_678, layers: 2, totalLayers: 7 } : null },
  })),
);
