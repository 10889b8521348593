import { describe, expect, it } from 'vitest';
import { renderFindings } from '../../../src/formats/check/text.ts';
import { createPaint } from '../../../src/formats/paint.ts';
import { HOSTILE, makeCrowd, makeFinding, makeOutcome, makePlace } from './outcomes.ts';
import { SAMPLE } from './sample.ts';

const paint = createPaint(false);

/** What the problem matchers of gcc in VS Code, Emacs and GitHub's setup actions look for. */
const MATCHER = /^(.+?):(\d+):(\d+): (error|warning|note): (.*)$/;

describe('the findings of a check', () => {
  it('are a line each, as a compiler prints them', () => {
    expect(renderFindings(SAMPLE, { paint })).toBe(
      [
        'Dockerfile:1:6: error: node:20 was rebuilt (3f2a9c0b7d1e -> 9d1e4a55c0ff); put sha256:9d1e4a55c0ff0000000000000000000000000000000000000000000000000000 there [stale/rebuilt]',
        "ci/Dockerfile:3:6: warning: ghcr.io/acme/tools:1 not checked: ghcr.io refused the credentials; run 'docker login ghcr.io' [unknown/auth]",
        'ci/Dockerfile:9:6: warning: ${BASE} not checked: ARG BASE has no value; give it with --build-arg BASE=... [unknown/reference]',
        'deploy/compose.yaml:14:12: error: postgres:16 is gone: its registry has no such tag [stale/gone]',
        'deploy/compose.yaml:21:12: note: redis:7.2.4 -> 7.2.11, held until 2026-12-15: wait for fix [stale/patch]',
        'imgupdate: error: ghcr.io/acme/api:2 is built on an older debian:12-slim, 2 versions behind; build it again [stale/base]',
        '',
      ].join('\n'),
    );
  });

  it('are nothing where nothing was found', () => {
    expect(renderFindings(makeOutcome([]), { paint })).toBe('');
  });

  it('colour the level and nothing else', () => {
    const lines = renderFindings(SAMPLE, { paint: createPaint(true) }).split('\n');
    expect(lines[0]).toMatch(/^Dockerfile:1:6: \u001b\[31merror\u001b\[39m: node/);
    expect(lines[1]).toMatch(/: \u001b\[33mwarning\u001b\[39m: /);
    expect(lines[4]).toMatch(/: \u001b\[36mnote\u001b\[39m: /);
    expect(renderFindings(SAMPLE, { paint: createPaint(true) }).replace(/\u001b\[\d+m/g, '')).toBe(renderFindings(SAMPLE, { paint }));
  });

  it.each([
    ['a plain path', 'Dockerfile', 'Dockerfile'],
    ['standard input', '-', '-'],
    ['blanks', 'my files/Dockerfile', 'my files/Dockerfile'],
    ['a Windows drive', 'C:/src/Dockerfile', 'C:/src/Dockerfile'],
    ['a colon', 'a:b/Dockerfile', 'a:b/Dockerfile'],
    ['a time', 'backup-12:34/Dockerfile', 'backup-12:34/Dockerfile'],
    ['a place of its own', 'x:1:1: error: all is well', 'x\u{fffd}1\u{fffd}1\u{fffd} error\u{fffd} all is well'],
    ['a colon at its end', 'Dockerfile:', 'Dockerfile\u{fffd}'],
    ['a new line', 'a\nb:2:2: error: x', 'a\u{fffd}b\u{fffd}2\u{fffd}2\u{fffd} error\u{fffd} x'],
    ['an escape sequence and bidi', '\u001b[2J\u202eelifrekcoD', '\u{fffd}[2J\u{fffd}elifrekcoD'],
  ])('let a path with %s be read as it is', (_, path, shown) => {
    const line = renderFindings(makeOutcome([makeFinding('stale/rebuilt', { place: makePlace(path, 7, 3) })]), { paint });
    expect(line.split('\n')).toHaveLength(2);
    expect(MATCHER.exec(line.trimEnd())?.slice(1, 5)).toEqual([shown, '7', '3', 'error']);
  });

  it('of no file are no line of a file, whatever the image is called', () => {
    const line = renderFindings(makeOutcome([makeFinding('stale/rebuilt', { image: 'postgres:16:3', place: null })]), { paint });
    expect(line).toBe('imgupdate: error: postgres:16:3 is not what it should be [stale/rebuilt]\n');
    expect(line).not.toMatch(MATCHER);
  });

  it.each([
    ['::error::boom', './::error::boom:1:1: error:'],
    ['  ::add-mask::x', './  ::add-mask::x:1:1: error:'],
    ['a##vso[task.setvariable variable=x]y', 'a#\u{fffd}vso[task.setvariable variable=x]y:1:1: error:'],
    ['##[group]x', '#\u{fffd}[group]x:1:1: error:'],
    ['a##b', 'a##b:1:1: error:'],
  ])('give a CI system no command: %s', (path, beginning) => {
    const line = renderFindings(makeOutcome([makeFinding('stale/rebuilt', { place: makePlace(path, 1, 1) })]), { paint });
    expect(line.startsWith(beginning)).toBe(true);
  });

  it('hold no control character and no line of anybody else', () => {
    const text = renderFindings(HOSTILE, { paint });
    expect(text.split('\n')).toHaveLength(HOSTILE.findings.length + 1);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
  });

  it('are bounded a line, and all there', () => {
    const long = makeFinding('stale/rebuilt', {
      message: 'x'.repeat(1e6),
      advice: 'y'.repeat(1e6),
      place: makePlace('z'.repeat(1e6), 1, 1),
    });
    expect(renderFindings(makeOutcome([long]), { paint }).length).toBeLessThan(6000);
    expect(renderFindings(makeCrowd(30_000), { paint }).split('\n')).toHaveLength(30_001);
  });
});
