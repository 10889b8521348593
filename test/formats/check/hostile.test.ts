import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Log } from 'sarif';
import { renderGithub } from '../../../src/formats/check/github.ts';
import { renderGithubOutput } from '../../../src/formats/check/github-output.ts';
import { renderGitlab } from '../../../src/formats/check/gitlab.ts';
import { renderJunit } from '../../../src/formats/check/junit.ts';
import { renderSarif } from '../../../src/formats/check/sarif.ts';
import { makeFinding, makeOutcome, makePlace } from './outcomes.ts';
import { readXml } from './read-xml.ts';

/** Any text, of any code units and of what formats give a meaning. */
const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom(
        ']]>',
        '::',
        '%0A',
        '%',
        '"',
        "'",
        '<',
        '&',
        '\r\n',
        '\ud800',
        '\udfff',
        '\uffff',
        '\u202e',
        '\u2028',
        '::error::x',
        '<<EOF',
        '=',
        ',',
      ),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

const outcome = fc
  .array(
    fc.record({ image: text, message: text, advice: fc.option(text), written: fc.option(text), path: text.map((path) => `x${path}`) }),
    { maxLength: 5 },
  )
  .map((findings) =>
    makeOutcome(
      findings.map(({ path, written, ...texts }, index) => {
        const place = makePlace(path, index + 1, 1);
        return makeFinding('stale/rebuilt', { ...texts, place, replacement: written === null ? null : { place, text: written } });
      }),
    ),
  );

const RUNS = { numRuns: 300 };

describe('whatever a file, a label or a registry says', () => {
  it('a SARIF log is JSON whose paths are relative URIs', () => {
    fc.assert(
      fc.property(outcome, (each) => {
        const log = JSON.parse(renderSarif(each, { version: '0.1.0' })) as Log;
        for (const result of log.runs[0]!.results!) {
          const { uri } = result.locations![0]!.physicalLocation!.artifactLocation!;
          expect(uri).toMatch(/^(?:[A-Za-z0-9\-._~!'()*/]|%[0-9A-F]{2})+$/);
          expect(() => decodeURIComponent(uri!)).not.toThrow();
        }
      }),
      RUNS,
    );
  });

  it('a JUnit report is well formed', () => {
    fc.assert(
      fc.property(outcome, (each) => {
        const report = readXml(renderJunit(each));
        expect(report.attributes.get('tests')).toBe(String(each.findings.length));
      }),
      RUNS,
    );
  });

  it('annotations are a line each, and the only commands', () => {
    fc.assert(
      fc.property(outcome, (each) => {
        const lines = renderGithub(each).split(/\r\n|[\n\r\u0085\u2028\u2029]/);
        expect(lines.pop()).toBe('');
        for (const line of lines) expect(line).toMatch(/^::error file=x[^,]*,line=\d,endLine=\d,col=1,endColumn=6,title=[^:]*::/);
        expect(lines.length).toBeLessThanOrEqual(each.findings.length);
      }),
      RUNS,
    );
  });

  it('outputs end with the delimiter, and have it nowhere else', () => {
    fc.assert(
      fc.property(outcome, (each) => {
        const output = renderGithubOutput(each);
        const delimiter = /json<<(imgupdate_[0-9a-f]{32})\n/.exec(output)![1]!;
        expect(output.split(delimiter)).toHaveLength(3);
        expect(output.endsWith(`\n${delimiter}\n`)).toBe(true);
        expect(JSON.parse(output.split('\n').at(-3)!)).toHaveLength(each.findings.length);
      }),
      RUNS,
    );
  });

  it('a code quality report is JSON without control characters', () => {
    fc.assert(
      fc.property(outcome, (each) => {
        const report = renderGitlab(each);
        expect(JSON.parse(report)).toBeInstanceOf(Array);
        expect(report).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
      }),
      RUNS,
    );
  });
});
