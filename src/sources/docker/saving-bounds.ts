import type { EngineAddress } from './endpoint.ts';

/** In bytes: the largest image that is asked for, and all that are asked for in one run. */
export type SavedBytes = { readonly ofImage: number; readonly ofRun: number };

const MIB = 1024 * 1024;

/**
 * How far an engine is brought to save images for the history in their configs, for which it reads all layers, and docker before 25 writes them down once more:
 * some ten seconds for each GiB.
 *
 * `images`: in one run, of one engine; the others are for the next runs. `here`, `elsewhere`: of an engine on this machine and on another one. `documentBytes`: of
 * one document in what comes; `keptBytes`: of all that are kept.
 */
export const SAVING_BOUNDS = {
  images: 10,
  here: { ofImage: 512 * MIB, ofRun: 1024 * MIB },
  elsewhere: { ofImage: 64 * MIB, ofRun: 128 * MIB },
  documentBytes: 4 * MIB,
  keptBytes: 16 * MIB,
} as const;

/** How much may be asked for at an address. */
export function boundsAt(address: EngineAddress): SavedBytes {
  switch (address.kind) {
    case 'socket':
      return SAVING_BOUNDS.here;
    case 'tcp':
      return /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/.test(address.host) ? SAVING_BOUNDS.here : SAVING_BOUNDS.elsewhere;
    case 'ssh':
      return SAVING_BOUNDS.elsewhere;
  }
}
