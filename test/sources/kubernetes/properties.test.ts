import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseKubernetes } from '../../../src/sources/kubernetes/parse-kubernetes.ts';
import { parseTree } from '../../../src/yaml/parse-tree.ts';

const KEYS = [
  'kind',
  'apiVersion',
  'metadata',
  'spec',
  'status',
  'template',
  'items',
  'containers',
  'initContainers',
  'containerStatuses',
  'image',
  'imageID',
  'name',
  'volumes',
  'reference',
  'steps',
  'nodeSelector',
];
const WORDS = ['Pod', 'List', 'tekton.dev/v1', 'nginx:1', 'a', '', 'CustomResourceDefinition', '{{ x }}', 'constructor', '__proto__'];

/** Objects that are nearly those of Kubernetes. */
const { object } = fc.letrec((tie) => ({
  object: fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 6 }),
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(fc.constantFrom(...WORDS), fc.string(), fc.integer(), fc.constant(null), fc.boolean()),
    fc.array(tie('object'), { maxLength: 4 }),
    tie('object'),
  ),
}));

it.each([0, 2])(
  'what looks like Kubernetes is read without failing, and every image is shown where it stands, indented by %i',
  (indent) => {
    let found = 0;
    fc.assert(
      fc.property(object, (value) => {
        const text = JSON.stringify(value, null, indent);
        const tree = parseTree(text, 'json');
        if (!tree.ok) throw new Error(tree.message);
        const { references } = parseKubernetes(tree.documents, 'k8s.json');
        const lines = text.split('\n');
        for (const { place, written, reference } of references) {
          found += 1;
          const shown = (lines[place.line - 1] ?? '').slice(place.column - 1, place.endColumn - 1);
          if (/^[\w:./{} ]*$/.test(written)) expect(shown).toBe(written);
          expect(place.endLine).toBe(place.line);
          if (reference.ok) expect(reference.value.tag ?? reference.value.digest).not.toBeNull();
        }
        expect(references.map(({ place }) => place)).toEqual(
          references.map(({ place }) => place).toSorted((a, b) => a.line - b.line || a.column - b.column),
        );
      }),
      { numRuns: 600, seed: 4 },
    );
    expect(found).toBeGreaterThan(100);
  },
);
