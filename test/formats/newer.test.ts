import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { untrackedNewer } from '../../src/check/describe-image.ts';
import { compilePattern } from '../../src/core/pattern.ts';
import { STANDARD_POLICY, type VersionPolicy } from '../../src/core/versions/policy.ts';
import { renderApt } from '../../src/formats/apt.ts';
import { compileFilters } from '../../src/formats/filter.ts';
import { listActions, renderHints } from '../../src/formats/hints.ts';
import { createPaint } from '../../src/formats/paint.ts';
import { renderPlain } from '../../src/formats/plain.ts';
import { renderShow } from '../../src/formats/show.ts';
import { summarize } from '../../src/formats/summary.ts';
import { renderTable } from '../../src/formats/table.ts';
import { compileTemplate } from '../../src/formats/template.ts';
import { renderUpdate } from '../../src/formats/update.ts';
import { renderUpgrade } from '../../src/formats/upgrade-command.ts';
import { makeFileSource, makePlace } from './check/outcomes.ts';
import { onBase, open, settled } from './base-reports.ts';
import { answered, available, openNewer, version, VERSIONS } from './newer-reports.ts';
import { CHECKED, HERE, makeReport, makeRow, NOW, THERE, unknown, WORLD } from './reports.ts';

const PIPE = { width: null, noTrunc: false, paint: createPaint(false) };
const rowOf = (name: string) => VERSIONS.images.find((image) => image.name === name)!;
const show = (image: Parameters<typeof renderShow>[0]) => renderShow(image, { paint: createPaint(false), noTrunc: false, now: NOW });
const fieldOf = (text: string, name: string) => new RegExp(`^${name}: ((?:.*)(?:\\n .*)*)`, 'm').exec(text)?.[1] ?? null;

describe('the column NEWER', () => {
  it('stands behind UPDATE and never instead of it', () => {
    expect(renderTable(VERSIONS, PIPE)).toMatchInlineSnapshot(`
      "IMAGE                    CURRENT       CANDIDATE     UPDATE        NEWER                                                  USED BY
      ghcr.io/acme/api:2.3.1   3f2a9c0b7d1e  3f2a9c0b7d1e  current       2.4.0 (minor)                                          api
      grafana/grafana:11.2.0   3f2a9c0b7d1e  3f2a9c0b7d1e  current       12.0.1 (major)                                         -
      nginx:1.27.3             3f2a9c0b7d1e  9d1e4a55c0ff  rebuilt       1.27.5 (patch)                                         web
      node:20.11.1-alpine3.19  3f2a9c0b7d1e  9d1e4a55c0ff  none          20.15.1-alpine3.19 (minor), 22.4.1-alpine3.19 (major)  Dockerfile:1
      postgres:15.4            3f2a9c0b7d1e  9d1e4a55c0ff  rebuilt,held  15.14 (minor), 18.1 (major)                            -
      python:3.8-slim          3f2a9c0b7d1e  -             gone          3.14-slim (minor)                                      -
      redis:7.2.4              3f2a9c0b7d1e  3f2a9c0b7d1e  current       ?                                                      -
      traefik:latest           3f2a9c0b7d1e  3f2a9c0b7d1e  current       -                                                      -
      valkey/valkey:9.0        3f2a9c0b7d1e  3f2a9c0b7d1e  current       -                                                      -
      "
    `);
  });

  it('is not there where nothing is to be said in it', () => {
    expect(renderTable(WORLD, PIPE)).not.toContain('NEWER');
    const none = makeRow('nginx:1', 'current', answered({ kind: 'none', why: '' }));
    expect(renderTable(makeReport([none]), PIPE)).not.toContain('NEWER');
    expect(renderTable(makeReport([none, rowOf('redis:7.2.4')]), PIPE)).toMatch(/^nginx:1 .* current {2}- {6}-$/m);
  });

  it('leaves what stands before it to those who split at blanks, and all to those who split at two', () => {
    const lines = renderTable(VERSIONS, PIPE).trimEnd().split('\n');
    expect(lines.map((line) => line.split(/ +/)[3])).toEqual([
      'UPDATE',
      ...VERSIONS.images.map(({ tag, held }) => `${tag.verdict.kind}${held === null ? '' : ',held'}`),
    ]);
    expect(new Set(lines.map((line) => line.split(/ {2,}/).length))).toEqual(new Set([6]));
  });

  it.each([[120], [100], [80], [64]])('fits a terminal of %d columns', (width) => {
    const lines = renderTable(VERSIONS, { ...PIPE, width })
      .trimEnd()
      .split('\n');
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
  });

  it('keeps names and versions readable in 80 columns, and cuts digests before them', () => {
    expect(renderTable(VERSIONS, { ...PIPE, width: 80 })).toMatchInlineSnapshot(`
      "IMAGE               CURRENT  CANDIDA  UPDATE        NEWER               USED BY
      ghcr.io/…api:2.3.1  3f2a9c0  3f2a9c0  current       2.4.0 (minor)       api
      grafana/…na:11.2.0  3f2a9c0  3f2a9c0  current       12.0.1 (major)      -
      nginx:1.27.3        3f2a9c0  9d1e4a5  rebuilt       1.27.5 (patch)      web
      node:20.…lpine3.19  3f2a9c0  9d1e4a5  none          20.15.1-alpine3.1…  Dockerf…
      postgres:15.4       3f2a9c0  9d1e4a5  rebuilt,held  15.14 (minor), 18…  -
      python:3.8-slim     3f2a9c0  -        gone          3.14-slim (minor)   -
      redis:7.2.4         3f2a9c0  3f2a9c0  current       ?                   -
      traefik:latest      3f2a9c0  3f2a9c0  current       -                   -
      valkey/valkey:9.0   3f2a9c0  3f2a9c0  current       -                   -
      "
    `);
  });

  it('has the colour of the version it names first', () => {
    const colored = renderTable(VERSIONS, { ...PIPE, paint: createPaint(true) });
    expect(colored).toContain('\u001b[33m2.4.0 (minor)\u001b[39m');
    expect(colored).toContain('\u001b[31m12.0.1 (major)\u001b[39m');
    expect(colored).toContain('\u001b[36m1.27.5 (patch)\u001b[39m');
    expect(colored).toContain('\u001b[33m15.14 (minor), 18.1 (major)\u001b[39m');
    expect(colored).toContain('\u001b[35m?\u001b[39m');
  });

  it('lists what has a newer version with --upgradable', () => {
    const names = renderTable(VERSIONS, { ...PIPE, upgradable: true })
      .split('\n')
      .slice(1, -1);
    expect(names.map((line) => line.split(' ')[0])).toEqual([
      'ghcr.io/acme/api:2.3.1',
      'grafana/grafana:11.2.0',
      'nginx:1.27.3',
      'node:20.11.1-alpine3.19',
      'postgres:15.4',
      'python:3.8-slim',
    ]);
  });
});

describe('newer versions for scripts', () => {
  it('are the last three cells of a line', () => {
    const cells = renderPlain(VERSIONS)
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t').slice(15));
    expect(cells).toEqual([
      ['2.4.0,minor', '-', 'available'],
      ['-', '12.0.1,major', 'available'],
      ['1.27.5,patch', '-', 'available'],
      ['20.15.1-alpine3.19,minor', '22.4.1-alpine3.19,major', 'available'],
      ['15.14,minor', '18.1,major', 'available'],
      ['3.14-slim,minor', '-', 'available'],
      ['-', '-', 'unknown,timeout'],
      ['-', '-', 'untracked'],
      ['-', '-', 'none'],
    ]);
  });

  it('are one cell and one word each, whatever a tag is', () => {
    const row = makeRow('a:1', 'current', answered(available(version('2 (minor), 3', 'minor'))));
    expect(renderTable(makeReport([row]), PIPE)).toContain('  2\ufffd(minor)\ufffd\ufffd3 (minor)  ');
    expect(renderPlain(makeReport([row]))).toContain('\t2\ufffd(minor)\ufffd\ufffd3,minor\t');
    expect(renderApt(makeReport([row]))).toBe('docker.io/library/a:1 2\ufffd(minor)\ufffd\ufffd3 amd64 [upgradable from: 1]\n');
  });

  it('are told in the words of apt', () => {
    expect(renderApt(VERSIONS)).toMatchInlineSnapshot(`
      "ghcr.io/acme/api:2.3.1 2.4.0 amd64 [upgradable from: 2.3.1]
      docker.io/grafana/grafana:11.2.0 12.0.1 amd64 [upgradable from: 11.2.0]
      docker.io/library/nginx:1.27.3 9d1e4a55c0ff amd64 [rebuilt from: 3f2a9c0b7d1e,upgradable to: 1.27.5]
      docker.io/library/node:20.11.1-alpine3.19 3f2a9c0b7d1e amd64 [not installed,upgradable to: 20.15.1-alpine3.19,upgradable to: 22.4.1-alpine3.19]
      docker.io/library/postgres:15.4 9d1e4a55c0ff amd64 [rebuilt from: 3f2a9c0b7d1e,upgradable to: 15.14,upgradable to: 18.1,held]
      docker.io/library/python:3.8-slim 3f2a9c0b7d1e amd64 [installed,gone,upgradable to: 3.14-slim]
      docker.io/library/redis:7.2.4 3f2a9c0b7d1e amd64 [installed,newer unknown: timeout]
      docker.io/library/traefik:latest 3f2a9c0b7d1e amd64 [installed]
      docker.io/valkey/valkey:9.0 3f2a9c0b7d1e amd64 [installed]
      "
    `);
  });

  it('are said to be unknown by apt only where that is not said of the tag', () => {
    const row = makeRow('a:1', unknown('timeout', 'no answer'), answered(openNewer('timeout', 'no answer')));
    expect(renderApt(makeReport([row]))).toContain('[installed,unknown: timeout]');
  });

  it('are fields of a template', () => {
    const template = compileTemplate(
      '{{.Newer}}|{{.NewerStatus}}|{{.Line}} {{.LineLevel}}|{{.Newest}} {{.NewestLevel}}|{{.Variant}}|{{.Sibling}}|{{.NewerReason}}',
    );
    const text = template.ok ? template.value(VERSIONS.images, { noTrunc: false }) : template;
    expect(text.ok ? text.value.split('\n') : text).toEqual([
      '2.4.0 (minor)|available|2.4.0 minor| |||',
      '12.0.1 (major)|available| |12.0.1 major|||',
      '1.27.5 (patch)|available|1.27.5 patch| |||',
      '20.15.1-alpine3.19 (minor), 22.4.1-alpine3.19 (major)|available|20.15.1-alpine3.19 minor|22.4.1-alpine3.19 major|20.19.5-alpine3.22||',
      '15.14 (minor), 18.1 (major)|available|15.14 minor|18.1 major|||',
      '3.14-slim (minor)|available|3.14-slim minor| |||',
      '?|unknown| | |||timeout',
      '|untracked| | ||3.6.1|',
      '|none| | |||',
      '',
    ]);
  });

  it.each([
    ['newer=available', 6],
    ['newer=unknown', 1],
    ['newer=none', 1],
    ['newer=untracked', 1],
    ['update=patch', 1],
    ['update=minor', 4],
    ['update=major', 3],
  ])('pass the filter %s', (filter, count) => {
    const passes = compileFilters([filter]);
    expect(passes.ok ? VERSIONS.images.filter(passes.value) : passes).toHaveLength(count);
  });
});

describe('the summary of newer versions', () => {
  const current = makeRow('valkey/valkey:9.0', 'current', answered({ kind: 'none', why: '' }));
  const cut = (name = 'redis:7.2.4') => makeRow(name, 'current', answered(openNewer('timeout', 'no answer')));
  const failed = makeRow('ghcr.io/acme/api:2', unknown('rate-limited', '429'));
  const onOpenBase = onBase('my-job:dev', 'local', open('rate-limited', 'no more requests', 'ruby:3.3'));

  it('counts the versions there are, and the images of which that is not known', () => {
    expect(summarize(VERSIONS).sentence).toBe(
      '9 images: 2 rebuilt, 1 gone, 5 current, 1 without a digest; newer: 1 patch, 4 minor, 3 major, 1 unknown. Checked 3 min ago.',
    );
    expect(summarize(VERSIONS, { upgradable: true }).sentence).toBe(
      '6 upgradable (1 held): 2 rebuilt, 1 gone; newer: 1 patch, 4 minor, 3 major. ' +
        'Newer versions of 1 image unknown (see: imgupdate list --filter newer=unknown). Checked 3 min ago.',
    );
  });

  it('names the command that shows what to do', () => {
    expect(summarize(VERSIONS).next).toBe("Run 'imgupdate list --upgradable' to see them.");
    expect(summarize(makeReport([rowOf('ghcr.io/acme/api:2.3.1')]), { upgradable: true }).next).toBe(
      "Run 'imgupdate show ghcr.io/acme/api:2.3.1' to see what changed and how to upgrade.",
    );
  });

  it.each([
    ['an image', [current, cut()], 'the newer versions of 1 image'],
    ['images', [current, cut(), cut('mysql:8.0')], 'the newer versions of 2 images'],
    ['an image, and a tag', [failed, cut()], '1 image and the newer versions of 1 other'],
    [
      'an image, a base and a tag',
      [failed, onOpenBase, cut(), cut('mysql:8.0')],
      '1 image, the base of 1 other and the newer versions of 2 others',
    ],
    ['an image whose base is open, too', [{ ...onOpenBase, ...answered(openNewer('timeout', 'no answer')) }], 'the base of 1 image'],
    [
      'an image whose tag is open, too',
      [makeRow('a:1', unknown('timeout', 'no answer'), answered(openNewer('timeout', 'no answer')))],
      '1 image',
    ],
  ])('never says up to date while the newer versions of %s are not known', (_, images, who) => {
    for (const upgradable of [true, false])
      expect(summarize(makeReport(images), { upgradable }).sentence).toContain(`No updates found, but ${who} could not be checked.`);
  });

  it('says up to date where there is nothing newer', () => {
    expect(summarize(makeReport([current])).sentence).toBe('1 image: 1 current. All images are up to date. Checked 3 min ago.');
  });

  it('tells the age of the oldest answer, whatever it was about', () => {
    const old = makeRow('a:1', 'current', answered({ kind: 'none', why: '' }, { checkedAt: NOW - 50 * 60_000 }));
    expect(summarize(makeReport([current, old])).sentence).toContain('Checked 50 min ago.');
  });
});

describe('the hints about newer versions', () => {
  const limited = (name: string) => makeRow(name, 'current', answered(openNewer('rate-limited', 'no more requests')));

  it('name the image, and join those of one registry and reason', () => {
    expect(renderHints(VERSIONS.images)).toEqual([
      'W: docker.io/library/redis:7.2.4 (newer versions): docker.io/library/redis did not list its tags within 30s; try a longer --timeout',
    ]);
    expect(renderHints([limited('a:1'), limited('b:1'), limited('ghcr.io/c/c:1')])).toEqual([
      'W: docker.io: newer versions of 2 images not checked: rate limited',
      'W: ghcr.io/c/c:1 (newer versions): rate limited',
    ]);
  });

  it('are silent where the tag failed for the same reason', () => {
    const row = makeRow('a:1', unknown('timeout', 'no answer'), answered(openNewer('timeout', 'no answer')));
    expect(renderHints([row])).toEqual(['W: docker.io/library/a:1: no answer; try a longer --timeout']);
  });

  it('advise no login where the tag was found and its list was not', () => {
    const row = makeRow('r.example/a:1', 'current', answered(openNewer('not-found-or-private', 'r.example lists no tags of a')));
    expect(renderHints([row])).toEqual(['W: r.example/a:1 (newer versions): r.example lists no tags of a']);
  });

  it('do not say of all what happened to one', () => {
    const rows = ['cut', 'html'].map((name) => makeRow(`r.example/${name}:1`, 'current', answered(openNewer('bad-response', name))));
    expect(renderHints(rows)).toEqual(['W: r.example: newer versions of 2 images not checked: for one, cut']);
    expect(renderHints(rows.slice(0, 1))).toEqual(['W: r.example/cut:1 (newer versions): cut']);
  });

  it('beside a finding are those of its rule', () => {
    const row = makeRow('r.example/a:1', unknown('timeout', 'no answer'), answered(openNewer('unauthorized', '401')));
    expect(listActions(row, 'unknown/network')).toEqual(['try a longer --timeout']);
    expect(listActions(row, 'unknown/auth')).toEqual(["run 'docker login r.example'"]);
  });

  it('name a filter that shows the rest', () => {
    const rows = Array.from({ length: 7 }, (_, at) =>
      makeRow(`r${at}.example/a:1`, 'current', answered(openNewer('unreachable', 'refused'))),
    );
    expect(renderHints(rows).at(-1)).toBe('W: and 2 more (imgupdate list --filter newer=unknown)');
    const other = makeRow('s.example/a:1', unknown('unreachable', 'refused'));
    expect(renderHints([...rows, other]).at(-1)).toBe('W: and 3 more (imgupdate list)');
  });
});

describe('show of newer versions', () => {
  it('tells them, what is beside them, and what to write where', () => {
    expect(show(rowOf('node:20.11.1-alpine3.19'))).toMatchInlineSnapshot(`
      "Image: docker.io/library/node:20.11.1-alpine3.19
      Status: upgradable (newer tags)
      Why: nothing is installed
      Platform: linux/amd64
      Current: sha256:3f2a9c0b7d1e
      Current-Created: 2026-10-27 (24 days ago)
      Candidate: sha256:9d1e4a55c0ff
      Image-Id: sha256:c0ffee000000
      Newer-Tags: 20.15.1-alpine3.19 (minor), 22.4.1-alpine3.19 (major)
      Newer-Why: newer tags are in its repository
      Newer-Variant: 20.19.5-alpine3.22 (minor)
      Newer-Notes: 23.0.0-alpine3.19 waits for its age: 1 of 3 days
      Newer-Checked: 2026-11-20T12:41:06Z (3 min ago)
      Base: unknown: nothing names a base; name it: imgupdate show --base REF node:20.11.1-alpine3.19
      Used-By: Dockerfile:1
      Size: 71.2 MB
      Found-In: dockerfile Dockerfile:1:6
      Checked: 2026-11-20T12:41:06Z (3 min ago)
      Upgrade: Dockerfile:1: write node:20.15.1-alpine3.19 (minor), or write node:22.4.1-alpine3.19 (major)
      "
    `);
  });

  it.each([
    ['postgres:15.4', 'upgradable (rebuilt, newer tags)', '15.14 (minor), 18.1 (major)', null],
    ['redis:7.2.4', 'current', 'unknown (timeout)', 'docker.io/library/redis did not list its tags within 30s'],
    ['traefik:latest', 'current', 'untracked: latest has no number in it', null],
    ['valkey/valkey:9.0', 'current', 'none', null],
  ])('of %s', (name, status, tags, why) => {
    const text = show(rowOf(name));
    expect([fieldOf(text, 'Status'), fieldOf(text, 'Newer-Tags'), fieldOf(text, 'Newer-Reason')]).toEqual([status, tags, why]);
  });

  it('names the tag that says most of what a floating one is', () => {
    expect(fieldOf(show(rowOf('traefik:latest')), 'Same-As')).toBe('3.6.1');
  });

  it('tells a newer variant of the same version apart', () => {
    const variant = { tag: '20.11.1-alpine3.22', level: null, digest: null };
    const row = makeRow('node:20.11.1-alpine3.19', 'current', answered({ kind: 'none', why: '' }, { variant }));
    expect(fieldOf(show(row), 'Newer-Variant')).toBe('20.11.1-alpine3.22 (variant)');
    expect(row.verdict).toBe('fresh');
  });

  it('tells what is wanted, where that was asked for', () => {
    const glob = (text: string) => {
      const compiled = compilePattern(text);
      return { glob: text, matches: () => compiled.ok };
    };
    const table = (policy: Partial<VersionPolicy>) =>
      show(
        makeRow(
          'a:1',
          'current',
          answered({ kind: 'none', why: '' }, { table: { policy: { ...STANDARD_POLICY, ...policy }, rows: [], covers: null } }),
        ),
      );
    expect(fieldOf(table({}), 'Track')).toBe('major');
    const all: Partial<VersionPolicy> = {
      ...{ track: 'minor', include: [glob('*-alpine')], exclude: [glob('*-rc*'), glob('20.9.*')] },
      ...{ skip: ['20.19.6-alpine'], minAgeMs: 3 * 86_400_000, variant: 'newer' },
    };
    expect(fieldOf(table(all), 'Track')).toBe(
      'minor, only *-alpine, not *-rc* 20.9.*, skipping 20.19.6-alpine, seen for 3d, newer variants as well',
    );
    expect(fieldOf(table({ minAgeMs: 3_600_000 }), 'Track')).toBe('major, seen for 1h');
    expect(fieldOf(show(makeRow('a:1', 'current')), 'Track')).toBeNull();
  });

  it('tells how the answer was reached, and when', () => {
    const step = { asked: 'GET docker.io/library/a/tags/list', answer: '200 tags', cost: 'remembered' } as const;
    const remembered = show(makeRow('a:1', 'current', answered({ kind: 'none', why: '' }, { trail: [step] })));
    expect(fieldOf(remembered, 'Newer-Checked')).toBe('2026-11-20T12:41:06Z (remembered, 3 min ago)');
    expect(fieldOf(remembered, 'Newer-How')).toBe('GET docker.io/library/a/tags/list -> 200 tags [remembered]');
    const asked = show(makeRow('a:1', 'current', answered({ kind: 'none', why: '' }, { trail: [{ ...step, cost: 'free' }] })));
    expect(fieldOf(asked, 'Newer-Checked')).toBe('2026-11-20T12:41:06Z (3 min ago)');
  });

  it('shows no more than 20 notes or steps', () => {
    const notes = Array.from({ length: 300 }, (_, at) => `note ${at}`);
    const text = show(makeRow('a:1', 'current', answered({ kind: 'none', why: '' }, { notes })));
    expect(fieldOf(text, 'Newer-Notes')?.split('\n')).toHaveLength(21);
    expect(fieldOf(text, 'Newer-Notes')).toMatch(/\n and 280 more$/);
  });

  it('has nothing to say of what nobody looked for but why', () => {
    const row = { ...makeRow('a:1', 'local'), newer: untrackedNewer('it was built here') };
    expect(show(row).match(/^(?:Newer|Same|Track).*$/gm)).toEqual(['Newer-Tags: untracked: it was built here']);
  });
});

describe('what to do about a newer version', () => {
  const versions = available(version('15.14', 'minor'), version('18.1', 'major'));

  it('is told after what the present tag needs, since no pull of that brings it', () => {
    const row = makeRow('postgres:15.4', 'rebuilt', {
      ...answered(versions),
      containers: [{ name: 'db', running: true, outdated: false }],
    });
    expect(renderUpgrade(row)).toEqual([
      'docker pull postgres:15.4',
      'recreate db: a container keeps the image it was created from',
      'for 15.14 (minor) or 18.1 (major): write that tag where postgres:15.4 is named, and recreate db; a pull of postgres:15.4 does not bring it',
    ]);
  });

  it('is told line by line where files name the image', () => {
    const written = ['postgres:15.4', 'postgres:${PG}', `postgres:15.4@${HERE}`];
    const row = makeRow('postgres:15.4', 'none', {
      ...answered(versions),
      sources: written.map((text, at) => makeFileSource('compose', makePlace('compose.yaml', at + 1, 12, text), text)),
    });
    expect(renderUpgrade(row)).toEqual([
      'compose.yaml:1: write postgres:15.14 (minor), or write postgres:18.1 (major)',
      'compose.yaml:2: set PG to 15.14 (minor), or set PG to 18.1 (major)',
      'compose.yaml:3: write postgres:15.14, pinned to the digest of that tag (minor), or write postgres:18.1, pinned to the digest of that tag (major)',
    ]);
  });

  it('is told beside the new digest where the present one is pinned', () => {
    const name = `postgres:15.4@${HERE}`;
    const verdict = available({ ...version('15.14', 'minor'), digest: THERE });
    const inFile = { sources: [makeFileSource('compose', makePlace('compose.yaml', 1, 12, name), name)] };
    expect(renderUpgrade(makeRow(name, 'rebuilt', { ...answered(verdict), ...inFile }))).toEqual([
      `put ${THERE} into compose.yaml:1`,
      `compose.yaml:1: write postgres:15.14@${THERE} (minor)`,
    ]);
    expect(renderUpgrade(makeRow(name, 'rebuilt', answered(verdict))).at(-1)).toBe(
      'for 15.14 (minor): write that tag where postgres:15.4 is named; a pull of postgres:15.4 does not bring it',
    );
  });

  it('is told of ten lines, and how many more there are', () => {
    const sources = Array.from({ length: 13 }, (_, at) =>
      makeFileSource('compose', makePlace('compose.yaml', at + 1, 12), 'postgres:15.4'),
    );
    const lines = renderUpgrade(makeRow('postgres:15.4', 'none', { ...answered(versions), sources }));
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe('and 3 more places');
  });

  it('is told of a tag that is gone, and of nothing where nothing is newer', () => {
    expect(renderUpgrade(makeRow('postgres:15.4', 'gone', answered(versions)))).toHaveLength(1);
    expect(renderUpgrade(makeRow('postgres:15.4', 'gone', answered({ kind: 'none', why: '' })))).toEqual([]);
  });
});

describe('update of lists of tags', () => {
  const listed = { asked: 'GET docker.io/library/a tags/list', answer: '312 tags', cost: 'free' as const };

  it('has a line for each repository, after the tags and the bases', () => {
    const none = { kind: 'none', why: '' } as const;
    const report = makeReport([
      makeRow('a:1', 'current', answered(none, { trail: [listed] })),
      makeRow('a:2', 'current', answered(none, { trail: [listed] })),
      makeRow('b:1', 'current', answered(none, { trail: [{ ...listed, cost: 'remembered' }] })),
      makeRow('c:1', 'current', answered(openNewer('timeout', 'docker.io/library/c did not list its tags'))),
      onBase('my-site:dev', 'local', settled('current', 'nginx:1.27'), { base: { checkedAt: CHECKED } }),
    ]);
    expect(renderUpdate(report, { elapsedMs: 1000 }).records.slice(5)).toEqual([
      'Hit:6 docker.io/library/nginx 1.27 (base of 1 image)',
      'Get:7 docker.io/library/a tags [312 tags]',
      'Hit:8 docker.io/library/b tags',
      'Err:9 docker.io/library/c tags',
      '  docker.io/library/c did not list its tags',
    ]);
  });

  it('has none where no list was needed', () => {
    expect(renderUpdate(WORLD, { elapsedMs: 1000 }).records.join('\n')).not.toContain(' tags');
  });
});
