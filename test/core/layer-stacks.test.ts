import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stepOfLayer, stepsOfLayers } from '../../src/core/base/layer-steps.ts';
import { compareStacks } from '../../src/core/layer-stacks.ts';
import { makeDigest } from '../helpers/makers.ts';
import { asEngineTells, makeContents } from './base/cases.ts';

const BASE = ['+ADD rootfs', 'ENV LANG=C', '+RUN install'];
const MOVED = ['+ADD rootfs', 'ENV LANG=C', '+RUN install more', '+RUN tidy'];

describe('an image beside its base as it is now', () => {
  it('shares the lowest layers, and each layer has the step that made it', () => {
    const { shared, installed, candidate } = compareStacks(makeContents([...BASE, '+COPY app']), makeContents(MOVED));
    expect(shared).toBe(1);
    expect(installed.map(({ createdBy }) => createdBy)).toEqual(['ADD rootfs', 'RUN install', 'COPY app']);
    expect(candidate.map(({ createdBy }) => createdBy)).toEqual(['ADD rootfs', 'RUN install more', 'RUN tidy']);
    expect(installed[0]).toEqual(candidate[0]);
  });

  it('has all its layers still where only a setting moved', () => {
    const stacks = compareStacks(makeContents([...BASE, '+COPY app']), makeContents([...BASE, 'CMD sh']));
    expect(stacks.shared).toBe(stacks.candidate.length);
  });

  it('is laid beside it without steps where no history is told, or one of another number of layers', () => {
    const silent = { diffIds: [makeDigest('a'), makeDigest('b')], history: null };
    const { installed, candidate } = compareStacks(silent, makeContents(['+ADD rootfs'], { layers: ['a', 'b'] }));
    expect(installed.map(({ createdBy }) => createdBy)).toEqual([null, null]);
    expect(candidate.map(({ createdBy }) => createdBy)).toEqual([null, null]);
  });

  it('is told in steps that are safe to print, and cut', () => {
    const { installed } = compareStacks(makeContents([`+RUN \u{1b}[31m${'x'.repeat(9_000)}`]), makeContents([]));
    expect(installed[0]?.createdBy).toMatch(/^RUN \u{fffd}\[31mx+…$/u);
    expect(installed[0]?.createdBy).toHaveLength(200);
  });

  it('takes no longer for many layers than reading them takes', () => {
    const many = Array.from({ length: 2_000 }, (_, step) => `+RUN ${step}`);
    const { installed } = compareStacks(makeContents(many), makeContents(many.slice(0, 1_000)));
    expect(installed.at(-1)?.createdBy).toBe('RUN 1999');
  });
});

describe('the steps of all layers', () => {
  const step = fc.oneof(fc.constant('+RUN make'), fc.constant('ENV A=1'), fc.constant('+COPY app'), fc.constant('+WORKDIR /srv'));

  it('are those of each layer by itself', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const contents = makeContents(steps.map((text, at) => `${text} ${at}`));
        expect(stepsOfLayers(contents)).toEqual(contents.diffIds.map((_, position) => stepOfLayer(contents, position)));
      }),
    );
  });

  it('are told below and above the steps of which it is not known', () => {
    const contents = makeContents(['ADD rootfs', 'ENV A=1', '+RUN one', '+RUN two', 'COPY app', 'CMD sh'], {
      layers: ['a', 'b', 'c', 'd'],
    });
    const told = asEngineTells(contents);
    const entries = told.history?.entries.map((entry, at) => ({
      ...entry,
      emptyLayer: [false, true, null, null, false, true][at] ?? null,
    }));
    const unsure = { diffIds: told.diffIds.slice(0, 3), history: { entries: entries ?? [], precision: 'seconds' as const } };
    expect(stepsOfLayers(unsure)).toEqual(['ADD rootfs', null, 'COPY app']);
  });
});
