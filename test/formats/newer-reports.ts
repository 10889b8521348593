import type { ImageReport } from '../../src/check/report.ts';
import { reason, type ReasonKind } from '../../src/core/reason.ts';
import type { NewerVerdict, VariantVersion, Version, VersionLevel } from '../../src/core/verdict.ts';
import { makeFileSource, makePlace } from './check/outcomes.ts';
import { CHECKED, makeNewerReport, makeReport, makeRow } from './reports.ts';

/** `version('15.14', 'minor')` */
export function version(tag: string, level: VersionLevel): Version {
  return { tag, level, digest: null };
}

/** That there are newer versions: in the line, above it. */
export function available(line: Version | null, newest: Version | null = null): NewerVerdict {
  return { kind: 'available', line, newest, why: 'newer tags are in its repository' };
}

/** That the tags are not known. */
export function openNewer(kind: ReasonKind, message: string): NewerVerdict {
  return { kind: 'unknown', reason: reason(kind, message), why: 'the tags of its repository are not known' };
}

/** What was answered a while ago, with what is told beside it. */
export function answered(verdict: NewerVerdict, parts: Partial<ImageReport['newer']> = {}): Pick<ImageReport, 'newer'> {
  return { newer: makeNewerReport(verdict, { checkedAt: verdict.kind === 'unknown' ? null : CHECKED, ...parts }) };
}

const variant: VariantVersion = { tag: '20.19.5-alpine3.22', level: 'minor', digest: null };
const inDockerfile = makeFileSource('dockerfile', makePlace('Dockerfile', 1, 6, 'node:20.11.1-alpine3.19'), 'node:20.11.1-alpine3.19');
const running = (name: string) => [{ name, running: true, outdated: false }];

/** Newer versions of each kind, beside tags of each kind. */
export const VERSIONS = makeReport([
  makeRow('ghcr.io/acme/api:2.3.1', 'current', { ...answered(available(version('2.4.0', 'minor'))), containers: running('api') }),
  makeRow('grafana/grafana:11.2.0', 'current', answered(available(null, version('12.0.1', 'major')))),
  makeRow('nginx:1.27.3', 'rebuilt', { ...answered(available(version('1.27.5', 'patch'))), containers: running('web') }),
  makeRow('node:20.11.1-alpine3.19', 'none', {
    ...answered(available(version('20.15.1-alpine3.19', 'minor'), version('22.4.1-alpine3.19', 'major')), {
      variant,
      notes: ['23.0.0-alpine3.19 waits for its age: 1 of 3 days'],
    }),
    sources: [inDockerfile],
  }),
  makeRow('postgres:15.4', 'rebuilt', {
    ...answered(available(version('15.14', 'minor'), version('18.1', 'major'))),
    held: { reason: 'wait for the window', until: '2026-12-15' },
  }),
  makeRow('python:3.8-slim', 'gone', answered(available(version('3.14-slim', 'minor')))),
  makeRow('redis:7.2.4', 'current', answered(openNewer('timeout', 'docker.io/library/redis did not list its tags within 30s'))),
  makeRow('traefik:latest', 'current', answered({ kind: 'untracked', why: 'latest has no number in it' }, { sibling: '3.6.1' })),
  makeRow('valkey/valkey:9.0', 'current', answered({ kind: 'none', why: 'no tag of its family is newer' })),
]);
