import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/check/finding.ts';
import { judge } from '../../../src/check/judge.ts';
import type { ImageReport } from '../../../src/check/report.ts';
import { DEFAULT_FAIL_ON } from '../../../src/core/fail-on.ts';
import { renderHtml } from '../../../src/formats/check/html.ts';
import { renderMarkdown } from '../../../src/formats/check/markdown.ts';
import { summarizeOutcome } from '../../../src/formats/check/summary.ts';
import { renderFindings } from '../../../src/formats/check/text.ts';
import { createPaint } from '../../../src/formats/paint.ts';
import { makeReport, unknown } from '../reports.ts';
import { makePlace } from './outcomes.ts';
import { makeFileRow, ROWS } from './sample.ts';

const EXIT_CODES = { passed: 0, stale: 2, incomplete: 3, untrusted: 1 };

function check(images: readonly ImageReport[]): Outcome {
  const report = makeReport(images, {
    files: { read: 3, problems: [{ kind: 'unread', path: 'x.yaml', line: 2, column: 1, message: 'expected a mapping' }] },
  });
  const judged = judge(report, { failOn: DEFAULT_FAIL_ON, strict: false, onUnknown: 'fail', allowEmpty: false, missing: [] });
  return { ...judged, exitCode: EXIT_CODES[judged.result] };
}

const limited = makeFileRow(
  'redis:7',
  unknown('rate-limited', 'docker.io allows no more requests', '2026-11-20T18:00:00Z'),
  makePlace('a/Dockerfile', 1, 6),
);

const WORLD = check([...Object.values(ROWS), limited]);

describe('a check as it is judged', () => {
  it('reads as lines, then as a summary with what to do next', () => {
    const lines = `${renderFindings(WORLD, { paint: createPaint(false) })}\n${summarizeOutcome(WORLD, { paths: ['.'] }).join('\n')}\n`;
    expect(lines).toMatchInlineSnapshot(`
      "Dockerfile:1:6: error: node:20 was rebuilt for linux/amd64 (3f2a9c0b7d1e -> 9d1e4a55c0ff); pin it to node:20@sha256:9d1e4a55c0ff0000000000000000000000000000000000000000000000000000 [stale/rebuilt]
      a/Dockerfile:1:6: warning: redis:7 was not checked: docker.io allows no more requests; docker.io will answer again at 2026-11-20T18:00:00Z [unknown/ratelimit]
      ci/Dockerfile:3:6: warning: ghcr.io/acme/tools:1 was not checked: ghcr.io refused the credentials; run 'docker login ghcr.io' [unknown/auth]
      ci/Dockerfile:9:6: warning: \${BASE} was not checked: ARG BASE has no value [unknown/reference]
      deploy/compose.yaml:14:12: error: postgres:16 is gone: the registry has no such tag; name another tag, or hold it [stale/gone]
      x.yaml:2:1: warning: not checked: expected a mapping [unknown/file]
      imgupdate: error: ghcr.io/acme/api:2 stands on an outdated base: debian:12-slim moved (layers-differ); rebuild it on the present debian:12-slim [stale/base]

      9 images in 3 files: 3 errors, 4 warnings, 1 held, 1 without a digest, 1 on a current base
      E: 3 images fail the check (fails on: base, rebuilt, gone)
      W: 3 images and 1 file could not be checked
      N: docker.io will answer again at 2026-11-20T18:00:00Z
      N: run 'docker login ghcr.io'
      "
    `);
  });

  it('says what to do with one kind of failure on one line', () => {
    const outcome = check([ROWS.nginx, ROWS.tools]);
    expect(summarizeOutcome(outcome, { paths: ['.'] }).slice(1)).toEqual([
      "W: 1 image and 1 file could not be checked; run 'docker login ghcr.io'",
    ]);
  });

  it('names an image once in a row of a table, whatever stands in the file', () => {
    expect(renderMarkdown(WORLD)).toContain('| `Dockerfile:1:6` | was rebuilt for linux/amd64 (');
    expect(renderMarkdown(WORLD)).toContain(
      '| `${BASE}` | `ci/Dockerfile:9:6` | was not checked: ARG BASE has no value `unknown/reference` |',
    );
    expect(renderHtml(WORLD, { version: '0.1.0' })).toContain('</code> was rebuilt for linux/amd64 (');
  });
});
