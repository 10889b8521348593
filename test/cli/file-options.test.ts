import { describe, expect, it } from 'vitest';
import { readFileRequest, refuseSharedStdin, sortProblems } from '../../src/cli/file-options.ts';
import { makeReport, makeRow } from '../formats/reports.ts';

describe('the files of a command line', () => {
  it('are none where none is named', () => {
    expect([readFileRequest({}), readFileRequest({ file: [] })]).toEqual([null, null]);
  });

  it('come with what fills their variables', () => {
    expect(readFileRequest({ file: ['a', '-'], buildArg: ['A=1', 'B', 'C=', 'D=x=y'], target: 'build' })).toEqual({
      paths: ['a', '-'],
      buildArgs: new Map([
        ['A', '1'],
        ['B', null],
        ['C', ''],
        ['D', 'x=y'],
      ]),
      target: 'build',
    });
  });

  it.each([
    [{ file: ['a'], buildArg: ['=1'] }, 'cannot read --build-arg =1: expected NAME=VALUE'],
    [{ buildArg: ['A=1'] }, '--build-arg is for Dockerfiles, and no file is named'],
    [{ file: [], target: 'build' }, '--target is for Dockerfiles, and no file is named'],
  ])('%j are wrong usage', (options, message) => {
    expect(() => readFileRequest(options)).toThrow(message);
  });
});

describe('standard input', () => {
  it.each([
    [[], ['-', '-']],
    [[], ['-', '/dev/stdin']],
    [['docker-archive:-'], ['-']],
    [['docker-archive:-:acme/app:1'], ['/dev/fd/0']],
    [['oci-archive:-', 'docker-archive:/dev/stdin'], []],
  ])('is not read twice: %j, files %j', (words, file) => {
    expect(() => {
      refuseSharedStdin(words, { file });
    }).toThrow(/^cannot read standard input twice, as \S+( \S+)? and as /);
  });

  it.each([
    [['docker-archive:-'], ['./-']],
    [['docker-archive:-x.tar', 'nginx'], ['-']],
    [['docker://a', '-'], ['-']],
    [[], []],
  ])('may be read once: %j, files %j', (words, file) => {
    expect(() => {
      refuseSharedStdin(words, { file });
    }).not.toThrow();
  });
});

describe('a file that is named', () => {
  const problem = (path: string, kind: 'unread' | 'ignored' = 'unread') => ({ kind, path, line: null, column: null, message: path });
  const pathsOf = (problems: readonly { path: string }[]): readonly string[] => problems.map(({ path }) => path);

  it('is lost where nothing of it was read; what it leads to, what lies in a folder, and half a file are not', () => {
    const place = { path: 'half.yaml', line: 1, column: 1, endLine: 1, endColumn: 2 };
    const source = { kind: 'compose', location: 'half.yaml', line: 1, column: 1, file: { place, written: 'a', within: null } };
    const problems = [
      problem('half.yaml', 'ignored'),
      ...['-', '/srv/b.yaml', 'a.yaml', 'deploy/c.yaml', 'half.yaml'].map((path) => problem(path)),
      problem('a.yaml', 'ignored'),
    ];
    const report = makeReport([makeRow('a:1', 'current', { sources: [source] })], { files: { read: 1, problems } });
    const { lost, others } = sortProblems(
      { cwd: '/srv/app' },
      ['/dev/stdin', '../b.yaml', './a.yaml', 'deploy', '/srv/app/half.yaml'],
      report,
    );
    expect(pathsOf(lost)).toEqual(['-', '/srv/b.yaml', 'a.yaml']);
    expect(others.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'unread deploy/c.yaml',
      'unread half.yaml',
      'ignored half.yaml',
      'ignored a.yaml',
    ]);
  });
});
