import { describe, expect, it } from 'vitest';
import type { SourcePlace } from '../../src/check/report.ts';
import type { FileProblem, Within } from '../../src/core/file-reference.ts';
import { usersOf } from '../../src/formats/facts.ts';
import { describeNoImages, renderProblems } from '../../src/formats/file-problems.ts';
import { summarize } from '../../src/formats/summary.ts';
import { renderUpdate } from '../../src/formats/update.ts';
import { makeReport, makeRow } from './reports.ts';

const problem = (parts: Partial<FileProblem>): FileProblem => ({
  kind: 'unread',
  path: 'deploy/web.yaml',
  line: null,
  column: null,
  message: 'is empty',
  ...parts,
});

describe('what is wrong with files', () => {
  it('is said with its place, and of what could not be read that it was not checked', () => {
    const problems = [
      problem({}),
      problem({ path: '-' }),
      problem({ path: '-', line: 3, message: 'no FROM' }),
      problem({ kind: 'ignored', line: 3, column: 7, message: 'the variable X is not set' }),
    ];
    expect(renderProblems('W', problems)).toEqual([
      'W: deploy/web.yaml: not checked: it is empty',
      'W: standard input: not checked: it is empty',
      'W: -:3: not checked: no FROM',
      'W: deploy/web.yaml:3:7: the variable X is not set',
    ]);
  });

  it('is said of five, and of the others how many they are', () => {
    const lines = renderProblems(
      'E',
      Array.from({ length: 8 }, () => problem({ path: 'a\u001b[2J:1', message: 'x'.repeat(1_000) })),
    );
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatch(/^E: a\ufffd\[2J\ufffd1: not checked: x+…$/);
    expect(lines[0]?.length).toBeLessThan(350);
    expect(lines[5]).toBe('E: and 3 more of the kind');
  });
});

describe('that nothing was found', () => {
  it.each([
    [['-'], 1, 'no images found in standard input (read 1 file)'],
    [['.'], 0, 'no images found in . (looked for Dockerfile*, Containerfile*, compose*.yaml and Kubernetes manifests)'],
    [['a', 'b', 'c', 'd', 'e', 'f', 'g'], 7, 'no images found in a, b, c, d, e and 2 more (read 7 files)'],
  ])('is said of %j', (paths, read, sentence) => {
    expect(describeNoImages(paths, { read, problems: [] })).toBe(sentence);
  });

  it('is said of no file where none was wanted', () => {
    expect(describeNoImages([], null)).toBe('no images found');
  });
});

const inFile = (path: string, line: number, within: Within | null = null): SourcePlace => ({
  kind: 'list',
  location: path,
  line,
  column: 1,
  file: { place: { path, line, column: 1, endLine: line, endColumn: 9 }, written: 'nginx:1.27', within },
});
const written = makeRow('nginx:1.27', 'rebuilt', { sources: [inFile('images.txt', 1)] });

describe('the next command where files were named', () => {
  it.each([
    [['images.txt'], "Run 'imgupdate check -f images.txt' to see at each line what to do about it."],
    [['-'], "Run 'imgupdate check -f -' to see at each line what to do about it."],
    [['a.txt', 'b.txt'], "Run 'imgupdate check -f a.txt -f b.txt' to see at each line what to do about it."],
    [['a', 'b', 'c', 'd'], "Run 'imgupdate check -f PATH' to see at each line what to do about it."],
    [['my images.txt'], `Run 'imgupdate check -f "my images.txt"' to see at each line what to do about it.`],
    [["it's.txt"], "Run 'imgupdate check -f PATH' to see at each line what to do about it."],
  ])('names them again: %j', (paths, next) => {
    expect(summarize(makeReport([written]), { upgradable: true, paths }).next).toBe(next);
  });

  it('lists them again', () => {
    const report = makeReport([written, makeRow('node:20', 'current', { sources: [inFile('images.txt', 2)] })]);
    const again = "Run 'imgupdate list -f images.txt --upgradable' to see it.";
    expect(summarize(report, { upgradable: false, paths: ['images.txt'] }).next).toBe(again);
    expect(renderUpdate(report, { elapsedMs: 0, paths: ['images.txt'] }).closing).toContain(`1 image can be upgraded. ${again}`);
  });

  it('shows an image that is here, not one that a file alone names', () => {
    const here = makeRow('redis:7', 'rebuilt');
    const { next } = summarize(makeReport([written, here]), { upgradable: true, paths: ['images.txt'] });
    expect(next).toBe("Run 'imgupdate show redis:7' to see what changed and how to upgrade.");
  });
});

describe('what uses an image', () => {
  const pod = { name: 'Pod shop/web-6c9f-a of Deployment web, container web', workload: 'Deployment shop/web, container web' };

  it('is what standard input says, each once, and lines of files', () => {
    const sources = [
      inFile('-', 3, pod),
      inFile('-', 9, { ...pod, name: 'Pod shop/web-6c9f-b of Deployment web, container web' }),
      inFile('-', 12, { name: 'Pod shop/shell\u001b, container web', workload: null }),
      inFile('-', 20),
      inFile('pods.json', 3, pod),
      inFile('pods.json', 3, pod),
    ];
    expect(usersOf(makeRow('nginx:1', 'current', { sources }))).toEqual([
      'Deployment shop/web',
      'Pod shop/shell\ufffd',
      '-:20',
      'pods.json:3',
    ]);
  });
});
