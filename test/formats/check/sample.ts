import { reason } from '../../../src/core/reason.ts';
import type { ImageReport } from '../../../src/check/report.ts';
import { moved, settled } from '../base-reports.ts';
import { makeBaseReport, makeRow, THERE, unknown } from '../reports.ts';
import { makeFileSource, makeFinding, makeOutcome, makePlace } from './outcomes.ts';

const from = makePlace('Dockerfile', 1, 6, 'node:20');
const image = makePlace('deploy/compose.yaml', 14, 12, 'postgres:16');
const cache = makePlace('deploy/compose.yaml', 21, 12, 'redis:7.2.4');
const tools = makePlace('ci/Dockerfile', 3, 6, 'ghcr.io/acme/tools:1');
const other = makePlace('ci/Dockerfile', 9, 6, '${BASE}');
const plain = makePlace('web/Dockerfile', 1, 6, 'nginx:1.27');

/** A row that a file names: `makeFileRow('node:20', 'none', from)`. */
export function makeFileRow(
  name: string,
  verdict: Parameters<typeof makeRow>[1],
  place = from,
  parts: Parameters<typeof makeRow>[2] = {},
): ImageReport {
  const tag = verdict === 'none' || typeof verdict !== 'string' ? { digests: [] } : {};
  return makeRow(name, verdict, {
    imageId: null,
    created: null,
    size: null,
    sources: [makeFileSource('dockerfile', place, name)],
    ...parts,
    tag: { ...tag, ...parts.tag },
  });
}

/** A row of which no reference could be made: `FROM ${BASE}`. */
export function makeUntoldRow(written: string, why: string, place = other): ImageReport {
  const row = makeFileRow('a:1', { kind: 'unknown', reason: reason('unsupported', why), candidate: null, why }, place);
  return {
    ...row,
    reference: written,
    name: written,
    registry: null,
    engineId: written,
    sources: [makeFileSource('dockerfile', place, written)],
  };
}

export const ROWS = {
  node: makeFileRow('node:20@sha256:3f2a9c0b7d1e0000000000000000000000000000000000000000000000000000', 'rebuilt', from),
  postgres: makeFileRow('postgres:16', 'gone', image),
  redis: makeFileRow('redis:7.2.4', 'none', cache, { held: { reason: 'wait for fix', until: '2026-12-15' } }),
  tools: makeFileRow('ghcr.io/acme/tools:1', unknown('unauthorized', 'ghcr.io refused the credentials'), tools),
  untold: makeUntoldRow('${BASE}', 'ARG BASE has no value'),
  nginx: makeFileRow('nginx:1.27', 'none', plain),
  api: makeRow('ghcr.io/acme/api:2', 'local', { base: makeBaseReport(moved('debian:12-slim', { versionsBehind: 2 })) }),
  site: makeRow('my-site:dev', 'local', { base: makeBaseReport(settled('current', 'nginx:1.27', { confidence: 'certain' })) }),
};

/** A check that found something of every level: what fails first in no order, in files and in none. */
export const SAMPLE = makeOutcome(
  [
    makeFinding('stale/rebuilt', {
      image: 'node:20',
      message: 'node:20 was rebuilt (3f2a9c0b7d1e -> 9d1e4a55c0ff)',
      advice: `put ${THERE} there`,
      place: from,
      report: ROWS.node,
    }),
    makeFinding('unknown/auth', {
      level: 'warning',
      image: 'ghcr.io/acme/tools:1',
      message: 'ghcr.io/acme/tools:1 not checked: ghcr.io refused the credentials',
      advice: "run 'docker login ghcr.io'",
      place: tools,
      report: ROWS.tools,
    }),
    makeFinding('unknown/reference', {
      level: 'warning',
      image: '${BASE}',
      message: '${BASE} not checked: ARG BASE has no value',
      advice: 'give it with --build-arg BASE=...',
      place: other,
      report: ROWS.untold,
    }),
    makeFinding('stale/gone', {
      image: 'postgres:16',
      message: 'postgres:16 is gone: its registry has no such tag',
      place: image,
      report: ROWS.postgres,
    }),
    makeFinding('stale/patch', {
      level: 'note',
      image: 'redis:7.2.4',
      message: 'redis:7.2.4 -> 7.2.11, held until 2026-12-15: wait for fix',
      place: cache,
      report: ROWS.redis,
    }),
    makeFinding('stale/base', {
      image: 'ghcr.io/acme/api:2',
      message: 'ghcr.io/acme/api:2 is built on an older debian:12-slim, 2 versions behind',
      advice: 'build it again',
      place: null,
      report: ROWS.api,
    }),
  ],
  { images: Object.values(ROWS) },
);
