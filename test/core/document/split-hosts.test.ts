import { expect, it } from 'vitest';
import { splitHosts } from '../../../src/core/document/split-hosts.ts';
import { makeDocument, makeEntry } from '../../helpers/documents.ts';

it('a document of one machine stays as it is, under the name it tells or that of its file', () => {
  const list = makeDocument([makeEntry('nginx:1.27')], { warnings: [{ code: 'engine', message: 'slow', image: null }] });
  expect(splitHosts(list, 'build01')).toEqual([{ name: list.host ?? 'build01', document: list }]);
  expect(splitHosts({ ...list, host: 'edge' }, 'build01').map(({ name }) => name)).toEqual(['edge']);
});

it('a document of several machines is taken apart, and what was asked is told once', () => {
  const use = { registry: 'docker.io', requests: 2, counted: 0, limit: null, remaining: null, windowSeconds: null };
  const images = ['build01', 'edge', 'build01'].map((host, at) => ({ ...makeEntry(`nginx:1.${at}`), host }));
  const split = splitHosts({ ...makeDocument(images), registries: [use] }, 'fleet');
  expect(split.map(({ name, document }) => [name, document.images.map((image) => image.name), document.registries])).toEqual([
    ['build01', ['nginx:1.0', 'nginx:1.2'], [use]],
    ['edge', ['nginx:1.1'], []],
  ]);
});

it('a warning goes to the machine that it begins with, in the words that it had there', () => {
  const images = ['a', 'a: b', 'c'].map((host) => ({ ...makeEntry('nginx:1.27'), host }));
  const messages = ['c: no engine', 'a: b: gone', 'a: : ', 'z: away', `c${': '.repeat(300)}`];
  const split = splitHosts(makeDocument(images, { warnings: messages.map((message) => ({ code: 'x', message, image: null })) }), 'fleet');
  expect(split.map(({ name, document }) => [name, document.warnings.map(({ message }) => message)])).toEqual([
    ['a', [': ', 'z: away']],
    ['a: b', ['gone']],
    ['c', ['no engine', ': '.repeat(299)]],
  ]);
});
