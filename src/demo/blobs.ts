import { digestOf, type Digest } from '../core/digest.ts';
import type { Blob } from './images.ts';

/** `{ mediaType, digest, size }` of a document, as others point to it. */
export function descriptor(document: Blob): { readonly mediaType: string; readonly digest: Digest; readonly size: number } {
  return { mediaType: document.mediaType, digest: document.digest, size: document.bytes.length };
}

/** By format. Source: OCI image-spec v1.1, media-types.md; distribution, "Image Manifest Version 2, Schema 2". */
export const MEDIA_TYPES = {
  oci: {
    index: 'application/vnd.oci.image.index.v1+json',
    manifest: 'application/vnd.oci.image.manifest.v1+json',
    config: 'application/vnd.oci.image.config.v1+json',
    layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  },
  docker: {
    index: 'application/vnd.docker.distribution.manifest.list.v2+json',
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    config: 'application/vnd.docker.container.image.v1+json',
    layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  },
} as const;

/** A document that is `value` in JSON. */
export function makeJsonBlob(mediaType: string, value: object): Blob {
  return makeBlob(mediaType, Buffer.from(JSON.stringify(value)));
}

/** Bytes with their digest. */
export function makeBlob(mediaType: string, bytes: Uint8Array): Blob {
  return { mediaType, digest: digestOf(bytes), bytes };
}
