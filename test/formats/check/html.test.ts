import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../../src/formats/check/html.ts';
import { escapeHtml, html } from '../../../src/formats/html/escape.ts';
import { STYLE } from '../../../src/formats/html/style.ts';
import { BASES } from '../base-reports.ts';
import { VERSIONS } from '../newer-reports.ts';
import { makeReport, makeRow } from '../reports.ts';
import { HOSTILE, makeCrowd, makeFinding, makeOutcome, makePlace } from './outcomes.ts';
import { SAMPLE } from './sample.ts';

const ABOUT = { version: '0.1.0' };

const VOID = new Set(['meta', 'br', '!doctype']);

/** The elements of a page in order; throws where one is not closed in its place. */
function elementsOf(page: string): { readonly name: string; readonly attributes: string }[] {
  const open: string[] = [];
  const found: { name: string; attributes: string }[] = [];
  for (const [, slash, name = '', attributes = ''] of page.matchAll(/<(\/?)([!a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*\/?>/g)) {
    if (VOID.has(name)) found.push({ name, attributes });
    else if (slash === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`);
    } else {
      open.push(name);
      found.push({ name, attributes });
    }
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(', ')}`);
  return found;
}

/** What a reader sees. */
function textOf(page: string): string {
  return page
    .replace(/<style>[^]*<\/style>/, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/\s+/g, ' ')
    .replaceAll(' ,', ',');
}

describe('the page of a check', () => {
  it('tells the result, the counts, and what was found in each file', () => {
    const text = textOf(renderHtml(SAMPLE, ABOUT));
    expect(text).toContain('stale 3 images fail the check');
    expect(text).toContain('8 images in 3 files 3 errors 2 warnings 1 held 1 without a digest 1 on a current base');
    expect(text).toContain('Fails on: base, rebuilt, gone');
    expect(text).toContain(
      'Fails the check (3) Line Level Finding Dockerfile 1:6 ✗ error node:20 was rebuilt (3f2a9c0b7d1e -> 9d1e4a55c0ff) [stale/rebuilt] To do: put',
    );
    expect(text).toContain('In no file - ✗ error ghcr.io/acme/api:2 is built on an older debian:12-slim, 2 versions behind [stale/base]');
    expect(text).toContain('Not checked (2) Line Level Finding ci/Dockerfile 3:6 ! warning ghcr.io/acme/tools:1 not checked');
    expect(text).toContain('Held (1) Line Level Finding deploy/compose.yaml 21:12 i note redis:7.2.4 -> 7.2.11, held until 2026-12-15');
    expect(text).toContain('All images (8)');
    expect(text).toContain('${BASE} linux/amd64, ci/Dockerfile:9 unknown ARG BASE has no value');
    expect(text).toContain('exit code 2.');
  });

  it('tells of each base how it stands and what that rests on', () => {
    const text = textOf(renderHtml({ ...makeOutcome([]), report: makeReport(BASES.images) }, ABOUT));
    expect(text).toContain(
      'moved (upper-layers-removed), high confidence docker.io/library/node:20-slim node:20-slim dropped its top layer; this image still carries it; rests on annotation, history',
    );
    expect(text).toContain('unknown (rate-limited) docker.io/library/ruby:3.3-slim');
    expect(text).toContain('current, certain docker.io/library/nginx:1.27');
  });

  it.each([
    ['findings', SAMPLE],
    ['hostile names', HOSTILE],
    ['nothing', makeOutcome([])],
  ])('with %s stands alone: no script, no request, no style but its own', (_, outcome) => {
    const page = renderHtml(outcome, ABOUT);
    const elements = elementsOf(page);
    const names = new Set(elements.map(({ name }) => name));
    for (const name of ['script', 'img', 'link', 'iframe', 'a', 'svg', 'form', 'base', 'object']) expect(names).not.toContain(name);
    expect(elements.filter(({ attributes }) => /\s(?:on\w+|src|href|style|action|srcset)=/.test(attributes))).toEqual([]);
    expect(page).not.toMatch(/@import|url\(/);
    expect(page.match(/<style>/g)).toHaveLength(1);
    expect(page).toContain(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />`);
    expect(page.replace(/[\n\t]/g, '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
  });

  it('has a column for newer versions where they are followed', () => {
    const text = textOf(renderHtml({ ...makeOutcome([]), report: VERSIONS }, ABOUT));
    expect(text).toContain('Image Tag Newer Base');
    expect(text).toContain(
      '20.15.1-alpine3.19 (minor), 22.4.1-alpine3.19 (major) newer tags are in its repository; on a newer variant: 20.19.5-alpine3.22 (minor); 23.0.0-alpine3.19 waits for its age: 1 of 3 days',
    );
    expect(text).toContain('unknown docker.io/library/redis did not list its tags within 30s');
    expect(text).toContain('untracked latest has no number in it; the same image as 3.6.1');
    const floating = makeReport(VERSIONS.images.filter(({ newer }) => newer.sibling !== null));
    expect(textOf(renderHtml({ ...makeOutcome([]), report: floating }, ABOUT))).toContain('the same image as 3.6.1');
    const report = makeReport([makeRow('node:20.1.0', 'current')]);
    expect(textOf(renderHtml({ ...makeOutcome([]), report }, ABOUT))).toContain('Image Tag Base');
  });

  it('tells what was asked of each registry, and what is left of its quota where it says', () => {
    const use = { requests: 4, counted: 2, windowSeconds: null };
    const registries = [
      { ...use, registry: 'docker.io', limit: 100, remaining: 61 },
      { ...use, registry: 'ghcr.io', limit: null, remaining: null },
      { ...use, registry: 'quay.io', limit: null, remaining: 7 },
    ];
    const text = textOf(renderHtml({ ...makeOutcome([]), report: makeReport([], { registries }) }, ABOUT));
    expect(text).toContain('docker.io 4 2 61 of 100 ghcr.io 4 2 - quay.io 4 2 7');
  });

  it('can be read by ear: landmarks, headings in order, tables with headers and roles', () => {
    const page = renderHtml(SAMPLE, ABOUT);
    const elements = elementsOf(page);
    const count = (name: string) => elements.filter((element) => element.name === name).length;
    expect([count('header'), count('main'), count('footer'), count('h1')]).toEqual([1, 1, 1, 1]);
    const levels = elements.filter(({ name }) => /^h\d$/.test(name)).map(({ name }) => Number(name.slice(1)));
    expect(levels.every((level, at) => level <= (levels[at - 1] ?? 0) + 1)).toBe(true);
    expect(elements.filter(({ name, attributes }) => name === 'th' && !attributes.includes('scope='))).toEqual([]);
    expect(elements.filter(({ name, attributes }) => name === 'table' && !attributes.includes('aria-labelledby='))).toEqual([]);
    expect(elements.filter(({ name, attributes }) => /^t[drh]$/.test(name) && !attributes.includes('role='))).toEqual([]);
    expect(page).toContain('<html lang="en">');
    const ids = elements.flatMap(({ attributes }) => [...(/\sid="([^"]*)"/.exec(attributes) ?? [])].slice(1));
    expect(new Set(ids).size).toBe(ids.length);
    for (const { attributes } of elements) {
      const label = /aria-labelledby="([^"]*)"/.exec(attributes)?.[1];
      if (label !== undefined) expect(ids).toContain(label);
    }
  });

  it.each([
    ['light', /:root \{\n([^}]*)\}/],
    ['dark', /prefers-color-scheme: dark\) \{\n\s*:root \{\n([^}]*)\}/],
    ['printed', /@media print \{\n\s*:root \{\n([^}]*)\}/],
  ])('has enough contrast for small text when %s', (_, block) => {
    const colours = new Map(
      [...(block.exec(STYLE)?.[1] ?? '').matchAll(/--([a-z-]+): (#[0-9a-f]{6})/g)].map(([, name = '', value = '']) => [name, value]),
    );
    const pairs = [
      ...['text', 'faint', 'bad', 'warn', 'good', 'note'].map((name) => [name, 'page']),
      ...['text', 'faint'].map((name) => [name, 'raised']),
      ...['bad', 'warn', 'good', 'note'].map((name) => [name, `${name}-back`]),
    ];
    for (const [front = '', back = ''] of pairs) {
      const contrast = contrastOf(colours.get(front) ?? '', colours.get(back) ?? '');
      expect(contrast, `${front} on ${back}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('escapes what is put between tags and in attributes', () => {
    expect(escapeHtml(`<a href='x' title="y">&amp;\``)).toBe('&#60;a href=&#39;x&#39; title=&#34;y&#34;&#62;&#38;amp;&#96;');
    const inner = html`<b>${'<i>'}</b>`;
    expect(html`<p title="${'" onload="x'}">${inner}${[inner, inner]}${null}${7}</p>`.html).toBe(
      '<p title="&#34; onload=&#34;x"><b>&#60;i&#62;</b><b>&#60;i&#62;</b><b>&#60;i&#62;</b>7</p>',
    );
  });

  it('shows the first findings and images of very many, counts the rest, and stays small', () => {
    const page = renderHtml(makeCrowd(30_000), ABOUT);
    expect(page.match(/<tr role="row" class="finding">/g)).toHaveLength(4000);
    expect(textOf(page)).toContain('and 8000 more rows, left out of this page');
    expect(textOf(page)).toContain('and 18000 more rows, left out of this page');
    expect(textOf(page)).toContain('and 28000 more images, left out of this page');
    expect(page.length).toBeLessThan(4_000_000);
  });

  it('stays bounded where every text is as long as can be', () => {
    const evil = '"'.repeat(1e4);
    const findings = Array.from({ length: 6000 }, (_, index) =>
      makeFinding(index % 2 === 0 ? 'stale/rebuilt' : 'unknown/auth', {
        image: evil,
        message: evil,
        advice: evil,
        place: makePlace(`${index}${evil}`, 1, 1),
      }),
    );
    const page = renderHtml(makeOutcome(findings), ABOUT);
    expect(page.length).toBeLessThan(4_000_000);
    expect(textOf(page)).toMatch(/and 2\d{3} more rows, left out of this page/);
  });

  it('is not filled by one name without end', () => {
    const long = makeFinding('stale/rebuilt', { image: '<'.repeat(1e6), message: '&'.repeat(1e6), advice: '"'.repeat(1e6) });
    expect(renderHtml(makeOutcome([long]), ABOUT).length).toBeLessThan(50_000);
  });
});

/** Source: WCAG 2.2, contrast ratio and relative luminance. */
function contrastOf(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminanceOf(a), luminanceOf(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

function luminanceOf(colour: string): number {
  const [red = Number.NaN, green = Number.NaN, blue = Number.NaN] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
