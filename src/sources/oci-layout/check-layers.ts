import type { Digest } from '../../core/digest.ts';
import type { Descriptor } from '../../core/documents.ts';
import { type Blobs, type Flawed, flawed, isFlawed } from './blobs.ts';

/** `size`: bytes of all of them together. `absent`: none is there. */
export type LayerAnswer = { readonly kind: 'whole'; readonly size: number } | { readonly kind: 'absent' } | Flawed;

export type LayerOptions = {
  readonly blobs: Blobs;
  /** Reads each through, instead of looking whether it is there. */
  readonly verify: boolean;
};

/** Layers that lie elsewhere, and may be left out. Source: OCI image-spec v1.1, layer.md, "Non-Distributable Layers"; distribution, manifest schema 2. */
const FOREIGN = /^application\/vnd\.(?:oci\.image\.layer\.nondistributable\.|docker\.image\.rootfs\.foreign\.)/;

/**
 * Whether a manifest's layers are file systems. Signatures have a config as an image has it, and layers of their own kind.
 * Source: OCI image-spec v1.1, layer.md; sigstore/cosign, specs/SIGNATURE_SPEC.md.
 */
export function haveFiles(layers: readonly Descriptor[]): boolean {
  return layers.length === 0 || layers.some(({ mediaType }) => /^application\/vnd\.(?:oci\.image\.layer|docker)\.|tar/.test(mediaType));
}

/** Looks whether an image's layers are there, of the sizes its manifest says; with `verify`, whether they are what manifest and config say. */
export async function checkLayers(layers: readonly Descriptor[], diffIds: readonly Digest[], options: LayerOptions): Promise<LayerAnswer> {
  if (layers.length !== diffIds.length) {
    return flawed(`its manifest has ${layers.length} layers, its config ${diffIds.length} diff_ids`);
  }
  const here: Descriptor[] = [];
  const missing: Descriptor[] = [];
  for (const layer of layers) {
    const size = await options.blobs.sizeOf(layer.digest);
    if (isFlawed(size)) return { ...size, flaw: `layer ${size.flaw}` };
    if (size !== null && size !== layer.size) return flawed(`layer ${layer.digest} has ${size} bytes, its descriptor says ${layer.size}`);
    if (size !== null) here.push(layer);
    else if (!FOREIGN.test(layer.mediaType)) missing.push(layer);
  }
  const [first] = missing;
  if (first !== undefined) return here.length === 0 ? { kind: 'absent' } : flawed(`layer ${first.digest} is not there`);
  if (options.verify) {
    for (const [position, layer] of layers.entries()) {
      const flaw = here.includes(layer) ? await findFlaw(layer, diffIds[position] ?? null, options.blobs) : null;
      if (flaw !== null) return flaw;
    }
  }
  return {
    kind: 'whole',
    size: [...new Map(here.map(({ digest, size }) => [digest, size])).values()].reduce((sum, size) => sum + size, 0),
  };
}

async function findFlaw(layer: Descriptor, diffId: Digest | null, blobs: Blobs): Promise<Flawed | null> {
  const hashed = await blobs.hash(layer.digest);
  if (hashed === null) return flawed(`layer ${layer.digest} is not there`);
  if (isFlawed(hashed)) return { ...hashed, flaw: `layer ${layer.digest}: ${hashed.flaw}` };
  if (hashed.digest !== layer.digest) return flawed(`what is stored as layer ${layer.digest} is ${hashed.digest}`);
  // Source: containers/ocicrypt: what is encrypted shows nothing of what is in it.
  if (layer.mediaType.endsWith('+encrypted') || hashed.diffId === diffId) return null;
  if (hashed.diffId === null) return flawed(`layer ${layer.digest} cannot be decompressed`);
  if (diffId?.startsWith('sha256:') !== true)
    return flawed(`layer ${layer.digest} cannot be compared with ${diffId ?? 'nothing'}: expected a sha256 diff_id`);
  return flawed(`layer ${layer.digest} is ${hashed.diffId} when decompressed, the config says ${diffId}`);
}
