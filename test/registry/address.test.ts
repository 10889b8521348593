import { expect, it } from 'vitest';
import { isInRange, isInternalHost, isLoopbackHost } from '../../src/registry/address.ts';

it.each([
  ['127.0.0.1', true],
  ['[::1]', true],
  ['[::ffff:7f00:1]', true],
  ['10.1.2.3', true],
  ['172.31.255.255', true],
  ['172.32.0.1', false],
  ['192.168.1.1', true],
  ['169.254.169.254', true],
  ['[fd00:ec2::254]', true],
  ['[fe80::1]', true],
  ['0.0.0.0', true],
  ['[::]', true],
  ['100.64.0.1', true],
  ['localhost', true],
  ['registry.localhost', true],
  ['LOCALHOST.', true],
  ['metadata.google.internal', true],
  ['8.8.8.8', false],
  ['[2606:4700::1]', false],
  ['registry-1.docker.io', false],
  ['127.0.0.1.example.com', false],
])('%s is internal: %s', (host, expected) => {
  expect(isInternalHost(host)).toBe(expected);
});

it.each([
  ['http://2130706433/', true],
  ['http://0x7f.1/', true],
  ['http://[::ffff:127.0.0.1]/', true],
  ['http://127.1.2.3/', true],
  ['http://10.0.0.1/', false],
])('%s is this machine: %s', (url, expected) => {
  expect(isLoopbackHost(new URL(url).hostname)).toBe(expected);
});

it.each([
  ['10.1.2.3', '10.0.0.0/8', true],
  ['11.1.2.3', '10.0.0.0/8', false],
  ['fd00::1', 'fd00::/8', true],
  ['10.1.2.3', 'fd00::/8', false],
  ['10.1.2.3', '10.0.0.0/99', false],
  ['10.1.2.3', '10.0.0.0/', false],
  ['10.1.2.3', 'nonsense', false],
  ['name', '10.0.0.0/8', false],
])('%s lies in %s: %s', (address, range, expected) => {
  expect(isInRange(address, range)).toBe(expected);
});
