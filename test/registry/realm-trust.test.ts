import { expect, it } from 'vitest';
import { isTrustedRealm } from '../../src/registry/realm-trust.ts';

it.each([
  ['docker.io', 'https://auth.docker.io/token', [], true],
  ['registry-1.docker.io', 'https://auth.docker.io/token', [], true],
  ['registry.gitlab.com', 'https://gitlab.com/jwt/auth', [], true],
  ['ghcr.io', 'https://ghcr.io/token', [], true],
  ['eu.gcr.io', 'https://eu.gcr.io/v2/token', [], true],
  ['harbor.corp:8443', 'https://harbor.corp:8443/service/token', [], true],
  ['harbor.corp', 'https://harbor.corp:443/service/token', [], true],
  ['harbor.corp:8443', 'https://harbor.corp/service/token', [], false],
  ['docker.io', 'https://auth.docker.io.evil.example/token', [], false],
  ['docker.io', 'https://evil.docker.io/token', [], false],
  ['docker.io', 'https://auth.docker.io:8443/token', [], false],
  ['quay.io', 'https://auth.docker.io/token', [], false],
  ['lscr.io', 'https://ghcr.io/token', [], false],
  ['gitlab.corp:5050', 'https://gitlab.corp/jwt/auth', [], false],
  ['gitlab.corp:5050', 'https://gitlab.corp/jwt/auth', ['gitlab.corp'], true],
  ['gitlab.corp:5050', 'https://gitlab.corp:8443/jwt/auth', ['gitlab.corp:8443'], true],
  ['gitlab.corp:5050', 'https://gitlab.corp:8443/jwt/auth', ['gitlab.corp:1'], false],
])('the login of %s may go to %s, with %o allowed: %s', (registry, realm, allowed, expected) => {
  expect(isTrustedRealm({ registry, location: null, realm: new URL(realm), allowed })).toBe(expected);
});

it('a registry that configuration puts elsewhere is trusted there', () => {
  const location = new URL('http://127.0.0.1:5001');
  expect(isTrustedRealm({ registry: 'docker.io', location, realm: new URL('http://127.0.0.1:5001/token'), allowed: [] })).toBe(true);
  expect(isTrustedRealm({ registry: 'docker.io', location, realm: new URL('http://127.0.0.1:5002/token'), allowed: [] })).toBe(false);
});
