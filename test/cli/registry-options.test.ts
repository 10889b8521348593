import { expect, it } from 'vitest';
import { readInsecureRegistries, readTrustedRealms } from '../../src/cli/registry-options.ts';

it.each([
  ['registry.example.com=auth.example.com', 'registry.example.com', 'auth.example.com'],
  ['registry.example.com=AUTH.example.com:443', 'registry.example.com', 'auth.example.com'],
  ['127.0.0.1:5000=127.0.0.1:5001', '127.0.0.1:5000', '127.0.0.1:5001'],
  ['index.docker.io=auth.example.com', 'docker.io', 'auth.example.com'],
  ['registry-1.docker.io=auth.example.com', 'docker.io', 'auth.example.com'],
])('--trust-realm %s is read', (entry, registry, host) => {
  expect([...readTrustedRealms([entry])]).toEqual([[registry, [host]]]);
});

it('--trust-realm may name several hosts for one registry', () => {
  expect([...readTrustedRealms(['r.example=a.example', 'r.example=b.example'])]).toEqual([['r.example', ['a.example', 'b.example']]]);
});

it.each([
  '',
  'x',
  '=',
  'r.example=',
  '=a.example',
  'r.example=a.example=b',
  'r.example=a.example/token',
  'r/x=a.example',
  'word=a.example',
])('--trust-realm %j is refused', (entry) => {
  expect(() => readTrustedRealms([entry])).toThrow(`cannot read --trust-realm ${entry}: expected REGISTRY=HOST`);
});

it.each(['registry.example.com', '127.0.0.1:5000', '[::1]:5000', 'localhost', '10.0.0.0/8', 'fd00::/8'])(
  '--insecure-registry %s is read',
  (entry) => {
    expect(readInsecureRegistries([entry])).toEqual([entry]);
  },
);

it.each(['', 'a/b', 'http://registry.example.com', 'registry.example.com:99999', 'a b'])('--insecure-registry %j is refused', (entry) => {
  expect(() => readInsecureRegistries([entry])).toThrow(`cannot read --insecure-registry ${entry}: expected HOST, HOST:PORT or a CIDR`);
});
