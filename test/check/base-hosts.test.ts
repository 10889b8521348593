import { describe, expect, it } from 'vitest';
import { createBaseHosts } from '../../src/check/base-hosts.ts';
import type { Origin } from '../../src/core/installed.ts';
import { makeDigest, makeImage, makeReference } from '../helpers/makers.ts';

describe('a registry that only a digest of an image names', () => {
  it.each<[string, Origin['kind'] & ('repo-digests' | 'carried' | 'podman'), string | null]>([
    ['may be asked about bases where the image was pulled from it', 'repo-digests', null],
    ['may not where an archive says so, which anyone may have written', 'carried', 'policy'],
    ['may not where podman combined names and digests', 'podman', 'policy'],
  ])('%s', (_, kind, expected) => {
    const repoDigests = [{ registry: 'elsewhere.example', repository: 'acme/app', digest: makeDigest('index') }];
    const refusal = createBaseHosts([makeImage({ origin: { kind }, repoDigests })], []);
    expect(refusal(makeReference('elsewhere.example/base:1'))?.kind ?? null).toBe(expected);
  });
});
