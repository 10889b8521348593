import { expect, it } from 'vitest';
import { parseHost, parseRealmHost } from '../../src/core/host.ts';

it.each([
  ['ghcr.io', 'ghcr.io'],
  ['registry.example.com:5000', 'registry.example.com:5000'],
  ['[::1]:5000', '[::1]:5000'],
  ['localhost', 'localhost'],
  ['docker.io', 'docker.io'],
  ['index.docker.io', 'docker.io'],
  ['registry-1.docker.io', 'docker.io'],
  ['word', null],
  ['', null],
  ['a/b', null],
  ['https://ghcr.io', null],
  ['user@ghcr.io', null],
  ['ghcr.io:99999', null],
  ['a b.example', null],
  ['x'.repeat(100_000), null],
])('the registry %.40s is %s', (text, host) => {
  expect(parseHost(text)).toBe(host);
});

it.each([
  ['auth.example.com', 'auth.example.com'],
  ['AUTH.example.com:443', 'auth.example.com'],
  ['127.0.0.1:5001', '127.0.0.1:5001'],
  ['word', 'word'],
  ['', null],
  ['a.example/token', null],
  ['a.example/', null],
  ['user@a.example', null],
  ['a.example?x', null],
  ['a.example#x', null],
  ['a.example\\x', null],
  ['a example', null],
])('the token server %s is %s', (text, host) => {
  expect(parseRealmHost(text)).toBe(host);
});
