import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adviseOnVersion, type Change, replaceIn } from '../../src/check/replacement.ts';
import type { Digest } from '../../src/core/digest.ts';
import { makePlace } from '../formats/check/outcomes.ts';
import { HERE, THERE } from '../formats/reports.ts';

const to = (tag: string, from: string, digest: Digest | null = null): Extract<Change, { kind: 'version' }> => ({
  kind: 'version',
  from,
  to: { tag, level: 'minor', digest },
});

const newer = to('20.19.5-alpine', '20.11.1-alpine');

const replace = (written: string, change: Change = newer, place = makePlace('Dockerfile', 3, 6, written)) =>
  replaceIn({ place, written, within: null }, change);

describe('what is to stand in a file instead', () => {
  it.each([
    ['node:20.11.1-alpine', 'node:20.19.5-alpine'],
    ['docker.io/library/node:20.11.1-alpine', 'docker.io/library/node:20.19.5-alpine'],
    ['localhost:5000/node:20.11.1-alpine', 'localhost:5000/node:20.19.5-alpine'],
    ['${REGISTRY:-docker.io}/node:20.11.1-alpine', '${REGISTRY:-docker.io}/node:20.19.5-alpine'],
  ])('of %s is %s', (written, text) => {
    expect(replace(written)).toEqual({ place: makePlace('Dockerfile', 3, 6, written), text });
    expect(adviseOnVersion(written, newer)).toBe(`write ${text}`);
  });

  it('is the new tag with its own digest where a digest is pinned, and nothing where that is not known', () => {
    const pinned = `node:20.11.1-alpine@${HERE}`;
    expect(replace(pinned, to('20.19.5-alpine', '20.11.1-alpine', THERE))?.text).toBe(`node:20.19.5-alpine@${THERE}`);
    expect(replace(pinned)).toBeNull();
    expect(adviseOnVersion(pinned, newer)).toBe('write node:20.19.5-alpine, pinned to the digest of that tag');
    const variable = 'node:20.11.1-alpine@${DIGEST}';
    expect(replace(variable, to('20.19.5-alpine', '20.11.1-alpine', THERE))).toBeNull();
    expect(adviseOnVersion(variable, newer)).toBe('write node:20.19.5-alpine, pinned to the digest of that tag');
  });

  it('pins no digest where none is pinned', () => {
    expect(replace('node:20.11.1-alpine', to('20.19.5-alpine', '20.11.1-alpine', THERE))?.text).toBe('node:20.19.5-alpine');
  });

  it.each([
    ['node:${VERSION}-alpine', 'set VERSION to 20.19.5: its tag must become 20.19.5-alpine'],
    ['node:$TAG', 'set TAG to 20.19.5-alpine'],
    ['node:20.${MINOR:-11}.1-alpine', 'its tag must become 20.19.5-alpine'],
    ['node:20.${MINOR:-11.1}-alpine', 'set MINOR to 19.5: its tag must become 20.19.5-alpine'],
    ['node:${VERSION}-${VARIANT}', 'its tag must become 20.19.5-alpine'],
    [`node:\${VERSION}-alpine@${HERE}`, 'set VERSION to 20.19.5: its tag must become 20.19.5-alpine, pinned to the digest of that tag'],
    [`node:$TAG@${HERE}`, 'set TAG to 20.19.5-alpine: its tag must become 20.19.5-alpine, pinned to the digest of that tag'],
    ['node@${DIGEST}', 'its tag must become 20.19.5-alpine, pinned to the digest of that tag'],
    ['${IMAGE}', 'its tag must become 20.19.5-alpine'],
    ['localhost:5000/${IMAGE}', 'its tag must become 20.19.5-alpine'],
    ['node', 'its tag must become 20.19.5-alpine'],
  ])('of %s depends on more than its text', (written, advice) => {
    expect(replace(written)).toBeNull();
    expect(replace(written, to('20.19.5-alpine', '20.11.1-alpine', THERE))).toBeNull();
    expect(adviseOnVersion(written, newer)).toBe(advice);
  });

  it('leaves no variable empty, and sets none for two places that overlap', () => {
    expect(adviseOnVersion('a:1.${V}.1', to('1.1', '1.2.1'))).toBe('its tag must become 1.1');
    expect(adviseOnVersion('a:1.${V}.1', to('1..1', '1.2.1'))).toBe('its tag must become 1..1');
    expect(adviseOnVersion('a:1.${V}.1', to('1.3.1', '1.2.1'))).toBe('set V to 3: its tag must become 1.3.1');
  });

  it('is told of what is in no file by the tag alone', () => {
    expect(adviseOnVersion(null, newer)).toBe('change the tag to 20.19.5-alpine');
  });

  it('is another digest, whatever stands before it', () => {
    expect(replace(`node:\${V}-slim@${HERE}`, { kind: 'digest', to: THERE })?.text).toBe(`node:\${V}-slim@${THERE}`);
    expect(replace('node:20', { kind: 'digest', to: THERE })).toBeNull();
    expect(replace('node:20@${DIGEST}', { kind: 'digest', to: THERE })).toBeNull();
  });

  it('leaves quotes that are of the text', () => {
    const written = '"node:20.11.1-alpine"';
    const place = makePlace('Dockerfile', 3, 6, written);
    expect(replace(written, newer, place)).toEqual({ place: { ...place, column: 7, endColumn: 26 }, text: 'node:20.19.5-alpine' });
    expect(adviseOnVersion(written, newer)).toBe('write node:20.19.5-alpine');
  });

  it('is not told where the text was cut or spans lines, nor of standard input', () => {
    const written = 'node:20.11.1-alpine';
    const place = makePlace('Dockerfile', 3, 6, written);
    expect(replace(written, newer, { ...place, endColumn: place.endColumn + 2 })).toBeNull();
    expect(replace('\ufffd/node:20.11.1-alpine')).toBeNull();
    expect(replace(written, newer, { ...place, endLine: 4 })).toBeNull();
    expect(replace(written, newer, { ...place, path: '-' })).toBeNull();
  });

  it('never is a tag that no tag may be', () => {
    for (const tag of ['1 2', '1\nRUN x', '$(x)', '-1', '', 'a'.repeat(129), '1@sha256:0', '1:2', '\u202e1'])
      expect(replace('node:20.11.1-alpine', to(tag, '20.11.1-alpine'))).toBeNull();
  });

  it('changes nothing but the tag, whatever stands before it', () => {
    const tag = fc.stringMatching(/^\w[\w.-]{0,20}$/);
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 40 }), tag, tag, (name, from, newest) => {
        fc.pre(!/["'@\ufffd]/.test(name));
        expect(replace(`${name}:${from}`, to(newest, from))?.text).toBe(`${name}:${newest}`);
      }),
    );
  });

  it('takes no longer for hostile texts', () => {
    for (const written of ['$'.repeat(50_000), `a:\${${'x'.repeat(50_000)}`, `a:$${'x'.repeat(50_000)}`, ':'.repeat(50_000)])
      expect(replace(written)).toBeNull();
    expect(adviseOnVersion(`a:$${'x'.repeat(50_000)}`, newer)).toBe('its tag must become 20.19.5-alpine');
  });
});
