import { createHash } from 'node:crypto';

declare const digestBrand: unique symbol;

/** A digest that is known to be well formed: `sha256:` and 64, or `sha512:` and 128 lowercase hexadecimal digits. */
export type Digest = string & { readonly [digestBrand]: 'Digest' };

const PATTERNS = { sha256: /^sha256:[a-f0-9]{64}$/, sha512: /^sha512:[a-f0-9]{128}$/ } as const;

/**
 * Reads a digest; null when it is no sha256 or sha512 digest.
 * Source: OCI image-spec v1.1, descriptor.md, "Digests".
 */
export function parseDigest(text: unknown): Digest | null {
  if (typeof text !== 'string') return null;
  if (!PATTERNS.sha256.test(text) && !PATTERNS.sha512.test(text)) return null;
  // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- the one place where the brand is made
  return text as Digest;
}

/** The digest of `bytes` by sha256, or by the algorithm `like` uses. */
export function digestOf(bytes: Uint8Array, like: Digest | null = null): Digest {
  const algorithm = like?.startsWith('sha512:') === true ? 'sha512' : 'sha256';
  const text = `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
  // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- a computed digest is well formed
  return text as Digest;
}

/** The first 12 hexadecimal digits, as docker prints them: `3f2a9c0b7d1e`. */
export function shortDigest(digest: string): string {
  return digest.slice(digest.indexOf(':') + 1).slice(0, 12);
}
