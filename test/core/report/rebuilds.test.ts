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
