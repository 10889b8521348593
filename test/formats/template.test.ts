import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ImageReport } from '../../src/check/report.ts';
import { toImageEntry } from '../../src/formats/json.ts';
import { alignTabs } from '../../src/formats/template/align.ts';
import { compileTemplate } from '../../src/formats/template.ts';
import { makeRow, makeReport, unknown, WORLD } from './reports.ts';

const ROW = makeRow('nginx:1.27', 'rebuilt', {
  labels: new Map([
    ['b', '2'],
    ['a', '1'],
    ['org.opencontainers.image.source', 'https://github.com/nginxinc/docker-nginx'],
  ]),
  containers: [
    { name: 'proxy', running: false, outdated: false },
    { name: 'web', running: true, outdated: true },
    { name: 'blog', running: true, outdated: false },
  ],
});

/** The row the expected outputs were made for has no candidate. */
const BARE = makeRow('nginx:1.27', unknown('timeout', 'no answer'), { labels: ROW.labels, containers: ROW.containers });

function render(template: string, images: readonly ImageReport[] = [ROW], noTrunc = false): string {
  const compiled = compileTemplate(template);
  const rendered = compiled.ok ? compiled.value(images, { noTrunc }) : compiled;
  return rendered.ok ? rendered.value : rendered.message;
}

function readCases(): [string, string][] {
  const cases: unknown = JSON.parse(readFileSync(new URL('template-cases.json', import.meta.url), 'utf8'));
  return cases as [string, string][];
}

/**
 * The outputs are those of Go's text/template (1.26) with the functions of docker/cli, templates.go, for a row with the same values.
 * They know of no row without a candidate but `rebuilt`, so the two words are put back.
 */
const GO_ROW: ImageReport = { ...BARE, tag: { ...BARE.tag, verdict: { ...ROW.tag.verdict, why: ROW.tag.verdict.why } } };

describe('a template prints what docker prints', () => {
  it.each(readCases().filter(([template]) => !template.includes('.Candidate')))('%s', (template, expected) => {
    expect(render(template, [GO_ROW])).toBe(`${expected}\n`);
  });

  it.each(readCases().filter(([template]) => template.includes('.Candidate')))('%s, without a candidate', (template, expected) => {
    expect(render(template, [BARE])).toBe(`${expected}\n`);
  });
});

describe('a template', () => {
  it('prints one line per image', () => {
    expect(render('{{.Image}}', WORLD.images.slice(0, 3))).toBe('ghcr.io/acme/api:2.3.1\nmy-app:dev\nnginx:1.27\n');
  });

  it('prints nothing for no images', () => {
    expect(render('{{.Image}}', [])).toBe('');
  });

  it('prints the titles of its fields and aligned columns after "table"', () => {
    expect(render('table {{.Image}}\\t{{.Candidate}}\\t{{.UsedBy}}', WORLD.images.slice(1, 4))).toMatchInlineSnapshot(`
      "IMAGE            CANDIDATE      USED BY
      my-app:dev                      app
      nginx:1.27       9d1e4a55c0ff   web*, blog, proxy
      node:20-alpine   3f2a9c0b7d1e   Dockerfile:1
      "
    `);
  });

  it.each([
    ['table {{upper .Image}}\\t{{.Status | printf "%-20s"}}', 'IMAGE        STATUS'],
    ['table {{if .Held}}{{.Held}}{{else}}-{{end}}\\t{{with .Why}}{{.}}{{end}}', 'HELD      WHY'],
    ['table {{range .Containers}}{{.Name}} {{end}}\\t{{index .Labels "a"}}', 'CONTAINERS        LABELS'],
    ['table {{$x := .Tag}}{{$x}}\\t{{$.Registry}}', '          REGISTRY'],
    ['table {{(split .Image ":") | len}}|{{"x"}}', 'IMAGE|'],
  ])('takes titles from the fields behind functions and branches: %s', (template, titles) => {
    expect(render(template).split('\n')[0]).toBe(titles);
  });

  it('aligns as docker does', () => {
    // Printed by docker 28.2: docker images --format 'table {{.Repository}}\\t{{.Tag}}\\t{{upper .Tag}}'
    const docker = [
      'REPOSITORY                  TAG       TAG',
      'nginx                       1.27      1.27',
      'ghcr.io/acme/platform/api   2.3.1     2.3.1',
      '',
    ];
    const cells = [['REPOSITORY', 'TAG', 'TAG'], ['nginx', '1.27', '1.27'], ['ghcr.io/acme/platform/api', '2.3.1', '2.3.1'], ['']];
    expect(alignTabs(cells.map((line) => line.join('\t')).join('\n'))).toBe(docker.join('\n'));
  });

  it('aligns each run of lines with as many cells by itself', () => {
    expect(alignTabs('long long long\tx\nno cells\na\tb\tc\na\tb')).toBe(
      'long long long   x\nno cells\na         b         c\na         b',
    );
  });

  it('aligns names of wide characters by what they take on a terminal', () => {
    expect(render('table {{.Image}}\\t{{.UsedBy}}', [makeRow('a:1', 'local', { name: '日本語日本語:1' }), makeRow('b:1', 'local')])).toBe(
      'IMAGE            USED BY\n日本語日本語:1\nb:1\n',
    );
    const used = (name: string) => makeRow('a:1', 'local', { name, containers: [{ name: 'x', running: true, outdated: false }] });
    expect(render('table {{.Image}}\\t{{.UsedBy}}', [used('日本語日本語:1'), used('b:1')])).toBe(
      'IMAGE            USED BY\n日本語日本語:1   x\nb:1              x\n',
    );
  });

  it('prints short digests, and whole ones with --no-trunc', () => {
    expect(render('{{.Current}} {{.Candidate}}')).toMatch(/^[a-f0-9]{12} [a-f0-9]{12}\n$/);
    expect(render('{{.Current}} {{.Candidate}}', [ROW], true)).toMatch(/^sha256:[a-f0-9]{64} sha256:[a-f0-9]{64}\n$/);
    expect(render('{{.Digest}} {{.CandidateDigest}}')).toMatch(/^sha256:[a-f0-9]{64} sha256:[a-f0-9]{64}\n$/);
  });

  it('prints the entry of the JSON document with {{json .}}', () => {
    expect(JSON.parse(render('{{json .}}'))).toEqual(JSON.parse(JSON.stringify(toImageEntry(ROW))));
  });

  it('knows every field the README names', () => {
    const fields =
      'Image Reference Registry Repository Tag Digest Current Candidate CandidateDigest CandidateCreated Update Status Verdict Why Reason Error ' +
      'Held Platform ID Created Size Download UsedBy CheckedAt Labels Containers Sources';
    for (const row of WORLD.images)
      expect(render(`{{.${fields.split(' ').join('}}|{{.')}}}`, [row])).not.toContain('template parsing error');
  });

  it.each([
    ['{{.Canidate}}', /can't evaluate field Canidate at column 3 \(did you mean "Candidate"\?\); fields: Image Reference/],
    ['{{.image}}', /can't evaluate field image at column 3 \(did you mean "Image"\?\)/],
    ['{{.Image.Foo}}', /can't evaluate field Foo at column 9$/],
    [
      '{{range .Containers}}{{.Nme}}{{end}}',
      /can't evaluate field Nme at column 24 \(did you mean "Name"\?\); fields: Name Running Outdated$/,
    ],
    ['{{with .Sources}}{{.Kind}}{{end}}', /can't evaluate field Kind/],
    ['{{if .Held}}{{.Nope}}{{end}}', /can't evaluate field Nope/],
    ['{{if false}}{{.Nope}}{{end}}', /can't evaluate field Nope/],
    ['{{$x := .Containers}}{{range $c := $x}}{{$c.Foo}}{{end}}', /can't evaluate field Foo/],
    ['{{.__proto__}}', /can't evaluate field __proto__/],
    ['{{.constructor}}', /can't evaluate field constructor/],
    ['{{(index .Containers 0).constructor}}', /can't evaluate field constructor at column 24/],
    ['{{toString .Image}}', /function "toString" not defined at column 3$/],
    ['{{uper .Image}}', /function "uper" not defined \(did you mean "upper"\?\) at column 3$/],
    ['{{upper}}', /wrong number of args for upper: want 1 got 0$/],
    ['{{.Image | upper "x"}}', /wrong number of args for upper: want 1 got 2$/],
    ['{{upper .Held}}', /error calling upper: wrong type for value; expected string; got bool$/],
    ['{{join .Image ","}}', /error calling join: wrong type for value; expected a list; got string$/],
    ['{{index .Containers 9}}', /error calling index: index out of range: 9$/],
    ['{{index .Containers -1}}', /index out of range: -1$/],
    ['{{lt 1 "a"}}', /incompatible types for comparison: int and string$/],
    ['{{eq .Containers .Containers}}', /non-comparable type list$/],
    ['{{len .Held}}', /len of type bool$/],
    ['{{range .Image}}x{{end}}', /range can't iterate over nginx:1\.27$/],
    ['{{range 1000000000}}x{{end}}', /range can't iterate over 1000000000$/],
    ['{{.Image', /unclosed action$/],
    ['{{if .Image}}x', /unclosed \{\{if\}\} at column 1: expected \{\{end\}\}$/],
    ['x{{end}}', /unexpected \{\{end\}\} at column 2$/],
    ['{{else}}', /unexpected \{\{else\}\} at column 1$/],
    ['{{if .Held}}{{else}}{{else}}{{end}}', /unclosed \{\{if\}\}/],
    ['{{}}', /missing value for command at column 1$/],
    ['{{$x}}', /undefined variable "\$x" at column 3$/],
    ['{{$x = 1}}', /undefined variable "\$x"/],
    ['{{if .Held}}{{$x := 1}}{{end}}{{$x}}', /undefined variable "\$x"/],
    ['{{$ = 1}}', /unexpected assignment to "\$"/],
    ['{{.Image | .Tag}}', /expected a function after "\|"/],
    ['{{.Image .Tag}}', /a value takes no arguments/],
    ['{{(.Image}}', /unclosed left paren/],
    ['{{.Image)}}', /unexpected right paren at column 9$/],
    ['{{"abc}}', /unterminated quoted string at column 3$/],
    ['{{`abc}}', /unterminated raw quoted string at column 3$/],
    ["{{'ab'}}", /malformed character constant at column 3$/],
    ['{{"\\q"}}', /unknown escape in quoted string at column 4$/],
    ['{{/* x }}', /unclosed comment$/],
    ['{{/* x */ }}', /comment ends before closing delimiter$/],
    ['{{#}}', /unexpected "#" in command at column 3$/],
    ['{{template "x"}}', /\{\{template\}\} at column 1 is not supported$/],
    ['{{range .Sources}}{{break}}{{end}}', /\{\{break\}\} at column 19 is not supported$/],
    ['{{pad .Image -1 0}}', /pad: expected no negative number/],
    ['{{truncate .Image -1}}', /truncate: expected no negative length/],
  ])('that is wrong says so: %s', (template, message) => {
    const text = render(template);
    expect(text).toMatch(/^template parsing error: /);
    expect(text).toMatch(message);
  });

  it('is refused for an unknown field before there is any image', () => {
    expect(compileTemplate('{{if .Held}}{{.Nope}}{{end}}').ok).toBe(false);
  });

  it('reads labels by any key, and what is not there is empty', () => {
    const labels = new Map([['__proto__', 'own']]);
    expect(render('{{index .Labels "__proto__"}}|{{index .Labels "constructor"}}|{{.Labels.nope}}|', [{ ...ROW, labels }])).toBe(
      'own|||\n',
    );
    expect(render('{{json .Labels}}', [{ ...ROW, labels }])).toBe('{"__proto__":"own"}\n');
  });

  it.each([
    ['a wall of blanks', '{{pad .Image 999999999 0}}', /at most 1000000 blanks/],
    ['a wide verb', '{{printf "%999999999s" .Image}}', /^%!\(BADWIDTH\)\n$/],
    ['many wide verbs', `{{printf "${'%900000s'.repeat(50)}"}}`, /BADWIDTH/],
    ['a text that doubles', `{{$x := "aaaaaaaa"}}${'{{$x = printf "%s%s" $x $x}}'.repeat(60)}`, /takes more than 5000000 steps/],
    ['loops in loops', loops(12), /takes more than 5000000 steps/],
    ['a join that multiplies', '{{$l := split (pad "x" 9999 0) ""}}{{join $l (pad "x" 9999 0)}}', /would be longer than 1000000/],
    ['deep parentheses', `{{${'('.repeat(5000)}1${')'.repeat(5000)}}}`, /nested deeper than 100/],
    ['deep blocks', `${'{{if true}}'.repeat(3000)}${'{{end}}'.repeat(3000)}`, /nested deeper than 100/],
    ['else if without end', `{{if false}}${'{{else if true}}'.repeat(3000)}{{end}}`, /nested deeper than 100/],
    ['a very long template', 'x'.repeat(70_000), /longer than 65536 characters/],
  ])('cannot make the program hang or swell: %s', (_, template, message) => {
    expect(render(template)).toMatch(message);
  });

  it('ends with an answer whatever is written in it', () => {
    const piece = fc.constantFrom(
      ...'{{ }} {{- -}} . .Image .Labels $x $ := = | ( ) , "a" `b` \'c\' 1 -2 if else range with end and or index printf /* */ \\n \\t'.split(
        ' ',
      ),
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 30 }), (pieces) => {
        const text = render(pieces.join(' '));
        expect(typeof text).toBe('string');
      }),
      { numRuns: 2000 },
    );
  });

  it('prints nothing a terminal would act on, whatever the data', () => {
    const evil = '\u001b]52;c;eA==\u0007\r\n\u202e\u009b2J';
    const row = makeRow('nginx:1.27', unknown('bad-response', evil), {
      labels: new Map([[evil, evil]]),
      containers: [{ name: evil, running: true, outdated: true }],
      sources: [{ kind: evil, location: evil, line: 1, column: 1, file: null }],
      created: evil,
    });
    const all =
      '{{.Why}}{{.Error}}{{.UsedBy}}{{.Labels}}{{.Containers}}{{.Sources}}{{.Created}}{{json .}}{{json .Containers}}{{json .Why}}';
    const text = render(all, [row]).slice(0, -1);
    expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/u);
    expect(JSON.parse(render('{{json .}}', [row])).tag.reason.message).toBe(evil);
  });

  it('stays quick with thousands of rows', () => {
    const rows = makeReport(Array.from({ length: 5000 }, (_, at) => ({ ...ROW, name: `nginx:${at}` }))).images;
    const lines = render('table {{.Image}}\\t{{range .Containers}}{{.Name}} {{end}}', rows).split('\n');
    expect(lines).toHaveLength(5002);
    expect(lines[5000]).toBe('nginx:4999   proxy web blog');
  });
});

function loops(depth: number): string {
  return `${'{{range split "a,b,c,d,e,f" ","}}'.repeat(depth)}x${'{{end}}'.repeat(depth)}`;
}
