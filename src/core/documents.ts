import type { Digest } from './digest.ts';
import type { Platform } from './platform.ts';

/** An OCI descriptor; `size` in bytes. Source: OCI image-spec v1.1, descriptor.md. */
export type Descriptor = {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly platform: Platform | null;
  readonly artifactType: string | null;
  readonly annotations: ReadonlyMap<string, string>;
};

/** An image index or a Docker manifest list. */
export type Index = {
  readonly kind: 'index';
  readonly manifests: readonly Descriptor[];
  readonly annotations: ReadonlyMap<string, string>;
};

/** An image manifest, OCI or Docker schema 2. */
export type Manifest = {
  readonly kind: 'manifest';
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations: ReadonlyMap<string, string>;
};

/** What an image's config document says of it. Source: OCI image-spec v1.1, config.md. */
export type ImageConfig = {
  readonly platform: Platform | null;
  readonly created: string | null;
  readonly diffIds: readonly Digest[];
  readonly history: readonly HistoryEntry[];
  readonly labels: ReadonlyMap<string, string>;
};

export type HistoryEntry = {
  readonly created: string | null;
  readonly createdBy: string | null;
  readonly comment: string | null;
  readonly emptyLayer: boolean;
};
