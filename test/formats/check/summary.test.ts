import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/check/finding.ts';
import type { FileProblem } from '../../../src/core/file-reference.ts';
import { summarizeOutcome } from '../../../src/formats/check/summary.ts';
import { settled } from '../base-reports.ts';
import { answered, openNewer } from '../newer-reports.ts';
import { makeBaseReport, makeReport, makeRow } from '../reports.ts';
import { makeReference } from '../../helpers/makers.ts';
import { HOSTILE, makeFinding, makeOutcome, makePlace } from './outcomes.ts';
import { ROWS, SAMPLE } from './sample.ts';

const OPTIONS = { paths: ['.'] };

const leftOut = (count: number) => Array.from({ length: count }, (_, at) => makeReference(`nginx:${at}`));

function clean(images: Outcome['report']['images'], ignored = 0, files = 1): Outcome {
  const outcome = makeOutcome([], { images });
  return { ...outcome, report: { ...outcome.report, ignored: leftOut(ignored) }, counts: { ...outcome.counts, files } };
}

const current = makeRow('node:20', 'current');
const docker = [{ kind: 'docker', location: 'docker://acme/app:1', line: null, column: null, file: null }];

describe('the summary of a check', () => {
  it('counts what was found, then says what fails and what was not checked', () => {
    expect(summarizeOutcome(SAMPLE, OPTIONS)).toEqual([
      '8 images in 3 files: 3 errors, 2 warnings, 1 held, 1 without a digest, 1 on a current base',
      'E: 3 images fail the check (fails on: base, rebuilt, gone)',
      'W: 2 images could not be checked',
      "N: run 'docker login ghcr.io'",
      'N: give it with --build-arg BASE=...',
    ]);
  });

  it.each<[string, Outcome, string]>([
    ['all that was compared is the same', clean([current, current]), '2 images in 1 file: all current'],
    ['no file was asked for', clean([current], 0, 0), '1 image: all current'],
    [
      'newer versions are not known',
      clean([current, { ...current, ...answered(openNewer('timeout', 'no answer')) }]),
      '2 images in 1 file: nothing stale (2 current)',
    ],
    [
      'a file names a tag alone, which is compared with nothing',
      clean([ROWS.nginx, current]),
      '2 images in 1 file: nothing stale (1 current, 1 without a digest)',
    ],
    ['only such tags are there', clean([ROWS.nginx]), '1 image in 1 file: nothing stale (1 without a digest)'],
    ['some are ignored', clean([current], 2), '1 image in 1 file: 1 current, 2 ignored'],
    ['what is built here is on its base', clean([ROWS.site], 0, 0), '1 image: nothing stale (1 on a current base)'],
    [
      'an image in its registry is on its base',
      clean([makeRow('acme/app:1', 'none', { sources: docker, base: makeBaseReport(settled('current', 'nginx:1.27')) })], 0, 0),
      '1 image: nothing stale (1 on a current base)',
    ],
    [
      'an image in its registry is on a base that is pinned',
      clean([makeRow('acme/app:1', 'none', { sources: docker, base: makeBaseReport(settled('pinned', 'nginx:1.27')) })], 0, 0),
      '1 image: nothing stale (1 on a pinned base)',
    ],
    [
      'its base is not known',
      clean([makeRow('acme/app:1', 'none', { sources: docker })], 0, 0),
      '1 image: nothing stale (1 without a known base)',
    ],
    ['an image is pinned', clean([makeRow('acme/app:1', 'pinned')], 0, 0), '1 image: nothing stale (1 pinned)'],
  ])('of a clean check where %s', (_, outcome, line) => {
    expect(summarizeOutcome(outcome, OPTIONS)).toEqual([line]);
  });

  it.each<[string, Partial<Outcome>, readonly string[], string]>([
    ['a folder', {}, ['.'], 'E: no images found in . (looked for Dockerfile*, Containerfile*, compose*.yaml and Kubernetes manifests)'],
    [
      'files that were read',
      { report: makeReport([], { files: { read: 2, problems: [] } }) },
      ['a', '-'],
      'E: no images found in a, standard input (read 2 files)',
    ],
    ['a pattern', { report: makeReport([]) }, [], 'E: no images found'],
    ['what is ignored', { report: makeReport([], { ignored: leftOut(3) }) }, ['.'], 'E: no images to check (3 ignored)'],
    ['a check that may be empty', { exitCode: 0, report: makeReport([]) }, [], 'N: no images found'],
    ['a folder that is ignored', { report: makeReport([], { ignored: leftOut(1) }) }, ['.'], 'E: no images to check (1 ignored)'],
    [
      'many folders',
      { report: makeReport([], { files: { read: 1, problems: [] } }) },
      ['a', 'b', 'c', 'd', 'e', 'f', 'g\u001b[2J'],
      'E: no images found in a, b, c, d, e and 2 more (read 1 file)',
    ],
  ])('says where nothing was found to check: %s', (_, parts, paths, line) => {
    const outcome: Outcome = { ...makeOutcome([]), result: 'incomplete', exitCode: 3, ...parts };
    const what = paths.length === 0 ? "name images as 'imgupdate list' does, or" : 'name files or folders with -f, or images';
    const hint = `N: ${what} in registries as docker://REF; with --allow-empty this is no failure`;
    expect(summarizeOutcome(outcome, { paths })).toEqual(line.startsWith('E: no images found') ? [line, hint] : [line]);
  });

  it('says that no image passes the filter', () => {
    const outcome: Outcome = {
      ...makeOutcome([]),
      report: makeReport([], { files: { read: 1, problems: [] } }),
      result: 'incomplete',
      exitCode: 3,
    };
    expect(summarizeOutcome(outcome, { paths: ['Dockerfile'], filteredOut: 2 })).toEqual([
      'E: no image passes the filter (2 images left out)',
      'N: change the --filter; with --allow-empty this is no failure',
    ]);
    expect(summarizeOutcome({ ...outcome, exitCode: 0 }, { paths: [], filteredOut: 1 })).toEqual([
      'N: no image passes the filter (1 image left out)',
    ]);
  });

  it('speaks of files where none could be read', () => {
    const file = makeFinding('unknown/file', { level: 'warning', image: 'x.yaml', message: 'x.yaml cannot be read' });
    const outcome = makeOutcome([file]);
    expect(summarizeOutcome({ ...outcome, counts: { ...outcome.counts, images: 0, files: 0 } }, OPTIONS)).toEqual([
      '1 file: 1 warning',
      'W: 1 file could not be checked',
    ]);
  });

  it('says what single images are to fail on', () => {
    const minor = makeFinding('stale/minor', { level: 'error', image: 'a:1', report: { ...ROWS.nginx, failOn: ['minor'] } });
    const rebuilt = makeFinding('stale/rebuilt', { image: 'b:1', report: ROWS.node });
    expect(summarizeOutcome(makeOutcome([minor, rebuilt]), OPTIONS)[1]).toBe(
      'E: 2 images fail the check (fails on: base, rebuilt, gone; 1 of them by the failOn of its own)',
    );
    expect(summarizeOutcome(makeOutcome([minor], { failOn: [] }), OPTIONS)[1]).toBe(
      'E: 1 image fails the check (by the failOn of its own)',
    );
  });

  it('counts an image that is found twice as one', () => {
    const twice = [1, 9].map((line) => makeFinding('stale/rebuilt', { report: ROWS.node, place: makePlace('Dockerfile', line, 6) }));
    expect(summarizeOutcome(makeOutcome(twice), OPTIONS)).toEqual([
      '1 image in 1 file: 2 errors',
      'E: 1 image fails the check (fails on: base, rebuilt, gone)',
    ]);
  });

  it('warns where the check was told to end well', () => {
    expect(summarizeOutcome({ ...SAMPLE, exitCode: 0 }, OPTIONS)[1]).toBe('W: 3 images fail the check (fails on: base, rebuilt, gone)');
  });

  it('puts the only thing to do beside what was not checked', () => {
    const auth = SAMPLE.findings.filter(({ rule }) => rule === 'unknown/auth');
    const file = makeFinding('unknown/file', { level: 'warning', image: 'x.yaml', message: 'x.yaml cannot be read' });
    expect(summarizeOutcome(makeOutcome([...auth, file]), OPTIONS).slice(1)).toEqual([
      "W: 1 image and 1 file could not be checked; run 'docker login ghcr.io'",
    ]);
    expect(summarizeOutcome(makeOutcome([file]), OPTIONS)).toEqual(['0 images in 1 file: 1 warning', 'W: 1 file could not be checked']);
  });

  it('says that nothing answered', () => {
    const auth = SAMPLE.findings.filter(({ rule }) => rule === 'unknown/auth');
    expect(summarizeOutcome(makeOutcome(auth, { result: 'untrusted', exitCode: 1 }), OPTIONS)).toEqual([
      '1 image in 1 file: 1 warning',
      "E: no image could be checked; run 'docker login ghcr.io'",
    ]);
  });

  it('lists the things to do that help most first, and not without end', () => {
    const findings = Array.from({ length: 20 }, (_, index) =>
      makeFinding('unknown/auth', { level: 'warning', image: `a:${index}`, advice: index < 9 ? 'log in' : `do ${index}` }),
    );
    expect(summarizeOutcome(makeOutcome(findings), OPTIONS).slice(1)).toEqual([
      'W: 20 images could not be checked',
      'N: log in (9 images)',
      'N: do 9',
      'N: do 10',
      'N: do 11',
      'N: do 12',
      'N: and 7 more things to do, in the lines above',
    ]);
  });

  it('tells what in files has no effect', () => {
    const problems: FileProblem[] = [
      { kind: 'ignored', path: 'Dockerfile', line: 3, column: 1, message: 'cannot read "hodl"' },
      { kind: 'unread', path: 'x.yaml', line: null, column: null, message: 'no such file' },
      ...Array.from({ length: 6 }, () => ({ kind: 'ignored', path: 'a\u001b', line: null, column: null, message: 'b\n' }) as const),
    ];
    const outcome = clean([current]);
    expect(summarizeOutcome({ ...outcome, report: { ...outcome.report, files: { read: 1, problems } } }, OPTIONS)).toEqual([
      '1 image in 1 file: all current',
      'W: Dockerfile:3:1: cannot read "hodl"',
      ...Array.from({ length: 4 }, () => 'W: a\u{fffd}: b\u{fffd}'),
      'W: and 2 more of the kind',
    ]);
  });

  it('is safe to print', () => {
    for (const line of summarizeOutcome(HOSTILE, { paths: ['\u001b[2J\n'] }))
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
  });
});
