import { expect, it } from 'vitest';

import { chooseKey, serverAddress } from '../../src/credentials/keys.ts';

it.each([
  ['docker.io', 'https://index.docker.io/v1/'],
  ['ghcr.io', 'ghcr.io'],
  ['127.0.0.1:5000', '127.0.0.1:5000'],
])('the credentials for %s are kept under %s', (registry, address) => {
  expect(serverAddress(registry)).toBe(address);
});

const hub = { registry: 'docker.io', repository: 'library/nginx' };
const deep = { registry: 'quay.io', repository: 'a/b/img' };

it.each([
  ['docker', hub, ['docker.io', 'https://index.docker.io/v1/'], 'https://index.docker.io/v1/'],
  ['docker', hub, ['registry-1.docker.io'], 'registry-1.docker.io'],
  ['docker', deep, ['https://quay.io/v2/'], 'https://quay.io/v2/'],
  ['docker', deep, ['http://quay.io'], 'http://quay.io'],
  ['docker', deep, ['quay.io/other'], 'quay.io/other'],
  ['docker', deep, ['quay.io:443', 'notquay.io', 'quay.io.example.com'], null],
  ['docker', { registry: 'reg.example:5000', repository: 'x' }, ['reg.example'], null],
  ['containers', deep, ['quay.io', 'quay.io/a', 'quay.io/a/b'], 'quay.io/a/b'],
  ['containers', deep, ['quay.io/a/b/img', 'quay.io/a/b'], 'quay.io/a/b/img'],
  ['containers', deep, ['quay.io/a/bc', 'quay.io/a/'], 'quay.io/a/'],
  ['containers', deep, ['quay.io/other'], null],
  ['containers', deep, ['https://quay.io/v1/'], 'https://quay.io/v1/'],
  ['containers', hub, ['docker.io/library', 'https://index.docker.io/v1/'], 'docker.io/library'],
  ['containers', hub, ['index.docker.io/v1/'], 'index.docker.io/v1/'],
] as const)('in a file of %s, %j finds its credentials among %j under %s', (style, repository, keys, expected) => {
  expect(chooseKey(keys, repository, style)).toBe(expected);
});
