import type { Digest } from './digest.ts';

/** A repository of a registry, normalised: `{ registry: 'docker.io', repository: 'library/nginx' }`. */
export type Repository = { readonly registry: string; readonly repository: string };

/** A normalised reference. Both tag and digest may be null, or both set. */
export type Reference = Repository & { readonly tag: string | null; readonly digest: Digest | null };
