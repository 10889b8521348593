import { describe, expect, it } from 'vitest';
import type { Finding, FindingLevel, FindingRule, Outcome } from '../../../src/check/finding.ts';
import { renderJunit } from '../../../src/formats/check/junit.ts';
import { makePlatform } from '../../helpers/makers.ts';
import { makeRow } from '../reports.ts';
import { HOSTILE, makeCrowd, makeFileSource, makeFinding, makeOutcome, makePlace, OUTCOME } from './outcomes.ts';
import { type ReadElement, readXml } from './read-xml.ts';

const COUNTED: readonly (readonly [string, string | null])[] = [
  ['tests', null],
  ['failures', 'failure'],
  ['errors', 'error'],
  ['skipped', 'skipped'],
];

const ELEMENTS: Readonly<Record<string, readonly string[]>> = {
  testsuites: ['testsuite'],
  testsuite: ['testcase'],
  testcase: ['failure', 'error', 'skipped', 'system-out'],
};

const casesIn = (element: ReadElement): readonly ReadElement[] =>
  element.name === 'testcase' ? [element] : element.children.flatMap(casesIn);

/** Reads a report, and refuses what consumers stumble over: unknown elements, wrong counts, cases that are taken for one, more than one outcome. */
function readReport(outcome: Outcome): ReadElement {
  const root = readXml(renderJunit(outcome));
  expect(root.name).toBe('testsuites');
  for (const element of [root, ...root.children]) {
    const cases = casesIn(element);
    for (const [attribute, child] of COUNTED) {
      const counted = cases.filter(({ children }) => child === null || children.some(({ name }) => name === child));
      expect([attribute, element.attributes.get(attribute)]).toEqual([attribute, String(counted.length)]);
    }
    for (const { name } of element.children) expect(ELEMENTS[element.name]).toContain(name);
  }
  for (const suite of root.children) {
    expect(suite.attributes.get('timestamp')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    expect(new Set(suite.children.map(({ attributes }) => attributes.get('name'))).size).toBe(suite.children.length);
    for (const each of suite.children) {
      expect(each.attributes.get('classname')).toBe(suite.attributes.get('name'));
      expect(each.attributes.get('time')).toBe('0');
      expect(each.children.length).toBeLessThanOrEqual(1);
      for (const { name } of each.children) expect(ELEMENTS.testcase).toContain(name);
    }
  }
  return root;
}

const describeCase = ({ attributes, children }: ReadElement): string =>
  `${attributes.get('classname')} | ${attributes.get('name')} | ${children[0]?.name ?? 'passed'}`;

const casesOf = (outcome: Outcome): readonly string[] => casesIn(readReport(outcome)).map(describeCase);

describe('the JUnit report of a check', () => {
  it('has a suite for each file, and a case for each image in it, passing ones too', () => {
    expect(casesOf(OUTCOME)).toEqual([
      'Dockerfile | node:20-alpine | system-out',
      'Dockerfile | node:20-alpine #2 | system-out',
      'broken/compose.yaml | broken/compose.yaml | error',
      'compose.yaml | nginx:${NGINX} | failure',
      'compose.yaml | postgres:15.4 | skipped',
      'compose.yaml | redis:7.2.1 | system-out',
      'deploy/app.yaml | ghcr.io/acme/queue:3.0.0 | error',
      'deploy/app.yaml | ghcr.io/acme/private:1 | error',
      'services/api/Dockerfile | python:3.8-slim | failure',
      'docker | docker://ghcr.io/acme/api:2.3.1 | failure',
      'docker-daemon | my-app:dev | passed',
    ]);
  });

  it('looks as its readers know it', () => {
    const place = makePlace('Dockerfile', 1, 6, 'node:20');
    const findings = [makeFinding('stale/rebuilt', { image: 'node:20', message: 'node:20 was rebuilt', advice: 'pull it', place })];
    expect(renderJunit(makeOutcome(findings))).toBe(
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<testsuites name="imgupdate" tests="1" failures="1" errors="0" skipped="0" time="0">',
        '  <testsuite name="Dockerfile" tests="1" failures="1" errors="0" skipped="0" time="0" timestamp="2026-11-20T12:44:06">',
        '    <testcase classname="Dockerfile" name="node:20" file="Dockerfile" line="1" time="0">',
        '      <failure type="stale/rebuilt" message="node:20 was rebuilt">Dockerfile:1:6: error: node:20 was rebuilt; pull it [stale/rebuilt]</failure>',
        '    </testcase>',
        '  </testsuite>',
        '</testsuites>',
        '',
      ].join('\n'),
    );
  });

  it('is a report without suites where there is nothing', () => {
    expect(renderJunit(makeOutcome([]))).toContain('<testsuites name="imgupdate" tests="0" failures="0" errors="0" skipped="0" time="0"/>');
    expect(casesOf(makeOutcome([]))).toEqual([]);
  });

  it.each<[readonly [FindingRule, FindingLevel][], string]>([
    [[['stale/base', 'error']], 'failure'],
    [[['stale/patch', 'error']], 'failure'],
    [[['stale/patch', 'warning']], 'system-out'],
    [[['hold/expired', 'warning']], 'system-out'],
    [[['unknown/network', 'warning']], 'error'],
    [[['unknown/reference', 'warning']], 'error'],
    [[['stale/gone', 'note']], 'skipped'],
    [[['unknown/network', 'note']], 'skipped'],
    [
      [
        ['unknown/network', 'warning'],
        ['stale/base', 'error'],
      ],
      'failure',
    ],
    [
      [
        ['stale/minor', 'warning'],
        ['unknown/base', 'warning'],
      ],
      'error',
    ],
  ])('of %j has the case as %s', (kinds, element) => {
    const report = makeRow('nginx:1.27', 'rebuilt');
    const [only, ...others] = casesIn(readReport(makeOutcome(kinds.map(([rule, level]) => makeFinding(rule, { level, report })))));
    expect(others).toEqual([]);
    expect(only!.children[0]!.name).toBe(element);
    for (const [rule] of kinds) expect(only!.children[0]!.text).toContain(`[${rule}]`);
  });

  it('names the gravest finding first, in the message and in the text', () => {
    const report = makeRow('nginx:1.27', 'rebuilt');
    const findings = [makeFinding('stale/minor', { message: 'minor', report }), makeFinding('stale/gone', { message: 'gone', report })];
    const [only] = casesIn(readReport(makeOutcome(findings)));
    expect(only!.children[0]!.attributes.get('message')).toBe('gone');
    expect(only!.children[0]!.text.split('\n')).toEqual([
      'Dockerfile:1:6: error: gone [stale/gone]',
      'Dockerfile:1:6: warning: minor [stale/minor]',
    ]);
  });

  it('tells what one line names for two platforms apart', () => {
    const place = makePlace('Dockerfile', 1, 6, 'node:20');
    const sources = [makeFileSource('dockerfile', place, 'node:20')];
    const images = ['linux/amd64', 'linux/arm64'].map((platform) =>
      makeRow('node:20', 'none', { platform: makePlatform(platform), sources }),
    );
    expect(casesOf(makeOutcome([], { images }))).toEqual([
      'Dockerfile | node:20 (linux/amd64) | passed',
      'Dockerfile | node:20 (linux/arm64) | passed',
    ]);
  });

  it('gives names that look like numbered ones numbers of their own', () => {
    const written = ['a', 'a #2', 'a', 'a #2', 'a'];
    const findings = written.map((image, index) => makeFinding('stale/gone', { image, place: makePlace('Dockerfile', index + 1, 6) }));
    expect(casesOf(makeOutcome(findings)).map((each) => each.split(' | ')[1])).toEqual(['a', 'a #2', 'a #3', 'a #2 #2', 'a #4']);
  });

  it('keeps the order of a file, so that a case keeps its number whatever is found of it', () => {
    const source = (line: number) => [makeFileSource('dockerfile', makePlace('Dockerfile', line, 6, 'node:20'), 'node:20')];
    const [first, second] = [makeRow('node:20', 'none', { sources: source(1) }), makeRow('node:20', 'gone', { sources: source(8) })];
    const finding = makeFinding('stale/gone', { image: 'node:20', place: makePlace('Dockerfile', 8, 6, 'node:20'), report: second });
    expect(casesOf(makeOutcome([finding], { images: [first, second] }))).toEqual([
      'Dockerfile | node:20 | passed',
      'Dockerfile | node:20 #2 | failure',
    ]);
  });

  it('has one case for an image that several engines hold', () => {
    const report = makeRow('nginx:1.27', 'rebuilt', {
      sources: ['docker-daemon', 'containers-storage'].map((kind) => ({ kind, location: kind, line: null, column: null, file: null })),
    });
    const finding: Finding = makeFinding('stale/rebuilt', { place: null, report });
    const [only, ...others] = casesIn(readReport(makeOutcome([finding, { ...finding }])));
    expect(others).toEqual([]);
    expect(describeCase(only!)).toBe('docker-daemon | nginx:1.27 | failure');
    expect(only!.children[0]!.text.split('\n')).toHaveLength(1);
  });

  it('lets no image pass whose base is outdated as its Dockerfile says', () => {
    const report = makeRow('my-app:dev', 'local');
    const finding = makeFinding('stale/base', { image: 'my-app:dev', place: makePlace('Dockerfile', 1, 6), report });
    expect(casesOf(makeOutcome([finding]))).toEqual(['Dockerfile | my-app:dev | failure']);
  });

  it('is well formed, whatever the texts are', () => {
    expect(casesOf(HOSTILE).map((each) => each.split(' | ').at(-1))).toEqual(['failure', 'skipped']);
    expect(renderJunit(HOSTILE)).not.toContain('<![CDATA[');
  });

  it('asks for no file to be attached', () => {
    const message = '${X:-[[ATTACHMENT|/etc/passwd]]} has a newer version';
    const [only] = casesIn(readReport(makeOutcome([makeFinding('stale/minor', { message })])));
    expect(only!.children[0]!.text).toContain('[ [ATTACHMENT|/etc/passwd]]');
  });

  it('takes 30,000 images', () => {
    expect(casesIn(readXml(renderJunit(makeCrowd(30_000))))).toHaveLength(30_000);
  });
});

describe('the reader of these tests', () => {
  it.each([
    '<a>',
    '<a></b>',
    '<a/><b/>',
    '<a b="1" b="2"/>',
    '<a b="<"/>',
    '<a>&nbsp;</a>',
    '<a>& </a>',
    '<a>]]></a>',
    '<a>\u0000</a>',
    '<a>\uffff</a>',
    '<a>\ud800</a>',
    'text',
  ])('refuses %j', (text) => {
    expect(() => readXml(`<?xml version="1.0" encoding="UTF-8"?>\n${text}`)).toThrow();
  });
});
