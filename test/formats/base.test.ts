import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { renderApt } from '../../src/formats/apt.ts';
import { compileFilters } from '../../src/formats/filter.ts';
import { renderPlain } from '../../src/formats/plain.ts';
import { createPaint } from '../../src/formats/paint.ts';
import { renderQuiet } from '../../src/formats/quiet.ts';
import { renderTable } from '../../src/formats/table.ts';
import { compileTemplate } from '../../src/formats/template.ts';
import { BASES, moved, onBase, open, RECORDED } from './base-reports.ts';
import { makeReport, makeRow, WORLD } from './reports.ts';

const PIPE = { width: null, noTrunc: false, paint: createPaint(false) };
const terminal = (width: number) => ({ ...PIPE, width });

describe('the columns BASE and DRIFT', () => {
  it('tell of each image its base and whether it moved', () => {
    expect(renderTable(BASES, PIPE)).toMatchInlineSnapshot(`
      "IMAGE                   CURRENT       CANDIDATE     UPDATE   BASE                                                     DRIFT    DOWNLOAD  USED BY
      alpine-tools:1          -             -             local    scratch                                                  none     -         -
      ghcr.io/acme/api:2.3.1  3f2a9c0b7d1e  3f2a9c0b7d1e  current  node:20-slim                                             moved    -         -
      ghcr.io/acme/web:1      3f2a9c0b7d1e  9d1e4a55c0ff  rebuilt  debian:bookworm-slim                                     gone     12.3MB    -
      my-app:dev              -             -             local    node:20-slim                                             moved    -         app
      my-batch:dev            -             -             local    python:3.12                                              moved?   -         -
      my-flat:dev             -             -             local    registry.corp.example:5000/platform/base-images/java:21  unknown  -         -
      my-job:dev              -             -             local    ruby:3.3-slim                                            unknown  -         -
      my-lock:dev             -             -             local    node                                                     pinned   -         -
      my-site:dev             -             -             local    nginx:1.27                                               current  -         -
      nginx:1.27              3f2a9c0b7d1e  3f2a9c0b7d1e  current  -                                                        -        -         -
      "
    `);
  });

  it('are absent where no image has a base to tell of', () => {
    expect(renderTable(WORLD, PIPE)).not.toMatch(/BASE|DRIFT/);
  });

  it('stay in --upgradable with the images on bases that moved or are gone', () => {
    expect(renderTable(BASES, { ...PIPE, upgradable: true })).toMatchInlineSnapshot(`
      "IMAGE                   CURRENT       CANDIDATE     UPDATE   BASE                  DRIFT   DOWNLOAD  USED BY
      ghcr.io/acme/api:2.3.1  3f2a9c0b7d1e  3f2a9c0b7d1e  current  node:20-slim          moved   -         -
      ghcr.io/acme/web:1      3f2a9c0b7d1e  9d1e4a55c0ff  rebuilt  debian:bookworm-slim  gone    12.3MB    -
      my-app:dev              -             -             local    node:20-slim          moved   -         app
      my-batch:dev            -             -             local    python:3.12           moved?  -         -
      "
    `);
  });

  it.each([100, 80, 60])('fit a terminal of %d columns, every answer whole', (width) => {
    const lines = renderTable(BASES, terminal(width)).trimEnd().split('\n');
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
    expect(lines.slice(1).map((line) => line.split(/ +/)[5])).toEqual([
      'none',
      'moved',
      'gone',
      'moved',
      'moved?',
      'unknown',
      'unknown',
      'pinned',
      'current',
      '-',
    ]);
  });

  it('fit a terminal of 60 columns with images that are held', () => {
    const held = BASES.images.map((image) => ({ ...image, held: { reason: null, until: null } }));
    for (const line of renderTable(makeReport(held), terminal(60)).trimEnd().split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(60);
  });

  it('cut long names of bases in the middle', () => {
    expect(renderTable(BASES, terminal(80))).toMatchInlineSnapshot(`
      "IMAGE             CURRE  CANDI  UPDATE   BASE          DRIFT    DOWNLOAD  USED …
      alpine-tools:1    -      -      local    scratch       none     -         -
      ghcr.io…pi:2.3.1  3f2a9  3f2a9  current  node:20-slim  moved    -         -
      ghcr.io…me/web:1  3f2a9  9d1e4  rebuilt  debia…m-slim  gone     12.3MB    -
      my-app:dev        -      -      local    node:20-slim  moved    -         app
      my-batch:dev      -      -      local    python:3.12   moved?   -         -
      my-flat:dev       -      -      local    regis…ava:21  unknown  -         -
      my-job:dev        -      -      local    ruby:…3-slim  unknown  -         -
      my-lock:dev       -      -      local    node          pinned   -         -
      my-site:dev       -      -      local    nginx:1.27    current  -         -
      nginx:1.27        3f2a9  3f2a9  current  -             -        -         -
      "
    `);
    expect(renderTable(BASES, terminal(60))).toMatchInlineSnapshot(`
      "IMAGE      CURR  CAND  UPDATE   BASE    DRIFT    DOWNLO  US…
      alpi…ls:1  -     -     local    sc…tch  none     -       -
      ghcr….3.1  3f2a  3f2a  current  no…lim  moved    -       -
      ghcr…eb:1  3f2a  9d1e  rebuilt  de…lim  gone     12.3MB  -
      my-a…:dev  -     -     local    no…lim  moved    -       app
      my-b…:dev  -     -     local    py….12  moved?   -       -
      my-f…:dev  -     -     local    re…:21  unknown  -       -
      my-j…:dev  -     -     local    ru…lim  unknown  -       -
      my-l…:dev  -     -     local    node    pinned   -       -
      my-s…:dev  -     -     local    ng….27  current  -       -
      ngin…1.27  3f2a  3f2a  current  -       -        -       -
      "
    `);
    const longest = onBase('my-app:dev', 'local', moved(`registry.corp.example:5000/${'platform/'.repeat(9)}node:20-slim`));
    expect(renderTable(makeReport([longest]), terminal(100)).split('\n')[1]).toMatchInlineSnapshot(
      `"my-app:dev  -        -          local   registry.corp.example…/platform/node:20-slim  moved  -"`,
    );
    expect(renderTable(makeReport([longest]), PIPE)).toContain(`${'platform/'.repeat(9)}node:20-slim  moved`);
  });

  it('split at blanks into as many cells for every image', () => {
    const cells = renderTable(BASES, PIPE)
      .trimEnd()
      .split('\n')
      .map((line) => line.replace('USED BY', 'USED-BY').split(/ +/));
    expect(cells.every((line) => line.length === 8)).toBe(true);
  });

  it('show the digest of a pinned base with --no-trunc only', () => {
    expect(renderTable(BASES, PIPE)).not.toContain(RECORDED);
    expect(renderTable(BASES, { ...PIPE, noTrunc: true })).toContain(`node@${RECORDED}  pinned`);
  });

  it('are coloured by what the answer means, and read the same without', () => {
    const colored = renderTable(BASES, { ...PIPE, paint: createPaint(true) });
    for (const word of [
      '\u001b[36mmoved\u001b[39m',
      '\u001b[36mmoved?\u001b[39m',
      '\u001b[31mgone\u001b[39m',
      '\u001b[35munknown\u001b[39m',
      '\u001b[32mcurrent\u001b[39m',
      '\u001b[2mpinned\u001b[22m',
      '\u001b[2mnone\u001b[22m',
    ])
      expect(colored).toContain(word);
    expect(colored.replace(/\u001b\[\d+m/gu, '')).toBe(renderTable(BASES, PIPE));
  });

  it('say unknown of a base that is named though nothing could be compared', () => {
    const row = onBase('my-app:dev', 'local', open('no-evidence', 'neither layers nor history are known', 'node:20'));
    expect(renderTable(makeReport([row]), PIPE).split('\n')[1]).toMatch(/ node:20 +unknown /);
  });

  it('know an answer about a base without a name', () => {
    const row = onBase('my-app:dev', 'local', open('ambiguous-tag', 'node:20 and node:lts disagree', null));
    expect(renderTable(makeReport([row]), PIPE).split('\n')[1]).toMatch(/ local +- +unknown +-$/);
  });
});

describe('the base in formats for machines', () => {
  it('has three cells near the end of a plain line', () => {
    const cells = renderPlain(BASES)
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t').slice(11, 14));
    expect(cells).toEqual([
      ['scratch', 'none', 'high'],
      ['docker.io/library/node:20-slim', 'moved,metadata-only', 'certain'],
      ['docker.io/library/debian:bookworm-slim', 'gone', 'high'],
      ['docker.io/library/node:20-slim', 'moved,upper-layers-removed', 'high'],
      ['docker.io/library/python:3.12', 'moved,undetermined', 'low'],
      ['registry.corp.example:5000/platform/base-images/java:21', 'unknown,squashed', '-'],
      ['docker.io/library/ruby:3.3-slim', 'unknown,rate-limited', '-'],
      [`docker.io/library/node@${RECORDED}`, 'pinned', 'high'],
      ['docker.io/library/nginx:1.27', 'current', 'certain'],
      ['-', 'unknown,no-evidence', '-'],
    ]);
  });

  it('stands in the status of an apt line where it wants attention', () => {
    expect(renderApt(BASES)).toMatchInlineSnapshot(`
      "docker.io/library/alpine-tools:1 c0ffee000000 amd64 [installed,local]
      ghcr.io/acme/api:2.3.1 3f2a9c0b7d1e amd64 [installed,base moved]
      ghcr.io/acme/web:1 9d1e4a55c0ff amd64 [rebuilt from: 3f2a9c0b7d1e,base gone]
      docker.io/library/my-app:dev c0ffee000000 amd64 [installed,local,base moved]
      docker.io/library/my-batch:dev c0ffee000000 amd64 [installed,local,base moved?]
      docker.io/library/my-flat:dev c0ffee000000 amd64 [installed,local,base unknown: squashed]
      docker.io/library/my-job:dev c0ffee000000 amd64 [installed,local,base unknown: rate-limited]
      docker.io/library/my-lock:dev c0ffee000000 amd64 [installed,local]
      docker.io/library/my-site:dev c0ffee000000 amd64 [installed,local]
      docker.io/library/nginx:1.27 3f2a9c0b7d1e amd64 [installed]
      "
    `);
    const held = { ...onBase('my-app:dev', 'local', moved('node:20')), held: { reason: null, until: null } };
    expect(renderApt(makeReport([held]))).toContain('[installed,local,base moved,held]');
  });

  it('does not concern --quiet', () => {
    expect(renderQuiet(BASES).split('\n')[3]).toBe('my-app:dev');
  });

  it('has fields in templates', () => {
    const template = compileTemplate('{{.Base}}|{{.BaseStatus}}|{{.BaseKind}}|{{.BaseConfidence}}|{{.BaseWhy}}');
    const rows = [BASES.images[3]!, BASES.images[0]!, BASES.images[7]!, BASES.images[9]!];
    const text = template.ok ? template.value(rows, { noTrunc: false }) : template;
    expect(text).toEqual({
      ok: true,
      value:
        'node:20-slim|moved|upper-layers-removed|high|node:20-slim dropped its top layer; this image still carries it\n' +
        'scratch|none||high|it is built from scratch\n' +
        `node@${RECORDED}|pinned||high|its layers were compared\n` +
        '|unknown|||nothing names a base\n',
    });
  });

  it('has titles in templates that are tables', () => {
    const template = compileTemplate('table {{.Image}}\t{{.Base}}\t{{.BaseStatus}}');
    const text = template.ok ? template.value(BASES.images.slice(3, 4), { noTrunc: false }) : template;
    expect(text).toEqual({ ok: true, value: expect.stringMatching(/^IMAGE +BASE +BASE STATUS\nmy-app:dev +node:20-slim +moved\n$/) });
  });
});

describe('the filter base', () => {
  const names = (filter: string) => {
    const compiled = compileFilters([filter]);
    return compiled.ok ? BASES.images.filter(compiled.value).map((image) => image.name) : compiled.message;
  };

  it.each([
    ['base=moved', ['ghcr.io/acme/api:2.3.1', 'my-app:dev', 'my-batch:dev']],
    ['base=upper-layers-removed', ['my-app:dev']],
    ['base=gone', ['ghcr.io/acme/web:1']],
    ['base=none', ['alpine-tools:1']],
    ['base=pinned', ['my-lock:dev']],
    ['base=current', ['my-site:dev']],
    ['base=unknown', ['my-flat:dev', 'my-job:dev', 'nginx:1.27']],
    ['base=rolled-back', []],
    ['update=base', ['ghcr.io/acme/api:2.3.1', 'ghcr.io/acme/web:1', 'my-app:dev', 'my-batch:dev']],
    ['verdict=unknown', ['my-flat:dev', 'my-job:dev']],
  ])('%s finds its images', (filter, expected) => {
    expect(names(filter)).toEqual(expected);
  });

  it.each([
    ['base=movd', '(did you mean "moved"?)'],
    ['base=upper', '(did you mean "upper-layers-removed"?)'],
    ['bsae=moved', '(did you mean "base"?)'],
  ])('%s is understood, and refused', (filter, suggestion) => {
    expect(names(filter)).toContain(suggestion);
  });
});

describe('a base that nothing names', () => {
  it('adds nothing to a table, a summary or an apt line', () => {
    const row = makeRow('nginx:1.27', 'current');
    expect(renderTable(makeReport([row]), PIPE)).not.toContain('BASE');
    expect(renderApt(makeReport([row]))).toContain('[installed]');
  });
});
