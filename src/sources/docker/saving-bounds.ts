import type { EngineAddress } from './endpoint.ts';

/**
 * How far an engine is brought to save images for the history in their configs, for which it reads all layers, and docker before 25 writes them down once more.
 *
 * `images`: in one run, of one engine; the others are for the next runs. `hereBytes`, `elsewhereBytes`: of the largest image that is asked for, on this machine
 * and on another one. `documentBytes`: of one document in what comes; `keptBytes`: of all that are kept.
 */
export const SAVING_BOUNDS = {
  images: 10,
  hereBytes: 1024 * 1024 * 1024,
  elsewhereBytes: 64 * 1024 * 1024,
  documentBytes: 4 * 1024 * 1024,
  keptBytes: 16 * 1024 * 1024,
} as const;

/** How large an image may be that is asked for at an address, in bytes. */
export function largestSaved(address: EngineAddress): number {
  switch (address.kind) {
    case 'socket':
      return SAVING_BOUNDS.hereBytes;
    case 'tcp':
      return /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/.test(address.host) ? SAVING_BOUNDS.hereBytes : SAVING_BOUNDS.elsewhereBytes;
    case 'ssh':
      return SAVING_BOUNDS.elsewhereBytes;
  }
}
