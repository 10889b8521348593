import { describe, expect, it } from 'vitest';
import type { ImageReport } from '../../src/check/report.ts';
import { renderApt } from '../../src/formats/apt.ts';
import { nameOf, usersOf } from '../../src/formats/facts.ts';
import { renderHints } from '../../src/formats/hints.ts';
import { createPaint } from '../../src/formats/paint.ts';
import { renderPlain } from '../../src/formats/plain.ts';
import { renderShow } from '../../src/formats/show.ts';
import { summarize } from '../../src/formats/summary.ts';
import { renderTable } from '../../src/formats/table.ts';
import { compileTemplate } from '../../src/formats/template.ts';
import { renderUpgrade } from '../../src/formats/upgrade-command.ts';
import { makeFileSource, makePlace } from './check/outcomes.ts';
import { makeFileRow, makeUntoldRow, ROWS } from './check/sample.ts';
import { moved } from './base-reports.ts';
import { HERE, makeBaseReport, makeReport, makeRow, NOW, THERE } from './reports.ts';

const paint = createPaint(false);

const TWICE = makeFileRow('nginx:1.27', 'none', makePlace('web/Dockerfile', 1, 6), {
  sources: [
    makeFileSource('dockerfile', makePlace('web/Dockerfile', 1, 6), 'nginx:1.27'),
    makeFileSource('dockerfile', makePlace('web/Dockerfile', 1, 30), 'nginx:1.27'),
    makeFileSource('compose', makePlace('compose.yaml', 12, 12), 'nginx:1.27'),
  ],
});

const UNTOLD = makeUntoldRow('node:${V}', 'ARG V has no value', makePlace('Dockerfile', 3, 6));

const FILES = makeReport([ROWS.node, TWICE, UNTOLD]);

function show(image: ImageReport): string {
  return renderShow(image, { paint, noTrunc: false, now: NOW });
}

describe('a row that a file names', () => {
  it('stands in the table by its name, and by the lines that name it', () => {
    expect(renderTable(FILES, { width: null, noTrunc: false, paint })).toMatchInlineSnapshot(`
      "IMAGE                                                                            CURRENT       CANDIDATE     UPDATE   USED BY
      node:20@sha256:3f2a9c0b7d1e0000000000000000000000000000000000000000000000000000  3f2a9c0b7d1e  9d1e4a55c0ff  rebuilt  Dockerfile:1
      nginx:1.27                                                                       -             9d1e4a55c0ff  none     web/Dockerfile:1 (+1)
      node:\${V}                                                                        -             -             unknown  Dockerfile:3
      "
    `);
  });

  it('is a line of plain cells', () => {
    const lines = renderPlain(FILES)
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(lines[1]?.slice(0, 8)).toEqual([
      'nginx:1.27',
      '-',
      THERE,
      'none',
      'fresh',
      'linux/amd64',
      '-',
      'web/Dockerfile:1,compose.yaml:12',
    ]);
    expect(lines[2]?.slice(0, 4)).toEqual(['node:${V}', '-', '-', 'unknown']);
  });

  it('is no installed image in the words of apt', () => {
    expect(renderApt(FILES).split('\n')).toEqual([
      `docker.io/library/node:20@${HERE} 9d1e4a55c0ff amd64 [rebuilt from: 3f2a9c0b7d1e]`,
      'docker.io/library/nginx:1.27 9d1e4a55c0ff amd64 [not installed]',
      'node:${V} - amd64 [unknown: unsupported]',
      '',
    ]);
  });

  it('shows where it stands and what stands there, and no id', () => {
    const text = show({ ...TWICE, sources: [makeFileSource('compose', makePlace('compose.yaml', 12, 12), 'nginx:${NGINX}')] });
    expect(text).toContain('Found-In: compose compose.yaml:12:12 (nginx:${NGINX})\n');
    expect(text).toContain('Used-By: compose.yaml:12\n');
    expect(text).not.toContain('Image-Id');
    expect(show(UNTOLD)).toContain('Found-In: dockerfile Dockerfile:3:6\n');
    expect(
      show(makeRow('my-app:dev', 'local', { builtFrom: makeFileSource('dockerfile', makePlace('Dockerfile', 12, 6), 'node:20') })),
    ).toContain('Built-From: dockerfile Dockerfile:12:6 (node:20)\n');
  });

  it('shows a template no more of a file than the document has', () => {
    const template = compileTemplate('{{.Image}} {{.ID}}|{{range .Sources}}{{json .}}{{end}}');
    const text = template.ok ? template.value([UNTOLD], { noTrunc: true }) : template;
    expect(text.ok ? text.value : text.message).toBe('node:${V} |{"kind":"dockerfile","location":"Dockerfile","line":3,"column":6}\n');
  });

  it('is counted as without a digest, which is not the same as not installed', () => {
    const target = makeRow('acme/app:1', 'none', {
      sources: [{ kind: 'docker', location: 'docker://acme/app:1', line: null, column: null, file: null }],
    });
    expect(summarize(makeReport([TWICE, target])).sentence).toMatch(/^2 images: 1 without a digest, 1 not installed\./);
  });

  it('is named by what stands in the file, however long and hostile, where that is no reference', () => {
    expect(nameOf(UNTOLD)).toBe('node:${V}');
    expect(nameOf(makeUntoldRow(`a\u001b[2J\n${'x'.repeat(5000)}`, 'why')).length).toBe(800);
    expect(nameOf(makeUntoldRow('a\u001b[2J\nb', 'why'))).toBe('a\u{fffd}[2J\u{fffd}b');
    expect(nameOf({ ...makeRow('a:1', 'local'), registry: null, engineId: 'sha256:0123456789abcdef' })).toBe('0123456789ab');
  });

  it('is used by lines, each once, after containers', () => {
    expect(usersOf({ ...TWICE, containers: [{ name: 'web', running: true, outdated: true }] })).toEqual([
      'web*',
      'web/Dockerfile:1',
      'compose.yaml:12',
    ]);
  });
});

describe('hostile text of a file', () => {
  const EVIL = 'x\u001b]52;c;cm0gLXJm\u0007\r\n\tz\u009b2J\u202e\u200b\u0000';
  const row = makeUntoldRow(EVIL, EVIL, makePlace(EVIL, 3, 6, EVIL));
  const report = makeReport([row, { ...TWICE, sources: row.sources, builtFrom: row.sources[0] ?? null }]);

  it.each([
    ['table', renderTable(report, { width: 80, noTrunc: true, paint })],
    ['plain', renderPlain(report).replaceAll('\t', ' ')],
    ['apt', renderApt(report)],
    ['show', report.images.map(show).join('')],
    ['summary', Object.values(summarize(report)).flat().join('\n')],
    ['upgrade', renderUpgrade({ ...ROWS.node, sources: row.sources }).join('\n')],
  ])('reaches no terminal through %s', (_, text) => {
    expect(text).toContain('x\u{fffd}]52');
    expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b\u202a-\u202e]/);
  });

  it('makes no line of its own', () => {
    expect(renderTable(report, { width: null, noTrunc: true, paint }).split('\n')).toHaveLength(4);
    expect(renderPlain(report).split('\n')).toHaveLength(3);
    expect(renderApt(report).split('\n')).toHaveLength(3);
  });
});

describe('why rows of files were not checked', () => {
  it('is told by what stands there and where, each cause by itself', () => {
    const other = makeUntoldRow('${IMAGE}', 'ARG IMAGE has no value', makePlace('ci/Dockerfile', 9, 6));
    const again = makeUntoldRow('x:${V}', 'ARG V has no value', makePlace('b/Dockerfile', 1, 6));
    expect(renderHints([UNTOLD, other])).toEqual([
      'W: node:${V} (Dockerfile:3): ARG V has no value',
      'W: ${IMAGE} (ci/Dockerfile:9): ARG IMAGE has no value',
    ]);
    expect(renderHints([UNTOLD, again])).toEqual(['W: images: 2 images not checked: ARG V has no value']);
  });
});

describe('what to do about a row of a file', () => {
  it('that is pinned is to write the new digest where the old one is', () => {
    expect(renderUpgrade(ROWS.node)).toEqual([`put ${THERE} into Dockerfile:1`]);
  });

  it('that runs by its tag is to pull again', () => {
    const place = makePlace('pod.yaml', 9, 14);
    const row = makeFileRow('nginx:1.27', 'rebuilt', place, { sources: [makeFileSource('kubernetes', place, 'nginx:1.27')] });
    expect(renderUpgrade(row)).toEqual(['pull it again where it runs, as pod.yaml:9 says']);
  });

  it('that is in very many places names some and counts the others', () => {
    const sources = Array.from({ length: 25 }, (_, index) =>
      makeFileSource('dockerfile', makePlace(`a${index}/Dockerfile`, 1, 6), `node:20@${HERE}`),
    );
    const lines = renderUpgrade({ ...ROWS.node, sources });
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe('and 15 more places');
  });

  it('that is here too is to pull it, and a folder called podman makes it none of podman', () => {
    const place = makePlace('podman/Dockerfile', 1, 6);
    const source = makeFileSource('dockerfile', place, 'nginx:1.27');
    const row = makeRow('nginx:1.27', 'rebuilt');
    expect(renderUpgrade({ ...row, sources: [...row.sources, source] })).toEqual(['docker pull nginx:1.27']);
  });

  it('whose base moved is up to its publisher, as for any image', () => {
    const row = makeFileRow('nginx:1.27', 'none', makePlace('Dockerfile', 1, 6), { base: makeBaseReport(moved('debian:12-slim')) });
    expect(renderUpgrade(row)).toEqual([
      'wait for its publisher to build it on the present docker.io/library/debian:12-slim, or ask for it',
    ]);
  });
});
