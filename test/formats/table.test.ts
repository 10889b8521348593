import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { createPaint } from '../../src/formats/paint.ts';
import { renderTable } from '../../src/formats/table.ts';
import { type Digest, shortDigest } from '../../src/core/digest.ts';
import { makeDigest, makePlatform } from '../helpers/makers.ts';
import { HERE, makeReadableDigest, makeReport, makeRow, WORLD } from './reports.ts';

const PIPE = { width: null, noTrunc: false, paint: createPaint(false) };
const terminal = (width: number) => ({ ...PIPE, width });

const LONG = makeReport([
  makeRow('registry.corp.example:5000/platform/build-tools/continuous-integration:2026.11.20-alpine', 'rebuilt', {
    containers: [{ name: 'continuous-integration-runner-17', running: true, outdated: false }],
  }),
  makeRow('nginx:1.27', 'current'),
]);

describe('the table', () => {
  it('shows in a pipe what is here, what is offered and who uses it', () => {
    expect(renderTable(WORLD, PIPE)).toMatchInlineSnapshot(`
      "IMAGE                                                                          CURRENT       CANDIDATE     UPDATE        DOWNLOAD  USED BY
      ghcr.io/acme/api:2.3.1                                                         3f2a9c0b7d1e  -             unknown       -         -
      my-app:dev                                                                     -             -             local         -         app
      nginx:1.27                                                                     3f2a9c0b7d1e  9d1e4a55c0ff  rebuilt       12.3MB    web* (+2)
      node:20-alpine                                                                 3f2a9c0b7d1e  3f2a9c0b7d1e  current       -         Dockerfile:1
      postgres:15.4                                                                  3f2a9c0b7d1e  9d1e4a55c0ff  rebuilt,held  -         -
      python:3.8-slim                                                                3f2a9c0b7d1e  -             gone          -         -
      redis@sha256:3f2a9c0b7d1e0000000000000000000000000000000000000000000000000000  3f2a9c0b7d1e  -             pinned        -         -
      "
    `);
  });

  it('splits at blanks: the first cells of a line are its first columns', () => {
    const cells = renderTable(WORLD, PIPE)
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ +/));
    expect(cells.every((line) => line.length >= 6)).toBe(true);
    expect(cells.map((line) => `${line[0]} ${line[3]} ${line[4]}`)).toContain('nginx:1.27 rebuilt 12.3MB');
  });

  it('has its titles only when there is nothing to show', () => {
    expect(renderTable(makeReport([]), PIPE)).toBe('IMAGE  CURRENT  CANDIDATE  UPDATE  USED BY\n');
  });

  it('lists only what has something newer when asked, a held image included', () => {
    expect(renderTable(WORLD, { ...PIPE, upgradable: true })).toMatchInlineSnapshot(`
      "IMAGE            CURRENT       CANDIDATE     UPDATE        DOWNLOAD  USED BY
      nginx:1.27       3f2a9c0b7d1e  9d1e4a55c0ff  rebuilt       12.3MB    web* (+2)
      postgres:15.4    3f2a9c0b7d1e  9d1e4a55c0ff  rebuilt,held  -         -
      python:3.8-slim  3f2a9c0b7d1e  -             gone          -         -
      "
    `);
  });

  it.each([
    [40, LONG],
    [80, LONG],
    [120, LONG],
    [60, WORLD],
    [80, WORLD],
    [120, WORLD],
  ])('fits a terminal of %d columns', (width, report) => {
    const lines = renderTable(report, terminal(width)).trimEnd().split('\n');
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
  });

  it('keeps both ends of a name that does not fit, and its digests whole as long as it can', () => {
    expect(renderTable(LONG, terminal(80))).toMatchInlineSnapshot(`
      "IMAGE                     CURRENT       CANDIDATE     UPDATE   USED BY
      registry.co…11.20-alpine  3f2a9c0b7d1e  9d1e4a55c0ff  rebuilt  continuous-integ…
      nginx:1.27                3f2a9c0b7d1e  3f2a9c0b7d1e  current  -
      "
    `);
    expect(renderTable(LONG, terminal(48))).toMatchInlineSnapshot(`
      "IMAGE             CURRE  CANDID  UPDATE   USED …
      registr…0-alpine  3f2a9  9d1e4a  rebuilt  conti…
      nginx:1.27        3f2a9  3f2a9c  current  -
      "
    `);
  });

  it('cuts nothing in a pipe or with --no-trunc', () => {
    const name = 'registry.corp.example:5000/platform/build-tools/continuous-integration:2026.11.20-alpine';
    expect(renderTable(LONG, PIPE)).toContain(name);
    expect(renderTable(LONG, { ...terminal(60), noTrunc: true })).toContain(`${name}  ${HERE}`);
    expect(renderTable(WORLD, { ...PIPE, noTrunc: true })).toContain('web*, blog, proxy');
  });

  it('gives wide characters the two cells they take', () => {
    const images = ['日本語のイメージ:1', '👩‍👩‍👧‍👦:2', 'é:3', 'plain:4'].map((name) => ({ ...makeRow('a:1', 'current'), name }));
    const starts = renderTable(makeReport(images), terminal(80))
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => stringWidth(line.slice(0, line.indexOf('3f2a9c0b7d1e'))));
    expect(new Set(starts)).toEqual(new Set([20]));
    for (const width of [40, 44, 46]) {
      const wide = makeReport([{ ...makeRow('a:1', 'rebuilt'), name: '日本語のイメージ日本語のイメージ:1' }]);
      for (const line of renderTable(wide, terminal(width)).trimEnd().split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(width);
    }
  });

  it('reads the same without colour: colour adds no letter and takes none', () => {
    const colored = renderTable(WORLD, { ...terminal(100), paint: createPaint(true) });
    expect(colored).toContain('\u001b[36mrebuilt\u001b[39m');
    expect(colored).toContain('\u001b[35munknown\u001b[39m');
    expect(colored.replace(/\u001b\[\d+m/gu, '')).toBe(renderTable(WORLD, terminal(100)));
  });

  it('leaves no blank at the end of a line', () => {
    expect(renderTable(WORLD, terminal(100))).not.toMatch(/ $/m);
  });

  it('shows both digests in full when their beginnings are alike', () => {
    const twin = makeReadableDigest('3f2a9c0b7d1e00000001');
    const row = makeRow('nginx:1.27', { kind: 'rebuilt', candidate: twin, why: '' });
    expect(renderTable(makeReport([row]), PIPE)).toContain(`${HERE}  ${twin}  rebuilt`);
  });

  it('shows no other digest for an image whose tag moved for other platforms only', () => {
    const row = makeRow('nginx:1.27', { kind: 'current', candidate: makeReadableDigest('abc'), why: 'moved for arm64 only' });
    expect(renderTable(makeReport([row]), PIPE)).toContain('3f2a9c0b7d1e  3f2a9c0b7d1e  current');
  });

  it('tells the platforms of one tag apart', () => {
    const row = makeRow('nginx:1.27', 'current');
    const report = makeReport([row, { ...row, platform: makePlatform('linux/arm/v7') }]);
    expect(renderTable(report, PIPE)).toMatchInlineSnapshot(`
      "IMAGE       CURRENT       CANDIDATE     UPDATE   PLATFORM      USED BY
      nginx:1.27  3f2a9c0b7d1e  3f2a9c0b7d1e  current  linux/amd64   -
      nginx:1.27  3f2a9c0b7d1e  3f2a9c0b7d1e  current  linux/arm/v7  -
      "
    `);
  });

  it('names an image without a name by its short id', () => {
    const row = {
      ...makeRow('a:1', 'local'),
      reference: `sha256:${'ab'.repeat(32)}`,
      name: '<none>',
      registry: null,
      engineId: `sha256:${'ab'.repeat(32)}`,
    };
    expect(renderTable(makeReport([row]), PIPE)).toContain('\nabababababab  -');
  });

  it('renders 20,000 images whole', () => {
    const images = Array.from({ length: 20_000 }, (_, at) => ({ ...makeRow('nginx:1.27', 'rebuilt'), name: `ghcr.io/acme/api-${at}:1` }));
    expect(renderTable(makeReport(images), terminal(80)).split('\n')).toHaveLength(20_002);
  });
});

describe('the CURRENT column', () => {
  const [platform, index, other] = ['platform manifest', 'index', 'other'].map(makeDigest).sort() as [Digest, Digest, Digest];
  const shown = (name: string, engineId: string): string => {
    const row = makeRow(name, 'gone');
    const image = { ...row, engineId, tag: { ...row.tag, digests: [platform, index, other] } };
    return renderTable(makeReport([image]), PIPE)
      .split('\n')[1]!
      .split(/\s+/)[1]!;
  };

  it.each([
    ['what a reference is pinned to', `nginx@${other}`, index, other],
    ['what the tag named when it was pulled, in a containerd store', 'nginx:1', index, index],
    ['the first known digest, where the id is a config', 'nginx:1', makeDigest('a config'), platform],
  ])('shows %s', (_name, name, engineId, expected) => {
    expect(shown(name, engineId)).toBe(shortDigest(expected));
  });
});
