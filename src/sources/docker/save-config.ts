import { parseDigest } from '../../core/digest.ts';
import type { InstalledImage } from '../../core/installed.ts';
import { ImgupdateError } from '../../errors.ts';
import { createLimiter } from '../bounded.ts';
import type { Variant } from '../listed/variants.ts';
import type { EngineEndpoint } from './endpoint.ts';
import type { Engine } from './engine.ts';
import { readSavedConfig, type SavedConfig, type WantedConfig } from './read-saved-config.ts';
import { boundsAt, SAVING_BOUNDS } from './saving-bounds.ts';

export type ConfigSaverOptions = { readonly engine: Engine; readonly endpoint: EngineEndpoint; readonly signal: AbortSignal };

export type SaveConfig = (image: InstalledImage, variant: Variant) => Promise<SavedConfig | null>;

/**
 * Makes what has docker save images for the sake of their configs, one after the other, within `SAVING_BOUNDS`.
 *
 * The answer is null for an image that is too large, of which nothing could be remembered, or once enough were asked for; and from an engine that refuses, which
 * then is not asked again. Rejects only when `signal` is aborted.
 */
export function createConfigSaver({ engine, endpoint, signal }: ConfigSaverOptions): SaveConfig {
  const { ofImage, ofRun } = boundsAt(endpoint.address);
  const oneByOne = createLimiter(1);
  let left: number = SAVING_BOUNDS.images;
  let bytesLeft = ofRun;
  const save = async ({ image: { id }, historyQuery }: Variant, bytes: number, wanted: WantedConfig): Promise<SavedConfig | null> => {
    signal.throwIfAborted();
    if (left === 0 || bytes > bytesLeft) return null;
    left -= 1;
    bytesLeft -= bytes;
    try {
      const { status, chunks, close } = await engine.saveImage(id, historyQuery);
      if (status === 200) return await readSavedConfig(chunks, wanted);
      close();
      // what is gone says nothing of the others
      if (status !== 404) left = 0;
      return null;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ImgupdateError)) throw error;
      if (error.code === 'engine-unavailable') left = 0;
      return null;
    }
  };
  return (image, variant) => {
    const wanted = wantedOf(image, variant);
    if (engine.product === 'podman' || wanted === null || variant.buildKey === null) return Promise.resolve(null);
    const bytes = image.size ?? ofImage;
    return bytes > ofImage ? Promise.resolve(null) : oneByOne(() => save(variant, bytes, wanted));
  };
}

/** The containerd store tells of each platform's manifest, the classic one calls an image by its config. */
function wantedOf({ configDigest }: InstalledImage, { manifest, image }: Variant): WantedConfig | null {
  if (manifest !== null) return { kind: 'manifest', digest: manifest.digest };
  const digest = configDigest ?? parseDigest(image.id);
  return digest === null ? null : { kind: 'config', digest };
}
