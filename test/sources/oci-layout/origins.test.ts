import { describe, expect, it } from 'vitest';
import { renderRepository } from '../../../src/core/reference.ts';
import { readOrigins } from '../../../src/sources/oci-layout/read-origins.ts';
import { makeReference } from '../../helpers/makers.ts';

const SOURCE = 'containerd.io/distribution.source.';

/** Where an image is from, by the labels that are written as annotations, and its names. */
function originsOf(labels: Readonly<Record<string, string>>, ...names: readonly string[]): readonly string[] {
  const annotations = new Map(Object.entries(labels).map(([host, paths]) => [SOURCE + host, paths]));
  return readOrigins([annotations], names.map(makeReference)).map(renderRepository);
}

describe('where an image is from, as its descriptor records it', () => {
  it.each<[string, Readonly<Record<string, string>>, readonly string[], readonly string[]]>([
    ['docker.io', { 'docker.io': 'library/nginx' }, ['nginx:1.27'], ['docker.io/library/nginx']],
    ['docker.io by another of its names', { 'index.docker.io': 'library/nginx' }, ['nginx:1.27'], ['docker.io/library/nginx']],
    ['several repositories', { 'ghcr.io': 'acme/api,acme/web' }, ['ghcr.io/acme/api:1'], ['ghcr.io/acme/api', 'ghcr.io/acme/web']],
    ['another repository than its name', { 'ghcr.io': 'acme/api' }, ['acme/mine:1'], ['ghcr.io/acme/api']],
    [
      'the registry that its name has, of both spellings',
      { '127.0.0.1': 'acme/web', '127.0.0.1:5000': 'acme/web' },
      ['127.0.0.1:5000/acme/web:1', 'web:1'],
      ['127.0.0.1:5000/acme/web'],
    ],
    [
      'the registry without a port, of both spellings, where its name has none',
      { 'hub.example': 'acme/web', 'hub.example:5000': 'acme/web' },
      ['hub.example/acme/web:1'],
      ['hub.example/acme/web'],
    ],
    [
      'the registry with its port where it has no name',
      { '127.0.0.1': 'acme/web', '127.0.0.1:5000': 'acme/web' },
      [],
      ['127.0.0.1:5000/acme/web'],
    ],
    [
      'the port that its name has, where containerd left it out',
      { '127.0.0.1': 'acme/web' },
      ['127.0.0.1:5000/web:1'],
      ['127.0.0.1:5000/acme/web'],
    ],
    [
      'no port where its names have several',
      { '127.0.0.1': 'acme/web' },
      ['127.0.0.1:5000/acme/web:1', '127.0.0.1:5001/acme/web:1'],
      ['127.0.0.1/acme/web'],
    ],
    ['a host that is one word, by the name', { registry: 'acme/web' }, ['registry:5000/acme/web:1'], ['registry:5000/acme/web']],
    ['nowhere, where a word is a host by nothing', { registry: 'acme/web' }, ['acme/web:1'], []],
    [
      'an IPv6 address, of which containerd leaves out the brackets',
      { '::1': 'acme/web' },
      ['[::1]:5000/acme/web:1'],
      ['[::1]:5000/acme/web'],
    ],
    ['nowhere, where nothing is written', { 'ghcr.io': '' }, ['ghcr.io/acme/api:1'], []],
    ['nowhere, by what is no repository', { 'ghcr.io': 'Acme/Api,../..,acme/api:1,\u001b[31m', 'a b': 'acme/api' }, [], []],
    ['nowhere, by more than containerd takes for a label', { 'ghcr.io': `${'acme/api,'.repeat(500)}x` }, ['ghcr.io/acme/api:1'], []],
  ])('is %s', (_, labels, names, expected) => {
    expect(originsOf(labels, ...names)).toEqual(expected);
  });

  it('is each once, of several descriptors of one digest', () => {
    const [one, two] = [new Map([[`${SOURCE}ghcr.io`, 'acme/api']]), new Map([[`${SOURCE}ghcr.io`, 'acme/web,acme/api']])];
    expect(readOrigins([one, two], []).map(renderRepository)).toEqual(['ghcr.io/acme/api', 'ghcr.io/acme/web']);
  });

  it('is no more than is looked through in a moment, however much is written', () => {
    const many = new Map(Array.from({ length: 50_000 }, (_, at) => [`${SOURCE}h${at}.example`, 'a,b,c,d']));
    expect(readOrigins([many], [])).toHaveLength(64);
  });
});
