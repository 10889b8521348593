import { describe, expect, it } from 'vitest';
import { readTag } from '../../../src/core/versions/read-tag.ts';
import { hasNewerVariant, hasSameVariant } from '../../../src/core/versions/variant.ts';

describe('a variant', () => {
  it.each([
    ['1.0-alpine3.19', '1.0-alpine3.22', true],
    ['1.0-alpine3.19', '1.0-alpine4.0', true],
    ['1.0-alpine3.19', '1.0-alpine3.19', false],
    ['1.0-alpine3.19', '1.0-alpine3.9', false],
    ['1.0-alpine3.19', '1.0-busybox3.22', false],
    ['1.0-cuda12.4-ubuntu20.04', '1.0-cuda12.6-ubuntu22.04', true],
    ['1.0-cuda12.4-ubuntu20.04', '1.0-cuda12.6-ubuntu18.04', false],
    ['1.0-bullseye', '1.0-trixie', true],
    ['1.0-bullseye', '1.0-jammy', false],
    ['1.0-ubuntu24', '1.0-ubuntu2204', false],
    ['1.0-ubuntu2204', '1.0-ubuntu2404', true],
  ])('of %s is newer in %s: %s', (from, to, isNewer) => {
    expect(hasNewerVariant(readTag(from), readTag(to))).toBe(isNewer);
  });

  it.each([
    ['1.0-alpine3.19', '1.1-alpine3.19', true],
    ['1.0-alpine3.19', '1.0-alpine3.20', false],
    ['1.0-alpine', '1.0-slim', false],
    ['1.0-r5', '1.0-r6', true],
  ])('of %s and %s is the same: %s', (a, b, isSame) => {
    expect(hasSameVariant(readTag(a), readTag(b))).toBe(isSame);
  });
});
