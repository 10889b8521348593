import { describe, expect, it } from 'vitest';
import { digestOf, parseDigest, shortDigest } from '../../src/core/digest.ts';

const SHA256 = `sha256:${'0123456789abcdef'.repeat(4)}`;
const SHA512 = `sha512:${'0123456789abcdef'.repeat(8)}`;

describe('a digest', () => {
  it.each([SHA256, SHA512])('is read: %s', (text) => {
    expect(parseDigest(text)).toBe(text);
  });

  it.each([
    ['too short', SHA256.slice(0, -1)],
    ['too long', `${SHA256}0`],
    ['of capitals', SHA256.toUpperCase()],
    ['with capital digits', SHA256.replace('a', 'A')],
    ['of the wrong length for its algorithm', SHA512.replace('sha512', 'sha256')],
    ['of an algorithm that is not accepted', `sha384:${'0'.repeat(96)}`],
    ['without an algorithm', '0'.repeat(64)],
    ['with a line end', `${SHA256}\n`],
    ['with a path', `../${SHA256}`],
    ['of no text', ''],
    ['that is a number', 256],
    ['that is null', null],
    ['that is missing', undefined],
    ['that is a list of one', [SHA256]],
    ['that only prints like one', { toString: () => SHA256 }],
  ])('%s is not read', (_, value) => {
    expect(parseDigest(value)).toBeNull();
  });

  // NIST FIPS 180-4, the examples of the empty message and of "abc".
  it.each([
    ['', 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ])('of the bytes of "%s" is computed', (text, expected) => {
    expect(digestOf(new TextEncoder().encode(text))).toBe(expected);
  });

  it('is computed by the algorithm of the one it is to be compared with', () => {
    const bytes = new TextEncoder().encode('abc');
    const sha512 = parseDigest(SHA512);
    expect(digestOf(bytes, sha512)).toBe(
      'sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    );
    expect(digestOf(bytes, parseDigest(SHA256))).toBe(digestOf(bytes));
  });

  it('is shortened as docker shortens it', () => {
    expect(shortDigest(SHA256)).toBe('0123456789ab');
    expect(shortDigest('0123456789abcdef')).toBe('0123456789ab');
  });
});
