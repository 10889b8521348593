import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../src/core/digest.ts';
import type { HistoryEntry } from '../../../src/core/history.ts';
import type { LayerRecord } from '../../../src/sources/containers-storage/decode-records.ts';
import { findFamily, kinshipOf } from '../../../src/sources/containers-storage/family.ts';

/** A step of an image: whether it makes a layer, and which of a few things it does. */
type Step = { readonly makesLayer: boolean; readonly does: number };
type Made = { readonly id: string; readonly steps: readonly Step[] };

const layersOf = (steps: readonly Step[]): readonly number[] => steps.filter(({ makesLayer }) => makesLayer).map(({ does }) => does);
const stackOf = (layers: readonly number[]): string | null => (layers.length === 0 ? null : `stack-${layers.join('-')}`);

function entryOf({ makesLayer, does }: Step): HistoryEntry {
  return { created: `2026-01-0${does + 1}T00:00:00Z`, createdBy: `do ${does}`, comment: null, author: null, emptyLayer: !makesLayer };
}

function familyOf(images: readonly Made[]) {
  const layers = new Map<string, LayerRecord>();
  for (const { steps } of images) {
    const all = layersOf(steps);
    all.forEach((_, index) => layers.set(stackOf(all.slice(0, index + 1))!, { parent: stackOf(all.slice(0, index)), size: 1 }));
  }
  const members = images.map(({ id, steps }) => {
    const config = { history: steps.map(entryOf), diffIds: layersOf(steps).map((layer) => digestOf(Buffer.from(String(layer)))) };
    return { id, topLayer: stackOf(layersOf(steps)), kinship: kinshipOf(config) };
  });
  return findFamily(members, layers);
}

/** What libimage compares: the whole history of the parent, step by step, and on which layers both are. */
function isParent(parent: Made, child: Made): boolean {
  const [theirs, own] = [layersOf(parent.steps), layersOf(child.steps)];
  const isBelow = theirs.length === own.length || (own.length > 0 && theirs.length > 0 && theirs.length === own.length - 1);
  const sharesLayers = isBelow && theirs.every((layer, index) => layer === own[index]);
  const sharesSteps = parent.steps.every((step, index) => JSON.stringify(step) === JSON.stringify(child.steps[index]));
  return parent.id !== child.id && sharesLayers && sharesSteps && parent.steps.length + 1 === child.steps.length;
}

const step = fc.record({ makesLayer: fc.boolean(), does: fc.nat(1) });
const images = fc
  .array(fc.array(step, { maxLength: 4 }), { maxLength: 12 })
  .map((all) => all.map((steps, index): Made => ({ id: String(index), steps })));

describe('the family of images', () => {
  test('is the one that comparing all of them step by step finds', () => {
    fc.assert(
      fc.property(images, (made) => {
        const family = familyOf(made);
        for (const child of made) {
          const parents = made.filter((other) => isParent(other, child)).map(({ id }) => id);
          const parent = family.parentOf(child.id);
          expect(parent === null ? parents : parents.includes(parent)).toEqual(parent === null ? [] : true);
          expect(family.hasChildren(child.id)).toBe(made.some((other) => isParent(child, other)));
          expect(family.ancestorsOf(child.id)[0] ?? null).toBe(parent);
        }
      }),
    );
  });

  test('is told the nearest first, to the first step', () => {
    const steps = [true, false, true, false].map((makesLayer, does) => ({ makesLayer, does }));
    const made = [4, 2, 3, 1].map((count) => ({ id: `of ${count}`, steps: steps.slice(0, count) }));
    expect(familyOf(made).ancestorsOf('of 4')).toEqual(['of 3', 'of 2', 'of 1']);
  });

  test('knows a moment however it is written', () => {
    const entry = { createdBy: 'do', comment: null, author: null, emptyLayer: true };
    const written = ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z', '2026-01-02T04:04:05+01:00'];
    const hashes = written.map((created) => kinshipOf({ history: [{ ...entry, created }], diffIds: [] }).history);
    expect(new Set(hashes).size).toBe(1);
    expect(kinshipOf({ history: [{ ...entry, created: '2026-01-02T03:04:06Z' }], diffIds: [] }).history).not.toBe(hashes[0]);
  });

  test('leaves out what is on layers that are not there', () => {
    const kinship = kinshipOf({ history: [], diffIds: [] });
    const child = kinshipOf({ history: [entryOf({ makesLayer: false, does: 0 })], diffIds: [] });
    const members = [
      { id: 'parent', topLayer: 'gone', kinship },
      { id: 'child', topLayer: 'gone', kinship: child },
      { id: 'list', topLayer: null, kinship: null },
    ];
    expect(findFamily(members, new Map()).parentOf('child')).toBeNull();
    expect(findFamily(members, new Map([['gone', { parent: null, size: 1 }]])).parentOf('child')).toBe('parent');
  });
});
