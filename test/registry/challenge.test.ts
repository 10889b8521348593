import { describe, expect, it } from 'vitest';
import { parseChallenge } from '../../src/registry/challenge.ts';

describe('a challenge is read', () => {
  it.each([
    [
      'as Docker Hub sends it',
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io"',
      'https://auth.docker.io/token',
      'registry.docker.io',
    ],
    ['with a scope that holds a comma', 'Bearer realm="https://r/t",service="s",scope="repository:a/b:pull,push"', 'https://r/t', 's'],
    ['with spaces around equal signs', 'Bearer realm = "https://r/t" , service = "s"', 'https://r/t', 's'],
    ['with bare values', 'bearer realm=https://r/t,service=s', 'https://r/t', 's'],
    ['with escaped quotes', 'Bearer realm="https://r/t",service="a \\"b\\" c"', 'https://r/t', 'a "b" c'],
    ['with uppercase keys, values as they are', 'BEARER REALM="https://R/Token",SERVICE="S"', 'https://R/Token', 'S'],
    ['when Basic comes first', 'Basic realm="x", Bearer realm="https://r/t",service="s"', 'https://r/t', 's'],
    [
      'as codeberg sends it, two schemes in one header',
      'Bearer realm="https://codeberg.org/v2/token",service="container_registry",scope="*",Basic realm="https://codeberg.org/v2",service="x"',
      'https://codeberg.org/v2/token',
      'container_registry',
    ],
    ['after a scheme nobody knows', 'Negotiate, Digest realm="d",nonce="n", Bearer realm="/token2"', '/token2', null],
    ['when the last quote is missing', 'Bearer service="s",realm="https://r/t', 'https://r/t', 's'],
    ['keeping the first of two equal keys', 'Bearer realm="https://r/1",realm="https://r/2"', 'https://r/1', null],
  ])('%s', (_name, header, realm, service) => {
    expect(parseChallenge(header)).toEqual({ kind: 'bearer', realm, service });
  });

  it.each([['Basic realm="Artifactory Realm"'], ['Basic'], ['basic realm=x, Negotiate'], ['Bearer service="no realm", Basic realm="b"']])(
    'as Basic: %s',
    (header) => {
      expect(parseChallenge(header)).toEqual({ kind: 'basic' });
    },
  );

  it.each([[null], [''], ['Negotiate'], ['Bearer'], ['realm="https://r/t"'], ['=====,,,"'], ['x'.repeat(20_000)]])(
    'as none: %s',
    (header) => {
      expect(parseChallenge(header)).toBeNull();
    },
  );

  it.each([['"'.repeat(16_000)], ['a='.repeat(8_000)], ['Bearer '.repeat(2_000)], ['\\'.repeat(16_000)], [' '.repeat(16_000)]])(
    'in a hostile header without end (%#)',
    (header) => {
      expect(() => parseChallenge(header)).not.toThrow();
    },
  );
});
