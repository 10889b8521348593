import type { Registry } from './ports.ts';

/** The registry client of a run that may not need one. */
export type LazyRegistry = {
  /** Opens it at the first question, once. */
  readonly get: () => Promise<Registry>;
  /** null: it was not needed so far. */
  readonly opened: () => Promise<Registry | null>;
  readonly close: () => Promise<void>;
};

export function createLazyRegistry(open: () => Promise<Registry>): LazyRegistry {
  let opening: Promise<Registry> | null = null;
  const opened = async (): Promise<Registry | null> => (opening === null ? null : await opening);
  return {
    get: () => (opening ??= open()),
    opened,
    close: async () => (await opened())?.close(),
  };
}
