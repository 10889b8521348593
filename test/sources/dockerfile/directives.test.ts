import { describe, expect, it } from 'vitest';
import { namesIn, problemsIn, read } from './read.ts';

const FROM = '\nFROM node:20\n';

describe('the frontend of a Dockerfile', () => {
  it.each([
    ['# syntax=docker/dockerfile:1', 'docker.io/docker/dockerfile:1'],
    ['#syntax = docker/dockerfile:1', 'docker.io/docker/dockerfile:1'],
    ['# SYNTAX=docker/dockerfile', 'docker.io/docker/dockerfile:latest'],
    ['# syntax=docker/dockerfile:1 and more', 'docker.io/docker/dockerfile:1'],
    ['# escape=`\n# syntax=example.com/a/b', 'example.com/a/b:latest'],
    ['# check=skip=all\n# syntax=docker/dockerfile:1\r', 'docker.io/docker/dockerfile:1'],
    ['#!/usr/bin/env docker\n# syntax=docker/dockerfile:1', 'docker.io/docker/dockerfile:1'],
    ['\u{feff}# syntax=docker/dockerfile:1', 'docker.io/docker/dockerfile:1'],
    ['# syntax=docker/dockerfile:1\n# syntax=other/one', 'docker.io/docker/dockerfile:1'],
  ])('is what %j names', (top, expected) => {
    const [frontend, from] = read(top + FROM).references;
    expect(frontend?.kind).toBe('dockerfile-frontend');
    expect(from?.kind).toBe('dockerfile');
    expect(namesIn(top + FROM)).toEqual([expected, 'docker.io/library/node:20']);
  });

  it.each([
    '\n# syntax=a',
    '# a comment\n# syntax=a',
    ' # syntax=a',
    '// syntax=a',
    '# syntax=',
    'ARG A\n# syntax=a',
    '# unknown=x\n# syntax=a',
  ])('is not what %j says', (top) => expect(read(top + FROM).references.map(({ kind }) => kind)).toEqual(['dockerfile']));

  it('is told once: a second directive is a problem', () => {
    expect(problemsIn(`# syntax=a/b\n# syntax=c/d${FROM}`)).toEqual(['ignored 2:10 only one syntax parser directive can be used']);
  });

  it('stands where it is written', () => {
    expect(read(`# escape=\\\n#  syntax =  a/b:1${FROM}`).references[0]?.place).toMatchObject({
      line: 2,
      column: 14,
      endLine: 2,
      endColumn: 19,
    });
  });
});

describe('the escape directive', () => {
  it('changes what continues a line', () => {
    expect(namesIn('# escape=`\nFROM `\nnode:20\nRUN dir C:\\\nFROM alpine:3')).toEqual([
      'docker.io/library/node:20',
      'docker.io/library/alpine:3',
    ]);
  });

  it('is ignored behind a comment, and refused with another character', () => {
    expect(namesIn('# a\n# escape=`\nFROM node`\n')).toEqual([expect.stringContaining('invalid reference format "node`"')]);
    expect(problemsIn(`# escape=x${FROM}`)).toEqual(['ignored 1:10 invalid escape directive: expected \\ or `']);
  });
});
