import { describe, expect, it } from 'vitest';
import { findInImage } from '../../../src/check/findings.ts';
import { DEFAULT_FAIL_ON } from '../../../src/core/fail-on.ts';
import type { Within } from '../../../src/core/file-reference.ts';
import type { ImageReport } from '../../../src/check/report.ts';
import type { Finding } from '../../../src/check/finding.ts';
import { fingerprint } from '../../../src/formats/check/fingerprint.ts';
import { splitPlaced } from '../../../src/formats/check/placed.ts';
import { renderGithub } from '../../../src/formats/check/github.ts';
import { renderHtml } from '../../../src/formats/check/html.ts';
import { toFindingEntry } from '../../../src/formats/check/json.ts';
import { renderMarkdown } from '../../../src/formats/check/markdown.ts';
import { renderFindings } from '../../../src/formats/check/text.ts';
import { toImageEntry } from '../../../src/formats/json.ts';
import { createPaint } from '../../../src/formats/paint.ts';
import { renderShow } from '../../../src/formats/show.ts';
import { makeReadableDigest, makeRow, NOW, unknown } from '../reports.ts';
import { makeFileSource, makeOutcome, makePlace } from './outcomes.ts';

const paint = createPaint(false);

const podOf = (pod: string, workload: string | null = 'Deployment shop/web'): Within => ({
  name: `Pod shop/${pod}${workload === null ? '' : ` of ${workload.replace('shop/', '')}`}, container web`,
  workload: workload === null ? null : `${workload}, container web`,
});
const service: Within = { name: 'service db', workload: null };

const source = (within: Within | null, line = 1, path = '-') =>
  makeFileSource('kubernetes', makePlace(path, line, 18, 'node:20'), 'node:20', within);
const rebuilt = (sources: ImageReport['sources'], parts: Parameters<typeof makeRow>[2] = {}) =>
  makeRow('node:20', 'rebuilt', { sources, ...parts });
const findIn = (...images: readonly ImageReport[]): readonly Finding[] =>
  images.flatMap((image) => findInImage(image, { failOn: DEFAULT_FAIL_ON, strict: false }));
const linesOf = (findings: readonly Finding[]): readonly string[] => renderFindings(makeOutcome(findings), { paint }).trimEnd().split('\n');

const CHANGE = 'was rebuilt for linux/amd64 (3f2a9c0b7d1e -> 9d1e4a55c0ff); roll it out again to run the present one [stale/rebuilt]';

describe('the sentence of a finding', () => {
  it('says behind the image what names it', () => {
    expect(linesOf(findIn(rebuilt([source(podOf('web-1', null), 6)])))).toEqual([
      `-:6:18: error: node:20 (Pod shop/web-1, container web) ${CHANGE}`,
    ]);
  });

  it('says so whatever was found, held or not', () => {
    const sources = [source(service, 4, 'compose.yaml')];
    const found = findIn(
      makeRow('node:20', 'gone', { sources }),
      makeRow('node:20', unknown('timeout', 'R did not answer'), { sources }),
      rebuilt(sources, { held: { reason: 'not now', until: null } }),
    );
    expect(linesOf(found)).toEqual([
      expect.stringContaining('error: node:20 (service db) is gone: the registry has no such tag'),
      expect.stringContaining('warning: node:20 (service db) was not checked: R did not answer'),
      'compose.yaml:4:18: note: node:20 (service db) was rebuilt for linux/amd64 (3f2a9c0b7d1e -> 9d1e4a55c0ff); held: not now [stale/rebuilt]',
    ]);
  });

  it('says nothing of it for a line of a Dockerfile', () => {
    expect(linesOf(findIn(rebuilt([source(null, 1, 'Dockerfile')])))).toEqual([`Dockerfile:1:18: error: node:20 ${CHANGE}`]);
  });
});

describe('pods that one workload made', () => {
  const pods = Array.from({ length: 42 }, (_, index) => source(podOf(`web-6c9f-${index}`), index + 1));

  it('are one line of standard input, where the first one stands', () => {
    expect(linesOf(findIn(rebuilt(pods)))).toEqual([`-:1:18: error: node:20 (Deployment shop/web, container web, 42 pods) ${CHANGE}`]);
  });

  it('are a line each in a file, which can be opened there, and a finding each everywhere else', () => {
    const inFile = findIn(rebuilt(pods.map((_, index) => source(podOf(`web-6c9f-${index}`), index + 1, 'pods.json'))));
    expect(linesOf(inFile)).toHaveLength(42);
    expect(linesOf(inFile)[7]).toContain('node:20 (Pod shop/web-6c9f-7 of Deployment web, container web) was rebuilt');
    expect(findIn(rebuilt(pods)).map(toFindingEntry)).toHaveLength(42);
    expect(renderGithub(makeOutcome(inFile))).toContain(
      '%3A The tag names another image now::node:20 (Pod shop/web-6c9f-0 of Deployment web',
    );
  });

  it('are one line for each that is to be rolled out, and for each digest that runs', () => {
    const other = source(podOf('job-1', 'StatefulSet shop/db'), 60);
    const older = rebuilt([source(podOf('web-77-1'), 70), source(podOf('web-77-2'), 71)], {
      tag: { digests: [makeReadableDigest('aaaaaaaaaaaa')] },
    });
    expect(linesOf(findIn(rebuilt([...pods.slice(0, 2), other]), older)).map((line) => line.replace(/ was .* \((\S+) .*/, ' $1'))).toEqual([
      '-:1:18: error: node:20 (Deployment shop/web, container web, 2 pods) 3f2a9c0b7d1e',
      '-:60:18: error: node:20 (Pod shop/job-1 of StatefulSet db, container web) 3f2a9c0b7d1e',
      '-:70:18: error: node:20 (Deployment shop/web, container web, 2 pods) aaaaaaaaaaaa',
    ]);
  });

  it('are what is known, where nothing made them', () => {
    expect(linesOf(findIn(rebuilt([source(podOf('a', null), 1), source(podOf('b', null), 2), source(null, 3)])))).toEqual([
      `-:1:18: error: node:20 (Pod shop/a, container web) ${CHANGE}`,
      `-:2:18: error: node:20 (Pod shop/b, container web) ${CHANGE}`,
      `-:3:18: error: node:20 ${CHANGE}`,
    ]);
  });

  it('are one pod when one is told twice', () => {
    expect(linesOf(findIn(rebuilt([source(podOf('a'), 1), source(podOf('a'), 20)])))).toEqual([
      `-:1:18: error: node:20 (Pod shop/a of Deployment web, container web) ${CHANGE}`,
    ]);
  });

  it('are gathered in linear time', () => {
    const many = Array.from({ length: 50_000 }, (_, index) => source(podOf(`web-6c9f-${index}`), index + 1));
    expect(linesOf(findIn(rebuilt(many)))[0]).toContain('50000 pods');
  });
});

describe('what names an image', () => {
  const image = rebuilt([source(service, 4, 'compose.yaml')]);

  it('is a field of findings and of sources in JSON', () => {
    expect(findIn(image).map(toFindingEntry)[0]).toMatchObject({ path: 'compose.yaml', line: 4, within: 'service db' });
    expect(toImageEntry(image).sources).toEqual([
      { kind: 'kubernetes', location: 'compose.yaml', line: 4, column: 18, within: 'service db' },
    ]);
    expect(toImageEntry(makeRow('node:20', 'rebuilt')).sources[0]?.within).toBeNull();
  });

  it('stands in show where it was found', () => {
    expect(renderShow(image, { paint, noTrunc: false, now: NOW })).toContain('Found-In: kubernetes compose.yaml:4:18, service db\n');
  });

  it('stands beside the place in a summary, and behind the image on a page, once', () => {
    const outcome = makeOutcome(findIn(image));
    expect(renderMarkdown(outcome)).toContain('| `node:20` | `compose.yaml:4:18`, service db | was rebuilt');
    expect(renderHtml(outcome, { version: '1' })).toContain('<code>node:20</code> (service db) was rebuilt');
  });

  it('changes nothing of what a finding is known by, for a pod has another name tomorrow', () => {
    const hashOf = (pod: string) => fingerprint(splitPlaced(findIn(rebuilt([source(podOf(pod), 1, 'pods.json')]))).placed)[0]?.hash;
    expect(hashOf('web-6c9f-a')).toBe(hashOf('web-77aa-b'));
    expect(hashOf('web-6c9f-a')).toMatch(/^[a-f0-9]{64}$/);
  });

  it('can end no sentence and begin no line', () => {
    const nasty: Within = { name: 'Pod a)\n::error::x\u001b[2J##vso[x]', workload: null };
    const [line, ...others] = linesOf(findIn(rebuilt([source(nasty)])));
    expect(others).toEqual([]);
    expect(line).toContain('node:20 (Pod a)\ufffd::error::x\ufffd[2J#\ufffdvso[x]) was rebuilt');
  });
});
