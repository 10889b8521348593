import type { Finding, FindingLevel, FindingRule, Outcome } from '../../../src/check/finding.ts';
import type { ImageReport, SourcePlace } from '../../../src/check/report.ts';
import { DEFAULT_FAIL_ON } from '../../../src/core/fail-on.ts';
import type { FileKind, FilePlace, Within } from '../../../src/core/file-reference.ts';
import { makePlatform, makeReference } from '../../helpers/makers.ts';
import { makeBaseReport, makeNewerReport, makeReport, makeRow, THERE, unknown } from '../reports.ts';

/** Where `written` stands: `makePlace('Dockerfile', 1, 6, 'node:20')`. */
export function makePlace(path: string, line: number, column: number, written = 'image'): FilePlace {
  return { path, line, column, endLine: line, endColumn: column + written.length };
}

/** The source of a row that a file names. */
export function makeFileSource(kind: FileKind, place: FilePlace, written: string, within: Within | null = null): SourcePlace {
  return { kind, location: place.path, line: place.line, column: place.column, file: { place, written, within } };
}

const FAILING: ReadonlySet<string> = new Set(DEFAULT_FAIL_ON.map((word) => `stale/${word}`));

/** A finding as a check would make it, an error where a check fails on it by default: `makeFinding('stale/rebuilt', { image: 'nginx:1.27' })`. */
export function makeFinding(rule: FindingRule, parts: Partial<Finding> = {}): Finding {
  const image = parts.image ?? 'nginx:1.27';
  return {
    rule,
    level: FAILING.has(rule) ? 'error' : 'warning',
    message: `${image} is not what it should be`,
    advice: null,
    image,
    place: makePlace('Dockerfile', 1, 6, image),
    within: null,
    replacement: null,
    report: null,
    ...parts,
  };
}

/** A judged check of these findings; what is not given is counted. */
export function makeOutcome(
  findings: readonly Finding[],
  parts: Partial<Outcome> & { readonly images?: readonly ImageReport[] } = {},
): Outcome {
  const { images: given, ...rest } = parts;
  const images = given ?? [...new Set(findings.map(({ report }) => report))].filter((report) => report !== null);
  const paths = new Set(findings.flatMap(({ place }) => (place === null ? [] : [place.path])));
  const count = (level: FindingLevel) => findings.filter((finding) => finding.level === level).length;
  const rows = (test: (finding: Finding) => boolean) => new Set(findings.filter(test).map(({ report, image }) => report ?? image)).size;
  const isOpen = ({ rule, level }: Finding) => rule.startsWith('unknown/') && level !== 'note';
  const result = count('error') > 0 ? 'stale' : findings.some(isOpen) ? 'incomplete' : 'passed';
  return {
    report: makeReport(images, { files: { read: paths.size, problems: [] } }),
    findings,
    failOn: DEFAULT_FAIL_ON,
    result,
    exitCode: { passed: 0, stale: 2, incomplete: 3 }[result],
    counts: {
      images: images.length,
      files: paths.size,
      errors: count('error'),
      warnings: count('warning'),
      notes: count('note'),
      failing: rows(({ level }) => level === 'error'),
      held: images.filter(({ held }) => held !== null).length,
      unchecked: rows(isOpen),
    },
    ...rest,
  };
}

const places = {
  node: makePlace('Dockerfile', 1, 6, 'node:20-alpine'),
  python: makePlace('services/api/Dockerfile', 3, 6, 'python:3.8-slim'),
  web: makePlace('compose.yaml', 4, 12, 'nginx:${NGINX}'),
  db: makePlace('compose.yaml', 9, 12, 'postgres:15.4'),
  cache: makePlace('compose.yaml', 14, 12, 'redis:7.2.1'),
  queue: makePlace('deploy/app.yaml', 21, 18, 'ghcr.io/acme/queue:3.0.0'),
  other: makePlace('deploy/app.yaml', 33, 18, 'ghcr.io/acme/private:1'),
  again: makePlace('Dockerfile', 8, 13, 'node:20-alpine'),
};

const rows = {
  node: makeRow('node:20-alpine', 'current', {
    sources: [makeFileSource('dockerfile', places.node, 'node:20-alpine'), makeFileSource('dockerfile', places.again, 'node:20-alpine')],
  }),
  api: makeRow('ghcr.io/acme/api:2.3.1', 'current', {
    base: makeBaseReport({
      kind: 'moved',
      movement: 'layers-differ',
      reference: makeReference('debian:12-slim'),
      recorded: null,
      candidate: THERE,
      confidence: 'high',
      evidence: ['annotation'],
      versionsBehind: 2,
      difference: null,
      notes: [],
      why: 'its first layers are not those of debian:12-slim any more',
    }),
    sources: [{ kind: 'docker', location: 'docker://ghcr.io/acme/api:2.3.1', line: null, column: null, file: null }],
  }),
  web: makeRow('nginx:1.27', 'rebuilt', {
    platform: makePlatform('linux/arm64'),
    sources: [makeFileSource('compose', places.web, 'nginx:${NGINX}')],
  }),
  python: makeRow('python:3.8-slim', 'gone', { sources: [makeFileSource('dockerfile', places.python, 'python:3.8-slim')] }),
  db: makeRow('postgres:15.4', 'rebuilt', {
    held: { reason: 'wait for the window', until: '2026-12-15' },
    sources: [makeFileSource('compose', places.db, 'postgres:15.4')],
  }),
  cache: makeRow('redis:7.2.1', 'none', { sources: [makeFileSource('compose', places.cache, 'redis:7.2.1')] }),
  queue: makeRow('ghcr.io/acme/queue:3.0.0', unknown('timeout', 'ghcr.io did not answer within 30s'), {
    sources: [makeFileSource('kubernetes', places.queue, 'ghcr.io/acme/queue:3.0.0')],
  }),
  other: makeRow('ghcr.io/acme/private:1', unknown('unauthorized', 'ghcr.io refused the credentials'), {
    sources: [makeFileSource('kubernetes', places.other, 'ghcr.io/acme/private:1')],
  }),
  mine: makeRow('my-app:dev', 'local'),
};

/** A check with a finding of every family of rules: an image that is named twice, one that is held, one of no file, and one that passes. */
export const OUTCOME: Outcome = makeOutcome(
  [
    makeFinding('hold/expired', {
      message: 'node:20-alpine was held until 2026-11-01',
      advice: 'remove the hold, or give it a later date',
      image: 'node:20-alpine',
      place: places.node,
      report: rows.node,
    }),
    makeFinding('hold/expired', {
      message: 'node:20-alpine was held until 2026-11-01',
      advice: 'remove the hold, or give it a later date',
      image: 'node:20-alpine',
      place: places.again,
      report: rows.node,
    }),
    makeFinding('unknown/file', {
      message: 'broken/compose.yaml cannot be read: expected a mapping, got a list',
      image: 'broken/compose.yaml',
      place: { path: 'broken/compose.yaml', line: 1, column: 1, endLine: 1, endColumn: 1 },
    }),
    makeFinding('stale/rebuilt', {
      message: 'nginx:1.27 was rebuilt: 9d1e4a55c0ff is offered for linux/arm64, 3f2a9c0b7d1e is here',
      advice: 'pull it, or pin the new digest',
      image: 'nginx:${NGINX}',
      place: places.web,
      report: rows.web,
    }),
    makeFinding('stale/rebuilt', {
      level: 'note',
      message: 'postgres:15.4 was rebuilt, and is held until 2026-12-15: wait for the window',
      image: 'postgres:15.4',
      place: places.db,
      report: rows.db,
    }),
    makeFinding('stale/patch', {
      message: 'redis:7.2.1 is behind: 7.2.4 is in its line',
      advice: 'change the tag to 7.2.4',
      image: 'redis:7.2.1',
      place: places.cache,
      report: rows.cache,
    }),
    makeFinding('stale/major', {
      message: 'redis:7.2.1 is behind: 8.0.1 is the newest',
      image: 'redis:7.2.1',
      place: places.cache,
      report: rows.cache,
    }),
    makeFinding('unknown/network', {
      message: 'ghcr.io/acme/queue:3.0.0 could not be checked: ghcr.io did not answer within 30s',
      image: 'ghcr.io/acme/queue:3.0.0',
      place: places.queue,
      report: rows.queue,
    }),
    makeFinding('unknown/auth', {
      message: 'ghcr.io/acme/private:1 could not be checked: ghcr.io refused the credentials',
      advice: 'log in with docker login ghcr.io',
      image: 'ghcr.io/acme/private:1',
      place: places.other,
      report: rows.other,
    }),
    makeFinding('stale/gone', {
      message: 'python:3.8-slim is gone: the registry has no such tag',
      image: 'python:3.8-slim',
      place: places.python,
      report: rows.python,
    }),
    makeFinding('stale/base', {
      message: 'ghcr.io/acme/api:2.3.1 is built on an older debian:12-slim',
      advice: 'build it again',
      image: 'docker://ghcr.io/acme/api:2.3.1',
      place: null,
      report: rows.api,
    }),
  ],
  { images: Object.values(rows) },
);

const NASTY = 'evil%0A::set-output name=x::y]]>"\'<&>\n::error::boom,a:b\r\t\u0000\u001b[31m\u202e\ud800\ufffe|[a](javascript:x)`';

const nasty = makePlace('we ird/%41:a,b/Dock"er&file\n<x>', 7, 3, NASTY);

const nastyRow = makeRow('nginx:1.27', unknown('bad-response', NASTY), {
  newer: makeNewerReport(
    {
      kind: 'available',
      line: { tag: NASTY, level: 'minor', digest: null },
      newest: { tag: NASTY, level: 'major', digest: null },
      why: NASTY,
    },
    { variant: { tag: NASTY, level: null, digest: null }, sibling: NASTY, notes: [NASTY] },
  ),
  sources: [makeFileSource('dockerfile', nasty, NASTY)],
});

/** A check in which every text from outside is hostile, and more than a check lets through. */
export const HOSTILE: Outcome = makeOutcome([
  makeFinding('unknown/response', { message: NASTY, advice: NASTY, image: NASTY, place: nasty, report: nastyRow }),
  makeFinding('stale/rebuilt', {
    message: `${NASTY} again`,
    image: NASTY,
    place: nasty,
    replacement: { place: nasty, text: NASTY },
    report: nastyRow,
  }),
  makeFinding('stale/base', {
    message: NASTY,
    image: NASTY,
    place: null,
    report: { ...nastyRow, held: { reason: NASTY, until: null } },
    level: 'note',
  }),
]);

/** So many findings, a third of them errors, in files of a hundred lines. */
export function makeCrowd(count: number): Outcome {
  const row = makeRow('node:20', 'rebuilt');
  return makeOutcome(
    Array.from({ length: count }, (_, index) => {
      const place = makePlace(`services/${Math.floor(index / 100)}/Dockerfile`, (index % 100) + 1, 6, 'node:20');
      const level = index % 3 === 0 ? 'error' : 'warning';
      const report = { ...row, sources: [makeFileSource('dockerfile', place, 'node:20')] };
      return makeFinding('stale/rebuilt', { image: 'node:20', place, level, report });
    }),
  );
}
