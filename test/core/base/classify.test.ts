import { describe, expect, it } from 'vitest';
import { classify } from '../../../src/core/base/classify.ts';
import type { ImageContents } from '../../../src/core/image-contents.ts';
import { asEngineTells, layer, makeContents, version } from './cases.ts';

const STEPS = ['+ADD rootfs@0', 'ENV LANG=C@1', '+RUN make@2', 'CMD sh@3'];
const OLD = makeContents(STEPS, {
  settings: new Map([
    ['Cmd', '["sh"]'],
    ['Env', '["LANG=C"]'],
  ]),
});
const KEPT = { settings: OLD.settings };
const withSettings = (settings: Readonly<Record<string, string>>): ImageContents => ({
  ...OLD,
  settings: new Map(Object.entries(settings)),
});

describe('a base that did not move', () => {
  it('has the same manifest', () => {
    const now = version(OLD, 'new', { manifestDigest: layer('old manifest') });
    expect(classify(version(OLD, 'old', { topDigest: null }), now, 'node:20')).toEqual({
      kind: 'current',
      confidence: 'certain',
      why: 'node:20 is still the image this one was built on',
      notes: [],
    });
  });

  it('has the same manifest in another index: it moved for other platforms only', () => {
    const now = version(OLD, 'new', { manifestDigest: layer('old manifest') });
    expect(classify(version(OLD, 'old'), now, 'node:20')).toMatchObject({
      kind: 'current',
      notes: ['node:20 moved for other platforms only'],
    });
  });

  it('has the same manifest, which was recorded instead of the index: nothing is known of other platforms', () => {
    const old = version(OLD, 'old', { topDigest: layer('old manifest') });
    const now = version(OLD, 'new', { manifestDigest: layer('old manifest') });
    expect(classify(old, now, 'node:20')).toMatchObject({ kind: 'current', notes: [] });
  });

  it('has the same manifest, whatever else is said of it', () => {
    const now = version(makeContents(['+ADD other@9']), 'new', { manifestDigest: layer('old manifest') });
    expect(classify(version(OLD, 'old'), now, 'node:20').kind).toBe('current');
  });

  it('has the same config in another manifest: it was compressed anew', () => {
    const now = version(OLD, 'new', { configDigest: layer('old config') });
    expect(classify(version(OLD, 'old'), now, 'node:20')).toMatchObject({
      kind: 'current',
      confidence: 'certain',
      notes: ['the manifest of node:20 was written anew, as after other compression; what is in it is the same'],
    });
  });

  it('has the same config, though no manifest is known of the old one', () => {
    const now = version(OLD, 'new', { configDigest: layer('old config') });
    expect(classify(version(OLD, 'old', { manifestDigest: null }), now, 'node:20')).toMatchObject({ kind: 'current', notes: [] });
  });

  it('has the same index, where nothing else is known of the old one', () => {
    const old = version(makeContents([]), 'old', { manifestDigest: null, configDigest: null });
    expect(classify(old, version(OLD, 'new', { topDigest: layer('old index') }), 'node:20')).toMatchObject({
      kind: 'current',
      confidence: 'certain',
    });
  });

  it('has another config that says the same', () => {
    expect(classify(version(OLD, 'old'), version(OLD, 'new'), 'node:20')).toMatchObject({
      kind: 'current',
      confidence: 'certain',
      notes: ['the config of node:20 was written anew; what is in it is the same'],
    });
  });

  it('has the layers and steps that an engine tells of the old one: settings stay open', () => {
    const old = version(asEngineTells(OLD), 'old', { configDigest: null });
    expect(classify(old, version(OLD, 'new'), 'node:20')).toMatchObject({
      kind: 'current',
      confidence: 'high',
      notes: ['their settings could not be compared'],
    });
  });

  it('has the layers of the old one, of which nothing else is known', () => {
    const old = version({ ...OLD, history: null, settings: null, created: null }, 'old', { configDigest: null });
    expect(classify(old, version(OLD, 'new'), 'node:20')).toMatchObject({ kind: 'current', confidence: 'medium' });
  });
});

describe('a base that moved, its layers being the same', () => {
  it.each<[string, ImageContents, string]>([
    ['one setting changed', withSettings({ Cmd: '["ash"]', Env: '["LANG=C"]' }), 'node:20 changed only its Cmd; its layers are the same'],
    ['two changed', withSettings({ Cmd: '["ash"]' }), 'node:20 changed only its Cmd and Env; its layers are the same'],
    ['three changed', withSettings({ User: '"node"' }), 'node:20 changed only its Cmd, Env and User; its layers are the same'],
    ['all steps were done later', makeContents(STEPS.map(later), KEPT), 'node:20 was rebuilt with the same layers and settings'],
    ['only the image is dated later', { ...OLD, created: '2026-02-01T00:00:00Z' }, 'node:20 was rebuilt with the same layers and settings'],
    ['a step was added', makeContents([...STEPS, 'LABEL a=b@3'], KEPT), 'node:20 was rebuilt with the same layers and settings'],
  ])('%s', (_, now, why) => {
    const comparison = classify(version(OLD, 'old'), version(now, 'new'), 'node:20');
    expect(comparison).toEqual({ kind: 'moved', movement: 'metadata-only', confidence: 'certain', difference: null, why, notes: [] });
  });

  it('and the settings of the old one are not known, but its config is another one', () => {
    const old = version({ ...OLD, settings: null }, 'old');
    expect(classify(old, version(OLD, 'new'), 'node:20')).toMatchObject({ kind: 'moved', movement: 'metadata-only', confidence: 'medium' });
  });

  it('and an engine tells that the steps of the old one were done at another time', () => {
    const old = version(asEngineTells(OLD), 'old', { configDigest: null });
    const now = version(makeContents(STEPS.map(later)), 'new');
    expect(classify(old, now, 'node:20')).toMatchObject({
      movement: 'metadata-only',
      confidence: 'high',
      why: 'node:20 was rebuilt with the same layers',
      notes: ['their settings could not be compared'],
    });
  });
});

describe('a base whose layers moved', () => {
  it.each<[string, string[], object]>([
    [
      'the top layer is gone',
      ['+ADD rootfs@0', 'ENV LANG=C@1', 'CMD sh@4'],
      {
        movement: 'upper-layers-removed',
        difference: { position: 1, installedBy: 'RUN make', candidateBy: null },
        why: 'node:20 dropped its top layer; this image still carries it',
      },
    ],
    [
      'both layers are gone',
      ['CMD sh@4'],
      {
        movement: 'upper-layers-removed',
        difference: { position: 0, installedBy: 'ADD rootfs', candidateBy: null },
        why: 'node:20 dropped its top 2 layers; this image still carries them',
      },
    ],
    [
      'a layer is new',
      [...STEPS, '+RUN more@4'],
      {
        movement: 'layers-differ',
        difference: { position: 2, installedBy: null, candidateBy: 'RUN more' },
        why: 'node:20 has 1 new layer on top',
      },
    ],
    [
      'the top layer is another one',
      ['+ADD rootfs@0', 'ENV LANG=C@1', '+RUN make all@4'],
      {
        movement: 'layers-differ',
        difference: { position: 1, installedBy: 'RUN make', candidateBy: 'RUN make all' },
        why: 'node:20 was rebuilt: layer 2 of 2 differs',
      },
    ],
    [
      'all layers are others',
      ['+ADD new@4'],
      {
        movement: 'layers-differ',
        difference: { position: 0, installedBy: 'ADD rootfs', candidateBy: 'ADD new' },
        why: 'node:20 was rebuilt: layer 1 of 2 differs',
      },
    ],
  ])('%s', (_, now, expected) => {
    const comparison = classify(version(OLD, 'old'), version(makeContents(now), 'new'), 'node:20');
    expect(comparison).toEqual({ kind: 'moved', confidence: 'certain', notes: [], ...expected });
  });

  it('though its index is the same, which lists another image for the platform', () => {
    const now = version(makeContents(['+ADD new@4']), 'new', { topDigest: layer('old index') });
    expect(classify(version(OLD, 'old'), now, 'node:20')).toMatchObject({ movement: 'layers-differ', confidence: 'certain' });
  });

  it('and whose steps are the very same was packed anew', () => {
    const now = makeContents(STEPS, { layers: ['rootfs with a table of contents', 'make with a table of contents'] });
    expect(classify(version(OLD, 'old'), version(now, 'new'), 'node:20')).toMatchObject({
      movement: 'layers-differ',
      notes: ['the steps that made it are the same: its layers were packed anew, as a conversion to eStargz does'],
    });
  });

  it('and of whose making nothing is known', () => {
    const old = version({ ...OLD, history: null }, 'old');
    const now = version(makeContents(['+ADD rootfs@0', '+RUN other@1']), 'new');
    expect(classify(old, now, 'node:20')).toMatchObject({ difference: { position: 1, installedBy: null, candidateBy: 'RUN other' } });
  });

  it('tells of steps without what could harm a terminal', () => {
    const now = version(makeContents([`+ADD \u001b[31m${'x'.repeat(500)}@0`]), 'new');
    const comparison = classify(version(OLD, 'old'), now, 'node:20');
    expect(JSON.stringify(comparison)).not.toContain('\\u001b');
    expect(JSON.stringify(comparison).length).toBeLessThan(600);
  });
});

function later(step: string): string {
  return step.replace(/@\d$/, '@60');
}
