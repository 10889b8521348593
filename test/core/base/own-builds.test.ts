import { expect, test } from 'vitest';
import { gatherEvidence } from '../../../src/core/base/gather.ts';
import { renderReference } from '../../../src/core/reference.ts';
import { makeReference } from '../../helpers/makers.ts';
import { contentsOf, layer } from './steps.ts';

const STEPS = [
  layer('/bin/sh -c #(nop) COPY dir:1 in / '),
  layer('/bin/sh -c #(nop) COPY file:2 in /app ', { comment: 'FROM registry.example/base:1' }),
  layer('/bin/sh -c #(nop) COPY file:3 in /more ', { comment: 'FROM registry.example/app:1' }),
];

function gather(own: string, base: string) {
  const annotations = new Map([['org.opencontainers.image.base.name', base]]);
  const around = { known: [], own: [makeReference(own)] };
  const evidence = gatherEvidence({ contents: contentsOf(3, STEPS), labels: new Map(), annotations }, [], around);
  return {
    claims: evidence.claims.map(({ source, reference }) => `${source} ${reference === null ? '' : renderReference(reference)}`),
    rejected: evidence.rejected.map(({ source }) => source),
    end: evidence.boundaries[0]?.history,
  };
}

test('an image built again on its build before, from the cache, has the base of that build', () => {
  expect(gather('registry.example/app:2', 'registry.example/app:1')).toEqual({
    claims: ['from-comment registry.example/base:1'],
    rejected: ['annotation'],
    end: 1,
  });
});

test('the same names are a base of any other image', () => {
  expect(gather('registry.example/other:1', 'registry.example/app:1')).toEqual({
    claims: ['annotation registry.example/app:1', 'from-comment registry.example/app:1'],
    rejected: [],
    end: 2,
  });
});
