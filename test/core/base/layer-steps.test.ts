import { describe, expect, it } from 'vitest';
import { countLayersBelow, findLayerSteps, instructionOf, stepOfLayer } from '../../../src/core/base/layer-steps.ts';
import { asEngineTells, makeContents, readCase } from './cases.ts';

describe('which steps of an image made its layers', () => {
  it('says its config', () => {
    const contents = makeContents(['+ADD rootfs', 'ENV A=1', '+RUN make']);
    expect(findLayerSteps(contents)).toEqual([true, false, true]);
    expect(stepOfLayer(contents, 0)).toBe('ADD rootfs');
    expect(stepOfLayer(contents, 1)).toBe('RUN make');
    expect(stepOfLayer(contents, 2)).toBeNull();
  });

  it.each<[string, string[], string[], (boolean | null)[]]>([
    ['every step that could have made one did', ['ADD rootfs', 'ENV A=1', 'RUN make'], ['a', 'b'], [true, false, true]],
    ['none of them did', ['CMD sh', 'RUN true'], [], [false, false]],
    ['one of two did', ['ADD rootfs', 'ENV A=1', 'RUN true'], ['a'], [null, false, null]],
  ])('follows from their number where an engine does not say: %s', (_, steps, layers, expected) => {
    expect(findLayerSteps(asEngineTells(makeContents(steps, { layers })))).toEqual(expected);
  });

  it('follows from the base, whose first steps are the same', () => {
    const image = asEngineTells(makeContents(['ADD rootfs', 'RUN true', 'COPY app'], { layers: ['a', 'b'] }));
    expect(findLayerSteps(image, [true, false])).toEqual([true, false, true]);
    expect(findLayerSteps(image, [true, true])).toEqual([true, true, false]);
  });

  it.each([
    ['it tells of fewer layers than there are', ['+ADD rootfs'], ['a', 'b']],
    ['it tells of more layers than there are', ['+ADD rootfs', '+RUN make'], ['a']],
    ['it tells nothing', [], ['a']],
  ])('is not known when the history does not fit: %s', (_, steps, layers) => {
    expect(findLayerSteps(makeContents(steps, { layers }))).toBeNull();
    expect(stepOfLayer(makeContents(steps, { layers }), 0)).toBeNull();
  });

  it('cannot be counted beyond the first step of which it is not known', () => {
    expect(countLayersBelow([true, false, null, true], 2)).toBe(1);
    expect(countLayersBelow([true, false, null, true], 3)).toBeNull();
  });

  it.each(['classic', 'buildkit', 'podman', 'podman-docker', 'buildah', 'buildah-timestamp'])(
    'follows for what %s built, as an engine tells it',
    (builder) => {
      for (const name of ['full', 'app-on-full', 'app-on-mid', 'app-multistage']) {
        const contents = readCase(builder, name);
        expect(findLayerSteps(asEngineTells(contents))).toEqual(findLayerSteps(contents));
      }
    },
  );
});

describe('the instruction of a step', () => {
  it.each([
    ['CMD ["sh"]', 'CMD'],
    ['ENV A=1', 'ENV'],
    ['/bin/sh -c #(nop)  ENV LANG=C', 'ENV'],
    ['/bin/sh -c #(nop) CMD ["sh"]', 'CMD'],
    ['cmd /S /C #(nop)  LABEL a=b', 'LABEL'],
    ['RUN make', null],
    ['/bin/sh -c make CMD', null],
    ['WORKDIR /app', null],
    ['COPY file:1 in /', null],
    ['ENVIRONMENT', null],
    ['', null],
  ])('%j is %j', (createdBy, instruction) => {
    expect(instructionOf({ created: null, createdBy, comment: null, author: null, emptyLayer: null })).toBe(instruction);
  });
});
