import { expect, it } from 'vitest';
import { makeDocument, makeEntry } from '../../helpers/documents.ts';
import { compose } from './history.ts';

it('what was built here is built, and not pulled, also where a file names it', () => {
  const named = { ...makeEntry('shell:dev', { tag: 'unknown', base: 'unknown', image: null, digests: [] }), size: null };
  const shell = makeEntry('shell:dev', { tag: 'local', base: 'moved', baseName: 'debian:12' });
  const document = makeDocument([shell, named, makeEntry('acme/job:1', { base: 'moved', baseName: 'shell:dev' })]);
  const { report } = compose([{ name: 'build01', document }]);
  expect(report.rebuilds.map(({ name, isBaseLocal }) => [name, isBaseLocal])).toEqual([
    ['shell:dev', false],
    ['acme/job:1', true],
  ]);
});

it('what a newer version took the place of is not built, nor is its tag pushed once more', () => {
  const images = ['acme/app:1.0.0', 'acme/app:1.1.0'].map((name) => makeEntry(name, { base: 'moved' }));
  const [old] = images;
  const place = { kindOfPlace: 'docker-daemon', location: 'unix:///var/run/docker.sock' };
  const told = {
    id: old!.imageId!,
    reference: old!.reference,
    name: old!.name,
    platform: old!.platform,
    bytes: 5,
    because: 'acme/app:1.1.0 is here',
  };
  const [superseded, unused] = (['superseded', 'unused'] as const).map((kind) => {
    const store = { images: 2, bytes: 10, freedBytes: 5, unneeded: [{ kind, ...told, ...place }] };
    return compose([{ name: 'build01', document: makeDocument(images, { store }) }]).report.rebuilds.map(({ name }) => name);
  });
  expect({ superseded, unused }).toEqual({ superseded: ['acme/app:1.1.0'], unused: ['acme/app:1.0.0', 'acme/app:1.1.0'] });
});
