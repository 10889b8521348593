import { describe, expect, it } from 'vitest';
import { readFileRequest, refuseSharedStdin } from '../../src/cli/file-options.ts';

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
