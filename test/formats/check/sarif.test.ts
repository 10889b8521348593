import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import ajvFormats from 'ajv-formats';
import type { Log, Result, Run } from 'sarif';
import { describe, expect, it } from 'vitest';
import { FINDING_RULES, type Finding, type Outcome } from '../../../src/check/finding.ts';
import { renderSarif } from '../../../src/formats/check/sarif.ts';
import { makeReadableDigest, makeRow } from '../reports.ts';
import { HOSTILE, makeCrowd, makeFinding, makeOutcome, makePlace, OUTCOME } from './outcomes.ts';

const ABOUT = { version: '0.1.0' };

const { id, ...schema } = JSON.parse(readFileSync(new URL('../../../fixtures/schemas/sarif-schema-2.1.0.json', import.meta.url), 'utf8'));
const ajv = new Ajv({ strict: false, allErrors: true });
ajvFormats.default(ajv);
const isSarif = ajv.compile({ ...schema, $schema: 'http://json-schema.org/draft-07/schema#', $id: id });

function runOf(outcome: Outcome): Run {
  const log = JSON.parse(renderSarif(outcome, ABOUT)) as Log;
  return log.runs[0]!;
}

const resultsOf = (findings: readonly Finding[]): readonly Result[] => runOf(makeOutcome(findings)).results!;

const hashOf = (result: Result | undefined): string => result!.partialFingerprints!.primaryLocationLineHash!;

const uriOf = (result: Result | undefined): string => result!.locations![0]!.physicalLocation!.artifactLocation!.uri!;

describe('the SARIF of a check', () => {
  it.each([
    ['many rules', OUTCOME],
    ['hostile texts', HOSTILE],
    [
      'what to write',
      makeOutcome([makeFinding('stale/minor', { replacement: { place: makePlace('Dockerfile', 1, 6), text: 'node:20.19.5' } })]),
    ],
    ['nothing found', makeOutcome([])],
    ['more than is shown', makeCrowd(6000)],
    ['no answer at all', makeOutcome([], { result: 'untrusted', exitCode: 1 })],
  ])('of %s is valid by the schema of OASIS', (_, outcome) => {
    isSarif(JSON.parse(renderSarif(outcome, ABOUT)));
    expect(isSarif.errors ?? []).toEqual([]);
  });

  it('is held against a schema that refuses what is none', () => {
    const log = JSON.parse(renderSarif(OUTCOME, ABOUT)) as Log;
    expect(isSarif({ ...log, version: '2.0.0' })).toBe(false);
    expect(isSarif({ ...log, runs: [{ ...log.runs[0], columnKind: 'bytes' }] })).toBe(false);
  });

  it.each([
    ['many rules', OUTCOME],
    ['hostile texts', HOSTILE],
  ])('of %s has all that GitHub requires, and no empty text', (_, outcome) => {
    const text = renderSarif(outcome, ABOUT);
    expect(JSON.parse(text)).toMatchObject({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0' });
    expect(text).not.toMatch(/: ""/);
    const { tool, results } = runOf(outcome);
    expect(tool.driver).toMatchObject({ name: 'imgupdate', semanticVersion: '0.1.0' });
    for (const rule of tool.driver.rules!) {
      expect(rule.shortDescription!.text.length).toBeLessThanOrEqual(1024);
      expect(rule.fullDescription!.text.length).toBeLessThanOrEqual(1024);
      expect(rule.name).toMatch(/^[A-Z][A-Za-z]+$/);
      expect(rule.help!.text).not.toContain('`');
      expect(rule.help!.markdown).toBeTruthy();
      expect(rule.properties!.precision).toBe('very-high');
      expect(['error', 'warning', 'recommendation']).toContain(rule.properties!['problem.severity']);
    }
    expect(results!.length).toBeGreaterThan(0);
    for (const result of results!) {
      expect(tool.driver.rules![result.ruleIndex!]!.id).toBe(result.ruleId);
      expect(result.message.text).toMatch(/\.$/);
      expect(result.locations).toHaveLength(1);
      const { artifactLocation, region } = result.locations![0]!.physicalLocation!;
      expect(artifactLocation!.uri).toMatch(/^[^/:]+(?:\/[^/:]+)*$/);
      for (const property of ['startLine', 'startColumn', 'endLine', 'endColumn'] as const) expect(region![property]).toBeGreaterThan(0);
      expect(hashOf(result)).toMatch(/^[0-9a-f]{16}:[1-9]\d*$/);
    }
  });

  it('knows every rule', () => {
    expect(runOf(makeOutcome([])).tool.driver.rules!.map((rule) => rule.id)).toEqual(FINDING_RULES);
  });

  it('says where, what, and what to do', () => {
    expect(runOf(OUTCOME).results![0]).toEqual({
      ruleId: 'stale/rebuilt',
      ruleIndex: 1,
      level: 'error',
      message: {
        text: 'nginx:1.27 was rebuilt: 9d1e4a55c0ff is offered for linux/arm64, 3f2a9c0b7d1e is here. Pull it, or pin the new digest.',
      },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'compose.yaml', uriBaseId: '%SRCROOT%' },
            region: { startLine: 4, startColumn: 12, endLine: 4, endColumn: 26 },
          },
        },
      ],
      partialFingerprints: { primaryLocationLineHash: 'f06c141cdca8b378:1' },
      properties: {
        image: 'nginx:${NGINX}',
        reference: 'docker.io/library/nginx:1.27',
        platform: 'linux/arm64',
        candidate: `sha256:9d1e4a55c0ff${'0'.repeat(52)}`,
        baseCandidate: null,
      },
    });
  });

  it('offers what to write there as a fix', () => {
    const place = makePlace('my app/Dockerfile', 3, 7, 'node:20.11.1');
    const [result, other] = resultsOf([
      makeFinding('stale/minor', {
        place: makePlace('my app/Dockerfile', 3, 6, '"node:20.11.1"'),
        replacement: { place, text: 'node:20.19.5' },
      }),
      makeFinding('stale/minor'),
    ]);
    expect(result!.fixes).toEqual([
      {
        description: { text: 'Write node:20.19.5.' },
        artifactChanges: [
          {
            artifactLocation: { uri: 'my%20app/Dockerfile', uriBaseId: '%SRCROOT%' },
            replacements: [
              {
                deletedRegion: { startLine: 3, startColumn: 7, endLine: 3, endColumn: 19 },
                insertedContent: { text: 'node:20.19.5' },
              },
            ],
          },
        ],
      },
    ]);
    expect(other).not.toHaveProperty('fixes');
  });

  it('begins with what fails the check', () => {
    expect(runOf(OUTCOME).results!.map(({ level }) => level)).toEqual([
      ...['error', 'error'],
      ...['warning', 'warning', 'warning', 'warning', 'warning', 'warning', 'warning'],
      'note',
    ]);
  });

  it('suppresses what is held, with the reason', () => {
    const held = runOf(OUTCOME).results!.filter(({ suppressions }) => suppressions !== undefined);
    expect(held.map(({ level, suppressions }) => ({ level, suppressions }))).toEqual([
      { level: 'note', suppressions: [{ kind: 'external', status: 'accepted', justification: 'wait for the window' }] },
    ]);
  });

  it('suppresses without a reason where none is given', () => {
    const report = makeRow('nginx:1.27', 'rebuilt', { held: { reason: null, until: null } });
    const [result] = resultsOf([makeFinding('stale/rebuilt', { level: 'note', report })]);
    expect(result!.suppressions).toEqual([{ kind: 'external', status: 'accepted' }]);
  });

  it('has an empty list of results where nothing is found, so that alerts are closed', () => {
    expect(runOf(makeOutcome([])).results).toEqual([]);
  });

  it('tells how the check ended', () => {
    expect(runOf(OUTCOME).invocations![0]).toMatchObject({ executionSuccessful: true, exitCode: 2, endTimeUtc: '2026-11-20T12:44:06Z' });
    expect(runOf(makeOutcome([], { result: 'untrusted', exitCode: 1 })).invocations![0]).toMatchObject({
      executionSuccessful: false,
      exitCode: 1,
    });
  });

  it('says how many findings are in no file', () => {
    expect(runOf(OUTCOME).results).toHaveLength(OUTCOME.findings.length - 1);
    expect(runOf(OUTCOME).invocations![0]!.toolExecutionNotifications).toEqual([
      { level: 'warning', message: { text: '1 finding left out: in no file below the working directory.' } },
    ]);
  });

  it('keeps 5,000 results, the errors among them, and says how many it left out', () => {
    const { results, invocations } = runOf(makeCrowd(30_000));
    expect(results).toHaveLength(5000);
    expect(results!.every(({ level }) => level === 'error')).toBe(true);
    expect(invocations![0]!.toolExecutionNotifications![0]!.message.text).toBe('25000 findings left out: more than 5000.');
  });

  it.each([
    ['my file', 'my%20file'],
    ['100%/Dockerfile', '100%25/Dockerfile'],
    ['a:b/Dockerfile', 'a%3Ab/Dockerfile'],
    ['#1?/Dockerfile', '%231%3F/Dockerfile'],
    ['größe/Dockerfile', 'gr%C3%B6%C3%9Fe/Dockerfile'],
    ['a\nb', 'a%0Ab'],
    ['\ud800', '%EF%BF%BD'],
  ])('writes the path %j as a relative URI', (path, uri) => {
    const [result] = resultsOf([makeFinding('stale/gone', { place: makePlace(path, 1, 1) })]);
    expect(uriOf(result)).toBe(uri);
  });

  it('has no links in messages that files could have put there', () => {
    const [result] = resultsOf([makeFinding('stale/gone', { message: '[sure](https://example.com) is gone' })]);
    expect(result!.message.text).toBe('[sure] (https://example.com) is gone.');
  });
});

describe('the fingerprint of a finding', () => {
  const image = 'node:20';
  const finding = makeFinding('stale/rebuilt', { image, place: makePlace('Dockerfile', 1, 6, image), report: makeRow(image, 'rebuilt') });
  const [first] = resultsOf([finding]);

  it.each<[string, Partial<Finding>]>([
    ['lines are added above it', { place: makePlace('Dockerfile', 30, 8, image) }],
    [
      'the tag is rebuilt once more',
      {
        message: 'node:20 was rebuilt again',
        report: makeRow(image, { kind: 'rebuilt', candidate: makeReadableDigest('abc'), why: 'another image' }),
      },
    ],
    ['it is held', { level: 'note' }],
  ])('stays when %s', (_, change) => {
    expect(hashOf(resultsOf([{ ...finding, ...change }])[0])).toBe(hashOf(first));
  });

  it.each<[string, Partial<Finding>]>([
    ['the reference', { image: 'node:22' }],
    ['the file', { place: makePlace('web/Dockerfile', 1, 6, image) }],
    ['the rule', { rule: 'stale/gone' }],
  ])('changes with %s', (_, change) => {
    expect(hashOf(resultsOf([{ ...finding, ...change }])[0])).not.toBe(hashOf(first));
  });

  it('counts what a file says twice', () => {
    const [one, two] = resultsOf([finding, { ...finding, place: makePlace('Dockerfile', 9, 6, image) }]);
    expect(hashOf(one)).toBe(hashOf(first));
    expect(hashOf(two)).toBe(hashOf(first).replace(/:1$/, ':2'));
  });
});
