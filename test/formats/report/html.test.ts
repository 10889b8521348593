import { describe, expect, it } from 'vitest';
import type { Report } from '../../../src/core/report/report.ts';
import { renderReportHtml } from '../../../src/formats/report/html.ts';
import { REPORT_STYLE } from '../../../src/formats/report/html-style.ts';
import { STYLE } from '../../../src/formats/html/style.ts';
import { elementsOf, textOf } from './html-page.ts';
import { ATTENTION, digest, EVIL, FIRST, FLEET, HOSTILE, INTERRUPTED, NOW, pending, QUIET, REPORT, subject } from './reports.ts';

const ABOUT = { version: '0.1.0', perImage: false, mail: { to: ['root'], from: null } };
const render = (report: Report): string => renderReportHtml(report, ABOUT);
const read = (report: Report): string => textOf(render(report));
const headingsOf = (report: Report): readonly string[] =>
  [...render(report).matchAll(/<h2[^>]*>([^]*?)<\/h2>/g)].map(([, text = '']) => textOf(text).trim());

const ONLY_NEW: Report = { ...REPORT, onlyNew: true };
const REPORTS = [
  ['a week', REPORT],
  ['a quiet week', QUIET],
  ['the first report', FIRST],
  ['a fleet', FLEET],
  ['an interrupted report', INTERRUPTED],
  ['news only', ONLY_NEW],
  ['hostile texts', HOSTILE],
] as const satisfies readonly (readonly [string, Report])[];

describe('the page of a report', () => {
  it('is this, byte for byte', async () => {
    await expect(render(REPORT)).toMatchFileSnapshot('./golden/html.html');
  });

  it('has its sections in the order in which they are to be read', () => {
    expect(headingsOf(INTERRUPTED)).toEqual([
      'Freshness',
      'The report of 9 Nov may not have arrived',
      'Needs attention (3)',
      'New since 9 Nov (2)',
      'Still pending, oldest first (3)',
      'Done since 9 Nov (3)',
      'Held (1)',
      'Bases that moved (1)',
      'Rebuild, in this order (3)',
      'Image store',
      'What to type',
    ]);
    expect(headingsOf(FIRST)).toContain('Pending (5)');
  });

  it('tells of each image what is newer, who uses it and since when it is pending', () => {
    const text = read(REPORT);
    expect(text).toContain(
      'nginx:1.27 linux/amd64 rebuilt 333333333333 to 999999999999 published 2026-11-04 (11 days ago) minor 1.29.3 used by web*, proxy (+1)',
    );
    expect(text).toContain('redis:7.2.4 linux/amd64 patch 7.2.11 major 8.2.2 used by cache since 20 Aug, 88 days, even newer now');
    expect(text).toContain('acme/web:dev linux/amd64 base moved node:20-slim 3 versions behind, high confidence');
    expect(text).toContain('grafana/grafana:11.2.0 linux/amd64 major 12.0.1 since 2 Nov, 14 days, not checked this time');
    expect(text).toContain('postgres:15.4 linux/amd64 patch 15.14 used by db until 2026-12-15: wait for the maintenance window');
    expect(text).toContain('mariadb:11.4.1 linux/amd64 ✓ removed replaced by mariadb:11.4.8; was pending: 11.4.8 (patch)');
    expect(text).toContain('A container marked with * runs an older image than its name has here now.');
  });

  it('tells what needs attention, what is new of it, and what was known already', () => {
    const text = read(REPORT);
    expect(text).toContain('python:3.8-slim ✗ tag gone the tag is deleted in its registry new');
    expect(text).toContain('registry.corp.example:5000/tools/ci:latest ? not checked 401 Unauthorized since 9 Nov');
    expect(text).toContain('rabbitmq:3.13 ! hold ended was held until 2026-11-10 plugin not ready new');
  });

  it('counts many images of one registry, and names the first', () => {
    const images = Array.from({ length: 500 }, (_, at) => `quay.example/team/image-${String(at).padStart(3, '0')}:1`);
    const text = read({ ...REPORT, attention: [{ ...ATTENTION[1]!, images, registry: 'quay.example' }] });
    expect(text).toContain('500 images of quay.example');
    expect(text).toContain('quay.example/team/image-007:1 and 492 more');
  });

  it('names the hosts once on which a place was not read, and has no empty heading for a machine that is missing', () => {
    const unread = {
      ...ATTENTION[0]!,
      kind: 'unread' as const,
      images: [],
      registry: null,
      message: 'no engine answers',
      hosts: ['build01', 'edge'],
    };
    expect(read({ ...FLEET, attention: [unread] })).toContain('build01, edge ? not read no engine answers new');
    const missing = { ...unread, hosts: [], message: 'there is no document of edge any more' };
    expect(read({ ...FLEET, attention: [missing] })).toContain('A machine ? not read there is no document of edge any more new');
  });

  it('says of news since when a part of it was told', () => {
    expect(read({ ...REPORT, news: [{ ...REPORT.news[0]!, since: NOW - 7 * 86_400_000 }] })).toContain(
      'used by api, compose.yaml:12 partly since 9 Nov',
    );
  });

  it('leads from each count to its section', () => {
    for (const [, report] of REPORTS) {
      const elements = elementsOf(render(report));
      const ids = elements.flatMap(({ attributes }) => [...(/\sid="([^"]*)"/.exec(attributes) ?? [])].slice(1));
      const links = elements.filter(({ name }) => name === 'a').map(({ attributes }) => /href="([^"]*)"/.exec(attributes)?.[1]);
      expect(ids.map((id) => `#${id}`)).toEqual(expect.arrayContaining(links));
    }
    expect(read(REPORT)).toContain('3 need attention 2 new 3 still pending 3 done 1 held 3 to rebuild 1.2 GB to be freed');
  });

  it('tells how each share changed since the report before', () => {
    expect(read(REPORT)).toContain('8 of 14 stale down from 9 on 9 Nov 2 of 14 unknown as on 9 Nov 4 of 14 fresh up from 3 on 9 Nov');
    expect(read(FIRST)).toContain(
      '8 of 14 stale 2 of 14 unknown 4 of 14 fresh How this changes is drawn here when there are several reports that were made with --mark.',
    );
    expect(render(FIRST)).not.toContain('class="trend"');
  });

  it('says that all is well when it is, and nothing of what there is not', () => {
    const text = read(QUIET);
    expect(text).toContain('✓ all well Nothing is pending, and nothing needs attention.');
    expect(headingsOf(QUIET)).toEqual(['Freshness']);
    expect(read(REPORT)).not.toContain('all well');
  });

  it.each([
    ['something needs attention', { attention: ATTENTION }],
    ['something is pending from before', { pending: REPORT.pending }],
    ['something is new', { news: REPORT.news }],
  ])('does not say that all is well when %s', (_, parts) => {
    expect(read({ ...QUIET, ...parts })).not.toContain('all well');
  });

  it('tells only what is new where only that is wanted', () => {
    expect(headingsOf(ONLY_NEW)).toEqual(['Needs attention (2)', 'New since 9 Nov (2)', 'Done since 9 Nov (3)', 'What to type']);
    const text = read(ONLY_NEW);
    expect(text).not.toContain('401 Unauthorized');
    expect(text).not.toContain('redis:7.2.4');
    expect(text).toContain('docker pull nginx:1.27');
    expect(text).toContain('12 of 14 images checked');
    expect(read({ ...ONLY_NEW, news: [], done: [], attention: [ATTENTION[1]!] })).toContain(
      'Nothing new is pending, and nothing new needs attention.',
    );
  });

  it('tells of a fleet on which hosts an image is, where that is not all of them', () => {
    const text = read(FLEET);
    expect(text).toContain('ghcr.io/acme/api:2.3.1 linux/amd64 minor');
    expect(text).toContain('nginx:1.27 linux/amd64 on edge rebuilt');
    expect(text).toContain('redis:7.2.4 linux/amd64 on build01 and edge');
    expect(text).toContain('Image store build01 3 of 31 images are not needed: 1.2 GB of 9.4 GB could be freed');
  });

  it('repeats what a report told that may not have arrived', () => {
    expect(read(INTERRUPTED)).toContain('New then redis:7.2.4: 7.2.11 (patch) Done then httpd:2.4: rebuilt');
  });

  it('tells what it rests on', () => {
    const text = read(REPORT);
    expect(text).toContain('Host build01, 2026-11-16 07:00 UTC Coverage 12 of 14 images checked Age data of 2026-11-16 06:20 to 07:00 UTC');
    expect(text).toContain('docker.io: 19 requests, 1 of them counted, 87 of 100 left ghcr.io: 3 requests');
    expect(text).toContain('Made by imgupdate 0.1.0, 2026-11-16 07:00 UTC .');
  });
});

describe('the page of a report as a document', () => {
  it.each(REPORTS)('stands alone with %s: no script, no request, no style but its own', (_, report) => {
    const page = render(report);
    const elements = elementsOf(page);
    const names = new Set(elements.map(({ name }) => name));
    for (const name of ['script', 'img', 'image', 'use', 'link', 'iframe', 'form', 'base', 'object', 'foreignObject'])
      expect(names).not.toContain(name);
    expect(elements.filter(({ attributes }) => /\s(?:on\w+|src|style|action|srcset)=|href="(?!#)/.test(attributes))).toEqual([]);
    expect(page).not.toMatch(/@import|url\(/);
    expect(page.match(/<style>/g)).toHaveLength(1);
    expect(page).toContain(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />`);
    expect(page.replace(/\n/g, '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066\ufeff]/);
  });

  it('has the same elements and attributes whatever the texts are', () => {
    const tame: Report = JSON.parse(JSON.stringify(HOSTILE).replaceAll(JSON.stringify(EVIL).slice(1, -1), 'x y'));
    const bones = (report: Report) =>
      elementsOf(render(report))
        .filter(({ name }) => name !== 'wbr')
        .map(({ name, attributes }) => `${name} ${attributes.replace(/="[^"]*"/g, '').trim()}`);
    expect(bones(HOSTILE)).toEqual(bones(tame));
    expect(read(HOSTILE)).toContain('<script>alert(1)</script>');
  });

  it.each(REPORTS)('can be read by ear with %s: landmarks, headings in order, names that lead somewhere', (_, report) => {
    const elements = elementsOf(render(report));
    const count = (name: string) => elements.filter((element) => element.name === name).length;
    expect([count('header'), count('main'), count('footer'), count('h1')]).toEqual([1, 1, 1, 1]);
    const levels = elements.filter(({ name }) => /^h\d$/.test(name)).map(({ name }) => Number(name.slice(1)));
    expect(levels.every((level, at) => level <= (levels[at - 1] ?? 0) + 1)).toBe(true);
    const ids = elements.flatMap(({ attributes }) => [...(/\sid="([^"]*)"/.exec(attributes) ?? [])].slice(1));
    expect(new Set(ids).size).toBe(ids.length);
    for (const { attributes } of elements) {
      for (const label of /aria-labelledby="([^"]*)"/.exec(attributes)?.[1]?.split(' ') ?? []) expect(ids).toContain(label);
    }
  });

  it.each([
    ['light', /^:root \{([^}]*)\}/m, /:root \{\n([^}]*)\}/],
    ['dark', /dark\) \{\n\s*:root \{([^}]*)\}/, /dark\) \{\n\s*:root \{\n([^}]*)\}/],
    ['printed', /print \{\n\s*:root \{([^}]*)\}/, /print \{\n\s*:root \{\n([^}]*)\}/],
  ])('has pictures that stand out when %s', (_, own, all) => {
    const colours = new Map(
      [own.exec(REPORT_STYLE)?.[1] ?? '', all.exec(STYLE)?.[1] ?? '']
        .flatMap((block) => [...block.matchAll(/--([a-z-]+): (#[0-9a-f]{6})/g)])
        .map(([, name = '', value = '']) => [name, value]),
    );
    for (const name of ['fresh', 'stale', 'open']) {
      expect(contrastOf(colours.get(name) ?? '', colours.get('page') ?? ''), name).toBeGreaterThanOrEqual(3);
    }
  });
});

describe('the page of very many images', () => {
  const crowd = Array.from({ length: 20_000 }, (_, at) =>
    pending(`registry.example/team-${at % 50}/service-${at}:1.0.${at % 100}`, {
      hosts: Array.from({ length: 3 }, (__, host) => `host${host}`),
      users: ['a', 'b', 'c'],
      updates: REPORT.news[1]!.updates.concat(REPORT.pending[1]!.updates),
      layers: REPORT.pending[1]!.layers,
    }),
  );
  const big: Report = {
    ...FLEET,
    hosts: Array.from({ length: 500 }, (_, at) => ({ ...REPORT.hosts[0]!, name: `host${at}` })),
    news: crowd,
    pending: crowd,
    done: crowd.map((each) => ({ ...each, how: 'updated', was: ['rebuilt'], successor: null })),
    held: crowd.map((each) => ({ ...each, hold: { reason: 'wait', until: null } })),
    attention: crowd.map((each) => ({ ...ATTENTION[0]!, images: [each.name] })),
    bases: crowd.map((each) => ({ ...REPORT.bases[0]!, name: each.name, images: crowd.slice(0, 100) })),
    rebuilds: crowd.map((each) => ({ ...each, because: 'moved', base: 'node:20', isBaseLocal: false })),
    stores: Array.from({ length: 500 }, (_, at) => ({
      ...REPORT.stores[0]!,
      host: `host${at}`,
      unneeded: REPORT.stores[0]!.unneeded.flatMap((each) => Array.from({ length: 300 }, () => each)),
    })),
  };

  it('shows the first ones, counts the rest with what lists them, and stays below 2 MB', () => {
    const page = render(big);
    expect(page.length).toBeLessThan(2_000_000);
    const text = textOf(page);
    expect(text).toContain('New since 9 Nov (20000)');
    expect(text).toContain('and 19600 more: imgupdate list --upgradable');
    expect(text).toContain('and 480 more, left out of this page');
    expect(page.match(/class="towers"/g)).toHaveLength(50);
    expect(page.match(/<details class="stacks" open>/g)).toHaveLength(8);
  });

  it('stays bounded where every text is as long as can be', () => {
    const long = '<'.repeat(1e4);
    const evil = { ...pending('x'), ...subject(long, { users: [long, long], hosts: [long], platform: long }) };
    const updates = [{ axis: 'newer', kind: 'version', tag: long, level: 'minor', digest: null }] as const;
    const layer = { diffId: long, createdBy: long };
    const layers = {
      shared: 500,
      installed: Array.from({ length: 1000 }, () => layer),
      candidate: Array.from({ length: 2000 }, () => layer),
    };
    const rows = Array.from({ length: 2000 }, () => ({ ...evil, updates, layers }));
    const report: Report = {
      ...big,
      news: rows,
      pending: rows,
      held: rows.map((each) => ({ ...each, hold: { reason: long, until: long } })),
      done: rows.map((each) => ({ ...each, how: 'removed', was: Array.from({ length: 9 }, () => long), successor: long })),
      interrupted: { at: NOW, news: rows.map(() => long), done: rows.map(() => long) },
      attention: rows.map(() => ({ ...ATTENTION[0]!, images: rows.map(() => long), message: long, registry: long })),
      rebuilds: rows.map((each) => ({ ...each, because: 'moved', base: long, isBaseLocal: false })),
      bases: rows.map(() => ({ ...REPORT.bases[0]!, name: long, candidate: digest('a'), images: rows })),
    };
    expect(render(report).length).toBeLessThan(3_000_000);
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
