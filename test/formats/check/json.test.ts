import { describe, expect, it } from 'vitest';
import { FINDING_RULES, type Outcome } from '../../../src/check/finding.ts';
import { FAIL_ON } from '../../../src/core/fail-on.ts';
import { renderCheckJson } from '../../../src/formats/check/json.ts';
import { renderJson } from '../../../src/formats/json.ts';
import { HOSTILE, makeCrowd, makeFinding, makeOutcome, makePlace, OUTCOME } from './outcomes.ts';
import { ROWS, SAMPLE } from './sample.ts';
import { compileDocumentSchema } from '../../helpers/document-schema.ts';

const validate = compileDocumentSchema();

function problemsOf(document: unknown): string[] {
  validate(document);
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
}

const PROBLEMS: Outcome['report']['files'] = {
  read: 2,
  problems: [
    { kind: 'unread', path: 'x.yaml', line: 3, column: 7, message: 'expected a mapping' },
    { kind: 'ignored', path: 'Dockerfile', line: 2, column: null, message: 'cannot read "hodl"' },
    { kind: 'unread', path: 'y\u001b.yaml', line: null, column: null, message: 'no permission' },
  ],
};

describe('the JSON document of a check', () => {
  it.each<[string, Outcome]>([
    ['a finding of each level', SAMPLE],
    ['nearly every rule', OUTCOME],
    ['hostile names', HOSTILE],
    ['no finding', makeOutcome([])],
    ['problems of files', { ...SAMPLE, report: { ...SAMPLE.report, files: PROBLEMS } }],
    [
      'every rule',
      makeOutcome(
        FINDING_RULES.map((rule) => makeFinding(rule)),
        { failOn: FAIL_ON, result: 'untrusted', exitCode: 1 },
      ),
    ],
  ])('satisfies its published schema with %s', (_, outcome) => {
    expect(problemsOf(JSON.parse(renderCheckJson(outcome)))).toEqual([]);
  });

  it('is that of a list, and says what was found', () => {
    const { check, ...document } = JSON.parse(renderCheckJson(SAMPLE));
    expect(document).toEqual(JSON.parse(renderJson(SAMPLE.report)));
    expect(check).toMatchObject({ result: 'stale', exitCode: 2, failOn: ['base', 'rebuilt', 'gone'] });
    expect(check.findings).toHaveLength(6);
    expect(check.findings[2]).toEqual({
      rule: 'unknown/reference',
      level: 'warning',
      message: '${BASE} not checked: ARG BASE has no value',
      advice: 'give it with --build-arg BASE=...',
      image: '${BASE}',
      reference: '${BASE}',
      platform: 'linux/amd64',
      path: 'ci/Dockerfile',
      line: 9,
      column: 6,
      endLine: 9,
      endColumn: 13,
      within: null,
      replacement: null,
    });
    expect(check.findings[5]).toMatchObject({ path: null, line: null, column: null, endLine: null, endColumn: null });
  });

  it('says what to write, and where', () => {
    const place = makePlace('Dockerfile', 1, 7, 'node:20.11.1');
    const finding = makeFinding('stale/minor', { replacement: { place, text: 'node:20.19.5' } });
    const document = JSON.parse(renderCheckJson(makeOutcome([finding])));
    expect(document.check.findings[0].replacement).toEqual({ line: 1, column: 7, endLine: 1, endColumn: 19, text: 'node:20.19.5' });
    expect(problemsOf(document)).toEqual([]);
  });

  it('says what to do about an open question as the other formats do', () => {
    const finding = makeFinding('unknown/auth', { advice: null, report: ROWS.tools });
    expect(JSON.parse(renderCheckJson(makeOutcome([finding]))).check.findings[0].advice).toBe("run 'docker login ghcr.io'");
  });

  it('tells problems of files among the warnings', () => {
    const { warnings } = JSON.parse(renderCheckJson({ ...SAMPLE, report: { ...SAMPLE.report, files: PROBLEMS } }));
    expect(warnings).toEqual([
      { code: 'unread-file', message: 'x.yaml:3:7: expected a mapping', image: null },
      { code: 'ignored', message: 'Dockerfile:2: cannot read "hodl"', image: null },
      { code: 'unread-file', message: 'y\u001b.yaml: no permission', image: null },
    ]);
  });

  it.each([
    ['a finding without a rule', { rule: '' }],
    ['a level that is none', { level: 'fatal' }],
    ['a path without a line', { line: null }],
    ['a line that is none', { line: 0 }],
    ['no path and a line', { path: null }],
    ['a replacement without its text', { replacement: { line: 1, column: 1, endLine: 1, endColumn: 2 } }],
  ])('is refused by its schema with %s', (_, spoiled) => {
    const document = JSON.parse(renderCheckJson(SAMPLE));
    const findings = [{ ...document.check.findings[0], ...spoiled }];
    expect(validate({ ...document, check: { ...document.check, findings } })).toBe(false);
  });

  it('is valid without a check, as a list has it, and with more fields', () => {
    const document = JSON.parse(renderCheckJson(SAMPLE));
    expect(validate({ ...document, check: undefined })).toBe(true);
    expect(validate({ ...document, check: { ...document.check, more: 1, findings: [{ ...document.check.findings[0], more: 1 }] } })).toBe(
      true,
    );
  });

  it('escapes what a terminal would obey, and loses nothing of it', () => {
    const text = renderCheckJson(HOSTILE);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(JSON.parse(text).check.findings[0].image).toBe(HOSTILE.findings[0]!.image);
    expect(JSON.parse(renderCheckJson(makeCrowd(3000))).check.findings).toHaveLength(3000);
  });
});
