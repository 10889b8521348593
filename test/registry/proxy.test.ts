import { expect, it } from 'vitest';
import { chooseProxy } from '../../src/registry/proxy.ts';

const choose = (url: string, no: string | null = null) =>
  chooseProxy(new URL(url), { http: 'http://plain:3128', https: 'tls:3129', no })?.href ?? null;

it.each([
  ['https://registry.example/', null, 'http://tls:3129/'],
  ['http://registry.example/', null, 'http://plain:3128/'],
  ['https://127.0.0.1:5000/', null, null],
  ['https://localhost/', null, null],
  ['https://[::1]/', null, null],
  ['https://registry.example/', '*', null],
  ['https://registry.example/', 'other, registry.example', null],
  ['https://registry.example/', 'EXAMPLE', null],
  ['https://registry.example/', '.example', null],
  ['https://example/', '.example', 'http://tls:3129/'],
  ['https://example/', '*.example', 'http://tls:3129/'],
  ['https://registry.example/', '*.example', null],
  ['https://notexample/', 'example', 'http://tls:3129/'],
  ['https://registry.example:5000/', 'registry.example:5000', null],
  ['https://registry.example/', 'registry.example:5000', 'http://tls:3129/'],
  ['https://registry.example/', 'registry.example:443', null],
  ['https://10.1.2.3/', '10.0.0.0/8', null],
  ['https://10.1.2.3:5000/', '10.1.2.3', null],
  ['https://10.1.2.3/', '10.1.2.4', 'http://tls:3129/'],
  ['https://[fd00::1]/', 'fd00::/8', null],
  ['https://[fd00::1]/', 'fd00::1', null],
])('%s with no_proxy %s goes through %s', (url, no, expected) => {
  expect(choose(url, no)).toBe(expected);
});

it('nothing goes through a proxy that is not set', () => {
  expect(chooseProxy(new URL('https://registry.example'), { http: 'http://p', https: null, no: null })).toBeNull();
  expect(chooseProxy(new URL('https://registry.example'), { http: null, https: ' ', no: null })).toBeNull();
});
