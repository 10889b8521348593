import { describe, expect, it } from 'vitest';
import { renderMarkdown } from '../../../src/formats/check/markdown.ts';
import { escapeMarkdown, escapeSentence, renderCode } from '../../../src/formats/markdown/escape.ts';
import { HOSTILE, makeCrowd, makeFinding, makeOutcome } from './outcomes.ts';
import { makeRow, THERE } from '../reports.ts';
import { SAMPLE } from './sample.ts';

const bytesOf = (text: string) => Buffer.byteLength(text);

/** The cells of a row, split as GitHub splits them: at each pipe that has no backslash before it. */
function cellsOf(row: string): readonly string[] {
  return row.split(/(?<!\\)\|/).slice(1, -1);
}

const rowsOf = (markdown: string) => markdown.split('\n').filter((line) => line.startsWith('|'));

describe('the summary of a step', () => {
  it('shows what fails first, then what was not checked, and folds away what is held', () => {
    const outcome = {
      ...SAMPLE,
      report: {
        ...SAMPLE.report,
        registries: [
          { registry: 'docker.io', requests: 9, counted: 1, limit: 100, remaining: 87, windowSeconds: 21_600 },
          { registry: 'ghcr.io', requests: 1, counted: 0, limit: null, remaining: null, windowSeconds: null },
        ],
      },
    };
    expect(renderMarkdown(outcome)).toMatchInlineSnapshot(`
      "## imgupdate: 3 images fail the check

      8 images in 3 files: 3 errors, 2 warnings, 1 held, 1 without a digest, 1 on a current base. Fails on: base, rebuilt, gone

      ### Fails the check (3)

      | Image | Where | What | What to do |
      | --- | --- | --- | --- |
      | \`node:20\` | \`Dockerfile:1:6\` | was rebuilt (3f2a9c0b7d1e -&#62; 9d1e4a55c0ff) \`stale/rebuilt\` | put sha256:9d1e4a55c0ff0000000000000000000000000000000000000000000000000000 there |
      | \`postgres:16\` | \`deploy/compose.yaml:14:12\` | is gone: its registry has no such tag \`stale/gone\` |  |
      | \`ghcr.io/acme/api:2\` |  | is built on an older debian:12-slim, 2 versions behind \`stale/base\` | build it again |

      ### Not checked (2)

      | Image | Where | What | What to do |
      | --- | --- | --- | --- |
      | \`ghcr.io/acme/tools:1\` | \`ci/Dockerfile:3:6\` | not checked: ghcr.io refused the credentials \`unknown/auth\` | run 'docker login ghcr.io' |
      | \`\${BASE}\` | \`ci/Dockerfile:9:6\` | not checked: ARG BASE has no value \`unknown/reference\` | give it with --build-arg BASE=... |

      <details>
      <summary>Held (1)</summary>

      | Image | Where | What | What to do |
      | --- | --- | --- | --- |
      | \`redis:7.2.4\` | \`deploy/compose.yaml:21:12\` | -&#62; 7.2.11, held until 2026-12-15: wait for fix \`stale/patch\` |  |

      </details>

      Asked: \`docker.io\`: 9 requests, 1 of them counted, 87 of 100 left; \`ghcr.io\`: 1 request
      "
    `);
  });

  it('names an image by what the variables in its file come to, as all formats do', () => {
    const report = makeRow('ghcr.io/acme/node:20', 'rebuilt');
    const finding = makeFinding('stale/rebuilt', {
      image: '$REGISTRY/acme/node:20@sha256:3f2a',
      message: 'ghcr.io/acme/node:20 was rebuilt',
      report,
    });
    expect(rowsOf(renderMarkdown(makeOutcome([finding])))[2]).toMatch(/^\| `ghcr\.io\/acme\/node:20` \| `Dockerfile:1:6` \| was rebuilt `/);
  });

  it('of a clean check is two lines', () => {
    expect(renderMarkdown(makeOutcome([], { images: SAMPLE.report.images.slice(-1) }))).toBe(
      '## imgupdate: nothing stale\n\n1 image: nothing stale (1 on a current base)\n',
    );
  });

  it('says that nothing was found to check', () => {
    expect(renderMarkdown({ ...makeOutcome([]), result: 'incomplete', exitCode: 3 })).toBe(
      '## imgupdate: no images found\n\n0 images: nothing to check\n',
    );
  });

  it('lets no name make a cell, a line, a link, an image, a mention or markup', () => {
    const markdown = renderMarkdown(HOSTILE);
    for (const row of rowsOf(markdown)) expect(cellsOf(row)).toHaveLength(4);
    expect(rowsOf(markdown)).toHaveLength(HOSTILE.findings.length + 3 * 2);
    expect(markdown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });

  it.each([
    ['a pipe', 'a|b', 'a&#124;b'],
    ['a pipe behind a backslash', 'a\\|b', 'a&#92;&#124;b'],
    ['an image', '![x](http://evil/x.png)', '&#33;&#91;x&#93;(http&#58;//evil/x.png)'],
    ['a tag', '<img src=x>', '&#60;img src=x&#62;'],
    ['an entity', '&lt;b&gt;', '&#38;lt;b&#38;gt;'],
    ['a mention', 'by @octocat', 'by @&#8203;octocat'],
    ['a mention of a team', 'node:20@sha256:abc', 'node:20@&#8203;sha256:abc'],
    [
      'an emoji, but not the tag of an image',
      'ghcr.io/acme/api:latest: :tada: (:+1:)',
      'ghcr.io/acme/api:latest: :&#8203;tada: (:&#8203;+1:)',
    ],
    ['an issue', 'fixes #123 and GH-7', 'fixes #&#8203;123 and GH&#8203;-7'],
    ['an address', 'www.evil.example and https://evil', 'www&#46;evil.example and https&#58;//evil'],
    ['emphasis and code', '**a** _b_ ~~c~~ `d`', '&#42;&#42;a&#42;&#42; &#95;b&#95; &#126;&#126;c&#126;&#126; &#96;d&#96;'],
    ['mathematics', '$x$', '&#36;x&#36;'],
    ['plain words', 'nginx:1.27 was rebuilt (3f2a -> 9d1e), or not', 'nginx:1.27 was rebuilt (3f2a -&#62; 9d1e), or not'],
  ])('shows %s as it is', (_, text, escaped) => {
    expect(escapeMarkdown(text)).toBe(escaped);
  });

  it.each([
    ['nginx:1.27', '`nginx:1.27`'],
    ['node:20@sha256:abc', '`node:20@sha256:abc`'],
    ['${BASE:-x}', '`${BASE:-x}`'],
    ['<b>&amp;', '`<b>&amp;`'],
    ['a`b', '<code>a&#96;b</code>'],
    ['```', '<code>&#96;&#96;&#96;</code>'],
    ['a|b', '<code>a&#124;b</code>'],
    ['a\\', '<code>a&#92;</code>'],
    [' a', '<code> a</code>'],
    ['', '<code></code>'],
  ])('shows the name %j as code', (text, code) => {
    expect(renderCode(text)).toBe(code);
  });

  it('shows what is to be written so that it can be copied', () => {
    const write = (advice: string) => renderMarkdown(makeOutcome([makeFinding('stale/minor', { advice })]));
    expect(write('write node:20.19.5-alpine')).toContain('| write node:20.19.5-alpine |');
    expect(write(`write node:20.19.5@${THERE}`)).toContain(`| write \`node:20.19.5@${THERE}\` |`);
  });

  it('is cut between rows, says how many are left out, and leaves nothing open', () => {
    const outcome = makeOutcome(
      Array.from({ length: 60 }, (_, index) =>
        makeFinding(index % 2 === 0 ? 'stale/rebuilt' : 'unknown/auth', {
          level: index % 3 === 0 ? 'note' : index % 2 === 0 ? 'error' : 'warning',
          image: `\u{1f40b}é:${index}`,
          advice: 'ü'.repeat(index),
        }),
      ),
    );
    const whole = renderMarkdown(outcome);
    const allRows = new Set(rowsOf(whole));
    const sizes = Array.from({ length: 300 }, (_, index) => 40 + index * 40);
    for (const maxBytes of sizes) {
      const markdown = renderMarkdown(outcome, { maxBytes });
      expect(bytesOf(markdown)).toBeLessThanOrEqual(maxBytes);
      expect(rowsOf(markdown).filter((row) => !allRows.has(row))).toEqual([]);
      expect(markdown.split('<details>').length).toBe(markdown.split('</details>').length);
      const left = [...markdown.matchAll(/^(\d+) more rows? left out/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
      const shown = rowsOf(markdown).filter((row) => row.includes('stale/rebuilt') || row.includes('unknown/auth')).length;
      if (markdown.includes('| --- |')) expect(shown + left).toBe(60);
    }
    expect(renderMarkdown(outcome, { maxBytes: bytesOf(whole) })).toBe(whole);
    expect(renderMarkdown(outcome, { maxBytes: bytesOf(whole) - 1 })).toContain('1 more row left out');
    expect(renderMarkdown(outcome, { maxBytes: 2000 })).toMatch(/^\d+ more rows left out: this summary would be too long\.$/m);
    expect(renderMarkdown(outcome, { maxBytes: 10 })).toBe('');
  });

  it('of 30,000 findings stays below what GitHub takes', () => {
    const markdown = renderMarkdown(makeCrowd(30_000));
    expect(bytesOf(markdown)).toBeLessThanOrEqual(900_000);
    expect(bytesOf(markdown)).toBeGreaterThan(890_000);
    expect(markdown).toContain('### Should be known (20000)');
  });

  it('is not filled by one name without end', () => {
    const long = makeFinding('stale/rebuilt', { image: '|'.repeat(1e6), message: '`'.repeat(1e6), advice: '@a'.repeat(1e6) });
    expect(bytesOf(renderMarkdown(makeOutcome([long])))).toBeLessThan(50_000);
  });
});

describe('a digest in a sentence', () => {
  it('is code, so that what is copied from it is what was meant', () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    expect(escapeSentence(`pin it to node:20@${digest} | now`)).toBe(`pin it to \`node:20@${digest}\` &#124; now`);
    expect(renderMarkdown(makeOutcome([makeFinding('stale/rebuilt', { advice: `pin it to node:20@${digest}` })]))).toContain(
      `\`node:20@${digest}\``,
    );
  });
});
