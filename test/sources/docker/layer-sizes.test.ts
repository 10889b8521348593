import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLayerSizes, encodeLayerSizes, recallLayerSizes } from '../../../src/sources/docker/layer-sizes.ts';

/** A step as the history call tells it: what comes after `#(nop)` is a setting, `kit` what BuildKit wrote. */
type Step = { readonly CreatedBy: string; readonly Comment?: string; readonly Size: number };

const classic = (instruction: string, Size = 0): Step => ({ CreatedBy: `/bin/sh -c ${instruction}`, Size });
const kit = (CreatedBy: string, Size = 0): Step => ({ CreatedBy, Comment: 'buildkit.dockerfile.v0', Size });

const ADD = classic('#(nop) ADD file:1 in / ', 100);
const ENV = classic('#(nop)  ENV A=1');
const WORKDIR = classic('#(nop) WORKDIR /srv');
const RUN = classic('make', 20);
const NOTHING = classic('true');

/** The engine tells the newest step first. */
const sizesOf = (steps: readonly unknown[], layers: number) => decodeLayerSizes(steps.toReversed(), layers);

describe('what layers take', () => {
  it.each<[string, readonly unknown[], number, readonly number[] | null]>([
    ['lowest first', [ADD, ENV, RUN], 2, [100, 20]],
    ['a directory takes nothing, and is a layer', [ADD, WORKDIR, ENV, RUN], 3, [100, 0, 20]],
    ['a RUN of BuildKit that changed nothing is a layer', [kit('COPY a', 7), kit('RUN true'), kit('CMD ["x"]')], 2, [7, 0]],
    ['one of two steps in one place made a layer: which one does not matter', [ADD, WORKDIR, ENV, NOTHING, RUN], 3, [100, 0, 20]],
    ['one of two steps apart made a layer: it is not told where it lies', [ADD, WORKDIR, RUN, NOTHING], 3, null],
    ['more steps with a size than layers', [ADD, RUN], 1, null],
    ['more layers than steps', [ADD], 2, null],
    ['no layer, and no step', [], 0, []],
    ['no step, as an import without history', [], 1, null],
    ['an engine that tells no sizes', [{ CreatedBy: 'COPY a', Comment: 'buildkit.dockerfile.v0' }], 1, null],
    ['a size that is unknown', [{ ...ADD, Size: -1 }], 1, null],
    ['a size that is no number of bytes', [{ ...ADD, Size: 1.5 }], 1, null],
    ['a size beyond all numbers', [{ ...ADD, Size: 1e300 }], 1, null],
    ['steps that are none', [null, 7, 'x'], 3, null],
  ])('%s', (_, steps, layers, expected) => {
    expect(sizesOf(steps, layers)).toEqual(expected);
  });

  it.each([null, {}, 'x', Array.from({ length: 2_001 }, () => ADD)])('are not told by what is no history', (document) => {
    expect(decodeLayerSizes(document, 1)).toBeNull();
  });

  it('are as many as there are layers, in the order of the steps with a size, whatever the steps', () => {
    const step = fc.constantFrom(ADD, ENV, WORKDIR, RUN, NOTHING, kit('RUN true'), kit('WORKDIR /a'), kit('COPY b', 3));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 10 }), fc.nat({ max: 10 }), (steps, layers) => {
        const sizes = sizesOf(steps, layers);
        if (sizes === null) return;
        expect(sizes).toHaveLength(layers);
        expect(sizes.filter((size) => size > 0)).toEqual(steps.map(({ Size }) => Size).filter((size) => size > 0));
      }),
    );
  });
});

describe('what is remembered of layers', () => {
  it.each([[[100, 0, 20]], [[]], [null]])('comes back as it was: %j', (sizes) => {
    expect(recallLayerSizes(encodeLayerSizes(sizes), sizes?.length ?? 3)).toEqual({ sizes });
  });

  it.each(['[1]', '[1,2,3]', '[1,"2"]', '[1,-2]', '{"0":1}', 'x', ''])(
    'is asked for again where it is %j, and there are two layers',
    (text) => {
      expect(recallLayerSizes(text, 2)).toBeNull();
    },
  );
});
