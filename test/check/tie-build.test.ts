import { describe, expect, it } from 'vitest';
import type { Subject } from '../../src/check/images-to-check.ts';
import { tieBuild } from '../../src/check/tie-build.ts';
import type { FileReference, StageBase } from '../../src/core/file-reference.ts';
import { parsed } from '../../src/core/parsed.ts';
import { makePlace } from '../formats/check/outcomes.ts';
import { AMD64, makeDigest, makeImage, makeReference } from '../helpers/makers.ts';

const from = (written: string): FileReference => ({
  kind: 'dockerfile',
  place: makePlace('app/Dockerfile', 7, 6, written),
  written,
  within: null,
  reference: parsed(makeReference(written)),
  platform: null,
  running: null,
  hold: null,
});
const build = (base: StageBase) => ({ path: 'app/Dockerfile', base });
const named = (written: string) => build({ kind: 'reference', reference: from(written) });
const row = (text: string, id = text): Subject => ({
  image: makeImage({ imageId: id }),
  reference: makeReference(text),
  text,
  name: text,
  platform: AMD64,
  containers: [],
  sources: [],
  hold: null,
});

describe('an image and the Dockerfile it was built from', () => {
  it('are tied when one of each is looked at, by all names of the image', () => {
    const { tie, loose } = tieBuild([named('node:20-slim')], [row('acme/app:1', 'same'), row('acme/app:latest', 'same')]);
    expect(loose).toBeNull();
    expect(tie).toMatchObject({
      claim: { source: 'dockerfile', says: 'base', where: 'app/Dockerfile:7', digests: [], reference: makeReference('node:20-slim') },
      place: { kind: 'dockerfile', location: 'app/Dockerfile', line: 7, column: 6 },
    });
  });

  it('tell what is held above the FROM', () => {
    const hold = { reason: 'wait', until: null };
    const held = build({ kind: 'reference', reference: { ...from('node:20-slim'), hold } });
    expect(tieBuild([held], [row('acme/app:1')]).tie?.hold).toEqual(hold);
  });

  it('tell the digest a FROM is pinned to', () => {
    const digest = makeDigest('base');
    expect(tieBuild([named(`node:20@${digest}`)], [row('acme/app:1')]).tie?.claim.digests).toEqual([digest]);
  });

  it('tell that there is no base', () => {
    const { tie } = tieBuild([build({ kind: 'scratch', place: makePlace('app/Dockerfile', 1, 6, 'scratch') })], [row('acme/app:1')]);
    expect(tie?.claim).toMatchObject({ source: 'dockerfile', says: 'scratch', reference: null });
  });

  it.each<[string, ReturnType<typeof build>[], Subject[], string | null]>([
    ['there is no Dockerfile', [], [row('acme/app:1')], null],
    ['there is no image', [named('node:20')], [], null],
    [
      'there are two Dockerfiles',
      [named('node:20'), named('node:22')],
      [row('acme/app:1')],
      'no image is taken for what a Dockerfile builds, for there are several of one or the other: name one of each to have that',
    ],
    [
      'there are two images',
      [named('node:20')],
      [row('acme/a:1'), row('acme/b:1')],
      'no image is taken for what a Dockerfile builds, for there are several of one or the other: name one of each to have that',
    ],
    [
      'the Dockerfile does not tell',
      [build({ kind: 'untold', message: 'no FROM' })],
      [row('acme/app:1')],
      'app/Dockerfile does not tell what is built from it: no FROM',
    ],
    [
      'its base has no name',
      [build({ kind: 'reference', reference: { ...from('node:20'), reference: { ok: false, message: 'ARG V has no value' } } })],
      [row('acme/app:1')],
      'app/Dockerfile:7 does not tell what is built from it: ARG V has no value',
    ],
  ])('are not tied when %s', (_, builds, images, loose) => {
    expect(tieBuild(builds, images)).toEqual({ tie: null, loose });
  });
});
