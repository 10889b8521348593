import { describe, expect, it } from 'vitest';
import type { FindingEntry } from '../../../src/formats/check/json.ts';
import { renderGithubOutput } from '../../../src/formats/check/github-output.ts';
import { HOSTILE, makeCrowd, makeFinding, makeOutcome, OUTCOME } from './outcomes.ts';

/** Reads a file of outputs as the runner does. Source: actions/runner, FileCommandManager.cs. */
function readOutputs(text: string): ReadonlyMap<string, string> {
  const outputs = new Map<string, string>();
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new Error('the last line has no end');
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      outputs.set(line.slice(0, equals), line.slice(equals + 1));
      continue;
    }
    if (heredoc < 0) throw new Error(`invalid format '${line}'`);
    const end = lines.indexOf(line.slice(heredoc + 2));
    if (end < 0) throw new Error('matching delimiter not found');
    outputs.set(
      line.slice(0, heredoc),
      lines
        .splice(0, end + 1)
        .slice(0, -1)
        .join('\n'),
    );
  }
  return outputs;
}

const findingsOf = (outputs: ReadonlyMap<string, string>): readonly FindingEntry[] => JSON.parse(outputs.get('json')!) as FindingEntry[];

describe('the outputs of a step', () => {
  it('are counts, the result, and the findings', () => {
    const { json, ...others } = Object.fromEntries(readOutputs(renderGithubOutput(OUTCOME)));
    expect(others).toEqual({
      result: 'stale',
      'exit-code': '2',
      stale: '3',
      errors: '3',
      warnings: '7',
      held: '1',
      unchecked: '3',
      images: '9',
      files: '5',
      omitted: '0',
    });
    const findings: readonly FindingEntry[] = JSON.parse(json!);
    expect(findings).toHaveLength(11);
    expect(findings[0]).toEqual({
      rule: 'stale/rebuilt',
      level: 'error',
      message: 'nginx:1.27 was rebuilt: 9d1e4a55c0ff is offered for linux/arm64, 3f2a9c0b7d1e is here',
      advice: 'pull it, or pin the new digest',
      image: 'nginx:${NGINX}',
      reference: 'docker.io/library/nginx:1.27',
      platform: 'linux/arm64',
      path: 'compose.yaml',
      line: 4,
      column: 12,
      endLine: 4,
      endColumn: 26,
      within: null,
      replacement: null,
    });
  });

  it('are there where nothing is found', () => {
    expect(renderGithubOutput(makeOutcome([]))).toMatch(
      /^result=passed\nexit-code=0\nstale=0\n[^]*\njson<<(imgupdate_[0-9a-f]{32})\n\[\]\n\1\n$/,
    );
  });

  it('say nothing else, whatever the texts are', () => {
    const outputs = readOutputs(renderGithubOutput(HOSTILE));
    expect([...outputs.keys()]).toEqual([...readOutputs(renderGithubOutput(OUTCOME)).keys()]);
    expect(findingsOf(outputs).map(({ image }) => image)).toEqual([...HOSTILE.findings].map(({ image }) => image));
  });

  it('end where they should when a text has the delimiter of another run in it', () => {
    const delimiterOf = (text: string) => /json<<(\S+)/.exec(text)![1]!;
    const before = renderGithubOutput(makeOutcome([makeFinding('stale/gone')]));
    const image = `x\n${delimiterOf(before)}\nstale=0\n`;
    const after = renderGithubOutput(makeOutcome([makeFinding('stale/gone', { image })]));
    expect(delimiterOf(after)).not.toBe(delimiterOf(before));
    expect(findingsOf(readOutputs(after))[0]!.image).toBe(image);
    expect(readOutputs(after).get('stale')).toBe('1');
  });

  it('are the same for the same check', () => {
    expect(renderGithubOutput(OUTCOME)).toBe(renderGithubOutput(OUTCOME));
  });

  it('stay below 900 kB in UTF-16 and in UTF-8, the gravest findings in them, and say how many are not', () => {
    const crowd = makeCrowd(30_000);
    const outputs = readOutputs(renderGithubOutput(crowd));
    const findings = findingsOf(outputs);
    expect(outputs.get('json')!.length * 2).toBeLessThanOrEqual(900_000);
    expect(findings.length).toBeGreaterThan(1000);
    expect(findings.every(({ level }) => level === 'error')).toBe(true);
    expect(Number(outputs.get('omitted'))).toBe(30_000 - findings.length);
    const wide = makeOutcome(Array.from({ length: 3000 }, () => makeFinding('stale/gone', { message: '鏡'.repeat(500) })));
    expect(Buffer.byteLength(readOutputs(renderGithubOutput(wide)).get('json')!)).toBeLessThanOrEqual(900_000);
  });
});
