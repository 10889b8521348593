/** An OCI platform after normalisation; absent parts are null. Source: OCI image-spec v1.1, image-index.md. */
export type Platform = {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string | null;
  readonly osVersion: string | null;
  readonly osFeatures: readonly string[];
};
