import { describe, expect, it } from 'vitest';
import type { ImageReport } from '../../src/check/report.ts';
import { reason } from '../../src/core/reason.ts';
import type { NewerVerdict } from '../../src/core/verdict.ts';
import { STANDARD_POLICY, type VersionPolicy } from '../../src/core/versions/policy.ts';
import { RULES } from '../../src/core/versions/rules.ts';
import type { VersionRow } from '../../src/core/versions/tabulate.ts';
import { createPaint } from '../../src/formats/paint.ts';
import { candidateTagOf, type PolicyOptions, renderPolicy } from '../../src/formats/policy.ts';
import { renderPoliciesJson } from '../../src/formats/policy-json.ts';
import { CHECKED, makeNewerReport, makeRow, NOW } from './reports.ts';

const row = (tag: string, kind: VersionRow['kind'], parts: Partial<VersionRow> = {}): VersionRow => ({
  tag,
  kind,
  level: null,
  rule: null,
  why: '',
  firstSeen: null,
  ...parts,
});
const rejected = (tag: string, rule: string, why: string, level: VersionRow['level'] = null): VersionRow =>
  row(tag, 'rejected', { rule, why, level });

const NGINX: readonly VersionRow[] = [
  row('2.1', 'newest', { level: 'major' }),
  rejected('2.0', 'skip', 'is to be skipped', 'major'),
  row('1.29', 'line', { level: 'minor' }),
  row('1.28', 'admitted', { level: 'minor' }),
  row('1.27', 'installed'),
  ...['1.26', '1.25', '1.24', '1.23', '1.22', '1.21', '1.20'].map((tag) => rejected(tag, 'older', 'is lower', 'minor')),
  rejected('1.30-rc1', 'pre-release', 'is a pre-release, and 1.27 is none'),
  rejected('1.29-alpine', 'variant', 'is alpine, and 1.27 is not'),
  rejected('1.28-alpine', 'variant', 'is alpine, and 1.27 is not'),
  rejected('latest', 'word', 'has no number in it'),
];
const AVAILABLE: NewerVerdict = {
  kind: 'available',
  line: { tag: '1.29', level: 'minor', digest: null },
  newest: { tag: '2.1', level: 'major', digest: null },
  why: '2 newer versions',
};

const make = (verdict: NewerVerdict, parts: Partial<ImageReport['newer']> = {}, name = 'nginx:1.27'): ImageReport =>
  makeRow(name, 'current', { newer: makeNewerReport(verdict, parts) });
const tableOf = (rows: readonly VersionRow[], policy: Partial<VersionPolicy> = {}): ImageReport['newer']['table'] => ({
  policy: { ...STANDARD_POLICY, ...policy },
  rows,
  covers: null,
});
const render = (image: ImageReport, options: Partial<PolicyOptions> = {}): string =>
  renderPolicy(image, { paint: createPaint(false), all: false, now: NOW, originsOf: () => new Map(), ...options });

describe('the version table of an image', () => {
  const image = make(AVAILABLE, { table: tableOf(NGINX), checkedAt: CHECKED, sibling: '1.27.5' });

  it('has the newer versions, what is installed, some below it, and how many other tags each rule rejects', () => {
    expect(render(image)).toMatchInlineSnapshot(`
      "nginx:1.27:
        Installed: 1.27 (the same image as 1.27.5)
        Candidate: 1.29 (minor)
        Newest: 2.1 (major)
        Track: major (default)
        Checked: 2026-11-20T12:41:06Z (3 min ago)
        Version table:
           2.1   major  newest
           2.0   major  rejected by skip: is to be skipped
           1.29  minor  line
           1.28  minor  admitted
       *** 1.27         installed
           1.26         rejected by older: is lower
           1.25         rejected by older: is lower
           1.24         rejected by older: is lower
           1.23         rejected by older: is lower
           1.22         rejected by older: is lower
           2 more tags are rejected by older
           1 tag is rejected by pre-release
           2 tags are rejected by variant
           1 tag is rejected by word
      "
    `);
  });

  it('has every tag with its rule where all are wanted', () => {
    const text = render(image, { all: true });
    expect(text.split('Version table:\n')[1]).toMatchInlineSnapshot(`
      "     2.1          major  newest
           2.0          major  rejected by skip: is to be skipped
           1.29         minor  line
           1.28         minor  admitted
       *** 1.27                installed
           1.26                rejected by older: is lower
           1.25                rejected by older: is lower
           1.24                rejected by older: is lower
           1.23                rejected by older: is lower
           1.22                rejected by older: is lower
           1.21                rejected by older: is lower
           1.20                rejected by older: is lower
           1.30-rc1            rejected by pre-release: is a pre-release, and 1.27 is none
           1.29-alpine         rejected by variant: is alpine, and 1.27 is not
           1.28-alpine         rejected by variant: is alpine, and 1.27 is not
           latest              rejected by word: has no number in it
      "
    `);
  });

  it('says what is wanted, and where that is said', () => {
    const glob = (text: string) => ({ glob: text, matches: () => true });
    const policy: VersionPolicy = {
      track: 'minor',
      include: [glob('1.*'), glob('2.*')],
      exclude: [glob('*-rc*')],
      minAgeMs: 259_200_000,
      skip: ['1.28'],
      variant: 'newer',
    };
    const text = render(make(AVAILABLE, { table: tableOf([], policy) }), {
      originsOf: () => new Map([['track', 'imgupdate.yaml:1:8'] as const, ['skip', 'imgupdate.yaml:9:11'] as const]),
    });
    expect(text).toMatchInlineSnapshot(`
      "nginx:1.27:
        Installed: 1.27
        Candidate: 1.29 (minor)
        Newest: 2.1 (major)
        Track: minor (imgupdate.yaml:1:8)
        Include: 1.*, 2.* (default)
        Exclude: *-rc* (default)
        Skip: 1.28 (imgupdate.yaml:9:11)
        Min-Age: 3d (default)
        Variant: newer (default)
        Version table:
      "
    `);
  });

  it.each(RULES.slice(RULES.findIndex(({ name }) => name === 'older')).map(({ name }) => name))(
    'tells each version of the family by itself: of the rule %s',
    (name) => {
      const text = render(make(AVAILABLE, { table: tableOf([rejected('1.28', name, 'because')]) }));
      expect(text).toMatch(new RegExp(`^ {5}1\\.28 .* rejected by ${name}: because$`, 'm'));
    },
  );

  it.each(
    RULES.slice(
      0,
      RULES.findIndex(({ name }) => name === 'older'),
    ).map(({ name }) => name),
  )('counts the tags of other families: of the rule %s', (name) => {
    const text = render(make(AVAILABLE, { table: tableOf([rejected('1.28', name, 'because')]) }));
    expect(text).toContain(`Version table:\n     1 tag is rejected by ${name}\n`);
  });

  it('is short however many versions there are, and loses no answer', () => {
    const rows = [
      ...Array.from({ length: 200 }, (_, index) => row(`1.27.${300 - index}`, 'admitted', { level: 'patch' })),
      row('1.27.3', 'line', { level: 'patch' }),
      row('1.27.1', 'installed'),
      ...Array.from({ length: 200 }, (_, index) => rejected(`1.26.${300 - index}`, 'older', 'is lower')),
    ];
    const lines = render(make(AVAILABLE, { table: tableOf(rows) })).split('\n');
    expect(lines.length).toBeLessThan(50);
    expect(lines.filter((line) => line.includes('1.27.3 ') || line.startsWith(' *** '))).toEqual([
      '     1.27.3    patch  line',
      ' *** 1.27.1           installed',
    ]);
    const levels = lines.filter((line) => line.endsWith('admitted')).map((line) => line.trim().split(/ +/)[0]);
    expect([levels[0], levels[9], levels[10], levels[19]]).toEqual(['1.27.300', '1.27.291', '1.27.110', '1.27.101']);
    expect(lines.slice(-3)).toEqual(['     180 more tags are admitted', '     195 more tags are rejected by older', '']);
  });

  it('lets nothing of a registry reach the terminal but text', () => {
    const hostile = `1.28\u001b[2J${'9'.repeat(500)}`;
    const text = render(
      make(AVAILABLE, { table: tableOf([row(hostile, 'admitted'), rejected(hostile, 'track', hostile)]), notes: [hostile] }),
    );
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(700);
  });

  it('is coloured by how much changes', () => {
    const text = render(image, { paint: createPaint(true) });
    expect(text).toContain('\u001b[33m1.29\u001b[39m');
    expect(text).toContain('\u001b[31m2.1\u001b[39m');
  });
});

describe('an image without a table', () => {
  it.each<[string, ImageReport, string]>([
    [
      'whose tag is no version',
      make({ kind: 'untracked', why: 'latest has no number in it' }, {}, 'acme/api:latest'),
      'acme/api:latest:\n  Installed: latest\n  Candidate: (none)\n  Why: untracked: latest has no number in it\n',
    ],
    [
      'whose registry does not answer',
      make({ kind: 'unknown', reason: reason('timeout', 'docker.io did not answer within 15 s'), why: 'no answer' }),
      'nginx:1.27:\n  Installed: 1.27\n  Candidate: (unknown)\n  Why: timeout: docker.io did not answer within 15 s\n',
    ],
    [
      'that is the newest',
      make({ kind: 'none', why: 'nothing is newer' }, { checkedAt: NOW }),
      'nginx:1.27:\n  Installed: 1.27\n  Candidate: 1.27\n  Checked: 2026-11-20T12:44:06Z (just now)\n',
    ],
    [
      'that is held back',
      { ...make({ kind: 'none', why: 'nothing is newer' }), held: { reason: 'wait', until: '2026-12-15' } },
      'nginx:1.27:\n  Installed: 1.27\n  Candidate: 1.27\n  Hold: until 2026-12-15: wait\n',
    ],
  ])('%s', (_, image, text) => {
    expect(render(image)).toBe(text);
  });
});

it('what is newer on another variant stands right above what is installed', () => {
  const rows = [
    row('1.28-alpine3.20', 'line', { level: 'minor' }),
    row('1.27-alpine3.20', 'installed'),
    rejected('1.26-alpine3.20', 'older', 'is lower'),
    row('1.29-alpine3.22', 'variant', { level: 'minor' }),
  ];
  const tags = (all: boolean): readonly string[] =>
    render(make(AVAILABLE, { table: tableOf(rows) }), { all })
      .split('Version table:\n')[1]
      ?.match(/^.{5}\S+/gm)
      ?.map((line) => line.slice(5)) ?? [];
  for (const all of [true, false]) expect(tags(all)).toEqual(['1.28-alpine3.20', '1.29-alpine3.22', '1.27-alpine3.20', '1.26-alpine3.20']);
});

it('a tag that its registry does not have is said to be gone', () => {
  const image = make(AVAILABLE);
  const verdict = { kind: 'gone', why: 'docker.io/library/nginx has no tag 1.27\u001b' } as const;
  expect(render({ ...image, tag: { ...image.tag, verdict } })).toContain('  Gone: docker.io/library/nginx has no tag 1.27\uFFFD\n');
  expect(render(image)).not.toContain('Gone: ');
});

it('the candidate is the newest of the line, else the newest above it', () => {
  const newest = { tag: '18', level: 'major', digest: null } as const;
  expect(candidateTagOf(make(AVAILABLE))).toBe('1.29');
  expect(candidateTagOf(make({ kind: 'available', line: null, newest, why: '' }))).toBe('18');
  expect(candidateTagOf(make({ kind: 'none', why: '' }))).toBeNull();
});

it('JSON has every tag, the policy as it would be written, and the place that says it', () => {
  const rows = [row('1.29', 'line', { level: 'minor', firstSeen: NOW }), row('1.27', 'installed')];
  const image = make(AVAILABLE, { table: tableOf(rows, { minAgeMs: 259_200_000 }), checkedAt: CHECKED });
  const [entry, other] = JSON.parse(
    renderPoliciesJson(
      [image, make({ kind: 'untracked', why: 'no version' }, {}, 'acme/api')],
      () => new Map([['minAgeMs', 'a.yaml:1:2']]),
    ),
  ) as unknown[];
  expect(entry).toMatchObject({
    reference: 'docker.io/library/nginx:1.27',
    name: 'nginx:1.27',
    installed: '1.27',
    status: 'available',
    line: { tag: '1.29', level: 'minor' },
    policy: { track: { value: 'major', origin: null }, minAge: { value: '3d', origin: 'a.yaml:1:2' }, include: { value: [] } },
    held: null,
    checkedAt: '2026-11-20T12:41:06Z',
    table: [
      { tag: '1.29', kind: 'line', level: 'minor', rule: null, firstSeen: '2026-11-20T12:44:06Z' },
      { tag: '1.27', kind: 'installed', level: null },
    ],
  });
  expect(other).toMatchObject({ status: 'untracked', line: null, policy: null, table: null, installed: 'latest' });
});
