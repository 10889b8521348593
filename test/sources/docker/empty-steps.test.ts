import { expect, it } from 'vitest';

import { findEmptySteps, type SizedStep } from '../../../src/sources/docker/empty-steps.ts';

const classic = (instruction: string, size = 0): SizedStep => ({ createdBy: `/bin/sh -c ${instruction}`, comment: null, size });
const kit = (createdBy: string, size = 0): SizedStep => ({ createdBy, comment: 'buildkit.dockerfile.v0', size });

const ADD = classic('#(nop) ADD file:1 in / ', 100);
const ENV = classic('#(nop)  ENV A=1');
const WORKDIR = classic('#(nop) WORKDIR /srv');
const RUN = classic('true');

it.each<[string, readonly SizedStep[], number | null, readonly (boolean | null)[]]>([
  ['as many with a size as layers: all others are empty', [ADD, ENV, WORKDIR, RUN], 1, [false, true, true, true]],
  ['a layer of no size, and one step that can be it', [ADD, ENV, WORKDIR], 2, [false, true, false]],
  ['two layers of no size, and two steps that can be them', [ADD, WORKDIR, ENV, RUN], 3, [false, false, true, false]],
  ['one layer of no size, and two steps that can be it: which one is not told', [ADD, ENV, WORKDIR, RUN], 2, [false, true, null, null]],
  ['BuildKit keeps a layer of a RUN that changed nothing', [ADD, kit('RUN true'), kit('WORKDIR /')], 2, [false, false, true]],
  ['BuildKit makes none of a setting', [ADD, kit('CMD ["x"]'), kit('WORKDIR /srv')], 2, [false, true, false]],
  [
    'buildah puts the layer on the last step, whichever it is',
    [ADD, RUN, { ...classic('#(nop) CMD ["x"]'), comment: 'FROM base' }],
    2,
    [false, null, null],
  ],
  ['nobody knows how many layers there are: only a size tells', [ADD, ENV, kit('RUN true')], null, [false, null, null]],
  ['fewer layers than steps with one: the instructions are not believed', [ADD, kit('RUN true'), ENV], 1, [false, null, null]],
  ['more layers than steps can have made', [ADD, ENV, RUN], 4, [false, null, null]],
  ['an engine that tells no sizes', [{ ...ADD, size: null }, ENV], 1, [false, true]],
  ['no steps at all', [], 3, []],
])('%s', (_, steps, layers, expected) => {
  expect(findEmptySteps(steps, layers)).toEqual(expected);
});
