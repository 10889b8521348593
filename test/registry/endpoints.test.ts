import { expect, it } from 'vitest';
import { endpointFor } from '../../src/registry/endpoints.ts';

const bases = (registry: string, insecureRegistries: string[] = [], addresses: string[] = []) =>
  endpointFor(registry, {
    locations: new Map([['mirrored.io', 'http://10.0.0.1:5000/proxy/']]),
    insecureRegistries,
    addresses,
    insecure: null,
  })?.bases.map((url) => url.href);

it.each([
  ['docker.io', [], ['https://registry-1.docker.io/']],
  ['lscr.io', [], ['https://ghcr.io/']],
  ['quay.io', [], ['https://quay.io/']],
  ['registry.example:5000', [], ['https://registry.example:5000/']],
  ['mirrored.io', [], ['http://10.0.0.1:5000/proxy/']],
  ['localhost:5000', [], ['https://localhost:5000/', 'http://localhost:5000/']],
  ['127.9.9.9', [], ['https://127.9.9.9/', 'http://127.9.9.9/']],
  ['[::1]:5000', [], ['https://[::1]:5000/', 'http://[::1]:5000/']],
  ['registry.example', ['Registry.Example'], ['https://registry.example/', 'http://registry.example/']],
  ['registry.example:5000', ['registry.example'], ['https://registry.example:5000/', 'http://registry.example:5000/']],
  ['registry.example', ['registry.example:5000'], ['https://registry.example/']],
  ['10.1.2.3:5000', ['10.0.0.0/8'], ['https://10.1.2.3:5000/', 'http://10.1.2.3:5000/']],
])('%s with insecure registries %o is asked at %o', (registry, insecure, expected) => {
  expect(bases(registry, insecure)).toEqual(expected);
});

it('an insecure network is recognised by the addresses of a name', () => {
  expect(bases('registry.example', ['10.0.0.0/8'], ['10.1.2.3'])).toHaveLength(2);
  expect(bases('registry.example', ['10.0.0.0/8'], ['11.1.2.3'])).toHaveLength(1);
});

it.each([['1.2.3'], ['127.1'], ['0x7f.1'], ['2130706433:5000'], ['127.0.0.01'], ['999.999.999.999'], ['1.2.3.4.5'], ['xn--a.example']])(
  '%s is not asked at what a URL makes of it',
  (registry) => {
    expect(bases(registry)).toBeUndefined();
  },
);

it.each([
  ['Registry.Example', 'https://registry.example/'],
  ['registry.example:443', 'https://registry.example/'],
  ['registry.example:0443', 'https://registry.example/'],
  ['[2001:DB8:0:0:0:0:0:1]:5000', 'https://[2001:db8::1]:5000/'],
])('%s is asked at %s', (registry, expected) => {
  expect(bases(registry)).toEqual([expected]);
});

it('Docker Hub is asked with verified TLS, whatever networks are insecure', () => {
  expect(bases('docker.io', ['0.0.0.0/0', 'docker.io', 'registry-1.docker.io'], ['198.51.100.7'])).toEqual([
    'https://registry-1.docker.io/',
  ]);
  expect(bases('registry-1.docker.io', ['0.0.0.0/0'], ['198.51.100.7'])).toEqual(['https://registry-1.docker.io/']);
  expect(bases('mirrored.io', ['10.0.0.0/8'])).toEqual(['http://10.0.0.1:5000/proxy/']);
});

it.each([['a'.repeat(64) + '.example'], ['a.'.repeat(127) + 'example']])('%s is longer than any name can be', (registry) => {
  expect(bases(registry)).toBeUndefined();
});

it.each([['not a host'], ['a/b'], ['user@host'], ['host:99999']])('%s is no host', (registry) => {
  expect(bases(registry)).toBeUndefined();
});
