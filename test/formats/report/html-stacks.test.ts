import { describe, expect, it } from 'vitest';
import type { LayerStacks, StackedLayer } from '../../../src/core/layer-stacks.ts';
import type { BaseMovement } from '../../../src/core/verdict.ts';
import { renderStacks } from '../../../src/formats/report/html-stacks.ts';
import { textOf } from './html-page.ts';
import { digest, pending, REPORT } from './reports.ts';

const WEB = REPORT.pending.find(({ layers }) => layers !== null)!;
const layersOf = (names: string): readonly StackedLayer[] =>
  Array.from(names, (name) => ({ diffId: digest('e'), createdBy: `RUN make ${name}` }));
const draw = (layers: LayerStacks, movement: BaseMovement = 'layers-differ'): string => {
  const updates = WEB.updates.map((update) => (update.axis === 'base' ? { ...update, movement } : update));
  return renderStacks({ ...WEB, layers, updates }, true)?.html ?? '';
};
/** The steps and the folds between them in the order of the page: the image's, the base's, those in common. */
const stepsOf = (page: string): readonly string[] =>
  [...page.matchAll(/<ol class="layers"[^]*?<\/ol>/g)].map(([list]) =>
    [...list.matchAll(/<li[^]*?<\/li>/g)]
      .map(([each]) =>
        textOf(each)
          .replace(/ RUN make | e{12} /g, '')
          .trim(),
      )
      .join(' '),
  );

describe('the picture of layers', () => {
  it('has both stacks above what they have in common, the lowest layer at the bottom', () => {
    const page = draw({ shared: 2, installed: layersOf('abcd'), candidate: layersOf('abxyz') });
    expect(stepsOf(page)).toEqual(['4d 3c', '5z 4y 3x', '2b 1a']);
    expect(textOf(page)).toContain('Layers: 2 in common, then 2 here and 3 of the base as it is now');
    expect(page.indexOf('layer 3 is the first difference')).toBeGreaterThan(page.lastIndexOf('make x'));
    expect(page.indexOf('layer 3 is the first difference')).toBeLessThan(page.indexOf('2 layers in common'));
  });

  it('names the image and its base above their stacks', () => {
    expect(textOf(renderStacks(WEB, true)?.html ?? '')).toMatch(/acme\/web:dev as it is here .* node:20-slim as it is now/);
  });

  it.each<[string, string, string, number, BaseMovement, string]>([
    ['other layers', 'abcd', 'abx', 2, 'layers-differ', 'layer 3 is the first difference'],
    ['a base that dropped its upper layers', 'abcd', 'ab', 2, 'upper-layers-removed', 'the base ends here now'],
    ['other metadata alone', 'abcd', 'ab', 2, 'metadata-only', 'the layers of the base are the same'],
    ['an image that added nothing to a base that grew', 'ab', 'abc', 2, 'layers-differ', 'the base goes on from here'],
    ['nothing in common', 'ab', 'xy', 0, 'layers-differ', 'layer 1 is the first difference'],
  ])('says where the stacks part, with %s', (_, installed, candidate, shared, movement, words) => {
    expect(textOf(draw({ shared, installed: layersOf(installed), candidate: layersOf(candidate) }, movement))).toContain(words);
  });

  it.each([
    ['no layer in common', 'ab', 'xy', 0],
    ['no further layer', 'abcd', 'ab', 2],
  ])('says that there is %s', (words, installed, candidate, shared) => {
    expect(textOf(draw({ shared, installed: layersOf(installed), candidate: layersOf(candidate) }))).toContain(words);
  });

  it('folds what is in the middle of many layers', () => {
    const page = draw({ shared: 9, installed: layersOf('abcdefghiABCDEFGHIJ'), candidate: layersOf('abcdefghiX') });
    expect(stepsOf(page)).toEqual(['19J 18I 3 more layers 14E 13D 12C 11B 10A', '10X', '9i 6 more layers 2b 1a']);
  });

  it('stays small with thousands of layers, and with a count that is too high', () => {
    const layers = layersOf('x'.repeat(5000));
    expect(draw({ shared: 2000, installed: layers, candidate: layers }).length).toBeLessThan(20_000);
    expect(textOf(draw({ shared: 9, installed: layersOf('ab'), candidate: layersOf('abc') }))).toContain(
      '2 in common, then 0 here and 1 of',
    );
  });

  it('tells the whole step of a layer to who points at it, and little to who looks', () => {
    const step = `RUN /bin/sh -c apt-get install -y ${'package '.repeat(30)}`;
    const page = draw({
      shared: 0,
      installed: [{ diffId: digest('1'), createdBy: step }],
      candidate: [{ diffId: digest('2'), createdBy: null }],
    });
    expect(/title="([^"]*)"/.exec(page)?.[1]).toBe(`RUN apt-get install -y ${'package '.repeat(30).trim()}`);
    expect(textOf(page)).toMatch(/1 RUN apt-get install -y package .{0,80}… 111111111111/);
    expect(textOf(page)).toContain('1 step not told 222222222222');
  });

  it('draws nothing where the layers are not known', () => {
    expect(renderStacks(pending('nginx:1.27'), true)).toBeNull();
  });
});
